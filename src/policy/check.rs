//! One check: an entry of a policy, decoded and bound to its rule.

use super::ids::Ids;
use super::merge::CheckEntry;
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Severity, Subject};
use crate::rules::{self, Bound, RULES, RuleMeta};
use crate::source::Source;
use crate::yaml::{Entry, Kind, Map, Mistake, Node, Place, Spanned, decode};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;
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
    /// Its entry as it stands after tuning, each value at the place that it comes from.
    pub(super) entry: Node,
    /// Where it was switched off, where it is.
    pub(super) off_at: Option<Place>,
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

/// One entry of `checks`. `with` and `severity` are read by themselves: what they may hold depends on the rule.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Check")]
pub(super) struct Raw {
    /// Its id. It names the bad state, so that "waive ssh-root-login" reads well.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]+$"))]
    id: Spanned<String>,
    /// The rule that judges.
    #[expect(dead_code, reason = "looked up even where another key is wrong")]
    rule: Spanned<String>,
    /// The rule's parameters.
    #[expect(dead_code, reason = "read by the rule")]
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    with: Option<IgnoredAny>,
    /// How much a failure matters; by grade where the rule reports grades.
    #[expect(dead_code, reason = "read with the rule's grades")]
    #[schemars(with = "SeverityForm")]
    severity: IgnoredAny,
    /// What is bad, in one line.
    #[schemars(length(min = 1))]
    title: Spanned<String>,
    /// Why it matters to somebody with money on this host.
    #[schemars(length(min = 1))]
    why: Spanned<String>,
    /// What it belongs to; `--only` and `--skip` take them.
    #[serde(default)]
    tags: Vec<String>,
    /// Weaker checks that this one makes redundant on the same subject.
    #[serde(default)]
    supersedes: Vec<Spanned<String>>,
    /// Where others say the same: `ssg:…` for ComplianceAsCode, `cis:BENCHMARK@VERSION:ID`.
    #[serde(default)]
    refs: Vec<String>,
}

/// The two ways to write a severity, for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Severities")]
#[expect(dead_code, reason = "`severities` reads both, with better messages")]
pub(super) enum SeverityForm {
    /// The same for every failure.
    One(Severity),
    /// By the grade that the rule reports; `default` where none applies.
    ByGrade(BTreeMap<String, Severity>),
}

impl Check {
    /// Decodes an entry and binds its rule.
    pub(super) fn read(from: &CheckEntry, ids: &Ids<'_>) -> Result<Self, Vec<Mistake>> {
        let node = &from.node;
        if node.as_map().is_none() {
            let mistake = Mistake::error(node.place.clone(), "a check is a mapping");
            let help = "it begins with `- id: NAME` and has `rule`, `severity`, `title` and `why`";
            return Err(vec![mistake.help(help)]);
        }
        let mut mistakes = Vec::new();
        let raw: Option<Raw> = keep(decode(node), &mut mistakes);
        // What can be said of an entry that lacks a key is said, so its parts are looked up apart from `raw`.
        let part = |key| node.as_map().and_then(|map| map.get(key));
        let rule = part("rule").and_then(|name| {
            let word = name.as_str().filter(|_| !name.is_null())?;
            let found = rules::find(word);
            if found.is_none() {
                let known = RULES.iter().map(|rule| rule.meta().id);
                let text = format!("there is no rule `{word}`");
                mistakes.push(Mistake::error(name.place.clone(), text).near(word, known));
            }
            found
        });
        let bound = rule.and_then(|rule| {
            let nothing = Node {
                place: node.place.clone(),
                kind: Kind::Map(Map::default()),
            };
            let with = part("with").filter(|with| !with.is_null());
            match (with, rule.bind(with.unwrap_or(&nothing))) {
                (_, Ok(bound)) => Some(bound),
                (Some(_), Err(more)) => {
                    mistakes.extend(more);
                    None
                }
                (None, Err(_)) => {
                    let text = format!("`with` is missing: {} has parameters", rule.meta().id);
                    let mistake = Mistake::error(node.place.clone(), text);
                    let help = format!("`seaworthy explain {}` tells them", rule.meta().id);
                    mistakes.push(mistake.help(help));
                    None
                }
            }
        });
        let severity = part("severity").and_then(|severity| {
            let meta = rule.map(|rule| rule.meta());
            keep(severities(severity, meta), &mut mistakes)
        });
        if let Some(raw) = &raw {
            raw.look(ids, &mut mistakes);
        }
        match (raw, rule, bound, severity) {
            (Some(raw), Some(rule), Some(bound), Some(severity)) if mistakes.is_empty() => {
                let supersedes = raw.supersedes.into_iter().map(|weaker| weaker.value);
                let off = from.off.as_ref();
                Ok(Self {
                    id: raw.id.value,
                    rule: rule.meta(),
                    severity,
                    title: raw.title.value,
                    why: raw.why.value,
                    tags: raw.tags,
                    supersedes: supersedes.collect(),
                    refs: raw.refs,
                    off: off.map(|off| off.value.clone()),
                    off_at: off.map(|off| off.place.clone()),
                    asked_by: Source::from(&raw.id.place),
                    entry: node.clone(),
                    bound,
                })
            }
            _ => Err(mistakes),
        }
    }

    /// Its parameters as they stand after tuning.
    pub fn with(&self) -> Option<&Node> {
        let with = self.entry.as_map()?.get("with");
        with.filter(|with| !with.is_null())
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

impl Raw {
    /// What the types let through.
    fn look(&self, ids: &Ids<'_>, mistakes: &mut Vec<Mistake>) {
        let Spanned { value: id, place } = &self.id;
        let usual = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if id.is_empty() || !id.chars().all(usual) {
            let mistake = Mistake::error(place.clone(), "an id is letters, digits and dashes");
            mistakes.push(mistake.help("it names the bad state, such as `ssh-root-login`"));
        }
        for (name, text) in [("title", &self.title), ("why", &self.why)] {
            if text.value.trim().is_empty() {
                let text_is_empty = format!("`{name}` is empty");
                mistakes.push(Mistake::error(text.place.clone(), text_is_empty));
            }
        }
        for weaker in &self.supersedes {
            ids.require(&weaker.value, &weaker.place, mistakes);
        }
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
            let text = format!("the rule has no grade `{}`", key.name);
            let mistake = Mistake::error(key.place.clone(), text);
            mistakes.push(match known {
                [] => mistake.help("it reports no grades: write `severity: WORD`"),
                known => mistake.near(&key.name, known.iter().copied().chain(["default"])),
            });
        }
        grades.extend(severity.map(|severity| (key.name.clone(), severity)));
    }
    if map.get("default").is_none() {
        let mistake = Mistake::error(node.place.clone(), "`default` is missing");
        mistakes.push(mistake.help("it holds where the rule reports no grade"));
    }
    match default {
        Some(default) if mistakes.is_empty() => Ok(Severities { default, grades }),
        _ => Err(mistakes),
    }
}
