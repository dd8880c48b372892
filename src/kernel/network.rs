//! The network of one network namespace, as rtnetlink(7) tells it.

mod address;
mod link;
mod prefix;
mod route;
mod rule;

pub use address::{Address, AddressFlag};
pub use link::Link;
pub use prefix::{Family, Prefix};
pub use route::{NextHop, Route, RouteKind};
pub use rule::{Action, Mark, Rule};

use serde::{Deserialize, Serialize};

/// Everything that decides where a packet enters and leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// The interfaces, in the kernel's order.
    pub links: Vec<Link>,
    /// Their IPv4 and IPv6 addresses.
    pub addresses: Vec<Address>,
    /// The IPv4 and IPv6 routes of all tables, without cached ones.
    pub routes: Vec<Route>,
    /// The routing policy of IPv4 and IPv6, each in the order in which it is asked. A family without any has a kernel that
    /// knows none, which asks the tables `local`, `main` and `default`; or somebody took all rules away, and nothing is routed.
    pub rules: Vec<Rule>,
}

/// How far an address or a route reaches (`rt_scope_t` of rtnetlink(7)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everywhere.
    #[default]
    Global,
    /// Within a site: IPv6, and long deprecated.
    Site,
    /// On the link.
    Link,
    /// Within the host.
    Host,
    /// Nowhere: a destination that does not exist.
    Nowhere,
    /// One that an administrator made up, by its number.
    Other(u8),
}

#[cfg(test)]
mod tests;
