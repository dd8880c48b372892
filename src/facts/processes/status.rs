//! `/proc/PID/status` (proc_pid_status(5)).

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// The ids of a process (credentials(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ids {
    /// Whose it is.
    pub real: u32,
    /// With whose rights it acts.
    pub effective: u32,
    /// Whose rights it can take back.
    pub saved: u32,
    /// With whose rights it opens files.
    pub fs: u32,
}

/// How system calls are restricted (seccomp(2)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seccomp {
    /// Not at all.
    Off,
    /// To reading, writing and ending.
    Strict,
    /// By a filter.
    Filter,
}

/// What `/proc/PID/status` says, as far as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Users.
    pub uids: Ids,
    /// Groups, without the supplementary ones.
    pub gids: Ids,
    /// The number in the innermost pid namespace, where that is not ours.
    pub inner_pid: Option<u32>,
    /// Effective capabilities.
    pub capabilities: u64,
    /// `NoNewPrivs`, where the kernel says it.
    pub no_new_privs: Option<bool>,
    /// `Seccomp`, where the kernel says it.
    pub seccomp: Option<Seccomp>,
}

impl Status {
    /// Reads the text; `None` if it is something else. The name is escaped there, so it cannot feign a line.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let field = |name: &str| {
            let value = text
                .split(|byte| *byte == b'\n')
                .find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b":"))?;
            Some(std::str::from_utf8(value).ok()?.trim())
        };
        Some(Self {
            uids: ids(field("Uid")?)?,
            gids: ids(field("Gid")?)?,
            inner_pid: match field("NSpid") {
                Some(numbers) => numbers_of(numbers)?.get(1..)?.last().copied(),
                None => None,
            },
            capabilities: u64::from_str_radix(field("CapEff")?, 16).ok()?,
            no_new_privs: match field("NoNewPrivs") {
                None => None,
                Some("0") => Some(false),
                Some("1") => Some(true),
                Some(_) => return None,
            },
            seccomp: match field("Seccomp") {
                None => None,
                Some("0") => Some(Seccomp::Off),
                Some("1") => Some(Seccomp::Strict),
                Some("2") => Some(Seccomp::Filter),
                Some(_) => return None,
            },
        })
    }

    /// Whether it may look into processes of others: `CAP_SYS_PTRACE`.
    pub fn may_trace(&self) -> bool {
        self.capabilities & 1 << 19 != 0
    }
}

fn numbers_of<T: FromStr>(text: &str) -> Option<Vec<T>> {
    let words = text.split_ascii_whitespace();
    words.map(|word| word.parse().ok()).collect()
}

fn ids(text: &str) -> Option<Ids> {
    match numbers_of(text)?.as_slice() {
        &[real, effective, saved, fs] => Some(Ids {
            real,
            effective,
            saved,
            fs,
        }),
        _ => None,
    }
}
