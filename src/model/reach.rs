//! How far an address reaches that a socket is bound to: the host itself, its link, or whoever can route to it.
//!
//! Firewalls are not considered here: this is what would answer if nothing stood in front.

use super::interfaces::{faces, is_public};
use crate::fact::{Listing, Unjudged};
use crate::facts::interfaces::Interfaces;
use crate::kernel::Socket;
use crate::source::{HostText, Obstacle, Source};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// From where a socket can be spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// From this host alone.
    Loopback,
    /// From the machines on the same link (link-local addresses).
    Link,
    /// It receives what is sent to a group, or to all of a link.
    Group,
    /// From a network that does not lead to the internet, through this interface alone.
    Inside(HostText),
    /// From the internet, as far as this host's addresses and routes say.
    Public,
}

/// The interfaces of a host, and which of them face the internet.
pub struct Outside<'f> {
    interfaces: Result<&'f Interfaces, Unjudged>,
    /// By index.
    facing: Listing<u32>,
}

impl<'f> Outside<'f> {
    /// Looks at the interfaces. `internet` names those that face the internet, where the policy says so: then no other does.
    pub fn new(interfaces: Result<&'f Interfaces, Unjudged>, internet: &[String]) -> Self {
        let mut facing = Listing::default();
        if let Ok(seen) = &interfaces {
            for name in internet {
                match seen
                    .network
                    .links
                    .iter()
                    .find(|link| link.name.raw() == name)
                {
                    Some(link) => facing.items.push(link.index),
                    None => facing.gaps.push(Obstacle::Failed {
                        at: Source::kernel("rtnetlink"),
                        why: format!(
                            "there is no interface {name}, which the policy says faces the internet"
                        )
                        .into(),
                    }),
                }
            }
            if internet.is_empty() {
                let found = faces(&seen.network);
                let outward = found.items.iter().filter(|face| face.faces_internet());
                facing.items = outward.map(|face| face.interface).collect();
                facing.gaps = found.gaps;
            }
        }
        Self { interfaces, facing }
    }

    /// How far a socket reaches.
    ///
    /// # Errors
    /// [`Unjudged::Unknown`] where it depends on interfaces that could not be seen, or judged.
    pub fn reach(&self, socket: &Socket) -> Result<Reach, Unjudged> {
        let address = socket.address.to_canonical();
        if let Some(reach) = by_address(address) {
            return Ok(reach);
        }
        match socket.device {
            Some(index) => self.by(BTreeSet::from([index])),
            None if address.is_unspecified() || is_public(address) => Ok(Reach::Public),
            None => {
                let own = self.interfaces.clone()?.network.addresses.iter();
                let carriers = own.filter(|it| it.address == address);
                self.by(carriers.map(|it| it.interface).collect())
            }
        }
    }

    /// How far something reaches that these interfaces carry. On none of them it is not in use now, and who knows where
    /// tomorrow.
    fn by(&self, mut carriers: BTreeSet<u32>) -> Result<Reach, Unjudged> {
        let interfaces = self.interfaces.clone()?;
        // What comes in by a part of a VRF, a bridge or a bond comes in by that.
        loop {
            let parts = interfaces.network.links.iter();
            let parts = parts.filter(|link| link.master.is_some_and(|it| carriers.contains(&it)));
            let before = carriers.len();
            carriers.extend(parts.map(|link| link.index).collect::<Vec<_>>());
            if carriers.len() == before {
                break;
            }
        }
        let links: Vec<_> = carriers
            .iter()
            .filter_map(|index| interfaces.link(*index))
            .collect();
        if links.is_empty()
            || links
                .iter()
                .any(|link| self.facing.items.contains(&link.index))
        {
            return Ok(Reach::Public);
        }
        let Some(inside) = links.iter().find(|link| !link.loopback) else {
            return Ok(Reach::Loopback);
        };
        match self.facing.gaps.first() {
            // It may face the internet in a way that was not understood.
            Some(gap) => Err(gap.clone().into()),
            None => Ok(Reach::Inside(inside.name.clone())),
        }
    }
}

fn by_address(address: IpAddr) -> Option<Reach> {
    let (loopback, link, group) = match address {
        IpAddr::V4(it) => (
            it.is_loopback(),
            it.is_link_local(),
            it.is_multicast() || it.is_broadcast(),
        ),
        IpAddr::V6(it) => (
            it.is_loopback(),
            it.is_unicast_link_local(),
            it.is_multicast(),
        ),
    };
    match (loopback, link, group) {
        (true, _, _) => Some(Reach::Loopback),
        (_, true, _) => Some(Reach::Link),
        (_, _, true) => Some(Reach::Group),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
