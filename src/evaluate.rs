//! Checks × facts → findings: stamps what the rules say, folds what follows from something else, applies waivers,
//! and puts all in a fixed order.

use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{AppliedWaiver, Blind, Evidence, Finding, Outcome, Ruling, Subject, Verdict};
use crate::policy::{Check, Policy, Selection, Waiver};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The findings, and the waivers that covered none of them.
pub struct Evaluation<'a> {
    /// Worst first.
    pub findings: Vec<Finding>,
    /// Waivers without a finding to waive: probably out of date.
    pub unmatched: Vec<&'a Waiver>,
}

/// The checks of a policy that run.
pub fn selected<'a>(policy: &'a Policy, selection: &Selection) -> Vec<&'a Check> {
    let checks = policy.checks.iter();
    checks
        .filter(|check| check.off.is_none() && selection.has(check))
        .collect()
}

/// What must be known of the host for these checks.
pub fn requests(checks: &[&Check]) -> BTreeSet<Request> {
    checks.iter().flat_map(|check| check.requests()).collect()
}

/// Judges the facts.
pub fn evaluate<'a>(policy: &'a Policy, checks: &[&Check], facts: &Facts) -> Evaluation<'a> {
    let mut findings: Vec<Finding> = checks
        .iter()
        .flat_map(|check| judge(check, facts))
        .collect();
    fold(checks, &mut findings);
    let unmatched = waive(&policy.waivers, &mut findings);
    inherit_waivers(&mut findings);
    let place = |finding: &Finding| checks.iter().position(|check| check.id == finding.check);
    findings.sort_by_cached_key(|finding| {
        let severity = std::cmp::Reverse(finding.severity);
        (
            finding.verdict.precedence(),
            severity,
            place(finding),
            finding.subject.clone(),
        )
    });
    Evaluation {
        findings,
        unmatched,
    }
}

fn judge(check: &Check, facts: &Facts) -> Vec<Finding> {
    let outcomes = match check.judge(facts) {
        Ok(judgement) => judgement.outcomes(),
        Err(why) => vec![Outcome::unjudged(check.subject(), why)],
    };
    let mut findings: Vec<Finding> = outcomes
        .into_iter()
        .map(|outcome| stamp(check, outcome))
        .collect();
    // Check and subject identify a finding: of two about one subject the one that prevails stays.
    findings.sort_by_key(|finding| (finding.subject.clone(), finding.verdict.precedence()));
    findings.dedup_by(|later, first| later.subject == first.subject);
    findings
}

fn stamp(check: &Check, outcome: Outcome) -> Finding {
    let Outcome {
        subject,
        ruling,
        mut evidence,
        steps,
    } = outcome;
    let mut unknown = None;
    let (verdict, severity, summary) = match ruling {
        Ruling::Pass(summary) => (Verdict::Pass, check.severity.default, summary),
        Ruling::Fail { summary, grade } => (Verdict::Fail, check.severity.at(grade), summary),
        Ruling::Unjudged(Unjudged::Unknown(obstacle)) => {
            unknown = Some(Blind::from(&obstacle));
            let verdict = match obstacle.is_by_mode() {
                true => Verdict::NotChecked,
                false => Verdict::Unknown,
            };
            (verdict, check.severity.worst(), obstacle.to_string().into())
        }
        Ruling::Unjudged(Unjudged::NotApplicable { why, source }) => {
            evidence.push(Evidence::context(why.as_str(), &source));
            (Verdict::NotApplicable, check.severity.default, why.into())
        }
    };
    evidence.push(Evidence::asked_by(check.asked_by.clone()));
    Finding {
        check: check.id.clone(),
        fingerprint: fingerprint(&check.id, &subject),
        subject,
        verdict,
        severity,
        summary,
        evidence,
        unknown,
        waiver: None,
        caused_by: None,
        remediation: steps,
    }
}

fn fingerprint(check: &str, subject: &Subject) -> String {
    let digest = Sha256::digest(format!("{check}\n{}", subject.raw()));
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A weaker finding on the same subject is folded under a failing one that supersedes it.
fn fold(checks: &[&Check], findings: &mut [Finding]) {
    for check in checks.iter().filter(|check| !check.supersedes.is_empty()) {
        let causes: Vec<_> = findings
            .iter()
            .filter(|finding| finding.check == check.id && finding.verdict == Verdict::Fail)
            .map(|finding| (finding.subject.clone(), finding.severity))
            .collect();
        for finding in findings.iter_mut() {
            let weaker =
                check.supersedes.contains(&finding.check) && finding.verdict == Verdict::Fail;
            let same = |(subject, severity): &(Subject, _)| {
                *subject == finding.subject && *severity >= finding.severity
            };
            if weaker && causes.iter().any(same) {
                finding.caused_by = Some(check.id.clone());
            }
        }
    }
}

/// Applies the waivers, and returns those that covered nothing.
fn waive<'a>(waivers: &'a [Waiver], findings: &mut [Finding]) -> Vec<&'a Waiver> {
    let mut unmatched = Vec::new();
    for waiver in waivers {
        let mut matched = false;
        for finding in findings.iter_mut() {
            let bad = matches!(finding.verdict, Verdict::Fail | Verdict::Unknown);
            if bad && waiver.covers(&finding.check, &finding.subject) {
                matched = true;
                finding.waiver = Some(AppliedWaiver {
                    reason: waiver.reason.clone(),
                    owner: waiver.owner.clone(),
                    expires: waiver.expires.to_string(),
                });
            }
        }
        if !matched {
            unmatched.push(waiver);
        }
    }
    unmatched
}

/// Who accepts a cause accepts what follows from it.
fn inherit_waivers(findings: &mut [Finding]) {
    let waived: Vec<_> = findings
        .iter()
        .filter_map(|finding| {
            Some((
                finding.check.clone(),
                finding.subject.clone(),
                finding.waiver.clone()?,
            ))
        })
        .collect();
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.waiver.is_none())
    {
        let of_cause = waived.iter().find(|(check, subject, _)| {
            finding.caused_by.as_ref() == Some(check) && finding.subject == *subject
        });
        finding.waiver = of_cause.map(|(_, _, waiver)| waiver.clone());
    }
}
