//! The machine that this program runs on.

use super::command::{self, Output, Tool};
use super::descriptor::Door;
use super::{Mode, Uname, netlink, network, sock_diag};
use crate::kernel::network::Network;
use crate::kernel::{Protocol, Socket};
use crate::source::{Files, HostText, Obstacle};
use jiff::Timestamp;
use nix::errno::Errno;
use nix::fcntl::{self, OFlag};
use nix::sys::stat;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

/// Enough for a slow disk; a collector that needs longer hangs.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// The files as this process sees them.
pub(super) struct Direct;

impl Door for Direct {
    fn open(&self, path: &Path, flags: OFlag) -> Result<OwnedFd, Errno> {
        fcntl::open(path, flags, stat::Mode::empty())
    }
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
