//! The network interfaces of a host, their addresses and routes, and which of them face the internet.

use crate::fact::Listing;
use crate::kernel::network::{Address, Network, RouteKind};
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// The interfaces of the network namespace that the tool runs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interfaces {
    /// By index.
    pub interfaces: Listing<Interface>,
    /// What the kernel tells of them, whole.
    pub network: Network,
}

/// One interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interface {
    /// Its name.
    pub name: HostText,
    /// Its number, by which sockets are bound to it.
    pub index: u32,
    /// What made it: `veth`, `wireguard`, …; empty for hardware.
    pub kind: HostText,
    /// It is the loopback.
    pub loopback: bool,
    /// Its addresses.
    pub addresses: Vec<Address>,
    /// It carries a default route, of whatever table: what comes from the internet may come in by it.
    pub faces: bool,
}

impl Interfaces {
    /// The interfaces of a network.
    pub fn of(network: Network) -> Self {
        let faces = |index: u32| {
            network.routes.iter().any(|route| {
                route.kind == RouteKind::Unicast
                    && route.to.length() <= 1
                    && route.hops.iter().any(|hop| hop.interface == Some(index))
            })
        };
        let items = network.links.iter().map(|link| Interface {
            name: link.name.clone(),
            index: link.index,
            kind: link.kind.clone(),
            loopback: link.loopback,
            addresses: network
                .addresses
                .iter()
                .filter(|it| it.interface == link.index)
                .cloned()
                .collect(),
            faces: faces(link.index),
        });
        let items = items.collect();
        Self {
            interfaces: Listing {
                items,
                gaps: Vec::new(),
            },
            network,
        }
    }
}
