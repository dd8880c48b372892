//! Sockets that come and go while they are looked at: two looks at one namespace, made into one.
//!
//! A program that closes its socket and opens it again, for whatever reason, must not get away by it: whoever was seen at
//! either look is kept, and where nobody was found who holds it that is said, not taken for the kernel's own.

use super::holders::Holders;
use super::sockets::{Place, Sockets, read};
use crate::host::Host;
use crate::kernel::{Protocol, Socket};
use std::collections::BTreeSet;

/// The sockets of a namespace.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) sockets: Sockets,
    /// Those that were there at one look and not at the other.
    pub(super) fleeting: BTreeSet<Socket>,
}

impl Looked {
    /// Looks for the first time.
    pub(super) fn at(host: &Host, place: &Place) -> Self {
        Self {
            sockets: read(host, place),
            fleeting: BTreeSet::new(),
        }
    }

    /// The inodes of its sockets; one without an inode belongs to no process.
    pub(super) fn inodes(&self) -> impl Iterator<Item = u64> {
        let sockets = self.sockets.seen.iter();
        let inodes = sockets.map(|(socket, _)| socket.inode);
        inodes.filter(|inode| *inode != 0)
    }

    /// Those whose holder was not found.
    pub(super) fn without(&self, holders: &Holders) -> BTreeSet<u64> {
        self.inodes().filter(|inode| !holders.has(*inode)).collect()
    }

    /// Those of the fleeting ones.
    pub(super) fn fleeting_without(&self, holders: &Holders) -> BTreeSet<u64> {
        let inodes = self.fleeting.iter().map(|socket| socket.inode);
        inodes
            .filter(|inode| *inode != 0 && !holders.has(*inode))
            .collect()
    }

    /// Looks again where the holder of a socket was not found.
    pub(super) fn again(&mut self, host: &Host, place: &Place, holders: &Holders) {
        if self.without(holders).is_empty() {
            return;
        }
        let first = std::mem::take(&mut self.sockets);
        let second = read(host, place);
        *self = merge(first, second, |inode| holders.has(inode));
    }
}

fn merge(first: Sockets, second: Sockets, held: impl Fn(u64) -> bool) -> Looked {
    let of = |sockets: &Sockets| -> BTreeSet<Socket> {
        sockets.seen.iter().map(|(it, _)| it.clone()).collect()
    };
    let (before, now) = (of(&first), of(&second));
    let mut looked = Looked {
        sockets: second,
        fleeting: now.difference(&before).cloned().collect(),
    };
    for (socket, source) in first.seen {
        if now.contains(&socket) {
            continue;
        }
        let replaced = now.iter().any(|other| is_same_door(&socket, other));
        if held(socket.inode) || is_kept(&socket, replaced) {
            looked.fleeting.insert(socket.clone());
            looked.sockets.seen.push((socket, source));
        }
    }
    looked.sockets.gaps.extend(first.gaps);
    looked.sockets.tidy();
    looked
}

/// Whether a socket counts that is gone, and that nobody was seen to hold. Every question to a resolver opens a datagram
/// socket for a moment, at a port that the kernel chooses; nothing else is opened for a moment.
fn is_kept(socket: &Socket, replaced: bool) -> bool {
    /// Where the kernel's choice begins (`net.ipv4.ip_local_port_range`).
    const CHOSEN: u16 = 32_768;
    let stream = matches!(socket.protocol, Protocol::Tcp | Protocol::Sctp);
    !replaced && (stream || (1..CHOSEN).contains(&socket.port))
}

fn is_same_door(one: &Socket, other: &Socket) -> bool {
    let door = |it: &Socket| (it.protocol, it.address, it.port, it.device, it.uid);
    door(one) == door(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn sockets(rows: &[(Protocol, u16, u64)]) -> Sockets {
        let seen = rows.iter().map(|(protocol, port, inode)| {
            let socket = Socket {
                protocol: *protocol,
                address: [0, 0, 0, 0].into(),
                port: *port,
                v6only: None,
                device: None,
                inode: *inode,
                uid: 0,
            };
            (socket, Source::kernel("sock_diag"))
        });
        Sockets {
            seen: seen.collect(),
            gaps: Vec::new(),
        }
    }

    /// Port and inode of what is kept, and whether it is fleeting.
    fn kept(
        first: &[(Protocol, u16, u64)],
        second: &[(Protocol, u16, u64)],
    ) -> Vec<(u16, u64, bool)> {
        let looked = merge(sockets(first), sockets(second), |inode| inode == 100);
        let seen = looked.sockets.seen.iter();
        seen.map(|(it, _)| (it.port, it.inode, looked.fleeting.contains(it)))
            .collect()
    }

    #[test]
    fn what_listens_is_kept_whichever_look_saw_it() {
        use Protocol::{Tcp, Udp};
        assert_eq!(kept(&[(Tcp, 80, 1)], &[(Tcp, 80, 1)]), [(80, 1, false)]);
        assert_eq!(kept(&[(Tcp, 80, 1)], &[(Tcp, 80, 2)]), [(80, 2, true)]);
        assert_eq!(kept(&[(Tcp, 80, 1)], &[]), [(80, 1, true)]);
        assert_eq!(kept(&[], &[(Tcp, 80, 1)]), [(80, 1, true)]);
        assert_eq!(kept(&[(Udp, 53, 1)], &[(Udp, 53, 2)]), [(53, 2, true)]);
        assert_eq!(kept(&[(Udp, 53, 1)], &[]), [(53, 1, true)]);
        assert_eq!(kept(&[(Udp, 40_000, 1)], &[]), []);
        // Its holder was seen.
        assert_eq!(kept(&[(Udp, 53, 100)], &[]), [(53, 100, true)]);
    }
}
