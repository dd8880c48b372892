//! How an option of sshd is changed so that the change wins: tried on the model before it is told.

use super::Held;
use crate::model::logins::{command_line, effective};
use crate::model::sshd::{Model, Origin};
use crate::source::{HostText, Source};
use crate::step::{Action, SSHD_DROP_IN, Step};

/// What could go wrong, by what is set.
fn danger(keyword: &str) -> Option<&'static str> {
    match keyword {
        "PasswordAuthentication"
        | "KbdInteractiveAuthentication"
        | "ChallengeResponseAuthentication"
        | "PermitRootLogin"
        | "PermitEmptyPasswords"
        | "PubkeyAuthentication" => Some("whoever logs in this way, and no other, is locked out"),
        "Ciphers" | "MACs" | "KexAlgorithms" | "HostKeyAlgorithms" | "PubkeyAcceptedAlgorithms" => {
            Some("clients that know nothing else get in no more")
        }
        "StrictModes" => Some("accounts whose keys others may write are locked out"),
        "X11Forwarding" | "AllowTcpForwarding" | "GatewayPorts" | "PermitTunnel" => {
            Some("whoever uses it goes without")
        }
        _ => None,
    }
}

/// Sets a keyword for everybody. A drop-in that sorts before the line that wins now is enough as a rule; where it would lose,
/// to a Match block, an option of the daemon, or a main file without an Include, it is said what must go first.
pub fn set(held: &Held, keyword: &str, value: &str) -> Vec<Step> {
    let verify = format!(
        "seaworthy trace ssh{} {}",
        who(held),
        keyword.to_ascii_lowercase()
    );
    let mut steps = Vec::new();
    let drop_in_wins = wins(held, keyword, value);
    if !drop_in_wins {
        steps.extend(
            held.setting
                .decided_by
                .iter()
                .map(|origin| out_of_the_way(held, origin, keyword, value)),
        );
    }
    // Without an Include nobody would read it.
    if drop_in_wins || !held.setting.decided_by.is_empty() && reads_drop_ins(held) {
        let action = Action::SetSshdOption {
            target: keyword.to_owned(),
            value: value.to_owned(),
        };
        let text = format!("set {keyword} {value}");
        let step = match danger(keyword) {
            Some(danger) => Step::risky(action, danger, text).requiring(
                "a login by key works: try it in a second session, and leave this one open",
            ),
            None => Step::safe(action, text),
        };
        let step = step.verified_by(verify).undone_by(format!(
            "take {keyword} out of {SSHD_DROP_IN} and reload sshd"
        ));
        steps.push(step);
    } else if held.setting.decided_by.is_empty() {
        let main = held.instance.config.main.raw();
        let text = format!(
            "write `{keyword} {value}` at the top of {main}, which includes no drop-ins; `sshd -t`, then reload sshd"
        );
        steps.push(Step::manual(main, text).verified_by(verify));
    }
    steps
}

/// True if the drop-in makes the value hold for this login.
fn wins(held: &Held, keyword: &str, value: &str) -> bool {
    let line = format!("{keyword} {value}");
    let with = held.instance.config.with_file(SSHD_DROP_IN, &line);
    let Ok(model) = Model::new(
        &with,
        held.model.version(),
        &command_line(&held.instance.started),
    ) else {
        return false;
    };
    let holds = effective(&model, held.login)
        .ok()
        .and_then(|it| it.get(keyword).ok().flatten());
    let is_ours = |origin: &Origin| matches!(origin, Origin::Line { source: Source::File { path, .. }, .. } if path.raw() == SSHD_DROP_IN);
    holds.is_some_and(|setting| setting.decided_by.iter().any(is_ours))
}

/// True if the drop-in is read at all.
fn reads_drop_ins(held: &Held) -> bool {
    held.instance.config.reads(SSHD_DROP_IN)
}

fn out_of_the_way(held: &Held, origin: &Origin, keyword: &str, value: &str) -> Step {
    match origin {
        Origin::CommandLine(option) => {
            let unit = held
                .instance
                .daemon
                .and_then(|it| it.unit.clone())
                .unwrap_or_else(|| "ssh.service".into());
            let text = format!(
                "take `{}` out of how {} starts sshd (systemctl cat {}; /etc/default/ssh), then restart it",
                option.raw(),
                unit.raw(),
                unit.raw()
            );
            Step::manual(unit, text)
        }
        Origin::Line {
            source,
            block: Some(_),
        } => {
            let text = format!("take {keyword} out of {source}: a Match block beats every drop-in");
            Step::manual(source.to_string(), text)
        }
        Origin::Line {
            source,
            block: None,
        } => {
            let text = format!(
                "write `{keyword} {value}` in {source}, in place of what stands there: it is read before any drop-in; `sshd -t`, then reload sshd"
            );
            Step::manual(source.to_string(), text)
        }
    }
}

/// `-C` for the login, where it matters.
fn who(held: &Held) -> String {
    if held.model.match_blocks().next().is_none() {
        return String::new();
    }
    let connection = &held.login.connection;
    let part = |name: &str, value: &Option<HostText>| {
        value.as_ref().map(|it| format!("{name}={}", it.raw()))
    };
    let parts = [
        part("user", &connection.user),
        part("addr", &connection.addr),
        connection.lport.map(|port| format!("lport={port}")),
    ];
    format!(
        " -C {}",
        parts.into_iter().flatten().collect::<Vec<_>>().join(",")
    )
}
