//! The run in a few figures, and the three words of its last line.

use crate::finding::{Finding, Severity, Verdict};
use crate::source::Mode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What the run says of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunVerdict {
    /// Nothing at or above the threshold fails, and all of it was seen.
    Seaworthy,
    /// Something at or above the threshold fails.
    NotSeaworthy,
    /// Nothing fails, but something at or above the threshold could not be seen.
    NotProven,
}

/// How many findings there are of each verdict. Waived and folded ones are among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// `pass`.
    pub pass: usize,
    /// `fail`.
    pub fail: usize,
    /// `unknown`.
    pub unknown: usize,
    /// `not-checked`.
    pub not_checked: usize,
    /// `not-applicable`.
    pub not_applicable: usize,
    /// Those of them that somebody accepted.
    pub waived: usize,
    /// Those of them that follow from another finding.
    pub folded: usize,
}

/// The run in a few figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// What the run says of the host.
    pub verdict: RunVerdict,
    /// The threshold: a failure below it does not count.
    pub fail_on: Severity,
    /// By verdict.
    pub counts: Counts,
    /// What fails at or above the threshold, neither waived nor folded, by severity.
    pub failing: BTreeMap<Severity, usize>,
    /// Checks that could not be seen, at or above the threshold, neither waived nor folded, by severity.
    pub unseen: BTreeMap<Severity, usize>,
    /// Whether root would see all that could not be seen.
    pub needs_root: bool,
    /// How many checks need the live host, where an image was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_live_host: Option<usize>,
}

impl Summary {
    /// Sums the findings up.
    pub fn new(findings: &[Finding], fail_on: Severity, mode: Mode) -> Self {
        let mut counts = Counts::default();
        let mut failing = BTreeMap::new();
        let mut unseen = BTreeMap::new();
        let mut needs_root = true;
        for finding in findings {
            *match finding.verdict {
                Verdict::Pass => &mut counts.pass,
                Verdict::Fail => &mut counts.fail,
                Verdict::Unknown => &mut counts.unknown,
                Verdict::NotChecked => &mut counts.not_checked,
                Verdict::NotApplicable => &mut counts.not_applicable,
            } += 1;
            counts.waived += usize::from(finding.waiver.is_some());
            counts.folded += usize::from(finding.caused_by.is_some());
            if !finding.counts() || finding.severity < fail_on {
                continue;
            }
            match finding.verdict {
                Verdict::Fail => *failing.entry(finding.severity).or_insert(0) += 1,
                Verdict::Unknown => {
                    *unseen.entry(finding.severity).or_insert(0) += 1;
                    needs_root &= finding
                        .unknown
                        .as_ref()
                        .is_some_and(|blind| blind.needs_root);
                }
                _ => {}
            }
        }
        let verdict = match (failing.is_empty(), unseen.is_empty()) {
            (false, _) => RunVerdict::NotSeaworthy,
            (true, false) => RunVerdict::NotProven,
            (true, true) => RunVerdict::Seaworthy,
        };
        Self {
            need_live_host: (mode == Mode::Root).then_some(counts.not_checked),
            verdict,
            fail_on,
            counts,
            needs_root: needs_root && !unseen.is_empty(),
            failing,
            unseen,
        }
    }
}

impl fmt::Display for Summary {
    /// The last line of a run.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |figures: &BTreeMap<Severity, usize>| {
            let worst_first = figures.iter().rev();
            let words: Vec<String> = worst_first
                .map(|(severity, count)| format!("{count} {severity}"))
                .collect();
            words.join(", ")
        };
        match self.verdict {
            RunVerdict::Seaworthy => match self.need_live_host {
                None => out.write_str("SEAWORTHY"),
                Some(1) => out
                    .write_str("SEAWORTHY as far as an image shows (1 check needs the live host)"),
                Some(n) => write!(
                    out,
                    "SEAWORTHY as far as an image shows ({n} checks need the live host)"
                ),
            },
            RunVerdict::NotSeaworthy => write!(out, "NOT SEAWORTHY: {}", list(&self.failing)),
            RunVerdict::NotProven => {
                let checks = match self.unseen.values().sum() {
                    1 => "check",
                    _ => "checks",
                };
                let hint = if self.needs_root {
                    " (run with sudo)"
                } else {
                    ""
                };
                write!(
                    out,
                    "NOT PROVEN: {} {checks} could not be seen{hint}",
                    list(&self.unseen)
                )
            }
        }
    }
}
