//! The host under inspection: the only door to files, commands, the clock and what the kernel says of itself.
//!
//! One type, whether the host is this machine or a directory that plays one. Here belongs every system call and
//! nothing that knows what a file means: collectors say where to look, parsers say what was found. Writing a
//! file is the store's business, not the host's.

mod clock;
mod command;
mod descriptor;
mod errno;
mod fixture;
mod image;
mod live;
mod manifest;
mod netlink;
mod network;
mod process;
mod sock_diag;
mod tree;

pub use command::{Output, Tool};

pub use crate::source::Mode;

use crate::kernel::network::Network;
use crate::kernel::{Clock, Protocol, Socket};
use crate::source::{Files, HostText, Obstacle};
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;

/// The machine under inspection, live or played by a directory.
pub struct Host(Box<dyn Machine>);

/// What every kind of host answers.
trait Machine: Send + Sync {
    fn files(&self) -> &dyn Files;
    fn installed(&self, tool: Tool) -> Result<bool, Obstacle>;
    fn run(&self, tool: Tool, args: &[&str]) -> Result<Output, Obstacle>;
    fn sockets(&self, protocol: Protocol, namespace: Option<&str>)
    -> Result<Vec<Socket>, Obstacle>;
    fn network(&self) -> Result<Network, Obstacle>;
    fn network_of(&self, namespace: &str) -> Result<Network, Obstacle>;
    fn clock(&self) -> Result<Clock, Obstacle>;
    fn now(&self) -> Timestamp;
    fn euid(&self) -> u32;
    fn uname(&self) -> Uname;
    fn mode(&self) -> Mode;
    fn deadline(&self) -> Duration;
}

/// The kernel's name for itself (uname(2)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uname {
    /// The node name: the host's name without a domain, as a rule.
    pub hostname: HostText,
    /// The kernel's release, such as `6.1.0-18-amd64`; an image has no kernel.
    pub release: Option<HostText>,
    /// The hardware's name, such as `x86_64`; an image has none.
    pub machine: Option<HostText>,
}

impl Host {
    /// The machine that this program runs on.
    pub fn live() -> Self {
        Self(Box::new(live::Machine))
    }

    /// The system whose root a directory is.
    ///
    /// # Errors
    /// Why the directory is none, or cannot be read without a way out of it (Linux 5.6 has one).
    pub fn root(directory: &Path) -> Result<Self, String> {
        Ok(Self(Box::new(image::Image::open(directory)?)))
    }

    /// A directory that plays a machine; `tests/README.md` documents its manifest.
    ///
    /// # Errors
    /// What is wrong with the directory or its manifest, drawn for a person.
    pub fn fixture(directory: &Path) -> Result<Self, String> {
        Ok(Self(Box::new(fixture::Fixture::open(directory)?)))
    }

    /// Its files.
    pub fn files(&self) -> &dyn Files {
        self.0.files()
    }

    /// True if a program is installed.
    ///
    /// # Errors
    /// [`Obstacle::ToolMissing`] if it is there, and somebody other than root could have put it there.
    pub fn installed(&self, tool: Tool) -> Result<bool, Obstacle> {
        self.0.installed(tool)
    }

    /// What one of its programs answers. A program that exits with a failure has answered too: see
    /// [`Output::status`].
    ///
    /// # Errors
    /// An [`Obstacle`] if it is not installed where programs are trusted, could not be started, was ended by a
    /// signal, took too long or wrote too much.
    pub fn run(&self, tool: Tool, args: &[&str]) -> Result<Output, Obstacle> {
        self.0.run(tool, args)
    }

    /// The listeners of a protocol in the network namespace that the tool runs in, or in that of a file of nsfs
    /// (`/proc/PID/ns/net`, `/run/netns/NAME`), as the kernel tells them; in no order.
    ///
    /// # Errors
    /// An [`Obstacle`] where the kernel does not tell: `/proc/net` may then still show them, with less.
    pub fn sockets(
        &self,
        protocol: Protocol,
        namespace: Option<&str>,
    ) -> Result<Vec<Socket>, Obstacle> {
        self.0.sockets(protocol, namespace)
    }

    /// The network of the namespace that the tool runs in.
    ///
    /// # Errors
    /// An [`Obstacle`] if the kernel does not tell all of it; an image has none.
    pub fn network(&self) -> Result<Network, Obstacle> {
        self.0.network()
    }

    /// The network of another network namespace, by a path that leads to it, such as `/proc/123/ns/net` or `/run/netns/blue`.
    ///
    /// # Errors
    /// As [`Host::network`], and [`Obstacle::Denied`] without the right to enter the namespace.
    pub fn network_of(&self, namespace: &str) -> Result<Network, Obstacle> {
        self.0.network_of(namespace)
    }

    /// How right the kernel's clock is, as far as the kernel was told. Nothing is changed by asking.
    ///
    /// # Errors
    /// An [`Obstacle`] where the call is not allowed, as in some sandboxes; an image has no clock.
    pub fn clock(&self) -> Result<Clock, Obstacle> {
        self.0.clock()
    }

    /// The time by its clock. A fixture's stands still.
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// The numeric user as whom the host is read: the effective one (geteuid(2)).
    pub fn euid(&self) -> u32 {
        self.0.euid()
    }

    /// What the kernel calls itself.
    pub fn uname(&self) -> Uname {
        self.0.uname()
    }

    /// How the host is looked at.
    pub fn mode(&self) -> Mode {
        self.0.mode()
    }

    /// How long one collector may take.
    pub fn deadline(&self) -> Duration {
        self.0.deadline()
    }
}

/// The caller's own files, such as a policy: read with the same care as a host's, and a relative path starts at
/// the working directory.
pub fn caller_files() -> impl Files {
    live::Direct
}
