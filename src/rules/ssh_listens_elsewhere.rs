//! Judges whether sshd listens where its files say.
//!
//! ## What it judges
//! Port and ListenAddress of sshd's standard files against the sockets that the daemons hold, and those that systemd holds to start
//! sshd. They part where a daemon was given another port or other files (`-p`, `-f`); where a socket unit listens, which goes by its own ListenStream and not by
//! sshd_config; where the files were changed and not reloaded; where a port was taken already. Whoever moved or closed SSH in one
//! of the two places believes it done.
//!
//! That IPv6 is configured and not there is no matter where IPv4 is: the kernel may be without.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::{Fact, Unjudged};
use crate::facts::listeners::Listener;
use crate::facts::sshd_daemons::Daemon;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::kernel::{Protocol, Socket};
use crate::model::logins::{Survey, is_ssh_service};
use crate::model::sshd::{Model, Origin};
use crate::source::{HostText, Obstacle, Source};
use crate::step::Step;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// See the module.
pub struct SshListensElsewhere;

impl Rule for SshListensElsewhere {
    const META: RuleMeta = RuleMeta {
        id: "ssh-listens-elsewhere",
        source: include_str!("ssh_listens_elsewhere.rs"),
        grades: &[],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        let mut requests = Survey::requests();
        requests.push(Request::Listeners);
        requests
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let survey = Survey::new(facts)?;
        let (daemons, source) = facts.sshd_daemons()?.known()?;
        let (listeners, _) = facts.listeners().and_then(Fact::known)?;
        let mut real: BTreeMap<SocketAddr, Source> = BTreeMap::new();
        for daemon in &daemons.daemons.items {
            for socket in daemon
                .sockets
                .iter()
                .filter(|it| it.protocol == Protocol::Tcp)
            {
                real.extend(bound(socket).map(|at| (at, daemon.source())));
            }
        }
        let starts_ssh = |it: &&Listener| {
            it.socket_units
                .iter()
                .any(|unit| is_ssh_service(unit.starts.raw()))
        };
        let units: Vec<&Listener> = listeners.here.items.iter().filter(starts_ssh).collect();
        for listener in &units {
            let name = listener
                .socket_units
                .first()
                .map_or("ssh.socket", |unit| unit.name.raw());
            let at = Source::command(["systemctl", "cat", name]);
            real.extend(bound(&listener.socket).map(|socket| (socket, at.clone())));
        }
        if real.is_empty() {
            let mut gaps = daemons.daemons.gaps.iter().chain(&listeners.here.gaps);
            if let Some(gap) = gaps.next() {
                return Err(gap.clone().into());
            }
            return Err(Unjudged::NotApplicable {
                why: "no sshd listens".to_owned(),
                source: source.clone(),
            });
        }
        let model = survey.standard()?;
        let wanted = configured(&model)?;
        let said = said(&model, survey.source)?;
        let seen = daemons.daemons.gaps.iter().chain(&listeners.here.gaps);
        let strangers = daemons.daemons.items.iter().filter_map(Daemon::stranger);
        let gaps: Vec<Obstacle> = seen.cloned().chain(strangers).collect();
        let (agree, outcome) = compare(params, &real, &wanted, !units.is_empty());
        let outcome = outcome.with(said);
        let failing = (!agree).then(|| outcome.clone()).into_iter().collect();
        Ok(Judgement::collected(
            &Self::subject(params),
            failing,
            &gaps,
            outcome,
        ))
    }
}

/// Where the files say that sshd listens.
fn configured(model: &Model) -> Result<BTreeSet<SocketAddr>, Unjudged> {
    let setting = model.global().get("listenaddress")?;
    let lines = setting.iter().flat_map(|it| &it.values);
    let address = |line: &HostText| {
        let address = line.raw().split_whitespace().next().unwrap_or("");
        let parsed = address.parse().map_err(|_| Obstacle::NotModelled {
            what: format!("ListenAddress {}", line.raw()).into(),
        });
        parsed.map_err(Unjudged::Unknown)
    };
    lines.map(address).collect()
}

