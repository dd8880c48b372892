//! Words of a setting as systemd takes them apart (systemd.syntax(7), "Quoting"): quotes, and escapes as in C.

use crate::source::HostText;

/// What is made of backslashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// They escape as in C, and one that escapes nothing is an error.
    Strict,
    /// One that escapes nothing stands for itself.
    Relaxed,
    /// They stand for themselves, as in the names of units.
    Kept,
}

/// The first word of a text, without quotes and escapes, and what is behind it and the blanks that follow.
///
/// # Errors
/// If a quote is not closed, or a backslash escapes nothing.
pub(super) fn first(
    text: &str,
    escapes: Escapes,
) -> Result<Option<(HostText, &str)>, &'static str> {
    let bytes = text.as_bytes();
    let Some(start) = bytes.iter().position(|byte| !is_blank(*byte)) else {
        return Ok(None);
    };
    let mut word = Vec::new();
    let mut quote = None;
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match (quote, byte) {
            (_, b'\\') if escapes != Escapes::Kept => match unescaped(&bytes[at..], &mut word) {
                Some(taken) => at += taken,
                None if escapes == Escapes::Strict => return Err("a backslash escapes nothing"),
                None => {
                    word.push(b'\\');
                    word.extend(bytes.get(at));
                    at += 1;
                }
            },
            (Some(open), byte) if *byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, byte) if is_blank(*byte) => {
                let rest = text.get(at..).unwrap_or_default();
                return Ok(Some((
                    HostText::from_bytes(&word),
                    rest.trim_start_matches(BLANKS),
                )));
            }
            _ => word.push(*byte),
        }
    }
    match quote {
        Some(_) => Err("a quote is not closed"),
        None => Ok(Some((HostText::from_bytes(&word), ""))),
    }
}

/// All words of a text.
///
/// # Errors
/// As `first`.
pub fn words(text: &HostText, escapes: Escapes) -> Result<Vec<HostText>, &'static str> {
    let mut rest = text.raw();
    let mut words = Vec::new();
    while let Some((word, after)) = first(rest, escapes)? {
        words.push(word);
        rest = after;
    }
    Ok(words)
}

pub(super) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

fn is_blank(byte: u8) -> bool {
    BLANKS.contains(&char::from(byte))
}

/// Puts what is escaped there behind the word, and says how many bytes that took.
fn unescaped(rest: &[u8], word: &mut Vec<u8>) -> Option<usize> {
    let mut number = |from: usize, digits: usize, radix: u32, is_letter: bool| {
        let digits = rest.get(from..from + digits)?;
        let valid = digits.iter().all(|byte| char::from(*byte).is_digit(radix));
        let digits = std::str::from_utf8(digits).ok().filter(|_| valid)?;
        let number = u32::from_str_radix(digits, radix)
            .ok()
            .filter(|it| *it != 0)?;
        match is_letter {
            true => {
                let letter = char::from_u32(number)?;
                word.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            false => word.push(u8::try_from(number).ok()?),
        }
        Some(from + digits.len())
    };
    let plain = match rest.first()? {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b's' => b' ',
        same @ (b'\\' | b'"' | b'\'') => *same,
        b'x' => return number(1, 2, 16, false),
        b'u' => return number(1, 4, 16, true),
        b'U' => return number(1, 8, 16, true),
        b'0'..=b'7' => return number(0, 3, 8, false),
        _ => return None,
    };
    word.push(plain);
    Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Result<Vec<String>, &'static str> {
        let words = words(&text.into(), Escapes::Strict)?;
        Ok(words.iter().map(|it| it.raw().to_owned()).collect())
    }

    #[test]
    fn quotes_and_escapes() {
        let same = split(r#" a "b c"'d e'  \x41\102\u00e4\s"\"" '' "#).unwrap();
        assert_eq!(same, ["a", "b cd e", "ABä \"", ""]);
        assert_eq!(split("").unwrap(), Vec::<String>::new());
        for not in [
            "\"a", "a\\", "\\q", "\\x0", "\\000", "\\x+1", "\\ud800", "\\400",
        ] {
            assert!(split(not).is_err(), "{not}");
        }
        let relaxed = words(&"a\\q \\".into(), Escapes::Relaxed).unwrap();
        assert_eq!(relaxed, ["a\\q".into(), "\\".into()]);
        let kept = words(&"'a\\x2d' b\\".into(), Escapes::Kept).unwrap();
        assert_eq!(kept, ["a\\x2d".into(), "b\\".into()]);
    }
}
