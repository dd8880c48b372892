//! Network interfaces.

use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Its number: names can change, this does not.
    pub index: u32,
    /// Its name: at most 15 bytes, anything but blanks, `/`, `:`, `.` and `..`.
    pub name: HostText,
    /// What made it: `veth`, `bridge`, `wireguard`, `tun`, `vlan`, …; empty for hardware and the loopback.
    #[serde(default)]
    pub kind: HostText,
    /// It is the loopback.
    #[serde(default)]
    pub loopback: bool,
    /// It is switched on.
    #[serde(default = "yes")]
    pub up: bool,
    /// It carries traffic: there is something at the other end, as far as its driver knows.
    #[serde(default = "yes")]
    pub running: bool,
    /// It leads to one other end and nowhere else.
    #[serde(default)]
    pub point_to_point: bool,
    /// Its hardware address in hex digits with colons, if it has one of six bytes.
    #[serde(default)]
    pub mac: Option<String>,
    /// The largest packet, in bytes.
    #[serde(default = "ethernet")]
    pub mtu: u32,
    /// The interface that it is a part of: a bridge, a bond, a VRF.
    #[serde(default)]
    pub master: Option<u32>,
    /// What it stands on (a VLAN's interface) or is connected to (the other end of a veth pair), by its index there.
    #[serde(default)]
    pub lower: Option<u32>,
    /// The network namespace of [`Link::lower`], by the number that this one has for it, if it is another one. `-1` is one without
    /// a number.
    #[serde(default)]
    pub lower_namespace: Option<i32>,
}

fn yes() -> bool {
    true
}

fn ethernet() -> u32 {
    1500
}
