//! The files that a host executes by itself: by its units, and by cron.

use crate::fact::Listing;
use crate::facts::files::Nodes;
use crate::source::{HostText, Source};
use serde::{Deserialize, Serialize};

/// What is executed, and every place on the way there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Executed {
    /// By path; one that several execute is here for each.
    pub runs: Listing<Run>,
    /// What was seen on the way to their paths.
    pub nodes: Nodes,
}

/// One file that somebody executes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Run {
    /// Its path.
    pub path: HostText,
    /// As whom: the name or number of an account.
    pub user: HostText,
    /// What executes it: `unit bot.service`, `cron`.
    pub by: HostText,
    /// The line that says so.
    pub source: Source,
}
