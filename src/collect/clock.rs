//! The clock: adjtimex(2), the processes that keep it, and what starts them at boot.
//!
//! No daemon is asked: chronyc(1) and ntpq(8) send packets, and timedatectl(1) starts a service.

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::clock::{Clock, Keeper, Program};
use crate::facts::processes::{Namespaces, Process, Processes, Seen};
use crate::facts::units::{Boot, Installed, installed};
use crate::host::{Host, Mode};
use crate::source::{Files, Obstacle, Source};

/// What starts services at boot under OpenRC.
const RUNLEVELS: [&str; 2] = ["/etc/runlevels/default", "/etc/runlevels/boot"];
/// What the kernel starts first, by whatever name it is packaged.
const INIT: &str = "/sbin/init";
/// systemd-timesyncd touches it whenever it has the time from a server.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";

/// Reads the clock.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Clock> {
    let read = || -> Result<Clock, Obstacle> {
        super::os::in_sight(facts, "/etc/systemd/system")?;
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
    let (nothing, nowhere) = (Listing::default(), Seen::Seen(Namespaces::default()));
    let (processes, here) = match facts.processes().and_then(Fact::known) {
        Ok((Processes { processes, here }, _)) => (processes, here),
        Err(Unjudged::Unknown(obstacle)) if !obstacle.is_by_mode() => {
            keepers.gaps.push(obstacle);
            (&nothing, &nowhere)
        }
        Err(_) => (&nothing, &nowhere),
    };
    keepers.gaps.extend(processes.gaps.iter().cloned());
    let tree = Tree::read(host.files());
    keepers.gaps.extend(tree.as_ref().err().cloned());
    let tree = tree.unwrap_or_default();
    for program in Program::ALL {
        let mut keeper = Keeper {
            program,
            running: Vec::new(),
            enabled: None,
            service: None,
            masked: None,
        };
        let mut names: Vec<&str> = program.services().to_vec();
        let of_it = |process: &&Process| Program::of(process) == Some(program);
        for process in processes.items.iter().filter(of_it) {
            match is_of_this_host(process, here) {
                Ok(true) => {
                    keeper.running.push(Source::Process {
                        pid: process.pid,
                        exe: process.exe.path().cloned(),
                    });
                    let own = service_of(process).filter(|own| !names.contains(own));
                    names.extend(own);
                }
                Ok(false) => {}
                Err(gap) => keepers.gaps.push(gap),
            }
        }
        for name in names {
            let added = tree.add(host.files(), name, &mut keeper);
            keepers.gaps.extend(added.err());
        }
        if !keeper.running.is_empty() || keeper.service.is_some() {
            keepers.items.push(keeper);
        }
    }
    keepers
}

/// What starts at boot under either of the two.
#[derive(Default)]
struct Tree {
    systemd: Boot,
    has_openrc: bool,
}

impl Tree {
    fn read(files: &dyn Files) -> Result<Self, Obstacle> {
        Ok(Self {
            has_openrc: files.stat(RUNLEVELS[0])?.is_some(),
            systemd: Boot::read(files)?,
        })
    }

    /// Adds what a service of that name is to a keeper, if there is one.
    fn add(&self, files: &dyn Files, name: &str, keeper: &mut Keeper) -> Result<(), Obstacle> {
        if self.has_openrc && files.stat(&format!("/etc/init.d/{name}"))?.is_some() {
            keeper.service.get_or_insert(name.into());
            for runlevel in RUNLEVELS {
                let link = format!("{runlevel}/{name}");
                if keeper.enabled.is_none() && files.stat(&link)?.is_some() {
                    keeper.enabled = Some(Source::file(link));
                }
            }
            return Ok(());
        }
        let unit = format!("{name}.service");
        match installed(files, &unit)? {
            Installed::No => return Ok(()),
            Installed::Masked(by) => {
                keeper.masked.get_or_insert(by);
            }
            Installed::Yes if keeper.enabled.is_none() => {
                keeper.enabled = self.systemd.starts(files, &unit)?;
            }
            Installed::Yes => {}
        }
        keeper.service.get_or_insert(unit.into());
        Ok(())
    }
}

/// Whether a process may set the clock of this host: in a user namespace of its own it may not, whatever its capabilities say.
fn is_of_this_host(process: &Process, here: &Seen<Namespaces>) -> Result<bool, Obstacle> {
    let user = |seen: &Seen<Namespaces>| seen.get().ok().and_then(|it| it.user);
    if let (Some(own), Some(here)) = (user(&process.namespaces), user(here)) {
        return Ok(own == here);
    }
    match process
        .place
        .get()
        .ok()
        .and_then(|it| it.container.as_ref())
    {
        Some(container) => Err(Obstacle::NotModelled {
            what: format!(
                "whether process {} of container {} may set the clock",
                process.pid,
                container.short()
            )
            .into(),
        }),
        None => Ok(true),
    }
}

/// The service of the host's that a process was started as.
fn service_of(process: &Process) -> Option<&str> {
    let place = process.place.get().ok()?;
    let unit = place.unit.as_ref().filter(|_| place.container.is_none())?;
    unit.raw().strip_suffix(".service")
}