/// The lines that say so.
fn said(model: &Model, main: &Source) -> Result<Vec<Evidence>, Unjudged> {
    let mut all = Vec::new();
    for keyword in ["Port", "ListenAddress"] {
        let Some(setting) = model.global().get(keyword)? else {
            continue;
        };
        let places = setting.decided_by.iter().filter_map(|origin| match origin {
            Origin::Line { source, .. } => Some(source),
            Origin::CommandLine(_) => None,
        });
        let values: Vec<&str> = setting.values.iter().map(HostText::raw).collect();
        let text = format!("{keyword} {}", values.join(", "));
        all.extend(places.map(|source| Evidence::context(text.as_str(), source)));
    }
    if all.is_empty() {
        all.push(Evidence::context(
            "no line sets Port or ListenAddress",
            main,
        ));
    }
    Ok(all)
}

/// The addresses that a socket serves: one on every IPv6 address may serve IPv4 too.
fn bound(socket: &Socket) -> impl Iterator<Item = SocketAddr> + use<> {
    let address = socket.address.to_canonical();
    let both = address == IpAddr::V6(Ipv6Addr::UNSPECIFIED) && socket.v6only != Some(true);
    let v4 = both.then_some(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let port = socket.port;
    std::iter::once(address)
        .chain(v4)
        .map(move |it| SocketAddr::new(it, port))
}

fn compare(
    params: &NoParams,
    real: &BTreeMap<SocketAddr, Source>,
    wanted: &BTreeSet<SocketAddr>,
    by_unit: bool,
) -> (bool, Outcome) {
    let subject = SshListensElsewhere::subject(params);
    let has_v4 = |at: &SocketAddr| {
        real.contains_key(&SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), at.port()))
    };
    let beyond: Vec<&SocketAddr> = real.keys().filter(|at| !wanted.contains(at)).collect();
    let missing: Vec<&SocketAddr> = wanted
        .iter()
        .filter(|at| {
            let v4_does = at.is_ipv6() && at.ip().is_unspecified() && has_v4(at);
            !real.contains_key(at) && !v4_does
        })
        .collect();
    let words = |list: &mut dyn Iterator<Item = &SocketAddr>| {
        list.map(SocketAddr::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let seen: BTreeSet<(&Source, String)> = real
        .iter()
        .map(|(at, source)| (source, at.to_string()))
        .collect();
    let mut evidence = seen
        .into_iter()
        .map(|(source, at)| Evidence::decides(at, source));
    let first = evidence.next().unwrap_or_else(|| Evidence::note("nowhere"));
    if beyond.is_empty() && missing.is_empty() {
        let pass = Outcome::pass(subject, "sshd listens where its files say", first);
        return (true, pass.with(evidence));
    }
    let mut parts = Vec::new();
    if !beyond.is_empty() {
        parts.push(format!(
            "it listens on {}, of which they say nothing",
            words(&mut beyond.into_iter())
        ));
    }
    if !missing.is_empty() {
        parts.push(format!(
            "they say {}, and nothing of sshd's listens there",
            words(&mut missing.into_iter())
        ));
    }
    let step = match by_unit {
        true => Step::manual(
            "ssh.socket",
            "set ListenStream in a drop-in of the socket unit (systemctl edit ssh.socket), an empty one first, or switch the unit off and ssh.service on; then systemctl daemon-reload and restart it",
        ),
        false => Step::manual(
            "sshd",
            "see which of the two is meant: `sshd -t`, then reload sshd, or mend Port and ListenAddress",
        ),
    };
    let step = step
        .requiring("your session stays open until a new one has worked on the port that is meant")
        .verified_by("seaworthy check --only ssh-listens-elsewhere");
    let summary = HostText::from(format!("sshd and its files part: {}", parts.join("; ")));
    let fail = Outcome::fail(subject, summary, first.expecting(words(&mut wanted.iter())))
        .with(evidence)
        .fixed_by([step]);
    (false, fail)
}
