//! The processes that run sshd, their PidFile, and when the files they read last changed.

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::listeners::Listeners;
use crate::facts::processes::{Exe, Process, Processes, Seen};
use crate::facts::sshd::Sshd;
use crate::facts::sshd_daemons::{Changed, Daemon, Loaded, SshdDaemons, options_of_listener};
use crate::host::Host;
use crate::kernel::Socket;
use crate::source::{Denial, Obstacle, Source};
use std::collections::BTreeSet;

const PROGRAM: &str = "sshd";
/// A number and the end of a line.
const LIMIT: u64 = 64;

/// Finds the daemons.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<SshdDaemons> {
    let daemons = read(host, facts);
    daemons.map(|value| (value, Source::file("/proc"))).into()
}

fn read(host: &Host, facts: &Facts) -> Result<SshdDaemons, Obstacle> {
    super::os::runs(host)?;
    let (processes, _) = facts
        .processes()
        .and_then(Fact::known)
        .map_err(Unjudged::obstacle)?;
    let listeners = facts
        .listeners()
        .and_then(Fact::known)
        .map_err(Unjudged::obstacle);
    let listeners = listeners.map(|(seen, _)| seen);
    let sshd = facts.sshd().and_then(Fact::known);
    let sshd = sshd.map(|(sshd, _)| sshd).map_err(Unjudged::obstacle);
    let mut daemons = Listing {
        items: Vec::new(),
        gaps: processes.processes.gaps.clone(),
    };
    for process in &processes.processes.items {
        match is_daemon(process, processes) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(why) => {
                daemons.gaps.push(why.obstacle());
                continue;
            }
        }
        let started = match process.argv.get() {
            Ok(argv) => match options_of_listener(&argv.words) {
                Some(started) => Seen::Seen(started),
                None => continue,
            },
            Err(why) => Seen::Unseen(why.obstacle()),
        };
        let sockets = match &listeners {
            Ok(all) => sockets(all, process.pid),
            Err(why) => {
                daemons.gaps.push(why.clone());
                Vec::new()
            }
        };
        let unit = process
            .place
            .get()
            .ok()
            .and_then(|place| place.unit.clone());
        daemons.items.push(Daemon {
            pid: process.pid,
            unit,
            program: process
                .exe
                .path()
                .cloned()
                .unwrap_or_else(|| PROGRAM.into()),
            replaced: matches!(process.exe, Exe::Deleted(_)),
            started,
            loaded: loaded(host, process, sshd.as_ref().ok().copied()).into(),
            sockets,
        });
    }
    daemons.gaps.sort();
    daemons.gaps.dedup();
    Ok(SshdDaemons {
        daemons,
        files: match sshd {
            Ok(sshd) => files(host, sshd),
            Err(why) => Listing {
                items: Vec::new(),
                gaps: vec![why],
            },
        },
    })
}

/// Whether it is an sshd of this host's root. What runs in another mount namespace is one too, unless it is a container's.
fn is_daemon(process: &Process, all: &Processes) -> Result<bool, Unjudged> {
    if process.uids.effective != 0 || process.name.raw() != PROGRAM {
        return Ok(false);
    }
    if let Exe::Unseen(Obstacle::Denied {
        by: Denial::NeedsRoot,
        ..
    }) = &process.exe
    {
        return Err(Obstacle::Denied {
            at: Source::file("/proc/*/exe"),
            by: Denial::NeedsRoot,
        }
        .into());
    }
    process.runs(&[PROGRAM], &all.here)
}

fn sockets(all: &Listeners, pid: u32) -> Vec<Socket> {
    let held = all
        .here
        .items
        .iter()
        .filter(|it| it.holders().iter().any(|holder| holder.pid == pid));
    held.map(|it| it.socket.clone()).collect()
}

/// By the PidFile that names it, which sshd writes again after each SIGHUP, while its process stays the same; else by its
/// start.
fn loaded(host: &Host, process: &Process, sshd: Option<&Sshd>) -> Result<Loaded, Obstacle> {
    let set = sshd.and_then(|sshd| sshd.directives.of("pidfile").next());
    let path = set.map_or("/run/sshd.pid", |line| line.value.raw());
    let text = host
        .files()
        .read(path, LIMIT)
        .ok()
        .flatten()
        .unwrap_or_default();
    let number = std::str::from_utf8(&text)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let written = match number == Some(process.pid) {
        true => host.files().stat(path)?,
        false => None,
    };
    if let Some(stat) = written {
        return Ok(Loaded {
            at: stat.changed,
            or_later: false,
            source: Source::file(path),
        });
    }
    let at = process.started.get().map_err(Unjudged::obstacle)?;
    Ok(Loaded {
        at: *at,
        or_later: true,
        source: Source::Process {
            pid: process.pid,
            exe: process.exe.path().cloned(),
        },
    })
}

fn files(host: &Host, sshd: &Sshd) -> Listing<Changed> {
    let lines = sshd.directives.lines.iter();
    let paths: BTreeSet<_> = lines
        .filter_map(|line| match &line.source {
            Source::File { path, .. } => Some(path.clone()),
            _ => None,
        })
        .collect();
    let mut found = Listing::default();
    for path in paths {
        match host.files().follow(path.raw()) {
            Ok(Some(stat)) => found.items.push(Changed {
                path,
                at: stat.changed,
            }),
            Ok(None) => {}
            Err(why) => found.gaps.push(why),
        }
    }
    found
}
