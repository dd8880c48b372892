//! The words of a command line: which of them are secret by the option before them, by their name, by their shape.

use super::assign::{self, Values};
use super::draft::Draft;
use super::habits::{Habits, Takes, container_ids};
use super::{Kind, json, line, name, shape, url, value};
use crate::source::HostText;

/// How often a word is taken apart as a line of its own: `sh -c "ssh host 'sh -c …'"`.
const DEPTH: usize = 6;

/// The fewest words of a seed phrase (BIP-39).
const PHRASE: usize = 12;

/// A command line without its secrets. Words stay apart as they are; a seed phrase or a key in PEM that was spread over
/// several becomes one.
pub fn mask_argv(argv: &[HostText]) -> Vec<HostText> {
    settle(argv.iter().map(HostText::raw), |draft, words| {
        Words::default()
            .all(draft, words)
            .into_iter()
            .flatten()
            .collect()
    })
}

/// A text, such as a line of a log or of a shell, without its secrets.
pub fn mask_text(text: &HostText) -> HostText {
    settle_one(text.raw(), |draft, text| Words::default().word(draft, text))
}

/// Masks until nothing changes, so that to mask again changes nothing.
pub(super) fn settle<'a>(
    words: impl Iterator<Item = &'a str>,
    step: impl Fn(&mut Draft, &[String]) -> Vec<String>,
) -> Vec<HostText> {
    const ROUNDS: usize = 8;
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    for _ in 0..ROUNDS {
        let mut draft = Draft::new();
        let closed: Vec<String> = words.iter().map(|word| draft.close(word)).collect();
        let shown: Vec<String> = step(&mut draft, &closed)
            .iter()
            .map(|word| draft.open(word))
            .collect();
        if shown == words {
            return words.into_iter().map(HostText::from).collect();
        }
        words = shown;
    }
    vec![HostText::from(
        super::Masked::bare(Kind::Secret).to_string(),
    )]
}

/// The same for one text.
pub(super) fn settle_one(text: &str, step: impl Fn(&mut Draft, &str) -> String) -> HostText {
    let shown = settle([text].into_iter(), |draft, words| {
        words.iter().map(|word| step(draft, word)).collect()
    });
    shown.into_iter().next().unwrap_or_default()
}

/// The masking of words, at a depth of quoting.
#[derive(Clone, Copy, Default)]
pub(super) struct Words {
    pub(super) depth: usize,
    /// Hex is an id by its place.
    pub(super) ids_may_stand: bool,
}

/// What the words before say of the next one.
enum Next {
    Secret(Kind),
    /// An address with a secret in it.
    Address(Kind),
    /// A user, one of these signs, a password.
    Login(&'static [char]),
    /// A line for a shell.
    Line,
}

impl Words {
    /// The words of one command line; `None` for one that became part of the mark before it.
    pub(super) fn all(self, draft: &mut Draft, words: &[String]) -> Vec<Option<String>> {
        let mut shown: Vec<Option<String>> = Vec::with_capacity(words.len());
        let ids = container_ids(words);
        let mut habits = Habits::default();
        let mut next = None;
        while let Some(word) = words.get(shown.len()) {
            let at = shown.len();
            if let Some((prefix, kind, length)) = block(&words[at..]) {
                let mark = draft.mask(kind, &format!("{} ", &word[prefix..]));
                let before = self.word(draft, &word[..prefix]);
                shown.push(Some(before + &mark));
                shown.extend(std::iter::repeat_n(None, length - 1));
                next = None;
                continue;
            }
            if let Some(next) = next.take().filter(|_| !is_option(word)) {
                let hidden = match next {
                    Next::Secret(kind) => self.value(draft, kind, word),
                    Next::Address(_) if begins_with_scheme(word) => self.word(draft, word),
                    Next::Address(kind) => self.value(draft, kind, word),
                    Next::Login(signs) => self.login(draft, word, signs),
                    Next::Line => self.line(draft, word),
                };
                let swallows = matches!(next, Next::Secret(Kind::SeedPhrase)) && hidden != *word;
                shown.push(Some(hidden));
                if swallows {
                    let more = words[at + 1..]
                        .iter()
                        .take(2 * PHRASE)
                        .take_while(|word| is_of_phrase(word))
                        .count();
                    shown.extend(std::iter::repeat_n(None, more));
                }
                continue;
            }
            if (word.starts_with('-') && word.len() > 1) || habits.begins_option(word) {
                let (text, announced) = self.option(draft, &mut habits, word);
                shown.push(Some(text));
                next = announced;
                continue;
            }
            let is_last = at > 0 && at + 1 == words.len();
            if is_last && habits.last_is_secret() {
                shown.push(Some(self.value(draft, Kind::Password, word)));
                continue;
            }
            habits.see(word);
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            next = announces(word, before.map(String::as_str)).map(Next::Secret);
            let ids_may_stand = self.ids_may_stand || ids[at];
            shown.push(Some(
                Self {
                    ids_may_stand,
                    ..self
                }
                .word(draft, word),
            ));
        }
        shown
    }

