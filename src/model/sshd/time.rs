//! Times, as OpenSSH reads them: misc.c.

use super::number::{Long, cut, strtol};
use crate::facts::sshd::Version;

/// convtime: seconds, or `1h30m`; none for what is no time. Before 8.5 an int was made of a long without a look.
pub(super) fn time(text: &[u8], version: &Version) -> Option<i64> {
    if version.since(10, 3) {
        let seconds = seconds(text)?;
        return (seconds <= f64::from(i32::MAX)).then_some(whole(seconds));
    }
    let most = if version.since(8, 5) {
        i64::from(i32::MAX)
    } else {
        i64::MAX
    };
    let (mut total, mut rest) = (0_i64, text);
    let mut factor = 1;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (Long::Is(number), after) = strtol(rest, 10)? else {
            return None;
        };
        if version.since(9, 8) && !rest[0].is_ascii_digit() {
            return None;
        }
        if number < 0 {
            return None;
        }
        // Up to 8.3 the unit of a number went on to the next that has none.
        if version.since(8, 4) {
            factor = 1;
        }
        rest = match after.split_first() {
            None => after,
            Some((unit, after)) => {
                factor = match unit.to_ascii_lowercase() {
                    b's' => factor,
                    b'm' => 60,
                    b'h' => 60 * 60,
                    b'd' => 24 * 60 * 60,
                    b'w' => 7 * 24 * 60 * 60,
                    _ => return None,
                };
                after
            }
        };
        let checked = |fits: bool| fits.then_some(());
        if version.since(8, 5) {
            checked(number <= most / factor)?;
            checked(total <= most - number * factor)?;
        } else {
            checked(number < most / factor)?;
            checked(total < most - number * factor)?;
        }
        total += number * factor;
    }
    if version.since(8, 5) {
        return Some(total);
    }
    Some(i64::from(cut(total))).filter(|total| *total != -1)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "compared with the largest int before"
)]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}

/// convtime_double, since 10.3: seconds may have a fraction.
pub(super) fn seconds(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let (mut total, mut rest, mut seen) = (0.0, text, false);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        if number.matches('.').count() > 1
            || number.ends_with('.') && number.len() == 1
            || number.is_empty()
        {
            return None;
        }
        // strtod would go on with an exponent, which is not allowed here.
        if after.strip_prefix(['e', 'E']).is_some_and(|it| {
            it.trim_start_matches(['+', '-'])
                .starts_with(|c: char| c.is_ascii_digit())
        }) {
            return None;
        }
        let value: f64 = number
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite())?;
        let mut chars = after.chars();
        let factor = match chars.next() {
            None | Some('s' | 'S') => {
                if std::mem::replace(&mut seen, true) {
                    return None;
                }
                1.0
            }
            Some('m' | 'M') => 60.0,
            Some('h' | 'H') => 3600.0,
            Some('d' | 'D') => 86400.0,
            Some('w' | 'W') => 604_800.0,
            Some(_) => return None,
        };
        if number.contains('.') && (factor > 1.0 || number.ends_with('.')) {
            return None;
        }
        total += value * factor;
        rest = chars.as_str();
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_each_version_does() {
        let of =
            |version: &str, text: &str| time(text.as_bytes(), &Version::parse(version).unwrap());
        for version in ["8.4p1", "9.2p1", "10.5p1"] {
            assert_eq!(of(version, "1h30m"), Some(5400), "{version}");
            assert_eq!(of(version, "1w2d3"), Some(777_603), "{version}");
            assert_eq!(of(version, ""), None);
            assert_eq!(of(version, "5x"), None);
            assert_eq!(of(version, "-5"), None);
        }
        assert_eq!(of("9.2p1", "+5"), Some(5));
        assert_eq!(of("10.5p1", "+5"), None);
        assert_eq!(of("10.5p1", "1.5"), Some(1));
        assert_eq!(of("8.2p1", "1h30"), Some(3600 + 30 * 3600));
        assert_eq!(of("8.4p1", "4294967297"), Some(1));
        assert_eq!(of("9.2p1", "4294967297"), None);
    }
}
