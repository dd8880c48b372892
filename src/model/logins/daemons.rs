//! Which sshd there are to judge: those that run, and those that would be started for whoever comes.

use super::verified::asked_as;
use super::{Instance, who};
use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::listeners::{Listener, Owner};
use crate::facts::sshd::Sshd;
use crate::facts::sshd_config::SshdConfig;
use crate::facts::sshd_daemons::{Daemon, Started};
use crate::kernel::{Protocol, Socket};
use crate::model::sshd::{Argument, CommandLine, Model, Trouble};
use crate::source::Obstacle;

/// One or several that go by the same options.
struct Like<'f> {
    daemon: Option<&'f Daemon>,
    started: Started,
    sockets: Vec<&'f Socket>,
}

/// Every daemon that runs, or the installed sshd as it would start; and what may hide more.
pub fn instances<'f>(
    facts: &'f Facts,
    known: &'f SshdConfig,
    sshd: &'f Sshd,
) -> (Vec<Instance<'f>>, Vec<Obstacle>) {
    let mut gaps = Vec::new();
    let version = match known.version.known() {
        Ok((version, _)) => version,
        Err(why) => return (Vec::new(), vec![why.obstacle()]),
    };
    let mut instances: Vec<Instance> = Vec::new();
    for like in to_judge(facts, sshd, &mut gaps) {
        let config = match &like.started.config {
            None => &known.config,
            Some(path) => match sshd.others.iter().find(|other| other.main == *path) {
                Some(other) => other,
                None => {
                    gaps.push(Obstacle::NotRecorded {
                        request: format!("{path}, the configuration of an sshd").into(),
                    });
                    continue;
                }
            },
        };
        let model = match Model::new(config, version, &command_line(&like.started)) {
            Ok(model) => Ok(model),
            Err(Trouble::Refused(refusal)) => Err(refusal),
            Err(Trouble::Unknown(why)) => {
                gaps.push(why);
                continue;
            }
        };
        let (logins, asked) = match &model {
            Ok(model) => {
                let logins = who::logins(facts, model, &like.sockets, &mut gaps);
                let asked = asked_as(sshd, &like.started, model, &logins);
                (logins, asked)
            }
            Err(_) => (Vec::new(), Vec::new()),
        };
        instances.push(Instance {
            daemon: like.daemon,
            started: like.started,
            config,
            model,
            logins,
            asked,
        });
    }
    (instances, gaps)
}

/// The command line as the model takes it.
pub fn command_line(started: &Started) -> CommandLine {
    let options = started.directives.iter().cloned().map(Argument::Option);
    options
        .chain(started.ports.iter().cloned().map(Argument::Port))
        .collect()
}

/// True if a service is the host's own sshd, as socket units start it: for all who come, or for each.
pub fn is_ssh_service(unit: &str) -> bool {
    [
        "ssh.service",
        "sshd.service",
        "ssh@.service",
        "sshd@.service",
    ]
    .contains(&unit)
}

fn to_judge<'f>(facts: &'f Facts, sshd: &'f Sshd, gaps: &mut Vec<Obstacle>) -> Vec<Like<'f>> {
    let mut all: Vec<Like> = Vec::new();
    let mut add =
        |daemon: Option<&'f Daemon>, started: &Started, sockets: Vec<&'f Socket>| match all
            .iter_mut()
            .find(|it| it.started.is_like(started))
        {
            Some(like) => like.sockets.extend(sockets),
            None => all.push(Like {
                daemon,
                started: started.clone(),
                sockets,
            }),
        };
    const NONE: &Listing<Daemon> = &Listing {
        items: Vec::new(),
        gaps: Vec::new(),
    };
    let daemons = match facts.sshd_daemons().and_then(Fact::known) {
        Ok((seen, _)) => &seen.daemons,
        // An image runs nothing, and its files are judged for what they would do.
        Err(Unjudged::Unknown(Obstacle::NeedsLiveHost { .. }) | Unjudged::NotApplicable { .. }) => {
            NONE
        }
        Err(Unjudged::Unknown(why)) => {
            gaps.push(why);
            NONE
        }
    };
    gaps.extend(daemons.gaps.iter().cloned());
    let mut runs = false;
    for daemon in &daemons.items {
        if let Some(why) = daemon.stranger() {
            gaps.push(why);
            continue;
        }
        match daemon.started.get() {
            Ok(started) => {
                runs = true;
                add(Some(daemon), started, daemon.sockets.iter().collect());
            }
            Err(why) => gaps.push(why.obstacle()),
        }
    }
    // Whoever comes by a socket unit is served by one that is started then.
    let (waiting, blind) = waiting(facts, sshd);
    if !runs || blind || !waiting.is_empty() {
        gaps.extend(sshd.service.gaps.iter().cloned());
        for service in &sshd.service.items {
            add(None, &service.started, waiting.clone());
        }
        if sshd.service.items.is_empty() {
            add(None, &Started::default(), waiting);
        }
    }
    all
}

/// What systemd listens on to start sshd, and whether it may listen on more than was seen.
fn waiting<'f>(facts: &'f Facts, sshd: &Sshd) -> (Vec<&'f Socket>, bool) {
    let here = match facts.listeners().and_then(Fact::known) {
        Ok((listeners, _)) => &listeners.here,
        Err(Unjudged::Unknown(Obstacle::NeedsLiveHost { .. })) => return (Vec::new(), false),
        Err(_) => return (Vec::new(), true),
    };
    let streams = here
        .items
        .iter()
        .filter(|it| it.socket.protocol == Protocol::Tcp);
    let unseen = |it: &Listener| matches!(it.owner, Owner::Unseen(_));
    let blind = !here.gaps.is_empty() || streams.clone().any(unseen);
    let starts_sshd = |unit: &str| {
        let mut services = sshd.service.items.iter();
        is_ssh_service(unit) || services.any(|it| it.unit.raw() == unit)
    };
    let by_unit = streams.filter(|it| {
        it.socket_units
            .iter()
            .any(|unit| starts_sshd(unit.starts.raw()))
    });
    (by_unit.map(|it| &it.socket).collect(), blind)
}
