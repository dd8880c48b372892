//! `struct ifaddrmsg` and the `IFA_*` of include/uapi/linux/if_addr.h.

use super::scope;
use crate::host::netlink::{attributes, ip, text, u8_at, u32_at};
use crate::kernel::network::{Address, AddressFlag, Family};

const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_LABEL: u16 = 3;
const IFA_CACHEINFO: u16 = 6;
const IFA_FLAGS: u16 = 8;

/// Reads an address.
pub(super) fn parse(family: Family, bytes: &[u8]) -> Option<Address> {
    let mut flags = u8_at(bytes, 2)?.into();
    let (mut own, mut other, mut label) = (None, None, None);
    let (mut valid_s, mut preferred_s) = (None, None);
    for (kind, content) in attributes(bytes.get(8..)?) {
        match kind {
            IFA_ADDRESS => other = Some(ip(content)?),
            IFA_LOCAL => own = Some(ip(content)?),
            IFA_LABEL => label = Some(text(content)),
            IFA_FLAGS => flags = u32_at(content, 0)?,
            IFA_CACHEINFO => {
                preferred_s = seconds(u32_at(content, 0)?);
                valid_s = seconds(u32_at(content, 4)?);
            }
            _ => {}
        }
    }
    // IPv6 says both only on a point-to-point link, IPv4 always.
    let address = own.or(other)?;
    Some(Address {
        interface: u32_at(bytes, 4)?,
        address,
        prefix: u8_at(bytes, 1)?,
        peer: other.filter(|other| *other != address),
        scope: scope(u8_at(bytes, 3)?),
        valid_s,
        preferred_s,
        flags: flags_of(family, flags),
        label,
    })
}

fn seconds(lifetime: u32) -> Option<u32> {
    (lifetime != u32::MAX).then_some(lifetime)
}

fn flags_of(family: Family, flags: u32) -> Vec<AddressFlag> {
    let first = match family {
        Family::V4 => AddressFlag::Secondary,
        Family::V6 => AddressFlag::Temporary,
    };
    // 0x80 is said by the lifetimes.
    let known = [
        (0x01, first),
        (0x02, AddressFlag::NoDad),
        (0x04, AddressFlag::Optimistic),
        (0x08, AddressFlag::DadFailed),
        (0x10, AddressFlag::HomeAddress),
        (0x20, AddressFlag::Deprecated),
        (0x40, AddressFlag::Tentative),
        (0x100, AddressFlag::ManageTemporary),
        (0x200, AddressFlag::NoPrefixRoute),
        (0x400, AddressFlag::AutoJoin),
        (0x800, AddressFlag::StablePrivacy),
    ];
    let set = known.into_iter().filter(|(bit, _)| flags & bit != 0);
    set.map(|(_, flag)| flag).collect()
}
