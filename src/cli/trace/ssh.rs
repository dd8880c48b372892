//! `seaworthy trace ssh`: facts → model of sshd → one login → each value with what decides it.

mod running;
mod view;

use super::super::args::{TraceFormat, TraceSsh as Args};
use super::super::patience::patiently;
use super::super::{output, source};
use crate::collect::collect;
use crate::exit::Exit;
use crate::fact::{Fact, Unjudged};
use crate::facts::sshd::{Config, Content, Version};
use crate::facts::sshd_daemons::Started;
use crate::facts::{Facts, Request};
use crate::model::logins::command_line;
use crate::model::sshd::{Argument, Connection, Effective, Groups, Key, Model, Setting, Trouble};
use crate::source::{Files, HostText, Obstacle};
use crate::yaml::nearest;
use anyhow::{Error, anyhow, bail};
use std::collections::BTreeSet;
use std::sync::Arc;
use view::Answer;

/// What is known of the daemon.
struct Daemon {
    config: Config,
    version: Version,
}

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let format = if args.plain {
        TraceFormat::Plain
    } else {
        args.format
    };
    let asked = match &args.sshd_version {
        None => None,
        Some(text) => Some(
            Version::parse(text)
                .ok_or_else(|| anyhow!("{text}: not a version of OpenSSH, such as 9.2p1"))?,
        ),
    };
    let (facts, host) = match &args.facts {
        Some(path) => (source::facts(path)?, None),
        None => {
            let host = Arc::new(source::host(&args.host)?);
            let mut wanted = BTreeSet::from([Request::SshdConfig, Request::Accounts]);
            wanted.extend(args.daemon.then_some(Request::SshdDaemons));
            let (facts, _) = patiently(|| collect(&host, wanted));
            (facts, Some(host))
        }
    };
    let started = match args.daemon {
        false => Started::default(),
        true => match running::started(&facts)? {
            Ok(started) => started,
            Err(obstacle) => return unknown(&obstacle, format),
        },
    };
    let own = started.config.as_ref().map(HostText::raw);
    let file = args.file.as_deref().or(own);
    let files = host.as_ref().map(|host| host.files());
    let daemon = match daemon(file, asked, &facts, files) {
        Ok(daemon) => daemon,
        Err(Halt::Usage(error)) => return Err(error),
        Err(Halt::Unseen(obstacle)) => return unknown(&obstacle, format),
    };
    let connection = connection(args, &daemon, &facts)?;
    let keys = keys(args, &daemon.version)?;
    let options = args
        .options
        .iter()
        .map(|it| Argument::Option(it.as_str().into()));
    let ports = args
        .ports
        .iter()
        .map(|it| Argument::Port(it.as_str().into()));
    let mut arguments = command_line(&started);
    arguments.extend(options.chain(ports));
    let model = match Model::new(&daemon.config, &daemon.version, &arguments) {
        Ok(model) => model,
        Err(trouble) => return halted(trouble, &daemon, format),
    };
    match model.login(&connection) {
        Ok(effective) => answered(&effective, &keys, &daemon, format),
        Err(trouble) => halted(trouble, &daemon, format),
    }
}

/// Why there is no daemon to follow.
enum Halt {
    Usage(Error),
    Unseen(Obstacle),
}

impl From<Obstacle> for Halt {
    fn from(obstacle: Obstacle) -> Self {
        Self::Unseen(obstacle)
    }
}

fn daemon(
    file: Option<&str>,
    asked: Option<Version>,
    facts: &Facts,
    files: Option<&dyn Files>,
) -> Result<Daemon, Halt> {
    let fact = facts.sshd_config().and_then(Fact::known);
    let (config, version) = match (file, files) {
        (None, _) => match (fact, &asked) {
            (Ok((known, _)), _) => (known.config.clone(), Some(&known.version)),
            (Err(Unjudged::NotApplicable { source, .. }), _) => {
                return Err(Halt::Usage(anyhow!("no sshd here: there is no {source}")));
            }
            (Err(Unjudged::Unknown(obstacle)), _) => return Err(obstacle.into()),
        },
        // sshd's own word for no file at all.
        (Some(file), _) if file.eq_ignore_ascii_case("none") => {
            (empty(), fact.as_ref().ok().map(|(known, _)| &known.version))
        }
        (Some(file), Some(files)) => {
            if !file.starts_with('/') {
                return Err(Halt::Usage(anyhow!(
                    "-f {file}: not an absolute path of the host"
                )));
            }
            let version = fact.as_ref().ok().map(|(known, _)| &known.version);
            (Config::read(files, file), version)
        }
        (Some(file), None) => {
            let known = fact.as_ref().ok().map(|(known, _)| *known);
            let others = facts.sshd().and_then(Fact::known).ok();
            let others = others.map_or(&[][..], |(sshd, _)| sshd.others.as_slice());
            let mut recorded = known.map(|known| &known.config).into_iter().chain(others);
            let Some(config) = recorded.find(|it| it.main.raw() == file) else {
                let request = format!("sshd's files from {file} on").into();
                return Err(Obstacle::NotRecorded { request }.into());
            };
            (config.clone(), known.map(|known| &known.version))
        }
    };
    let version = match (asked, version) {
        (Some(asked), _) => maker(asked, facts),
        (None, Some(Fact::Known { value, .. })) => value.clone(),
        (None, Some(Fact::Unknown(obstacle))) => {
            return Err(Halt::Usage(anyhow!(
                "no version of sshd is known ({obstacle}): give --sshd-version"
            )));
        }
        (None, Some(Fact::Absent { .. }) | None) => {
            return Err(Halt::Usage(anyhow!(
                "no sshd is installed here: give --sshd-version"
            )));
        }
    };
    Ok(Daemon { config, version })
}

