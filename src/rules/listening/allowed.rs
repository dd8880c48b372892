//! The ports that a policy lets be public, as it writes them.

use crate::kernel::Protocol;
use schemars::JsonSchema;
use serde::Deserialize;

/// `443/tcp`, `8000-8010/udp`, or `ssh`: the port that the host's own sshd holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String")]
pub enum Allowed {
    /// Whatever port sshd holds.
    Ssh,
    /// These ports.
    Ports {
        /// The first.
        from: u16,
        /// The last.
        to: u16,
        /// What is spoken there.
        protocol: Protocol,
    },
}

impl TryFrom<String> for Allowed {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        if word == "ssh" {
            return Ok(Self::Ssh);
        }
        let read = || {
            let (ports, protocol) = word.split_once('/')?;
            // A raw socket has no port.
            let spoken = Protocol::ALL.into_iter().filter(|it| *it != Protocol::Raw);
            let protocol = spoken.into_iter().find(|it| it.word() == protocol)?;
            let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
            let (from, to) = (number(from)?, number(to)?);
            (from <= to).then_some(Self::Ports { from, to, protocol })
        };
        read().ok_or_else(|| {
            format!("`{word}` is no port: write `443/tcp`, `51820/udp`, `8000-8010/tcp`, or `ssh`")
        })
    }
}

fn number(digits: &str) -> Option<u16> {
    let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    digits.parse().ok().filter(|number| plain && *number > 0)
}

impl Allowed {
    /// True if it names the port by its number.
    pub fn has(&self, number: u16, protocol: Protocol) -> bool {
        match self {
            Self::Ssh => false,
            Self::Ports {
                from,
                to,
                protocol: spoken,
            } => *spoken == protocol && (*from..=*to).contains(&number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let read = |word: &str| Allowed::try_from(word.to_owned());
        assert_eq!(read("ssh"), Ok(Allowed::Ssh));
        let range = read("8000-8010/tcp").unwrap();
        assert!(range.has(8000, Protocol::Tcp) && range.has(8010, Protocol::Tcp));
        assert!(!range.has(8011, Protocol::Tcp) && !range.has(8000, Protocol::Udp));
        for wrong in [
            "",
            "22",
            "22/",
            "/tcp",
            "0/tcp",
            "65536/tcp",
            "9-8/tcp",
            "1/raw",
            "+1/tcp",
            "SSH",
            "1-/tcp",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
