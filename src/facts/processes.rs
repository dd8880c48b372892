//! The processes of a host, each with whose it is, what it runs, and where it was put.
//!
//! Types and parsers of procfs(5); which files they are read from, and what a process does meanwhile, is the collector's.
//! The crate sysinfo is not used: it takes a deleted program's mark for part of its path, knows neither namespaces nor
//! units, makes nothing of a denied read, and has no root of its own that a fixture could be.

mod argv;
mod container;
mod place;
mod stat;
mod status;
mod system;

pub use argv::Argv;
pub use container::{ContainerRef, Engine};
pub use place::Place;
pub use stat::{Stat, boot_time};
pub use status::{Ids, Seccomp, Status};

use crate::fact::{Listing, Unjudged};
use crate::source::{HostText, Obstacle};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The processes of a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Processes {
    /// By number. Threads are not apart.
    pub processes: Listing<Process>,
    /// The namespaces that the host was read from.
    pub here: Seen<Namespaces>,
}

/// One process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its number in the innermost pid namespace, where that is not ours.
    pub inner_pid: Option<u32>,
    /// The number of its parent; 0 if that is the kernel, or out of our sight.
    pub parent: u32,
    /// A thread that runs while the first one has ended: procfs shows files, program and namespaces only of that one.
    pub thread: Option<u32>,
    /// Its name: the first 15 bytes of its program's as a rule, or what it calls itself.
    pub name: HostText,
    /// Its users, as we see them: 65534 may stand for one of another user namespace.
    pub uids: Ids,
    /// Its groups, without the supplementary ones.
    pub gids: Ids,
    /// What it runs.
    pub exe: Exe,
    /// What it was started with, or says of itself, without secrets.
    pub argv: Seen<Argv>,
    /// Unit and container, by its control group.
    pub place: Seen<Place>,
    /// The namespaces it is in.
    pub namespaces: Seen<Namespaces>,
    /// When it was started, as exact as the second of boot, which moves with the clock.
    pub started: Seen<Timestamp>,
    /// Whether it can gain no rights by running a program (`PR_SET_NO_NEW_PRIVS`); Linux before 4.10 does not say.
    pub no_new_privs: Option<bool>,
    /// Whether its system calls are restricted; a kernel without seccomp(2) does not say.
    pub seccomp: Option<Seccomp>,
    /// Its effective capabilities, a bit for each number of capabilities(7).
    pub capabilities: u64,
}

impl Process {
    /// Where it was put, in a few words: its container, else its unit.
    pub fn within(&self) -> Option<String> {
        let place = self.place.get().ok()?;
        match &place.container {
            Some(container) => Some(format!("container {}", container.short())),
            None => place.innermost_unit().map(ToString::to_string),
        }
    }

    /// Its directory below `/proc`, where what it holds can be seen.
    pub fn directory(&self) -> String {
        directory(self.pid, self.thread)
    }
}

/// The directory below `/proc` of a process, or of one of its threads.
pub fn directory(pid: u32, thread: Option<u32>) -> String {
    match thread {
        Some(thread) => format!("/proc/{pid}/task/{thread}"),
        None => format!("/proc/{pid}"),
    }
}

/// The program that a process runs. The path is that of the process's own mount namespace, where that is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exe {
    /// The file at this path.
    Path(HostText),
    /// A file that was there and is not any more: deleted, replaced by an update, or never to be found
    /// (`/memfd:NAME`, memfd_create(2)).
    Deleted(HostText),
    /// None: a thread of the kernel.
    KernelThread,
    /// None any more: it has ended, and its parent has not asked for its status yet (a zombie).
    Ended,
    /// It could not be seen.
    Unseen(Obstacle),
}

impl Exe {
    /// The path of the file, whether or not it is still there.
    pub fn path(&self) -> Option<&HostText> {
        match self {
            Self::Path(path) | Self::Deleted(path) => Some(path),
            Self::KernelThread | Self::Ended | Self::Unseen(_) => None,
        }
    }
}

/// The process of that number among some that are sorted by it.
pub fn find(processes: &[Process], pid: u32) -> Option<&Process> {
    let at = processes.binary_search_by_key(&pid, |process| process.pid);
    at.ok().and_then(|at| processes.get(at))
}

/// A part of what is known of a process, or why it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen<T> {
    /// It was seen.
    Seen(T),
    /// It could not be seen.
    Unseen(Obstacle),
}

impl<T> Seen<T> {
    /// What was seen.
    ///
    /// # Errors
    /// [`Unjudged::Unknown`] if it could not be.
    pub fn get(&self) -> Result<&T, Unjudged> {
        match self {
            Self::Seen(value) => Ok(value),
            Self::Unseen(obstacle) => Err(Unjudged::Unknown(obstacle.clone())),
        }
    }
}

impl<T> From<Result<T, Obstacle>> for Seen<T> {
    fn from(result: Result<T, Obstacle>) -> Self {
        match result {
            Ok(value) => Self::Seen(value),
            Err(obstacle) => Self::Unseen(obstacle),
        }
    }
}

/// The numbers of a process's namespaces (namespaces(7)), which only tell whether two processes share one. None if there is
/// none: of a process that has ended, or of a kind that the kernel does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespaces {
    /// Network: interfaces, addresses, listening sockets, firewall.
    pub net: Option<u64>,
    /// Mounts: what is where in its tree of files.
    pub mnt: Option<u64>,
    /// Numbers of processes.
    pub pid: Option<u64>,
    /// Users, groups and capabilities.
    pub user: Option<u64>,
}

/// The number in the link of a namespace: `net:[4026531840]`.
pub fn namespace(link: &HostText) -> Option<u64> {
    let (_, number) = link.raw().split_once(":[")?;
    number.strip_suffix(']')?.parse().ok()
}

/// The path in the link of a program that may be gone: procfs marks it so, and a file may be called so.
pub fn deleted(link: &HostText) -> Option<HostText> {
    link.raw().strip_suffix(" (deleted)").map(HostText::from)
}

#[cfg(test)]
mod tests;
