//! serde's error for a tree: what is wrong, raw, and the node where it is.

use crate::yaml::{Entry, Node, nearest};
use serde::de;
use std::fmt;

/// The first thing that a decoding stumbled over.
#[derive(Debug)]
pub(super) struct Fault<'n> {
    pub what: What,
    /// Errors arise without a place and get one where the value was handed out.
    pub at: Option<Spot<'n>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Spot<'n> {
    Value(&'n Node),
    Key {
        map: &'n Node,
        entry: &'n Entry,
    },
    /// Something that is not in the text, below this node.
    Hole(&'n Node),
}

type Names = &'static [&'static str];

#[derive(Debug)]
pub(super) enum What {
    /// In the words of the type that was decoded.
    Custom(String),
    /// Of another type, or outside its range: what was expected, in serde's words.
    Unfit(String),
    /// A list of another length: its length, and what was expected.
    Length(usize, String),
    UnknownKey(String, Names),
    UnknownVariant(String, Names),
    Missing(&'static str),
    Twice(&'static str),
    /// Neither one of these names nor a mapping with one of them as its only key.
    NoVariant(Names),
    /// A variant's name that stands alone and must not.
    Alone(String),
    /// It can only be wrong because something was left out.
    Echo,
}

impl<'n> Fault<'n> {
    pub fn new(what: What) -> Self {
        Self { what, at: None }
    }

    /// At this spot, if it has none of its own.
    pub fn or_at(mut self, spot: Spot<'n>) -> Self {
        self.at.get_or_insert(spot);
        self
    }

    /// The known name that was meant by an unknown one.
    pub fn meant(&self) -> Option<&'static str> {
        match &self.what {
            What::UnknownKey(name, known) | What::UnknownVariant(name, known) => {
                let key = name.split_once(':').map_or(name.as_str(), |(key, _)| key);
                nearest(key, known.iter().copied())
            }
            _ => None,
        }
    }
}

/// For the trait only: people read [`super::words`].
impl fmt::Display for Fault<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.what)
    }
}

impl std::error::Error for Fault<'_> {}

impl de::Error for Fault<'_> {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(What::Custom(message.to_string()))
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(What::Unfit(expected.to_string()))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(What::Unfit(expected.to_string()))
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::new(What::Length(length, expected.to_string()))
    }

    fn unknown_variant(name: &str, known: Names) -> Self {
        Self::new(What::UnknownVariant(name.to_owned(), known))
    }

    fn unknown_field(name: &str, known: Names) -> Self {
        Self::new(What::UnknownKey(name.to_owned(), known))
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(What::Missing(name))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::new(What::Twice(name))
    }
}
