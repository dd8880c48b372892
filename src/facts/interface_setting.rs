//! One per-interface setting of the IP stack: `/proc/sys/net/{ipv4,ipv6}/conf/*/…`.
//!
//! What the kernel makes of the values together is `model`'s business.

use crate::fact::Listing;
use crate::source::HostText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A setting below `net.ipv4.conf` or `net.ipv6.conf` (Documentation/networking/ip-sysctl.rst).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Setting {
    /// Whether a packet must come in where an answer would go out: 0 off, 1 strict, 2 loose.
    #[serde(rename = "net.ipv4.rp_filter")]
    RpFilter,
    /// Whether the sender may choose the route.
    #[serde(rename = "net.ipv4.accept_source_route")]
    AcceptSourceRoute,
    /// Whether a neighbour may change a route.
    #[serde(rename = "net.ipv4.accept_redirects")]
    AcceptRedirects,
    /// Whether only gateways may. Without effect while `shared_media` is on, as it is by default.
    #[serde(rename = "net.ipv4.secure_redirects")]
    SecureRedirects,
    /// Whether this host tells neighbours to change theirs.
    #[serde(rename = "net.ipv4.send_redirects")]
    SendRedirects,
    /// Whether packets with impossible addresses are logged.
    #[serde(rename = "net.ipv4.log_martians")]
    LogMartians,
    /// Whether a neighbour may change an IPv6 route.
    #[serde(rename = "net.ipv6.accept_redirects")]
    AcceptRedirectsV6,
    /// Whether an IPv6 routing header is taken: below 0 none, else one of type 2.
    #[serde(rename = "net.ipv6.accept_source_route")]
    AcceptSourceRouteV6,
    /// Whether routers may configure this host.
    #[serde(rename = "net.ipv6.accept_ra")]
    AcceptRaV6,
}

impl Setting {
    /// The protocol and the last part of the key's name, as in `net.PROTOCOL.conf.IFACE.NAME`.
    pub fn path(self) -> (&'static str, &'static str) {
        match self {
            Self::RpFilter => ("ipv4", "rp_filter"),
            Self::AcceptSourceRoute => ("ipv4", "accept_source_route"),
            Self::AcceptRedirects => ("ipv4", "accept_redirects"),
            Self::SecureRedirects => ("ipv4", "secure_redirects"),
            Self::SendRedirects => ("ipv4", "send_redirects"),
            Self::LogMartians => ("ipv4", "log_martians"),
            Self::AcceptRedirectsV6 => ("ipv6", "accept_redirects"),
            Self::AcceptSourceRouteV6 => ("ipv6", "accept_source_route"),
            Self::AcceptRaV6 => ("ipv6", "accept_ra"),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (protocol, name) = self.path();
        write!(out, "net.{protocol}.conf.*.{name}")
    }
}

/// The values of one setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceSetting {
    /// The value of `conf/all`.
    pub all: HostText,
    /// The value of each interface but the loopback one, and what could not be read.
    pub interfaces: Listing<InterfaceValue>,
}

/// One interface's own value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceValue {
    /// The interface.
    pub name: HostText,
    /// Its own value, before the kernel combines it with `conf/all`.
    pub value: HostText,
    /// Whether it forwards packets, which changes how the kernel combines.
    pub forwards: bool,
}
