//! What sudoers says as lines of text, one a setting, alias or command: as cvtsudoers tells it, and as it is read here.

use seaworthy::facts::sudoers::{
    self as facts, Grant, How, Kind, Member, Scope, Setting, Sudoers, What, Who,
};
use serde_json::{Value, json};

fn member(member: &Member, kind: Kind, alias: &str) -> Value {
    let number = |name: &str| name.strip_prefix('#').and_then(|it| it.parse::<u32>().ok());
    let name = if kind == Kind::Host {
        "hostname"
    } else {
        "username"
    };
    let (key, value) = match &member.who {
        Who::All => (name, json!("ALL")),
        Who::Myself => (name, json!("")),
        Who::Alias(it) => (alias, json!(it.raw())),
        Who::Name(it) => match number(it.raw()) {
            Some(id) if kind != Kind::Host => ("userid", json!(id)),
            _ => (name, json!(it.raw())),
        },
        Who::Group(it) => match (it.raw().strip_prefix(':'), number(it.raw())) {
            (Some(other), _) => match number(other) {
                Some(id) => ("nonunixgid", json!(id)),
                None => ("nonunixgroup", json!(other)),
            },
            (None, Some(id)) => ("usergid", json!(id)),
            (None, None) => ("usergroup", json!(it.raw())),
        },
        Who::Netgroup(it) => ("netgroup", json!(it.raw())),
        Who::Network(it) => ("networkaddr", json!(it.raw())),
    };
    negated(json!({ key: value }), member.negated)
}

fn negated(mut value: Value, negated: bool) -> Value {
    if negated {
        value["negated"] = json!(true);
    }
    value
}

fn list(members: &[Member], kind: Kind) -> Value {
    let alias = match kind {
        Kind::User => "useralias",
        Kind::Runas => "runasalias",
        Kind::Host => "hostalias",
        Kind::Command => "cmndalias",
    };
    members.iter().map(|it| member(it, kind, alias)).collect()
}

fn groups(members: &[Member]) -> Value {
    let one = |it: &Member| {
        let (key, value) = match &it.who {
            Who::All => ("usergroup", "ALL"),
            Who::Alias(name) => ("runasalias", name.raw()),
            Who::Name(name) => ("usergroup", name.raw()),
            other => panic!("{other:?} among groups"),
        };
        negated(json!({ key: value }), it.negated)
    };
    members.iter().map(one).collect()
}

fn command(command: &facts::Command) -> Value {
    let mut value = match &command.what {
        What::All => json!({ "command": "ALL" }),
        What::Alias(name) => json!({ "cmndalias": name.raw() }),
        What::Program { path, args: None } => json!({ "command": path.raw() }),
        What::Program {
            path,
            args: Some(args),
        } => json!({ "command": format!("{} {}", path.raw(), args.raw()) }),
    };
    for digest in &command.digests {
        let (name, digest) = digest.raw().split_once(':').unwrap();
        value[name] = json!(digest);
    }
    negated(value, command.negated)
}

fn setting(setting: &Setting) -> String {
    use facts::Value::{Add, Off, On, Remove, Set};
    let is_list = matches!(setting.name.raw(), "env_keep" | "env_check" | "env_delete");
    let words = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let name = setting.name.raw();
    let value = match &setting.value {
        On => json!({ name: true }),
        Off => json!({ name: false }),
        Set(text) if is_list => json!({ "operation": "list_assign", name: words(text.raw()) }),
        Set(text) => json!({ name: text.raw() }),
        Add(text) => json!({ "operation": "list_add", name: words(text.raw()) }),
        Remove(text) => json!({ "operation": "list_remove", name: words(text.raw()) }),
    };
    let binding = match &setting.scope {
        Scope::All => json!(null),
        Scope::User(who) => list(who, Kind::User),
        Scope::Host(who) => list(who, Kind::Host),
        Scope::Runas(who) => list(who, Kind::Runas),
        Scope::Command(what) => what.iter().map(command).collect(),
    };
    format!("default {binding} {value}")
}

