//! The keys that open accounts over SSH: the files of AuthorizedKeysFile and their like, read line by line as sshd reads them.
//!
//! Which of them counts for whom is the model's business (`model::keys`). Here is what stands in each file, with the real type
//! and size of each key. The keys are public; commands and environments in options are masked.

mod base64;
mod blob;
mod expiry;
mod line;
mod notice;
mod options;
#[cfg(test)]
mod tests;

pub use blob::{Kind, PublicKey};
pub use expiry::{Expiry, Zone};
pub use line::{KeyLine, Line};
pub use options::{Forced, Options};

use super::files::Nodes;
use super::sshd::{Expansion, Version};
use crate::source::{HostText, Obstacle};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The files of keys of a host, for every value that sshd's files and options give to the keywords that name them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorizedKeys {
    /// Files that accounts log in by, by the path that sshd opens. One that is not here does not exist, unless there is `more`.
    pub files: BTreeMap<HostText, Content<Line>>,
    /// The paths that a pattern names, by the pattern (from OpenSSH 10.0 on AuthorizedKeysFile may be one).
    pub globs: BTreeMap<HostText, Expansion>,
    /// Files that list keys one by one (TrustedUserCAKeys, RevokedKeys), by their path; absent as above.
    pub lists: BTreeMap<HostText, List>,
    /// Files that say which names a certificate must have (AuthorizedPrincipalsFile): those that exist, or may.
    pub principals: BTreeMap<HostText, Option<Obstacle>>,
    /// Why there may be more files than were looked at.
    pub more: Option<Obstacle>,
    /// What lies on the way to the files, and to the homes.
    pub nodes: Nodes,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content<T> {
    /// These lines, without those that are empty or a comment.
    Lines(Vec<T>),
    /// It could not be read.
    Unseen(Obstacle),
}

/// A plain list of keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    /// These keys, and the first line that sshd does not understand: it reads no further.
    Keys {
        /// The keys before it.
        keys: Vec<KeyLine>,
        /// Its number.
        broken_at: Option<u32>,
    },
    /// A list of revoked keys in OpenSSH's own format (ssh-keygen(1), KEY REVOCATION LISTS), which is not read here.
    Krl,
    /// It could not be read.
    Unseen(Obstacle),
}

/// What a file is read with: it is not in the file what some of its words mean.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The sshd that reads it.
    pub version: Version,
    /// The host's local time.
    pub zone: Zone,
    /// The names of services over TCP.
    pub services: BTreeSet<Vec<u8>>,
}

impl Reader {
    /// With UTC, and no names of services.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            zone: Zone::Known(jiff::tz::TimeZone::UTC),
            services: BTreeSet::new(),
        }
    }

    /// The lines of a file that accounts log in by.
    pub fn authorized(&self, text: &[u8]) -> Vec<Line> {
        line::authorized(text, self)
    }

    /// A plain list of keys.
    pub fn list(&self, text: &[u8]) -> List {
        if text.starts_with(b"SSHKRL\n\0") {
            return List::Krl;
        }
        let (keys, broken_at) = line::plain(text, self);
        List::Keys { keys, broken_at }
    }

    /// Takes the names out of the text of services(5).
    pub fn take_services(&mut self, table: &[u8]) {
        for line in table.split(|byte| *byte == b'\n') {
            let line = line.split(|byte| *byte == b'#').next().unwrap_or_default();
            let words: Vec<&[u8]> = line
                .split(u8::is_ascii_whitespace)
                .filter(|word| !word.is_empty())
                .collect();
            if let [name, port, aliases @ ..] = words.as_slice()
                && port.ends_with(b"/tcp")
            {
                let names = std::iter::once(name).chain(aliases);
                self.services.extend(names.map(|name| name.to_vec()));
            }
        }
    }

    /// a2port of misc.c, without port 0.
    fn is_port(&self, text: &[u8]) -> bool {
        number(text, 0, 65_535).map_or_else(|| self.services.contains(text), |port| port > 0)
    }
}

/// strtonum(3).
fn number(text: &[u8], least: i64, most: i64) -> Option<i64> {
    let start = text.iter().position(|byte| !base64::is_space(*byte))?;
    let text = std::str::from_utf8(&text[start..]).ok()?;
    let digits = text.strip_prefix('+').unwrap_or(text);
    let after_sign = digits.strip_prefix('-').filter(|_| digits == text);
    if !after_sign
        .unwrap_or(digits)
        .starts_with(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    (least..=most).contains(&number).then_some(number)
}
