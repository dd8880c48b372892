//! `seaworthy policy list|show|lint`.

use super::args::{PolicyArgs, PolicyCommand};
use super::{output, source};
use crate::exit::Exit;
use crate::policy::{BUILTINS, Check, Policy};
use crate::yaml::draw;
use anyhow::Error;
use jiff::Timestamp;

pub(super) fn run(command: &PolicyCommand) -> Result<Exit, Error> {
    let text = match command {
        PolicyCommand::List => list()?,
        PolicyCommand::Show(args) => show(&source::policy(args, Timestamp::now())?),
        PolicyCommand::Lint(args) => {
            let policy = source::policy(args, Timestamp::now())?;
            if !policy.warnings.is_empty() {
                output::note(&format!("{}\n", draw(&policy.warnings, false)));
            }
            lint(&policy)
        }
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}

fn list() -> Result<String, Error> {
    let mut text = String::new();
    for builtin in BUILTINS {
        let args = PolicyArgs {
            policy: Some(builtin.name.to_owned()),
            set: Vec::new(),
        };
        let policy = source::policy(&args, Timestamp::now())?;
        text.push_str(&format!(
            "{:<12} {:>3} checks  {}\n",
            builtin.name,
            policy.checks.len(),
            policy.title
        ));
    }
    Ok(text)
}

fn lint(policy: &Policy) -> String {
    let off = policy
        .checks
        .iter()
        .filter(|check| check.off.is_some())
        .count();
    let (checks, waivers, warnings) = (
        policy.checks.len(),
        policy.waivers.len(),
        policy.warnings.len(),
    );
    format!(
        "{}: {checks} checks, {off} of them off; {waivers} waivers in force; {warnings} warnings\n",
        policy.name
    )
}

/// The policy as one document without `extends`, which reads back as the same policy. Flow style and JSON's quoting
/// are YAML too, and leave nothing to guess.
fn show(policy: &Policy) -> String {
    let mut text = format!(
        "policy: {}\ntitle: {}\nchecks:\n",
        quote(&policy.name),
        quote(&policy.title)
    );
    for check in &policy.checks {
        entry(check, &mut text);
    }
    let mut off = policy
        .checks
        .iter()
        .filter_map(|check| Some((check, check.off.as_ref()?)))
        .peekable();
    if off.peek().is_some() {
        text.push_str("tune:\n");
    }
    for (check, reason) in off {
        text.push_str(&format!("  {}: {{ off: {} }}\n", check.id, quote(reason)));
    }
    if !policy.waivers.is_empty() {
        text.push_str("waivers:\n");
    }
    for waiver in &policy.waivers {
        text.push_str(&format!(
            "  - {{ check: {}, subject: {}, reason: {}, owner: {}, expires: {} }}\n",
            waiver.check,
            quote(waiver.subjects()),
            quote(&waiver.reason),
            quote(&waiver.owner),
            waiver.expires
        ));
    }
    text
}

fn entry(check: &Check, text: &mut String) {
    let list = |words: &[String]| {
        format!(
            "[{}]",
            words
                .iter()
                .map(|word| quote(word))
                .collect::<Vec<_>>()
                .join(", ")
        )
    };
    text.push_str(&format!(
        "  - id: {} # {}\n    rule: {}\n",
        check.id, check.asked_by, check.rule.id
    ));
    let mut row = |name: &str, value: String| text.push_str(&format!("    {name}: {value}\n"));
    if let Some(with) = &check.with {
        row("with", with.to_string());
    }
    if check.severity.grades.is_empty() {
        row("severity", check.severity.default.to_string());
    } else {
        let grades = check
            .severity
            .grades
            .iter()
            .map(|(grade, severity)| format!(", {grade}: {severity}"));
        row(
            "severity",
            format!(
                "{{ default: {}{} }}",
                check.severity.default,
                grades.collect::<String>()
            ),
        );
    }
    row("title", quote(&check.title));
    row("why", quote(&check.why));
    for (name, words) in [
        ("tags", &check.tags),
        ("supersedes", &check.supersedes),
        ("refs", &check.refs),
    ] {
        if !words.is_empty() {
            row(name, list(words));
        }
    }
}

fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
