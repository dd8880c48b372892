//! Asking the kernel over netlink(7): one request, and all the messages of its answer.
//!
//! What the messages hold is the business of whoever asks. Nothing is ever set: the only requests are dumps.

use super::errno::{failed, obstacle};
use crate::source::{Obstacle, Source};
use nix::errno::Errno;
use nix::fcntl::{self, OFlag};
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, recvfrom, send,
    setsockopt, socket, sockopt::ReceiveTimeout,
};
use nix::sys::stat::Mode;
use nix::sys::time::{TimeVal, TimeValLike};
use std::os::fd::{AsRawFd, OwnedFd};
use std::thread;

/// A kernel that needs longer for one part of an answer hangs.
const PATIENCE_S: i64 = 5;
/// As often a dump is begun anew that something changed in the middle of.
const TRIES: u32 = 10;
/// No kernel sends more in one part (`NLMSG_GOODSIZE` grows to 32 KiB), in bytes.
const PART: usize = 64 << 10;

// linux/netlink.h
const HEADER: usize = 16;
const NOOP: u16 = 1;
const ERROR: u16 = 2;
const DONE: u16 = 3;
const OVERRUN: u16 = 4;
const F_REQUEST: u16 = 0x1;
const F_DUMP_INTERRUPTED: u16 = 0x10;
const F_DUMP: u16 = 0x300;

/// A question to the kernel.
pub(super) struct Dump<'q> {
    /// Whom in the kernel it goes to.
    pub(super) protocol: SockProtocol,
    /// The type of the message.
    pub(super) kind: u16,
    /// What stands behind its header.
    pub(super) payload: &'q [u8],
    /// What it is called in an obstacle.
    pub(super) at: Source,
}

/// Asks, and reads every message of the answer; `read` may pass over one with `Ok(None)`.
///
/// # Errors
/// An [`Obstacle`] where the kernel refuses, has no such thing, or answers what `read` does not understand.
pub(super) fn ask<T>(
    dump: &Dump,
    read: impl Fn(u16, &[u8]) -> Result<Option<T>, String>,
) -> Result<Vec<T>, Obstacle> {
    let no = |errno: Errno| match errno {
        Errno::ENOENT | Errno::EPROTONOSUPPORT | Errno::EAFNOSUPPORT => {
            failed(&dump.at, "this kernel does not answer that")
        }
        Errno::EAGAIN => Obstacle::timed_out(
            dump.at.to_string(),
            std::time::Duration::from_secs(PATIENCE_S.unsigned_abs()),
        ),
        other => obstacle(other, &dump.at),
    };
    let line = open(dump.protocol).map_err(no)?;
    for turn in 1..=TRIES {
        send(line.as_raw_fd(), &message(dump, turn), MsgFlags::empty()).map_err(no)?;
        let mut found = Vec::new();
        let mut whole = true;
        let mut buffer = vec![0; PART];
        'answer: loop {
            let part = receive(&line, &mut buffer).map_err(no)?;
            let Some(part) = part else {
                return Err(failed(
                    &dump.at,
                    "a part of the answer was too long to read",
                ));
            };
            for one in Messages(part) {
                let one = one.ok_or_else(|| failed(&dump.at, "an answer that is cut off"))?;
                if one.sequence != turn {
                    continue;
                }
                whole &= one.flags & F_DUMP_INTERRUPTED == 0;
                match one.kind {
                    NOOP => {}
                    OVERRUN => return Err(failed(&dump.at, "the answer overran")),
                    DONE | ERROR => match status(one.payload) {
                        0 => break 'answer,
                        error => return Err(no(Errno::from_raw(error))),
                    },
                    kind => {
                        let wrong = |why: String| Obstacle::Unparsable {
                            at: dump.at.clone(),
                            why: why.into(),
                        };
                        found.extend(read(kind, one.payload).map_err(wrong)?);
                    }
                }
            }
        }
        if whole {
            return Ok(found);
        }
    }
    Err(failed(&dump.at, "it changed each time while it was read"))
}

