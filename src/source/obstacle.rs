//! Why something could not be seen: a closed list, each with how to see it after all.

use super::{HostText, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// Why a fact could not be read. Each has a stable code, a text, and how to see it after all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Obstacle {
    /// The system would not let us look.
    Denied {
        /// What was looked at.
        at: Source,
        /// What stands in the way.
        by: Denial,
    },
    /// A program that knows the answer is not installed where programs are trusted.
    ToolMissing {
        /// Its name.
        tool: String,
    },
    /// Looking failed, with the reason that the system or the program gave.
    Failed {
        /// What was looked at.
        at: Source,
        /// The reason, in the system's words.
        why: HostText,
    },
    /// No answer came in time.
    TimedOut {
        /// What was looked at.
        what: HostText,
        /// How long it was waited for, in milliseconds.
        after_ms: u64,
    },
    /// More than would be read.
    TooLarge {
        /// What was looked at.
        at: Source,
        /// The limit, in bytes.
        limit: u64,
    },
    /// Read, and not understood.
    Unparsable {
        /// The place that was not understood.
        at: Source,
        /// What is wrong there.
        why: HostText,
    },
    /// Understood, and beyond what this tool reasons about.
    NotModelled {
        /// What it is.
        what: HostText,
    },
    /// Not opened because opening it is not safe: a FIFO, a device, a way out of the root.
    Refused {
        /// What was looked at.
        at: Source,
        /// What it is.
        why: HostText,
    },
    /// The collector itself failed: a defect of this tool.
    Crashed {
        /// Which one.
        what: HostText,
    },
    /// An image cannot tell: it takes the running system.
    NeedsLiveHost {
        /// What would have been asked.
        what: HostText,
    },
    /// Nobody asked for it when the facts were taken.
    NotRecorded {
        /// What would have been asked.
        request: HostText,
    },
}

/// What stands in the way of looking.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Denial {
    /// Permissions: root may look.
    NeedsRoot,
    /// Permissions that hold even for root (a security module, a container's limits).
    EvenRoot,
    /// The tool runs where it cannot see the host (an application container, a sandbox).
    Vantage {
        /// What hides the host.
        hidden_by: HostText,
    },
}

impl Obstacle {
    /// A time-out, with the time waited.
    pub fn timed_out(what: impl Into<HostText>, after: Duration) -> Self {
        Self::TimedOut {
            what: what.into(),
            after_ms: u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// The stable code, as reports carry it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Denied { .. } => "denied",
            Self::ToolMissing { .. } => "tool-missing",
            Self::Failed { .. } => "failed",
            Self::TimedOut { .. } => "timed-out",
            Self::TooLarge { .. } => "too-large",
            Self::Unparsable { .. } => "unparsable",
            Self::NotModelled { .. } => "not-modelled",
            Self::Refused { .. } => "refused",
            Self::Crashed { .. } => "crashed",
            Self::NeedsLiveHost { .. } => "needs-live-host",
            Self::NotRecorded { .. } => "not-recorded",
        }
    }

    /// How to see it after all.
    pub fn how(&self) -> String {
        match self {
            Self::Denied { by, .. } => match by {
                Denial::NeedsRoot => "run with sudo".to_owned(),
                Denial::EvenRoot => "run on the machine itself, as root".to_owned(),
                Denial::Vantage { .. } => "run on the host itself, outside of it".to_owned(),
            },
            Self::ToolMissing { tool } => format!("install {tool}, or repair its owner and mode"),
            Self::Failed { at, .. } => match at {
                Source::Command { .. } => format!("run `{at}` and mend what it reports"),
                _ => format!("look at {at}"),
            },
            Self::TimedOut { .. } => "run again; if it stays, find out what hangs".to_owned(),
            Self::TooLarge { at, .. } => format!("find out why {at} is so large"),
            Self::Unparsable { at, .. } => format!("mend {at}"),
            Self::NotModelled { .. } => "look at it yourself".to_owned(),
            Self::Refused { at, .. } => format!("find out who put {at} there"),
            Self::Crashed { .. } => "please report this: it is a defect of seaworthy".to_owned(),
            Self::NeedsLiveHost { .. } => "run on the host itself".to_owned(),
            Self::NotRecorded { .. } => "record the facts again, for this policy".to_owned(),
        }
    }

    /// True if the mode of the run is the reason and nothing went wrong: the check is then not checked, not unknown.
    pub fn is_by_mode(&self) -> bool {
        matches!(self, Self::NeedsLiveHost { .. })
    }

    /// True if running as root would have shown it.
    pub fn needs_root(&self) -> bool {
        matches!(
            self,
            Self::Denied {
                by: Denial::NeedsRoot,
                ..
            }
        )
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied { at, by } => match by {
                Denial::NeedsRoot => write!(out, "{at}: needs root"),
                Denial::EvenRoot => write!(out, "{at}: denied, even to root"),
                Denial::Vantage { hidden_by } => {
                    write!(out, "{at}: hidden from here by {hidden_by}")
                }
            },
            Self::ToolMissing { tool } => {
                write!(out, "{tool} not found in the trusted directories")
            }
            Self::Failed { at, why } => write!(out, "{at}: {why}"),
            Self::TimedOut { what, after_ms } => {
                write!(
                    out,
                    "{what}: no answer within {:?}",
                    Duration::from_millis(*after_ms)
                )
            }
            Self::TooLarge { at, limit } => write!(out, "{at}: larger than {limit} bytes"),
            Self::Unparsable { at, why } => write!(out, "{at}: not understood: {why}"),
            Self::NotModelled { what } => write!(out, "not modelled: {what}"),
            Self::Refused { at, why } => write!(out, "{at}: not opened: {why}"),
            Self::Crashed { what } => write!(out, "{what}: the collector crashed"),
            Self::NeedsLiveHost { what } => write!(out, "{what}: an image does not show it"),
            Self::NotRecorded { request } => write!(out, "{request}: not among the recorded facts"),
        }
    }
}

impl std::error::Error for Obstacle {}