    /// One word that nothing before it says anything of.
    pub(super) fn word(self, draft: &mut Draft, word: &str) -> String {
        if let Some((name, value)) = assignment(word).filter(|_| self.depth < DEPTH) {
            let value = self.deeper().assigned(draft, name, value);
            return by_shape(draft, name, self.ids_may_stand) + "=" + &value;
        }
        if let Some(hit) = assign::leading(word) {
            return draft.hide(word, vec![hit]);
        }
        if let Some(json) = (self.depth < DEPTH)
            .then(|| json::masked(draft, word, self.depth + 1))
            .flatten()
        {
            return json;
        }
        if !line::is_line(word) || begins_with_scheme(word) {
            return self.leaf(draft, word);
        }
        self.line(draft, word)
    }

    /// A line with several words in it.
    pub(super) fn line(self, draft: &mut Draft, text: &str) -> String {
        if self.depth >= DEPTH {
            return draft.mask(Kind::Secret, text);
        }
        let quoted = assign::hits(text, Values::Quoted);
        let text = draft.hide(text, quoted);
        let (words, end) = line::words(&text);
        let meant: Vec<String> = words.iter().map(|word| word.meant.clone()).collect();
        if meant == [text.as_str()] {
            return self.leaf(draft, &text);
        }
        let shown = self.deeper().all(draft, &meant);
        line::put_together(&words, shown, end)
    }

    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }

    /// What a name was given: `NAME=value`, `--name=value`, a variable.
    pub(super) fn assigned(self, draft: &mut Draft, name: &str, value: &str) -> String {
        match name::kind(name) {
            Some(kind) if !(name::is_address(name) && begins_with_scheme(value)) => {
                self.value(draft, kind, value)
            }
            _ => self.word(draft, value),
        }
    }

    fn value(self, draft: &mut Draft, kind: Kind, value: &str) -> String {
        if value::is_harmless(kind, value) {
            self.leaf(draft, value)
        } else {
            draft.mask(kind, value)
        }
    }

    /// `user:password`, with a percent sign as Samba has it, with a comma as lftp has it.
    fn login(self, draft: &mut Draft, word: &str, signs: &[char]) -> String {
        let is_id = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let at = word.find(signs).filter(|_| !begins_with_scheme(word));
        match at.map(|at| word.split_at(at + 1)) {
            Some((user, password)) if !(is_id(&user[..user.len() - 1]) && is_id(password)) => {
                // Some services take a key for the user, and no password.
                by_shape(draft, user, false) + &draft.mask(Kind::Password, password)
            }
            _ => self.word(draft, word),
        }
    }

    fn option(self, draft: &mut Draft, habits: &mut Habits, word: &str) -> (String, Option<Next>) {
        match habits.takes(word) {
            Some(Takes::Next(kind)) => return (word.to_owned(), Some(Next::Secret(kind))),
            Some(Takes::NextLine) => return (word.to_owned(), Some(Next::Line)),
            Some(Takes::NextLogin(signs)) => return (word.to_owned(), Some(Next::Login(signs))),
            Some(Takes::Attached(at, kind)) => {
                return (
                    format!("{}{}", &word[..at], draft.mask(kind, &word[at..])),
                    None,
                );
            }
            Some(Takes::AttachedLogin(at, signs)) => {
                return (
                    format!("{}{}", &word[..at], self.login(draft, &word[at..], signs)),
                    None,
                );
            }
            None => {}
        }
        if assignment(word).is_none()
            && word.len() > 2
            && is_name(word)
            && !name::is_switch(word)
            && let Some(kind) = name::kind(word)
        {
            let next = if name::is_address(word) {
                Next::Address(kind)
            } else {
                Next::Secret(kind)
            };
            return (self.leaf(draft, word), Some(next));
        }
        (self.word(draft, word), None)
    }

