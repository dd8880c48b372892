//! Numbers, sizes and ports, as OpenSSH reads them: strtonum.c, fmt_scaled.c, misc.c and the C library.

use crate::facts::sshd::Names;
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
    pub(super) fn saturated(self) -> i64 {
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
pub(super) fn cut(value: i64) -> i32 {
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

#[cfg(test)]
mod tests {
    use super::*;

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
