//! One process: its files, read so that they are all of the same one.

use super::PROC;
use crate::facts::processes::{
    Argv, Exe, Namespaces, Place, Process, Stat, Status, deleted, directory, namespace,
};
use crate::secret::mask_text;
use crate::source::{Files, HostText, Obstacle, Source};
use jiff::Timestamp;
use std::sync::atomic::{AtomicUsize, Ordering};

/// No file about a process is larger but its command line, in bytes: a page or two, and a line for each control group.
pub(super) const LIMIT: u64 = 64 << 10;
/// The longest command lines that xargs(1) makes; the kernel allows more.
const COMMAND_LIMIT: u64 = 128 << 10;
/// What is masked of all processes together, in bytes: it takes time, of which whoever starts processes could take all.
const ALL_COMMANDS: usize = 8 << 20;

/// Reads processes.
pub(in crate::collect) struct Reader<'h> {
    files: &'h dyn Files,
    booted: Result<Timestamp, Obstacle>,
    /// Of [`ALL_COMMANDS`], what is left.
    room: AtomicUsize,
}

/// What came of reading a process.
enum Outcome {
    Read(Box<Process>),
    /// It has ended, or its number is another's now.
    Gone,
    /// Its directory is there, and it is not in it.
    Covered,
}

impl<'h> Reader<'h> {
    pub(super) fn new(files: &'h dyn Files, booted: Result<Timestamp, Obstacle>) -> Self {
        Self {
            files,
            booted,
            room: AtomicUsize::new(ALL_COMMANDS),
        }
    }

    /// One process; none if it has ended.
    pub(in crate::collect) fn process(&self, pid: u32) -> Result<Option<Process>, Obstacle> {
        let mut last = self.attempt(pid)?;
        if !matches!(last, Outcome::Read(_)) {
            last = self.attempt(pid)?;
        }
        match last {
            Outcome::Read(process) => Ok(Some(*process)),
            Outcome::Gone => Ok(None),
            Outcome::Covered => Err(Obstacle::Failed {
                at: Source::file(format!("{PROC}/{pid}")),
                why: "what is there is not this process: something is mounted over it".into(),
            }),
        }
    }

    fn attempt(&self, pid: u32) -> Result<Outcome, Obstacle> {
        let own = directory(pid, None);
        let Some(stat) = self.stat(&own)? else {
            return Ok(match self.files.stat(&own)? {
                Some(_) => Outcome::Covered,
                None => Outcome::Gone,
            });
        };
        if stat.pid != pid {
            return Ok(Outcome::Covered);
        }
        let path = format!("{own}/status");
        let status = self.files.read(&path, LIMIT)?;
        let status = status.map(|text| Status::parse(&text).ok_or_else(|| unparsable(&path)));
        let status = status.transpose()?;
        let process = match status {
            Some(status) => Some(self.described(&stat, status)?),
            None => None,
        };
        // Whoever has the number now is whom all of that is about.
        let is_same = self.stat(&own)?.is_some_and(|now| now.is_same(&stat));
        Ok(match process {
            _ if !is_same => Outcome::Gone,
            Some(process) => Outcome::Read(Box::new(process)),
            None => Outcome::Covered,
        })
    }

    fn described(&self, stat: &Stat, status: Status) -> Result<Process, Obstacle> {
        let pid = stat.pid;
        let thread = match stat.has_ended && stat.threads > 1 {
            true => self.thread(pid)?,
            false => None,
        };
        let directory = directory(pid, thread);
        let exe = self.exe(&directory, stat);
        Ok(Process {
            pid,
            inner_pid: status.inner_pid,
            parent: stat.parent,
            thread,
            name: mask_text(&stat.name),
            uids: status.uids,
            gids: status.gids,
            argv: self.argv(&directory, &exe).into(),
            exe,
            place: self.place(&directory).into(),
            namespaces: namespaces(self.files, &directory).into(),
            started: self.started(stat).into(),
            no_new_privs: status.no_new_privs,
            seccomp: status.seccomp,
            capabilities: status.capabilities,
        })
    }

