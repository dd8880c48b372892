//! Which OpenSSH a server is: upstream's version, and whose build.
//!
//! Distributions change defaults and add keywords, so the version alone does not say what a line means.

use crate::facts::os::OsRelease;
use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A release of OpenSSH as somebody built it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Upstream's numbers: (9, 2) in `9.2p1`. Versions are compared by them.
    pub release: (u16, u16),
    /// The number behind the `p`: 2 in `9.9p2`. Where it is not told it is 1.
    pub portable: u16,
    /// Whose build.
    pub flavour: Flavour,
    /// What the distribution puts behind: `2+deb12u3` in `1:9.2p1-2+deb12u3`. It may tell whether a change was taken over.
    pub revision: String,
}

/// Whose patches and build options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flavour {
    /// As OpenSSH publishes it, with PAM and without Kerberos.
    Upstream,
    /// Debian and what takes its packages as they are.
    Debian,
    /// Ubuntu, which takes most of Debian's patches.
    Ubuntu,
    /// Red Hat Enterprise Linux, Fedora and their rebuilds.
    RedHat,
}

impl Version {
    /// The version in `9.2p1`, `OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3.0.15`, `1:9.2p1-2+deb12u3` (dpkg) or
    /// `8.7p1-38.el9` (rpm); none if the text holds none. What does not say whose build it is is taken for upstream's: see
    /// [`Version::built_by`].
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = match text.find("OpenSSH_") {
            Some(at) => &text[at + "OpenSSH_".len()..],
            None => text
                .split_once(':')
                .filter(|(epoch, _)| !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit()))
                .map_or(text, |(_, rest)| rest),
        };
        let (major, rest) = number(text)?;
        let (minor, rest) = number(rest.strip_prefix('.')?)?;
        // A third number was upstream's in old days, and is nobody's now.
        let rest = match rest.strip_prefix('.').and_then(number) {
            Some((_, rest)) => rest,
            None => rest,
        };
        let (portable, rest) = match rest.strip_prefix('p').and_then(number) {
            Some((portable, rest)) => (portable, rest),
            None => (1, rest),
        };
        let rest = rest.split([',', '\n']).next().unwrap_or_default();
        let (flavour, revision) = flavour(rest.trim_start())?;
        Some(Self {
            release: (major, minor),
            portable,
            flavour,
            revision: revision.to_owned(),
        })
    }

    /// The same version, of a build whose maker is known otherwise: by os-release(5).
    #[must_use]
    pub fn built_for(self, release: &OsRelease) -> Self {
        let like: Vec<&str> = release.id_like.iter().map(HostText::raw).collect();
        self.built_by(release.id.raw(), &like.join(" "))
    }

    /// The same by `ID` and `ID_LIKE`.
    #[must_use]
    pub fn built_by(mut self, id: &str, id_like: &str) -> Self {
        let is = |names: &[&str]| {
            let mut all = std::iter::once(id).chain(id_like.split_whitespace());
            all.any(|word| names.contains(&word))
        };
        if self.flavour == Flavour::Upstream {
            self.flavour = match () {
                () if is(&["ubuntu"]) => Flavour::Ubuntu,
                () if is(&["debian"]) => Flavour::Debian,
                () if is(&["rhel", "fedora", "centos"]) => Flavour::RedHat,
                () => Flavour::Upstream,
            };
        }
        self
    }

    /// True for this release and later ones.
    pub fn since(&self, major: u16, minor: u16) -> bool {
        self.release >= (major, minor)
    }

    /// The number behind a word of the revision: 3 for `deb12u` in `2+deb12u3`.
    pub fn revision_number(&self, word: &str) -> Option<u16> {
        let at = self.revision.find(word)? + word.len();
        number(&self.revision[at..]).map(|(number, _)| number)
    }
}

