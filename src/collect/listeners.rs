//! What listens and whose it is: sock_diag or `/proc/net`, `/proc/PID/fd`, systemd's socket units, Docker's containers.
//!
//! Sockets and processes are read one after the other, while both come and go. A socket without a holder is therefore
//! asked for again, and looked for once more, before anything is said of it.

mod docker;
mod holders;
mod namespaces;
mod sockets;

use super::processes::Reader;
use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::listeners::{
    Behind, Holder, Listener, Listeners, Listens, Namespace, Owner, Proxied,
};
use crate::facts::processes::{Process, Processes, find};
use crate::facts::units;
use crate::host::Host;
use crate::kernel::Socket;
use crate::source::{HostText, Obstacle, Source};
use holders::Holders;
use sockets::{Place, Sockets};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the listeners.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Listeners> {
    let listeners = read(host, facts);
    listeners
        .map(|value| (value, Source::kernel("sock_diag")))
        .into()
}

const OWN: Place = Place {
    namespace: None,
    tables: Some("/proc/net"),
};

fn read(host: &Host, facts: &Facts) -> Result<Listeners, Obstacle> {
    super::os::runs(host)?;
    super::os::in_sight(facts, "/proc/net")?;
    let processes = facts.processes().and_then(Fact::known);
    let processes = processes.map(|(seen, _)| seen).map_err(Unjudged::obstacle);
    let mut here = sockets::read(host, &OWN);
    let (elsewhere, elsewhere_gaps) = namespaces::find(host, processes.as_ref().ok().copied());
    let inodes = |sockets: &Sockets| {
        sockets
            .seen
            .iter()
            .map(|(socket, _)| socket.inode)
            .collect::<BTreeSet<u64>>()
    };
    let mut wanted = inodes(&here);
    wanted.extend(elsewhere.iter().flat_map(|it| inodes(&it.sockets)));
    let known: &[Process] = processes.as_ref().map_or(&[], |all| &all.processes.items);
    let mut holders = Holders::look(host, known, &wanted);
    let missing = |holders: &Holders, sockets: &Sockets| -> BTreeSet<u64> {
        let inodes = inodes(sockets).into_iter();
        inodes
            .filter(|inode| *inode != 0 && !holders.has(*inode))
            .collect()
    };
    let gone = missing(&holders, &here);
    if !gone.is_empty() {
        // Some have gone since, with their processes; of the others a process may have begun since.
        let still = inodes(&sockets::read(host, &OWN));
        here.seen
            .retain(|(socket, _)| !gone.contains(&socket.inode) || still.contains(&socket.inode));
        let rest = missing(&holders, &here);
        holders.look_among_threads(host, &rest);
    }
    let interfaces = facts.interfaces().and_then(Fact::known).ok();
    let own_name = |index: u32| {
        let (seen, _) = interfaces?;
        seen.link(index).map(|link| link.name.clone())
    };
    let mut attribution = Attribution {
        host,
        reader: OnceCell::new(),
        processes,
        holders,
        seen: BTreeMap::new(),
    };
    let elsewhere: Vec<Namespace> = elsewhere
        .into_iter()
        .map(|found| {
            let listeners = attribution.listing(found.sockets, |index| {
                let link = found.links.iter().find(|link| link.index == index);
                link.map(|link| link.name.clone())
            });
            Namespace {
                listeners,
                ..found.namespace
            }
        })
        .collect();
    let here = attribution.listing(here, own_name);
    let mut all = Listeners {
        here,
        elsewhere: Listing {
            items: elsewhere,
            gaps: elsewhere_gaps,
        },
        processes: attribution.seen.into_values().collect(),
    };
    name_units(host, &mut all.here);
    let behind: Vec<_> = all
        .here
        .items
        .iter()
        .map(|it| behind(host, it, &all))
        .collect();
    for (listener, behind) in all.here.items.iter_mut().zip(behind) {
        listener.proxied = behind;
    }
    Ok(all)
}

