//! A typed thing read from the host, with its source, or why it could not be read.
//!
//! The three values are the tool's conscience: a rule reads a fact with `?`, and what could not be seen becomes
//! `unknown` on its own. Nothing here can turn a failed read into "none".

use crate::source::{Obstacle, Source};
use serde::{Deserialize, Serialize};

/// A thing asked of the host: known, absent, or not to be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact<T> {
    /// It was seen there.
    Known {
        /// What was seen.
        value: T,
        /// Where.
        source: Source,
    },
    /// It was looked for and is not there.
    Absent {
        /// Where it would have been.
        looked_at: Source,
    },
    /// It could not be seen.
    Unknown(Obstacle),
}

/// Why a rule gives no verdict of its own on a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unjudged {
    /// It should have been seen and could not be.
    Unknown(Obstacle),
    /// The question does not arise on this host.
    NotApplicable {
        /// Why, in a few words.
        why: String,
        /// Where that was seen.
        source: Source,
    },
}

impl<T> Fact<T> {
    /// The value; absence means that the question does not arise.
    ///
    /// # Errors
    /// [`Unjudged`] if the thing is absent or could not be seen.
    pub fn known(&self) -> Result<(&T, &Source), Unjudged> {
        match self {
            Self::Known { value, source } => Ok((value, source)),
            Self::Absent { looked_at } => Err(Unjudged::NotApplicable {
                why: "not on this host".to_owned(),
                source: looked_at.clone(),
            }),
            Self::Unknown(obstacle) => Err(Unjudged::Unknown(obstacle.clone())),
        }
    }

    /// The value or its absence, where absence is the rule's own business.
    ///
    /// # Errors
    /// [`Unjudged::Unknown`] if it could not be seen.
    pub fn present(&self) -> Result<Option<(&T, &Source)>, Unjudged> {
        match self {
            Self::Known { value, source } => Ok(Some((value, source))),
            Self::Absent { .. } => Ok(None),
            Self::Unknown(obstacle) => Err(Unjudged::Unknown(obstacle.clone())),
        }
    }

    /// What stood in the way, if something did.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        match self {
            Self::Unknown(obstacle) => Some(obstacle),
            _ => None,
        }
    }
}

impl<T> From<Obstacle> for Fact<T> {
    fn from(obstacle: Obstacle) -> Self {
        Self::Unknown(obstacle)
    }
}

impl<T> From<Result<(T, Source), Obstacle>> for Fact<T> {
    fn from(read: Result<(T, Source), Obstacle>) -> Self {
        match read {
            Ok((value, source)) => Self::Known { value, source },
            Err(obstacle) => Self::Unknown(obstacle),
        }
    }
}

impl From<Obstacle> for Unjudged {
    fn from(obstacle: Obstacle) -> Self {
        Self::Unknown(obstacle)
    }
}

impl Unjudged {
    /// What stands in the way of whoever cannot do without: absence too.
    pub fn obstacle(self) -> Obstacle {
        match self {
            Self::Unknown(obstacle) => obstacle,
            Self::NotApplicable { why, source } => Obstacle::Failed {
                at: source,
                why: why.into(),
            },
        }
    }
}

/// What was seen of several things, and what could not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// What was seen.
    pub items: Vec<T>,
    /// What could not be: each may hide items.
    pub gaps: Vec<Obstacle>,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

impl<T> FromIterator<Result<T, Obstacle>> for Listing<T> {
    fn from_iter<I: IntoIterator<Item = Result<T, Obstacle>>>(results: I) -> Self {
        let mut listing = Self::default();
        for result in results {
            match result {
                Ok(item) => listing.items.push(item),
                Err(gap) => listing.gaps.push(gap),
            }
        }
        listing
    }
}
