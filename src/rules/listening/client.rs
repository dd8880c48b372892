//! Public ports that are those of clients: a host that asks for an address, a name, or the time.

use super::Port;
use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::listeners::Owner;
use crate::facts::processes::Process;
use crate::facts::sysctl::SysctlKey;
use crate::kernel::Protocol;

/// The setting that says which ports the kernel gives to clients.
pub const CLIENT_PORTS: &str = "net.ipv4.ip_local_port_range";

/// Who asks for addresses (DHCP).
const DHCP: [&str; 6] = [
    "dhclient",
    "dhcpcd",
    "systemd-networkd",
    "NetworkManager",
    "udhcpc",
    "busybox",
];
/// Who asks for names on the link (mDNS, LLMNR).
const NAMES: [&str; 2] = ["systemd-resolved", "avahi-daemon"];
/// Below it a program chose the port: the kernel's own choice begins here, unless somebody widened it.
const KERNELS_CHOICE: u16 = 32_768;

/// What kind of client the port looks like, if it does. A port with a name of its own is a client's only where a program
/// holds it that is known for that: anybody may bind 5355.
///
/// # Errors
/// [`Unjudged::Unknown`] if it was not seen who holds a port with a name.
pub fn client_like(port: &Port, facts: &Facts) -> Result<Option<&'static str>, Unjudged> {
    let (programs, what): (&[&str], _) = match (port.number, port.protocol) {
        (68 | 546, Protocol::Udp) => (&DHCP, "a DHCP client does"),
        (5353, Protocol::Udp) => (&NAMES, "mDNS does"),
        (5355, Protocol::Udp | Protocol::Tcp) => (&NAMES, "LLMNR does"),
        (number, Protocol::Udp) if in_client_range(number, facts) => {
            let of_nobody = port.listeners.iter().any(|it| it.owner == Owner::Nobody);
            let what = "a client does whose port the kernel chose";
            // A client is a process: what the kernel itself holds is a tunnel.
            return match port.unseen() {
                Some(why) => Err(why.clone().into()),
                None => Ok((!of_nobody).then_some(what)),
            };
        }
        _ => return Ok(None),
    };
    let known = |holder: &Process| holder.runs(programs, &port.all.namespaces);
    for listener in &port.listeners {
        let mut holders = port.all.holders(listener).peekable();
        if holders.peek().is_none() {
            return port
                .unseen()
                .map_or(Ok(None), |why| Err(why.clone().into()));
        }
        for holder in holders {
            if !known(holder)? {
                return Ok(None);
            }
        }
    }
    Ok(Some(what))
}

/// A range that could not be read has no port in it.
fn in_client_range(number: u16, facts: &Facts) -> bool {
    let read = || {
        let key = SysctlKey::new(CLIENT_PORTS).ok()?;
        let (value, _) = facts.sysctl(&key).and_then(Fact::known).ok()?;
        let mut bounds = value.raw().split_ascii_whitespace().map(str::parse::<u16>);
        Some((bounds.next()?.ok()?, bounds.next()?.ok()?))
    };
    read().is_some_and(|(from, to)| (from.max(KERNELS_CHOICE)..=to).contains(&number))
}
