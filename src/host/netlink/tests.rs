use super::*;
use nix::libc;
use std::fs;

fn links(protocol: SockProtocol, kind: u16) -> Result<Vec<Message>, Obstacle> {
    dump(&Question {
        protocol,
        name: "RTM_GETLINK",
        kind,
        payload: &[0; 16],
    })
}

#[test]
fn a_dump_is_whole() {
    let messages = links(SockProtocol::NetlinkRoute, libc::RTM_GETLINK).unwrap();
    assert!(!messages.is_empty());
    assert!(messages.iter().all(|it| it.kind == libc::RTM_NEWLINK));
}

#[test]
fn what_the_kernel_does_not_know_is_missing() {
    // RTM_GETTEMPLATE + 1000: no such message. A protocol without a handler answers likewise.
    let missing = links(SockProtocol::NetlinkRoute, libc::RTM_GETLINK + 1000).unwrap_err();
    assert!(is_missing(&missing), "{missing}");
    assert_eq!(missing.code(), "failed");
}

fn message(kind: i32, flags: i32, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = frame(kind as u16, payload);
    bytes[6..8].copy_from_slice(&(flags as u16).to_ne_bytes());
    bytes[8..12].copy_from_slice(&sequence.to_ne_bytes());
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

#[test]
fn tells_the_parts_of_a_datagram() {
    let data = |payload: &[u8]| {
        Part::Message(Message {
            kind: 99,
            payload: payload.to_vec(),
        })
    };
    let error = |errno: i32| (-errno).to_ne_bytes();
    let datagram = [
        message(99, 2, 1, b"abcde"),
        message(99, 2, 7, b"to another question"),
        message(libc::NLMSG_NOOP, 0, 1, b""),
        message(99, libc::NLM_F_DUMP_INTR, 1, b""),
        message(libc::NLMSG_ERROR, 0, 1, &error(0)),
        message(libc::NLMSG_ERROR, 0, 1, &error(libc::EPERM)),
        message(libc::NLMSG_DONE, 2, 1, &error(0)),
        message(libc::NLMSG_DONE, 2, 1, b""),
        message(libc::NLMSG_DONE, 2, 1, &error(libc::EINVAL)),
        message(libc::NLMSG_OVERRUN, 0, 1, b""),
    ];
    let seen: Vec<Part> = parts(&datagram.concat()).collect();
    let expected = [
        data(b"abcde"),
        Part::Torn,
        data(b""),
        Part::Error(Errno::EPERM),
        Part::Done,
        Part::Done,
        Part::Error(Errno::EINVAL),
        Part::Torn,
    ];
    assert_eq!(seen, expected);
}

#[test]
fn bytes_that_are_no_message_end_it() {
    let whole = message(99, 2, 1, b"abcdefgh");
    for length in 1..whole.len() {
        let seen: Vec<Part> = parts(&whole[..length]).collect();
        assert_eq!(seen, [Part::Malformed], "{length} bytes");
    }
    for length in [0_u32, 15, u32::MAX] {
        let mut wrong = whole.clone();
        wrong[..4].copy_from_slice(&length.to_ne_bytes());
        assert_eq!(parts(&wrong).collect::<Vec<_>>(), [Part::Malformed]);
    }
}

#[test]
fn attributes_end_where_they_are_not_whole() {
    let mut bytes = [
        6_u16.to_ne_bytes(),
        0x8001_u16.to_ne_bytes(),
        *b"ab",
        *b"\0\0",
    ]
    .concat();
    bytes.extend([8_u16.to_ne_bytes(), 2_u16.to_ne_bytes()].concat());
    let seen: Vec<_> = attributes(&bytes).collect();
    assert_eq!(seen, [(1, &b"ab"[..])]);
    assert_eq!(attributes(&[0; 64]).count(), 0, "no endless loop");
}

#[test]
fn only_a_namespace_is_entered() {
    let nothing = || Ok(());
    let refused = inside("/etc/passwd", nothing).unwrap_err();
    assert_eq!(refused.code(), "refused");
    let gone = inside("/run/netns/no-such-namespace", nothing).unwrap_err();
    assert_eq!(gone.code(), "failed");
    let own = || {
        let link = fs::read_link("/proc/thread-self/ns/net").unwrap();
        Ok(link.to_string_lossy().into_owned())
    };
    match inside("/proc/self/ns/net", own) {
        Ok(entered) => assert_eq!(Ok(entered), own()),
        Err(obstacle) => assert_eq!(obstacle.code(), "denied"),
    }
}
