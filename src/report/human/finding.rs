//! One finding: what is wrong, where, why it matters, what to do.

use super::lines::{Lines, severity_word};
use crate::finding::{Evidence, Finding, Role, Subject, Verdict};
use crate::report::Report;
use crate::source::HostText;
use crate::step::Risk;
use colored::Colorize;

/// How many pieces of evidence of a kind are shown.
const EVIDENCE_SHOWN: usize = 6;

/// A finding with all that belongs to it, and the subjects of more findings of the same check.
pub(super) fn whole(report: &Report, finding: &Finding, more: &[&Finding], out: &mut Lines) {
    out.gap();
    let severity = severity_word(finding.severity);
    out.wrapped(&format!(
        "{severity} {} · {}",
        finding.check.bold(),
        finding.subject
    ));
    out.item(&finding.summary.to_string());
    if !more.is_empty() {
        let subjects: Vec<String> = more
            .iter()
            .map(|finding| finding.subject.to_string())
            .collect();
        out.labelled("more:", &format!("{} (-v shows them)", subjects.join(", ")));
    }
    if let Some(cause) = &finding.caused_by {
        out.labelled("cause:", &format!("follows from {cause}"));
    }
    let shown = finding
        .evidence
        .iter()
        .filter(|evidence| evidence.role != Role::AskedBy);
    for evidence in shown.clone().take(EVIDENCE_SHOWN) {
        out.labelled(label(evidence), &text(evidence));
    }
    let rest = shown.count().saturating_sub(EVIDENCE_SHOWN);
    if rest > 0 {
        out.labelled("", &format!("and {rest} more, in -o json"));
    }
    if let Some(check) = report.check_of(finding) {
        out.labelled("why:", &HostText::from(&check.why).to_string());
    }
    if finding.verdict == Verdict::Fail && finding.waiver.is_none() {
        fix(finding, out);
        accept(report, finding, out);
    }
}

/// Findings of one line each under a title.
pub(super) fn one_liners(title: &str, findings: &[&Finding], out: &mut Lines) {
    if findings.is_empty() {
        return;
    }
    out.gap();
    let hint = if title == "low" {
        " (-v shows them whole)"
    } else {
        ""
    };
    out.line(&format!("{}{hint}", title.to_uppercase().bold()));
    for finding in findings {
        out.item(&format!("{}: {}", finding.check, finding.summary));
    }
}

/// Checks that one obstacle hides from view.
pub(super) fn unknown(text: &str, how: &str, findings: &[&Finding], out: &mut Lines) {
    let Some(worst) = findings.iter().max_by_key(|finding| finding.severity) else {
        return;
    };
    let mut checks: Vec<&str> = findings
        .iter()
        .map(|finding| finding.check.as_str())
        .collect();
    checks.dedup();
    let mut ports: Vec<String> = findings
        .iter()
        .filter(|finding| matches!(finding.subject, Subject::Port(_)))
        .map(|finding| finding.subject.to_string())
        .collect();
    ports.sort();
    ports.dedup();
    out.gap();
    let heading = format!(
        "{} {}",
        "UNKNOWN".magenta().bold(),
        severity_word(worst.severity)
    );
    out.wrapped(&format!("{heading} {}", checks.join(", ").bold()));
    out.item(text);
    if !ports.is_empty() {
        out.labelled("about:", &ports.join(", "));
    }
    out.labelled("see it:", how);
}

fn label(evidence: &Evidence) -> &'static str {
    match evidence.role {
        Role::Decides => "seen:",
        Role::Shadowed => "hidden:",
        Role::Context if evidence.source.is_none() => "note:",
        Role::Context | Role::AskedBy => "also:",
    }
}

fn text(evidence: &Evidence) -> String {
    let mut parts = Vec::new();
    parts.extend(evidence.observed.as_ref().map(ToString::to_string));
    parts.extend(
        evidence
            .expected
            .as_ref()
            .map(|expected| format!("(wanted {expected})")),
    );
    parts.extend(evidence.source.as_ref().map(|source| format!("— {source}")));
    match (&evidence.note, parts.is_empty()) {
        (Some(note), true) => note.to_string(),
        (Some(note), false) => format!("{} ({note})", parts.join(" ")),
        (None, _) => parts.join(" "),
    }
}

fn fix(finding: &Finding, out: &mut Lines) {
    for (index, step) in finding.remediation.iter().enumerate() {
        let risk = match &step.risk {
            Risk::Safe => String::new(),
            Risk::Risky { danger } => format!(" (risky: {danger})"),
            Risk::Manual => " (yourself)".to_owned(),
        };
        let label = if index == 0 { "fix:" } else { "" };
        out.labelled(label, &format!("{}{risk}", step.text));
    }
}

fn accept(report: &Report, finding: &Finding, out: &mut Lines) {
    let until = report
        .started
        .parse::<jiff::Timestamp>()
        .ok()
        .and_then(|now| {
            let day = jiff::tz::TimeZone::UTC.to_datetime(now).date();
            day.checked_add(jiff::Span::new().days(90)).ok()
        });
    let until = until.map_or_else(|| "YEAR-MONTH-DAY".to_owned(), |day| day.to_string());
    out.labelled("accept:", "in your policy, under `waivers:`");
    out.verbatim(&format!(
        "- {{ check: {}, subject: \"{}\",",
        finding.check, finding.subject
    ));
    out.verbatim(&format!("    reason: WHY, owner: WHO, expires: {until} }}"));
}
