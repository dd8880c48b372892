//! Numbers, times and sizes, as OpenSSH reads and prints them: misc.c, strtonum.c, fmt_scaled.c and the C library.

use crate::facts::sshd::{Names, Version};
use crate::source::HostText;

/// strtonum of openbsd-compat.
///
/// # Errors
/// Its word for what is wrong.
pub(super) fn strtonum(text: &[u8], least: i64, most: i64) -> Result<i64, &'static str> {
    let (value, rest) = strtol(text, 10).ok_or("invalid")?;
    match value {
        _ if !rest.is_empty() => Err("invalid"),
        Long::Low => Err("too small"),
        Long::High => Err("too large"),
        Long::Is(value) if value < least => Err("too small"),
        Long::Is(value) if value > most => Err("too large"),
        Long::Is(value) => Ok(value),
    }
}

/// atoi_err: a number that is not negative.
///
/// # Errors
/// Its word for what is wrong.
pub(super) fn atoi_err(text: Option<&[u8]>) -> Result<i64, &'static str> {
    match text {
        None | Some([]) => Err("missing"),
        Some(text) => strtonum(text, 0, i64::from(i32::MAX)),
    }
}

/// What strtol(3) makes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Long {
    /// A number.
    Is(i64),
    /// Less than there are numbers for.
    Low,
    /// More than that.
    High,
}

impl Long {
    fn saturated(self) -> i64 {
        match self {
            Self::Is(value) => value,
            Self::Low => i64::MIN,
            Self::High => i64::MAX,
        }
    }
}

/// strtol(3): blanks and a sign may stand in front; none if no digit follows. Base 0 is told by `0x` and `0`.
pub(super) fn strtol(text: &[u8], base: u32) -> Option<(Long, &[u8])> {
    let blank = |byte: &u8| matches!(byte, b' ' | 9..=13);
    let start = text.iter().take_while(|byte| blank(byte)).count();
    let mut rest = &text[start..];
    let negative = rest.first() == Some(&b'-');
    if let Some(b'-' | b'+') = rest.first() {
        rest = &rest[1..];
    }
    let (base, digits) = match rest {
        [b'0', b'x' | b'X', digit, ..] if base == 0 && digit.is_ascii_hexdigit() => {
            (16, &rest[2..])
        }
        [b'0', ..] if base == 0 => (8, rest),
        _ if base == 0 => (10, rest),
        _ => (base, rest),
    };
    let digit = |byte: &u8| char::from(*byte).to_digit(base);
    let length = digits
        .iter()
        .take_while(|byte| digit(byte).is_some())
        .count();
    if length == 0 {
        return None;
    }
    let value = digits[..length]
        .iter()
        .filter_map(digit)
        .try_fold(0_i64, |value, digit| {
            let digit = if negative {
                -i64::from(digit)
            } else {
                i64::from(digit)
            };
            value.checked_mul(i64::from(base))?.checked_add(digit)
        });
    let value = match (value, negative) {
        (Some(value), _) => Long::Is(value),
        (None, true) => Long::Low,
        (None, false) => Long::High,
    };
    Some((value, &digits[length..]))
}

/// strtol with base 8, cut to an int; none if no digit is there.
pub(super) fn octal(text: &[u8]) -> Option<i32> {
    strtol(text, 8).map(|(value, _)| cut(value.saturated()))
}

/// What is left of a long that is kept in an int.
fn cut(value: i64) -> i32 {
    let bytes = value.to_le_bytes();
    i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// sscanf(3) with `%d:%d:…`: as many numbers as could be read, at most `most`.
pub(super) fn scan(text: &[u8], most: usize) -> Vec<i64> {
    let mut numbers = Vec::new();
    let mut rest = text;
    while numbers.len() < most {
        if !numbers.is_empty() {
            match rest.strip_prefix(b":") {
                Some(after) => rest = after,
                None => break,
            }
        }
        let Some((value, after)) = strtol(rest, 10) else {
            break;
        };
        numbers.push(i64::from(cut(value.saturated())));
        rest = after;
    }
    numbers
}

/// A port, or that it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    /// Its number; -1 for what is none.
    Is(i64),
    /// It is a name that was not looked up.
    Unknown,
}

/// a2port: a number or the name of a service.
pub(super) fn port(text: &[u8], names: &Names) -> Port {
    if let Ok(number) = strtonum(text, 0, 65535) {
        return Port::Is(number);
    }
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.+*/".contains(byte);
    if text.is_empty()
        || !text.iter().all(of_name)
        || strtol(text, 10).is_some_and(|(_, rest)| rest.is_empty())
    {
        return Port::Is(-1);
    }
    match names.services.get(&HostText::from_bytes(text)) {
        Some(Some(port)) => Port::Is(i64::from(*port)),
        Some(None) => Port::Is(-1),
        None => Port::Unknown,
    }
}

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