/// Does something in another network namespace (network_namespaces(7)), given as a file of nsfs: on a thread of its own,
/// which ends with it.
///
/// # Errors
/// An [`Obstacle`] where there is none, or it may not be entered.
pub(super) fn inside<T: Send>(
    namespace: &str,
    work: impl FnOnce() -> Result<T, Obstacle> + Send,
) -> Result<T, Obstacle> {
    let at = Source::file(namespace);
    let enter = || {
        let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
        let handle = fcntl::open(namespace, flags, Mode::empty())?;
        setns(handle, CloneFlags::CLONE_NEWNET)
    };
    let visit = || {
        enter()
            .map_err(|errno| obstacle(errno, &at))
            .and_then(|()| work())
    };
    thread::scope(|scope| {
        let visitor = thread::Builder::new().name("collect namespace".to_owned());
        match visitor.spawn_scoped(scope, visit) {
            Ok(visitor) => visitor.join().unwrap_or_else(|_| {
                Err(Obstacle::Crashed {
                    what: namespace.into(),
                })
            }),
            Err(error) => Err(failed(&at, error.to_string())),
        }
    })
}

fn open(protocol: SockProtocol) -> Result<OwnedFd, Errno> {
    let line = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        protocol,
    )?;
    bind(line.as_raw_fd(), &NetlinkAddr::new(0, 0))?;
    setsockopt(&line, ReceiveTimeout, &TimeVal::seconds(PATIENCE_S))?;
    Ok(line)
}

fn message(dump: &Dump, sequence: u32) -> Vec<u8> {
    let length = u32::try_from(HEADER + dump.payload.len()).unwrap_or(u32::MAX);
    let mut message = Vec::with_capacity(HEADER + dump.payload.len());
    message.extend(length.to_ne_bytes());
    message.extend(dump.kind.to_ne_bytes());
    message.extend((F_REQUEST | F_DUMP).to_ne_bytes());
    message.extend(sequence.to_ne_bytes());
    message.extend(0_u32.to_ne_bytes());
    message.extend(dump.payload);
    message
}

/// The next part that the kernel sent; none if it did not fit. What other processes send is passed over.
fn receive<'b>(line: &OwnedFd, buffer: &'b mut [u8]) -> Result<Option<&'b [u8]>, Errno> {
    loop {
        // MSG_TRUNC is not to be had here; a part that fills the buffer may have been cut.
        match recvfrom::<NetlinkAddr>(line.as_raw_fd(), buffer) {
            Ok((length, from)) if from.is_none_or(|from| from.pid() == 0) => {
                return Ok((length < buffer.len()).then_some(&buffer[..length]));
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

/// The error number in a message of type DONE or ERROR, 0 for none.
fn status(payload: &[u8]) -> i32 {
    let number = payload
        .first_chunk()
        .map(|bytes| i32::from_ne_bytes(*bytes));
    number.map_or(0, i32::wrapping_neg).max(0)
}

struct Message<'b> {
    kind: u16,
    flags: u16,
    sequence: u32,
    payload: &'b [u8],
}

/// The messages of one part, each beginning at a multiple of four; `None` for one that is cut off.
struct Messages<'b>(&'b [u8]);

impl<'b> Iterator for Messages<'b> {
    type Item = Option<Message<'b>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let read = || {
            let header: &[u8; HEADER] = self.0.first_chunk()?;
            let word = |at: usize| Some(u32::from_ne_bytes(*header[at..].first_chunk()?));
            let half = |at: usize| Some(u16::from_ne_bytes(*header[at..].first_chunk()?));
            let length = usize::try_from(word(0)?).ok()?;
            let payload = self.0.get(HEADER..length)?;
            let message = Message {
                kind: half(4)?,
                flags: half(6)?,
                sequence: word(8)?,
                payload,
            };
            Some((message, length))
        };
        match read() {
            Some((message, length)) => {
                self.0 = self.0.get(length.next_multiple_of(4)..).unwrap_or_default();
                Some(Some(message))
            }
            None => {
                self.0 = &[];
                Some(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_cut_off_is_seen() {
        let dump = Dump {
            protocol: SockProtocol::NetlinkSockDiag,
            kind: 20,
            payload: &[1, 2, 3],
            at: Source::kernel("test"),
        };
        let one = message(&dump, 7);
        let mut two = one.clone();
        two.push(0); // padding
        two.extend(&one);
        let read: Vec<_> = Messages(&two)
            .map(|it| it.map(|it| (it.kind, it.sequence, it.payload.to_vec())))
            .collect();
        assert_eq!(
            read,
            [Some((20, 7, vec![1, 2, 3])), Some((20, 7, vec![1, 2, 3]))]
        );
        for length in 1..one.len() {
            assert!(Messages(&one[..length]).any(|it| it.is_none()), "{length}");
        }
    }

    #[test]
    fn an_error_is_a_positive_number() {
        assert_eq!(status(&(-2_i32).to_ne_bytes()), 2);
        assert_eq!(status(&0_i32.to_ne_bytes()), 0);
        assert_eq!(status(&[]), 0);
    }
}
