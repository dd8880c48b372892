//! The addresses that a login may come from, and come to, as far as the files tell them apart.
//!
//! Of each network that is named: its first, middle and last address, and those just beside it, so that one network within
//! another, or an exception, hides nothing.

use crate::facts::sshd::STRANGER;
use crate::kernel::network::Prefix;
use crate::model::interfaces::is_public;
use crate::model::sshd::{Criterion, Key, Model, NetworkItem, Networks};
use crate::source::{HostText, Obstacle};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A stranger with IPv6 (RFC 3849), beside the one with IPv4.
const STRANGER_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
/// An address of this host that no block names (RFC 5737).
const OWN: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

/// Where logins come from, and which of our addresses they come to.
pub(super) struct From {
    /// Each with whether nobody on the internet has it.
    pub(super) addresses: Vec<(HostText, bool)>,
    /// Each with whether only this host itself reaches it.
    pub(super) own: Vec<(HostText, bool)>,
}

/// What is collected on the way.
#[derive(Default)]
struct Told {
    from: Networked,
    to: Networked,
    by_address: bool,
    unclear: BTreeSet<String>,
}

/// Networks that are told apart, and addresses in and beside them.
#[derive(Default)]
struct Networked {
    networks: Vec<Prefix>,
    addresses: BTreeSet<IpAddr>,
}

impl From {
    /// Looks at every Match line, and at the hosts of AllowUsers and DenyUsers wherever they stand.
    pub(super) fn told_apart_by(model: &Model, gaps: &mut Vec<Obstacle>) -> Self {
        let mut told = Told::default();
        let uses_dns = model.global().get("usedns").ok().flatten();
        let uses_dns = uses_dns.is_some_and(|it| it.value() == Some("yes"));
        for block in model.match_blocks() {
            let line = || format!("Match {}", block.text.raw());
            for criterion in block.criteria {
                match criterion {
                    Criterion::Address(networks) => told.networks(networks, &line()),
                    Criterion::LocalAddress(networks) => {
                        told.to.take(networks, &line(), &mut told.unclear);
                    }
                    Criterion::RDomain(_) => drop(told.unclear.insert(line())),
                    Criterion::Host(_) if uses_dns => drop(told.unclear.insert(line())),
                    // The name of the host is then its address.
                    Criterion::Host(list) => {
                        for (_, pattern) in list.items() {
                            told.by_address |=
                                told.from.pattern(pattern, &line(), &mut told.unclear);
                        }
                    }
                    Criterion::All
                    | Criterion::User(_)
                    | Criterion::Group(_)
                    | Criterion::LocalPort(_)
                    | Criterion::InvalidUser
                    | Criterion::Version(_) => {}
                }
            }
        }
        for key in [Key::AllowUsers, Key::DenyUsers] {
            for word in model.lines_of(key).flat_map(|(_, words)| words) {
                let Some((_, hosts)) = word.raw().rsplit_once('@') else {
                    continue;
                };
                match Networks::of(hosts, model.version()) {
                    Some(networks) if !(uses_dns && has_names(&networks)) => {
                        told.networks(&networks, word.raw());
                    }
                    _ => drop(told.unclear.insert(word.raw().to_owned())),
                }
            }
        }
        gaps.extend(told.unclear.iter().map(|line| {
            Obstacle::NotModelled {
                what: format!(
                    "{line}: it hangs on names, or addresses that none could be found for"
                )
                .into(),
            }
        }));
        told.into()
    }
}

impl Told {
    fn networks(&mut self, networks: &Networks, line: &str) {
        self.by_address = true;
        self.from.take(networks, line, &mut self.unclear);
    }

    fn into(self) -> From {
        let strangers = [IpAddr::V4(STRANGER), STRANGER_V6.into()];
        // The one with IPv4 stands for all, unless addresses matter.
        let strangers = &strangers[..if self.by_address { 2 } else { 1 }];
        let from = self.from.one_each(strangers, is_public);
        let to = self.to.one_each(&[OWN.into()], |it| !it.is_loopback());
        let text = |(address, public): (IpAddr, bool)| (address.to_string().into(), !public);
        From {
            addresses: from.into_iter().map(text).collect(),
            own: to.into_iter().map(text).collect(),
        }
    }
}

impl Networked {
    fn take(&mut self, networks: &Networks, line: &str, unclear: &mut BTreeSet<String>) {
        for (_, item) in networks.items() {
            match item {
                NetworkItem::Network { address, bits } => {
                    let bits = u8::try_from(*bits).ok();
                    let network = bits.and_then(|bits| Prefix::new(address.ip, bits));
                    network.into_iter().for_each(|it| self.network(it));
                }
                NetworkItem::Pattern(pattern) => {
                    self.pattern(pattern, line, unclear);
                }
            }
        }
    }

    fn network(&mut self, network: Prefix) {
        self.networks.push(network);
        self.addresses.extend(within(network));
    }

    /// Takes a pattern for the networks that it means; false for a name, which fits no address.
    fn pattern(&mut self, pattern: &[u8], line: &str, unclear: &mut BTreeSet<String>) -> bool {
        let is_name = |byte: &u8| byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit();
        if pattern.iter().any(is_name) {
            return false;
        }
        match networks_of(pattern) {
            Some(networks) => networks.into_iter().for_each(|it| self.network(it)),
            None => drop(unclear.insert(line.to_owned())),
        }
        true
    }

