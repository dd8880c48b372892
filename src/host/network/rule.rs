//! `struct fib_rule_hdr` and the `FRA_*` of include/uapi/linux/fib_rules.h.

use crate::host::netlink::{attributes, ip, text, u8_at, u16_at, u32_at};
use crate::kernel::network::{Action, Family, Mark, Prefix, Rule};

const FRA_DST: u16 = 1;
const FRA_SRC: u16 = 2;
const FRA_IIFNAME: u16 = 3;
const FRA_GOTO: u16 = 4;
const FRA_PRIORITY: u16 = 6;
const FRA_FWMARK: u16 = 10;
const FRA_FLOW: u16 = 11;
const FRA_SUPPRESS_IFGROUP: u16 = 13;
const FRA_SUPPRESS_PREFIXLEN: u16 = 14;
const FRA_TABLE: u16 = 15;
const FRA_FWMASK: u16 = 16;
const FRA_OIFNAME: u16 = 17;
const FRA_PAD: u16 = 18;
const FRA_L3MDEV: u16 = 19;
const FRA_UID_RANGE: u16 = 20;
const FRA_PROTOCOL: u16 = 21;
const FRA_IP_PROTO: u16 = 22;
const FRA_SPORT_RANGE: u16 = 23;
const FRA_DPORT_RANGE: u16 = 24;
const FRA_SPORT_MASK: u16 = 28;
const FRA_DPORT_MASK: u16 = 29;

const FIB_RULE_INVERT: u32 = 2;

/// Reads a rule.
pub(super) fn parse(family: Family, bytes: &[u8]) -> Option<Rule> {
    let mut rule = Rule {
        family,
        tos: u8_at(bytes, 3)?,
        invert: u32_at(bytes, 8)? & FIB_RULE_INVERT != 0,
        ..Rule::default()
    };
    let (mut table, mut goto): (u32, u32) = (u8_at(bytes, 4)?.into(), 0);
    let (mut mark, mut mask) = (None, None);
    for (kind, content) in attributes(bytes.get(12..)?) {
        let number = || u32_at(content, 0);
        match kind {
            FRA_DST => rule.to = Some(Prefix::new(ip(content)?, u8_at(bytes, 1)?)?),
            FRA_SRC => rule.from = Some(Prefix::new(ip(content)?, u8_at(bytes, 2)?)?),
            FRA_IIFNAME => rule.input = Some(text(content)),
            FRA_OIFNAME => rule.output = Some(text(content)),
            FRA_GOTO => goto = number()?,
            FRA_PRIORITY => rule.priority = number()?,
            FRA_FWMARK => mark = Some(number()?),
            FRA_FWMASK => mask = Some(number()?),
            FRA_TABLE => table = number()?,
            FRA_SUPPRESS_IFGROUP => rule.suppress_interface_group = limit(number()?),
            FRA_SUPPRESS_PREFIXLEN => rule.suppress_prefix_length = limit(number()?),
            FRA_L3MDEV => rule.vrf = u8_at(content, 0)? != 0,
            FRA_UID_RANGE => rule.users = Some((number()?, u32_at(content, 4)?)),
            FRA_PROTOCOL => rule.protocol = u8_at(content, 0)?,
            FRA_IP_PROTO => rule.ip_protocol = Some(u8_at(content, 0)?),
            FRA_SPORT_RANGE => rule.source_ports = Some(ports(content)?),
            FRA_DPORT_RANGE => rule.destination_ports = Some(ports(content)?),
            // Where all bits of a port count, the range says it.
            FRA_SPORT_MASK | FRA_DPORT_MASK if u16_at(content, 0)? == u16::MAX => {}
            // The realm is no condition.
            FRA_FLOW | FRA_PAD => {}
            other => rule.other_conditions.push(other),
        }
    }
    if mark.is_some() || mask.is_some() {
        rule.mark = Some(Mark {
            value: mark.unwrap_or(0),
            mask: mask.unwrap_or(u32::MAX),
        });
    }
    rule.action = match u8_at(bytes, 7)? {
        1 => Action::Table(table),
        2 => Action::Goto(goto),
        3 => Action::Nop,
        6 => Action::Blackhole,
        7 => Action::Unreachable,
        8 => Action::Prohibit,
        other => Action::Other(other),
    };
    Some(rule)
}

/// -1 stands for none.
fn limit(number: u32) -> Option<u32> {
    (number != u32::MAX).then_some(number)
}

fn ports(content: &[u8]) -> Option<(u16, u16)> {
    Some((u16_at(content, 0)?, u16_at(content, 2)?))
}
