//! A socket that whoever can reach its address may speak to first.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// What a socket speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// TCP: it listens.
    Tcp,
    /// UDP: it has no peer.
    Udp,
    /// UDP-Lite (RFC 3828): it has no peer.
    Udplite,
    /// SCTP (RFC 9260): it listens.
    Sctp,
    /// A raw socket (raw(7)): its "port" is the number of an IP protocol, whose packets all come to it.
    Raw,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Tcp, Self::Udp, Self::Udplite, Self::Sctp, Self::Raw];

    /// The word for it, as in `8080/tcp`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Udplite => "udplite",
            Self::Sctp => "sctp",
            Self::Raw => "raw",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.word())
    }
}

/// A listening TCP or SCTP socket, or one of the others without a peer: as sock_diag(7) and `/proc/net` have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Socket {
    /// What it speaks.
    pub protocol: Protocol,
    /// What it is bound to; `0.0.0.0` or `::` is every address.
    pub address: IpAddr,
    /// Its port; for a raw socket the number of the IP protocol.
    pub port: u16,
    /// For an IPv6 socket whether it takes no IPv4 (`IPV6_V6ONLY`, ipv6(7)); none where the source does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v6only: Option<bool>,
    /// The index of the interface that it is bound to (`SO_BINDTODEVICE`, or the scope of its address), if it is and the
    /// source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<u32>,
    /// Its inode: what the descriptors of processes refer to. 0 where no process can have it.
    #[serde(default)]
    pub inode: u64,
    /// The numeric user that made it.
    #[serde(default)]
    pub uid: u32,
}