    /// One address for each set of networks that it is in, those of strangers first.
    fn one_each(
        &self,
        strangers: &[IpAddr],
        is_public: impl Fn(IpAddr) -> bool,
    ) -> Vec<(IpAddr, bool)> {
        let mut kinds = BTreeSet::new();
        let mut kept = Vec::new();
        for (at, address) in strangers.iter().chain(&self.addresses).enumerate() {
            // A stranger is from the internet, though his address is nobody's.
            let public = at < strangers.len() || is_public(*address);
            let networks = self.networks.iter();
            let fits: Vec<bool> = networks.map(|it| it.contains(*address)).collect();
            if kinds.insert((address.is_ipv6(), public, fits)) {
                kept.push((*address, public));
            }
        }
        kept
    }
}

fn has_names(networks: &Networks) -> bool {
    let is_name = |item: &NetworkItem| match item {
        NetworkItem::Pattern(pattern) => networks_of(pattern).is_none(),
        NetworkItem::Network { .. } => false,
    };
    networks.items().any(|(_, item)| is_name(item))
}

/// The networks that a pattern means: `*` every address, `10.1.*` a network, a plain address itself. Others are left.
fn networks_of(pattern: &[u8]) -> Option<Vec<Prefix>> {
    let pattern = std::str::from_utf8(pattern).ok()?;
    if pattern.chars().all(|letter| letter == '*') && !pattern.is_empty() {
        let everything = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        return everything
            .into_iter()
            .map(|first| Prefix::new(first, 0))
            .collect();
    }
    if let Ok(address) = pattern.parse::<IpAddr>() {
        return Prefix::new(address, width(address)).map(|it| vec![it]);
    }
    let plain = |parts: &[&str]| {
        parts
            .iter()
            .all(|part| !part.is_empty() && !part.contains(['*', '?']))
    };
    let separator = if pattern.contains(':') { ':' } else { '.' };
    let mut parts: Vec<&str> = pattern.split(separator).collect();
    while parts.len() > 1 && parts.last() == Some(&"*") {
        parts.pop();
    }
    if !pattern.ends_with('*') || !plain(&parts) {
        return None;
    }
    let count = u8::try_from(parts.len()).ok()?;
    let (first, bits): (IpAddr, u8) = match separator {
        ':' => (format!("{}::", parts.join(":")).parse().ok()?, 16),
        _ => {
            parts.resize(4, "0");
            (parts.join(".").parse().ok()?, 8)
        }
    };
    Prefix::new(first, count.checked_mul(bits)?).map(|it| vec![it])
}

/// How many bits an address has.
fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// First, middle and last address of a network, and those beside it.
fn within(network: Prefix) -> Vec<IpAddr> {
    let first = network.address();
    let start = match first {
        IpAddr::V4(it) => u128::from(u32::from(it)),
        IpAddr::V6(it) => u128::from(it),
    };
    let (width, bits) = (u32::from(width(first)), u32::from(network.length()));
    let hosts = u128::MAX.checked_shr(128 - width + bits).unwrap_or(0);
    let last = start | hosts;
    let most = u128::MAX >> (128 - width);
    let mut numbers = vec![start, start + hosts / 2, last];
    numbers.extend(start.checked_sub(1));
    numbers.extend(last.checked_add(1).filter(|it| *it <= most));
    let address = |number: u128| match first {
        IpAddr::V4(_) => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
        IpAddr::V6(_) => IpAddr::from(Ipv6Addr::from(number)),
    };
    numbers.into_iter().map(address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(addresses: &[IpAddr]) -> Vec<String> {
        addresses.iter().map(IpAddr::to_string).collect()
    }

    #[test]
    fn a_network_has_examples_within_and_beside_it() {
        let of = |address: &str, bits| {
            text(&within(
                Prefix::new(address.parse().unwrap(), bits).unwrap(),
            ))
        };
        assert_eq!(
            of("10.0.0.0", 8),
            [
                "10.0.0.0",
                "10.127.255.255",
                "10.255.255.255",
                "9.255.255.255",
                "11.0.0.0"
            ]
        );
        assert_eq!(
            of("0.0.0.0", 0),
            ["0.0.0.0", "127.255.255.255", "255.255.255.255"]
        );
        assert_eq!(
            of("192.0.2.7", 32),
            [
                "192.0.2.7",
                "192.0.2.7",
                "192.0.2.7",
                "192.0.2.6",
                "192.0.2.8"
            ]
        );
        assert_eq!(
            of("2001:db8::", 32)[2],
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"
        );
        assert_eq!(of("::", 0).len(), 3);
    }

    #[test]
    fn a_pattern_is_a_network() {
        let of = |pattern: &str| {
            let networks = networks_of(pattern.as_bytes())?;
            let words = networks.iter().map(ToString::to_string);
            Some(words.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(of("10.0.*").as_deref(), Some("10.0.0.0/16"));
        assert_eq!(of("198.51.*.*").as_deref(), Some("198.51.0.0/16"));
        assert_eq!(of("*").as_deref(), Some("0.0.0.0/0 ::/0"));
        assert_eq!(of("2001:db8:*").as_deref(), Some("2001:db8::/32"));
        assert_eq!(of("192.0.2.1").as_deref(), Some("192.0.2.1/32"));
        for other in ["192.168.1.?", "10.*.1.1", "1*", "", "*.example.org"] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
