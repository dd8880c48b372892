//! Which addresses the world can route to: IANA's registries of special-purpose addresses (RFC 6890).

use crate::kernel::network::{Family, Prefix};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 that is nobody's in the world. Not here are the three networks for documentation: no host has them, so that who
/// writes of a public address, in a test as well, writes one of them.
const SPECIAL_V4: [(Ipv4Addr, u8); 11] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Within 2000::/3, the only part of IPv6 that is given out: benchmarks and identifiers that look like addresses.
const SPECIAL_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48),
    (Ipv6Addr::new(0x2001, 0x10, 0, 0, 0, 0, 0, 0), 28),
    (Ipv6Addr::new(0x2001, 0x20, 0, 0, 0, 0, 0, 0), 28),
];

/// Global unicast.
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// True if the world can route to an address. Whether it is let through is another matter.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !SPECIAL_V4.iter().any(|part| within(*part, address)),
        IpAddr::V6(_) => {
            within(GLOBAL_V6, address) && !SPECIAL_V6.iter().any(|part| within(*part, address))
        }
    }
}

/// True if a short prefix holds addresses that the world can route to: neither multicast nor an unused part of IPv6.
pub(super) fn concerns_the_world(prefix: Prefix) -> bool {
    match prefix.family() {
        Family::V4 => !within((Ipv4Addr::new(224, 0, 0, 0), 3), prefix.address()),
        Family::V6 => within(GLOBAL_V6, prefix.address()) || prefix.contains(GLOBAL_V6.0.into()),
    }
}

fn within<A: Into<IpAddr>>((first, length): (A, u8), address: IpAddr) -> bool {
    Prefix::new(first.into(), length).is_some_and(|prefix| prefix.contains(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_public_addresses_from_special_ones() {
        for (address, public) in [
            ("8.8.8.8", true),
            ("192.0.2.1", true),
            ("100.63.255.255", true),
            ("100.64.0.1", false),
            ("172.31.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.1.1", false),
            ("255.255.255.255", false),
            ("239.1.1.1", false),
            ("2001:db8::1", true),
            ("2a01:4f8::1", true),
            ("2001:10::1", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("::1", false),
            ("::ffff:8.8.8.8", false),
            ("ff02::1", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn a_part_of_the_world_holds_somebody() {
        for (prefix, world) in [
            ("0.0.0.0/0", true),
            ("128.0.0.0/1", true),
            ("16.0.0.0/4", true),
            ("224.0.0.0/4", false),
            ("240.0.0.0/4", false),
            ("::/0", true),
            ("::/1", true),
            ("8000::/1", false),
            ("2000::/3", true),
            ("3000::/4", true),
            ("f000::/4", false),
        ] {
            assert_eq!(
                concerns_the_world(prefix.parse().unwrap()),
                world,
                "{prefix}"
            );
        }
    }
}
