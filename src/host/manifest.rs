//! What a fixture's `host.yaml` may say; `tests/README.md` is its reference.
//!
//! Here is what the words are and how one manifest lies over another; what they do is the fixture's business.

use super::caller_files;
use crate::kernel::Socket;
use crate::kernel::network::Network;
use crate::source::{Acl, FileCapabilities, Files};
use crate::yaml::{self, Mistake, Text};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::Error};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The manifest's name at the top of a fixture.
pub(super) const NAME: &str = "host.yaml";

/// No manifest, nor a program's output beside it, is larger, in bytes.
const LIMIT: u64 = 4 << 20;

/// A manifest as it is written.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Manifest {
    pub base: Option<PathBuf>,
    pub now: Option<Timestamp>,
    pub euid: Option<u32>,
    pub deadline_ms: Option<u64>,
    pub uname: Names,
    pub files: BTreeMap<TreePath, Note>,
    pub commands: Vec<Call>,
    pub sockets: Option<Vec<Socket>>,
    pub network: Option<Network>,
}

/// Parts of what uname(2) says.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Names {
    pub hostname: Option<String>,
    pub release: Option<String>,
    pub machine: Option<String>,
}

impl Names {
    /// These names, and those of `base` where there are none.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            hostname: self.hostname.or(base.hostname),
            release: self.release.or(base.release),
            machine: self.machine.or(base.machine),
        }
    }
}

/// A path within the tree: absolute and plain, so that two notes on one file are seen as such.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TreePath(pub String);

impl<'de> Deserialize<'de> for TreePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = String::deserialize(deserializer)?;
        let names = path.strip_prefix('/').unwrap_or_default();
        if names.split('/').any(|name| matches!(name, "" | "." | "..")) {
            return Err(D::Error::custom(
                "not an absolute path without `.`, `..` or a last `/`",
            ));
        }
        Ok(Self(path))
    }
}

/// What git cannot keep of a file, or what goes wrong with it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Note {
    #[serde(deserialize_with = "octal")]
    pub mode: Option<u32>,
    pub uid: u32,
    pub gid: u32,
    pub changed: Option<Timestamp>,
    pub acl: Option<Acl>,
    pub foreign_acl: Option<String>,
    pub capabilities: Option<FileCapabilities>,
    pub links: Option<u32>,
    pub immutable: bool,
    pub append_only: bool,
    pub error: Option<Trouble>,
    pub absent: bool,
}

/// What goes wrong when a file is read, a directory listed or entered.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Trouble {
    Denied,
    Io,
    Hang,
    Panic,
    TooLarge,
    Fifo,
}

fn octal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let digits = String::deserialize(deserializer)?;
    match u32::from_str_radix(&digits, 8) {
        Ok(mode @ 0..=0o7777) => Ok(Some(mode)),
        _ => Err(D::Error::custom(
            "not a file mode in octal digits, as in \"0640\"",
        )),
    }
}

/// One call of a program and what comes of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub argv: Vec<String>,
    #[serde(default)]
    stdout: String,
    stdout_file: Option<PathBuf>,
    #[serde(default)]
    stderr: String,
    #[serde(default)]
    status: i32,
    error: Option<Failure>,
}

/// Why a program gives no answer.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Failure {
    Missing,
    Timeout,
    Denied,
}

/// What comes of a call.
pub(super) enum Reply {
    Fails(Failure),
    Says {
        status: i32,
        stdout: Vec<u8>,
        stderr: Vec<u8>,
    },
}

/// The manifest at the top of `directory`; where there is none it says nothing.
///
/// # Errors
/// What is wrong with it, drawn for a person.
pub(super) fn load(directory: &Path) -> Result<Manifest, String> {
    let path = directory.join(NAME);
    match bytes(&path)? {
        Some(bytes) => decode(&path, &bytes),
        None => Ok(Manifest::default()),
    }
}

impl Call {
    /// What comes of it, with the file beside the manifest read.
    ///
    /// # Errors
    /// Why the call makes no sense.
    pub(super) fn reply(self, directory: &Path) -> Result<Reply, String> {
        let wrong = |why: &str| Err(format!("{:?} in {}: {why}", self.argv, directory.display()));
        let speaks = !self.stdout.is_empty() || !self.stderr.is_empty() || self.status != 0;
        let stdout = match (self.error, &self.stdout_file) {
            _ if self.argv.is_empty() => return wrong("no program"),
            (Some(_), Some(_)) => return wrong("both an error and an answer"),
            (Some(_), None) if speaks => return wrong("both an error and an answer"),
            (Some(failure), None) => return Ok(Reply::Fails(failure)),
            (None, Some(_)) if !self.stdout.is_empty() => return wrong("two standard outputs"),
            (None, Some(file)) => match bytes(&directory.join(file))? {
                Some(bytes) => bytes,
                None => return wrong("its stdout_file is not there"),
            },
            (None, None) => self.stdout.into_bytes(),
        };
        Ok(Reply::Says {
            status: self.status,
            stdout,
            stderr: self.stderr.into_bytes(),
        })
    }
}

fn bytes(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let name = path.to_str().ok_or("a fixture whose path is not UTF-8")?;
    caller_files()
        .read(name, LIMIT)
        .map_err(|obstacle| obstacle.to_string())
}

fn decode(path: &Path, bytes: &[u8]) -> Result<Manifest, String> {
    let drawn = |mistakes: Vec<Mistake>| yaml::draw(&mistakes, false);
    let text = Text::from_bytes(path.display().to_string(), bytes).map_err(drawn)?;
    match yaml::parse(&text).map_err(drawn)? {
        Some(node) => yaml::decode(&node).map_err(drawn),
        None => Ok(Manifest::default()),
    }
}
