//! A directory that plays a machine: its tree, what its manifest says, and the fixture that both may lie on.
//!
//! For tests, reached by a hidden option. How layers of trees become one tree is in `overlay`.

mod overlay;

use super::command::{self, Output, Tool};
use super::errno::{denial, failed};
use super::manifest::{self, Failure, Names, Reply};
use super::{Machine, Mode, Uname};
use crate::kernel::network::Network;
use crate::kernel::{Clock, Protocol, Socket};
use crate::source::{Files, Obstacle, Source};
use jiff::Timestamp;
use overlay::{Layer, Overlay};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// No fixture lies on more others than that, one on the other.
const BASES: usize = 4;

/// A test never meets the real clock: 2026-11-24T12:00:00Z.
const NOW: Timestamp = Timestamp::constant(1_795_521_600, 0);

/// A directory that plays a machine.
pub(super) struct Fixture {
    files: Overlay,
    now: Timestamp,
    deadline: Duration,
    uname: Uname,
    replies: Replies,
    sockets: Option<Vec<Socket>>,
    network: Option<Network>,
    clock: Option<Clock>,
}

/// Argv to what comes of it.
type Replies = BTreeMap<Vec<String>, Reply>;

/// The failure of every call of a program: it is listed for the program's name alone.
fn blanket<'r>(replies: &'r Replies, argv: &[String]) -> Option<&'r Reply> {
    replies
        .get(&argv[..1])
        .filter(|reply| matches!(reply, Reply::Fails(_)))
}

impl Fixture {
    /// Reads the manifests of a fixture and of those beneath it.
    ///
    /// # Errors
    /// What is wrong with one of them, drawn for a person.
    pub(super) fn open(directory: &Path) -> Result<Self, String> {
        let mut seen = Vec::new();
        let mut layers = Vec::new();
        let mut replies = Replies::new();
        let (mut now, mut euid, mut deadline, mut sockets) = (None, None, None, None);
        let mut names = Names::default();
        let (mut network, mut clock) = (None, None);
        let mut next = Some(directory.to_owned());
        while let Some(directory) = next.take() {
            let wrong = |why: &str| format!("{}: {why}", directory.display());
            let directory = directory
                .canonicalize()
                .map_err(|error| wrong(&error.to_string()))?;
            if seen.contains(&directory) {
                return Err(wrong("the fixture lies on itself"));
            }
            if seen.len() > BASES {
                return Err(wrong(&format!("more than {BASES} bases, one on the other")));
            }
            let manifest = manifest::load(&directory)?;
            now = now.or(manifest.now);
            euid = euid.or(manifest.euid);
            deadline = deadline.or(manifest.deadline_ms);
            sockets = sockets.or(manifest.sockets);
            names = names.over(manifest.uname);
            network = network.or(manifest.network);
            clock = clock.or(manifest.clock);
            let mut here = BTreeMap::new();
            for call in manifest.commands {
                let argv = call.argv.clone();
                if here.insert(argv, call.reply(&directory)?).is_some() {
                    return Err(wrong("a call of a program is listed twice"));
                }
            }
            here.retain(|argv, _| blanket(&replies, argv).is_none());
            for (argv, reply) in here {
                replies.entry(argv).or_insert(reply);
            }
            layers.push(Layer::open(&directory, manifest.files)?);
            next = manifest.base.map(|base| directory.join(base));
            seen.push(directory);
        }
        Ok(Self {
            files: Overlay::new(layers, euid.unwrap_or(0))?,
            now: now.unwrap_or(NOW),
            deadline: deadline.map_or(super::live::DEADLINE, Duration::from_millis),
            uname: Uname {
                hostname: names.hostname.as_deref().unwrap_or("vps").into(),
                release: Some(names.release.as_deref().unwrap_or("6.1.0-18-amd64").into()),
                machine: Some(names.machine.as_deref().unwrap_or("x86_64").into()),
            },
            replies,
            sockets,
            network,
            clock,
        })
    }
}

impl Machine for Fixture {
    fn files(&self) -> &dyn Files {
        &self.files
    }

    fn installed(&self, tool: Tool) -> Result<bool, Obstacle> {
        let calls = |argv: &Vec<String>| argv.first().is_some_and(|name| name == tool.name());
        Ok(self.replies.keys().any(calls))
    }

    fn run(&self, tool: Tool, args: &[&str]) -> Result<Output, Obstacle> {
        let words = [tool.name()].into_iter().chain(args.iter().copied());
        let argv: Vec<String> = words.map(str::to_owned).collect();
        let at = Source::command(&argv);
        let reply = self
            .replies
            .get(&argv)
            .or_else(|| blanket(&self.replies, &argv));
        match reply {
            Some(Reply::Says {
                status,
                stdout,
                stderr,
            }) => Ok(Output {
                argv,
                status: *status,
                stdout: stdout.clone(),
                stderr: stderr.clone(),
            }),
            Some(Reply::Fails(Failure::Missing)) => Err(command::missing(tool)),
            Some(Reply::Fails(Failure::Timeout)) => {
                Err(Obstacle::timed_out(at.to_string(), command::LIMITS.time))
            }
            Some(Reply::Fails(Failure::Denied)) => Err(Obstacle::Denied {
                at,
                by: denial(self.euid()),
            }),
            None if self.replies.keys().any(|known| known[0] == argv[0]) => {
                Err(failed(&at, "no such call in the fixture"))
            }
            None => Err(command::missing(tool)),
        }
    }

    fn sockets(
        &self,
        protocol: Protocol,
        namespace: Option<&str>,
    ) -> Result<Vec<Socket>, Obstacle> {
        let at = Source::kernel("sock_diag");
        match (&self.sockets, namespace) {
            (Some(sockets), None) => Ok(sockets
                .iter()
                .filter(|socket| socket.protocol == protocol)
                .cloned()
                .collect()),
            (None, None) => Err(failed(&at, "the fixture has no `sockets`")),
            (_, Some(namespace)) => Err(failed(
                &Source::file(namespace),
                "a fixture has one network namespace",
            )),
        }
    }

    fn network(&self) -> Result<Network, Obstacle> {
        let none = || failed(&Source::kernel("rtnetlink"), "the fixture has none");
        self.network.clone().ok_or_else(none)
    }

    fn network_of(&self, namespace: &str) -> Result<Network, Obstacle> {
        Err(failed(&Source::file(namespace), "the fixture has none"))
    }

    fn clock(&self) -> Result<Clock, Obstacle> {
        let none = || failed(&super::clock::source(), "the fixture has no `clock`");
        self.clock.ok_or_else(none)
    }

    fn now(&self) -> Timestamp {
        self.now
    }

    fn euid(&self) -> u32 {
        self.files.euid()
    }

    fn uname(&self) -> Uname {
        self.uname.clone()
    }

    fn mode(&self) -> Mode {
        Mode::Fixture
    }

    fn deadline(&self) -> Duration {
        self.deadline
    }
}

#[cfg(test)]
mod tests;