/// `ALL` implies SETENV, and cvtsudoers tells that of its neighbours too: there it is left out.
fn options(how: &How, with_all: bool) -> Vec<String> {
    let mut all = Vec::new();
    let mut say = |name: &str, value: Value| all.push(json!({ name: value }).to_string());
    for (name, value) in &how.options {
        let text = value.raw();
        match name.as_str() {
            "TIMEOUT" => say("command_timeout", json!(facts::timeout(text))),
            "NOTBEFORE" => say("notbefore", json!(text)),
            "NOTAFTER" => say("notafter", json!(text)),
            "CWD" => say("runcwd", json!(text)),
            "CHROOT" => say("runchroot", json!(text)),
            // Told only where both are there.
            name if how.option("ROLE").is_some() && how.option("TYPE").is_some() => {
                say(&name.to_lowercase(), json!(text));
            }
            _ => {}
        }
    }
    if let Some(no) = how.no_password {
        say("authenticate", json!(!no));
    }
    if let Some(on) = how.set_env.filter(|_| !with_all) {
        say("setenv", json!(on));
    }
    for (tag, on) in &how.tags {
        let name = match tag.as_str() {
            "MAIL" => "send_mail".to_owned(),
            "FOLLOW" => "sudoedit_follow".to_owned(),
            tag => tag.to_lowercase(),
        };
        say(&name, json!(on));
    }
    all.sort();
    all
}

fn grant(it: &Grant, with_all: bool) -> String {
    let users = it
        .users
        .as_ref()
        .map_or(json!(null), |who| list(who, Kind::Runas));
    let groups = it.groups.as_ref().map_or(json!(null), |who| groups(who));
    let (options, command) = (options(&it.how, with_all), command(&it.command));
    format!("{users} {groups} {options:?} {command}")
}

pub fn ours(sudoers: &Sudoers) -> Vec<String> {
    let mut out: Vec<String> = sudoers.defaults.iter().map(setting).collect();
    let mut aliases = Vec::new();
    for alias in &sudoers.aliases {
        let members = match alias.kind {
            Kind::Command => alias.commands.iter().map(command).collect(),
            kind => list(&alias.members, kind),
        };
        aliases.push(format!("{:?} {} {members}", alias.kind, alias.name.raw()));
    }
    aliases.sort();
    out.extend(aliases);
    for spec in &sudoers.specs {
        for privilege in &spec.privileges {
            let is_all = |it: &Grant| it.command.what == What::All;
            let with_all = privilege.grants.iter().any(is_all);
            for it in &privilege.grants {
                let (users, hosts) = (
                    list(&spec.users, Kind::User),
                    list(&privilege.hosts, Kind::Host),
                );
                out.push(format!("{users} {hosts} {}", grant(it, with_all)));
            }
        }
    }
    out
}

fn each<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}

pub fn theirs(value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for entry in each(value, "Defaults") {
        let options = each(entry, "Options");
        out.extend(options.map(|it| format!("default {} {it}", entry["Binding"])));
    }
    let mut aliases = Vec::new();
    for (name, kind) in [
        ("User_Aliases", Kind::User),
        ("Runas_Aliases", Kind::Runas),
        ("Host_Aliases", Kind::Host),
        ("Command_Aliases", Kind::Command),
    ] {
        let all = value[name].as_object().into_iter().flatten();
        aliases.extend(all.map(|(name, members)| format!("{kind:?} {name} {members}")));
    }
    aliases.sort();
    out.extend(aliases);
    for spec in each(value, "User_Specs") {
        let commands = || each(spec, "Cmnd_Specs").flat_map(|it| each(it, "Commands"));
        let with_all = commands().any(|it| it["command"] == "ALL");
        for it in each(spec, "Cmnd_Specs") {
            for command in each(it, "Commands") {
                let mut options: Vec<String> = each(it, "Options")
                    .chain(each(it, "SELinux_Spec"))
                    .filter(|option| !(with_all && option.get("setenv").is_some()))
                    .map(Value::to_string)
                    .collect();
                options.sort();
                out.push(format!(
                    "{} {} {} {} {options:?} {command}",
                    spec["User_List"], spec["Host_List"], it["runasusers"], it["runasgroups"]
                ));
            }
        }
    }
    out
}
