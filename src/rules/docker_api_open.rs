//! Judges whether Docker's daemon takes orders over TCP from whoever reaches the port.
//!
//! ## What it judges
//! Each TCP socket that the host's dockerd holds, or systemd for it, save those of a swarm (2377 and 7946, which ask for certificates) and
//! that of its metrics, where it was not told to take orders there.
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
use crate::facts::docker_sockets::{is_dockerd, reads_another, values};
use crate::facts::listeners::{Listener, Owner};
use crate::facts::processes::Process;
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
        let (mut daemons, mut gaps) = (Vec::new(), all.processes.gaps.clone());
        for process in all.processes.items.iter().filter(|it| is_dockerd(it)) {
            match process.runs(&["dockerd"], &all.here) {
                Ok(true) => daemons.push(process),
                Ok(false) => {}
                Err(why) => gaps.push(why.obstacle()),
            }
        }
        let (listeners, _) = facts.listeners()?.known()?;
        let tcp = listeners.here.items.iter();
        let tcp = tcp.filter(|it| it.socket.protocol == Protocol::Tcp);
        let held = tcp.filter_map(|listener| {
            let daemon = daemons.iter().find(|it| holds(listener, it)).copied();
            // Systemd holds it, and starts dockerd for whoever comes first.
            let waits = listener
                .socket_units
                .iter()
                .any(|unit| unit.starts.raw() == "docker.service");
            (daemon.is_some() || waits).then_some((listener, daemon))
        });
        let held: Vec<_> = held.collect();
        if daemons.is_empty() && held.is_empty() && gaps.is_empty() {
            return Err(Unjudged::NotApplicable {
                why: "no dockerd of the host runs".to_owned(),
                source: source.clone(),
            });
        }
        gaps.extend(listeners.here.gaps.iter().cloned());
        gaps.extend(
            listeners
                .here
                .items
                .iter()
                .filter_map(|it| match &it.owner {
                    Owner::Unseen(why) if it.socket.protocol == Protocol::Tcp => Some(why.clone()),
                    _ => None,
                }),
        );
        let mut outcomes = Vec::new();
        for (listener, daemon) in held {
            match judge(facts, listener, daemon) {
                Ok(outcome) => outcomes.extend(outcome),
                Err(why) => gaps.push(why),
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

fn holds(listener: &Listener, process: &Process) -> bool {
    listener
        .holders()
        .iter()
        .any(|holder| holder.pid == process.pid)
}

/// What dockerd was started with and what it reads, as far as it is about its sockets.
struct Settings<'f> {
    words: &'f [HostText],
    config: Option<&'f DockerConfig>,
}

impl<'f> Settings<'f> {
    fn new(facts: &'f Facts, daemon: Option<&'f Process>) -> Result<Self, Obstacle> {
        let words = match daemon {
            Some(daemon) => &daemon.argv.get().map_err(Unjudged::obstacle)?.words,
            None => &[][..],
        };
        if let Some(why) = reads_another(words) {
            return Err(why);
        }
        let config = facts.docker_config().and_then(Fact::present);
        let config = config.map_err(Unjudged::obstacle)?;
        Ok(Self {
            words,
            config: config.map(|(config, _)| config),
        })
    }

    /// Where it was told to take orders.
    fn hosts(&self) -> Vec<&str> {
        let told = values(self.words, "-H").chain(values(self.words, "--host"));
        let configured = self.config.into_iter().flat_map(|it| &it.hosts);
        let configured = configured.map(HostText::raw);
        told.chain(configured).collect()
    }

    /// Whether a socket is for something else than orders: a swarm's, which asks for certificates, or the metrics.
    fn is_something_else(&self, listener: &Listener) -> bool {
        let port = listener.socket.port;
        let end = format!(":{port}");
        if self.hosts().iter().any(|host| host.ends_with(&end)) {
            return false;
        }
        let configured = self.config.and_then(|it| it.metrics_address.as_ref());
        let configured = configured.map(HostText::raw);
        let mut metrics = values(self.words, "--metrics-addr").chain(configured);
        SWARM.contains(&port) || metrics.any(|at| at.ends_with(&end))
    }

    fn verifies(&self) -> bool {
        let told = self.words.iter().rev().find_map(|word| {
            match word.raw().strip_prefix("--tlsverify")? {
                "" => Some(true),
                rest => rest
                    .strip_prefix('=')
                    .map(|value| !["false", "0", "f", "F", "False", "FALSE"].contains(&value)),
            }
        });
        told.or(self.config.and_then(|it| it.tls_verify))
            .unwrap_or(false)
    }
}

fn judge(
    facts: &Facts,
    listener: &Listener,
    daemon: Option<&Process>,
) -> Result<Option<Outcome>, Obstacle> {
    let settings = Settings::new(facts, daemon)?;
    if settings.is_something_else(listener) {
        return Ok(None);
    }
    let interfaces = facts
        .interfaces()
        .and_then(Fact::known)
        .map(|(seen, _)| seen);
    let reach = Outside::new(interfaces, &[]).reach(&listener.socket);
    let place = listener.place();
    let subject = Port::subject_of(listener.socket.port, listener.socket.protocol);
    let seen = Evidence::decides(format!("dockerd is there on {place}"), &listener.source);
    let started = daemon.map(|daemon| {
        let process = Source::Process {
            pid: daemon.pid,
            exe: daemon.exe.path().cloned(),
        };
        let words: Vec<&str> = settings.words.iter().map(HostText::raw).collect();
        Evidence::context(format!("started as {}", words.join(" ")), &process)
    });
    if settings.verifies() {
        let pass = Outcome::pass(
            subject,
            format!("dockerd asks for a certificate on {place}"),
            seen,
        );
        return Ok(Some(pass.with(started)));
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
    .with(started)
    .fixed_by([Step::manual(
        "dockerd",
        "take `-H tcp://…` from the unit (systemctl edit docker.service docker.socket) or `hosts` from /etc/docker/daemon.json, and restart Docker; from afar use DOCKER_HOST=ssh://USER@HOST",
    )
    .requiring("whatever gives orders over TCP is known: a restart stops it, and the containers unless live-restore is set")
    .verified_by("ss -ltnp | grep dockerd")]);
    Ok(Some(match public {
        true => outcome.graded(PUBLIC),
        false => outcome,
    }))
}
