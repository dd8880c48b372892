//! Who holds which socket: `/proc/PID/fd` of every process.
//!
//! This is most of what the listeners cost, and the kernel has no shorter way.

use crate::collect::processes::{in_halves, pids};
use crate::facts::processes::{Process, find};
use crate::host::Host;
use crate::source::{Files, Link, Obstacle};
use std::collections::{BTreeMap, BTreeSet};

/// Processes and their descriptors of sockets.
#[derive(Default)]
pub(super) struct Holders {
    /// By inode: process and descriptor.
    found: BTreeMap<u64, BTreeSet<(u32, u32)>>,
    /// Why the descriptors of some process could not be seen: the first such process, since one stands for all.
    unseen: Option<(u32, Obstacle)>,
}

impl Holders {
    /// Looks through all processes for these inodes.
    pub(super) fn look(host: &Host, known: &[Process], wanted: &BTreeSet<u64>) -> Self {
        let directory =
            |pid: u32| find(known, pid).map_or_else(|| format!("/proc/{pid}"), Process::directory);
        let pids = match pids(host.files()) {
            Ok(pids) => pids,
            Err(why) => return Self::nothing(why),
        };
        let directories: Vec<(u32, String)> = pids
            .into_iter()
            .map(|pid| (pid, format!("{}/fd", directory(pid))))
            .collect();
        walk(host.files(), &directories, wanted)
    }

    /// Looks once more for what is still missing, now thread by thread: some have descriptors of their own (`CLONE_FILES`
    /// left out).
    pub(super) fn look_among_threads(&mut self, host: &Host, wanted: &BTreeSet<u64>) {
        let files = host.files();
        let pids = match pids(files) {
            Ok(pids) => pids,
            Err(why) => return self.take(Self::nothing(why)),
        };
        let mut directories = Vec::new();
        for pid in pids {
            let threads = match files.list(&format!("/proc/{pid}/task")) {
                Ok(threads) => threads.unwrap_or_default(),
                Err(why) => {
                    self.unseen.get_or_insert((pid, why));
                    continue;
                }
            };
            let others = threads
                .iter()
                .filter_map(|entry| entry.name.raw().parse::<u32>().ok());
            directories.extend(others.map(|thread| (pid, format!("/proc/{pid}/task/{thread}/fd"))));
        }
        let found = walk(files, &directories, wanted);
        self.take(found);
    }

    /// True if some process was seen to hold a socket.
    pub(super) fn has(&self, inode: u64) -> bool {
        self.found.contains_key(&inode)
    }

    /// True if some process was not seen.
    pub(super) fn is_blind(&self) -> bool {
        self.unseen.is_some()
    }

    /// The processes that hold a socket, each with its descriptors; `Err` where none was seen and some process was not.
    pub(super) fn of(&self, inode: u64) -> Result<BTreeMap<u32, Vec<u32>>, &Obstacle> {
        let mut holders: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (pid, descriptor) in self.found.get(&inode).into_iter().flatten() {
            holders.entry(*pid).or_default().push(*descriptor);
        }
        match &self.unseen {
            // No process can have a socket without an inode.
            Some((_, why)) if holders.is_empty() && inode != 0 => Err(why),
            _ => Ok(holders),
        }
    }

    fn nothing(why: Obstacle) -> Self {
        Self {
            unseen: Some((0, why)),
            ..Self::default()
        }
    }

    /// Keeps those of a process's links that lead to wanted sockets.
    fn hold<'l>(
        &mut self,
        pid: u32,
        links: impl Iterator<Item = &'l Link>,
        wanted: &BTreeSet<u64>,
    ) {
        let sockets = links.filter_map(socket);
        for (inode, descriptor) in sockets.filter(|(inode, _)| wanted.contains(inode)) {
            let holders = self.found.entry(inode).or_default();
            holders.insert((pid, descriptor));
        }
    }

    fn take(&mut self, other: Self) {
        for (inode, holders) in other.found {
            self.found.entry(inode).or_default().extend(holders);
        }
        self.unseen = match (self.unseen.take(), other.unseen) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
    }
}

fn walk(files: &dyn Files, directories: &[(u32, String)], wanted: &BTreeSet<u64>) -> Holders {
    let shares = in_halves(directories, "the search for who listens", |directories| {
        let mut holders = Holders::default();
        for (pid, directory) in directories {
            match files.links(directory, "socket:[") {
                Ok(links) => holders.hold(*pid, links.iter().flatten(), wanted),
                Err(why) => {
                    holders.unseen.get_or_insert((*pid, why));
                }
            }
        }
        holders
    });
    let mut all = Holders::default();
    for share in shares {
        all.take(share.unwrap_or_else(Holders::nothing));
    }
    all
}

/// Inode and descriptor of `FD -> socket:[INODE]`.
fn socket(link: &Link) -> Option<(u64, u32)> {
    let inode = link
        .target
        .raw()
        .strip_prefix("socket:[")?
        .strip_suffix(']')?;
    Some((inode.parse().ok()?, link.name.raw().parse().ok()?))
}
