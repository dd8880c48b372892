//! Addresses and lists of networks, as addr.c and addrmatch.c of OpenSSH have them.

use super::pattern::matches;
use crate::facts::sshd::Version;
use crate::source::HostText;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address with its zone, where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The address itself. One of IPv4 inside IPv6 stays as it is.
    pub ip: IpAddr,
    /// The number of the interface behind `%`, else 0.
    pub scope: u32,
}

impl Address {
    /// A numeric address as getaddrinfo(3) takes it, `10.1` and `0x7f.1` included.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        if let Some(ip) = inet_aton(text) {
            return Some(Self {
                ip: ip.into(),
                scope: 0,
            });
        }
        let (ip, scope) = match text.split_once('%') {
            // The name of an interface is a number to the kernel only; here it is none.
            Some((ip, scope)) => (ip, scope.parse().ok()?),
            None => (text, 0),
        };
        let ip = IpAddr::V6(ip.parse::<Ipv6Addr>().ok()?);
        Some(Self { ip, scope })
    }

    fn bits(&self) -> (u128, u32) {
        match self.ip {
            IpAddr::V4(ip) => (u128::from(u32::from(ip)) << 96, 32),
            IpAddr::V6(ip) => (u128::from(ip), 128),
        }
    }
}

/// inet_aton(3): one to four numbers, octal and hexadecimal ones too, the last of which fills what is left.
fn inet_aton(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<&str> = text.split('.').collect();
    if parts.len() > 4 {
        return None;
    }
    let number = |part: &str| {
        let (digits, radix) = match part.as_bytes() {
            [b'0', b'x' | b'X', ..] => (&part[2..], 16),
            [b'0', _, ..] => (&part[1..], 8),
            _ => (part, 10),
        };
        if digits.starts_with('+') {
            return None;
        }
        u32::from_str_radix(digits, radix).ok()
    };
    let (last, first) = parts.split_last()?;
    let mut address = 0_u32;
    for part in first {
        let byte = number(part).filter(|byte| *byte <= 0xff)?;
        address = (address << 8) | byte;
    }
    let left = 32 - 8 * u32::try_from(first.len()).ok()?;
    let last = number(last)?;
    let most = u32::MAX >> (32 - left);
    (last <= most).then(|| Ipv4Addr::from(address.checked_shl(left).unwrap_or(0) | last))
}

/// A comma-separated list of addresses, networks and wildcards, some of them negated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    items: Vec<(bool, Item)>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A network, or a single address with all its bits.
    Network {
        /// Its address.
        address: Address,
        /// How many bits count.
        bits: u32,
    },
    /// Anything else: a pattern for the address as text.
    Pattern(Vec<u8>),
}

/// What a list of networks says of an address (addr_match_list).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is in one, and in none that is negated.
    In,
    /// It is in none.
    Out,
    /// It is in one that is negated.
    Barred,
}

impl Networks {
    /// The list; none if an item is empty, or a network has bits of a host.
    pub(super) fn parse(list: &[u8], version: &Version) -> Option<Self> {
        let item = |item: &[u8]| {
            let (negated, item) = match item.strip_prefix(b"!") {
                Some(rest) => (true, rest),
                None => (false, item),
            };
            if item.is_empty() {
                return None;
            }
            match network(item, version) {
                Cidr::Network(address, bits) => Some((negated, Item::Network { address, bits })),
                Cidr::NoAddress => Some((negated, Item::Pattern(item.to_vec()))),
                Cidr::Wrong => None,
            }
        };
        let items = list.split(|byte| *byte == b',').map(item);
        items.collect::<Option<_>>().map(|items| Self { items })
    }

    /// The list in a text; none if it is no list of this version's.
    pub fn of(text: &str, version: &Version) -> Option<Self> {
        Self::parse(&HostText::to_bytes(text), version)
    }

    /// What it says of an address as the connection has it.
    pub(super) fn says(&self, text: &[u8], parsed: Option<Address>) -> Verdict {
        let Some(parsed) = parsed else {
            return Verdict::Out;
        };
        let mut verdict = Verdict::Out;
        for (negated, item) in &self.items {
            let fits = match item {
                Item::Network { address, bits } => contains(*address, *bits, parsed),
                Item::Pattern(pattern) => matches(pattern, text),
            };
            if fits {
                if *negated {
                    return Verdict::Barred;
                }
                verdict = Verdict::In;
            }
        }
        verdict
    }

