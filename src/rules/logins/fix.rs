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

/// Sets a keyword for everybody.
pub fn set(held: &Held, keyword: &str, value: &str) -> Vec<Step> {
    set_all(held, &[keyword], value)
}

/// Sets keywords for everybody, so that the setting which was judged gets the value. A drop-in that sorts before the line that
/// wins now is enough as a rule; where it would lose, to a Match block, an option of the daemon, or a main file without an
/// Include, it is said what must go first.
pub fn set_all(held: &Held, keywords: &[&str], value: &str) -> Vec<Step> {
    let verify = format!(
        "seaworthy trace ssh{} {}",
        how(held),
        held.setting.keyword.to_ascii_lowercase()
    );
    let drop_in_wins = wins(held, keywords, value);
    let mut steps = Vec::new();
    if !drop_in_wins {
        let origins = held.setting.decided_by.iter();
        steps.extend(origins.map(|origin| out_of_the_way(held, origin, keywords, value)));
    }
    let main = held.instance.config.main.raw();
    if drop_in_wins || (!steps.is_empty() && held.instance.config.reads(SSHD_DROP_IN)) {
        steps.extend(keywords.iter().map(|keyword| {
            let action = Action::SetSshdOption {
                target: (*keyword).to_owned(),
                value: value.to_owned(),
            };
            let undo = format!("take {keyword} out of {SSHD_DROP_IN} and reload sshd");
            careful(keyword, action, format!("set {keyword} {value}")).undone_by(undo)
        }));
    } else if steps.is_empty() {
        // Without an Include nobody would read a drop-in.
        let text = format!(
            "write {} at the top of {main}, which includes no drop-ins; {}, then reload sshd",
            lines(keywords, value),
            tested(held)
        );
        steps.push(Step::manual(main, text).requiring(KEY_WORKS));
    }
    steps
        .into_iter()
        .map(|step| step.verified_by(verify.clone()))
        .collect()
}

const KEY_WORKS: &str = "a login by key works: try it in a second session, and leave this one open";

fn careful(keyword: &str, action: Action, text: String) -> Step {
    match danger(keyword) {
        Some(danger) => Step::risky(action, danger, text).requiring(KEY_WORKS),
        None => Step::safe(action, text),
    }
}

fn lines(keywords: &[&str], value: &str) -> String {
    let lines = keywords
        .iter()
        .map(|keyword| format!("`{keyword} {value}`"));
    lines.collect::<Vec<_>>().join(" and ")
}

/// How the files of this daemon are tested.
fn tested(held: &Held) -> String {
    match &held.instance.started.config {
        Some(path) => format!("`sshd -t -f {}`", path.raw()),
        None => "`sshd -t`".to_owned(),
    }
}

/// True if the drop-in makes the setting that was judged hold for this login.
fn wins(held: &Held, keywords: &[&str], value: &str) -> bool {
    let text: Vec<String> = keywords.iter().map(|it| format!("{it} {value}")).collect();
    let with = held.instance.config.with_file(SSHD_DROP_IN, &text);
    let arguments = command_line(&held.instance.started);
    let Ok(model) = Model::new(&with, held.model.version(), &arguments) else {
        return false;
    };
    let after = effective(&model, held.login).ok();
    let setting = after.and_then(|it| it.get(&held.setting.keyword).ok().flatten());
    let is_ours = |origin: &Origin| matches!(origin, Origin::Line { source: Source::File { path, .. }, .. } if path.raw() == SSHD_DROP_IN);
    setting.is_some_and(|setting| {
        let decided = setting.decided_by.iter().any(is_ours);
        decided
            || setting
                .value()
                .is_some_and(|it| it.eq_ignore_ascii_case(value))
    })
}

fn out_of_the_way(held: &Held, origin: &Origin, keywords: &[&str], value: &str) -> Step {
    let step = match origin {
        Origin::CommandLine(option) => {
            let unit = held.instance.daemon.and_then(|it| it.unit.clone());
            let unit = unit.unwrap_or_else(|| "ssh.service".into());
            let text = format!(
                "take `{}` out of how {unit} starts sshd (systemctl cat {unit}, and its EnvironmentFile), then restart it",
                option.raw(),
            );
            Step::manual(unit, text)
        }
        Origin::Line {
            source,
            block: Some(_),
        } => {
            let keyword = &held.setting.keyword;
            let text = format!("take {keyword} out of {source}: a Match block beats every drop-in");
            Step::manual(source.to_string(), text)
        }
        Origin::Line {
            source,
            block: None,
        } => {
            let text = format!(
                "write {} in {source}, in place of what stands there: it is read before any drop-in; {}, then reload sshd",
                lines(keywords, value),
                tested(held)
            );
            Step::manual(source.to_string(), text)
        }
    };
    step.requiring(KEY_WORKS)
}

/// How the same login of the same daemon is traced again.
fn how(held: &Held) -> String {
    let mut words = String::new();
    // Where it listens changes nothing of what it does.
    let arguments = held.instance.started.arguments();
    for (option, value) in arguments.filter(|(option, _)| *option != "-p") {
        words += &format!(" {option} {}", quoted(value.raw()));
    }
    if held.model.match_blocks().next().is_none() {
        return words;
    }
    let connection = &held.login.connection;
    let part = |name: &str, value: &Option<HostText>| {
        value.as_ref().map(|it| format!("{name}={}", it.raw()))
    };
    let parts = [
        part("user", &connection.user),
        part("host", &connection.host),
        part("addr", &connection.addr),
        part("laddr", &connection.laddr),
        connection.lport.map(|port| format!("lport={port}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    words + " -C " + &quoted(&parts.join(","))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    match word.bytes().all(plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
