//! How far an address reaches that a socket is bound to: the host itself, its link, or whoever can route to it.
//!
//! Firewalls are not considered here: this is what would answer if nothing stood in front.

use crate::fact::Unjudged;
use crate::facts::interfaces::{Interface, Interfaces};
use crate::facts::listeners::Listener;
use std::net::{IpAddr, Ipv4Addr};

/// From where a listener can be spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// From this host alone.
    Loopback,
    /// From the machines on the same link (link-local addresses).
    Link,
    /// It receives what is sent to a group or to all of a link.
    Group,
    /// From a network that does not lead to the internet, through this interface alone.
    Inside(String),
    /// From the internet, as far as this host's addresses and routes say.
    Public,
}

/// How far a listener reaches. `internet` names the interfaces that face the internet, where the policy says so.
///
/// # Errors
/// [`Unjudged::Unknown`] where it depends on interfaces that could not be seen.
pub fn reach(
    listener: &Listener,
    interfaces: Result<&Interfaces, Unjudged>,
    internet: &[String],
) -> Result<Reach, Unjudged> {
    let address = listener.socket.address.to_canonical();
    if let Some(reach) = by_address(address) {
        return Ok(reach);
    }
    let on = |interfaces: &Interfaces, has: &dyn Fn(&Interface) -> bool| {
        let mut carriers = interfaces
            .interfaces
            .items
            .iter()
            .filter(|it| has(it))
            .peekable();
        // On none: not in use now, and who knows where tomorrow.
        if carriers.peek().is_none() {
            return Reach::Public;
        }
        let mut inside = Reach::Loopback;
        for it in carriers {
            if faces(it, internet) {
                return Reach::Public;
            }
            if !it.loopback {
                inside = Reach::Inside(it.name.raw().to_owned());
            }
        }
        inside
    };
    match listener.socket.device {
        Some(index) => Ok(on(interfaces?, &|it| it.index == index)),
        None if address.is_unspecified() || is_global(address) => Ok(Reach::Public),
        None => Ok(on(interfaces?, &|it| {
            it.addresses.iter().any(|own| own.address == address)
        })),
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

/// True if the internet routes to the address: it is in none of the ranges that IANA keeps for something else
/// (iana-ipv4-special-registry, iana-ipv6-special-registry).
pub fn is_global(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(it) => !V4_ELSEWHERE
            .iter()
            .any(|(net, bits)| v4_in(it, *net, *bits)),
        // All that is given out so far is in 2000::/3.
        IpAddr::V6(it) => {
            let [first, second, ..] = it.segments();
            first & 0xe000 == 0x2000 && !(first == 0x2001 && (second == 0x0db8 || second < 0x0200))
        }
    }
}

const V4_ELSEWHERE: [([u8; 4], u32); 13] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3),
];

fn v4_in(address: Ipv4Addr, net: [u8; 4], bits: u32) -> bool {
    let mask = u32::MAX << (32 - bits);
    address.to_bits() & mask == Ipv4Addr::from(net).to_bits()
}

fn faces(interface: &Interface, internet: &[String]) -> bool {
    interface.faces || internet.iter().any(|name| name == interface.name.raw())
}
