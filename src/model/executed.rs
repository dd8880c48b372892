//! What a host executes by itself, as whom: by the commands of its units and the jobs of cron.
//!
//! Taken are programs, what an interpreter or another program is told to run, and what stands in the place of a command in the text
//! of `sh -c`. A program by its bare name is looked for in the directories of the manager's path, each of which may have it. Not taken
//! are names that a shell looks for, variables, and what a program itself executes.

use crate::facts::cron::Cron;
use crate::facts::executed::Run;
use crate::facts::units::{FileState, Load, Machine, Unit, Units};
use crate::source::{HostText, Obstacle, Source};
use std::collections::BTreeSet;

/// Where systemd looks for a bare name.
const PATH: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// Programs whose next word is a program.
const WRAPPERS: [&str; 11] = [
    "env", "nice", "ionice", "timeout", "nohup", "setsid", "flock", "chrt", "stdbuf", "exec",
    "time",
];

/// Programs that execute the file that they are told to.
const INTERPRETERS: [&str; 12] = [
    "sh", "bash", "dash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node", "php", "lua",
];

const KEYS: [&str; 7] = [
    "ExecCondition",
    "ExecStartPre",
    "ExecStart",
    "ExecStartPost",
    "ExecReload",
    "ExecStop",
    "ExecStopPost",
];

/// What the units execute that something starts: all but those that are disabled and that nothing names. What cannot be told is a
/// gap.
pub fn by_units(units: &Units, machine: &Machine) -> (Vec<Run>, Vec<Obstacle>) {
    let named: BTreeSet<String> = units.units.items.iter().flat_map(names_in).collect();
    let starts = |unit: &&Unit| {
        let all = [&unit.name].into_iter().chain(&unit.aliases);
        let is_named = all.clone().any(|name| named.contains(name.raw()));
        unit.load == Load::Loaded && (unit.state != FileState::Disabled || is_named)
    };
    let services = units.units.items.iter().filter(|it| it.kind() == "service");
    let (mut runs, mut gaps) = (Vec::new(), Vec::new());
    for unit in services.filter(starts) {
        of_unit(unit, machine, &mut runs, &mut gaps);
    }
    (runs, gaps)
}

/// The units that a unit names: what it wants, and what it starts.
fn names_in(unit: &Unit) -> Vec<String> {
    let mut names: Vec<String> = unit.links.iter().map(|it| it.raw().to_owned()).collect();
    for key in [
        "Wants",
        "Requires",
        "BindsTo",
        "Upholds",
        "OnFailure",
        "OnSuccess",
    ] {
        let values = unit.list("Unit", key).into_iter();
        names.extend(values.flat_map(|it| it.value.raw().split_whitespace().map(str::to_owned)));
    }
    if unit.state == FileState::Disabled {
        return names;
    }
    let started = match unit.kind() {
        "timer" => unit.last("Timer", "Unit"),
        "path" => unit.last("Path", "Unit"),
        "socket" => unit.last("Socket", "Service"),
        _ => return names,
    };
    let stem = unit
        .name
        .raw()
        .rsplit_once('.')
        .map_or("", |(stem, _)| stem);
    let accepts = unit.flag("Socket", "Accept") == Some(true);
    let at = if accepts { "@" } else { "" };
    names.push(started.map_or_else(|| format!("{stem}{at}.service"), |it| it.raw().to_owned()));
    names
}

fn of_unit(unit: &Unit, machine: &Machine, runs: &mut Vec<Run>, gaps: &mut Vec<Obstacle>) {
    let mut hidden = |what: String| gaps.push(Obstacle::NotModelled { what: what.into() });
    for key in ["RootDirectory", "RootImage"] {
        // Another tree, in which the paths are others.
        if unit.last("Service", key).is_some() {
            return hidden(format!(
                "what {} executes in a root of its own ({key})",
                unit.name.raw()
            ));
        }
    }
    let dynamic = unit.has("DynamicUser");
    let own = match unit.last("Service", "User") {
        None if dynamic => "a dynamic user".into(),
        None => "root".into(),
        Some(user) => unit
            .filled(user.raw(), machine)
            .map_or_else(|| user.clone(), HostText::from),
    };
    let start_only = unit.flag("Service", "PermissionsStartOnly") == Some(true);
    let by: HostText = format!("unit {}", unit.name.raw()).into();
    for key in KEYS {
        for (command, source) in unit.commands("Service", key, machine) {
            let as_root = command.keeps_root || start_only && key != "ExecStart";
            let user = if as_root { "root".into() } else { own.clone() };
            let mut words: Vec<&str> = command.argv.iter().skip(1).map(HostText::raw).collect();
            words.insert(0, command.path.raw());
            if let Some(letter) = command.unknown {
                hidden(format!(
                    "%{letter} in what {} executes ({source})",
                    unit.name.raw()
                ));
            }
            for path in paths(&words, true) {
                runs.push(Run {
                    path: path.into(),
                    user: user.clone(),
                    by: by.clone(),
                    source: source.clone(),
                });
            }
        }
    }
}

