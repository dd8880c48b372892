//! What is said about a host: verdicts, severities, subjects, evidence, and the finding that holds them together.
//!
//! A rule returns a [`Judgement`]; `evaluate` stamps it with the check and makes [`Finding`]s of it. These types
//! are what the JSON report prints, so a change here is a change of the public format.

mod evidence;
mod judgement;
mod subject;

pub use evidence::{Evidence, Role};
pub use judgement::{Judgement, Outcome, Ruling};
pub use subject::Subject;

use crate::source::{HostText, Obstacle};
use crate::step::Step;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The answer of one check on one subject, in the words of XCCDF.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything was seen, and it is as it should be.
    Pass,
    /// What was seen is not as it should be.
    Fail,
    /// It should have been seen and could not be.
    Unknown,
    /// Nobody asked for it, or this mode cannot see it.
    NotChecked,
    /// The question does not arise on this host.
    NotApplicable,
}

impl Verdict {
    /// The word that reports print.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotChecked => "not checked",
            Self::NotApplicable => "not applicable",
        }
    }

    /// Where the verdict stands when several are put together, the one that prevails first:
    /// fail, unknown, not-checked, pass, not-applicable.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Fail => 0,
            Self::Unknown => 1,
            Self::NotChecked => 2,
            Self::Pass => 3,
            Self::NotApplicable => 4,
        }
    }
}

/// How much it would matter, set by the check and independent of the verdict.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Hardening: another line of defence.
    Low,
    /// A weakness that needs a second one to hurt.
    Medium,
    /// One step from losing the host or the key.
    High,
    /// The host or the key can be taken as it stands.
    Critical,
}

impl Severity {
    /// All of them, the mildest first.
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// The word that policies and reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.word())
    }
}

/// One check's verdict on one subject, with what it stands on and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The check's id.
    pub check: String,
    /// What the finding is about.
    pub subject: Subject,
    /// The answer.
    pub verdict: Verdict,
    /// How much it matters: the grade that applied.
    pub severity: Severity,
    /// Identifies check and subject from run to run: the first 16 hex digits of SHA-256 over both.
    pub fingerprint: String,
    /// What is the case, in one sentence.
    pub summary: HostText,
    /// What the verdict stands on.
    pub evidence: Vec<Evidence>,
    /// Why nothing could be said, where the verdict is `unknown` or `not-checked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<Blind>,
    /// Who accepted it, where someone did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<AppliedWaiver>,
    /// The finding of another check that this one follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caused_by: Option<String>,
    /// What would fix it, in order.
    pub remediation: Vec<Step>,
}

/// Why nothing could be said, as reports show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blind {
    /// The obstacle's stable code.
    pub code: String,
    /// What stood in the way.
    pub text: HostText,
    /// How to see it after all.
    pub how: HostText,
    /// True where root would have seen it.
    pub needs_root: bool,
}

impl From<&Obstacle> for Blind {
    fn from(obstacle: &Obstacle) -> Self {
        Self {
            code: obstacle.code().to_owned(),
            text: obstacle.to_string().into(),
            how: obstacle.how().into(),
            needs_root: obstacle.needs_root(),
        }
    }
}

/// A waiver as it was applied to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppliedWaiver {
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it.
    pub owner: String,
    /// The last day on which it holds, UTC.
    pub expires: String,
}

impl Finding {
    /// True if it counts for the verdict of the run: neither waived nor folded under its cause.
    pub fn counts(&self) -> bool {
        self.waiver.is_none() && self.caused_by.is_none()
    }
}
