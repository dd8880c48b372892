//! Judges whether Docker's daemon takes orders over TCP from whoever reaches the port.
//!
//! ## What it judges
//! Each TCP socket that the host's dockerd holds, save those of a swarm (2377 and 7946, which ask for certificates) and that of its metrics.
//! Unless `tlsverify` is set, on its command line or in `/etc/docker/daemon.json`, it obeys anybody: `--tls` alone hides what is said, and
//! asks nobody who he is. Whoever gives it orders has the host: every account here, every container, and every page in
//! a browser here, also on a loopback address.
//!
//! ## Grades
//! A port on a public address is `public`.
//!
//! ## What it leaves out
//! The socket in the file system (`docker-socket-open`). Authorization plugins. A dockerd in a container or user namespace.

use super::listening::Port;
use super::{NoParams, Rule, RuleMeta};
use crate::fact::{Fact, Unjudged};
use crate::facts::docker_config::DockerConfig;
use crate::facts::listeners::Listener;
use crate::facts::processes::{Exe, Process};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::kernel::Protocol;
use crate::model::reach::{Outside, Reach};
use crate::source::{HostText, Obstacle, Source};
use crate::step::Step;

/// See the module.
pub struct DockerApiOpen;

const PUBLIC: &str = "public";
/// Of a swarm: its managers, and what its nodes tell each other.
const SWARM: [u16; 2] = [2377, 7946];

impl Rule for DockerApiOpen {
    const META: RuleMeta = RuleMeta {
        id: "docker-api-open",
        source: include_str!("docker_api_open.rs"),
        grades: &[PUBLIC],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("docker".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        vec![
            Request::Processes,
            Request::Listeners,
            Request::Interfaces,
            Request::DockerConfig,
        ]
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (all, source) = facts.processes()?.known()?;
        let is_docker = |it: &&Process| it.name.raw() == "dockerd" || ends_so(it);
        let (mut daemons, mut gaps) = (Vec::new(), all.processes.gaps.clone());
        for process in all.processes.items.iter().filter(is_docker) {
            match process.runs(&["dockerd"], &all.here) {
                Ok(true) => daemons.push(process),
                Ok(false) => {}
                Err(why) => gaps.push(why.obstacle()),
            }
        }
        if daemons.is_empty() && gaps.is_empty() {
            return Err(Unjudged::NotApplicable {
                why: "no dockerd of the host runs".to_owned(),
                source: source.clone(),
            });
        }
        let (listeners, _) = facts.listeners()?.known()?;
        gaps.extend(listeners.here.gaps.iter().cloned());
        let mut outcomes = Vec::new();
        for listener in &listeners.here.items {
            let holder = daemons.iter().find(|it| holds(listener, it));
            if let (Some(daemon), Protocol::Tcp) = (holder, listener.socket.protocol) {
                match judge(facts, listener, daemon) {
                    Ok(outcome) => outcomes.extend(outcome),
                    Err(why) => gaps.push(why),
                }
            }
        }
        let seen = Evidence::decides("no such socket", source);
        let subject = Self::subject(params);
        let pass = Outcome::pass(
            subject.clone(),
            "dockerd takes no orders over TCP from just anybody",
            seen,
        );
        Ok(Judgement::collected(&subject, outcomes, &gaps, pass))
    }
}

fn ends_so(process: &Process) -> bool {
    match &process.exe {
        Exe::Unseen(_) => false,
        _ => process
            .exe
            .path()
            .is_some_and(|path| path.raw().ends_with("/dockerd")),
    }
}

fn holds(listener: &Listener, process: &Process) -> bool {
    listener
        .holders()
        .iter()
        .any(|holder| holder.pid == process.pid)
}

fn judge(
    facts: &Facts,
    listener: &Listener,
    daemon: &Process,
) -> Result<Option<Outcome>, Obstacle> {
    let port = listener.socket.port;
    let none = DockerConfig::default();
    let config = facts
        .docker_config()
        .and_then(Fact::present)
        .map_err(Unjudged::obstacle)?;
    let config = config.map_or(&none, |(config, _)| config);
    let argv = daemon.argv.get().map_err(Unjudged::obstacle)?;
    if SWARM.contains(&port)
        || metrics(config, &argv.words).is_some_and(|at| at.ends_with(&format!(":{port}")))
    {
        return Ok(None);
    }
    let told = argv
        .words
        .iter()
        .rev()
        .find_map(|word| verifies(word.raw()));
    let verifies = told.or(config.tls_verify).unwrap_or(false);
    let reach = Outside::new(
        facts
            .interfaces()
            .and_then(Fact::known)
            .map(|(seen, _)| seen),
        &[],
    )
    .reach(&listener.socket);
    let process = Source::Process {
        pid: daemon.pid,
        exe: daemon.exe.path().cloned(),
    };
    let place = listener.place();
    let subject = Port::subject_of(port, listener.socket.protocol);
    let seen = Evidence::decides(format!("dockerd listens on {place}"), &listener.source);
    let line: Vec<&str> = argv.words.iter().map(HostText::raw).collect();
    let started = Evidence::context(format!("started as {}", line.join(" ")), &process);
    if verifies {
        let pass = Outcome::pass(
            subject,
            format!("dockerd asks for a certificate on {place}"),
            seen,
        );
        return Ok(Some(pass.with([started])));
    }
    let public = matches!(reach, Ok(Reach::Public) | Err(_));
    let who = match public {
        true => "anybody who reaches it, over the network too,",
        false => "every account and container here",
    };
    let outcome = Outcome::fail(
        subject,
        format!("dockerd takes orders on {place} without asking who gives them: {who} is root"),
        seen.expecting("no TCP socket, or tlsverify"),
    )
    .with([started])
    .fixed_by([Step::manual(
        "dockerd",
        "take `-H tcp://…` from the unit (systemctl edit docker.service) or `hosts` from /etc/docker/daemon.json, and restart Docker; from afar use DOCKER_HOST=ssh://USER@HOST",
    )
    .requiring("whatever gives orders over TCP is known: a restart stops it, and the containers unless live-restore is set")
    .verified_by("ss -ltnp | grep dockerd")]);
    Ok(Some(match public {
        true => outcome.graded(PUBLIC),
        false => outcome,
    }))
}

/// What a word of the command line says of `--tlsverify`.
fn verifies(word: &str) -> Option<bool> {
    let rest = word
        .strip_prefix("--tlsverify")
        .or_else(|| word.strip_prefix("-tlsverify"))?;
    match rest {
        "" => Some(true),
        _ => rest
            .strip_prefix('=')
            .map(|value| !matches!(value.to_ascii_lowercase().as_str(), "false" | "0" | "f")),
    }
}

fn metrics<'t>(config: &'t DockerConfig, words: &'t [HostText]) -> Option<&'t str> {
    let mut told = words
        .iter()
        .zip(words.iter().skip(1).map(Some).chain([None]));
    let told = told.find_map(
        |(word, next)| match word.raw().strip_prefix("--metrics-addr") {
            Some("") => next.map(HostText::raw),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        },
    );
    told.or(config.metrics_address.as_ref().map(HostText::raw))
}