/// scan_scaled: a size with a unit.
///
/// # Errors
/// The system's words for what is wrong.
pub(super) fn size(text: &[u8]) -> Result<i64, &'static str> {
    const INVALID: &str = "Invalid argument";
    const RANGE: &str = "Numerical result out of range";
    const DIGITS: usize = 21;
    let blank = |byte: &u8| matches!(byte, b' ' | 9..=13);
    let start = text.iter().take_while(|byte| blank(byte)).count();
    let mut rest = &text[start..];
    let mut sign = 0;
    while let Some(byte @ (b'-' | b'+')) = rest.first() {
        if sign != 0 {
            return Err(INVALID);
        }
        sign = if *byte == b'-' { -1 } else { 1 };
        rest = &rest[1..];
    }
    let (mut whole, mut fraction) = (0_i64, 0_i64);
    let (mut digits, mut places) = (0_usize, 0_usize);
    while let Some(byte) = rest
        .first()
        .filter(|byte| byte.is_ascii_digit() || **byte == b'.')
    {
        rest = &rest[1..];
        if *byte == b'.' {
            if places > 0 {
                return Err(INVALID);
            }
            places = 1;
            continue;
        }
        let digit = i64::from(byte - b'0');
        let add = |number: i64| number.checked_mul(10)?.checked_add(digit);
        if places > 0 {
            if places >= DIGITS - 1 {
                continue;
            }
            places += 1;
            fraction = add(fraction).ok_or(RANGE)?;
        } else {
            digits += 1;
            if digits >= DIGITS {
                return Err(RANGE);
            }
            whole = add(whole).ok_or(RANGE)?;
        }
    }
    if sign != 0 {
        whole *= sign;
    }
    let Some((unit, after)) = rest.split_first() else {
        return Ok(whole);
    };
    let power = b"BKMGTPE"
        .iter()
        .position(|it| *it == unit.to_ascii_uppercase())
        .ok_or(INVALID)?;
    if after.first().is_some_and(u8::is_ascii_alphanumeric) {
        return Err(INVALID);
    }
    let factor = 1_i64 << (10 * power);
    whole = whole.checked_mul(factor).ok_or(RANGE)?;
    while fraction >= i64::MAX / factor {
        fraction /= 10;
        places = places.saturating_sub(1);
    }
    fraction *= factor;
    for _ in 1..places {
        fraction /= 10;
    }
    Ok(if sign == -1 {
        whole - fraction
    } else {
        whole + fraction
    })
}

/// The names of IPQoS, with what the kernel calls them (ip.h), and `none`.
const QOS: [(&str, i64); 27] = [
    ("none", NO_QOS),
    ("af11", 0x28),
    ("af12", 0x30),
    ("af13", 0x38),
    ("af21", 0x48),
    ("af22", 0x50),
    ("af23", 0x58),
    ("af31", 0x68),
    ("af32", 0x70),
    ("af33", 0x78),
    ("af41", 0x88),
    ("af42", 0x90),
    ("af43", 0x98),
    ("cs0", 0x00),
    ("cs1", 0x20),
    ("cs2", 0x40),
    ("cs3", 0x60),
    ("cs4", 0x80),
    ("cs5", 0xa0),
    ("cs6", 0xc0),
    ("cs7", 0xe0),
    ("ef", 0xb8),
    ("le", 0x04),
    ("va", 0xb0),
    ("lowdelay", 0x10),
    ("throughput", 0x08),
    ("reliability", 0x04),
];

/// The system's own: no value of the field.
pub(super) const NO_QOS: i64 = i32::MAX as i64;

/// parse_ipqos; none for what is none.
pub(super) fn qos(text: &[u8], version: &Version) -> Option<i64> {
    let named = qos_names(version).find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()));
    if let Some((_, value)) = named {
        return Some(value);
    }
    let old = [&b"lowdelay"[..], b"throughput", b"reliability"];
    if old.iter().any(|name| text.eq_ignore_ascii_case(name)) {
        return Some(NO_QOS);
    }
    match strtol(text, 0) {
        Some((Long::Is(value), [])) => (0..=255).contains(&value).then_some(value),
        _ => None,
    }
}

/// iptos2str.
pub(super) fn qos_name(value: i64, version: &Version) -> String {
    let named = qos_names(version).find(|(_, own)| *own == value);
    named.map_or_else(|| format!("0x{value:02x}"), |(name, _)| name.to_owned())
}

/// Those that a version has. Since 10.1 the old names of the type of service stand for nothing; Debian 13 took that over.
fn qos_names(version: &Version) -> impl Iterator<Item = (&'static str, i64)> {
    let taken_over =
        version.release == (10, 0) && version.revision_number("deb13u").is_some_and(|n| n >= 3);
    let no_old = version.since(10, 1) || taken_over;
    let va = version.since(10, 3);
    QOS.into_iter().filter(move |(name, _)| match *name {
        "va" => va,
        "lowdelay" | "throughput" | "reliability" => !no_old,
        _ => true,
    })
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

    #[test]
    fn sizes_have_units_and_fractions() {
        for (text, expected) in [
            ("1G", Ok(1 << 30)),
            ("1.5k", Ok(1536)),
            ("16", Ok(16)),
            ("1.9", Ok(1)),
            ("-1k", Ok(-1024)),
            ("1KB", Err("Invalid argument")),
            ("1K!", Ok(1024)),
            ("9E", Err("Numerical result out of range")),
            ("x", Err("Invalid argument")),
        ] {
            assert_eq!(size(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_scan_stops_where_it_must() {
        assert_eq!(scan(b"10:30:60abc", 3), [10, 30, 60]);
        assert_eq!(scan(b"10:", 3), [10]);
        assert_eq!(scan(b"10: 30", 3), [10, 30]);
        assert_eq!(scan(b"4294967297", 3), [1]);
        assert!(scan(b"x", 3).is_empty());
    }
}
