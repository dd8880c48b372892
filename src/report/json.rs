//! `-o json`: the report itself, and the JSON Schema that describes it.

use super::Report;
use crate::source::calm_json;

/// The report as JSON, a final newline included.
///
/// # Errors
/// Never, as far as serde_json is concerned: the types hold nothing that JSON cannot say.
pub fn json(report: &Report) -> serde_json::Result<String> {
    calm_json(report)
}

/// The JSON Schema of the report, a final newline included.
///
/// # Errors
/// As [`json`].
pub fn schema() -> serde_json::Result<String> {
    calm_json(&schemars::schema_for!(Report))
}
