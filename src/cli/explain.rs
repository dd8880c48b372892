//! `seaworthy explain ID`: what a check judges and why, or what a rule does.

use super::args::Explain as Args;
use super::{output, source};
use crate::exit::Exit;
use crate::policy::Check;
use crate::rules::{self, RULES};
use crate::source::HostText;
use crate::yaml::nearest;
use anyhow::{Error, bail};
use colored::Colorize;
use jiff::Timestamp;

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let policy = source::policy(&args.policy, Timestamp::now())?;
    let rule = rules::find(&args.id);
    let text = match (policy.check(&args.id), rule) {
        (Some(check), _) => explain(check),
        (None, Some(rule)) => format!("{} (rule)\n\n{}\n", args.id.bold(), rule.meta().reference()),
        (None, None) => {
            let checks = policy.checks.iter().map(|check| check.id.as_str());
            let near = nearest(
                &args.id,
                checks.chain(RULES.iter().map(|rule| rule.meta().id)),
            );
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            bail!("there is no check and no rule `{}`{hint}", args.id);
        }
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}

fn explain(check: &Check) -> String {
    let mut text = format!(
        "{} · {}\n\n{}\n",
        check.id.bold(),
        HostText::from(&check.title),
        HostText::from(&check.why)
    );
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            text.push_str(&format!("\n{name:<10}{}", HostText::from(value)));
        }
    };
    let grades = check
        .severity
        .grades
        .iter()
        .map(|(grade, severity)| format!(", {severity} where {grade}"));
    row(
        "severity",
        &format!("{}{}", check.severity.default, grades.collect::<String>()),
    );
    row("subject", &check.subject().to_string());
    row(
        "with",
        &check.with().map(ToString::to_string).unwrap_or_default(),
    );
    row("tags", &check.tags.join(", "));
    row("folds", &check.supersedes.join(", "));
    row("refs", &check.refs.join(", "));
    row("asked by", &check.asked_by.to_string());
    row("off", check.off.as_deref().unwrap_or_default());
    text.push_str(&format!(
        "\n\n{} (rule)\n\n{}\n",
        check.rule.id.bold(),
        check.rule.reference()
    ));
    text
}
