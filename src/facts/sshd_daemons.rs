//! The sshd that runs: the processes that listen as sshd, how each was started, and when it last read its files.
//!
//! What their options and files mean is the model's; here is only which daemon goes by which.

mod service;
mod started;

pub use service::{environment_files, started_by, variables};
pub use started::{Started, options_of_listener};

use super::processes::Seen;
use crate::fact::Listing;
use crate::kernel::Socket;
use crate::source::{HostText, Obstacle, Source};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The daemons of this host: those of root, outside of containers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SshdDaemons {
    /// By number. Processes that serve a session are not among them.
    pub daemons: Listing<Daemon>,
}

/// An sshd that waits for connections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Daemon {
    /// The number of its process.
    pub pid: u32,
    /// The unit that it belongs to, where systemd started it.
    pub unit: Option<HostText>,
    /// Its program.
    pub program: HostText,
    /// True if its program is not there any more: it was updated, or deleted, since this one was started.
    pub replaced: bool,
    /// True if it has mounts of its own (a sandboxed service): its files may be others than those here.
    pub own_mounts: bool,
    /// How it was started.
    pub started: Seen<Started>,
    /// When it last read its files.
    pub loaded: Seen<Loaded>,
    /// What it listens on.
    pub sockets: Vec<Socket>,
}

/// When a daemon last read its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// Then, or later where [`Loaded::or_later`].
    pub at: Timestamp,
    /// True if only its start is known: it may have read them again since (`systemctl reload`).
    pub or_later: bool,
    /// Its PidFile, which it writes anew each time, or its process.
    pub source: Source,
}

impl Daemon {
    /// Why the host's own files and package do not say what it does, where they do not.
    pub fn stranger(&self) -> Option<Obstacle> {
        let usual = ["/usr/sbin/sshd", "/sbin/sshd", "/usr/bin/sshd"];
        let what = match () {
            () if !usual.contains(&self.program.raw()) => {
                format!("an sshd at {}, which is no package's", self.program.raw())
            }
            () if self.own_mounts => {
                "an sshd with mounts of its own, which may read other files".to_owned()
            }
            () => return None,
        };
        Some(Obstacle::NotModelled { what: what.into() })
    }

    /// The process as a place where something was seen.
    pub fn source(&self) -> Source {
        Source::Process {
            pid: self.pid,
            exe: Some(self.program.clone()),
        }
    }
}
