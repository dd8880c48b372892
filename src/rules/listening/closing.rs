//! How a public port is closed, by what holds it.

use super::Port;
use crate::facts::listeners::Listener;
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
    let local = match listener.socket.address.is_ipv6() {
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
