//! The report of a run: one type, and one file a format.
//!
//! The type *is* the JSON; its schema is `src/report/schema.json`. A format may leave things out, never add.

mod human;
mod json;
mod summary;

pub use human::{Detail, human};
pub use json::{json, schema};
pub use summary::{Counts, RunVerdict, Summary};

use crate::finding::{Finding, Severity};
use crate::source::{HostText, Mode, PolicySource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the JSON format. It changes when something is removed or changes its meaning, not when
/// something is added.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything that a run has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this format.
    pub schema_version: u32,
    /// What made the report.
    pub tool: Tool,
    /// What was looked at.
    pub host: HostInfo,
    /// What it was judged against.
    pub policy: PolicyInfo,
    /// What the caller attached to the run.
    pub labels: BTreeMap<String, String>,
    /// When the run began, by the host's clock, RFC 3339.
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Every other host that was contacted.
    pub contacted: Vec<String>,
    /// The run in a few figures.
    pub summary: Summary,
    /// What is odd without being a finding, in plain text.
    pub warnings: Vec<HostText>,
    /// Every check that was selected, in the order of the policy.
    pub checks: Vec<CheckInfo>,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
}

/// What made the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HostInfo {
    /// Its name, as it calls itself.
    pub hostname: HostText,
    /// Its operating system, as os-release(5) names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<HostText>,
    /// The release of its running kernel; an image has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<HostText>,
    /// The machine it runs on: `none`, `vm:KIND`, `container:KIND`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub virtualisation: Option<String>,
    /// Whose network namespace was judged, if one was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_namespace: Option<NetworkNamespace>,
    /// How it was looked at.
    pub mode: Mode,
    /// When its facts were taken, RFC 3339, if they were judged later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// The effective user id of the run.
    pub euid: u32,
    /// What limits the view from where the tool ran.
    pub notes: Vec<HostText>,
}

/// Whose network namespace it is that the tool runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkNamespace {
    /// The host's: that of its PID 1.
    Hosts,
    /// Another one.
    Another,
    /// The two could not be compared.
    CannotTell,
}

/// What the host was judged against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyInfo {
    /// The policy's name.
    pub name: String,
    /// What it is for.
    pub title: String,
    /// The texts that it was read from, itself first.
    pub sources: Vec<PolicySource>,
}

/// A check that was selected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckInfo {
    /// Its id.
    pub id: String,
    /// The rule that judges.
    pub rule: String,
    /// What is bad, in one line.
    pub title: String,
    /// Why it matters.
    pub why: String,
    /// How much a failure matters, where no grade applies.
    pub severity: Severity,
    /// What it belongs to.
    pub tags: Vec<String>,
    /// Where others say the same.
    pub refs: Vec<String>,
    /// Why it is switched off, where it is: then it has no finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off: Option<String>,
}

impl Report {
    /// The check that a finding belongs to.
    pub fn check_of(&self, finding: &Finding) -> Option<&CheckInfo> {
        self.checks.iter().find(|check| check.id == finding.check)
    }
}