    /// A word that cannot be taken apart any more.
    fn leaf(self, draft: &mut Draft, word: &str) -> String {
        let word = draft.hide(word, url::hits(word));
        let word = draft.hide(&word, assign::hits(&word, Values::All));
        let word = by_shape(draft, &word, self.ids_may_stand);
        let phrase = word
            .split([',', '_', '-', '+', '.'])
            .filter(|part| is_of_phrase(part))
            .count()
            >= PHRASE;
        if phrase {
            draft.mask(Kind::SeedPhrase, &word)
        } else {
            word
        }
    }
}

/// Several words that are one secret, from the first on: where it begins in the first, what it is, how many words.
fn block(words: &[String]) -> Option<(usize, Kind, usize)> {
    let first = words.first()?;
    if let Some(start) = first.find("-----BEGIN") {
        let end = words
            .iter()
            .position(|word| word.contains("-----END"))
            .map_or(words.len(), |end| {
                let closes =
                    |word: &String| word.ends_with("-----") && !word.ends_with("-----END-----");
                words[end..]
                    .iter()
                    .take(6)
                    .position(closes)
                    .map_or(end + 1, |more| end + more + 1)
            });
        return Some((start, Kind::PrivateKey, end));
    }
    let phrase = words
        .iter()
        .take_while(|word| is_of_phrase(word.trim_end_matches(',')))
        .count();
    (phrase >= PHRASE).then_some((0, Kind::SeedPhrase, phrase))
}

/// Words of BIP-39 have three to eight letters.
fn is_of_phrase(word: &str) -> bool {
    (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// True if a word after a secret's option is the next option instead. Most secrets that begin with a dash have a capital,
/// a digit, or no second dash.
fn is_option(word: &str) -> bool {
    if let Some(long) = word.strip_prefix("--") {
        let name = long.split('=').next().unwrap_or(long);
        return name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    }
    word.len() == 2 && word.starts_with('-') && word.ends_with(|c: char| c.is_ascii_alphabetic())
}

/// `NAME=value`, with dashes in front or without.
fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    // At the end of base64 the sign assigns nothing.
    let assigns = !value.is_empty() && value != "=";
    (assigns && is_name(name)).then_some((name, value))
}

fn is_name(text: &str) -> bool {
    let of_name = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
    !text.is_empty() && text.len() <= 256 && text.chars().all(of_name)
}

fn begins_with_scheme(word: &str) -> bool {
    word.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty()
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+.-:".contains(c))
    })
}

/// What a plain word says of the one behind it: `requirepass X`, `identified by X`, `{apiKey: X}`.
fn announces(word: &str, before: Option<&str>) -> Option<Kind> {
    const BEFORE_NAMES: &[&str] = &[
        "--arg",
        "set",
        "SET",
        "setenv",
        "--set-string",
        "config",
        "machine",
    ];
    const ALONE: &[&str] = &[
        "password",
        "passphrase",
        "requirepass",
        "masterauth",
        "psk",
        "authtoken",
        "add-authtoken",
    ];
    let before = before?;
    let name = word.trim_start_matches(['{', '[', '(', ',', '-', '"', '\'']);
    if let Some(name) = name.strip_suffix([':', '=']) {
        return is_name(name).then(|| name::kind(name)).flatten();
    }
    if word.contains('/') || !is_name(word) {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    if ALONE.contains(&lower.as_str())
        || word == "AUTH"
        || (lower == "by" && before.eq_ignore_ascii_case("identified"))
    {
        return Some(Kind::Password);
    }
    let kind = name::kind(word)?;
    let is_compound = word.contains(['_', '.']);
    let is_strong = matches!(
        kind,
        Kind::Secret
            | Kind::ApiSecret
            | Kind::Password
            | Kind::PrivateKey
            | Kind::Passphrase
            | Kind::SeedPhrase
            | Kind::ApiKey
    );
    (BEFORE_NAMES.contains(&before) || (is_compound && is_strong)).then_some(kind)
}

/// What a text gives away by its shape, in whatever place it is.
pub(super) fn by_shape(draft: &mut Draft, text: &str, ids_may_stand: bool) -> String {
    let text = draft.hide(text, shape::known(text));
    draft.hide(&text, shape::drawn(&text, ids_may_stand))
}
