//! Rules of the routing policy.

use super::{Family, Prefix};
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// A rule of the routing policy (ip-rule(8)): which packets ask which table. What is `None` is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// The family that it is for.
    pub family: Family,
    /// Rules are asked in this order, the lowest first.
    pub priority: u32,
    /// True if it is for the packets that do *not* match.
    pub invert: bool,
    /// Where packets come from.
    pub from: Option<Prefix>,
    /// Where they go.
    pub to: Option<Prefix>,
    /// The interface that they came in by; `lo` for the host's own.
    pub input: Option<HostText>,
    /// The interface that they are bound to.
    pub output: Option<HostText>,
    /// Their mark.
    pub mark: Option<Mark>,
    /// Their type of service; 0 for any.
    pub tos: u8,
    /// Their protocol's number.
    pub ip_protocol: Option<u8>,
    /// Their source ports, first and last.
    pub source_ports: Option<(u16, u16)>,
    /// Their destination ports, first and last.
    pub destination_ports: Option<(u16, u16)>,
    /// The users whose sockets sent them, first and last.
    pub users: Option<(u32, u32)>,
    /// They belong to a VRF, whose table is asked.
    pub vrf: bool,
    /// What is done.
    pub action: Action,
    /// An answer whose prefix is no longer than this is not taken: 0 refuses default routes.
    pub suppress_prefix_length: Option<u32>,
    /// An answer by an interface of this group is not taken.
    pub suppress_interface_group: Option<u32>,
    /// Who made it, as [`Route::protocol`](super::Route::protocol).
    pub protocol: u8,
    /// Numbers of further conditions that are not read here (`FRA_*` of include/uapi/linux/fib_rules.h): a rule that has one is
    /// for fewer packets than it seems.
    pub other_conditions: Vec<u16>,
}

/// A packet's mark under a mask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// What it must be.
    pub value: u32,
    /// The bits that count.
    #[serde(default = "all_bits")]
    pub mask: u32,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Asks a table: 255 is `local`, 254 `main`, 253 `default`. The table of a VRF's rule is 0.
    Table(u32),
    /// Goes on at the rule of that priority.
    Goto(u32),
    /// Nothing.
    Nop,
    /// Drops without a word.
    Blackhole,
    /// Answers "network unreachable".
    Unreachable,
    /// Answers "prohibited".
    Prohibit,
    /// Another one, by its number.
    Other(u8),
}

impl Default for Action {
    fn default() -> Self {
        Self::Table(254)
    }
}

fn all_bits() -> u32 {
    u32::MAX
}
