//! One check: an entry of a policy, decoded and bound to its rule.

use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Severity, Subject};
use crate::rules::{self, Bound, RULES, RuleMeta};
use crate::source::Source;
use crate::yaml::{Entry, Kind, Map, Mistake, Node, Spanned, decode};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A rule bound to parameters, severity, title and reason.
pub struct Check {
    /// Its id: it names the bad state.
    pub id: String,
    /// What its rule is called and says of itself.
    pub rule: &'static RuleMeta,
    /// How much a failure matters.
    pub severity: Severities,
    /// What is bad, in one line.
    pub title: String,
    /// Why it matters to somebody with money on this host.
    pub why: String,
    /// What it belongs to.
    pub tags: Vec<String>,
    /// Weaker checks that this one makes redundant on the same subject.
    pub supersedes: Vec<String>,
    /// Where others say the same: `ssg:…` for ComplianceAsCode, `cis:BENCHMARK@VERSION:ID`.
    pub refs: Vec<String>,
    /// Why it is switched off, where it is.
    pub off: Option<String>,
    /// Where it stands in a policy.
    pub asked_by: Source,
    /// Its parameters as they stand after tuning, for `policy show`.
    pub with: Option<Node>,
    bound: Box<dyn Bound>,
}

/// A severity, or one for each grade that the rule reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Severities {
    /// Where no grade applies.
    pub default: Severity,
    /// By grade.
    pub grades: BTreeMap<String, Severity>,
}

impl Severities {
    /// The severity of a failure at this grade.
    pub fn at(&self, grade: Option<&str>) -> Severity {
        let graded = grade.and_then(|grade| self.grades.get(grade));
        graded.copied().unwrap_or(self.default)
    }

    /// What it could be at worst: the severity of what could not be seen.
    pub fn worst(&self) -> Severity {
        let grades = self.grades.values().copied();
        grades.fold(self.default, Severity::max)
    }
}

/// The keys of an entry but `with` and `severity`, which are read by themselves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: Spanned<String>,
    rule: Spanned<String>,
    title: String,
    why: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    supersedes: Vec<Spanned<String>>,
    #[serde(default)]
    refs: Vec<String>,
}

impl Check {
    /// Decodes an entry and binds its rule.
    pub(super) fn read(
        node: &Node,
        off: Option<String>,
        ids: &[String],
    ) -> Result<Self, Vec<Mistake>> {
        let mut rest = node.clone();
        let (with, severity) = match &mut rest.kind {
            Kind::Map(map) => (
                map.remove("with").map(|entry| entry.value),
                map.remove("severity").map(|entry| entry.value),
            ),
            _ => (None, None),
        };
        let mut mistakes = Vec::new();
        let raw: Option<Raw> = keep(decode(&rest), &mut mistakes);
        let rule = raw.as_ref().and_then(|raw| {
            let found = rules::find(&raw.rule.value);
            if found.is_none() {
                let known = RULES.iter().map(|rule| rule.meta().id);
                let mistake = Mistake::error(
                    raw.rule.place.clone(),
                    format!("there is no rule `{}`", raw.rule.value),
                );
                mistakes.push(mistake.near(&raw.rule.value, known));
            }
            found
        });
        let bound = rule.and_then(|rule| {
            let nothing = Node {
                place: node.place.clone(),
                kind: Kind::Map(Map::default()),
            };
            keep(rule.bind(with.as_ref().unwrap_or(&nothing)), &mut mistakes)
        });
        let severity = match severity {
            Some(severity) => keep(
                severities(&severity, rule.map(|rule| rule.meta())),
                &mut mistakes,
            ),
            None => {
                mistakes.push(Mistake::error(node.place.clone(), "`severity` is missing"));
                None
            }
        };
        for weaker in raw.iter().flat_map(|raw| &raw.supersedes) {
            if !ids.contains(&weaker.value) {
                let mistake = Mistake::error(
                    weaker.place.clone(),
                    format!("there is no check `{}`", weaker.value),
                );
                mistakes.push(mistake.near(&weaker.value, ids.iter().map(String::as_str)));
            }
        }
        match (raw, rule, bound, severity) {
            (Some(raw), Some(rule), Some(bound), Some(severity)) if mistakes.is_empty() => {
                Ok(Self {
                    id: raw.id.value,
                    rule: rule.meta(),
                    severity,
                    title: raw.title,
                    why: raw.why,
                    tags: raw.tags,
                    supersedes: raw
                        .supersedes
                        .into_iter()
                        .map(|weaker| weaker.value)
                        .collect(),
                    refs: raw.refs,
                    off,
                    asked_by: Source::Policy {
                        path: raw.id.place.text.name().to_owned(),
                        line: raw.id.place.line,
                    },
                    with,
                    bound,
                })
            }
            _ => Err(mistakes),
        }
    }

    /// What the check is about as a whole.
    pub fn subject(&self) -> Subject {
        self.bound.subject()
    }

    /// What must be known of the host.
    pub fn requests(&self) -> Vec<Request> {
        self.bound.requests()
    }

    /// Judges.
    ///
    /// # Errors
    /// [`Unjudged`] if the question does not arise or could not be answered.
    pub fn judge(&self, facts: &Facts) -> Result<Judgement, Unjudged> {
        self.bound.judge(facts)
    }
}

fn keep<T>(result: Result<T, Vec<Mistake>>, mistakes: &mut Vec<Mistake>) -> Option<T> {
    result.map_err(|more| mistakes.extend(more)).ok()
}

/// `severity: high`, or `severity: { default: medium, usable-password: critical }`.
fn severities(node: &Node, rule: Option<&RuleMeta>) -> Result<Severities, Vec<Mistake>> {
    let Kind::Map(map) = &node.kind else {
        return decode(node).map(|default| Severities {
            default,
            grades: BTreeMap::new(),
        });
    };
    let mut mistakes = Vec::new();
    let mut default = None;
    let mut grades = BTreeMap::new();
    for Entry { key, value } in map.iter() {
        let severity = keep(decode::<Severity>(value), &mut mistakes);
        if key.name == "default" {
            default = severity;
            continue;
        }
        let known = rule.map_or(&[][..], |rule| rule.grades);
        if rule.is_some() && !known.contains(&key.name.as_str()) {
            let mistake = Mistake::error(
                key.place.clone(),
                format!("the rule has no grade `{}`", key.name),
            );
            mistakes.push(mistake.near(&key.name, known.iter().copied().chain(["default"])));
        }
        grades.extend(severity.map(|severity| (key.name.clone(), severity)));
    }
    if map.get("default").is_none() {
        mistakes.push(Mistake::error(node.place.clone(), "`default` is missing"));
    }
    match default {
        Some(default) if mistakes.is_empty() => Ok(Severities { default, grades }),
        _ => Err(mistakes),
    }
}
