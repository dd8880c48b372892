//! Netlink (netlink(7)): a question to the kernel, and everything that it answers.
//!
//! Here is how messages come and go, complete or not at all; what they mean is the business of whoever asks. A namespace is
//! entered on a thread of its own, which ends there.

mod message;
mod namespace;

pub(super) use message::{Message, attributes, ip, text, u8_at, u16_at, u32_at};
pub(super) use namespace::inside;

use super::errno::{failed, obstacle};
use crate::source::{Obstacle, Source};
use message::{Part, frame, parts};
use nix::errno::Errno;
use nix::sys::socket::{
    self, AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recvmsg, sendto,
    sockopt,
};
use nix::sys::time::{TimeVal, TimeValLike};
use std::io::IoSliceMut;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// How long one answer may take.
const TIME: Duration = Duration::from_secs(3);
/// How large one answer may be, in bytes: a quarter of a million routes.
const LIMIT: u64 = 32 << 20;
/// No part of an answer is larger: the kernel makes them 32 KiB, or as large as one interface with all its virtual functions.
const PART: usize = 1 << 20;
/// How often a question is asked whose answer changes while it is read.
const TRIES: u32 = 8;
/// What [`Obstacle::Failed`] says if the kernel does not know what was asked for.
const MISSING: &str = "not in this kernel";

/// A question that is answered with a list ("dump").
pub(super) struct Question<'a> {
    /// Whom it goes to.
    pub protocol: SockProtocol,
    /// What people call it, such as `RTM_GETLINK`.
    pub name: &'static str,
    /// Its message type.
    pub kind: u16,
    /// What follows the header: the family's own header and attributes.
    pub payload: &'a [u8],
}

/// Why there is no answer yet.
enum Trouble {
    /// There will be none.
    Obstacle(Obstacle),
    /// What was asked for changed while it was read, or was lost: ask again.
    Torn,
}

impl From<Obstacle> for Trouble {
    fn from(obstacle: Obstacle) -> Self {
        Self::Obstacle(obstacle)
    }
}

/// The whole answer to a question, in the order of the kernel and as of one moment.
///
/// # Errors
/// An [`Obstacle`]; [`is_missing`] tells whether the kernel lacks what was asked for.
pub(super) fn dump(question: &Question) -> Result<Vec<Message>, Obstacle> {
    let at = Source::kernel(question.name);
    for _ in 0..TRIES {
        match attempt(question, &at) {
            Ok(messages) => return Ok(messages),
            Err(Trouble::Obstacle(obstacle)) => return Err(obstacle),
            Err(Trouble::Torn) => {}
        }
    }
    Err(failed(&at, "changed each time it was read"))
}

/// True if the kernel does not know what was asked for.
pub(super) fn is_missing(obstacle: &Obstacle) -> bool {
    matches!(obstacle, Obstacle::Failed { why, .. } if why.raw() == MISSING)
}

/// One try, on a socket of its own: nothing of an earlier answer is in its way.
fn attempt(question: &Question, at: &Source) -> Result<Vec<Message>, Trouble> {
    let started = Instant::now();
    let socket = ask(question).map_err(|errno| refusal(errno, at))?;
    let mut buffer = vec![0; PART];
    let mut messages = Vec::new();
    let mut received = 0;
    let mut torn = false;
    loop {
        let Some(datagram) = receive(&socket, &mut buffer, at)? else {
            return Err(Trouble::Torn);
        };
        received += datagram.len() as u64;
        if received > LIMIT {
            return Err(Obstacle::TooLarge {
                at: at.clone(),
                limit: LIMIT,
            }
            .into());
        }
        for part in parts(datagram) {
            match part {
                Part::Torn => torn = true,
                Part::Message(message) => messages.push(message),
                Part::Error(errno) => return Err(refusal(errno, at).into()),
                Part::Malformed => return Err(failed(at, "an answer that is cut short").into()),
                // What was sent before the change was noticed is worth nothing either.
                Part::Done if torn => return Err(Trouble::Torn),
                Part::Done => return Ok(messages),
            }
        }
        if started.elapsed() > TIME {
            return Err(late(at).into());
        }
    }
}

/// Sends the question.
fn ask(question: &Question) -> Result<OwnedFd, Errno> {
    let socket = socket::socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        question.protocol,
    )?;
    let wait = TimeVal::milliseconds(TIME.as_millis() as i64);
    socket::setsockopt(&socket, sockopt::ReceiveTimeout, &wait)?;
    let kernel = NetlinkAddr::new(0, 0);
    let message = frame(question.kind, question.payload);
    loop {
        match sendto(socket.as_raw_fd(), &message, &kernel, MsgFlags::empty()) {
            Err(Errno::EINTR) => {}
            answer => return answer.map(|_| socket),
        }
    }
}

/// The kernel's next datagram; empty if somebody else's came, none if some were lost.
fn receive<'b>(
    socket: &OwnedFd,
    buffer: &'b mut [u8],
    at: &Source,
) -> Result<Option<&'b [u8]>, Obstacle> {
    let (length, flags, sender) = loop {
        let mut slices = [IoSliceMut::new(buffer)];
        match recvmsg::<NetlinkAddr>(socket.as_raw_fd(), &mut slices, None, MsgFlags::empty()) {
            Ok(came) => break (came.bytes, came.flags, came.address),
            Err(Errno::EINTR) => {}
            Err(Errno::ENOBUFS) => return Ok(None),
            Err(Errno::EAGAIN) => return Err(late(at)),
            Err(errno) => return Err(refusal(errno, at)),
        }
    };
    if sender.is_none_or(|sender| sender.pid() != 0) {
        // Any process may send to this socket.
        return Ok(Some(&[]));
    }
    match buffer.get(..length) {
        Some(datagram) if !flags.contains(MsgFlags::MSG_TRUNC) => Ok(Some(datagram)),
        _ => Err(Obstacle::TooLarge {
            at: at.clone(),
            limit: PART as u64,
        }),
    }
}

fn late(at: &Source) -> Obstacle {
    Obstacle::timed_out(at.to_string(), TIME)
}

/// What it means that the kernel does not answer.
fn refusal(errno: Errno, at: &Source) -> Obstacle {
    match errno {
        Errno::ENOENT | Errno::EOPNOTSUPP | Errno::EPROTONOSUPPORT => failed(at, MISSING),
        Errno::EAFNOSUPPORT => failed(
            at,
            "no netlink here: a sandbox forbids it (RestrictAddressFamilies=)",
        ),
        errno => obstacle(errno, at),
    }
}

#[cfg(test)]
mod tests;
