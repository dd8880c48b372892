//! The files that sshd goes by, and what lies on the way to them: its configuration, and the host keys that it loads.

use super::files::Nodes;
use crate::fact::Listing;
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// Where sshd's files are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshdFiles {
    /// The files that it reads, also those that are not there, and the directories whose files it would read.
    pub config: Listing<HostText>,
    /// The private host keys of every daemon, by HostKey of sshd_config(5), also those that are not there.
    pub host_keys: Listing<HostText>,
    /// What lies on the way to all of them.
    pub nodes: Nodes,
}
