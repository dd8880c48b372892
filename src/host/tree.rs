//! The files beneath a directory, as a process would see them whose root it is.
//!
//! The kernel resolves every path with that directory as its root, so absolute links and `..` stay inside, and
//! links that only the kernel can follow (procfs) are refused. There is no other way in, and no fallback: a
//! walk in user space would race with whoever can write there.

use super::descriptor::Door;
use nix::errno::Errno;
use nix::fcntl::{self, OFlag, OpenHow, ResolveFlag};
use nix::sys::stat::Mode;
use std::os::fd::OwnedFd;
use std::path::Path;

/// A directory that is a root.
pub(super) struct Tree(OwnedFd);

impl Tree {
    /// Takes a directory for a root.
    ///
    /// # Errors
    /// Why it is no directory, or cannot be read safely on this kernel.
    pub(super) fn open(directory: &Path) -> Result<Self, String> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let because = |why: &str| format!("{}: {why}", directory.display());
        let root =
            fcntl::open(directory, flags, Mode::empty()).map_err(|errno| because(errno.desc()))?;
        let tree = Self(root);
        match tree.open(Path::new("/"), flags) {
            Ok(_) => Ok(tree),
            Err(Errno::ENOSYS) => Err(because("openat2(2) is missing: Linux 5.6 has it")),
            Err(Errno::EPERM) => Err(because("openat2(2) is forbidden here, by seccomp(2)")),
            Err(errno) => Err(because(errno.desc())),
        }
    }
}

impl Door for Tree {
    fn open(&self, path: &Path, flags: OFlag) -> Result<OwnedFd, Errno> {
        // While something is renamed anywhere on the system, `..` cannot be resolved safely.
        const TRIES: u32 = 100;
        let how = OpenHow::new()
            .flags(flags)
            .resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
        let mut answer = fcntl::openat2(&self.0, path, how);
        for _ in 1..TRIES {
            if !matches!(answer, Err(Errno::EAGAIN | Errno::EINTR)) {
                break;
            }
            answer = fcntl::openat2(&self.0, path, how);
        }
        answer
    }
}

#[cfg(test)]
mod tests;
