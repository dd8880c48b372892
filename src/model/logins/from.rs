//! The addresses that a login may come from, and come to, as far as the files tell them apart.
//!
//! Of each network that is named: its first, middle and last address, and those just beside it, so that one network within
//! another, or an exception, hides nothing.

use crate::facts::sshd::STRANGER;
use crate::model::interfaces::is_public;
use crate::model::sshd::{Criterion, Key, Model, NetworkItem, Networks};
use crate::source::{HostText, Obstacle};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A stranger with IPv6 (RFC 3849), beside the one with IPv4.
const STRANGER_V6: &str = "2001:db8::1";
/// An address of this host that no block names (RFC 5737).
const OWN: &str = "192.0.2.1";

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
    from: BTreeSet<IpAddr>,
    to: BTreeSet<IpAddr>,
    by_address: bool,
    unclear: BTreeSet<String>,
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
                        told.to
                            .extend(examples(networks, &line(), &mut told.unclear));
                    }
                    Criterion::RDomain(_) => drop(told.unclear.insert(line())),
                    Criterion::Host(_) if uses_dns => drop(told.unclear.insert(line())),
                    // The name of the host is then its address.
                    Criterion::Host(list) => {
                        told.by_address = true;
                        let patterns = list.items().map(|(_, pattern)| pattern);
                        told.from.extend(patterns.filter_map(of_pattern));
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
        self.from
            .extend(examples(networks, line, &mut self.unclear));
    }

    fn into(self) -> From {
        let text = |address: &IpAddr| HostText::from(address.to_string());
        let mut addresses = vec![(STRANGER.to_string().into(), false)];
        if self.by_address {
            addresses.push((STRANGER_V6.into(), false));
            addresses.extend(self.from.iter().map(|it| (text(it), !is_public(*it))));
        }
        let mut own = vec![(OWN.into(), false)];
        own.extend(self.to.iter().map(|it| (text(it), it.is_loopback())));
        From { addresses, own }
    }
}

fn examples(networks: &Networks, line: &str, unclear: &mut BTreeSet<String>) -> Vec<IpAddr> {
    let mut all = Vec::new();
    for (_, item) in networks.items() {
        match item {
            NetworkItem::Network { address, bits } => all.extend(within(address.ip, *bits)),
            NetworkItem::Pattern(pattern) => match of_pattern(pattern) {
                Some(address) => all.push(address),
                // A name fits no address, whatever it is.
                None if pattern
                    .iter()
                    .any(|byte| byte.is_ascii_alphabetic() && !byte.is_ascii_hexdigit()) => {}
                None => drop(unclear.insert(line.to_owned())),
            },
        }
    }
    all
}

fn has_names(networks: &Networks) -> bool {
    let pattern = |item: &NetworkItem| match item {
        NetworkItem::Pattern(pattern) => of_pattern(pattern).is_none(),
        NetworkItem::Network { .. } => false,
    };
    networks.items().any(|(_, item)| pattern(item))
}

/// First, middle and last address of a network, and those beside it.
fn within(first: IpAddr, bits: u32) -> Vec<IpAddr> {
    let (start, width) = match first {
        IpAddr::V4(it) => (u128::from(u32::from(it)), 32),
        IpAddr::V6(it) => (u128::from(it), 128),
    };
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

/// An address that a pattern fits: `10.0.*` is 10.0.1.1.
fn of_pattern(pattern: &[u8]) -> Option<IpAddr> {
    let pattern = std::str::from_utf8(pattern).ok()?.replace('?', "1");
    let filled = ["1", "1.1", "1.1.1", "1.1.1.1", "1::1"];
    filled.iter().find_map(|with| {
        pattern
            .replacen('*', with, 1)
            .replace('*', "1")
            .parse()
            .ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(addresses: &[IpAddr]) -> Vec<String> {
        addresses.iter().map(IpAddr::to_string).collect()
    }

    #[test]
    fn a_network_has_examples_within_and_beside_it() {
        let of = |address: &str, bits| text(&within(address.parse().unwrap(), bits));
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
    fn a_pattern_has_an_example() {
        let of = |pattern: &str| of_pattern(pattern.as_bytes()).map(|it| it.to_string());
        assert_eq!(of("10.0.*").as_deref(), Some("10.0.1.1"));
        assert_eq!(of("192.168.1.?").as_deref(), Some("192.168.1.1"));
        assert_eq!(of("*").as_deref(), Some("1.1.1.1"));
        assert_eq!(of("2001:db8:*").as_deref(), Some("2001:db8:1::1"));
        assert_eq!(of("*.example.org"), None);
    }
}
