//! Something wrong in a text, told at its place.

use super::{Place, nearest, quoted_list};
use crate::source::HostText;
use std::fmt;

/// Whether a mistake stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The text cannot be used.
    Error,
    /// It can be used; somebody should look.
    Warning,
    /// Good to know, and nothing is wrong yet.
    Note,
}

/// Something wrong in a text.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// Whether it stops the work.
    pub level: Level,
    /// The place of what is wrong.
    pub at: Place,
    /// What is wrong, in one line.
    pub message: String,
    /// A few words beside the caret.
    pub label: Option<String>,
    /// What would put it right.
    pub help: Option<String>,
    /// Other places that matter, each with a few words.
    pub also: Vec<(Place, String)>,
}

impl Mistake {
    /// A mistake that makes the text unusable.
    pub fn error(at: Place, message: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            at,
            message: message.into(),
            label: None,
            help: None,
            also: Vec::new(),
        }
    }

    /// Something that a person should look at.
    pub fn warning(at: Place, message: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            ..Self::error(at, message)
        }
    }

    /// Something that is good to know.
    pub fn note(at: Place, message: impl Into<String>) -> Self {
        Self {
            level: Level::Note,
            ..Self::error(at, message)
        }
    }

    /// With a few words beside the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With what would put it right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With the known name that the wrong one is likely to mean; where none is near, with all of them if they are few.
    #[must_use]
    pub fn near<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        const FEW: usize = 12;
        let known: Vec<&str> = known.into_iter().collect();
        match nearest(word, known.iter().copied()) {
            Some(near) => self.help(format!("did you mean `{near}`?")),
            None if (1..=FEW).contains(&known.len()) => {
                self.help(format!("known here: {}", quoted_list(&known)))
            }
            None => self,
        }
    }

    /// With another place that matters.
    #[must_use]
    pub fn also(mut self, place: Place, label: impl Into<String>) -> Self {
        self.also.push((place, label.into()));
        self
    }
}

/// The place and the message in one line, safe to print.
impl fmt::Display for Mistake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = HostText::from(&self.message);
        write!(out, "{}: {message}", self.at)
    }
}
