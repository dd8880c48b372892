//! Swap in fstab(5), and the names of crypttab(5).

use crate::facts::mountinfo::unescaped;
use crate::source::{HostText, Source};

/// A line of fstab(5) that makes swap space at boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FstabSwap {
    /// A path, or `UUID=`, `LABEL=` and their kin.
    pub spec: HostText,
    /// False with the option `noauto`: it takes effect only where something else starts it.
    pub by_itself: bool,
    /// Where.
    pub source: Source,
}

/// A line of crypttab(5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crypt {
    /// The name of the device that it makes below `/dev/mapper`.
    pub name: HostText,
    /// False with the null cipher, which leaves everything as it is.
    pub encrypts: bool,
}

/// The swap lines of fstab(5).
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
        (!spec.starts_with(b"#")).then(|| FstabSwap {
            spec: unescaped(spec),
            by_itself: !options.any(|option| option == b"noauto"),
            source: Source::line(path, number),
        })
    };
    lines.filter_map(swap).collect()
}

/// The devices of crypttab(5).
pub fn crypttab(text: &[u8]) -> Vec<Crypt> {
    let lines = text.split(|byte| *byte == b'\n').map(words);
    let named = lines.filter(|words| words.len() >= 2 && !words[0].starts_with(b"#"));
    let is_null = |option: &[u8]| {
        let option = String::from_utf8_lossy(option);
        option.starts_with("cipher=") && option.contains("null")
    };
    let crypt = |words: Vec<&[u8]>| Crypt {
        name: HostText::from_bytes(words[0]),
        encrypts: !words
            .get(3)
            .is_some_and(|it| it.split(|b| *b == b',').any(is_null)),
    };
    named.map(crypt).collect()
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
            .map(|it| format!("{} {} {}", it.source, it.spec, it.by_itself))
            .collect();
        assert_eq!(
            seen,
            [
                "/etc/fstab:2 /swap file true",
                "/etc/fstab:4 UUID=2 false",
                "/etc/fstab:5 UUID=3 true",
                "/etc/fstab:6 /y true"
            ]
        );
    }

    #[test]
    fn names_of_encrypted_devices() {
        let text = b"#x /dev/sda1 none\nswap /dev/sda2 /dev/urandom swap,cipher=aes-xts-plain64\nalone\n\n\
            open /dev/sda3 /dev/urandom swap,cipher=cipher_null-ecb,size=256\n";
        let seen = crypttab(text);
        let seen: Vec<_> = seen.iter().map(|it| (it.name.raw(), it.encrypts)).collect();
        assert_eq!(seen, [("swap", true), ("open", false)]);
    }
}
