//! sshd: what the daemon answers for some logins, and the lines of its files that mention a keyword.
//!
//! Parsers only. Which files there are and whom to ask about is `collect`'s business; what an answer means for a
//! login is `model`'s.

mod config;
mod glob;
pub mod lexer;
mod names;
mod options;
mod text;
mod version;

pub use config::{Config, Content, DEPTH_LIMIT, Expansion};
pub use names::Names;
pub use options::Options;
pub use text::{Directive, Directives, is_numeric_address, is_plain, named_users, read};
pub use version::{Flavour, Version};

use crate::fact::{Fact, Listing};
use crate::source::{HostText, Source};
use serde::{Deserialize, Serialize};

/// An account that no host has: what sshd says of it holds for whoever no Match block names.
pub const SOMEBODY: &str = "nobody-in-particular";

/// Where a login from the internet comes from: an address of TEST-NET-3 (RFC 5737), which is nobody's.
pub const STRANGER: std::net::Ipv4Addr = std::net::Ipv4Addr::new(203, 0, 113, 1);

/// sshd as this host has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sshd {
    /// What it would do for each login that was asked about, and whom it could not be asked about.
    pub contexts: Listing<Context>,
    /// The ports that it would listen on.
    pub ports: Vec<String>,
    /// The directives in its files, in the order in which sshd reads them: context for a person.
    pub directives: Directives,
}

/// One login that sshd was asked about, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The account that would log in.
    pub user: HostText,
    /// Its user id: PermitRootLogin speaks of uid 0, whatever the name.
    pub uid: u32,
    /// Every option in effect for this login.
    pub options: Options,
    /// The question, as it can be repeated.
    pub source: Source,
}

/// sshd's files, and which sshd reads them: what the model of sshd needs, also of an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SshdConfig {
    /// The files, with what they include.
    pub config: Config,
    /// The installed version; never a guess.
    pub version: Fact<Version>,
}
