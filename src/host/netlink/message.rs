//! The bytes of netlink: messages in datagrams, attributes in messages.
//!
//! Everything is in the machine's own byte order and aligned to four bytes.

use crate::source::HostText;
use nix::errno::Errno;
use nix::libc;
use std::net::IpAddr;

/// The length of a message's header: length, type, flags, sequence number, port.
const HEADER: usize = 16;
/// Every socket asks one question.
const SEQUENCE: u32 = 1;

/// A message of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::host) struct Message {
    /// Its type.
    pub kind: u16,
    /// What follows the header.
    pub payload: Vec<u8>,
}

/// What can come in a datagram.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A part of the answer.
    Message(Message),
    /// What was asked for changed since the answer began, or something was lost.
    Torn,
    /// The end.
    Done,
    /// There is no answer.
    Error(Errno),
    /// No message.
    Malformed,
}

/// A question's bytes.
pub(super) fn frame(kind: u16, payload: &[u8]) -> Vec<u8> {
    let flags = (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16;
    let length = (HEADER + payload.len()) as u32;
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(SEQUENCE.to_ne_bytes());
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend(payload);
    bytes
}

/// What is in a datagram.
pub(super) fn parts(mut datagram: &[u8]) -> impl Iterator<Item = Part> {
    let mut held = None;
    std::iter::from_fn(move || {
        loop {
            if held.is_some() {
                return held.take();
            }
            if datagram.is_empty() {
                return None;
            }
            let Some((header, payload)) = split(&mut datagram) else {
                datagram = &[];
                return Some(Part::Malformed);
            };
            if header.sequence != SEQUENCE {
                continue;
            }
            let part = read(&header, payload);
            if header.flags & libc::NLM_F_DUMP_INTR as u16 != 0 {
                held = part;
                return Some(Part::Torn);
            }
            if part.is_some() {
                return part;
            }
        }
    })
}

struct Header {
    kind: u16,
    flags: u16,
    sequence: u32,
}

/// Takes the first message off.
fn split<'b>(rest: &mut &'b [u8]) -> Option<(Header, &'b [u8])> {
    let length = u32_at(rest, 0)? as usize;
    let header = Header {
        kind: u16_at(rest, 4)?,
        flags: u16_at(rest, 6)?,
        sequence: u32_at(rest, 8)?,
    };
    let payload = rest.get(HEADER..length)?;
    *rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    Some((header, payload))
}

fn read(header: &Header, payload: &[u8]) -> Option<Part> {
    // An error is a negative number; the end may bear one too.
    let errno = u32_at(payload, 0).map(|number| (number as i32).wrapping_neg());
    Some(match i32::from(header.kind) {
        libc::NLMSG_NOOP => return None,
        libc::NLMSG_OVERRUN => Part::Torn,
        libc::NLMSG_ERROR => match errno {
            Some(0) => return None,
            Some(errno) => Part::Error(Errno::from_raw(errno)),
            None => Part::Malformed,
        },
        libc::NLMSG_DONE => match errno {
            Some(errno) if errno > 0 => Part::Error(Errno::from_raw(errno)),
            _ => Part::Done,
        },
        _ => Part::Message(Message {
            kind: header.kind,
            payload: payload.to_vec(),
        }),
    })
}

/// The attributes that follow a message's own header, or are nested in another one.
pub(in crate::host) fn attributes(bytes: &[u8]) -> Attributes<'_> {
    Attributes(bytes)
}

/// Iterates over type and content of each, as far as they are whole.
#[derive(Clone, Copy)]
pub(in crate::host) struct Attributes<'b>(&'b [u8]);

impl<'b> Iterator for Attributes<'b> {
    type Item = (u16, &'b [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let length = usize::from(u16_at(self.0, 0)?);
        // The two highest bits say what kind of content it is, which whoever asked knows.
        let kind = u16_at(self.0, 2)? & 0x3fff;
        let content = self.0.get(4..length)?;
        self.0 = self.0.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, content))
    }
}

/// The byte at an offset.
pub(in crate::host) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

/// The number of two bytes at an offset.
pub(in crate::host) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    bytes.try_into().ok().map(u16::from_ne_bytes)
}

/// The number of four bytes at an offset.
pub(in crate::host) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    bytes.try_into().ok().map(u32::from_ne_bytes)
}

/// A text, which ends at a NUL.
pub(in crate::host) fn text(bytes: &[u8]) -> HostText {
    HostText::from_bytes(bytes.split(|byte| *byte == 0).next().unwrap_or_default())
}

/// An address of four or sixteen bytes, in network order.
pub(in crate::host) fn ip(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = || bytes.try_into().ok().map(|v4: [u8; 4]| v4.into());
    let v6 = || bytes.try_into().ok().map(|v6: [u8; 16]| v6.into());
    v4().or_else(v6)
}
