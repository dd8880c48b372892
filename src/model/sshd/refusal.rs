//! Why sshd would not start, or not serve a login; and why that cannot be told.

use crate::source::{HostText, Obstacle, Source};
use std::fmt;

/// What sshd refuses, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line that it complains of; none where no single line is at fault.
    pub place: Option<Source>,
    /// Its complaints, in the order in which it prints them. The last one ends it.
    pub messages: Vec<HostText>,
}

impl Refusal {
    /// The complaint that comes first: those behind it follow from it.
    pub fn reason(&self) -> HostText {
        self.messages.first().cloned().unwrap_or_default()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.reason())
    }
}

/// Why there is no answer for a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// sshd would refuse.
    Refused(Refusal),
    /// It cannot be told.
    Unknown(Obstacle),
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Obstacle> for Trouble {
    fn from(obstacle: Obstacle) -> Self {
        Self::Unknown(obstacle)
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// sshd says so and ends (fatal).
    Ends(Vec<Vec<u8>>),
    /// sshd says so, reads the file on, and ends then (error).
    Counts(Vec<Vec<u8>>),
    /// It cannot be told what sshd makes of the line.
    Unknown(Obstacle),
}

/// The state in which a fault of a line counts: sshd looks at some values only where it takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Always.
    Always,
    /// Where the line is in force.
    Active,
    /// Where it is in force and nothing was taken yet.
    Taken,
    /// Wherever nothing was taken yet, also in a block that does not apply.
    Unset,
    /// Where something was taken before: by an earlier line, or by earlier words of this one if it is taken.
    After {
        /// True if it is the first word of the line.
        first: bool,
    },
    /// Where it is in force, nothing was taken before, and it is not the first word of the line: up to 8.6.
    Later {
        /// True if it is the first word of the line.
        first: bool,
    },
    /// Unless ports were given on the command line.
    NoPorts,
}
