//! The network interfaces with their addresses, routes and the routing policy, and what the kernel does on each.
//!
//! What follows from them, such as which of them lead to the internet, is `model`'s business.

use crate::fact::Fact;
use crate::kernel::network::{Address, Link, Network};
use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The interfaces of the network namespace that the tool runs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interfaces {
    /// Whose namespace that is.
    pub namespace: Namespace,
    /// Interfaces, addresses, routes, rules.
    pub network: Network,
    /// What `/proc/sys/net` says for all interfaces together.
    pub all: Settings,
    /// What it says for one, by the interface's index.
    pub settings: BTreeMap<u32, Settings>,
}

/// Whose network namespace was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Namespace {
    /// The host's: that of its PID 1.
    Hosts,
    /// Another one: the host's may look quite different.
    Another,
    /// The two cannot be compared: that takes root, and a PID 1 that is the host's.
    CannotTell,
}

/// What the kernel does with packets on an interface (Documentation/networking/ip-sysctl.rst). Absent is what the kernel
/// has no setting for, as on an interface that has just gone or without IPv6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `net.ipv4.conf.*.forwarding`: IPv4 packets that come in here and are for others go on.
    pub forwards_v4: Fact<bool>,
    /// `net.ipv6.conf.*.forwarding`: likewise; for packets to go on it must be on for `all` too.
    pub forwards_v6: Fact<bool>,
    /// `net.ipv4.conf.*.rp_filter`: 0 off, 1 strict, 2 loose; of this and that for `all` the larger counts.
    pub rp_filter: Fact<i32>,
}

impl Interfaces {
    /// The interface of that index.
    pub fn link(&self, index: u32) -> Option<&Link> {
        self.network.links.iter().find(|link| link.index == index)
    }

    /// The addresses of an interface.
    pub fn addresses(&self, index: u32) -> impl Iterator<Item = &Address> {
        let all = self.network.addresses.iter();
        all.filter(move |address| address.interface == index)
    }
}

impl Namespace {
    /// By the links `/proc/self/ns/net` and `/proc/1/ns/net`, where they could be read.
    pub fn of(own: Option<&HostText>, init: Option<&HostText>) -> Self {
        match (own, init) {
            (Some(own), Some(init)) if own == init => Self::Hosts,
            (Some(_), Some(_)) => Self::Another,
            _ => Self::CannotTell,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_the_same_only_if_both_are_seen() {
        let one = HostText::from("net:[4026531840]");
        let two = HostText::from("net:[4026532201]");
        assert_eq!(Namespace::of(Some(&one), Some(&one)), Namespace::Hosts);
        assert_eq!(Namespace::of(Some(&one), Some(&two)), Namespace::Another);
        assert_eq!(Namespace::of(Some(&one), None), Namespace::CannotTell);
        assert_eq!(Namespace::of(None, None), Namespace::CannotTell);
    }
}
