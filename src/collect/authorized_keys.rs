//! The files that hold keys to accounts: looked for wherever sshd's files and options may send it, whether a Match block applies
//! or not, for every account.
//!
//! Homes may lie on what hangs. So they are read on a thread of their own; where it makes no headway it is left behind, and all is
//! read anew without that home, and without what is mounted where it is.

use super::files::{gather, nodes};
use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::authorized_keys::{AuthorizedKeys, Content, List, Reader, Zone};
use crate::facts::files::{Nodes, expand};
use crate::facts::sshd::Expansion;
use crate::host::Host;
use crate::model::keys::{expanded, is_none, is_pattern, words};
use crate::model::logins::Survey;
use crate::model::sshd::{Key, Model, is_on};
use crate::source::{HostText, Obstacle, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What is read of one file at most, in bytes: ten thousand keys.
const LIMIT: u64 = 8 << 20;
/// What is read of all of them.
const TOTAL: u64 = 32 << 20;
/// As many files are read, and looked for.
const FILES: usize = 5_000;
const LOOKED_FOR: usize = 500_000;
/// A pattern may name as many.
const MATCHES: usize = 500;
/// As many homes may hang before nothing is waited for any more.
const HANGING: usize = 4;

/// What is to be read.
struct Plan {
    reader: Mutex<Reader>,
    /// By home, which may hang: the words of AuthorizedKeysFile, expanded.
    homes: Vec<(HostText, BTreeSet<HostText>)>,
    lists: BTreeSet<HostText>,
    principals: BTreeSet<HostText>,
    /// False with StrictModes: then what is not there is not made by others.
    lax: bool,
    more: Option<Obstacle>,
    /// What is mounted, before anything was looked at.
    nodes: Nodes,
}

/// Reads the files.
pub(super) fn collect(host: &Arc<Host>, facts: &Facts) -> Fact<AuthorizedKeys> {
    match plan(host, facts) {
        Ok(plan) => patiently(host, &Arc::new(plan)).map_or_else(Fact::Unknown, |value| {
            let source = Source::file("/etc/passwd");
            Fact::Known { value, source }
        }),
        Err(Unjudged::Unknown(obstacle)) => Fact::Unknown(obstacle),
        Err(Unjudged::NotApplicable { source, .. }) => Fact::Absent { looked_at: source },
    }
}

fn plan(host: &Host, facts: &Facts) -> Result<Plan, Unjudged> {
    let survey = Survey::new(facts)?;
    let (version, _) = survey.known.version.known()?;
    let (accounts, _) = facts.accounts().and_then(Fact::known)?;
    let models: Vec<&Model> = survey
        .instances
        .iter()
        .filter_map(|it| it.model.as_ref().ok())
        .collect();
    let of = |keys: &[Key]| -> BTreeSet<HostText> {
        let all = models
            .iter()
            .flat_map(|model| keys.iter().map(move |key| words(model, *key)));
        all.flatten().collect()
    };
    let (files, principals) = (
        of(&[Key::AuthorizedKeysFile]),
        of(&[Key::AuthorizedPrincipalsFile]),
    );
    let lax = |model: &&Model| !is_on(&model.global(), "strictmodes").unwrap_or(false);
    let mut plan = Plan {
        reader: Mutex::new(Reader::new(version.clone())),
        homes: Vec::new(),
        lists: of(&[
            Key::TrustedUserCaKeys,
            Key::RevokedKeysFile,
            Key::RevokedKeys,
        ]),
        principals: BTreeSet::new(),
        lax: models.iter().any(lax),
        more: None,
        nodes: nodes(facts),
    };
    let mut homes: BTreeMap<&HostText, BTreeSet<HostText>> = BTreeMap::new();
    let mut count = 0;
    for account in &accounts.accounts {
        if count >= LOOKED_FOR {
            plan.more = Some(beyond(format!("more than {LOOKED_FOR} files of keys")));
            break;
        }
        let paths = homes.entry(&account.home).or_default();
        paths.extend(files.iter().filter_map(|word| expanded(word, account)));
        count += files.len();
        let names = principals.iter().filter(|word| !is_none(word));
        plan.principals
            .extend(names.filter_map(|word| expanded(word, account)));
    }
    plan.homes = homes
        .into_iter()
        .map(|(home, paths)| (home.clone(), paths))
        .collect();
    if let Ok(reader) = plan.reader.get_mut() {
        let localtime = host.files().read("/etc/localtime", 1 << 20);
        reader.zone = localtime.map_or(Zone::Unseen, |file| Zone::of(file.as_deref()));
    }
    Ok(plan)
}

fn beyond(what: String) -> Obstacle {
    Obstacle::NotModelled { what: what.into() }
}

fn patiently(host: &Arc<Host>, plan: &Arc<Plan>) -> Result<AuthorizedKeys, Obstacle> {
    let patience = host.deadline() / 10;
    let mut hanging: BTreeMap<usize, Obstacle> = BTreeMap::new();
    while hanging.len() < HANGING {
        match attempt(host, plan, &hanging, patience) {
            Ok(keys) => return Ok(keys),
            Err(at) => {
                let what = plan
                    .homes
                    .get(at)
                    .map_or("files of keys", |(home, _)| home.raw());
                hanging.insert(at, Obstacle::timed_out(what, patience));
            }
        }
    }
    Err(Obstacle::timed_out(
        "the homes of several accounts",
        patience * 4,
    ))
}

/// Reads everything but the homes that hang. An error is the number of another one.
fn attempt(
    host: &Arc<Host>,
    plan: &Arc<Plan>,
    hanging: &BTreeMap<usize, Obstacle>,
    patience: Duration,
) -> Result<AuthorizedKeys, usize> {
    let (sender, receiver) = channel();
    let steps = Arc::new(AtomicUsize::new(0));
    let at = Arc::new(AtomicUsize::new(usize::MAX));
    let mut reading = Reading {
        host: Arc::clone(host),
        plan: Arc::clone(plan),
        hanging: hanging.clone(),
        steps: Arc::clone(&steps),
        at: Arc::clone(&at),
        left: TOTAL,
        keys: AuthorizedKeys::default(),
    };
    let name = format!("{}authorized-keys files", super::THREAD_PREFIX);
    let started = thread::Builder::new().name(name).spawn(move || {
        reading.all();
        // Nobody listens any more if it took too long.
        let _ = sender.send(reading.keys);
    });
    if started.is_err() {
        return Err(usize::MAX);
    }
    let mut seen = 0;
    loop {
        match receiver.recv_timeout(patience) {
            Ok(keys) => return Ok(keys),
            Err(RecvTimeoutError::Disconnected) => return Err(usize::MAX),
            Err(RecvTimeoutError::Timeout) => {
                let now = steps.load(Ordering::Relaxed);
                if now == seen {
                    return Err(at.load(Ordering::Relaxed));
                }
                seen = now;
            }
        }
    }
}

struct Reading {
    host: Arc<Host>,
    plan: Arc<Plan>,
    hanging: BTreeMap<usize, Obstacle>,
    /// Goes up with each file.
    steps: Arc<AtomicUsize>,
    /// The number of the home that is read.
    at: Arc<AtomicUsize>,
    left: u64,
    keys: AuthorizedKeys,
}

impl Reading {
    fn all(&mut self) {
        let plan = Arc::clone(&self.plan);
        self.keys.nodes = plan.nodes.clone();
        self.keys.more = plan.more.clone();
        let stuck = self.stuck_mounts();
        for (number, (home, paths)) in plan.homes.iter().enumerate() {
            self.at.store(number, Ordering::Relaxed);
            let mount = self.keys.nodes.mount_of(home).map(|mount| mount.id);
            let hangs = self.hanging.get(&number).cloned();
            let beside = || Some(stuck.get(&mount?)?.clone());
            if let Some(obstacle) = hangs.or_else(beside) {
                let unseen = paths.iter().map(|path| (path.clone(), obstacle.clone()));
                for (path, obstacle) in unseen {
                    self.keys.files.insert(path, Content::Unseen(obstacle));
                }
                continue;
            }
            for path in paths {
                self.word(path, home);
            }
        }
        self.at.store(usize::MAX, Ordering::Relaxed);
        for path in &plan.lists {
            if let Some(list) = self.list(path) {
                self.keys.lists.insert(path.clone(), list);
            }
        }
        for path in &plan.principals {
            match self.host.files().follow(path.raw()) {
                Ok(None) => {}
                Ok(Some(_)) => drop(self.keys.principals.insert(path.clone(), None)),
                Err(why) => drop(self.keys.principals.insert(path.clone(), Some(why))),
            }
            self.steps.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The mounts of the homes that hang, but for that of the root.
    fn stuck_mounts(&self) -> BTreeMap<u32, Obstacle> {
        let root = self.keys.nodes.mounts().root().map(|mount| mount.id);
        let mounts = self.hanging.iter().filter_map(|(number, why)| {
            let (home, _) = self.plan.homes.get(*number)?;
            let mount = self.keys.nodes.mount_of(home)?.id;
            (Some(mount) != root).then(|| (mount, why.clone()))
        });
        mounts.collect()
    }

    /// What one word names: a file, or from 10.0 on all that a pattern fits.
    fn word(&mut self, path: &HostText, home: &HostText) {
        let version = self.plan.reader.lock().map(|reader| reader.version.clone());
        if !version.is_ok_and(|version| is_pattern(path, &version)) {
            self.file(path, home);
            return;
        }
        let found = expand(self.host.files(), path.raw(), MATCHES);
        if let Ok(found) = &found {
            for path in found {
                self.file(path, home);
            }
        }
        let expansion = found.map_or_else(Expansion::Unseen, Expansion::Paths);
        self.keys.globs.insert(path.clone(), expansion);
    }

    fn file(&mut self, path: &HostText, home: &HostText) {
        self.steps.fetch_add(1, Ordering::Relaxed);
        if self.keys.files.contains_key(path) {
            // Another account's file too: StrictModes looks at the home of each.
            gather(&self.host, [home], &mut self.keys.nodes);
            return;
        }
        if self.keys.files.len() >= FILES {
            self.keys.more = Some(beyond(format!("more than {FILES} files of keys")));
            return;
        }
        let content = match self.read(path) {
            Ok(None) if self.plan.lax => None,
            Ok(None) => return,
            Ok(Some(text)) => Some(Content::Lines(self.lines(&text))),
            Err(obstacle) => Some(Content::Unseen(obstacle)),
        };
        gather(&self.host, [path, home], &mut self.keys.nodes);
        if let Some(content) = content {
            self.keys.files.insert(path.clone(), content);
        }
    }

    fn lines(&self, text: &[u8]) -> Vec<crate::facts::authorized_keys::Line> {
        let Ok(mut reader) = self.plan.reader.lock() else {
            return Vec::new();
        };
        // The table of services is asked for a port that is a name: seldom.
        let names_port = text
            .windows(6)
            .any(|word| word.eq_ignore_ascii_case(b"permit"));
        if names_port && reader.services.is_empty() {
            let table = self.host.files().read("/etc/services", LIMIT);
            reader.take_services(&table.ok().flatten().unwrap_or_default());
        }
        reader.authorized(text)
    }

    fn list(&mut self, path: &HostText) -> Option<List> {
        match self.read(path) {
            Ok(None) => None,
            Ok(Some(text)) => self
                .plan
                .reader
                .lock()
                .ok()
                .map(|reader| reader.list(&text)),
            Err(why) => Some(List::Unseen(why)),
        }
    }

    fn read(&mut self, path: &HostText) -> Result<Option<Vec<u8>>, Obstacle> {
        let text = self.host.files().read(path.raw(), LIMIT.min(self.left))?;
        self.left -= text.as_ref().map_or(0, |text| text.len() as u64);
        Ok(text)
    }
}
