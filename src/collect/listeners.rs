//! What listens and whose it is: sock_diag or `/proc/net`, `/proc/PID/fd`, systemd's socket units, Docker's containers.
//!
//! Sockets and processes are read one after the other, while both come and go. Where a socket has no holder its namespace
//! is therefore looked at again, and the holder looked for once more, before anything is said of it.

mod docker;
mod holders;
mod looks;
mod namespaces;
mod sockets;

use super::processes::Reader;
use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::listeners::{
    Behind, Holder, Listener, Listeners, Listens, Namespace, Owner, Proxied,
};
use crate::facts::os::BOOT_PID_NAMESPACE;
use crate::facts::processes::{Process, Processes, Seen, find};
use crate::facts::units::Tree;
use crate::host::Host;
use crate::kernel::Socket;
use crate::source::{Denial, HostText, Obstacle, Source};
use holders::Holders;
use looks::Looked;
use namespaces::Found;
use sockets::Place;
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
    let mut here = Looked::at(host, &OWN);
    let (mut elsewhere, elsewhere_gaps) = namespaces::find(host, processes.as_ref().copied());
    let known: &[Process] = processes.as_ref().map_or(&[], |all| &all.processes.items);
    let others = |elsewhere: &[Found], of: &dyn Fn(&Looked) -> BTreeSet<u64>| {
        let others = elsewhere.iter().flat_map(|it| of(&it.looked));
        others.collect::<Vec<_>>()
    };
    let mut wanted: BTreeSet<u64> = here.inodes().collect();
    wanted.extend(others(&elsewhere, &|it| it.inodes().collect()));
    let mut holders = Holders::look(host, known, &wanted);
    here.again(host, &OWN, &holders);
    for found in &mut elsewhere {
        found.again(host, &holders);
    }
    // What was there all the while is a hidden process's, where there is one: looking on would be dear and in vain.
    let lost = |looked: &Looked| match holders.is_blind() {
        true => looked.fleeting_without(&holders),
        false => looked.without(&holders),
    };
    let mut missing = lost(&here);
    missing.extend(others(&elsewhere, &lost));
    if !missing.is_empty() {
        holders.look_among_threads(host, &missing);
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
            let listeners = attribution.listing(found.looked, |index| {
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
        namespaces: match &attribution.processes {
            Ok(all) => all.here.clone(),
            Err(why) => Seen::Unseen(why.clone()),
        },
        processes: attribution.seen.into_values().collect(),
    };
    name_units(host, &mut all);
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
        looked: Looked,
        name: impl Fn(u32) -> Option<HostText>,
    ) -> Listing<Listener> {
        let listener = |(socket, source): (Socket, Source)| Listener {
            device: socket
                .device
                .map(|index| name(index).unwrap_or_else(|| index.to_string().into())),
            owner: self.owner(&socket, looked.fleeting.contains(&socket)),
            socket_units: Vec::new(),
            proxied: None,
            socket,
            source,
        };
        Listing {
            items: looked.sockets.seen.into_iter().map(listener).collect(),
            gaps: looked.sockets.gaps,
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

    fn owner(&mut self, socket: &Socket, fleeting: bool) -> Owner {
        let found = match self.holders.of(socket.inode) {
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
        if !holders.is_empty() {
            return Owner::Processes(holders);
        }
        match self.hiding(fleeting) {
            // No process can have a socket without an inode.
            Some(why) if socket.inode != 0 => Owner::Unseen(why),
            _ => Owner::Nobody,
        }
    }

    /// Why somebody may hold a socket of whom nothing was seen.
    fn hiding(&self, fleeting: bool) -> Option<Obstacle> {
        if fleeting {
            return Some(Obstacle::Failed {
                at: Source::kernel("sock_diag"),
                why: "the socket came or went while its holder was looked for".into(),
            });
        }
        let all = self.processes.as_ref().ok()?;
        if let Some(gap) = all.processes.gaps.first() {
            return Some(gap.clone());
        }
        match &all.here {
            // Who shares the network need not share the numbers of processes.
            Seen::Seen(here) => {
                let own = here.pid.is_some_and(|number| number != BOOT_PID_NAMESPACE);
                own.then(|| Obstacle::Denied {
                    at: Source::file("/proc"),
                    by: Denial::Vantage {
                        hidden_by: "a pid namespace, which others may share the network with"
                            .into(),
                    },
                })
            }
            Seen::Unseen(why) => Some(why.clone()),
        }
    }
}

/// What systemd holds for somebody else, by the socket units that ask for it. A unit that cannot be read names nothing.
fn name_units(host: &Host, all: &mut Listeners) {
    let here = &mut all.here;
    let held = |it: &Listener| it.holders().iter().any(|holder| holder.pid == 1);
    if !here.items.iter().any(held) {
        return;
    }
    let init = find(&all.processes, 1);
    let is_systemd = init.is_some_and(|it| it.runs(&["systemd"], &all.namespaces) == Ok(true));
    if !is_systemd {
        return;
    }
    let tree = Tree::of(host.files(), true);
    here.gaps.extend(tree.gaps.iter().cloned());
    let mut asked = Vec::new();
    for name in tree.all().filter(|name| name.ends_with(".socket")) {
        match tree.load(name) {
            // Under its own name: each once.
            Ok(Some(unit)) if unit.name.raw() == name => asked.push(Listens::of(&unit)),
            Ok(_) => {}
            Err(why) => here.gaps.push(why),
        }
    }
    for listener in here.items.iter_mut().filter(|it| held(it)) {
        let units = asked
            .iter()
            .filter(|unit| unit.has(&listener.socket, listener.device.as_ref()));
        listener.socket_units = units.map(|it| it.unit.clone()).collect();
    }
}

/// The container behind a port that docker-proxy holds.
fn behind(host: &Host, listener: &Listener, all: &Listeners) -> Option<Behind> {
    let to = all.holders(listener).find_map(|process| {
        // Anybody can call a program so.
        let is_dockers = process.uids.effective == 0
            && process.runs(&["docker-proxy"], &all.namespaces) == Ok(true);
        if !is_dockers {
            return None;
        }
        Proxied::of(&process.argv.get().ok()?.words)
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
