//! Swap in fstab(5), and the names of crypttab(5).

use super::proc_swaps::unescaped;
use crate::source::{HostText, Source};

/// A line of fstab(5) that makes swap space at boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FstabSwap {
    /// A path, or `UUID=`, `LABEL=` and their kin.
    pub spec: HostText,
    /// Where.
    pub source: Source,
}

/// The swap lines of fstab(5) that take effect by themselves.
pub fn fstab_swaps(text: &[u8], path: &str) -> Vec<FstabSwap> {
    let lines = (1..).zip(text.split(|byte| *byte == b'\n'));
    let swap = |(number, line): (u32, &[u8])| {
        let words = words(line);
        let [spec, _, b"swap", rest @ ..] = words.as_slice() else {
            return None;
        };
        let mut options = rest
            .first()
            .copied()
            .unwrap_or_default()
            .split(|b| *b == b',');
        (!spec.starts_with(b"#") && !options.any(|option| option == b"noauto")).then(|| FstabSwap {
            spec: unescaped(spec),
            source: Source::line(path, number),
        })
    };
    lines.filter_map(swap).collect()
}

/// The names of the encrypted devices that crypttab(5) makes below `/dev/mapper`.
pub fn crypttab_names(text: &[u8]) -> Vec<HostText> {
    let lines = text.split(|byte| *byte == b'\n').map(words);
    let named = lines.filter(|words| words.len() >= 2 && !words[0].starts_with(b"#"));
    named.map(|words| HostText::from_bytes(words[0])).collect()
}

fn words(line: &[u8]) -> Vec<&[u8]> {
    line.split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_lines() {
        let text =
            b"# /x none swap sw 0 0\n/swap\\040file none swap sw 0 0\nUUID=1 / ext4 defaults 0 1\n\
            UUID=2 none swap sw,noauto 0 0\nUUID=3\tswap swap\n/y none swap\n";
        let seen = fstab_swaps(text, "/etc/fstab");
        let seen: Vec<_> = seen
            .iter()
            .map(|it| format!("{} {}", it.source, it.spec))
            .collect();
        assert_eq!(
            seen,
            [
                "/etc/fstab:2 /swap file",
                "/etc/fstab:5 UUID=3",
                "/etc/fstab:6 /y"
            ]
        );
    }

    #[test]
    fn names_of_encrypted_devices() {
        let text = b"#x /dev/sda1 none\nswap /dev/sda2 /dev/urandom swap\nalone\n\n";
        assert_eq!(crypttab_names(text), ["swap".into()]);
    }
}
