//! The files of a system that does not run: an image, a mounted disk, a container's tree (`--root DIR`).
//!
//! It has no kernel, no processes and no programs that could be asked: whatever needs them needs the live host.

use super::command::DIRECTORIES;
use super::tree::Tree;
use super::{Machine, Mode, Output, Tool, Uname, live};
use crate::kernel::network::Network;
use crate::kernel::{Clock, Protocol, Socket};
use crate::source::{FileKind, Files, Obstacle};
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;

/// A hostname(5) is one short line.
const HOSTNAME_LIMIT: u64 = 4096;

/// A directory that is the root of a system.
pub(super) struct Image(Tree);

impl Image {
    /// # Errors
    /// Why the directory is none, or cannot be read without a way out of it.
    pub(super) fn open(directory: &Path) -> Result<Self, String> {
        Tree::open(directory).map(Self)
    }

    fn hostname(&self) -> Option<String> {
        let text = self.0.read("/etc/hostname", HOSTNAME_LIMIT).ok()??;
        let text = String::from_utf8_lossy(&text).into_owned();
        let mut lines = text.lines().map(str::trim);
        let name = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
        Some(name.to_owned())
    }
}

impl Machine for Image {
    fn files(&self) -> &dyn Files {
        &self.0
    }

    /// True if the program's file is there. Who could have put it there matters only to whoever runs it.
    fn installed(&self, tool: Tool) -> Result<bool, Obstacle> {
        for directory in DIRECTORIES {
            let path = format!("{directory}/{}", tool.name());
            if self
                .0
                .stat(&path)?
                .is_some_and(|file| file.kind != FileKind::Directory)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn run(&self, tool: Tool, _args: &[&str]) -> Result<Output, Obstacle> {
        Err(Obstacle::NeedsLiveHost {
            what: tool.name().into(),
        })
    }

    fn sockets(&self, _: Protocol, _: Option<&str>) -> Result<Vec<Socket>, Obstacle> {
        Err(Obstacle::NeedsLiveHost {
            what: "what listens".into(),
        })
    }

    fn network(&self) -> Result<Network, Obstacle> {
        Err(Obstacle::NeedsLiveHost {
            what: "the network".into(),
        })
    }

    fn network_of(&self, _namespace: &str) -> Result<Network, Obstacle> {
        self.network()
    }

    fn clock(&self) -> Result<Clock, Obstacle> {
        Err(Obstacle::NeedsLiveHost {
            what: "how right the clock is".into(),
        })
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn euid(&self) -> u32 {
        nix::unistd::geteuid().as_raw()
    }

    fn uname(&self) -> Uname {
        Uname {
            hostname: self.hostname().map_or_else(|| "(image)".into(), Into::into),
            release: None,
            machine: None,
        }
    }

    fn mode(&self) -> Mode {
        Mode::Root
    }

    fn deadline(&self) -> Duration {
        live::DEADLINE
    }
}
