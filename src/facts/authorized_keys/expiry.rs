//! `expiry-time=`: parse_absolute_time of misc.c, with strptime(3) and mktime(3) as it uses them.

use super::Reader;
use crate::facts::sshd::Version;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// When a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expiry {
    /// Then, in seconds since 1970.
    At(u64),
    /// At a time of the host's own zone, which was not seen.
    Unclear,
}

/// The local time of a host (`/etc/localtime`).
#[derive(Clone, Debug)]
pub enum Zone {
    /// Known.
    Known(TimeZone),
    /// Not seen, or not understood.
    Unseen,
}

impl Zone {
    /// The zone in a file of tzfile(5); without a file it is UTC.
    pub fn of(file: Option<&[u8]>) -> Self {
        match file {
            None => Self::Known(TimeZone::UTC),
            Some(bytes) => TimeZone::tzif("localtime", bytes).map_or(Self::Unseen, Self::Known),
        }
    }

    /// mktime(3) of a local time that is written as seconds: as standard time, also where it is summer.
    fn seconds(&self, local: i64) -> Option<i64> {
        let Self::Known(zone) = self else {
            return None;
        };
        let at = |seconds: i64| {
            let seconds = seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
            let info = zone.to_offset_info(Timestamp::from_second(seconds).unwrap_or_default());
            (i64::from(info.offset().seconds()), info.dst().is_dst())
        };
        const DAY: i64 = 86_400;
        let near = [local - DAY, local + DAY].map(|seconds| local - at(seconds).0);
        let fits = |seconds: &i64| at(*seconds) == (local - seconds, false);
        if let Some(seconds) = near.into_iter().find(fits) {
            return Some(seconds);
        }
        // glibc looks about in such steps for the nearest time that is not summer.
        const STRIDE: i64 = 601_200;
        let mut steps = (1..=60).flat_map(|step| [-step * STRIDE, step * STRIDE]);
        let standard = steps.find_map(|step| {
            let (offset, is_dst) = at(near[0] + step);
            (!is_dst).then_some(local - offset)
        });
        standard.or(Some(near[0]))
    }
}

/// The time in a text; none if it is no time.
pub(super) fn parse(text: &[u8], reader: &Reader) -> Option<Expiry> {
    let version = &reader.version;
    let (digits, utc) = in_utc(text, version);
    if !matches!(digits.len(), 8 | 12 | 14) {
        return None;
    }
    let field = |from: usize, length: usize| digits.get(from..from + length);
    let mut numbers = [0_i64; 6];
    let fields = [
        (field(0, 4)?, 0..=9999),
        (field(4, 2)?, 1..=12),
        (field(6, 2)?, 1..=31),
        (field(8, 2).unwrap_or(b"0"), 0..=23),
        (field(10, 2).unwrap_or(b"0"), 0..=59),
        (field(12, 2).unwrap_or(b"0"), 0..=61),
    ];
    let last = match digits.len() {
        8 => 2,
        12 => 4,
        _ => 5,
    };
    for (at, (field, range)) in fields.into_iter().enumerate() {
        // Before 9.1 nobody looked whether anything was left over.
        let may_trail = at == last && !version.since(9, 1);
        numbers[at] = number(field, may_trail).filter(|it| range.contains(it))?;
    }
    let [year, month, day, hour, minute, second] = numbers;
    let local = (days(year, month) + day - 1) * 86_400 + hour * 3600 + minute * 60 + second;
    let seconds = match utc {
        true => Some(local),
        false => reader.zone.seconds(local),
    };
    let Some(seconds) = seconds else {
        return Some(Expiry::Unclear);
    };
    match u64::try_from(seconds) {
        Ok(0) => None,
        Ok(seconds) => Some(Expiry::At(seconds)),
        // From 10.4 on a time before 1970 wraps around, and never comes.
        Err(_) => version
            .since(10, 4)
            .then_some(Expiry::At(seconds.cast_unsigned())),
    }
}

fn in_utc<'t>(text: &'t [u8], version: &Version) -> (&'t [u8], bool) {
    if version.since(9, 1) {
        for ending in [&b"Z"[..], b"UTC"] {
            let Some(at) = text.len().checked_sub(ending.len()).filter(|at| *at > 0) else {
                continue;
            };
            if text[at..].eq_ignore_ascii_case(ending) {
                return (&text[..at], true);
            }
        }
    }
    (text, false)
}

/// A number as strptime(3) takes it: blanks may stand before it.
fn number(field: &[u8], may_trail: bool) -> Option<i64> {
    let field = field.trim_ascii_start();
    let end = field.iter().position(|byte| !byte.is_ascii_digit());
    let (digits, rest) = field.split_at(end.unwrap_or(field.len()));
    if !rest.is_empty() && !may_trail {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Days from 1970 to the first of a month of the Gregorian calendar.
fn days(year: i64, month: i64) -> i64 {
    let (year, month) = if month <= 2 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
