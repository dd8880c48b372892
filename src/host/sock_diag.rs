//! The listeners of a network namespace, as sock_diag(7) has them.
//!
//! To answer, a kernel may load its own modules for that (`tcp_diag`, `udp_diag`, `udplite_diag`, `raw_diag`), as it does for
//! ss(8). It is not asked about SCTP where SCTP is not in use: nothing here brings a protocol in.

use super::netlink::{Question, dump};
use crate::kernel::{Protocol, Socket};
use crate::source::{Obstacle, Source};
use netlink_packet_core::{Emitable, Parseable};
use netlink_packet_sock_diag::constants::{
    AF_INET, AF_INET6, IPPROTO_RAW, IPPROTO_SCTP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE,
    SOCK_DIAG_BY_FAMILY,
};
use netlink_packet_sock_diag::inet::nlas::Nla;
use netlink_packet_sock_diag::inet::{
    ExtensionFlags, InetRequest, InetResponse, SocketId, StateFlags,
};
use nix::sys::socket::SockProtocol;

const NAME: &str = "sock_diag";

/// The listeners of a protocol, in the namespace of the calling thread.
pub(super) fn sockets(protocol: Protocol) -> Result<Vec<Socket>, Obstacle> {
    let number = match protocol {
        Protocol::Tcp => IPPROTO_TCP,
        Protocol::Udp => IPPROTO_UDP,
        Protocol::Udplite => IPPROTO_UDPLITE,
        Protocol::Sctp => IPPROTO_SCTP,
        Protocol::Raw => IPPROTO_RAW,
    };
    let states = match protocol {
        Protocol::Tcp | Protocol::Sctp => StateFlags::LISTEN,
        Protocol::Udp | Protocol::Udplite | Protocol::Raw => StateFlags::CLOSE,
    };
    let mut found = Vec::new();
    for (family, socket_id) in [
        (AF_INET, SocketId::new_v4()),
        (AF_INET6, SocketId::new_v6()),
    ] {
        let request = InetRequest {
            family,
            protocol: number,
            extensions: ExtensionFlags::empty(),
            states: states.clone(),
            socket_id,
        };
        let mut payload = vec![0; request.buffer_len()];
        request.emit(&mut payload);
        let question = Question {
            protocol: SockProtocol::NetlinkSockDiag,
            name: NAME,
            kind: SOCK_DIAG_BY_FAMILY,
            payload: &payload,
        };
        for answer in dump(&question)? {
            let answer = InetResponse::parse(&answer.payload);
            let answer = answer.map_err(|error| Obstacle::Unparsable {
                at: Source::kernel(NAME),
                why: error.to_string().into(),
            })?;
            found.push(socket(protocol, &answer));
        }
    }
    Ok(found)
}

fn socket(protocol: Protocol, answer: &InetResponse) -> Socket {
    let header = &answer.header;
    Socket {
        protocol,
        address: header.socket_id.source_address,
        port: header.socket_id.source_port,
        v6only: answer.nlas.iter().find_map(|nla| match nla {
            Nla::SkV6Only(only) => Some(*only),
            _ => None,
        }),
        device: Some(header.socket_id.interface_id).filter(|index| *index != 0),
        inode: header.inode.into(),
        uid: header.uid,
    }
}
