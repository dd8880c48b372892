//! The clock: adjtimex(2), the processes that keep it, and what starts them at boot.
//!
//! No daemon is asked: chronyc(1) and ntpq(8) send packets, and timedatectl(1) starts a service.

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::clock::{Clock, Keeper, Program};
use crate::facts::processes::{Process, Processes};
use crate::host::{Host, Mode};
use crate::source::{Files, HostText, Obstacle, Source};
use std::collections::BTreeMap;

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
    let tree = Tree::read(host.files());
    keepers.gaps.extend(tree.as_ref().err().cloned());
    let tree = tree.unwrap_or_default();
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
            match tree.service(host.files(), name) {
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

/// What starts at boot, as far as directories tell: listed once, since most names are not there.
#[derive(Default)]
struct Tree {
    /// The units that are installed: the strongest directory of each.
    units: BTreeMap<String, &'static str>,
    /// The directories whose links `systemctl enable` makes, or a package ships.
    wants: Vec<String>,
    has_openrc: bool,
}

impl Tree {
    fn read(files: &dyn Files) -> Result<Self, Obstacle> {
        let mut tree = Self {
            has_openrc: files.stat(RUNLEVELS[0])?.is_some(),
            ..Self::default()
        };
        for directory in UNITS {
            for entry in files.list(directory)?.unwrap_or_default() {
                let name = entry.name.raw();
                if name.ends_with(".wants") || name.ends_with(".requires") {
                    tree.wants.push(format!("{directory}/{name}"));
                } else if name.ends_with(".service") {
                    tree.units.entry(name.to_owned()).or_insert(directory);
                }
            }
        }
        Ok(tree)
    }

    /// A service that is installed and not masked, and what starts it at boot.
    fn service(
        &self,
        files: &dyn Files,
        name: &str,
    ) -> Result<Option<(HostText, Option<Source>)>, Obstacle> {
        if self.has_openrc && files.stat(&format!("/etc/init.d/{name}"))?.is_some() {
            let links = RUNLEVELS.map(|runlevel| format!("{runlevel}/{name}"));
            return Ok(Some((name.into(), first_there(files, &links)?)));
        }
        let unit = format!("{name}.service");
        let Some(directory) = self.units.get(&unit) else {
            return Ok(None);
        };
        let target = files.read_link(&format!("{directory}/{unit}"))?;
        if target.is_some_and(|target| target.raw() == "/dev/null") {
            return Ok(None);
        }
        let links: Vec<String> = self.wants.iter().map(|it| format!("{it}/{unit}")).collect();
        Ok(Some((unit.into(), first_there(files, &links)?)))
    }
}

fn first_there(files: &dyn Files, links: &[String]) -> Result<Option<Source>, Obstacle> {
    for link in links {
        if files.stat(link)?.is_some() {
            return Ok(Some(Source::file(link.as_str())));
        }
    }
    Ok(None)
}
