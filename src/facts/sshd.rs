//! sshd: its files as they are, its version, and what the daemon itself answers for some logins.
//!
//! Parsers only. Which files there are and whom to ask about is `collect`'s business; what they mean for a login is
//! `model`'s.

mod config;
pub mod lexer;
mod names;
mod options;
mod version;

pub use config::{Config, Content, DEPTH_LIMIT, Expansion};
pub use names::{Names, is_numeric_address};
pub use options::Options;
pub use version::{Flavour, Version};

use super::sshd_daemons::Started;
use crate::fact::Listing;
use crate::source::{HostText, Source};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An account that no host has: what sshd says of it holds for whoever no Match block names.
pub const SOMEBODY: &str = "nobody-in-particular";

/// Where a login from the internet comes from: an address of TEST-NET-3 (RFC 5737), which is nobody's.
pub const STRANGER: std::net::Ipv4Addr = std::net::Ipv4Addr::new(203, 0, 113, 1);

/// What sshd itself says, and what beside its standard files bears on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sshd {
    /// The files of daemons that were started with others (`-f`).
    pub others: Vec<Config>,
    /// What sshd itself answers for some logins, and why not for more.
    pub asked: Listing<Asked>,
    /// Where sshd itself refuses its files: then nothing else holds.
    pub refused: Vec<Refused>,
    /// How the host's services would start sshd, for whoever comes next.
    pub service: Listing<Service>,
    /// The files and directories that each configuration is read from, by its main file, and when each last changed.
    pub changed: BTreeMap<HostText, Listing<Changed>>,
}

/// A service that starts sshd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its unit.
    pub unit: HostText,
    /// What it starts sshd with.
    pub started: Started,
}

/// One login that sshd was asked about, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What the daemon was started with, and so asked with.
    pub started: Started,
    /// The account that would log in.
    pub user: HostText,
    /// Where it would come from.
    pub addr: HostText,
    /// The address of this host that it would come to.
    pub laddr: HostText,
    /// The port that it would come to.
    pub lport: u16,
    /// Every option in effect for this login.
    pub options: Options,
    /// The question, as it can be repeated.
    pub source: Source,
}

/// sshd's refusal of its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// What the daemon was started with.
    pub started: Started,
    /// Its words.
    pub why: HostText,
    /// The question.
    pub source: Source,
}

impl Sshd {
    /// What of a daemon's configuration changed after it was read, the latest last; a file says more than a directory.
    pub fn changed_since(&self, started: &Started, loaded: Timestamp) -> Vec<&Changed> {
        let main = started.config.clone().unwrap_or_else(|| MAIN.into());
        let all = self
            .changed
            .get(&main)
            .map_or(&[][..], |it| it.items.as_slice());
        let mut later: Vec<&Changed> = all.iter().filter(|it| it.at > loaded).collect();
        later.sort_by_key(|it| (!it.is_directory, it.at));
        later
    }
}

/// Where sshd looks for its configuration, unless it is told otherwise (sshd(8)).
pub const MAIN: &str = "/etc/ssh/sshd_config";

/// A file or directory, and when it last changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Changed {
    /// Its path.
    pub path: HostText,
    /// True for a directory: something was added to it, or taken away.
    pub is_directory: bool,
    /// By the inode's time, which moves with owner and mode too, and which no program can set back.
    pub at: Timestamp,
}
