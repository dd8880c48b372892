//! Where a line stands and how it is read: what every message of sshd begins with.

use super::refusal::Fault;
use crate::facts::sshd::lexer::{Era, Words, split};
use crate::facts::sshd::{Names, Version};
use crate::source::Obstacle;

/// A line being read.
pub(super) struct Context<'a> {
    pub(super) version: &'a Version,
    pub(super) names: &'a Names,
    /// The file as sshd names it, or `command-line`.
    pub(super) file: &'a [u8],
    /// The line as sshd counts it.
    pub(super) line: u32,
    /// The keyword as it is written.
    pub(super) keyword: &'a [u8],
}

impl Context<'_> {
    pub(super) fn era(&self) -> Era {
        era(self.version)
    }

    /// `FILE line N: TEXT`.
    pub(super) fn at(&self, text: &[&[u8]]) -> Vec<u8> {
        let line = format!(" line {}: ", self.line);
        let mut message = [self.file, line.as_bytes()].concat();
        message.extend(text.concat());
        message
    }

    /// The same, where sshd shows no more than 200 bytes of the file's name.
    pub(super) fn at_short(&self, text: &[&[u8]]) -> Vec<u8> {
        let short = Context {
            file: &self.file[..self.file.len().min(200)],
            ..*self
        };
        short.at(text)
    }

    pub(super) fn ends(&self, text: &[&[u8]]) -> Fault {
        Fault::Ends(vec![self.at(text)])
    }

    pub(super) fn ends_short(&self, text: &[&[u8]]) -> Fault {
        Fault::Ends(vec![self.at_short(text)])
    }

    pub(super) fn counts(&self, text: &[&[u8]]) -> Fault {
        Fault::Counts(vec![self.at(text)])
    }

    /// What sshd says of a missing argument: one text up to 8.6, with the keyword since.
    pub(super) fn missing(&self, old: &str) -> Fault {
        match self.era() {
            Era::Old => self.ends(&[old.as_bytes()]),
            Era::New => self.ends(&[self.keyword, b" missing argument."]),
        }
    }

    pub(super) fn unknown(&self, what: &str) -> Fault {
        Fault::Unknown(Obstacle::NotModelled { what: what.into() })
    }
}

/// How a version takes lines apart.
pub(super) fn era(version: &Version) -> Era {
    match version.since(8, 7) {
        true => Era::New,
        false => Era::Old,
    }
}

/// The arguments of a line, taken one by one.
pub(super) enum Arguments<'a> {
    Old(Words<'a>),
    New {
        words: std::vec::IntoIter<Vec<u8>>,
        /// The line behind its keyword, as it is written.
        rest: &'a [u8],
    },
}

impl<'a> Arguments<'a> {
    /// Those of the line that `words` has taken the keyword of; none if a quote is not closed.
    pub(super) fn new(words: Words<'a>, era: Era) -> Option<Self> {
        Some(match era {
            Era::Old => Self::Old(words),
            Era::New => {
                let rest = words.rest().unwrap_or_default();
                let words = split(rest)?.into_iter();
                Self::New { words, rest }
            }
        })
    }

    /// The next one.
    pub(super) fn next(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Old(words) => words.word().map(|word| word.into_owned()),
            Self::New { words, .. } => words.next(),
        }
    }

    /// The next one that is not empty.
    pub(super) fn full(&mut self) -> Option<Vec<u8>> {
        self.next().filter(|word| !word.is_empty())
    }

    /// The next one of a list: an empty one ends it up to 8.6.
    pub(super) fn item(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Old(_) => self.full(),
            Self::New { .. } => self.next(),
        }
    }

    /// The same, where `=` is a letter.
    pub(super) fn blank_item(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Old(words) => {
                let word = words.blank_word().filter(|word| !word.is_empty());
                word.map(|word| word.into_owned())
            }
            Self::New { .. } => self.next(),
        }
    }

    /// All that are left, none to follow.
    pub(super) fn all(&mut self) -> Vec<Vec<u8>> {
        std::iter::from_fn(|| self.item()).collect()
    }

    /// How many are left, where that is known beforehand.
    pub(super) fn left(&self) -> usize {
        match self {
            Self::Old(words) => usize::from(words.rest().is_some_and(|rest| !rest.is_empty())),
            Self::New { words, .. } => words.len(),
        }
    }

    /// The next one, not taken; up to 8.6 all of the rest.
    pub(super) fn peek(&self) -> Option<&[u8]> {
        match self {
            Self::Old(words) => words.rest(),
            Self::New { words, .. } => words.as_slice().first().map(Vec::as_slice),
        }
    }

    /// The rest of the line as it is written, without blanks in front; and nothing is left.
    pub(super) fn rest(&mut self) -> Option<&'a [u8]> {
        let rest = match self {
            Self::Old(words) => words.rest(),
            Self::New { rest, .. } => Some(*rest),
        };
        self.drop_rest();
        let blanks = |byte: &u8| b" \t\r\n".contains(byte);
        rest.map(|rest| &rest[rest.iter().take_while(|byte| blanks(byte)).count()..])
    }

    pub(super) fn drop_rest(&mut self) {
        *self = Self::New {
            words: Vec::new().into_iter(),
            rest: b"",
        };
    }
}
