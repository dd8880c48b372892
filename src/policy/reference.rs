//! The reference of every built-in check and every rule, as Markdown: made from the policies and the rules' own files.

use super::{BUILTINS, Check, Loaded, Policy, Severities, load};
use crate::rules::{AnyRule, RULES};
use crate::source::{MapFiles, Source};
use crate::yaml::{Entry, Mistake};
use jiff::Timestamp;
use schemars::SchemaGenerator;
use serde_json::Value;

const HEAD: &str = "\
# Checks and rules

Generated from the policies and the rules: `UPDATE=1 cargo test --test it reference` writes it again.

A *check* binds a *rule* to parameters; a *policy* is a list of checks. `seaworthy explain ID` prints one of either,
`seaworthy policy show` what a policy amounts to.
";

/// The reference.
///
/// # Errors
/// Mistakes in a built-in policy.
pub fn reference() -> Result<String, Vec<Mistake>> {
    let mut text = HEAD.to_owned();
    let policies: Vec<(&str, Policy)> = BUILTINS
        .iter()
        .map(|builtin| {
            let from = Loaded::Named(builtin.name.to_owned());
            let policy = load(from, &MapFiles::default(), &[], Timestamp::UNIX_EPOCH)?;
            Ok((builtin.name, policy))
        })
        .collect::<Result<_, Vec<Mistake>>>()?;
    text.push_str("\n## Policies\n\n| policy | | checks |\n| --- | --- | --- |\n");
    for (name, policy) in &policies {
        let parts = policy.sources.iter().skip(1);
        let parts: Vec<&str> = parts
            .filter_map(|part| part.path.strip_prefix("builtin:"))
            .collect();
        let parts = match parts.is_empty() {
            true => String::new(),
            false => format!(" (with {})", parts.join(", ")),
        };
        let (title, count) = (&policy.title, policy.checks.len());
        text.push_str(&format!("| `{name}` | {title}{parts} | {count} |\n"));
    }
    let own = |name: &str, policy: &'_ Policy| -> Vec<usize> {
        let path = format!("builtin:{name}");
        let checks = policy.checks.iter().enumerate();
        checks
            .filter(|(_, check)| matches!(&check.asked_by, Source::Policy { path: at, .. } if *at == path))
            .map(|(index, _)| index)
            .collect()
    };
    let mut all: Vec<&Check> = Vec::new();
    for (name, policy) in &policies {
        let own: Vec<&Check> = own(name, policy)
            .into_iter()
            .map(|at| &policy.checks[at])
            .collect();
        if own.is_empty() {
            continue;
        }
        text.push_str(&format!("\n## Checks of `{name}`\n"));
        for check in &own {
            check_entry(check, &mut text);
        }
        all.extend(own);
    }
    text.push_str("\n## Rules\n");
    for rule in RULES {
        rule_entry(*rule, &all, &mut text);
    }
    Ok(text)
}

fn check_entry(check: &Check, text: &mut String) {
    let Check { id, title, why, .. } = check;
    text.push_str(&format!("\n### `{id}`\n\n**{title}.** {why}\n\n"));
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            text.push_str(&format!("- {name}: {value}\n"));
        }
    };
    let rule = check.rule.id;
    row("rule", format!("[`{rule}`](#rule-{rule})"));
    row("severity", severity(&check.severity));
    if let Some(with) = check.with().and_then(|with| with.as_map()) {
        let with = with
            .iter()
            .map(|Entry { key, value }| format!("`{}: {value}`", key.name));
        row("with", with.collect::<Vec<_>>().join(", "));
    }
    let words = |words: &[String]| {
        words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    row("tags", words(&check.tags));
    let weaker = check.supersedes.iter().map(|id| format!("[`{id}`](#{id})"));
    row("makes redundant", weaker.collect::<Vec<_>>().join(", "));
    row("elsewhere", words(&check.refs));
}

fn severity(severity: &Severities) -> String {
    let grades = severity.grades.iter();
    let grades = grades.map(|(grade, severity)| format!(", {severity} where `{grade}`"));
    format!("{}{}", severity.default, grades.collect::<String>())
}

fn rule_entry(rule: &dyn AnyRule, checks: &[&Check], text: &mut String) {
    let meta = rule.meta();
    // Below a heading of the third level stand those of the fourth.
    let body = meta.reference().replace("\n## ", "\n#### ");
    text.push_str(&format!("\n### rule `{}`\n\n{body}\n", meta.id));
    let schema = rule.schema(&mut SchemaGenerator::default()).to_value();
    let none = serde_json::Map::new();
    let parameters = schema["properties"].as_object().unwrap_or(&none);
    if !parameters.is_empty() {
        text.push_str("\n| parameter | | |\n| --- | --- | --- |\n");
    }
    for (name, parameter) in parameters {
        let required = schema["required"].as_array();
        let required = required.is_some_and(|names| names.iter().any(|one| one == name));
        let needed = if required { "required" } else { "optional" };
        let about = parameter["description"].as_str().unwrap_or_default();
        let about = about.replace('\n', " ");
        let kind = kind(parameter);
        text.push_str(&format!("| `{name}` | {kind}, {needed} | {about} |\n"));
    }
    let grades: Vec<String> = meta
        .grades
        .iter()
        .map(|grade| format!("`{grade}`"))
        .collect();
    if !grades.is_empty() {
        text.push_str(&format!("\nGrades: {}.\n", grades.join(", ")));
    }
    let users = checks.iter().filter(|check| check.rule.id == meta.id);
    let users: Vec<String> = users
        .map(|check| format!("[`{0}`](#{0})", check.id))
        .collect();
    if !users.is_empty() {
        text.push_str(&format!("\nChecks: {}.\n", users.join(", ")));
    }
}

/// The type of a parameter in a word or two.
fn kind(schema: &Value) -> &'static str {
    let item = |one: &'static str, many: &'static str, list: bool| if list { many } else { one };
    let list = schema["type"] == "array";
    let inner = if list { &schema["items"] } else { schema };
    let kind = match &inner["type"] {
        Value::Array(kinds) => kinds.first().and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match kind {
        Some("string") => item("text", "list of texts", list),
        Some("integer") => item("number", "list of numbers", list),
        Some("boolean") => item("true or false", "list of truth values", list),
        Some("object") => item("mapping", "list of mappings", list),
        _ => item("one of several words", "list of words", list),
    }
}
