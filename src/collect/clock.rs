//! The clock: adjtimex(2), the processes that keep it, and what starts them at boot.
//!
//! No daemon is asked: chronyc(1) and ntpq(8) send packets, and timedatectl(1) starts a service.

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::clock::{Clock, Keeper, Program};
use crate::facts::processes::{Process, Processes};
use crate::host::{Host, Mode};
use crate::source::{FileKind, Files, HostText, Obstacle, Source};

/// Where units are, the strongest first.
const UNITS: [&str; 4] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
/// What starts services at boot under OpenRC.
const RUNLEVELS: [&str; 2] = ["/etc/runlevels/default", "/etc/runlevels/boot"];
/// What the kernel starts first, by whatever name it is packaged.
const INIT: &str = "/sbin/init";
/// systemd-timesyncd touches it whenever it has the time from a server.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";

/// Reads the clock.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Clock> {
    let read = || -> Result<Clock, Obstacle> {
        super::os::in_sight(facts, UNITS[0])?;
        let touched = match host.mode() {
            Mode::Root => None,
            Mode::Live | Mode::Fixture => host.files().stat(SYNCHRONISED)?,
        };
        Ok(Clock {
            kernel: host.clock().into(),
            keepers: keepers(host, facts),
            has_init: host.files().stat(INIT)?.is_some(),
            synchronised: touched.map(|stat| stat.changed),
        })
    };
    read()
        .map(|value| (value, Source::kernel("adjtimex")))
        .into()
}

fn keepers(host: &Host, facts: &Facts) -> Listing<Keeper> {
    let mut keepers = Listing::default();
    let nothing = Listing::default();
    let processes = match facts.processes().and_then(Fact::known) {
        Ok((Processes { processes, .. }, _)) => processes,
        Err(Unjudged::Unknown(obstacle)) if !obstacle.is_by_mode() => {
            keepers.gaps.push(obstacle);
            &nothing
        }
        Err(_) => &nothing,
    };
    keepers.gaps.extend(processes.gaps.iter().cloned());
    let wants = wants(host.files());
    keepers.gaps.extend(wants.as_ref().err().cloned());
    for program in Program::ALL {
        let own = processes
            .items
            .iter()
            .filter(|process| Program::of(process) == Some(program));
        let source = |process: &Process| Source::Process {
            pid: process.pid,
            exe: process.exe.path().cloned(),
        };
        let mut keeper = Keeper {
            program,
            running: own.map(source).collect(),
            enabled: None,
            service: None,
        };
        for name in program.services() {
            match service(host.files(), name, wants.as_deref().unwrap_or_default()) {
                Ok(None) => {}
                Ok(Some((name, enabled))) => {
                    keeper.service.get_or_insert(name);
                    keeper.enabled = keeper.enabled.or(enabled);
                }
                Err(obstacle) => keepers.gaps.push(obstacle),
            }
        }
        if !keeper.running.is_empty() || keeper.service.is_some() {
            keepers.items.push(keeper);
        }
    }
    keepers
}

/// A service that is installed and not masked, and what starts it at boot.
fn service(
    files: &dyn Files,
    name: &str,
    wants: &[String],
) -> Result<Option<(HostText, Option<Source>)>, Obstacle> {
    if files.stat(&format!("/etc/init.d/{name}"))?.is_some() {
        for runlevel in RUNLEVELS {
            let link = format!("{runlevel}/{name}");
            if files.stat(&link)?.is_some() {
                return Ok(Some((name.into(), Some(Source::file(link)))));
            }
        }
    }
    let unit = format!("{name}.service");
    for directory in UNITS {
        let path = format!("{directory}/{unit}");
        let Some(found) = files.stat(&path)? else {
            continue;
        };
        let target = match found.kind {
            FileKind::Link => files.read_link(&path)?,
            _ => None,
        };
        if target.is_some_and(|target| target.raw() == "/dev/null") {
            return Ok(None);
        }
        return Ok(Some((unit.as_str().into(), wanted(files, &unit, wants)?)));
    }
    // OpenRC's, and nothing starts it.
    let script = files.stat(&format!("/etc/init.d/{name}"))?;
    let openrc = files.stat(RUNLEVELS[0])?;
    Ok(script.and(openrc).map(|_| (name.into(), None)))
}

/// The directories whose links `systemctl enable` makes, or a package ships: what boots pulls in what they name.
fn wants(files: &dyn Files) -> Result<Vec<String>, Obstacle> {
    let mut found = Vec::new();
    for directory in UNITS {
        let entries = files.list(directory)?.unwrap_or_default();
        let names = entries.iter().map(|entry| entry.name.raw());
        let wants = names.filter(|name| name.ends_with(".wants") || name.ends_with(".requires"));
        found.extend(wants.map(|name| format!("{directory}/{name}")));
    }
    Ok(found)
}

fn wanted(files: &dyn Files, unit: &str, wants: &[String]) -> Result<Option<Source>, Obstacle> {
    for directory in wants {
        let link = format!("{directory}/{unit}");
        if files.stat(&link)?.is_some() {
            return Ok(Some(Source::file(link)));
        }
    }
    Ok(None)
}
