//! What the rules about listeners share: ports that are public, who holds them, and how that is shown and closed.

mod allowed;
mod closing;

pub use allowed::Allowed;
pub use closing::steps;

use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::listeners::{Listener, Listeners, Owner};
use crate::facts::processes::Process;
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::kernel::Protocol;
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
    all: &'l Listeners,
}

/// The public ports of a host, and what could not be told.
pub struct Ports<'l> {
    /// By number.
    ports: Vec<Port<'l>>,
    /// Ports of which it is unknown whether they are public.
    unclear: Vec<Outcome>,
    /// What may hide listeners.
    gaps: &'l [Obstacle],
    /// Where listeners were looked for.
    source: &'l Source,
}

/// Finds them. `internet` names the interfaces that face the internet, where the policy does.
pub fn public<'f>(facts: &'f Facts, internet: &[String]) -> Result<Ports<'f>, Unjudged> {
    let (all, source) = facts.listeners()?.known()?;
    let here = &all.here;
    let interfaces = facts.interfaces().and_then(Fact::known);
    let outside = Outside::new(interfaces.map(|(seen, _)| seen), internet);
    let mut ports: BTreeMap<(u16, Protocol), Vec<&Listener>> = BTreeMap::new();
    let mut unclear = Vec::new();
    // A raw socket has no port.
    let with_port = here
        .items
        .iter()
        .filter(|it| it.socket.protocol != Protocol::Raw);
    for listener in with_port {
        let key = (listener.socket.port, listener.socket.protocol);
        match outside.reach(&listener.socket) {
            Ok(Reach::Public) => ports.entry(key).or_default().push(listener),
            Ok(_) => {}
            Err(why) => unclear.push(Outcome::unjudged(subject(key.0, key.1), why)),
        }
    }
    let ports = ports
        .into_iter()
        .map(|((number, protocol), listeners)| Port {
            number,
            protocol,
            listeners,
            all,
        });
    Ok(Ports {
        ports: ports.collect(),
        unclear,
        gaps: &here.gaps,
        source,
    })
}

impl<'l> Ports<'l> {
    /// Judges each port, and remembers what could not be told.
    pub fn judge(self, judge: impl Fn(&Port<'l>) -> Outcome) -> Judgement {
        let seen = Evidence::decides("no such port", self.source);
        let none = Outcome::pass(Subject::Host, "nothing listens beyond this host", seen);
        let mut outcomes: Vec<Outcome> = self.ports.iter().map(judge).collect();
        outcomes.extend(self.unclear);
        Judgement::collected(&Subject::Host, outcomes, self.gaps, none)
    }
}

fn subject(number: u16, protocol: Protocol) -> Subject {
    Subject::Port(format!("{number}/{protocol}").into())
}

impl<'l> Port<'l> {
    /// `port:8080/tcp`.
    pub fn subject(&self) -> Subject {
        subject(self.number, self.protocol)
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

/// True if the port is the host's SSH: its own sshd holds it, or systemd does to start it.
///
/// # Errors
/// [`Unjudged::Unknown`] if nobody was seen to hold it, and it might be sshd.
pub fn is_ssh(port: &Port) -> Result<bool, Unjudged> {
    const PROGRAMS: [&str; 2] = ["sshd", "sshd-session"];
    const DIRECTORIES: [&str; 5] = [
        "/usr/sbin",
        "/usr/local/sbin",
        "/usr/lib/openssh",
        "/usr/libexec/openssh",
        "/usr/bin",
    ];
    const SERVICES: [&str; 4] = [
        "ssh.service",
        "sshd.service",
        "ssh@.service",
        "sshd@.service",
    ];
    if port.protocol != Protocol::Tcp {
        return Ok(false);
    }
    let own = |holder: &Process| {
        let Some(path) = holder.exe.path() else {
            return false;
        };
        let known = path
            .raw()
            .rsplit_once('/')
            .is_some_and(|(directory, name)| {
                PROGRAMS.contains(&name) && DIRECTORIES.contains(&directory)
            });
        let contained = holder
            .place
            .get()
            .is_ok_and(|place| place.container.is_some());
        known && !contained && holder.uids.effective == 0
    };
    let is = |listener: &&Listener| {
        let mut started = listener.socket_units.iter();
        let ssh_alone = started.all(|unit| SERVICES.contains(&unit.starts.raw()));
        port.all.holders(listener).any(own) || (ssh_alone && !listener.socket_units.is_empty())
    };
    if port.listeners.iter().all(is) {
        return Ok(true);
    }
    match port.unseen() {
        Some(obstacle) => Err(obstacle.clone().into()),
        None => Ok(false),
    }
}
