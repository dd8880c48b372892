//! `-o human`: what a person reads, in 80 columns, worst first, the answer last.

mod finding;
mod lines;
mod plan;

use super::{Report, RunVerdict};
use crate::finding::{Finding, Severity, Verdict};
use crate::source::HostText;
use colored::{Color, Colorize};
use lines::{Lines, severity_word};
use std::collections::BTreeMap;

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The last line alone (`-q`).
    Verdict,
    /// What needs doing.
    Normal,
    /// Every finding, whole (`-v`).
    Everything,
}

/// Below this a failure is one line, unless everything is asked for.
const SHOWN_WHOLE: Severity = Severity::Medium;

/// The report for a person. Colours follow `colored`'s own switch.
pub fn human(report: &Report, detail: Detail) -> String {
    if detail == Detail::Verdict {
        return last_line(report) + "\n";
    }
    let mut out = Lines::default();
    head(report, &mut out);
    let live = |finding: &&Finding| detail == Detail::Everything || finding.counts();
    let of = |verdict: Verdict| {
        report
            .findings
            .iter()
            .filter(live)
            .filter(move |finding| finding.verdict == verdict)
    };
    let whole =
        |finding: &&Finding| detail == Detail::Everything || finding.severity >= SHOWN_WHOLE;
    by_check(of(Verdict::Fail).filter(whole), detail, |finding, more| {
        finding::whole(report, finding, more, &mut out);
    });
    let small: Vec<&Finding> = of(Verdict::Fail)
        .filter(|finding| !whole(finding))
        .collect();
    finding::one_liners("low", &small, &mut out);
    unknowns(report, detail, &mut out);
    accepted(report, &mut out);
    if detail == Detail::Everything {
        for (title, verdict) in [
            ("pass", Verdict::Pass),
            ("not applicable", Verdict::NotApplicable),
            ("not checked", Verdict::NotChecked),
        ] {
            let those: Vec<&Finding> = of(verdict).collect();
            finding::one_liners(title, &those, &mut out);
        }
    }
    plan::plan(report, &mut out);
    for warning in &report.warnings {
        out.labelled(&"warning:".yellow().to_string(), &warning.to_string());
    }
    out.gap();
    out.line(&counts(report));
    out.line(&last_line(report));
    out.done()
}

fn head(report: &Report, out: &mut Lines) {
    let host = &report.host;
    let os = host
        .os
        .as_ref()
        .map_or(String::new(), |os| format!(", {os}"));
    let machine = host
        .virtualisation
        .as_deref()
        .filter(|kind| !["none", "unknown"].contains(kind));
    let machine = machine.map_or(String::new(), |kind| format!(" ({kind})"));
    let kernel = host
        .kernel
        .as_ref()
        .map_or(String::new(), |kernel| format!(", kernel {kernel}"));
    out.wrapped(&format!(
        "{}{os}{kernel}{machine}",
        host.hostname.to_string().bold()
    ));
    let user = if host.euid == 0 {
        "root".to_owned()
    } else {
        format!("uid {}", host.euid)
    };
    out.wrapped(&format!(
        "{} {}, policy {}, as {user}",
        report.tool.name,
        report.tool.version,
        HostText::from(&report.policy.name)
    ));
    if let Some(recorded) = &host.recorded {
        out.labelled("note:", &format!("judged by the facts of {recorded}"));
    }
    for note in &host.notes {
        out.labelled("note:", &note.to_string());
    }
}

/// Shows each finding, or of many of one check the worst with the names of the rest.
fn by_check<'a>(
    findings: impl Iterator<Item = &'a Finding>,
    detail: Detail,
    mut show: impl FnMut(&Finding, &[&Finding]),
) {
    let mut checks: Vec<(&str, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        match checks.iter_mut().find(|(check, _)| *check == finding.check) {
            Some((_, more)) if detail != Detail::Everything => more.push(finding),
            _ => checks.push((&finding.check, vec![finding])),
        }
    }
    for (_, findings) in checks {
        show(findings[0], &findings[1..]);
    }
}

/// What could not be seen: what root would see is one line, the rest is named.
fn unknowns(report: &Report, detail: Detail, out: &mut Lines) {
    let unknown = report
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Unknown);
    let unknown = unknown.filter(|finding| detail == Detail::Everything || finding.counts());
    let (root, other): (Vec<&Finding>, Vec<&Finding>) = unknown.partition(|finding| {
        detail != Detail::Everything
            && finding
                .unknown
                .as_ref()
                .is_some_and(|blind| blind.needs_root)
    });
    // One obstacle often hides several checks from view.
    let mut reasons: BTreeMap<(String, String), Vec<&Finding>> = BTreeMap::new();
    for finding in other {
        let blind = finding.unknown.as_ref();
        let reason = blind
            .map(|blind| (blind.text.to_string(), blind.how.to_string()))
            .unwrap_or_default();
        reasons.entry(reason).or_default().push(finding);
    }
    for ((text, how), findings) in reasons {
        finding::unknown(&text, &how, &findings, out);
    }
    if let Some(worst) = root.iter().map(|finding| finding.severity).max() {
        let checks = if root.len() == 1 {
            "1 check needs"
        } else {
            &format!("{} checks need", root.len())
        };
        out.gap();
        out.wrapped(&format!(
            "{} {checks} root, the gravest of them {worst}: run with sudo",
            "UNKNOWN".magenta().bold()
        ));
    }
}

fn accepted(report: &Report, out: &mut Lines) {
    let waived: Vec<_> = report
        .findings
        .iter()
        .filter_map(|finding| Some((finding, finding.waiver.as_ref()?)))
        .collect();
    if waived.is_empty() {
        return;
    }
    out.gap();
    out.line(&"accepted by waiver".bold().to_string());
    for (finding, waiver) in waived {
        let severity = severity_word(finding.severity);
        let what = format!(
            "{severity} {} {}: {}",
            finding.check, finding.subject, finding.summary
        );
        out.item(&what);
        out.labelled(
            "",
            &format!(
                "{} ({}, until {})",
                HostText::from(&waiver.reason),
                HostText::from(&waiver.owner),
                waiver.expires
            ),
        );
    }
}

fn counts(report: &Report) -> String {
    let counts = &report.summary.counts;
    let figures = [
        (counts.pass, "pass"),
        (counts.fail, "fail"),
        (counts.unknown, "unknown"),
        (counts.not_checked, "not checked"),
        (counts.not_applicable, "not applicable"),
        (counts.waived, "waived"),
        (counts.folded, "folded"),
    ];
    let always = ["pass", "fail", "unknown"];
    let figures = figures
        .iter()
        .filter(|(count, word)| *count > 0 || always.contains(word));
    let words: Vec<String> = figures
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let off = report
        .checks
        .iter()
        .filter(|check| check.off.is_some())
        .count();
    let off = if off > 0 {
        format!(", {off} off")
    } else {
        String::new()
    };
    words.join(", ") + &off
}

fn last_line(report: &Report) -> String {
    let colour = match report.summary.verdict {
        RunVerdict::Seaworthy => Color::Green,
        RunVerdict::NotSeaworthy => Color::Red,
        RunVerdict::NotProven => Color::Magenta,
    };
    report.summary.to_string().color(colour).bold().to_string()
}