/// What cron executes.
pub fn by_cron(cron: &Cron) -> Vec<Run> {
    let mut runs = Vec::new();
    for (table, job) in cron.jobs() {
        for path in in_shell(job.command.raw()) {
            runs.push(Run {
                path: path.into(),
                user: job.user.clone(),
                by: "cron".into(),
                source: Source::line(table.path.clone(), job.line),
            });
        }
    }
    let scripts = cron.scripts.items.iter().filter(|it| it.ignored.is_none());
    runs.extend(scripts.map(|script| Run {
        path: script.path.clone(),
        user: "root".into(),
        by: "run-parts".into(),
        source: Source::file(script.path.clone()),
    }));
    runs
}

/// What the first line of a script names: the interpreter, and through env(1) what that starts.
pub fn interpreters(script: &[u8]) -> Vec<String> {
    let Some(rest) = script.strip_prefix(b"#!") else {
        return Vec::new();
    };
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = HostText::from_bytes(line);
    let words: Vec<&str> = line.raw().split_whitespace().collect();
    paths(&words, false)
}

/// The files that a command line executes, by absolute paths.
fn paths(words: &[&str], by_name: bool) -> Vec<String> {
    let Some((program, rest)) = words.split_first() else {
        return Vec::new();
    };
    let mut found = match program.starts_with('/') {
        true => vec![(*program).to_owned()],
        false if by_name && !program.contains('/') => PATH
            .iter()
            .map(|directory| format!("{directory}/{program}"))
            .collect(),
        false => Vec::new(),
    };
    let name = program.rsplit('/').next().unwrap_or(program);
    if WRAPPERS.contains(&name) {
        let number = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        let next = rest
            .iter()
            .position(|it| !it.starts_with('-') && !it.contains('=') && !number(it));
        found.extend(next.map(|at| paths(&rest[at..], false)).unwrap_or_default());
    } else if is_interpreter(name) {
        found.extend(interpreted(rest));
    }
    found
}

fn is_interpreter(name: &str) -> bool {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    INTERPRETERS.contains(&name) || INTERPRETERS.contains(&bare)
}

/// What an interpreter is told to execute: the text behind `-c`, or a file.
fn interpreted(words: &[&str]) -> Vec<String> {
    for (at, word) in words.iter().enumerate() {
        let is_short = word.starts_with('-') && !word.starts_with("--");
        if is_short && word.ends_with('c') {
            return words
                .get(at + 1)
                .map(|text| in_shell(text))
                .unwrap_or_default();
        }
        if !word.starts_with('-') {
            return match word.starts_with('/') {
                true => vec![(*word).to_owned()],
                false => Vec::new(),
            };
        }
    }
    Vec::new()
}

/// What stands in the place of a command in a shell's text, by absolute paths.
fn in_shell(text: &str) -> Vec<String> {
    const KEYWORDS: [&str; 9] = [
        "then", "do", "else", "elif", "if", "while", "until", "!", "{",
    ];
    let mut found = Vec::new();
    for command in text.split(['\n', ';', '|', '&', '(', ')', '`', '}']) {
        let words = command
            .split_whitespace()
            .map(|it| it.trim_matches(['"', '\'']));
        let leads = |word: &&str| {
            let assigns = word.split_once('=').is_some_and(|(name, _)| {
                name.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            });
            KEYWORDS.contains(word) || assigns
        };
        let words: Vec<&str> = words.skip_while(leads).collect();
        found.extend(paths(&words, false));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_execute() {
        let cases: [(&str, &[&str]); 7] = [
            (
                "/bin/a /bin/b; X=1 /bin/c | /bin/d >/tmp/e",
                &["/bin/a", "/bin/c", "/bin/d"],
            ),
            ("if /bin/a; then /bin/b; fi", &["/bin/a", "/bin/b"]),
            ("cd / && run-parts /etc/cron.daily", &[]),
            ("python3 -u /opt/bot/main.py --x /y", &["/opt/bot/main.py"]),
            ("nice -n 5 /opt/x /y", &["/opt/x"]),
            (
                "/usr/bin/env A=b /opt/venv/bin/python3.11 /opt/m.py",
                &["/usr/bin/env", "/opt/venv/bin/python3.11", "/opt/m.py"],
            ),
            (
                "[ -x /etc/init.d/x ] && test -x /usr/sbin/y || /bin/z",
                &["/bin/z"],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(in_shell(text), expected, "{text}");
        }
        assert_eq!(
            paths(&["/bin/sh", "-ec", "exec /opt/a \"$1\""], true),
            ["/bin/sh", "/opt/a"]
        );
        assert_eq!(paths(&["sleep", "5"], true).len(), PATH.len());
        assert_eq!(
            interpreters(b"#!/usr/bin/env /opt/py\nx"),
            ["/usr/bin/env", "/opt/py"]
        );
    }
}
