//! The socket unit behind a socket that systemd holds (systemd.socket(5)).

use crate::facts::units::Unit;
use crate::kernel::{Protocol, Socket};
use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A socket unit, and what it starts when somebody comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketUnit {
    /// Its name.
    pub name: HostText,
    /// The service that it starts.
    pub starts: HostText,
}

/// What a socket unit listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listens {
    /// The unit.
    pub unit: SocketUnit,
    /// The interface that all of its sockets are bound to (`BindToDevice=`).
    device: Option<HostText>,
    /// Where; none where a specifier stands for something that is not known here.
    streams: Vec<(Protocol, Option<Bound>)>,
}

impl Listens {
    /// Reads the `[Socket]` section. Addresses that are no IP addresses are none of ours.
    pub fn of(unit: &Unit) -> Self {
        let name = &unit.name;
        let setting = |key| unit.last("Socket", key).map(HostText::raw);
        let protocol = setting("SocketProtocol");
        let mut streams = Vec::new();
        for it in unit
            .settings
            .iter()
            .filter(|it| it.section.raw() == "Socket")
        {
            let spoken = match (it.key.raw(), protocol) {
                ("ListenStream", Some("sctp")) => Protocol::Sctp,
                ("ListenStream", _) => Protocol::Tcp,
                ("ListenDatagram", Some("udplite")) => Protocol::Udplite,
                ("ListenDatagram", _) => Protocol::Udp,
                ("ListenSequentialPacket", Some("sctp")) => Protocol::Sctp,
                // Any of them empty takes back all that came before, of whatever kind.
                (key, _) if key.starts_with("Listen") && it.value.raw().is_empty() => Protocol::Raw,
                _ => continue,
            };
            match it.value.raw() {
                "" => streams.clear(),
                // What a specifier stands for is not known here: it may be any port.
                value => match bound(value) {
                    Some(at) => streams.push((spoken, Some(at))),
                    // A path, or an abstract name, is no port.
                    None if value.contains('%') && !value.contains(['/', '@']) => {
                        streams.push((spoken, None));
                    }
                    None => {}
                },
            }
        }
        let stem = name.raw().strip_suffix(".socket").unwrap_or(name.raw());
        let accepts = unit.flag("Socket", "Accept") == Some(true);
        let at = if accepts { "@" } else { "" };
        let starts =
            setting("Service").map_or_else(|| format!("{stem}{at}.service").into(), HostText::from);
        let unit = SocketUnit {
            name: name.clone(),
            starts,
        };
        let device = setting("BindToDevice").filter(|name| !name.is_empty());
        Self {
            unit,
            device: device.map(HostText::from),
            streams,
        }
    }

    /// True if the unit asks for such a socket, bound to the interface of that name. A bare port is every address, by IPv6
    /// where the kernel has it.
    pub fn has(&self, socket: &Socket, device: Option<&HostText>) -> bool {
        // A link-local address may name its interface itself.
        let bound = self.device.is_none() || self.device.as_ref() == device;
        bound
            && self.streams.iter().any(|(protocol, at)| {
                let fits = match at {
                    Some((Some(address), port)) => {
                        *address == socket.address && *port == socket.port
                    }
                    Some((None, port)) => socket.address.is_unspecified() && *port == socket.port,
                    None => true,
                };
                *protocol == socket.protocol && fits
            })
    }
}

/// An address, every one where it is none, and a port.
type Bound = (Option<IpAddr>, u16);

/// `PORT`, `A.B.C.D:PORT`, `[V6]:PORT`, the last two perhaps with `%INTERFACE` behind.
fn bound(value: &str) -> Option<Bound> {
    if let Ok(port) = value.parse() {
        return Some((None, port));
    }
    let value = match value.rsplit_once('%') {
        Some((value, interface)) if !interface.contains(':') => value,
        _ => value,
    };
    let (address, port) = value.rsplit_once(':')?;
    let address = address
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(address);
    Some((Some(address.parse().ok()?), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::units::parse;

    fn listens(text: &str) -> Listens {
        Listens::of(&Unit {
            name: "ssh.socket".into(),
            settings: parse(text.as_bytes(), "u").settings,
            ..Unit::default()
        })
    }

    fn socket(protocol: Protocol, address: &str, port: u16) -> Socket {
        Socket {
            protocol,
            address: address.parse().unwrap(),
            port,
            v6only: None,
            device: None,
            inode: 1,
            uid: 0,
        }
    }

    #[test]
    fn a_bare_port_is_every_address_and_an_empty_one_takes_all_back() {
        let unit = listens(
            "[Socket]\nListenStream=22\nListenStream=\nListenStream=2222\nListenStream=127.0.0.1:80\nListenStream=[::1]:81\nListenDatagram=53\nListenStream=/run/x\n",
        );
        assert!(unit.has(&socket(Protocol::Tcp, "::", 2222), None));
        assert!(unit.has(&socket(Protocol::Tcp, "0.0.0.0", 2222), None));
        assert!(unit.has(&socket(Protocol::Tcp, "127.0.0.1", 80), None));
        assert!(unit.has(&socket(Protocol::Tcp, "::1", 81), None));
        assert!(unit.has(&socket(Protocol::Udp, "::", 53), None));
        for (protocol, address, port) in [
            (Protocol::Tcp, "::", 22),
            (Protocol::Tcp, "192.0.2.1", 2222),
            (Protocol::Udp, "::", 2222),
            (Protocol::Tcp, "0.0.0.0", 80),
        ] {
            assert!(
                !unit.has(&socket(protocol, address, port), None),
                "{address} {port}"
            );
        }
    }

    #[test]
    fn a_specifier_may_stand_for_any_port() {
        for stream in ["%i", "[::]:%i", "0.0.0.0:%i"] {
            let unit = listens(&format!("[Socket]\nListenStream={stream}\n"));
            assert!(unit.has(&socket(Protocol::Tcp, "::", 22), None), "{stream}");
            assert!(
                !unit.has(&socket(Protocol::Udp, "::", 22), None),
                "{stream}"
            );
        }
        let bound = listens("[Socket]\nListenStream=[::]:22%eth0\n");
        assert!(bound.has(&socket(Protocol::Tcp, "::", 22), None));
        assert!(!bound.has(&socket(Protocol::Tcp, "::", 23), None));
    }

    #[test]
    fn a_unit_may_be_for_one_interface() {
        let unit = listens("[Socket]\nListenStream=22\nBindToDevice=wg0\n");
        let any = socket(Protocol::Tcp, "::", 22);
        assert!(unit.has(&any, Some(&"wg0".into())));
        assert!(!unit.has(&any, Some(&"eth0".into())) && !unit.has(&any, None));
    }

    #[test]
    fn names_what_it_starts() {
        let starts = |text| listens(text).unit.starts.raw().to_owned();
        assert_eq!(starts("[Socket]\nListenStream=22\n"), "ssh.service");
        assert_eq!(starts("[Socket]\nAccept=yes\n"), "ssh@.service");
        assert_eq!(starts("[Socket]\nService=other.service\n"), "other.service");
    }
}
