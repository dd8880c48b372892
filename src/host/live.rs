//! The machine that this program runs on.

use super::command::{self, Output, Tool};
use super::descriptor::Door;
use super::{Mode, Uname, netlink, network, sock_diag};
use crate::kernel::network::Network;
use crate::kernel::{Clock, Protocol, Socket};
use crate::source::{Files, HostText, Obstacle};
use jiff::Timestamp;
use nix::errno::Errno;
use nix::fcntl::{self, OFlag, OpenHow, ResolveFlag};
use nix::sys::{stat, statfs};
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

/// Enough for a slow disk; a collector that needs longer hangs.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// The files as this process sees them.
pub(super) struct Direct;

impl Door for Direct {
    fn open(&self, path: &Path, flags: OFlag) -> Result<OwnedFd, Errno> {
        fcntl::open(path, flags, stat::Mode::empty())
    }

    /// procfs has no FIFOs, and no devices that opening would wake; without links and mounts nothing else is met below it.
    /// A third of the calls, where thousands of files are read.
    fn open_harmless(&self, path: &Path) -> Option<OwnedFd> {
        let below = path.strip_prefix("/proc").ok()?;
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let resolve = ResolveFlag::RESOLVE_BENEATH
            | ResolveFlag::RESOLVE_NO_XDEV
            | ResolveFlag::RESOLVE_NO_SYMLINKS;
        let how = OpenHow::new().flags(flags).resolve(resolve);
        fcntl::openat2(procfs()?, below, how).ok()
    }

    fn target(&self, path: &Path) -> Result<OsString, Errno> {
        match fcntl::readlink(path) {
            // No link, which is an answer and no error.
            Err(Errno::EINVAL) => Err(Errno::ENOENT),
            answer => answer,
        }
    }
}

/// The directory `/proc`, if procfs is mounted there.
fn procfs() -> Option<&'static OwnedFd> {
    static PROCFS: OnceLock<Option<OwnedFd>> = OnceLock::new();
    let open = || {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let directory = fcntl::open("/proc", flags, stat::Mode::empty()).ok()?;
        let kind = statfs::fstatfs(&directory).ok()?.filesystem_type();
        (kind == statfs::PROC_SUPER_MAGIC).then_some(directory)
    };
    PROCFS.get_or_init(open).as_ref()
}

/// The running machine.
pub(super) struct Machine;

impl super::Machine for Machine {
    fn files(&self) -> &dyn Files {
        &Direct
    }

    fn installed(&self, tool: Tool) -> Result<bool, Obstacle> {
        command::installed(tool)
    }

    fn run(&self, tool: Tool, args: &[&str]) -> Result<Output, Obstacle> {
        command::run(tool, args)
    }

    fn sockets(
        &self,
        protocol: Protocol,
        namespace: Option<&str>,
    ) -> Result<Vec<Socket>, Obstacle> {
        match namespace {
            None => sock_diag::sockets(protocol),
            Some(path) => netlink::inside(path, || sock_diag::sockets(protocol)),
        }
    }

    fn network(&self) -> Result<Network, Obstacle> {
        network::read()
    }

    fn network_of(&self, namespace: &str) -> Result<Network, Obstacle> {
        netlink::inside(namespace, network::read)
    }

    fn clock(&self) -> Result<Clock, Obstacle> {
        super::clock::read()
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn euid(&self) -> u32 {
        nix::unistd::geteuid().as_raw()
    }

    fn uname(&self) -> Uname {
        let text = |name: &OsStr| HostText::from_bytes(name.as_bytes());
        // uname(2) fails only for a bad pointer.
        nix::sys::utsname::uname()
            .map(|name| Uname {
                hostname: text(name.nodename()),
                release: Some(text(name.release())),
                machine: Some(text(name.machine())),
            })
            .unwrap_or_default()
    }

    fn mode(&self) -> Mode {
        Mode::Live
    }

    fn deadline(&self) -> Duration {
        DEADLINE
    }
}
