//! sshd's standard files, and its version: what the model of sshd needs.

use super::sshd::{Config, Version};
use crate::fact::Fact;
use serde::{Deserialize, Serialize};

/// sshd's files, and which sshd reads them; an image has them too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshdConfig {
    /// The files, with what they include.
    pub config: Config,
    /// The installed version; never a guess.
    pub version: Fact<Version>,
}
