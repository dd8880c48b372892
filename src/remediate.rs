//! The steps of many findings, merged by target and put in a safe order.
//!
//! Settings of sshd become one drop-in file, kernel settings another. Steps that promise to break nothing come first,
//! then those that could, then what only a person can do. Nothing here runs anything: a task is text for a person.

use crate::source::HostText;
use crate::step::{Action, Risk, SSHD_DROP_IN, SYSCTL_DROP_IN, Step, quoted};
use std::collections::BTreeMap;

/// Reload keeps the sessions that are open. The unit is `ssh` on Debian and Ubuntu, `sshd` elsewhere.
const RELOAD_SSHD: &str = "(systemctl reload ssh || systemctl reload sshd)";

/// One thing to do: lines to add to a file, commands to run, or a request to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What to do, in one line.
    pub title: HostText,
    /// The worst of the steps that it is made of.
    pub risk: Risk,
    /// What must hold before.
    pub requires: Vec<String>,
    /// Lines that a file gets.
    pub lines: Vec<HostText>,
    /// Commands, one a line.
    pub commands: Vec<HostText>,
    /// A command that shows whether it worked.
    pub verify: Vec<HostText>,
    /// How to take it back.
    pub undo: Option<HostText>,
}

/// Merges the steps.
pub fn plan<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<Task> {
    let mut groups: BTreeMap<(Target, Risk), Vec<&Step>> = BTreeMap::new();
    for step in steps {
        let group = groups
            .entry((Target::of(&step.action), rank(&step.risk)))
            .or_default();
        if !group.iter().any(|known| known.action == step.action) {
            group.push(step);
        }
    }
    let mut tasks: Vec<Task> = groups
        .into_iter()
        .map(|((target, _), steps)| target.task(&steps))
        .collect();
    tasks.sort_by_key(|task| rank(&task.risk));
    tasks
}

/// What the steps of a task have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Sshd,
    Sysctl,
    Alone(Action),
}

/// The risk without its words: what is risky for different reasons is still one drop-in.
fn rank(risk: &Risk) -> Risk {
    match risk {
        Risk::Risky { .. } => Risk::Risky {
            danger: String::new(),
        },
        other => other.clone(),
    }
}

impl Target {
    fn of(action: &Action) -> Self {
        match action {
            Action::SetSshdOption { .. } => Self::Sshd,
            Action::SetSysctl { .. } => Self::Sysctl,
            other => Self::Alone(other.clone()),
        }
    }

    fn task(&self, steps: &[&Step]) -> Task {
        let mut task = Task {
            title: HostText::default(),
            risk: worst(steps),
            requires: Vec::new(),
            lines: Vec::new(),
            commands: Vec::new(),
            verify: Vec::new(),
            undo: None,
        };
        for step in steps {
            add_new(&mut task.requires, &step.requires);
            add_new(&mut task.verify, step.verify.as_slice());
            task.undo = step.undo.clone().or(task.undo);
        }
        match self {
            Self::Sshd => {
                task.title = format!("add to {SSHD_DROP_IN}").into();
                task.commands = vec![format!("sshd -t && {RELOAD_SSHD}").into()];
                task.undo = Some(
                    format!("take these lines out of {SSHD_DROP_IN}, then {RELOAD_SSHD}").into(),
                );
            }
            Self::Sysctl => {
                task.title = format!("add to {SYSCTL_DROP_IN}").into();
                task.commands = vec![format!("sysctl -p {SYSCTL_DROP_IN}").into()];
                task.undo =
                    Some(format!("take these lines out of {SYSCTL_DROP_IN}, and reboot").into());
                task.verify.clear(); // sysctl -p prints every value that it set
            }
            Self::Alone(_) => {
                task.title = steps
                    .first()
                    .map(|step| step.text.clone())
                    .unwrap_or_default()
            }
        }
        for step in steps {
            match &step.action {
                Action::SetSshdOption { target, value } => {
                    task.lines.push(format!("{target} {value}").into())
                }
                Action::SetSysctl { target, value } => {
                    task.lines
                        .push(format!("{} = {value}", target.raw()).into());
                }
                Action::WriteFile {
                    target,
                    value,
                    mode,
                } => {
                    task.lines.extend(value.lines().map(HostText::from));
                    task.commands
                        .push(format!("chmod {mode} {}", quoted(target)).into());
                }
                Action::SetMode {
                    target,
                    value,
                    owner,
                } => {
                    let file = quoted(target);
                    task.commands.push(format!("chmod {value} {file}").into());
                    let owner = owner
                        .as_ref()
                        .map(|owner| format!("chown {} {file}", quoted(owner)));
                    task.commands.extend(owner.map(HostText::from));
                }
                Action::Run { argv, .. } => {
                    let words: Vec<String> = argv.iter().map(quoted).collect();
                    task.commands.push(words.join(" ").into());
                }
                Action::Ask { .. } => {}
            }
        }
        task
    }
}

