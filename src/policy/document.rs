//! What may stand in a policy file: the types behind its messages and behind its JSON Schema.

use super::check::{self, SeverityForm};
use super::waiver;
use crate::yaml::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// A policy of seaworthy: what a host is judged by.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "A policy of seaworthy")]
#[expect(
    dead_code,
    reason = "those that are ignored here are read node by node"
)]
pub(super) struct Document {
    /// Its name, as reports show it.
    pub(super) policy: Spanned<String>,
    /// What it is for, in one line.
    pub(super) title: Spanned<String>,
    /// The oldest seaworthy that understands it, such as `">=0.1"`.
    #[schemars(regex(pattern = r"^>= *[0-9]+(\.[0-9]+){0,2}$"))]
    pub(super) requires: Option<Spanned<String>>,
    /// Policies that this one builds on: built-in names, or paths relative to this file.
    #[serde(default)]
    pub(super) extends: Vec<Spanned<String>>,
    /// What is judged beyond the inherited checks.
    #[schemars(with = "Option<Vec<check::Raw>>")]
    checks: Option<IgnoredAny>,
    /// Changes to inherited checks, by id.
    #[schemars(with = "Option<BTreeMap<String, Tuning>>")]
    tune: Option<IgnoredAny>,
    /// Findings that somebody accepts, with a reason and until a day.
    #[schemars(with = "Option<Vec<waiver::Raw>>")]
    waivers: Option<IgnoredAny>,
}

/// Parameters by name.
type Parameters = BTreeMap<String, serde_json::Value>;
/// Entries of parameters that are lists.
type Entries = BTreeMap<String, Vec<serde_json::Value>>;

/// What changes in an inherited check.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the parts are read node by node")]
pub(super) struct Tuning {
    /// Parameters that take the place of those with the same name.
    #[schemars(with = "Option<Parameters>")]
    with: Option<IgnoredAny>,
    /// Entries to add to parameters that are lists.
    #[serde(rename = "with+")]
    #[schemars(with = "Option<Entries>")]
    with_more: Option<IgnoredAny>,
    /// Entries to take from parameters that are lists.
    #[serde(rename = "with-")]
    #[schemars(with = "Option<Entries>")]
    with_less: Option<IgnoredAny>,
    /// How much a failure matters.
    #[schemars(with = "Option<SeverityForm>")]
    severity: Option<IgnoredAny>,
    /// What is bad, in one line.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    title: Option<IgnoredAny>,
    /// Why it matters.
    #[serde(default)]
    #[schemars(with = "String", length(min = 1))]
    why: Option<IgnoredAny>,
    /// The reason why the check is switched off; `false` switches it on again.
    #[serde(default)]
    #[schemars(with = "Switch")]
    off: Option<IgnoredAny>,
}

/// A reason as `merge` takes it.
const NO_ANSWER: &str = r"^(?!\s*([nN]([oO]|[uU][lL][lL])?|[oO][nN]|[oO][fF][fF]|[yY]([eE][sS])?|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|~)?\s*$)";

/// `off: REASON`, or `off: false`.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the schema's view of what `merge` reads")]
enum Switch {
    /// Why it is off: neither yes nor no.
    Reason(#[schemars(regex(pattern = *NO_ANSWER))] String),
    /// On again.
    On(#[schemars(extend("const" = false))] bool),
}