/// What is needed to say whose a socket is.
struct Attribution<'a> {
    host: &'a Host,
    /// Made when a process is met that was not there yet: it reads when the host was booted.
    reader: OnceCell<Reader<'a>>,
    processes: Result<&'a Processes, Obstacle>,
    holders: Holders,
    /// The processes that hold something, so far.
    seen: BTreeMap<u32, Process>,
}

impl Attribution<'_> {
    fn listing(
        &mut self,
        sockets: Sockets,
        name: impl Fn(u32) -> Option<HostText>,
    ) -> Listing<Listener> {
        let listener = |(socket, source): (Socket, Source)| Listener {
            device: socket
                .device
                .map(|index| name(index).unwrap_or_else(|| index.to_string().into())),
            owner: self.owner(socket.inode),
            socket_units: Vec::new(),
            proxied: None,
            socket,
            source,
        };
        Listing {
            items: sockets.seen.into_iter().map(listener).collect(),
            gaps: sockets.gaps,
        }
    }

    /// Keeps a process that holds a socket; false if it has ended.
    fn process(&mut self, pid: u32, all: &Listing<Process>) -> Result<bool, Obstacle> {
        if self.seen.contains_key(&pid) {
            return Ok(true);
        }
        let reader = || self.reader.get_or_init(|| Reader::of(self.host));
        let process = match find(&all.items, pid) {
            Some(known) => Some(known.clone()),
            None => reader().process(pid)?,
        };
        let is_there = process.is_some();
        self.seen.extend(process.map(|process| (pid, process)));
        Ok(is_there)
    }

    fn owner(&mut self, inode: u64) -> Owner {
        let found = match self.holders.of(inode) {
            Ok(found) => found,
            Err(why) => return Owner::Unseen(why.clone()),
        };
        let all = match &self.processes {
            Ok(all) => &all.processes,
            Err(why) => return Owner::Unseen(why.clone()),
        };
        let mut holders = Vec::with_capacity(found.len());
        for (pid, descriptors) in found {
            match self.process(pid, all) {
                Ok(true) => holders.push(Holder { pid, descriptors }),
                // It ended since.
                Ok(false) => {}
                Err(why) => return Owner::Unseen(why),
            }
        }
        match (holders.is_empty(), all.gaps.first()) {
            (false, _) => Owner::Processes(holders),
            // One that is hidden may hold it.
            (true, Some(gap)) if inode != 0 => Owner::Unseen(gap.clone()),
            (true, _) => Owner::Nobody,
        }
    }
}

/// What systemd holds for somebody else, by the socket units that ask for it. A unit that cannot be read names nothing.
fn name_units(host: &Host, here: &mut Listing<Listener>) {
    let held = |it: &Listener| it.holders().iter().any(|holder| holder.pid == 1);
    if !here.items.iter().any(held) {
        return;
    }
    let names = match units::names(host.files(), ".socket") {
        Ok(names) => names,
        Err(why) => return here.gaps.push(why),
    };
    let mut asked = Vec::new();
    for name in names {
        match units::read(host.files(), name.raw()) {
            Ok(Some(unit)) => asked.push(Listens::of(&name, &unit)),
            Ok(None) => {}
            Err(why) => here.gaps.push(why),
        }
    }
    for listener in here.items.iter_mut().filter(|it| held(it)) {
        let units = asked.iter().filter(|unit| unit.has(&listener.socket));
        listener.socket_units = units.map(|it| it.unit.clone()).collect();
    }
}

/// The container behind a port that docker-proxy holds.
fn behind(host: &Host, listener: &Listener, all: &Listeners) -> Option<Behind> {
    let to = all.holders(listener).find_map(|process| {
        // Anybody can call a program so.
        if process.uids.effective != 0 {
            return None;
        }
        Proxied::of(process.exe.path()?, &process.argv.get().ok()?.words)
    })?;
    let mut namespaces = all.elsewhere.items.iter();
    let namespace = namespaces.find(|it| it.addresses.contains(&to.address));
    let container = namespace.and_then(|it| it.containers.first().cloned());
    let name = container.as_ref().and_then(|it| docker::name(host, it));
    Some(Behind {
        to,
        container,
        name,
    })
}
