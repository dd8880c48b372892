//! The times of sudoers(5): how long, and from when until when.

use jiff::Timestamp;
use jiff::civil::DateTime;

/// A `TIMEOUT`: seconds, or days, hours, minutes and seconds in this order (`1d12h`). None if sudo takes it for none.
pub fn timeout(text: &str) -> Option<u32> {
    let mut units = [(b'd', 86400), (b'h', 3600), (b'm', 60), (b's', 1)].into_iter();
    let mut rest = text;
    let mut total: u32 = 0;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        rest = rest.strip_prefix('+').unwrap_or(rest);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?;
        let unit = match rest.bytes().next() {
            None => 1,
            Some(suffix) => {
                rest = rest.get(1..)?;
                let suffix = suffix.to_ascii_lowercase();
                units.by_ref().find(|(letter, _)| *letter == suffix)?.1
            }
        };
        total = total.checked_add(number.checked_mul(unit)?)?;
        if total > i32::MAX as u32 {
            return None;
        }
        if rest.is_empty() {
            return Some(total);
        }
    }
}

/// A `NOTBEFORE` or `NOTAFTER`: `YYYYMMDDHH[MM[SS]]`, a fraction, and `Z` or an offset. A time of the host's own zone, which
/// is not known here, is taken for one of UTC. None if sudo takes it for none.
pub fn moment(text: &str) -> Option<Timestamp> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !matches!(digits, 10 | 12 | 14) {
        return None;
    }
    let number = |from: usize, to: usize| -> Option<i16> { text.get(from..to)?.parse().ok() };
    let small = |from: usize| match from < digits {
        true => number(from, from + 2).and_then(|it| i8::try_from(it).ok()),
        false => Some(0),
    };
    let when = DateTime::new(
        number(0, 4)?,
        small(4)?,
        small(6)?,
        small(8)?,
        small(10)?,
        small(12)?.min(59),
        0,
    );
    let mut rest = text.get(digits..)?;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let offset = match rest.as_bytes() {
        [] | [b'Z'] => 0,
        [sign @ (b'+' | b'-'), digits @ ..]
            if matches!(digits.len(), 2 | 4) && digits.iter().all(u8::is_ascii_digit) =>
        {
            let pair = |at: usize| rest.get(at..at + 2).and_then(|it| it.parse::<i32>().ok());
            let seconds = pair(1)? * 3600 + pair(3).unwrap_or(0) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let offset = jiff::tz::Offset::from_seconds(offset).ok()?;
    offset.to_timestamp(when.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts() {
        for (text, expected) in [
            ("90", Some(90)),
            ("1d2h3m4s", Some(93_784)),
            ("1M", Some(60)),
            ("2s1d", None),
            ("1x", None),
            ("", None),
            ("-1", None),
            ("3000000000", None),
        ] {
            assert_eq!(timeout(text), expected, "{text}");
        }
    }

    #[test]
    fn moments() {
        let at = |text: &str| moment(text).map(|it| it.to_string());
        assert_eq!(at("20260131120000Z").unwrap(), "2026-01-31T12:00:00Z");
        assert_eq!(at("2026013112+0130").unwrap(), "2026-01-31T10:30:00Z");
        assert_eq!(at("202601311205").unwrap(), "2026-01-31T12:05:00Z");
        for bad in ["20260131", "20261331120000Z", "20260131120000X", ""] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }
}
