//! The processes that run sshd, and their PidFiles.

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::listeners::Listeners;
use crate::facts::processes::{Exe, Process, Processes, Seen};
use crate::facts::sshd::MAIN;
use crate::facts::sshd_daemons::{Daemon, Loaded, SshdDaemons, Started, options_of_listener};
use crate::host::Host;
use crate::kernel::Socket;
use crate::source::{Denial, Obstacle, Source};

const PROGRAM: &str = "sshd";
/// A number and the end of a line.
const LIMIT: u64 = 64;
const CONFIG_LIMIT: u64 = 1 << 20;

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
    let listeners = facts.listeners().and_then(Fact::known);
    let listeners = listeners.map(|(seen, _)| seen).map_err(Unjudged::obstacle);
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
        let place = process.place.get().ok();
        daemons.items.push(Daemon {
            pid: process.pid,
            unit: place.and_then(|place| place.unit.clone()),
            program: process
                .exe
                .path()
                .cloned()
                .unwrap_or_else(|| PROGRAM.into()),
            replaced: matches!(process.exe, Exe::Deleted(_)),
            own_mounts: own_mounts(process, processes),
            loaded: loaded(host, process, started.get().ok()).into(),
            started,
            sockets,
        });
    }
    daemons.gaps.sort();
    daemons.gaps.dedup();
    Ok(SshdDaemons { daemons })
}

/// Whether it is an sshd of this host's root, wherever its program is: another one than the system's is then said to be so.
fn is_daemon(process: &Process, all: &Processes) -> Result<bool, Unjudged> {
    if process.uids.effective != 0 || process.name.raw() != PROGRAM {
        return Ok(false);
    }
    let path = match &process.exe {
        Exe::Unseen(Obstacle::Denied {
            by: Denial::NeedsRoot,
            ..
        }) => {
            return Err(Obstacle::Denied {
                at: Source::file("/proc/*/exe"),
                by: Denial::NeedsRoot,
            }
            .into());
        }
        Exe::Unseen(why) => return Err(why.clone().into()),
        exe => exe.path(),
    };
    let is_sshd = path.is_some_and(|path| path.raw().rsplit('/').next() == Some(PROGRAM));
    if !is_sshd || process.place.get()?.container.is_some() {
        return Ok(false);
    }
    Ok(process.namespaces.get()?.user == all.here.get()?.user)
}

/// Where that cannot be told it is not said: the files of the host are the likely ones.
fn own_mounts(process: &Process, all: &Processes) -> bool {
    match (process.namespaces.get(), all.here.get()) {
        (Ok(own), Ok(here)) => own.mnt != here.mnt,
        _ => false,
    }
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
fn loaded(host: &Host, process: &Process, started: Option<&Started>) -> Result<Loaded, Obstacle> {
    for path in pid_files(host, started) {
        let text = host.files().read(&path, LIMIT).ok().flatten();
        let text = text
            .as_deref()
            .map(String::from_utf8_lossy)
            .unwrap_or_default();
        // Whatever else may be there: it is his only if it names him.
        if text.trim().parse() != Ok(process.pid) {
            continue;
        }
        if let Some(stat) = host.files().follow(&path)? {
            return Ok(Loaded {
                at: stat.changed,
                or_later: false,
                source: Source::file(path),
            });
        }
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

/// Where it may be: by an option, by the main file, or where it is by default.
fn pid_files(host: &Host, started: Option<&Started>) -> Vec<String> {
    let main = started.and_then(|it| it.config.as_ref());
    let main = main.map_or(MAIN, |path| path.raw());
    let text = host.files().read(main, CONFIG_LIMIT).ok().flatten();
    let text = text
        .as_deref()
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let options = started.map_or(&[][..], |it| it.directives.as_slice());
    let lines = options.iter().map(|it| it.raw()).chain(text.lines());
    let set = lines.filter_map(|line| {
        let (keyword, value) = line.trim().split_once([' ', '\t', '='])?;
        let value = value.trim_matches([' ', '\t', '=', '"', '\'', '\r']);
        keyword
            .eq_ignore_ascii_case("pidfile")
            .then(|| value.to_owned())
    });
    let usual = ["/run/sshd.pid", "/var/run/sshd.pid"].map(str::to_owned);
    set.chain(usual).collect()
}
