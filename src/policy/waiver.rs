//! Waivers: somebody accepts a finding, with a reason, until a day.

use crate::finding::Subject;
use crate::yaml::{Mistake, Node, Place, Spanned, decode};
use globset::{GlobBuilder, GlobMatcher};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

/// A finding that somebody accepted. It never changes the verdict, only whether the run fails for it.
#[derive(Debug)]
pub struct Waiver {
    /// The check's id.
    pub check: String,
    /// Which of its subjects: a glob whose `*` crosses `/`.
    subject: GlobMatcher,
    /// Why it is accepted.
    pub reason: String,
    /// Who accepted it.
    pub owner: String,
    /// The last day on which it holds, UTC.
    pub expires: Date,
    /// Where it stands.
    pub place: Place,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    check: Spanned<String>,
    subject: Option<Spanned<String>>,
    reason: Spanned<String>,
    owner: Spanned<String>,
    expires: Spanned<String>,
}

impl Waiver {
    /// Reads one entry of `waivers`.
    pub(super) fn read<'a>(
        node: &Node,
        ids: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<Self, Vec<Mistake>> {
        let raw: Raw = decode(node)?;
        let mut mistakes = Vec::new();
        if !ids.clone().any(|id| id == raw.check.value) {
            let mistake = Mistake::error(
                raw.check.place.clone(),
                format!("there is no check `{}`", raw.check.value),
            );
            mistakes.push(mistake.near(&raw.check.value, ids));
        }
        for (name, text) in [("reason", &raw.reason), ("owner", &raw.owner)] {
            if text.value.trim().is_empty() {
                mistakes.push(Mistake::error(
                    text.place.clone(),
                    format!("`{name}` is empty"),
                ));
            }
        }
        let (glob, place) = match &raw.subject {
            Some(subject) => (subject.value.as_str(), &subject.place),
            None => ("*", &node.place),
        };
        let subject = GlobBuilder::new(glob).build().map_err(|error| {
            mistakes.push(Mistake::error(
                place.clone(),
                format!("not a glob: {}", error.kind()),
            ));
        });
        let expires = raw.expires.value.parse::<Date>().map_err(|_| {
            let mistake = Mistake::error(raw.expires.place.clone(), "not a date");
            mistakes.push(mistake.help("write it as YEAR-MONTH-DAY, such as 2027-03-31"));
        });
        match (subject, expires) {
            (Ok(subject), Ok(expires)) if mistakes.is_empty() => Ok(Self {
                check: raw.check.value,
                subject: subject.compile_matcher(),
                reason: raw.reason.value,
                owner: raw.owner.value,
                expires,
                place: node.place.clone(),
            }),
            _ => Err(mistakes),
        }
    }

    /// True through the last second of its day, UTC.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        TimeZone::UTC.to_datetime(now).date() <= self.expires
    }

    /// Which subjects it covers, as a glob.
    pub fn subjects(&self) -> &str {
        self.subject.glob().glob()
    }

    /// True if it is about this check and subject.
    pub fn covers(&self, check: &str, subject: &Subject) -> bool {
        self.check == check && self.subject.is_match(subject.raw())
    }
}
