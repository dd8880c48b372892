//! Where a thing was seen, why it could not be seen, and text that came from the host.
//!
//! A leaf that every other module may use: plain words about places. Nothing here reads anything; the
//! [`Files`] trait says what reading is, and `host` and `policy` do it.

mod acl;
mod calm_json;
mod capability;
mod files;
mod host_text;
mod inode;
mod obstacle;

pub use acl::{Acl, AclEntry, AclTag, rights};
pub use calm_json::calm_json;
pub use capability::{CAPABILITIES, FileCapabilities};
pub use files::{DirEntry, FileKind, FileStat, Files, Link, MapFiles};
pub use host_text::HostText;
pub(crate) use host_text::is_treacherous;
pub use inode::Inode;
pub use obstacle::{Denial, Obstacle};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a host is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The running machine.
    Live,
    /// The tree of a system that does not run.
    Root,
    /// A directory that plays a machine, for tests.
    Fixture,
}

impl fmt::Display for Mode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Live => "live",
            Self::Root => "root",
            Self::Fixture => "fixture",
        })
    }
}

/// The place where something was seen, exact enough for a person to look there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Source {
    /// A file of the host, and the line where one decides.
    File {
        /// Absolute path on the host.
        path: HostText,
        /// Line, counted from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<u32>,
    },
    /// What a program of the host answered.
    Command {
        /// The program and its arguments, as they were run.
        argv: Vec<HostText>,
    },
    /// A running process.
    Process {
        /// Its number, which another process may have later.
        pid: u32,
        /// The path of its program, if that was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exe: Option<HostText>,
    },
    /// What the running kernel says of itself, by the name of the setting or call.
    Kernel {
        /// A sysctl key (`kernel.kptr_restrict`) or the name of a system call.
        name: HostText,
    },
    /// A line of the policy: what asked for something.
    Policy {
        /// Path of the policy file, or `builtin:NAME`.
        path: String,
        /// Line, counted from 1.
        line: u32,
    },
}

/// A text that a policy was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicySource {
    /// Its path, or `builtin:NAME`.
    pub path: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

impl Source {
    /// A whole file of the host.
    pub fn file(path: impl Into<HostText>) -> Self {
        Self::File {
            path: path.into(),
            line: None,
        }
    }

    /// One line of a file of the host.
    pub fn line(path: impl Into<HostText>, line: u32) -> Self {
        Self::File {
            path: path.into(),
            line: Some(line),
        }
    }

    /// Something the kernel says of itself.
    pub fn kernel(name: impl Into<HostText>) -> Self {
        Self::Kernel { name: name.into() }
    }

    /// The answer of a program.
    pub fn command<S: AsRef<str>>(argv: impl IntoIterator<Item = S>) -> Self {
        Self::Command {
            argv: argv.into_iter().map(|word| word.as_ref().into()).collect(),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: None } => write!(out, "{path}"),
            Self::File {
                path,
                line: Some(line),
            } => write!(out, "{path}:{line}"),
            Self::Command { argv } => {
                for (index, word) in argv.iter().enumerate() {
                    let gap = if index == 0 { "" } else { " " };
                    write!(out, "{gap}{word}")?;
                }
                Ok(())
            }
            Self::Process { pid, exe: None } => write!(out, "process {pid}"),
            Self::Process {
                pid,
                exe: Some(exe),
            } => write!(out, "process {pid}, {exe}"),
            Self::Kernel { name } => write!(out, "running kernel, {name}"),
            Self::Policy { path, line } => write!(out, "{path}:{line}"),
        }
    }
}
