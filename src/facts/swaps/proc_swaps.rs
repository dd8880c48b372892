//! `/proc/swaps`.

use crate::facts::mountinfo::unescaped;
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
}
