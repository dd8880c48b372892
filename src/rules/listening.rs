//! What the rules about listeners share: ports that are public, who holds them, and how that is shown and closed.

mod allowed;
mod client;
mod closing;
mod ssh;

pub use allowed::Allowed;
pub use client::{CLIENT_PORTS, client_like};
pub use closing::steps;
pub use ssh::is_ssh;

use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::listeners::{Listener, Listeners, Owner};
use crate::facts::processes::Process;
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::kernel::Protocol;
use crate::model::interfaces::cut_off;
use crate::model::reach::{Outside, Reach};
use crate::source::{HostText, Obstacle, Source};
use std::collections::BTreeMap;

/// A port, and the public sockets that share it.
pub struct Port<'l> {
    /// Its number.
    pub number: u16,
    /// What is spoken there.
    pub protocol: Protocol,
    /// The sockets: several by family, address, or worker.
    pub listeners: Vec<&'l Listener>,
    /// Why it is not known whether the port is public, where it is not.
    pub unclear: Option<Unjudged>,
    all: &'l Listeners,
}

/// The public ports of a host, and what could not be told.
pub struct Ports<'l> {
    /// By number, those of which it is unknown whether they are public among them.
    ports: Vec<Port<'l>>,
    /// What may hide listeners.
    gaps: Vec<Obstacle>,
    /// Where listeners were looked for.
    source: &'l Source,
}

/// Finds them. `internet` names the interfaces that face the internet, where the policy does.
pub fn public<'f>(facts: &'f Facts, internet: &[String]) -> Result<Ports<'f>, Unjudged> {
    let (all, source) = facts.listeners()?.known()?;
    let here = &all.here;
    let interfaces = facts.interfaces().and_then(Fact::known);
    let interfaces = interfaces.map(|(seen, _)| seen);
    let mut gaps = here.gaps.clone();
    match &interfaces {
        Ok(seen) => gaps.extend(cut_off(seen)),
        // Whether this is the host's network at all is then not known.
        Err(why) => gaps.push(why.clone().obstacle()),
    }
    let outside = Outside::new(interfaces, internet);
    let mut ports: BTreeMap<(u16, Protocol), Port> = BTreeMap::new();
    // A raw socket has no port.
    let with_port = here
        .items
        .iter()
        .filter(|it| it.socket.protocol != Protocol::Raw);
    for listener in with_port {
        let unclear = match outside.reach(&listener.socket) {
            Ok(Reach::Public) => None,
            Ok(_) => continue,
            Err(why) => Some(why),
        };
        let (number, protocol) = (listener.socket.port, listener.socket.protocol);
        let port = ports.entry((number, protocol)).or_insert_with(|| Port {
            number,
            protocol,
            listeners: Vec::new(),
            unclear: unclear.clone(),
            all,
        });
        // Of a port that is public, what else there may be is no matter.
        match (&port.unclear, &unclear) {
            (Some(_), None) => (port.listeners, port.unclear) = (vec![listener], None),
            (None, Some(_)) => {}
            _ => port.listeners.push(listener),
        }
    }
    Ok(Ports {
        ports: ports.into_values().collect(),
        gaps,
        source,
    })
}

impl<'l> Ports<'l> {
    /// Judges each port, and remembers what could not be told.
    pub fn judge(self, judge: impl Fn(&Port<'l>) -> Outcome) -> Judgement {
        let seen = Evidence::decides("no such port", self.source);
        let none = Outcome::pass(
            Subject::Host,
            "no socket of this network namespace is public",
            seen,
        );
        let outcomes = self.ports.iter().map(judge).collect();
        Judgement::collected(&Subject::Host, outcomes, &self.gaps, none)
    }
}

impl<'l> Port<'l> {
    /// `port:8080/tcp`.
    pub fn subject(&self) -> Subject {
        Self::subject_of(self.number, self.protocol)
    }

    /// The subject of any port.
    pub fn subject_of(number: u16, protocol: Protocol) -> Subject {
        Subject::Port(format!("{number}/{protocol}").into())
    }

    /// Why it could not be seen who holds one of its sockets.
    pub fn unseen(&self) -> Option<&'l Obstacle> {
        self.listeners.iter().find_map(|it| match &it.owner {
            Owner::Unseen(obstacle) => Some(obstacle),
            Owner::Processes(_) | Owner::Nobody => None,
        })
    }

    /// Who it is that listens, in a few words: `nginx (nginx.service)`.
    pub fn who(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        for listener in &self.listeners {
            let word = self.all.who(listener);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(", ")
    }

    /// Each socket with its place and its process, and how each process was started.
    pub fn evidence(&self) -> (Evidence, Vec<Evidence>) {
        let mut all = self.listeners.iter().map(|listener| {
            let holder = self.all.holders(listener).next();
            let source = holder.map_or_else(|| listener.source.clone(), process);
            Evidence::decides(listener.place(), &source).noting(listener.families())
        });
        let first = all.next().unwrap_or_else(|| Evidence::note("no socket"));
        let mut rest: Vec<Evidence> = all.collect();
        let mut told: Vec<String> = Vec::new();
        // Of what systemd or Docker holds for somebody else, their own command lines say nothing.
        let own = self
            .listeners
            .iter()
            .filter(|it| it.socket_units.is_empty() && it.proxied.is_none());
        for holder in own.flat_map(|it| self.all.holders(it)) {
            let Ok(argv) = holder.argv.get() else {
                continue;
            };
            let words: Vec<&str> = argv.words.iter().map(HostText::raw).collect();
            let line = shortened(&words.join(" "));
            if !line.is_empty() && !told.contains(&line) {
                let user = format!("its command line, as user {}", holder.uids.effective);
                rest.push(Evidence::context(line.as_str(), &process(holder)).noting(user));
                told.push(line);
            }
        }
        (first, rest)
    }
}

/// As much of a command line as tells what it is; `facts processes` has the rest.
fn shortened(line: &str) -> String {
    const SHOWN: usize = 200;
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// A process as a place where something was seen.
fn process(holder: &Process) -> Source {
    Source::Process {
        pid: holder.pid,
        exe: holder.exe.path().cloned(),
    }
}
