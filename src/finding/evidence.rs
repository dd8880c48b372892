//! What a verdict stands on: observed, expected, and where.

use crate::source::{HostText, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What part a piece of evidence plays.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It decides the matter.
    Decides,
    /// It would decide, if something before it did not.
    Shadowed,
    /// It helps to understand.
    Context,
    /// The line of the policy that asks.
    AskedBy,
}

/// One thing that was seen, or asked for, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What part it plays.
    pub role: Role,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<HostText>,
    /// What should have been seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<HostText>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// What to know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<HostText>,
}

impl Evidence {
    fn new(role: Role) -> Self {
        Self {
            role,
            observed: None,
            expected: None,
            source: None,
            note: None,
        }
    }

    /// What decides.
    pub fn decides(observed: impl Into<HostText>, source: &Source) -> Self {
        Self {
            observed: Some(observed.into()),
            source: Some(source.clone()),
            ..Self::new(Role::Decides)
        }
    }

    /// What would decide, if something before it did not.
    pub fn shadowed(observed: impl Into<HostText>, source: &Source) -> Self {
        Self {
            observed: Some(observed.into()),
            source: Some(source.clone()),
            ..Self::new(Role::Shadowed)
        }
    }

    /// What helps to understand.
    pub fn context(observed: impl Into<HostText>, source: &Source) -> Self {
        Self {
            observed: Some(observed.into()),
            source: Some(source.clone()),
            ..Self::new(Role::Context)
        }
    }

    /// Something to know, without a place of its own.
    pub fn note(note: impl Into<HostText>) -> Self {
        Self::new(Role::Context).noting(note)
    }

    /// The line of the policy that asks.
    pub fn asked_by(source: Source) -> Self {
        Self {
            source: Some(source),
            ..Self::new(Role::AskedBy)
        }
    }

    /// The same, with what was wanted instead.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<HostText>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// The same, with something to know about it.
    #[must_use]
    pub fn noting(mut self, note: impl Into<HostText>) -> Self {
        self.note = Some(note.into());
        self
    }
}
