//! Addresses of interfaces.

use super::Scope;
use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// An address of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The interface's index.
    pub interface: u32,
    /// The host's own address.
    pub address: IpAddr,
    /// The length of the prefix that is on the link; on a point-to-point link that of [`Address::peer`].
    pub prefix: u8,
    /// The address of the other end, if it is another.
    #[serde(default)]
    pub peer: Option<IpAddr>,
    /// How far it reaches.
    #[serde(default)]
    pub scope: Scope,
    /// How long it is valid, in seconds from now; forever if none.
    #[serde(default)]
    pub valid_s: Option<u32>,
    /// How long new connections prefer it, in seconds from now; forever if none.
    #[serde(default)]
    pub preferred_s: Option<u32>,
    /// What else is true of it.
    #[serde(default)]
    pub flags: Vec<AddressFlag>,
    /// Its label, IPv4 only: the interface's name, or that with something after a colon.
    #[serde(default)]
    pub label: Option<HostText>,
}

/// What is true of an address (`IFA_F_*` of include/uapi/linux/if_addr.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressFlag {
    /// IPv4: not the first of its subnet on the interface.
    Secondary,
    /// IPv6: made up for privacy, and soon replaced.
    Temporary,
    /// Not tested for being somebody else's too.
    NoDad,
    /// Used before that test has ended.
    Optimistic,
    /// Somebody else on the link has it too, so that it is not used.
    DadFailed,
    /// A mobile host's home address.
    HomeAddress,
    /// Its preferred lifetime is over.
    Deprecated,
    /// Not in use before it is tested for being somebody else's too.
    Tentative,
    /// Temporary addresses are made from it.
    ManageTemporary,
    /// Its prefix has no route.
    NoPrefixRoute,
    /// It joined its multicast group by itself.
    AutoJoin,
    /// Made of a secret, not of the hardware address (RFC 7217).
    StablePrivacy,
}
