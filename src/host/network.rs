//! The network of this or another network namespace, asked of the kernel by rtnetlink(7).
//!
//! One file a kind of row: how its bytes are read. The four answers are not of one moment, only each by itself.

mod address;
mod link;
mod route;
mod rule;

use super::netlink::{self, Message, Question, u8_at};
use crate::kernel::network::{Family, Network, Scope};
use crate::source::{Obstacle, Source};
use nix::libc;
use nix::sys::socket::SockProtocol;

/// Asks for everything.
pub(super) fn read() -> Result<Network, Obstacle> {
    let links = ask(&LINKS)?;
    let addresses = ask(&ADDRESSES)?;
    let routes = ask(&ROUTES)?;
    let rules = match ask(&RULES) {
        // A kernel without policy routing.
        Err(obstacle) if netlink::is_missing(&obstacle) => Vec::new(),
        answer => answer?,
    };
    let lasting = |message: &&Message| !route::is_cached(&message.payload);
    Ok(Network {
        links: rows(&LINKS, links.iter(), |_, bytes| link::parse(bytes))?,
        addresses: rows(&ADDRESSES, addresses.iter(), address::parse)?,
        routes: rows(&ROUTES, routes.iter().filter(lasting), route::parse)?,
        rules: rows(&RULES, rules.iter(), rule::parse)?,
    })
}

/// A kind of row: its name among people, the type of the question, and the length of its own header.
struct Table {
    name: &'static str,
    kind: u16,
    header: usize,
}

const LINKS: Table = Table {
    name: "RTM_GETLINK",
    kind: libc::RTM_GETLINK,
    header: 16,
};
const ADDRESSES: Table = Table {
    name: "RTM_GETADDR",
    kind: libc::RTM_GETADDR,
    header: 8,
};
const ROUTES: Table = Table {
    name: "RTM_GETROUTE",
    kind: libc::RTM_GETROUTE,
    header: 12,
};
const RULES: Table = Table {
    name: "RTM_GETRULE",
    kind: libc::RTM_GETRULE,
    header: 12,
};

/// Asks for the rows of every family at once: a question for IPv6 alone would be answered with those of IPv4 where the kernel
/// has no IPv6.
fn ask(table: &Table) -> Result<Vec<Message>, Obstacle> {
    netlink::dump(&Question {
        protocol: SockProtocol::NetlinkRoute,
        name: table.name,
        kind: table.kind,
        payload: &vec![0; table.header],
    })
}

/// Reads the rows of IPv4 and IPv6, and those that belong to no family.
fn rows<'m, T>(
    table: &Table,
    messages: impl Iterator<Item = &'m Message>,
    parse: fn(Family, &[u8]) -> Option<T>,
) -> Result<Vec<T>, Obstacle> {
    // RTM_GETLINK, say, is answered with RTM_NEWLINK.
    let answers = messages.filter(|message| message.kind == table.kind - 2);
    let ours = answers.filter_map(|message| {
        let family = match i32::from(u8_at(&message.payload, 0)?) {
            libc::AF_INET6 => Family::V6,
            libc::AF_UNSPEC | libc::AF_INET => Family::V4,
            _ => return None,
        };
        Some((family, message))
    });
    let row = |(family, message): (Family, &Message)| {
        parse(family, &message.payload).ok_or_else(|| Obstacle::Unparsable {
            at: Source::kernel(table.name),
            why: "an answer that lacks what every kernel gives".into(),
        })
    };
    ours.map(row).collect()
}

fn scope(number: u8) -> Scope {
    match number {
        libc::RT_SCOPE_UNIVERSE => Scope::Global,
        libc::RT_SCOPE_SITE => Scope::Site,
        libc::RT_SCOPE_LINK => Scope::Link,
        libc::RT_SCOPE_HOST => Scope::Host,
        libc::RT_SCOPE_NOWHERE => Scope::Nowhere,
        other => Scope::Other(other),
    }
}

#[cfg(test)]
mod tests;