    fn stat(&self, own: &str) -> Result<Option<Stat>, Obstacle> {
        let path = format!("{own}/stat");
        let text = self
            .files
            .read(&path, LIMIT)
            .map_err(|obstacle| match obstacle {
                // `hidepid=1` keeps all of them from us, each in its place.
                Obstacle::Denied { by, .. } => Obstacle::Denied {
                    at: Source::file(PROC),
                    by,
                },
                other => other,
            })?;
        text.map(|text| Stat::parse(&text).ok_or_else(|| unparsable(&path)))
            .transpose()
    }

    /// A thread of a process whose first one has ended.
    fn thread(&self, pid: u32) -> Result<Option<u32>, Obstacle> {
        let entries = self.files.list(&format!("{PROC}/{pid}/task"))?;
        let threads = entries.unwrap_or_default();
        let numbers = threads
            .iter()
            .filter_map(|entry| entry.name.raw().parse().ok());
        Ok(numbers.filter(|number| *number != pid).max())
    }

    fn exe(&self, directory: &str, stat: &Stat) -> Exe {
        if stat.is_kernel_thread {
            return Exe::KernelThread;
        }
        let link = format!("{directory}/exe");
        let found = self.files.read_link(&link).and_then(|path| match path {
            None => Ok(Exe::Ended),
            Some(path) => self.program(directory, &link, path),
        });
        found.unwrap_or_else(Exe::Unseen)
    }

    /// The program behind a link. A path that ends like that of a deleted file is one if it does not lead to the program,
    /// neither from here nor from the root of the process.
    fn program(&self, directory: &str, link: &str, path: HostText) -> Result<Exe, Obstacle> {
        let Some(gone) = deleted(&path) else {
            return Ok(Exe::Path(path));
        };
        let program = self.files.follow(link)?.map(|program| program.id);
        for root in ["", &format!("{directory}/root")] {
            let there = self.files.stat(&format!("{root}{}", path.raw()))?;
            if there.is_some_and(|there| Some(there.id) == program) {
                return Ok(Exe::Path(path));
            }
        }
        Ok(Exe::Deleted(gone))
    }

    fn argv(&self, directory: &str, exe: &Exe) -> Result<Argv, Obstacle> {
        let path = format!("{directory}/cmdline");
        let text = self.files.read(&path, COMMAND_LIMIT)?.unwrap_or_default();
        let take = |left: usize| left.checked_sub(text.len().min(Argv::MASKED));
        if self
            .room
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_err()
        {
            return Err(Obstacle::TooLarge {
                at: Source::file(format!("{PROC}/*/cmdline")),
                limit: ALL_COMMANDS as u64,
            });
        }
        Ok(Argv::parse(&text, exe.path()))
    }

    /// Without control groups in the kernel there is no such file.
    fn place(&self, directory: &str) -> Result<Place, Obstacle> {
        let text = self.files.read(&format!("{directory}/cgroup"), LIMIT)?;
        Ok(Place::parse(&text.unwrap_or_default()))
    }

    fn started(&self, stat: &Stat) -> Result<Timestamp, Obstacle> {
        stat.started(self.booted.clone()?)
            .ok_or_else(|| unparsable(&format!("{PROC}/{}/stat", stat.pid)))
    }
}

/// The namespaces in a directory such as `/proc/self`.
pub(super) fn namespaces(files: &dyn Files, directory: &str) -> Result<Namespaces, Obstacle> {
    let number = |kind: &str| -> Result<Option<u64>, Obstacle> {
        let path = format!("{directory}/ns/{kind}");
        let link = files.read_link(&path)?;
        link.map(|link| namespace(&link).ok_or_else(|| unparsable(&path)))
            .transpose()
    };
    Ok(Namespaces {
        net: number("net")?,
        mnt: number("mnt")?,
        pid: number("pid")?,
        user: number("user")?,
    })
}

fn unparsable(path: &str) -> Obstacle {
    Obstacle::Unparsable {
        at: Source::file(path),
        why: "not as proc(5) has it".into(),
    }
}
