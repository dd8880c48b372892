//! `/proc/swaps`.

use crate::source::HostText;

/// The swap space in use: its path, and whether it is a file of a file system.
///
/// # Errors
/// What is not of that form.
pub fn active(text: &[u8]) -> Result<Vec<(HostText, bool)>, String> {
    let lines = text.split(|byte| *byte == b'\n').skip(1);
    let lines = lines.filter(|line| !line.is_empty());
    let one = |line: &[u8]| {
        let mut words = line
            .split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|word| !word.is_empty());
        let wrong = || format!("`{}` is no swap", HostText::from_bytes(line));
        let path = words.next().ok_or_else(wrong)?;
        match words.next() {
            Some(b"file") => Ok((unescaped(path), true)),
            Some(b"partition") => Ok((unescaped(path), false)),
            _ => Err(wrong()),
        }
    };
    lines.map(one).collect()
}

/// Blank, tab, newline and backslash are written as `\040` and so on (seq_file_path).
pub(super) fn unescaped(text: &[u8]) -> HostText {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let digits = after
            .get(..3)
            .filter(|it| it.iter().all(|b| matches!(b, b'0'..=b'7')));
        match (first, digits) {
            (b'\\', Some(digits)) => {
                let code = digits
                    .iter()
                    .fold(0_u32, |code, digit| code * 8 + u32::from(digit - b'0'));
                plain.push(u8::try_from(code).unwrap_or(b'?'));
                rest = after.get(3..).unwrap_or_default();
            }
            _ => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    HostText::from_bytes(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_devices_and_files() {
        let text = b"Filename\t\t\tType\t\tSize\t\tUsed\t\tPriority\n\
            /dev/dm-1                              partition\t1048572\t\t0\t\t-2\n\
            /a\\040b\\134c                            file\t\t1024\t\t0\t\t-3\n";
        let seen = active(text).unwrap();
        assert_eq!(
            seen,
            [("/dev/dm-1".into(), false), ("/a b\\c".into(), true)]
        );
        assert_eq!(active(b"Filename Type Size\n").unwrap(), []);
        assert_eq!(active(b"").unwrap(), []);
        assert!(active(b"Filename\nnonsense\n").is_err());
        assert!(active(b"Filename\n/x \xff 1\n").is_err());
    }

    #[test]
    fn a_backslash_that_is_no_code_stays() {
        assert_eq!(unescaped(br"a\9\04").raw(), r"a\9\04");
        assert_eq!(unescaped(br"\040\777").raw(), " ?");
    }
}
