//! Which rule of sudo's scanner takes the next bytes in a state, and how many.

use super::State;
use crate::facts::sudoers::scan;

/// The rules, by what they find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Blank,
    Continuation,
    TextContinuation,
    Newline,
    Comment,
    Bangs,
    Nothing,
    Sign(u8),
    NextSetting,
    ToSettings,
    SettingName,
    Word,
    Quote,
    TextPart,
    TextEnd,
    Digest,
    Sha(&'static str, usize),
    Include,
    IncludeDir,
    HashInclude,
    HashIncludeDir,
    Defaults,
    AliasOf(u8),
    Tag(&'static str, bool),
    Option(&'static str),
    EmptyGroup,
    Netgroup,
    Group,
    Network(bool),
    All,
    Alias,
    ScopeProgram,
    Program,
    EndOfProgram,
    QuotedGlob,
    QuotedSign,
    Argument,
    RegexPart,
    RegexEscape,
    RegexEnd,
    RegexBroken,
}

impl Match {
    /// True for what sudo takes only where no continuation stands before it.
    pub(super) fn begins_line(self) -> bool {
        matches!(
            self,
            Self::Include
                | Self::IncludeDir
                | Self::HashInclude
                | Self::HashIncludeDir
                | Self::Defaults
                | Self::AliasOf(_)
        )
    }
}

/// The longest match so far.
pub(super) struct Best {
    pub(super) length: usize,
    pub(super) found: Match,
}

impl Best {
    fn offer(&mut self, length: usize, found: Match) {
        if length > self.length {
            *self = Self { length, found };
        }
    }
}

/// A tag by its word: its name and whether it switches on.
const TAGS: [(&str, &str, bool); 16] = [
    ("NOPASSWD", "PASSWD", false),
    ("PASSWD", "PASSWD", true),
    ("NOEXEC", "NOEXEC", true),
    ("EXEC", "NOEXEC", false),
    ("INTERCEPT", "INTERCEPT", true),
    ("NOINTERCEPT", "INTERCEPT", false),
    ("SETENV", "SETENV", true),
    ("NOSETENV", "SETENV", false),
    ("LOG_OUTPUT", "LOG_OUTPUT", true),
    ("NOLOG_OUTPUT", "LOG_OUTPUT", false),
    ("LOG_INPUT", "LOG_INPUT", true),
    ("NOLOG_INPUT", "LOG_INPUT", false),
    ("MAIL", "MAIL", true),
    ("NOMAIL", "MAIL", false),
    ("FOLLOW", "FOLLOW", true),
    ("NOFOLLOW", "FOLLOW", false),
];

/// Options of a command that sudo knows on Linux.
const OPTIONS: [&str; 8] = [
    "TIMEOUT",
    "NOTBEFORE",
    "NOTAFTER",
    "CWD",
    "CHROOT",
    "ROLE",
    "TYPE",
    "APPARMOR_PROFILE",
];

const DIGESTS: [(&str, usize); 4] = [
    ("sha224", 28),
    ("sha256", 32),
    ("sha384", 48),
    ("sha512", 64),
];

/// The match in a state; the text is not empty.
pub(super) fn best(state: State, text: &[u8], line_start: bool) -> Best {
    let mut best = Best {
        length: 0,
        found: Match::Nothing,
    };
    match state {
        State::Command => command(&mut best, text),
        State::CommandRegex => command_regex(&mut best, text),
        State::SettingName => best.offer(
            scan::count(text, |byte| byte.is_ascii_lowercase() || byte == b'_'),
            Match::SettingName,
        ),
        State::SettingValue => setting_value(&mut best, text),
        State::Text => quoted(&mut best, text),
        State::Include => {
            best.offer(scan::included(text), Match::Word);
            best.offer(usize::from(text.first() == Some(&b'"')), Match::Quote);
        }
        State::Initial | State::Scope | State::Digest(_) | State::Path => {
            general(&mut best, state, text, line_start);
        }
    }
    best.offer(scan::count(text, |byte| byte == b'!'), Match::Bangs);
    best.offer(scan::newline(text), Match::Newline);
    best.offer(scan::blanks(text), Match::Blank);
    best.offer(scan::continuation(text), Match::Continuation);
    if matches!(
        state,
        State::Initial | State::SettingName | State::SettingValue
    ) {
        best.offer(scan::comment(text), Match::Comment);
    }
    best.offer(1, Match::Nothing);
    best
}

fn command(best: &mut Best, text: &[u8]) {
    if let [b'\\', next, ..] = text {
        match next {
            b'*' | b'?' | b'[' | b']' | b'!' | b'^' => best.offer(2, Match::QuotedGlob),
            b':' | b'\\' | b',' | b'=' | b' ' | b'\t' | b'#' => best.offer(2, Match::QuotedSign),
            _ => {}
        }
    }
    if matches!(
        text.first(),
        Some(b'#' | b':' | b',' | b'=' | b'\r' | b'\n')
    ) {
        best.offer(1, Match::EndOfProgram);
    }
    let plain = |byte| {
        !matches!(
            byte,
            b'#' | b'\\' | b':' | b',' | b' ' | b'\t' | b'\r' | b'\n'
        )
    };
    best.offer(scan::count(text, plain), Match::Argument);
}

fn command_regex(best: &mut Best, text: &[u8]) {
    match text {
        [b'\\', next, ..] if !matches!(next, b'\r' | b'\n') => best.offer(2, Match::RegexEscape),
        [b'#' | b'\r' | b'\n', ..] => best.offer(1, Match::RegexBroken),
        [b'$', ..] => best.offer(1, Match::RegexEnd),
        _ => {}
    }
    let plain = |byte| !matches!(byte, b'#' | b'\\' | b'\r' | b'\n' | b'$');
    best.offer(scan::count(text, plain), Match::RegexPart);
}

fn setting_value(best: &mut Best, text: &[u8]) {
    match text {
        [b',', ..] => best.offer(1, Match::NextSetting),
        [b'=', ..] => best.offer(1, Match::Sign(b'=')),
        [sign @ (b'+' | b'-'), b'=', ..] => best.offer(2, Match::Sign(*sign)),
        [b'"', ..] => best.offer(1, Match::Quote),
        _ => {}
    }
    best.offer(scan::value(text), Match::Word);
}

fn quoted(best: &mut Best, text: &[u8]) {
    match scan::continuation(text) {
        0 => {}
        end => best.offer(end + scan::blanks(&text[end..]), Match::TextContinuation),
    }
    match text {
        [b'"', ..] => best.offer(1, Match::TextEnd),
        [b'\\', ..] => best.offer(1, Match::TextPart),
        _ => {}
    }
    let mut at = 0;
    loop {
        at += match &text[at..] {
            [b'\\', b'"', ..] => 2,
            [byte, ..] if !matches!(byte, b'"' | b'\r' | b'\n' | b'\\') => 1,
            _ => break,
        };
    }
    best.offer(at, Match::TextPart);
}

fn general(best: &mut Best, state: State, text: &[u8], line_start: bool) {
    let initial = state == State::Initial;
    let scope = state == State::Scope;
    if scope {
        let gap = scan::blanks(text);
        if text.get(gap) == Some(&b',') {
            best.offer(gap + 1 + scan::blanks(&text[gap + 1..]), Match::Sign(b','));
        }
        best.offer(gap, Match::ToSettings);
    }
    if matches!(state, State::Digest(_)) {
        best.offer(
            scan::count(text, |byte| byte.is_ascii_hexdigit()),
            Match::Digest,
        );
        let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        best.offer(scan::count(text, base64), Match::Digest);
    }
    if initial {
        begin_of_line(best, text, line_start);
    }
    let word = scan::word(text);
    let capitals = match text.first() {
        Some(byte) if byte.is_ascii_uppercase() => scan::count(text, |byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
        }),
        _ => 0,
    };
    let name = &text[..capitals];
    if let Some((word, tag, on)) = TAGS.iter().find(|(word, ..)| word.as_bytes() == name) {
        let gap = word.len() + scan::blanks(&text[word.len()..]);
        if text.get(gap) == Some(&b':') {
            best.offer(gap + 1, Match::Tag(tag, *on));
        }
    }
    if initial || scope {
        match text {
            [b'%', b':', ..] => best.offer(2, Match::EmptyGroup),
            [b'+' | b'%', ..] => best.offer(1, Match::EmptyGroup),
            _ => {}
        }
    }
    match text {
        [b'+', rest @ ..] => best.offer(after(1, scan::word(rest)), Match::Netgroup),
        [b'%', b':', rest @ ..] => {
            best.offer(after(2, scan::word(rest).max(scan::id(rest))), Match::Group)
        }
        [b'%', rest @ ..] => {
            best.offer(after(1, scan::word(rest).max(scan::id(rest))), Match::Group)
        }
        _ => {}
    }
    let (length, is_v6) = scan::network(text);
    best.offer(length, Match::Network(is_v6));
    // What begins with these letters is longer, or just this.
    if text.starts_with(b"ALL") {
        best.offer(3, Match::All);
    }
    let option = OPTIONS.iter().find(|option| option.as_bytes() == name);
    if let Some(option) = option.filter(|_| initial) {
        best.offer(option.len(), Match::Option(option));
    }
    best.offer(capitals, Match::Alias);
    let program = scan::path(text).max(scan::regex(text));
    let edit = match text.starts_with(b"sudoedit") {
        true => 8,
        false => 0,
    };
    if scope {
        best.offer(program.max(edit), Match::ScopeProgram);
    }
    if let Some((name, size)) = DIGESTS
        .iter()
        .find(|(name, _)| text.starts_with(name.as_bytes()))
    {
        best.offer(name.len(), Match::Sha(name, *size));
    }
    best.offer(edit, Match::Program);
    if state == State::Path {
        best.offer(scan::path(text).max(word), Match::Word);
    }
    best.offer(program, Match::Program);
    if initial || scope {
        best.offer(usize::from(text.first() == Some(&b'"')), Match::Quote);
        best.offer(scan::id(text).max(word), Match::Word);
    }
    if let [sign @ (b'(' | b')' | b',' | b'=' | b':'), ..] = text {
        best.offer(1, Match::Sign(*sign));
    }
}

fn after(before: usize, length: usize) -> usize {
    if length == 0 { 0 } else { before + length }
}

fn begin_of_line(best: &mut Best, text: &[u8], line_start: bool) {
    if text.starts_with(b"@includedir") {
        best.offer(11, Match::IncludeDir);
    } else if text.starts_with(b"@include") {
        best.offer(8, Match::Include);
    }
    if !line_start {
        return;
    }
    for (word, found) in [
        (&b"#include"[..], Match::HashInclude),
        (b"#includedir", Match::HashIncludeDir),
    ] {
        if text
            .strip_prefix(word)
            .is_some_and(|rest| scan::blanks(rest) > 0)
        {
            best.offer(scan::line(text), found);
        }
    }
    let gap = scan::blanks(text);
    let rest = &text[gap..];
    if let Some(scope) = rest.strip_prefix(b"Defaults") {
        let bare = gap + 8;
        let scoped = match scope {
            [b':' | b'@' | b'>' | b'!', rest @ ..] => {
                let mut at = scan::blanks(rest);
                at += scan::count(&rest[at..], |byte| byte == b'!');
                at += usize::from(rest.get(at) == Some(&b'"'));
                after(1 + at, scan::word(&rest[at..]).max(scan::id(&rest[at..])))
            }
            _ => 0,
        };
        best.offer(bare + scoped, Match::Defaults);
    }
    for kind in ["Host", "Cmnd", "Cmd", "User", "Runas"] {
        let Some(more) = rest.strip_prefix(kind.as_bytes()) else {
            continue;
        };
        if more.starts_with(b"_Alias") {
            let letter = kind.as_bytes()[0];
            best.offer(gap + kind.len() + 6, Match::AliasOf(letter));
        }
    }
}
