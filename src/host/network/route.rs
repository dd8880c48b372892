//! `struct rtmsg`, `struct rtnexthop` and the `RTA_*` of include/uapi/linux/rtnetlink.h.

use super::scope;
use crate::host::netlink::{attributes, ip, u8_at, u16_at, u32_at};
use crate::kernel::network::{Family, NextHop, Prefix, Route, RouteKind};
use nix::libc;
use std::net::IpAddr;

const RTA_DST: u16 = 1;
const RTA_SRC: u16 = 2;
const RTA_OIF: u16 = 4;
const RTA_GATEWAY: u16 = 5;
const RTA_PRIORITY: u16 = 6;
const RTA_PREFSRC: u16 = 7;
const RTA_MULTIPATH: u16 = 9;
const RTA_TABLE: u16 = 15;
const RTA_VIA: u16 = 18;
const RTA_NH_ID: u16 = 30;

const RTNH_F_DEAD: u32 = 1;
const RTNH_F_ONLINK: u32 = 4;
const RTNH_F_LINKDOWN: u32 = 16;

/// True for what the kernel only remembers of earlier packets.
pub(super) fn is_cached(bytes: &[u8]) -> bool {
    u32_at(bytes, 8).is_some_and(|flags| flags & libc::RTM_F_CLONED != 0)
}

/// Reads a route.
pub(super) fn parse(family: Family, bytes: &[u8]) -> Option<Route> {
    let mut single = NextHop {
        interface: None,
        gateway: None,
        weight: 1,
        onlink: false,
        link_down: false,
        dead: false,
    };
    single.take_flags(u32_at(bytes, 8)?);
    let mut route = Route {
        to: family.everything(),
        from: None,
        table: u8_at(bytes, 4)?.into(),
        kind: kind(u8_at(bytes, 7)?),
        scope: scope(u8_at(bytes, 6)?),
        protocol: u8_at(bytes, 5)?,
        metric: 0,
        tos: u8_at(bytes, 3)?,
        source: None,
        hops: Vec::new(),
        nexthop: None,
    };
    let (to_length, from_length) = (u8_at(bytes, 1)?, u8_at(bytes, 2)?);
    for (kind, content) in attributes(bytes.get(12..)?) {
        match kind {
            RTA_DST => route.to = Prefix::new(ip(content)?, to_length)?,
            RTA_SRC => route.from = Some(Prefix::new(ip(content)?, from_length)?),
            RTA_OIF => single.interface = Some(u32_at(content, 0)?),
            RTA_GATEWAY | RTA_VIA => single.gateway = Some(gateway(kind, content)?),
            RTA_PRIORITY => route.metric = u32_at(content, 0)?,
            RTA_PREFSRC => route.source = Some(ip(content)?),
            RTA_TABLE => route.table = u32_at(content, 0)?,
            RTA_NH_ID => route.nexthop = Some(u32_at(content, 0)?),
            RTA_MULTIPATH => route.hops = hops(content)?,
            _ => {}
        }
    }
    if single.interface.is_some() || single.gateway.is_some() {
        route.hops.push(single);
    }
    Some(route)
}

impl NextHop {
    fn take_flags(&mut self, flags: u32) {
        self.dead = flags & RTNH_F_DEAD != 0;
        self.onlink = flags & RTNH_F_ONLINK != 0;
        self.link_down = flags & RTNH_F_LINKDOWN != 0;
    }
}

/// A router's address; that of another family bears its family in front.
fn gateway(kind: u16, content: &[u8]) -> Option<IpAddr> {
    ip(content.get(if kind == RTA_VIA { 2 } else { 0 }..)?)
}

/// Each is a `struct rtnexthop` with its attributes.
fn hops(mut bytes: &[u8]) -> Option<Vec<NextHop>> {
    let mut hops = Vec::new();
    while !bytes.is_empty() {
        let length = usize::from(u16_at(bytes, 0)?);
        let mut hop = NextHop {
            interface: Some(u32_at(bytes, 4)?),
            gateway: None,
            weight: u32::from(u8_at(bytes, 3)?) + 1,
            onlink: false,
            link_down: false,
            dead: false,
        };
        hop.take_flags(u8_at(bytes, 2)?.into());
        for (kind, content) in attributes(bytes.get(8..length)?) {
            if matches!(kind, RTA_GATEWAY | RTA_VIA) {
                hop.gateway = Some(gateway(kind, content)?);
            }
        }
        hops.push(hop);
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(hops)
}

fn kind(number: u8) -> RouteKind {
    match number {
        libc::RTN_UNICAST => RouteKind::Unicast,
        libc::RTN_LOCAL => RouteKind::Local,
        libc::RTN_BROADCAST => RouteKind::Broadcast,
        libc::RTN_ANYCAST => RouteKind::Anycast,
        libc::RTN_MULTICAST => RouteKind::Multicast,
        libc::RTN_BLACKHOLE => RouteKind::Blackhole,
        libc::RTN_UNREACHABLE => RouteKind::Unreachable,
        libc::RTN_PROHIBIT => RouteKind::Prohibit,
        libc::RTN_THROW => RouteKind::Throw,
        other => RouteKind::Other(other),
    }
}
