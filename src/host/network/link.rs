//! `struct ifinfomsg` and the `IFLA_*` of include/uapi/linux/if_link.h.

use crate::host::netlink::{attributes, text, u32_at};
use crate::kernel::network::Link;
use nix::libc;

const IFLA_ADDRESS: u16 = 1;
const IFLA_IFNAME: u16 = 3;
const IFLA_MTU: u16 = 4;
const IFLA_LINK: u16 = 5;
const IFLA_MASTER: u16 = 10;
const IFLA_LINKINFO: u16 = 18;
const IFLA_LINK_NETNSID: u16 = 37;
const IFLA_INFO_KIND: u16 = 1;

/// Reads an interface.
pub(super) fn parse(bytes: &[u8]) -> Option<Link> {
    let flags = u32_at(bytes, 8)?;
    let has = |flag: i32| flags & flag as u32 != 0;
    let mut link = Link {
        index: u32_at(bytes, 4)?,
        name: "".into(),
        kind: "".into(),
        loopback: has(libc::IFF_LOOPBACK),
        up: has(libc::IFF_UP),
        running: has(libc::IFF_RUNNING),
        point_to_point: has(libc::IFF_POINTOPOINT),
        mac: None,
        mtu: 0,
        master: None,
        lower: None,
        lower_namespace: None,
    };
    for (kind, content) in attributes(bytes.get(16..)?) {
        match kind {
            IFLA_ADDRESS => link.mac = mac(content),
            IFLA_IFNAME => link.name = text(content),
            IFLA_MTU => link.mtu = u32_at(content, 0)?,
            // 0 stands for an interface without one, such as a tunnel that takes any.
            IFLA_LINK => link.lower = u32_at(content, 0).filter(|index| *index != 0),
            IFLA_MASTER => link.master = u32_at(content, 0),
            IFLA_LINK_NETNSID => {
                link.lower_namespace = u32_at(content, 0).map(|number| number as i32);
            }
            IFLA_LINKINFO => {
                let kind = attributes(content).find(|(kind, _)| *kind == IFLA_INFO_KIND);
                link.kind = kind.map(|(_, name)| text(name)).unwrap_or_default();
            }
            _ => {}
        }
    }
    (!link.name.raw().is_empty()).then_some(link)
}

fn mac(bytes: &[u8]) -> Option<String> {
    let six: [u8; 6] = bytes.try_into().ok()?;
    Some(six.map(|byte| format!("{byte:02x}")).join(":"))
}
