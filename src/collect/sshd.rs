//! sshd's own answers: `sshd -T -C user=…,host=…,addr=…,laddr=…,lport=…`.
//!
//! The files are read and judged by the model. The daemon is asked to confirm: once for each distinct set of Match blocks
//! that apply, four times at most, with the options that a daemon that runs was started with. It is not asked in an image, nor
//! without root, nor while a ListenAddress is a name, which it would look up.

mod asked;
mod config;

pub(super) use config::config;

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::sshd::{Changed, Config, Sshd};
use crate::host::Host;
use crate::source::{FileKind, HostText, Obstacle, Source};
use std::collections::BTreeSet;

/// Where sshd looks for its configuration, unless it is told otherwise.
pub(super) const CONFIG: &str = "/etc/ssh/sshd_config";

/// Reads the files, and asks sshd.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Sshd> {
    read(host, facts).unwrap_or_else(Fact::Unknown)
}

fn read(host: &Host, facts: &Facts) -> Result<Fact<Sshd>, Obstacle> {
    let known = match facts.sshd_config().and_then(Fact::known) {
        Ok((known, _)) => known,
        Err(Unjudged::Unknown(why)) => return Err(why),
        Err(Unjudged::NotApplicable { source, .. }) => {
            return Ok(Fact::Absent { looked_at: source });
        }
    };
    let others = others(host, facts);
    let mut sshd = Sshd {
        changed: changed(host, std::iter::once(&known.config).chain(&others)),
        others,
        ..Sshd::default()
    };
    asked::ask(host, facts, known, &mut sshd);
    Ok(Fact::Known {
        value: sshd,
        source: Source::file(CONFIG),
    })
}

/// The files of daemons that were started with `-f`.
fn others(host: &Host, facts: &Facts) -> Vec<Config> {
    let Ok((seen, _)) = facts.sshd_daemons().and_then(Fact::known) else {
        return Vec::new();
    };
    let started = seen
        .daemons
        .items
        .iter()
        .filter_map(|it| it.started.get().ok());
    let mains: BTreeSet<&HostText> = started.filter_map(|it| it.config.as_ref()).collect();
    mains
        .into_iter()
        .map(|main| Config::read(host.files(), main.raw()))
        .collect()
}

/// When each of the files last changed, and each directory that a pattern of an Include lists. Of what is not there its
/// directory tells: it may have been taken away since sshd read it.
fn changed<'c>(host: &Host, configs: impl Iterator<Item = &'c Config>) -> Listing<Changed> {
    let mut paths: BTreeSet<String> = BTreeSet::new();
    for config in configs {
        paths.extend(config.files.keys().map(|path| path.raw().to_owned()));
        for pattern in config.globs.keys() {
            let pattern = pattern.raw();
            let wild = pattern.find(['*', '?', '[']);
            // What stands before the first wildcard is a directory; without one it is the file.
            let plain = wild.map_or(pattern, |wild| &pattern[..wild]);
            let directory = plain
                .rsplit_once('/')
                .map_or("", |(directory, _)| directory);
            paths.insert(if wild.is_some() { directory } else { pattern }.to_owned());
        }
    }
    let mut found = Listing::default();
    for path in paths.iter().filter(|path| path.starts_with('/')) {
        match nearest(host, path) {
            Ok(Some(change)) => found.items.push(change),
            Ok(None) => {}
            Err(why) => found.gaps.push(why),
        }
    }
    found.items.sort();
    found.items.dedup();
    found
}

fn nearest(host: &Host, path: &str) -> Result<Option<Changed>, Obstacle> {
    let mut path = path;
    loop {
        if let Some(stat) = host.files().follow(path)? {
            return Ok(Some(Changed {
                path: path.into(),
                is_directory: stat.kind == FileKind::Directory,
                at: stat.changed,
            }));
        }
        match path.rsplit_once('/') {
            Some((parent, _)) if !parent.is_empty() => path = parent,
            _ => return Ok(None),
        }
    }
}