    /// The items, each with whether it is negated.
    pub fn items(&self) -> impl Iterator<Item = (bool, &Item)> {
        self.items.iter().map(|(negated, item)| (*negated, item))
    }
}

fn mask(bits: u32) -> u128 {
    u128::MAX.checked_shl(128 - bits).unwrap_or(0)
}

fn contains(network: Address, bits: u32, address: Address) -> bool {
    let ((net, width), (host, own)) = (network.bits(), address.bits());
    width == own && host & mask(bits) == net && (width == 32 || network.scope == address.scope)
}

enum Cidr {
    Network(Address, u32),
    NoAddress,
    Wrong,
}

/// addr_pton_cidr.
fn network(text: &[u8], version: &Version) -> Cidr {
    // The buffer that it is copied to.
    if text.len() >= 64 {
        return Cidr::NoAddress;
    }
    let (address, bits) = match text.iter().position(|byte| *byte == b'/') {
        Some(slash) => {
            let Some(bits) = mask_length(&text[slash + 1..], version) else {
                return Cidr::NoAddress;
            };
            (&text[..slash], Some(bits))
        }
        None => (text, None),
    };
    let Some(address) = Address::parse(address) else {
        return Cidr::NoAddress;
    };
    let (net, width) = address.bits();
    let bits = bits.unwrap_or(u64::from(width));
    match u32::try_from(bits) {
        Ok(bits) if bits <= width && net & !mask(bits) == 0 => Cidr::Network(address, bits),
        _ => Cidr::Wrong,
    }
}

/// The length of a mask: strtoul at first, strtonum since 9.8 or so. What is no number makes no address of it.
fn mask_length(text: &[u8], version: &Version) -> Option<u64> {
    use super::number::strtonum;
    let number = strtonum(text, i64::MIN, i64::MAX).ok();
    let begins_with_digit = text.first().is_some_and(u8::is_ascii_digit);
    match () {
        () if version.since(9, 8) => number
            .filter(|bits| (0..=i64::from(i32::MAX)).contains(bits))
            .and_then(|bits| u64::try_from(bits).ok()),
        () if version.since(8, 5) && !begins_with_digit => None,
        () => number
            .and_then(|bits| u64::try_from(bits).ok())
            .filter(|bits| *bits <= 128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(list: &str, address: &str) -> Option<Verdict> {
        let version = Version::parse("9.2p1").unwrap();
        let networks = Networks::parse(list.as_bytes(), &version)?;
        Some(networks.says(address.as_bytes(), Address::parse(address.as_bytes())))
    }

    #[test]
    fn networks_are_sshds() {
        for (list, address, verdict) in [
            ("10.0.0.0/8", "10.1.2.3", Some(Verdict::In)),
            ("10.0.0.1/8", "10.1.2.3", None),
            ("10.0.0.0/33", "10.1.2.3", None),
            ("*,!10.0.0.0/8", "10.1.2.3", Some(Verdict::Barred)),
            ("!10.0.0.0/8", "11.1.2.3", Some(Verdict::Out)),
            ("0.0.0.0/0", "::1", Some(Verdict::Out)),
            ("::/0", "2001:db8::1", Some(Verdict::In)),
            ("10.1", "10.0.0.1", Some(Verdict::In)),
            ("10.1.*", "10.1.2.3", Some(Verdict::In)),
            ("10.0.0.0/8,", "10.1.2.3", None),
            ("", "10.1.2.3", None),
            ("::ffff:10.0.0.1", "10.0.0.1", Some(Verdict::Out)),
            ("*", "nonsense", Some(Verdict::Out)),
            ("2001:db8::/32,192.0.2.0/24", "192.0.2.7", Some(Verdict::In)),
        ] {
            assert_eq!(says(list, address), verdict, "{list} {address}");
        }
    }

    #[test]
    fn reads_addresses_as_the_resolver_does() {
        for (text, expected) in [
            ("127.1", Some("127.0.0.1")),
            ("0x7f.0.0.01", Some("127.0.0.1")),
            ("1", Some("0.0.0.1")),
            ("256.0.0.1", None),
            ("1.2.3.4.5", None),
            ("+1.2.3.4", None),
            ("1.2.3.4 ", None),
            ("", None),
            ("::1%3", Some("::1")),
        ] {
            let found = Address::parse(text.as_bytes()).map(|it| it.ip.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
