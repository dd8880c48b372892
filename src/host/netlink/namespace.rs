//! Into another network namespace (network_namespaces(7)), and never back.

use crate::host::errno::{failed, obstacle};
use crate::source::{HostText, Obstacle, Source};
use nix::errno::Errno;
use nix::fcntl::{self, OFlag};
use nix::sched::{CloneFlags, setns};
use nix::sys::stat::Mode;
use nix::sys::statfs::{NSFS_MAGIC, fstatfs};
use std::ffi::OsStr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;

/// Does some work inside the network namespace that a path such as `/proc/123/ns/net` or `/run/netns/blue` leads to. Only
/// what is opened there belongs to it: sockets do, files of `/proc/net` do not unless they are opened by `/proc/thread-self`.
///
/// # Errors
/// [`Obstacle::Denied`] without CAP_SYS_ADMIN in this user namespace and in the other's; otherwise as the work says.
pub(in crate::host) fn inside<T: Send>(
    namespace: &str,
    work: impl FnOnce() -> Result<T, Obstacle> + Send,
) -> Result<T, Obstacle> {
    let at = Source::file(namespace);
    let door = open(namespace, &at)?;
    // A panic hook tells a collector's thread by its name.
    let name = thread::current().name().unwrap_or_default().to_owned();
    thread::scope(|scope| {
        let enter = || {
            setns(door, CloneFlags::CLONE_NEWNET).map_err(|errno| obstacle(errno, &at))?;
            work()
        };
        thread::Builder::new()
            .name(name)
            .spawn_scoped(scope, enter)
            .map_err(|error| failed(&at, error.to_string()))?
            .join()
            .unwrap_or_else(|_| {
                Err(Obstacle::Crashed {
                    what: namespace.into(),
                })
            })
    })
}

/// Opens what is a namespace, and nothing else: a FIFO in its place would wait, a device wake.
fn open(namespace: &str, at: &Source) -> Result<OwnedFd, Obstacle> {
    let meant = |errno| match errno {
        Errno::ENOENT => failed(at, "there is no such namespace"),
        errno => obstacle(errno, at),
    };
    let bytes = HostText::to_bytes(namespace);
    let path = Path::new(OsStr::from_bytes(&bytes));
    let handle =
        fcntl::open(path, OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty()).map_err(meant)?;
    if fstatfs(&handle).map_err(meant)?.filesystem_type() != NSFS_MAGIC {
        return Err(Obstacle::Refused {
            at: at.clone(),
            why: "not a namespace".into(),
        });
    }
    let again = format!("/proc/self/fd/{}", handle.as_raw_fd());
    fcntl::open(
        again.as_str(),
        OFlag::O_RDONLY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .map_err(meant)
}
