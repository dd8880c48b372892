//! The tables of sockets in `/proc/net`: what is left where sock_diag(7) does not answer.
//!
//! They do not tell whether an IPv6 socket takes IPv4 too, nor which interface a socket is bound to.

use crate::kernel::{Protocol, Socket};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The states of sockets that anyone may speak to first (`include/net/tcp_states.h`).
const CLOSE: &str = "07";
const LISTEN: &str = "0A";
/// The state of a listening SCTP endpoint, in decimal here.
const SCTP_LISTENING: &str = "10";

/// What a table shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The listeners.
    pub sockets: Vec<Socket>,
    /// The lines that were not understood, counted from 1: each may be a listener.
    pub bad_lines: Vec<u32>,
}

impl Table {
    /// Reads a table of `/proc/net` (`tcp`, `udp6`, …) or `/proc/net/sctp/eps`.
    pub fn parse(text: &[u8], protocol: Protocol) -> Self {
        let mut table = Self::default();
        let text = String::from_utf8_lossy(text);
        for (number, line) in (1..).zip(text.lines()).skip(1) {
            let read = match protocol {
                Protocol::Sctp => endpoints(line),
                _ => row(line, protocol).map(|socket| socket.into_iter().collect()),
            };
            match read {
                Some(sockets) => table.sockets.extend(sockets),
                None => table.bad_lines.push(number),
            }
        }
        table
    }
}

/// `sl local rem st tx:rx tr:when retrnsmt uid timeout inode …` (proc_pid_net(5)).
fn row(line: &str, protocol: Protocol) -> Option<Option<Socket>> {
    let mut words = line.split_ascii_whitespace();
    let (local, _remote, state) = (words.nth(1)?, words.next()?, words.next()?);
    let wanted = if protocol == Protocol::Tcp {
        LISTEN
    } else {
        CLOSE
    };
    let (address, port) = local.split_once(':')?;
    let socket = Socket {
        protocol,
        address: address_of(address)?,
        port: u16::from_str_radix(port, 16).ok()?,
        v6only: None,
        device: None,
        uid: words.nth(3)?.parse().ok()?,
        inode: words.nth(1)?.parse().ok()?,
    };
    Some((state == wanted).then_some(socket))
}

/// Hex digits of 32-bit words in the byte order of the processor.
fn address_of(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        let digits = hex.get(at..at + 8)?;
        let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        Some(
            u32::from_str_radix(digits, 16)
                .ok()
                .filter(|_| plain)?
                .to_ne_bytes(),
        )
    };
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(0)?).into()),
        32 => {
            let mut bytes = [0; 16];
            for (index, chunk) in bytes.chunks_exact_mut(4).enumerate() {
                chunk.copy_from_slice(&word(index * 8)?);
            }
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

/// `ENDPT SOCK STY SST HBKT LPORT UID INODE LADDRS…`: one endpoint, bound to each of its addresses.
fn endpoints(line: &str) -> Option<Vec<Socket>> {
    let mut words = line.split_ascii_whitespace();
    let state = words.nth(3)?;
    let port = words.nth(1)?.parse().ok()?;
    let uid = words.next()?.parse().ok()?;
    let inode = words.next()?.parse().ok()?;
    let addresses: Vec<IpAddr> = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
    if addresses.is_empty() {
        return None;
    }
    let sockets = addresses.into_iter().map(|address| Socket {
        protocol: Protocol::Sctp,
        address,
        port,
        v6only: None,
        device: None,
        inode,
        uid,
    });
    Some(if state == SCTP_LISTENING {
        sockets.collect()
    } else {
        Vec::new()
    })
}

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    use super::*;

    const HEAD: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    fn read(rows: &str, protocol: Protocol) -> Table {
        Table::parse(format!("{HEAD}{rows}").as_bytes(), protocol)
    }

    fn bound(table: &Table) -> Vec<String> {
        let sockets = table.sockets.iter();
        sockets
            .map(|it| format!("{} {} {} {}", it.address, it.port, it.uid, it.inode))
            .collect()
    }

    #[test]
    fn a_tcp_socket_listens_and_a_udp_socket_has_no_peer() {
        let rows = "   0: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000   105        0 1234 1 f 100 0 0 10 0\n\
                    \x20  1: 0100007F:0CEA 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 99 1 f\n\
                    \x20  2: 00000000:0044 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 7 2 f 0\n";
        assert_eq!(
            bound(&read(rows, Protocol::Tcp)),
            ["127.0.0.1 3306 105 1234"]
        );
        assert_eq!(bound(&read(rows, Protocol::Udp)), ["0.0.0.0 68 0 7"]);
        assert!(read(rows, Protocol::Udp).bad_lines.is_empty());
    }

    #[test]
    fn an_ipv6_address_is_four_words() {
        let rows = "   0: 0000000000000000FFFF0000320200C0:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 5 1 f\n\
                    \x20  1: 000080FE00000000FF005450B6AD1DFE:0222 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 6 1 f\n";
        assert_eq!(
            bound(&read(rows, Protocol::Tcp)),
            [
                "::ffff:192.0.2.50 8080 0 5",
                "fe80::5054:ff:fe1d:adb6 546 0 6"
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_kept_by_its_line() {
        let rows = "   0: 0100007F:0CEA\n   1: +100007F:0CEA 0:0 0A 0:0 0:0 0 0 0 1\n\n";
        assert_eq!(read(rows, Protocol::Tcp).bad_lines, [2, 3, 4]);
    }

    #[test]
    fn an_sctp_endpoint_has_several_addresses() {
        let text = " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS\n\
                    ffff8800 ffff8801 2   10  29   3868      0 28435 192.0.2.1 2001:0db8:0000:0000:0000:0000:0000:0001 \n\
                    ffff8800 ffff8801 0   7   29   3869      0 28436 192.0.2.1 \n";
        let table = Table::parse(text.as_bytes(), Protocol::Sctp);
        assert_eq!(
            bound(&table),
            ["192.0.2.1 3868 0 28435", "2001:db8::1 3868 0 28435"]
        );
    }
}
