//! The other network namespaces of the host (network_namespaces(7)): those of its processes, and those with a name.

use super::holders::Holders;
use super::looks::Looked;
use super::sockets::Place;
use crate::fact::{Listing, Unjudged};
use crate::facts::listeners::Namespace;
use crate::facts::processes::{ContainerRef, Process, Processes};
use crate::host::Host;
use crate::kernel::network::Link;
use crate::source::{HostText, Obstacle};
use std::collections::BTreeMap;

/// Where they are given names: by ip-netns(8), and by Docker.
const NAMED: [&str; 2] = ["/run/netns", "/run/docker/netns"];
/// Every container has one; more than that are not looked into.
const MOST: usize = 256;

/// A namespace, and its sockets, whose owners are yet to be found.
pub(super) struct Found {
    pub(super) namespace: Namespace,
    pub(super) looked: Looked,
    /// Its interfaces, for their names.
    pub(super) links: Vec<Link>,
    path: Option<String>,
    tables: Option<String>,
}

impl Found {
    /// Looks again where the holder of a socket was not found.
    pub(super) fn again(&mut self, host: &Host, holders: &Holders) {
        let mut looked = std::mem::take(&mut self.looked);
        looked.again(host, &self.place(), holders);
        self.looked = looked;
    }

    /// Where it is looked into.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            namespace: self.path.as_deref(),
            tables: self.tables.as_deref(),
        }
    }
}

/// Finds them all, and what may hide more.
pub(super) fn find(
    host: &Host,
    processes: Result<&Processes, &Obstacle>,
) -> (Vec<Found>, Vec<Obstacle>) {
    let mut gaps = Vec::new();
    let mut members: BTreeMap<u64, Member> = BTreeMap::new();
    let compared = processes.map_err(Clone::clone).and_then(|all| {
        let here = all.here.get().map_err(Unjudged::obstacle)?;
        Ok((all, here.net))
    });
    let (processes, own) = match compared {
        Ok((processes, Some(own))) => (processes, own),
        // A kernel without network namespaces (CONFIG_NET_NS) has no other.
        Ok((_, None)) => return (Vec::new(), gaps),
        // Which of them is another cannot be told.
        Err(why) => return (Vec::new(), vec![why]),
    };
    let mut hidden = None;
    for process in &processes.processes.items {
        match process.namespaces.get() {
            Ok(namespaces) => {
                if let Some(number) = namespaces.net.filter(|number| *number != own) {
                    members.entry(number).or_default().add(process);
                }
            }
            Err(why) => hidden = hidden.or(Some(why)),
        }
    }
    gaps.extend(hidden.map(Unjudged::obstacle));
    gaps.extend(processes.processes.gaps.iter().cloned());
    for directory in NAMED {
        if let Err(why) = names(host, directory, own, &mut members) {
            gaps.push(why);
        }
    }
    if members.len() > MOST {
        gaps.push(Obstacle::NotModelled {
            what: format!("more than {MOST} network namespaces").into(),
        });
    }
    let found = members
        .into_iter()
        .take(MOST)
        .map(|(number, member)| member.look(host, number));
    (found.collect(), gaps)
}

/// The files in a directory whose namespaces are others than ours.
fn names(
    host: &Host,
    directory: &str,
    own: u64,
    members: &mut BTreeMap<u64, Member>,
) -> Result<(), Obstacle> {
    for entry in host.files().list(directory)?.unwrap_or_default() {
        let path = format!("{directory}/{}", entry.name.raw());
        let number = host.files().stat(&path)?.map(|stat| stat.id.1);
        if let Some(number) = number.filter(|number| *number != own) {
            members.entry(number).or_default().names.push(path.into());
        }
    }
    Ok(())
}

/// What is known of a namespace from outside.
#[derive(Default)]
struct Member {
    pid: Option<u32>,
    names: Vec<HostText>,
    containers: Vec<ContainerRef>,
    units: Vec<HostText>,
}

impl Member {
    fn add(&mut self, process: &Process) {
        self.pid = self.pid.or(Some(process.pid));
        let Ok(place) = process.place.get() else {
            return;
        };
        if let Some(container) = place
            .container
            .as_ref()
            .filter(|it| !self.containers.contains(it))
        {
            self.containers.push(container.clone());
        }
        let unit = place.innermost_unit();
        if let Some(unit) = unit.filter(|it| !self.units.contains(it)) {
            self.units.push(unit.clone());
        }
    }

    fn look(self, host: &Host, number: u64) -> Found {
        let tables = self.pid.map(|pid| format!("/proc/{pid}/net"));
        let by_process = self.pid.map(|pid| format!("/proc/{pid}/ns/net"));
        let path = by_process.or_else(|| self.names.first().map(|name| name.raw().to_owned()));
        let mut found = Found {
            namespace: Namespace {
                number,
                names: self.names,
                containers: self.containers,
                units: self.units,
                addresses: Vec::new(),
                listeners: Listing::default(),
            },
            looked: Looked::default(),
            links: Vec::new(),
            path,
            tables,
        };
        found.looked = Looked::at(host, &found.place());
        match found.path.as_deref().map(|path| host.network_of(path)) {
            Some(Ok(network)) => {
                let addresses = network.addresses.iter().map(|it| it.address);
                found.namespace.addresses = addresses.collect();
                found.links = network.links;
            }
            Some(Err(why)) => found.looked.sockets.gaps.push(why),
            None => {}
        }
        found
    }
}