fn number(text: &str) -> Option<(u16, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// Whose build the words behind the version speak of; none if they are no such words.
fn flavour(rest: &str) -> Option<(Flavour, &str)> {
    if rest.is_empty() {
        return Some((Flavour::Upstream, ""));
    }
    for (word, flavour) in [("Debian-", Flavour::Debian), ("Ubuntu-", Flavour::Ubuntu)] {
        if let Some(revision) = rest.strip_prefix(word) {
            return Some((flavour, revision));
        }
    }
    let Some(revision) = rest.strip_prefix('-') else {
        // `OpenSSH_9.2 FreeBSD-20230316` and the like: the release is told all the same.
        return rest
            .starts_with(|c: char| c.is_ascii_alphabetic())
            .then_some((Flavour::Upstream, rest));
    };
    let flavour = if revision.contains("ubuntu") {
        Flavour::Ubuntu
    } else if [".el", ".fc", ".amzn"]
        .iter()
        .any(|it| revision.contains(it))
    {
        Flavour::RedHat
    } else if revision.starts_with(|c: char| c.is_ascii_digit()) && !revision.contains("-r") {
        Flavour::Debian
    } else {
        Flavour::Upstream
    };
    Some((flavour, revision))
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = self.release;
        write!(out, "{major}.{minor}p{}", self.portable)?;
        match self.flavour {
            Flavour::Upstream => Ok(()),
            _ if self.revision.is_empty() => Ok(()),
            Flavour::Debian => write!(out, " Debian-{}", self.revision),
            Flavour::Ubuntu => write!(out, " Ubuntu-{}", self.revision),
            Flavour::RedHat => write!(out, "-{}", self.revision),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_forms_that_people_and_packages_write() {
        use Flavour::{Debian, RedHat, Ubuntu, Upstream};
        for (text, release, portable, flavour, revision) in [
            ("9.2p1", (9, 2), 1, Upstream, ""),
            ("10.0", (10, 0), 1, Upstream, ""),
            ("9.9p2", (9, 9), 2, Upstream, ""),
            (
                "OpenSSH_9.2, OpenSSL 3.0.19 27 Jan 2026",
                (9, 2),
                1,
                Upstream,
                "",
            ),
            (
                "OpenSSH_9.2p1 Debian-2+deb12u3, OpenSSL 3",
                (9, 2),
                1,
                Debian,
                "2+deb12u3",
            ),
            ("1:9.2p1-2+deb12u3", (9, 2), 1, Debian, "2+deb12u3"),
            ("1:8.9p1-3ubuntu0.10", (8, 9), 1, Ubuntu, "3ubuntu0.10"),
            (
                "OpenSSH_8.9p1 Ubuntu-3ubuntu0.10, OpenSSL",
                (8, 9),
                1,
                Ubuntu,
                "3ubuntu0.10",
            ),
            ("8.7p1-38.el9", (8, 7), 1, RedHat, "38.el9"),
            ("9.7_p1", (9, 7), 1, Upstream, "_p1"),
        ] {
            let Some(found) = Version::parse(text) else {
                assert_eq!(text, "9.7_p1");
                continue;
            };
            assert_eq!(found.release, release, "{text}");
            assert_eq!(
                (found.portable, found.flavour),
                (portable, flavour),
                "{text}"
            );
            assert_eq!(found.revision, revision, "{text}");
        }
        for text in ["", "newest", "9", "9.x", "OpenSSH_", "ssh 9.2"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_plain_version_takes_the_maker_of_the_system() {
        let plain = Version::parse("9.2p1").unwrap();
        assert_eq!(
            plain.clone().built_by("debian", "").flavour,
            Flavour::Debian
        );
        assert_eq!(
            plain.clone().built_by("linuxmint", "ubuntu debian").flavour,
            Flavour::Ubuntu
        );
        assert_eq!(
            plain
                .clone()
                .built_by("rocky", "rhel centos fedora")
                .flavour,
            Flavour::RedHat
        );
        assert_eq!(
            plain.clone().built_by("arch", "").flavour,
            Flavour::Upstream
        );
        let ubuntu = Version::parse("1:8.9p1-3ubuntu0.10").unwrap();
        assert_eq!(ubuntu.revision_number("ubuntu0."), Some(10));
        assert_eq!(ubuntu.built_by("debian", "").flavour, Flavour::Ubuntu);
    }
}
