//! How a public port is closed, by what holds it.

use super::Port;
use crate::facts::listeners::Listener;
use crate::facts::processes::Process;
use crate::source::HostText;
use crate::step::{Action, Step};

const DANGER: &str = "whatever is reached through this port stops answering";

/// Bind it to the host itself, or stop what is not needed. The first is right for most: a bot's page is reached through an
/// SSH tunnel, and a database by programs of the same host.
pub fn steps(port: &Port) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for listener in &port.listeners {
        for step in close(port, listener) {
            if !steps.contains(&step) {
                steps.push(step);
            }
        }
    }
    steps
}

fn close(port: &Port, listener: &Listener) -> Vec<Step> {
    let verify = "seaworthy check --only listener-public";
    let number = port.number;
    if let Some(behind) = &listener.proxied {
        let name = behind.name.as_ref().map_or("the container", HostText::raw);
        let inner = behind.to.port;
        let text = format!(
            "publish the port on this host alone: `127.0.0.1:{number}:{inner}` in place of `{number}:{inner}` (docker run -p, or `ports:` in compose), then make {name} anew"
        );
        return vec![Step::manual(name, text).verified_by(verify)];
    }
    if !listener.socket_units.is_empty() {
        let units = listener.socket_units.iter();
        return units
            .map(|unit| disable(unit.name.raw()).verified_by(verify))
            .collect();
    }
    let Some(holder) = port.all.holders(listener).next() else {
        return vec![
            Step::manual(
                format!("port {number}/{}", port.protocol),
                "find out what listens there, and whether it must",
            )
            .verified_by(verify),
        ];
    };
    let name = &holder.name;
    if let Some(step) = of_ssh_or_init(holder) {
        return vec![step.verified_by(verify)];
    }
    let has_v6 = port.listeners.iter().any(|it| it.socket.address.is_ipv6());
    let local = match has_v6 {
        true => "127.0.0.1 or ::1",
        false => "127.0.0.1",
    };
    let place = holder
        .place
        .get()
        .ok()
        .filter(|place| place.container.is_none());
    // A user's own unit, or a session, is stopped by who started it.
    let unit = place
        .filter(|place| place.user_unit.is_none())
        .and_then(|place| place.unit.as_ref())
        .filter(|unit| unit.raw().ends_with(".service"));
    let or = unit.map_or_else(String::new, |unit| {
        format!(
            "; or, if nobody needs it: systemctl disable --now {}",
            unit.raw()
        )
    });
    let text = format!(
        "let {} listen on {local} only, in its own configuration, and restart it{or}",
        name.raw()
    );
    vec![Step::manual(name.clone(), text).verified_by(verify)]
}

fn disable(unit: &str) -> Step {
    let action = Action::run(["systemctl", "disable", "--now", unit]);
    Step::risky(action, DANGER, format!("stop {unit} and keep it stopped"))
        .undone_by(format!("systemctl enable --now {unit}"))
}

/// What no configuration of the holder's own closes: a port that a session forwards, or that systemd holds.
fn of_ssh_or_init(holder: &Process) -> Option<Step> {
    let (target, text) = match holder.name.raw() {
        "sshd" | "sshd-session" => (
            "sshd",
            "if a session forwards the port (ssh -R), end that session, and set `GatewayPorts no`; another sshd is stopped by its unit. The sshd that you come in by stays",
        ),
        "systemd" if holder.pid == 1 => (
            "systemd",
            "find the socket unit that holds it: systemctl list-sockets",
        ),
        _ => return None,
    };
    Some(Step::manual(target, text))
}
