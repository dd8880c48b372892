//! What listens: every socket that whoever reaches its address may speak to first, and whose it is.
//!
//! Here are the types and the parsers of what the kernel, systemd and Docker say. Whether a listener can be reached
//! from the internet is a model's question.

mod docker_proxy;
mod proc_net;
mod socket_unit;

pub use docker_proxy::Proxied;
pub use proc_net::Table;
pub use socket_unit::{Listens, SocketUnit};

use crate::fact::Listing;
use crate::facts::processes::{ContainerRef, Namespaces, Process, Seen, find};
use crate::kernel::Socket;
use crate::source::{HostText, Obstacle, Source};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The listeners of a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listeners {
    /// In the network namespace that the tool runs in: the one that is judged.
    pub here: Listing<Listener>,
    /// In the other network namespaces of the host: what listens there can be reached only through what leads there.
    pub elsewhere: Listing<Namespace>,
    /// The namespaces that the tool runs in.
    pub namespaces: Seen<Namespaces>,
    /// The processes that hold any of the sockets, by number.
    pub processes: Vec<Process>,
}

/// A socket that listens, and who holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listener {
    /// The socket, as the kernel tells it.
    pub socket: Socket,
    /// The name of the interface that it is bound to, if it is; its number where no name was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<HostText>,
    /// Who holds it.
    pub owner: Owner,
    /// The socket units that ask for such a socket, where systemd holds it. Which of several is active is not seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub socket_units: Vec<SocketUnit>,
    /// What docker-proxy passes it on to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxied: Option<Behind>,
    /// Where it was seen: sock_diag, or a table in `/proc/net`, which tells less.
    pub source: Source,
}

/// Who holds a socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// These processes, by number.
    Processes(Vec<Holder>),
    /// None of the processes, and all of them were seen: the kernel itself (WireGuard, VXLAN, NFS), as a rule.
    Nobody,
    /// It could not be seen.
    Unseen(Obstacle),
}

/// A process that holds a socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// Its number, by which it is among [`Listeners::processes`].
    pub pid: u32,
    /// The numbers of its descriptors of the socket, sorted.
    pub descriptors: Vec<u32>,
}

/// What stands behind a published port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// Its address and port, as docker-proxy was told.
    #[serde(flatten)]
    pub to: Proxied,
    /// The container that has the address, where it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<ContainerRef>,
    /// The container's name, where Docker's files tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<HostText>,
}

/// Another network namespace of the host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Namespace {
    /// Its number, as in `net:[4026532180]`.
    pub number: u64,
    /// Its files in `/run/netns` and `/run/docker/netns`.
    pub names: Vec<HostText>,
    /// The containers whose processes are in it.
    pub containers: Vec<ContainerRef>,
    /// The units whose processes are in it.
    pub units: Vec<HostText>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// What listens there.
    pub listeners: Listing<Listener>,
}

impl Listener {
    /// The processes and descriptors that hold it, as far as they were seen.
    pub fn holders(&self) -> &[Holder] {
        match &self.owner {
            Owner::Processes(holders) => holders,
            Owner::Nobody | Owner::Unseen(_) => &[],
        }
    }

    /// Address and port as people write them: `[::]:22`, `0.0.0.0%eth0:68`.
    pub fn place(&self) -> String {
        let device = match &self.device {
            Some(device) => format!("%{device}"),
            None => String::new(),
        };
        match self.socket.address {
            IpAddr::V4(address) => format!("{address}{device}:{}", self.socket.port),
            IpAddr::V6(address) => format!("[{address}{device}]:{}", self.socket.port),
        }
    }

    /// What it serves, IPv4 or IPv6 or both; an IPv6 socket on every address may take IPv4 too.
    pub fn families(&self) -> &'static str {
        match (self.socket.address.to_canonical(), self.socket.v6only) {
            (IpAddr::V4(_), _) => "IPv4",
            (IpAddr::V6(address), Some(false)) if address.is_unspecified() => "IPv6 and IPv4",
            (IpAddr::V6(address), None) if address.is_unspecified() => "IPv6, perhaps IPv4",
            (IpAddr::V6(_), _) => "IPv6",
        }
    }
}

impl Listeners {
    /// The processes that hold a socket, as far as they were seen.
    pub fn holders<'l>(&'l self, listener: &'l Listener) -> impl Iterator<Item = &'l Process> {
        let holders = listener.holders().iter();
        holders.filter_map(|holder| find(&self.processes, holder.pid))
    }

    /// Who holds a socket, in a few words, without what changes from run to run.
    pub fn who(&self, listener: &Listener) -> String {
        if let Some(behind) = &listener.proxied {
            let name = behind.name.as_ref().map(ToString::to_string);
            let id = behind.container.as_ref().map(|it| it.short().to_string());
            let at = || format!("at {}", behind.to.address);
            return format!(
                "Docker (port {} of container {})",
                behind.to.port,
                name.or(id).unwrap_or_else(at)
            );
        }
        if !listener.socket_units.is_empty() {
            let units = listener.socket_units.iter();
            let units: Vec<_> = units
                .map(|it| format!("{} (for {})", it.name, it.starts))
                .collect();
            return units.join(" or ");
        }
        match &listener.owner {
            Owner::Nobody => "no process".to_owned(),
            Owner::Unseen(_) => "a process that could not be seen".to_owned(),
            Owner::Processes(_) => {
                let mut words: Vec<String> = Vec::new();
                for process in self.holders(listener) {
                    let within = process.within();
                    let within = within.map_or_else(String::new, |within| format!(" ({within})"));
                    let word = format!("{}{within}", process.name);
                    if !words.contains(&word) {
                        words.push(word);
                    }
                }
                words.join(", ")
            }
        }
    }
}