/// A version without a maker is that of the host's distribution.
fn maker(version: Version, facts: &Facts) -> Version {
    match facts.os().and_then(Fact::known) {
        Ok((os, _)) => version.built_for(&os.release),
        Err(_) => version,
    }
}

fn empty() -> Config {
    let main = HostText::from("none");
    Config {
        files: [(main.clone(), Content::Lines(Vec::new()))].into(),
        main,
        globs: Default::default(),
        names: Default::default(),
    }
}

/// The login, with the groups that the host's own files give it.
fn connection(args: &Args, daemon: &Daemon, facts: &Facts) -> Result<Connection, Error> {
    let mut connection = Connection::default();
    for spec in &args.login {
        let added = connection.add(spec, &daemon.version, &daemon.config.names);
        added.map_err(|complaint| anyhow!("-C {spec}: {complaint}"))?;
    }
    if let Some(user) = &connection.user {
        let accounts = facts
            .accounts()
            .and_then(Fact::known)
            .map_err(Unjudged::obstacle);
        connection.groups = match accounts {
            Ok((accounts, _)) => Groups::of(accounts, user),
            Err(obstacle) => Groups::Unknown(obstacle),
        };
    }
    Ok(connection)
}

fn keys(args: &Args, version: &Version) -> Result<Vec<Key>, Error> {
    let mut keys = Vec::new();
    for word in &args.keywords {
        let Some(key) = Key::named(word, version) else {
            let names: Vec<String> = Key::known(version)
                .map(|key| key.printed(version))
                .collect();
            let lower = word.to_ascii_lowercase();
            let near = nearest(&lower, names.iter().map(String::as_str));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            bail!(
                "OpenSSH {version} has no keyword `{}`{hint}",
                HostText::from(word.as_str())
            );
        };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    Ok(keys)
}

fn answered(
    effective: &Effective<'_>,
    keys: &[Key],
    daemon: &Daemon,
    format: TraceFormat,
) -> Result<Exit, Error> {
    let settings: Vec<(Key, Result<Setting, Obstacle>)> = match keys.is_empty() {
        true => effective.settings().collect(),
        false => keys
            .iter()
            .map(|key| (*key, effective.setting(*key)))
            .collect(),
    };
    let unproven = settings.iter().any(|(_, setting)| setting.is_err());
    let answer = Answer {
        daemon: &daemon.version,
        main: &daemon.config.main,
        effective,
        settings: &settings,
    };
    let text = match format {
        TraceFormat::Human => answer.human(),
        TraceFormat::Plain => answer.plain(),
        TraceFormat::Json => answer.json()?,
    };
    output::print(&text)?;
    if format == TraceFormat::Plain {
        for (key, setting) in &settings {
            if let Err(obstacle) = setting {
                output::note(&format!(
                    "{}: {}\n",
                    key.printed(&daemon.version),
                    HostText::from(obstacle.to_string())
                ));
            }
        }
    }
    Ok(if unproven {
        Exit::Unproven
    } else {
        Exit::Clean
    })
}

fn halted(trouble: Trouble, daemon: &Daemon, format: TraceFormat) -> Result<Exit, Error> {
    match trouble {
        Trouble::Unknown(obstacle) => unknown(&obstacle, format),
        Trouble::Refused(refusal) => {
            match format {
                TraceFormat::Json => {
                    output::print(&view::refused_json(&refusal, &daemon.version)?)?
                }
                TraceFormat::Human | TraceFormat::Plain => {
                    output::note(&view::refused(&refusal, &daemon.version))
                }
            }
            Ok(Exit::Fails)
        }
    }
}

fn unknown(obstacle: &Obstacle, format: TraceFormat) -> Result<Exit, Error> {
    match format {
        TraceFormat::Json => output::print(&view::unknown_json(obstacle)?)?,
        TraceFormat::Human | TraceFormat::Plain => {
            output::note(&format!(
                "unknown: {}\n  how: {}\n",
                HostText::from(obstacle.to_string()),
                obstacle.how()
            ));
        }
    }
    Ok(Exit::Unproven)
}
