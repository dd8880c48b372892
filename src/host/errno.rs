//! What the kernel's error numbers mean to somebody who wanted to look.

use crate::source::{Denial, Obstacle, Source};
use nix::errno::Errno;

/// Absence is an answer, every other error an obstacle. ESRCH is procfs's word for the absence of a process.
pub(super) fn found<T>(answer: Result<T, Errno>, at: &Source) -> Result<Option<T>, Obstacle> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ESRCH) => Ok(None),
        Err(errno) => Err(obstacle(errno, at)),
    }
}

/// The obstacle that an error is, where absence is no answer.
pub(super) fn obstacle(errno: Errno, at: &Source) -> Obstacle {
    let why = match errno {
        Errno::EACCES | Errno::EPERM => {
            return Obstacle::Denied {
                at: at.clone(),
                by: denial(nix::unistd::geteuid().as_raw()),
            };
        }
        // Within a tree this is also the answer to a link of procfs that leads out of it.
        Errno::ELOOP => "too many symbolic links, or one that only the kernel can follow",
        other => other.desc(),
    };
    failed(at, why)
}

/// A failure in the given words.
pub(super) fn failed(at: &Source, why: impl Into<crate::source::HostText>) -> Obstacle {
    Obstacle::Failed {
        at: at.clone(),
        why: why.into(),
    }
}

/// What a permission means to a user: whether being root would help.
pub(super) fn denial(euid: u32) -> Denial {
    if euid == 0 {
        Denial::EvenRoot
    } else {
        Denial::NeedsRoot
    }
}
