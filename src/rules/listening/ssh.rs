//! Which port is the host's SSH, so that a policy can allow it whatever its number.

use super::Port;
use crate::fact::Unjudged;
use crate::facts::listeners::Listener;
use crate::facts::processes::{Process, find};
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
    let argv = process.argv.get()?;
    let words = argv
        .words
        .iter()
        .flat_map(|it| it.raw().split_ascii_whitespace());
    let words: Vec<&str> = words.collect();
    let Some(options) = options_of_listener(&words) else {
        return Ok(false);
    };
    match other_configuration(options) {
        None => Ok(true),
        Some(option) => Err(Obstacle::NotModelled {
            what: format!("an sshd that was started with {option}").into(),
        }
        .into()),
    }
}

/// The options that an sshd which listens was started with; none for one that serves a session. From 8.2 on it calls itself
/// `sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups`, and that of a session `sshd: root@pts/0`.
fn options_of_listener<'w>(words: &'w [&'w str]) -> Option<&'w [&'w str]> {
    match words {
        ["sshd:", _program, rest @ ..] => {
            let end = rest.iter().position(|word| *word == "[listener]")?;
            rest.get(..end)
        }
        [program, ..] if program.ends_with(':') => None,
        [_program, rest @ ..] => Some(rest),
        [] => None,
    }
}

/// The first option by which sshd goes by something else than the host's files: `-f`, or `-o` (sshd(8)).
fn other_configuration(words: &[&str]) -> Option<String> {
    const WITH_VALUE: &str = "CEbcfghkopu";
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let letters = word.strip_prefix('-').unwrap_or("");
        let Some(at) = letters.find(|letter| WITH_VALUE.contains(letter)) else {
            continue;
        };
        let (letter, value) = letters[at..].split_at(1);
        let value = match value {
            "" => words.next().copied().unwrap_or(""),
            value => value,
        };
        let is_usual = letter == "f" && value == "/etc/ssh/sshd_config";
        if matches!(letter, "f" | "o") && !is_usual {
            return Some(format!("-{letter} {value}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listens(line: &str) -> Option<Option<String>> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        options_of_listener(&words).map(other_configuration)
    }

    #[test]
    fn a_session_is_no_listener() {
        assert_eq!(listens("sshd: root@notty"), None);
        assert_eq!(listens("sshd: root [priv]"), None);
        assert_eq!(listens("sshd-session: root@pts/0"), None);
        assert_eq!(listens(""), None);
        let title = "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups";
        assert_eq!(listens(title), Some(None));
        assert_eq!(listens("/usr/sbin/sshd -D"), Some(None));
    }

    #[test]
    fn what_takes_another_configuration_is_seen() {
        let other = |options: &str| {
            listens(&format!(
                "sshd: /usr/sbin/sshd {options} [listener] 0 of 10-100 startups"
            ))
            .unwrap()
        };
        assert_eq!(other("-D -p 2222 -E /var/log/f"), None);
        assert_eq!(other("-D -f /etc/ssh/sshd_config"), None);
        assert_eq!(other("-Df /x").as_deref(), Some("-f /x"));
        assert_eq!(other("-D -p22 -f/x").as_deref(), Some("-f /x"));
        assert_eq!(
            other("-oPermitRootLogin=yes").as_deref(),
            Some("-o PermitRootLogin=yes")
        );
        assert_eq!(other("-E -f -D"), None);
    }
}
