//! Where sshd would listen: Port, ListenAddress and AddressFamily together (process_queued_listen_addrs).

use super::address::Address;
use super::kind::Listen;
use super::refusal::{Refusal, Trouble};
use crate::facts::sshd::Names;
use crate::source::{HostText, Obstacle};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The lines of `ListenAddress` that `sshd -T` prints: for each of its addresses the ports that it names, or all.
///
/// # Errors
/// What sshd refuses, or that an address is a name that the host's own table does not have.
pub(super) fn expand(
    queued: &[Listen],
    ports: &[u16],
    family: &str,
    names: &Names,
) -> Result<Vec<String>, Trouble> {
    let wanted = |ip: &IpAddr| match family {
        "inet" => ip.is_ipv4(),
        "inet6" => ip.is_ipv6(),
        _ => true,
    };
    let mut lines = Vec::new();
    let mut add = |addresses: &[(IpAddr, u32)], port: u16| {
        // sshd keeps them on a stack, so that each name's come in reverse.
        for (ip, scope) in addresses.iter().rev() {
            lines.push(match (ip, scope) {
                (IpAddr::V4(ip), _) => format!("{ip}:{port}"),
                (IpAddr::V6(ip), 0) => format!("[{ip}]:{port}"),
                (IpAddr::V6(ip), scope) => format!("[{ip}%{scope}]:{port}"),
            });
        }
    };
    if queued.is_empty() {
        let any = [Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()];
        let any: Vec<(IpAddr, u32)> = any.into_iter().filter(wanted).map(|ip| (ip, 0)).collect();
        for port in ports {
            add(&any, *port);
        }
    }
    for listen in queued {
        let found = resolve(&listen.host, names, &wanted)?;
        match listen.port {
            Some(port) => add(&found, port),
            None => ports.iter().for_each(|port| add(&found, *port)),
        }
    }
    Ok(lines)
}

/// getaddrinfo(3), with what may be known of names.
fn resolve(
    host: &[u8],
    names: &Names,
    wanted: &dyn Fn(&IpAddr) -> bool,
) -> Result<Vec<(IpAddr, u32)>, Trouble> {
    let text = HostText::from_bytes(host);
    let refuse = |why: &str| {
        Trouble::Refused(Refusal {
            place: None,
            messages: vec![format!("bad addr or host: {} ({why})", text.raw()).into()],
        })
    };
    if host == b"*" {
        // A name that stands for none: without one, and not to listen, that is this host.
        let both = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        return Ok(both.into_iter().filter(wanted).map(|ip| (ip, 0)).collect());
    }
    if let Some(address) = Address::parse(host) {
        return match wanted(&address.ip) {
            true => Ok(vec![(address.ip, address.scope)]),
            false => Err(refuse("Address family for hostname not supported")),
        };
    }
    if host.is_empty() {
        return Err(refuse("Name or service not known"));
    }
    let known = names
        .hosts
        .iter()
        .find(|(name, _)| name.raw().eq_ignore_ascii_case(text.raw()));
    let found: Vec<IpAddr> = known.map_or(Vec::new(), |(_, found)| found.clone());
    let mut found: Vec<(IpAddr, u32)> =
        found.into_iter().filter(wanted).map(|ip| (ip, 0)).collect();
    if found.is_empty() {
        let obstacle = names.unseen.first().cloned();
        let unasked = Obstacle::NotModelled {
            what: format!(
                "the address of {}, which a resolver would have to be asked for",
                text.raw()
            )
            .into(),
        };
        return Err(obstacle.unwrap_or(unasked).into());
    }
    // What can be reached by IPv6 comes first (RFC 6724).
    found.sort_by_key(|(ip, _)| ip.is_ipv4());
    Ok(found)
}
