//! Routes.

use super::{Prefix, Scope};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A route (ip-route(8)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Where the packets go; the default route is `0.0.0.0/0` or `::/0`.
    pub to: Prefix,
    /// Where they must come from, IPv6 only.
    #[serde(default)]
    pub from: Option<Prefix>,
    /// The routing table.
    #[serde(default = "main_table")]
    pub table: u32,
    /// What becomes of the packets.
    #[serde(default)]
    pub kind: RouteKind,
    /// How far the destination is.
    #[serde(default)]
    pub scope: Scope,
    /// Who made it (rtnetlink(7)): 2 the kernel, 3 boot, 4 an administrator, 9 router advertisements, 16 DHCP.
    #[serde(default = "by_hand")]
    pub protocol: u8,
    /// Among routes to the same prefix the lowest counts.
    #[serde(default)]
    pub metric: u32,
    /// The type of service that packets must have; 0 for any.
    #[serde(default)]
    pub tos: u8,
    /// The address that the host takes for its own packets.
    #[serde(default)]
    pub source: Option<IpAddr>,
    /// Where packets go next, spread over several if there are several.
    #[serde(default)]
    pub hops: Vec<NextHop>,
    /// The nexthop object that it uses (ip-nexthop(8)). If there are no [`Route::hops`] beside it, where it leads is not known.
    #[serde(default)]
    pub nexthop: Option<u32>,
}

/// Where packets go next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextHop {
    /// The index of the interface that they leave by.
    #[serde(default)]
    pub interface: Option<u32>,
    /// The router; of the other family as well. None if the destination is on the link.
    #[serde(default)]
    pub gateway: Option<IpAddr>,
    /// Its share among several, 1 to 256.
    #[serde(default = "one")]
    pub weight: u32,
    /// The router is on the link although no prefix says so.
    #[serde(default)]
    pub onlink: bool,
    /// The interface has lost its link.
    #[serde(default)]
    pub link_down: bool,
    /// Not in use: the interface is off, or has lost its link and is told not to be used then.
    #[serde(default)]
    pub dead: bool,
}

/// What becomes of packets that a route matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RouteKind {
    /// They go on.
    #[default]
    Unicast,
    /// They are for this host.
    Local,
    /// They are for everybody on the link.
    Broadcast,
    /// For this host among others.
    Anycast,
    /// For a group.
    Multicast,
    /// Dropped without a word.
    Blackhole,
    /// Answered with "host unreachable".
    Unreachable,
    /// Answered with "prohibited".
    Prohibit,
    /// Not decided here: the next rule is asked.
    Throw,
    /// Another one, by its number.
    Other(u8),
}

fn main_table() -> u32 {
    254
}

fn by_hand() -> u8 {
    4
}

fn one() -> u32 {
    1
}