fn add_new<T: Clone + PartialEq>(known: &mut Vec<T>, more: &[T]) {
    for item in more {
        if !known.contains(item) {
            known.push(item.clone());
        }
    }
}

/// The dangers of all steps, each once.
fn worst(steps: &[&Step]) -> Risk {
    let mut dangers: Vec<String> = Vec::new();
    for step in steps {
        if let Risk::Risky { danger } = &step.risk {
            add_new(&mut dangers, std::slice::from_ref(danger));
        }
    }
    match steps.iter().map(|step| &step.risk).max() {
        Some(Risk::Risky { .. }) => Risk::Risky {
            danger: dangers.join("; "),
        },
        Some(other) => other.clone(),
        None => Risk::Safe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sysctl(key: &str, value: &str) -> Step {
        let action = Action::SetSysctl {
            target: key.into(),
            value: value.to_owned(),
        };
        Step::safe(action, format!("set {key}"))
    }

    fn sshd(keyword: &str) -> Step {
        let action = Action::SetSshdOption {
            target: keyword.to_owned(),
            value: "no".to_owned(),
        };
        Step::risky(action, "locks out", "set it")
            .requiring("a key")
            .verified_by(format!("grep {keyword}"))
    }

    #[test]
    fn settings_of_one_program_are_one_drop_in() {
        let steps = [
            sysctl("kernel.a", "1"),
            sshd("A"),
            sysctl("kernel.b", "2"),
            sshd("B"),
            sysctl("kernel.a", "1"),
        ];
        let tasks = plan(&steps);
        assert_eq!(tasks.len(), 2);
        assert_eq!(
            tasks[0].lines,
            ["kernel.a = 1", "kernel.b = 2"].map(HostText::from)
        );
        assert_eq!(tasks[1].lines, ["A no", "B no"].map(HostText::from));
        assert_eq!(tasks[1].verify.len(), 2);
        assert_eq!(
            tasks[1].risk,
            Risk::Risky {
                danger: "locks out".to_owned()
            }
        );
    }

    #[test]
    fn what_is_safe_comes_before_what_is_not() {
        let ask = Step::manual("the provider", "ask the provider");
        let mode = Action::SetMode {
            target: "/opt/bot/it's".into(),
            value: "0600".to_owned(),
            owner: Some("bot:bot".into()),
        };
        let steps = [
            ask,
            sshd("A"),
            Step::safe(mode, "close the file"),
            Step::safe(Action::run(["systemctl", "stop", "x y"]), "stop it"),
        ];
        let tasks = plan(&steps);
        let commands: Vec<_> = tasks
            .iter()
            .flat_map(|task| &task.commands)
            .map(HostText::raw)
            .collect();
        assert_eq!(
            commands,
            [
                r"chmod 0600 '/opt/bot/it'\''s'",
                r"chown bot:bot '/opt/bot/it'\''s'",
                "systemctl stop 'x y'",
                &format!("sshd -t && {RELOAD_SSHD}")
            ]
        );
        assert_eq!(tasks.last().unwrap().risk, Risk::Manual);
    }

    #[test]
    fn a_file_is_written_whole() {
        let action = Action::WriteFile {
            target: "/etc/a".into(),
            value: "x\ny\n".to_owned(),
            mode: "0644".to_owned(),
        };
        assert_eq!(
            plan(&[Step::safe(action, "write /etc/a")])[0].lines,
            ["x", "y"].map(HostText::from)
        );
    }
}
