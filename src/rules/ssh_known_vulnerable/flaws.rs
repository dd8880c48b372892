//! The flaws of sshd that are known here, and where they were fixed: another is another entry.

use super::{DENIAL, REMOTE_CODE};
use crate::facts::packages::DebVersion;

/// A flaw.
pub struct Flaw {
    /// Its number.
    pub(super) id: &'static str,
    pub(super) grade: &'static str,
    /// What it lets somebody do, behind "can".
    pub(super) lets: &'static str,
    /// The version of OpenSSH that brought it.
    pub(super) since: Upstream,
    /// The version of OpenSSH that fixed it.
    pub(super) until: Upstream,
    /// `ID` and `VERSION_ID` of os-release(5), and the version of the package that lacks it there. Releases whose OpenSSH never
    /// had it are not listed.
    pub(super) fixed: &'static [(&'static str, &'static str, &'static str)],
}

/// `9.2p1` as numbers.
pub(super) type Upstream = (u32, u32, u32);

/// From the Debian changelogs of openssh, DSA-5724-1, and USN-6859-1 and USN-7270-1.
pub(super) static FLAWS: &[Flaw] = &[
    Flaw {
        id: "CVE-2024-6387",
        grade: REMOTE_CODE,
        lets: "run code as root, before any login (regreSSHion)",
        since: (8, 5, 1),
        until: (9, 8, 1),
        fixed: &[
            ("debian", "12", "1:9.2p1-2+deb12u3"),
            ("ubuntu", "22.04", "1:8.9p1-3ubuntu0.10"),
            ("ubuntu", "24.04", "1:9.6p1-3ubuntu13.3"),
        ],
    },
    Flaw {
        id: "CVE-2025-26466",
        grade: DENIAL,
        lets: "fill its memory and processor, before any login",
        since: (9, 5, 1),
        until: (9, 9, 2),
        fixed: &[("ubuntu", "24.04", "1:9.6p1-3ubuntu13.8")],
    },
];

/// CVE-2023-48795. From the Debian changelogs of openssh, and USN-6560-1.
pub static TERRAPIN: Flaw = Flaw {
    id: "CVE-2023-48795",
    grade: DENIAL,
    lets: "cut off the first messages of a connection (Terrapin)",
    since: (0, 0, 0),
    until: (9, 6, 1),
    fixed: &[
        ("debian", "11", "1:8.4p1-5+deb11u3"),
        ("debian", "12", "1:9.2p1-2+deb12u2"),
        ("ubuntu", "20.04", "1:8.2p1-4ubuntu0.10"),
        ("ubuntu", "22.04", "1:8.9p1-3ubuntu0.5"),
    ],
};

/// The version of OpenSSH in that of a package: `1:9.2p1-2+deb12u3` is 9.2p1.
pub(super) fn upstream(version: &DebVersion) -> Option<Upstream> {
    let text = version.text().raw();
    let text = text.split_once(':').map_or(text, |(_, rest)| rest);
    let text = text.split(['-', '+', '~']).next()?;
    let (major, rest) = text.split_once('.')?;
    let (minor, patch) = rest.split_once('p')?;
    Some((
        major.parse().ok()?,
        minor.parse().ok()?,
        patch.parse().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_version_of_openssh() {
        let of = |text: &str| upstream(&DebVersion::new(text));
        assert_eq!(of("1:9.2p1-2+deb12u3"), Some((9, 2, 1)));
        assert_eq!(of("1:10.0p1-7"), Some((10, 0, 1)));
        assert_eq!(of("1:9.9p2-1"), Some((9, 9, 2)));
        assert_eq!(of("2024.1"), None);
    }
}
