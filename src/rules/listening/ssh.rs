//! Which port is the host's SSH, so that a policy can allow it whatever its number.

use super::Port;
use crate::fact::Unjudged;
use crate::facts::listeners::Listener;
use crate::facts::processes::{Process, find};
use crate::facts::sshd_daemons::options_of_listener;
use crate::kernel::Protocol;
use crate::source::Obstacle;

/// The services that are the host's own sshd.
const SERVICES: [&str; 2] = ["ssh.service", "sshd.service"];
/// What a socket unit of it starts, for all who come or for each.
const STARTED: [&str; 4] = [SERVICES[0], SERVICES[1], "ssh@.service", "sshd@.service"];

/// True if the port is the host's SSH: its own sshd listens there, or systemd does to start it. What a session's sshd
/// holds is a forwarded port (`ssh -R`), and an sshd of another unit is another sshd.
///
/// # Errors
/// [`Unjudged::Unknown`] if it might be, and it was not seen who listens, or how that was started.
pub fn is_ssh(port: &Port) -> Result<bool, Unjudged> {
    // Root's sshd, and systemd, open their sockets as root.
    let is_roots = |it: &&Listener| it.socket.uid == 0;
    if port.protocol != Protocol::Tcp || !port.listeners.iter().all(is_roots) {
        return Ok(false);
    }
    let mut unknown = port.unseen().map(|why| why.clone().into());
    for listener in &port.listeners {
        match is(port, listener) {
            Ok(true) => {}
            // Whether the others are does not matter, but one that nobody was seen to hold may be held by anybody.
            Ok(false) if listener.holders().is_empty() && unknown.is_some() => {}
            Ok(false) => return Ok(false),
            Err(why) => unknown = Some(why),
        }
    }
    unknown.map_or(Ok(true), Err)
}

fn is(port: &Port, listener: &Listener) -> Result<bool, Unjudged> {
    if !listener.socket_units.is_empty() {
        let mut units = listener.socket_units.iter();
        return Ok(units.all(|unit| STARTED.contains(&unit.starts.raw())));
    }
    // Each must be: a socket that sshd shares with another program is as much the other's.
    let mut any = false;
    for holder in listener.holders() {
        let Some(process) = find(&port.all.processes, holder.pid) else {
            return Ok(false);
        };
        if !is_daemon(port, process)? {
            return Ok(false);
        }
        any = true;
    }
    Ok(any)
}

fn is_daemon(port: &Port, process: &Process) -> Result<bool, Unjudged> {
    let here = &port.all.namespaces;
    if process.uids.effective != 0 || !process.runs(&["sshd"], here)? {
        return Ok(false);
    }
    let is_hosts = match &process.place.get()?.unit {
        Some(unit) => SERVICES.contains(&unit.raw()),
        // Without systemd there are no units; what was laid over its program is seen by its mounts.
        None => process.namespaces.get()?.mnt == here.get()?.mnt,
    };
    if !is_hosts {
        return Ok(false);
    }
    let Some(started) = options_of_listener(&process.argv.get()?.words) else {
        return Ok(false);
    };
    match started.other_configuration() {
        None => Ok(true),
        Some(option) => Err(Obstacle::NotModelled {
            what: format!("an sshd that was started with {option}").into(),
        }
        .into()),
    }
}
