//! Which interfaces face the internet: where packets from anywhere come in.
//!
//! What a firewall beyond the host lets through is not known here. An interface faces the internet if the routing sends
//! packets for most of the world out by it, in any table that some packet may ask, or if it bears an address that the world
//! can route to. Half-certain evidence counts: it is better to guard an interface too many.

mod public;

pub use public::is_public;

use crate::fact::Listing;
use crate::facts::interfaces::{Interfaces, Namespace};
use crate::kernel::network::{Action, AddressFlag, Network, Prefix, Route, RouteKind, Rule};
use crate::source::{Denial, HostText, Obstacle, Source};
use std::fmt;
use std::net::IpAddr;

/// An interface other than the loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// Its index.
    pub interface: u32,
    /// Its name.
    pub name: HostText,
    /// What made it, as [`Link::kind`](crate::kernel::network::Link::kind): `wireguard` or `tun` lead out through somebody
    /// else's network.
    pub kind: HostText,
    /// Why it faces the internet; it does not if there is nothing.
    pub because: Vec<Because>,
}

impl Face {
    /// True if packets from the internet may come in here.
    pub fn faces_internet(&self) -> bool {
        !self.because.is_empty()
    }
}

/// Why an interface faces the internet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// Packets for a large part of the world leave by it.
    Route {
        /// The part, all of it as a rule.
        to: Prefix,
        /// The router, if there is one.
        gateway: Option<IpAddr>,
        /// The table that says so.
        table: u32,
    },
    /// The world can route to this address of it.
    Address(IpAddr),
}

impl fmt::Display for Because {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route { to, gateway, table } => {
                match to.is_everything() {
                    true => write!(out, "default route")?,
                    false => write!(out, "route to {to}")?,
                }
                if let Some(gateway) = gateway {
                    write!(out, " by {gateway}")?;
                }
                match table {
                    254 => Ok(()),
                    table => write!(out, " in table {table}"),
                }
            }
            Self::Address(address) => write!(out, "public address {address}"),
        }
    }
}

/// Why what was seen is not the network of the host: the tool was put in one of its own with nothing but a loopback
/// (`PrivateNetwork=`, `unshare -n`), where nothing listens and nobody comes.
pub fn cut_off(interfaces: &Interfaces) -> Option<Obstacle> {
    let alone = interfaces.network.links.iter().all(|link| link.loopback);
    (alone && interfaces.namespace != Namespace::Hosts).then(|| Obstacle::Denied {
        at: Source::kernel("rtnetlink"),
        by: Denial::Vantage {
            hidden_by: "a network namespace with nothing but a loopback".into(),
        },
    })
}

/// Looks at every interface. Where no interface faces the internet that is a gap, not an answer: a trading bot's host has
/// one, so it was not recognised.
pub fn faces(network: &Network) -> Listing<Face> {
    let mut listing = Listing::default();
    let routes: Vec<&Route> = network
        .routes
        .iter()
        .filter(|route| leads_out(route) && is_asked(route, &network.rules))
        .collect();
    for route in &routes {
        if let (Some(object), true) = (route.nexthop, route.hops.is_empty()) {
            listing.gaps.push(Obstacle::NotModelled {
                what: format!("the route to {} by nexthop object {object}", route.to).into(),
            });
        }
    }
    for link in network.links.iter().filter(|link| !link.loopback) {
        let mut because = Vec::new();
        // One that is switched off takes nothing, whatever stands in the tables.
        if link.up {
            let hops = routes
                .iter()
                .flat_map(|route| route.hops.iter().map(move |hop| (route, hop)));
            let here = hops.filter(|(_, hop)| hop.interface == Some(link.index));
            because.extend(here.map(|(route, hop)| Because::Route {
                to: route.to,
                gateway: hop.gateway,
                table: route.table,
            }));
            let addresses = network.addresses.iter().filter(|address| {
                address.interface == link.index
                    && is_public(address.address)
                    && !address.flags.contains(&AddressFlag::DadFailed)
            });
            because.extend(addresses.map(|address| Because::Address(address.address)));
        }
        listing.items.push(Face {
            interface: link.index,
            name: link.name.clone(),
            kind: link.kind.clone(),
            because,
        });
    }
    if !listing.items.iter().any(Face::faces_internet) && listing.gaps.is_empty() {
        listing.gaps.push(Obstacle::NotModelled {
            what: "how this host reaches the internet: no interface has a default route or a public address".into(),
        });
    }
    listing
}

/// True for a route to so much of the world that it serves as a default: VPNs split theirs into halves and smaller parts,
/// so that they win against the one that is there.
fn leads_out(route: &Route) -> bool {
    /// A sixteenth of all addresses.
    const SHORT: u8 = 4;
    route.kind == RouteKind::Unicast
        && route.to.length() <= SHORT
        && public::concerns_the_world(route.to)
}

/// True if some packet may ask the route's table, and take this answer from it. What a rule wants of a packet is not looked
/// at, nor which rule comes first.
fn is_asked(route: &Route, rules: &[Rule]) -> bool {
    let family = route.to.family();
    let mut own = rules.iter().filter(|rule| rule.family == family).peekable();
    if own.peek().is_none() {
        return true;
    }
    own.any(|rule| {
        // The table of a VRF is known to its interface alone.
        let asks = rule.vrf || rule.action == Action::Table(route.table);
        let suppressed = |limit| u32::from(route.to.length()) <= limit;
        asks && !rule.suppress_prefix_length.is_some_and(suppressed)
    })
}

#[cfg(test)]
mod tests;
