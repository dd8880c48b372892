//! Which port is the host's SSH, so that a policy can allow it whatever its number.

use super::Port;
use crate::fact::Unjudged;
use crate::facts::listeners::Listener;
use crate::facts::processes::{Process, find};
use crate::facts::sshd_daemons::options_of_listener;
use crate::kernel::Protocol;
use crate::model::logins::is_ssh_service;
use crate::source::Obstacle;

/// The services that are the host's own sshd.
const SERVICES: [&str; 2] = ["ssh.service", "sshd.service"];

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
    let mut units = listener.socket_units.iter();
    if !units.all(|unit| is_ssh_service(unit.starts.raw())) {
        return Ok(false);
    }
    // Each must be: a socket that sshd shares with another program is as much the other's. Systemd may hold it for sshd.
    let by_unit = !listener.socket_units.is_empty();
    let mut any = by_unit;
    for holder in listener
        .holders()
        .iter()
        .filter(|it| !(by_unit && it.pid == 1))
    {
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
    let own_mounts = process.namespaces.get()?.mnt != here.get()?.mnt;
    match &process.place.get()?.unit {
        Some(unit) if !SERVICES.contains(&unit.raw()) => return Ok(false),
        // A sandboxed service: which files it reads is not known from here.
        Some(_) if own_mounts => {
            return Err(Obstacle::NotModelled {
                what: "an sshd with mounts of its own".into(),
            }
            .into());
        }
        // Without systemd there are no units; what was laid over its program is seen by its mounts.
        None if own_mounts => return Ok(false),
        _ => {}
    }
    // By which options is judged elsewhere: every daemon by its own.
    Ok(options_of_listener(&process.argv.get()?.words).is_some())
}
