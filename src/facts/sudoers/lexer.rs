//! The words of sudoers as sudo's scanner (toke.l) makes them: in each state the longest match wins, of equal ones the first.
//!
//! Files lie on each other: at the end of one its includer goes on, in the middle of an entry where a continuation says so.

mod best;
mod text;

use super::scan;
use crate::source::HostText;
use best::{Best, Match};
use text::{cut_at_nul, prepared, unescaped};

/// A word, with what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A program, with its arguments.
    Program(HostText, Option<HostText>),
    /// A name in capitals.
    Alias(HostText),
    /// The name of a setting.
    Setting(HostText),
    Network(HostText),
    Netgroup(HostText),
    Group(HostText),
    Word(HostText),
    Digest(HostText),
    Include,
    IncludeDir,
    /// `Defaults`, with the sign of its scope.
    Defaults(Option<u8>),
    /// `User_Alias` and the like, by their first letter.
    AliasOf(u8),
    /// A tag and whether it switches on.
    Tag(&'static str, bool),
    /// The name of an option of a command.
    Option(&'static str),
    All,
    /// The name of a digest.
    Sha(&'static str, usize),
    /// One of `:=,!+-()`.
    Sign(u8),
    Newline,
    /// Nothing that sudo knows.
    Wrong(&'static str),
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Initial,
    Scope,
    Command,
    CommandRegex,
    SettingName,
    SettingValue,
    Text,
    Digest(usize),
    Include,
    Path,
}

/// A text that is being read.
struct Frame {
    file: u32,
    text: Vec<u8>,
    at: usize,
    line: u32,
    line_start: bool,
    /// True if its last line has no end: there sudo takes a lone `#` for one.
    unended: bool,
}

/// The scanner, over all the files that lie on each other.
pub(super) struct Lexer {
    frames: Vec<Frame>,
    state: State,
    before_text: State,
    continued: bool,
    saw_space: bool,
    program: Vec<u8>,
    args: Option<Vec<u8>>,
    text: Option<Vec<u8>>,
}

impl Lexer {
    pub(super) fn new() -> Self {
        Self {
            frames: Vec::new(),
            state: State::Initial,
            before_text: State::Initial,
            continued: false,
            saw_space: false,
            program: Vec::new(),
            args: None,
            text: None,
        }
    }

    /// Goes on with another file, and then here again.
    pub(super) fn push(&mut self, file: u32, bytes: &[u8]) {
        self.frames.push(Frame {
            file,
            text: prepared(bytes),
            at: 0,
            line: 1,
            line_start: true,
            unended: bytes.last().is_some_and(|byte| *byte != b'\n'),
        });
    }

    /// The file and line that the next word stands in.
    pub(super) fn place(&self) -> (u32, u32) {
        self.frames
            .last()
            .map_or((0, 0), |frame| (frame.file, frame.line))
    }

    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Leaves the file on top.
    pub(super) fn pop(&mut self) {
        self.frames.pop();
    }

    /// The next word of the file on top; [`Token::End`] where it ends.
    pub(super) fn next(&mut self) -> Token {
        loop {
            let Some(frame) = self.frames.last_mut() else {
                return Token::End;
            };
            let rest = &frame.text[frame.at..];
            if rest.is_empty() {
                return Token::End;
            }
            let Best { length, found } = best::best(self.state, rest, frame.line_start);
            let matched = rest[..length].to_vec();
            frame.at += length;
            frame.line_start = matched.last() == Some(&b'\n');
            if let Some(token) = self.act(found, &matched) {
                return token;
            }
        }
    }

    /// Gives back all but some bytes of the last match; what follows is not at the start of a line.
    fn keep(&mut self, kept: usize, matched: &[u8]) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at -= matched.len() - kept;
            frame.line_start = false;
        }
    }

    fn end_line(&mut self) -> Option<Token> {
        self.state = State::Initial;
        self.continued = false;
        self.next_line();
        Some(Token::Newline)
    }

    fn in_unended_line(&self) -> bool {
        let rest = |frame: &Frame| frame.text.len() - frame.at;
        let last = |frame: &Frame| scan::line(&frame.text[frame.at..]) == rest(frame);
        self.frames
            .last()
            .is_some_and(|frame| frame.unended && last(frame))
    }

    fn next_line(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.line += 1;
        }
    }

    fn program_read(&mut self) -> Option<Token> {
        self.state = State::Initial;
        let args = self.args.take().map(|args| HostText::from_bytes(&args));
        Some(Token::Program(HostText::from_bytes(&self.program), args))
    }

    fn argument(&mut self, text: &[u8], spaced: bool) {
        match &mut self.args {
            Some(args) => {
                if spaced {
                    args.push(b' ');
                }
                args.extend_from_slice(text);
            }
            None => self.args = Some(text.to_vec()),
        }
    }

    fn act(&mut self, found: Match, matched: &[u8]) -> Option<Token> {
        // None of these may follow a continuation.
        if self.continued && found.begins_line() {
            return Some(Token::Wrong("invalid line continuation"));
        }
        let text = |bytes: &[u8]| HostText::from_bytes(&unescaped(bytes));
        match found {
            Match::Blank => self.saw_space = true,
            Match::Continuation => {
                self.saw_space = true;
                self.continued = true;
                self.next_line();
            }
            Match::TextContinuation => {
                self.continued = true;
                self.next_line();
            }
            Match::Newline => {
                if self.state == State::Text {
                    self.state = State::Initial;
                    self.text = None;
                    self.keep(0, matched);
                    return Some(Token::Wrong("unexpected line break in string"));
                }
                return self.end_line();
            }
            Match::Comment => {
                return match matched.last() {
                    Some(b'\n') => self.end_line(),
                    _ if self.in_unended_line() => Some(Token::Newline),
                    _ => Some(Token::Wrong("a lone #")),
                };
            }
            Match::Bangs => return (matched.len() % 2 == 1).then_some(Token::Sign(b'!')),
            Match::Nothing => return Some(Token::Wrong("syntax error")),
            Match::Sign(sign) => return Some(Token::Sign(sign)),
            Match::NextSetting => {
                self.state = State::SettingName;
                return Some(Token::Sign(b','));
            }
            Match::ToSettings => self.state = State::SettingName,
            Match::SettingName => {
                self.state = State::SettingValue;
                return Some(Token::Setting(text(matched)));
            }
            Match::Word => {
                if matches!(self.state, State::Include | State::Path) {
                    self.state = State::Initial;
                }
                return Some(Token::Word(text(matched)));
            }
            Match::Quote => {
                self.text = None;
                self.before_text = match self.state {
                    State::Include => State::Initial,
                    state => state,
                };
                self.state = State::Text;
            }
            Match::TextPart => {
                let part = unescaped(matched);
                self.text.get_or_insert_default().extend(part);
            }
            Match::TextEnd => return Some(self.text_read()),
            Match::Digest => {
                let State::Digest(size) = self.state else {
                    return None;
                };
                self.state = State::Initial;
                let is_hex = matched.iter().all(u8::is_ascii_hexdigit);
                let padded = matched.last() == Some(&b'=');
                let base64 = if padded {
                    4 * size.div_ceil(3)
                } else {
                    (4 * size).div_ceil(3)
                };
                // One of a wrong length vanishes.
                let fits = if is_hex { 2 * size } else { base64 } == matched.len();
                return fits.then(|| Token::Digest(text(matched)));
            }
            Match::Sha(name, size) => {
                self.state = State::Digest(size);
                return Some(Token::Sha(name, size));
            }
            Match::Include | Match::IncludeDir => {
                self.state = State::Include;
                return Some(match found {
                    Match::Include => Token::Include,
                    _ => Token::IncludeDir,
                });
            }
            Match::HashInclude => {
                self.keep(b"#include".len(), matched);
                self.state = State::Include;
                return Some(Token::Include);
            }
            Match::HashIncludeDir => {
                self.keep(b"#includedir".len(), matched);
                self.state = State::Include;
                return Some(Token::IncludeDir);
            }
            Match::Defaults => {
                self.state = State::Scope;
                let bare = scan::blanks(matched) + b"Defaults".len();
                let sign = matched.get(bare).copied();
                if sign.is_some() {
                    let kept = bare + 1 + scan::blanks(&matched[bare + 1..]);
                    self.keep(kept, matched);
                }
                return Some(Token::Defaults(sign));
            }
            Match::AliasOf(letter) => return Some(Token::AliasOf(letter)),
            Match::Tag(name, on) => return Some(Token::Tag(name, on)),
            Match::Option(name) => {
                if matches!(name, "CWD" | "CHROOT") {
                    self.state = State::Path;
                }
                return Some(Token::Option(name));
            }
            Match::EmptyGroup => return Some(Token::Wrong("empty group")),
            Match::Netgroup => return Some(Token::Netgroup(text(&matched[1..]))),
            Match::Group => return Some(Token::Group(text(&matched[1..]))),
            Match::Network(is_v6) => {
                let halves = matched.split(|byte| *byte == b'/');
                let twice = |half: &[u8]| half.windows(2).filter(|pair| pair == b"::").count() > 1;
                if is_v6 && halves.into_iter().any(twice) {
                    return Some(Token::Wrong("invalid IPv6 address"));
                }
                return Some(Token::Network(text(matched)));
            }
            Match::All => return Some(Token::All),
            Match::Alias => return Some(Token::Alias(text(matched))),
            Match::ScopeProgram => {
                self.begin_program(matched);
                let state = self.state;
                let token = self.program_read();
                self.state = state;
                return token;
            }
            Match::Program => {
                self.begin_program(matched);
                self.state = State::Command;
                // A directory has no arguments.
                if matched.first() == Some(&b'/') && matched.last() == Some(&b'/') {
                    let token = self.program_read();
                    return token;
                }
            }
            Match::EndOfProgram => {
                self.keep(0, matched);
                return self.program_read();
            }
            Match::QuotedGlob => {
                self.argument(matched, self.saw_space);
                self.saw_space = false;
            }
            Match::QuotedSign => {
                self.argument(&matched[1..], self.saw_space);
                self.saw_space = false;
            }
            Match::Argument => {
                if self.args.is_none() && matched.first() == Some(&b'^') {
                    self.state = State::CommandRegex;
                    self.keep(0, matched);
                } else {
                    self.argument(matched, self.saw_space);
                    self.saw_space = false;
                }
            }
            Match::RegexPart => {
                let skipped = if self.continued {
                    scan::blanks(matched)
                } else {
                    0
                };
                self.continued = false;
                if skipped < matched.len() {
                    self.argument(&matched[skipped..], false);
                }
            }
            Match::RegexEscape => self.argument(matched, false),
            Match::RegexEnd => {
                self.argument(b"$", false);
                self.continued = false;
                return self.program_read();
            }
            Match::RegexBroken => {
                self.keep(0, matched);
                self.state = State::Initial;
                return Some(Token::Wrong("unterminated regular expression"));
            }
        }
        None
    }

    fn begin_program(&mut self, matched: &[u8]) {
        self.args = None;
        let mut program = Vec::with_capacity(matched.len());
        let is_regex = matched.first() == Some(&b'^');
        let mut bytes = matched.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            let special = |next: &u8| matches!(next, b',' | b':' | b'=' | b' ' | b'\t' | b'#');
            match byte {
                b'\\' if !is_regex && bytes.peek().is_some_and(special) => {
                    program.extend(bytes.next());
                }
                byte => program.push(byte),
            }
        }
        if !is_regex && program.ends_with(b"/sudoedit") {
            program = b"sudoedit".to_vec();
        }
        self.program = program;
    }

    fn text_read(&mut self) -> Token {
        self.state = self.before_text;
        let Some(bytes) = self.text.take() else {
            return Token::Wrong("empty string");
        };
        let bytes = cut_at_nul(&bytes);
        if matches!(self.state, State::Initial | State::Scope) {
            match bytes {
                b"%" | b"%:" => return Token::Wrong("empty group"),
                b"+" => return Token::Wrong("empty netgroup"),
                [b'%', name @ ..] => return Token::Group(HostText::from_bytes(name)),
                [b'+', name @ ..] => return Token::Netgroup(HostText::from_bytes(name)),
                _ => {}
            }
        }
        Token::Word(HostText::from_bytes(bytes))
    }
}
