//! Waivers: somebody accepts a finding, with a reason, until a day.

use super::ids::Ids;
use crate::finding::Subject;
use crate::yaml::{Mistake, Node, Place, Spanned, decode};
use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use schemars::JsonSchema;
use serde::Deserialize;

/// So long before its end a waiver is spoken of.
const NOTICE_DAYS: i32 = 14;

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

/// One entry of `waivers`: a finding that somebody accepts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Waiver")]
pub(super) struct Raw {
    /// The check's id.
    check: Spanned<String>,
    /// Which of its subjects, such as `user:root`: a glob whose `*` crosses `/`. All of them if it is left out.
    subject: Option<Spanned<String>>,
    /// Why it is accepted.
    #[schemars(length(min = 1))]
    reason: Spanned<String>,
    /// Who accepted it.
    #[schemars(length(min = 1))]
    owner: Spanned<String>,
    /// The last day on which it holds, UTC, such as `2027-03-31`.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    expires: Spanned<String>,
}

impl Waiver {
    /// Reads one entry of `waivers`.
    pub(super) fn read(node: &Node, ids: &Ids<'_>) -> Result<Self, Vec<Mistake>> {
        if node.as_map().is_none() {
            let mistake = Mistake::error(node.place.clone(), "a waiver is a mapping");
            let help = "it has `check`, `reason`, `owner` and `expires`";
            return Err(vec![mistake.help(help)]);
        }
        let raw: Raw = decode(node)?;
        let mut mistakes = Vec::new();
        ids.require(&raw.check.value, &raw.check.place, &mut mistakes);
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
        let expires = date(&raw.expires).map_err(|more| mistakes.extend(more));
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

    /// What is to be said of its end: that it is past, or near.
    pub(super) fn remark(&self, now: Timestamp) -> Option<Mistake> {
        let today = TimeZone::UTC.to_datetime(now).date();
        let Self { check, expires, .. } = self;
        let left = today.until((Unit::Day, *expires)).ok()?.get_days();
        let place = self.place.clone();
        match left {
            ..0 => Some(Mistake::warning(
                place,
                format!("the waiver of {check} ran out on {expires}: it no longer applies"),
            )),
            0..=NOTICE_DAYS => {
                let when = match left {
                    0 => "today".to_owned(),
                    1 => "tomorrow".to_owned(),
                    days => format!("in {days} days"),
                };
                let text = format!("the waiver of {check} runs out {when}, on {expires}");
                Some(Mistake::note(place, text))
            }
            _ => None,
        }
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

/// A day, in the one way of writing it that needs no guessing.
fn date(written: &Spanned<String>) -> Result<Date, Vec<Mistake>> {
    let text = written.value.as_str();
    let shape = |(at, c): (usize, char)| match at {
        4 | 7 => c == '-',
        _ => c.is_ascii_digit(),
    };
    if text.len() != 10 || !text.char_indices().all(shape) {
        let mistake = Mistake::error(written.place.clone(), "not a date");
        return Err(vec![
            mistake.help("write it as YEAR-MONTH-DAY, such as 2027-03-31"),
        ]);
    }
    text.parse().map_err(|_| {
        let message = format!("there is no day {text}");
        vec![Mistake::error(written.place.clone(), message)]
    })
}
