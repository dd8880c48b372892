//! sshd's own answers: `sshd -T -C user=…,host=…,addr=…,laddr=…,lport=…`.
//!
//! The files are read and judged by the model. The daemon is asked to confirm: once for each distinct set of Match blocks
//! that apply, four times at most, with the options that a daemon that runs was started with. It is not asked in an image, nor
//! without root, nor while a ListenAddress is a name, which it would look up.

mod asked;
mod config;
mod service;

pub(super) use config::config;

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::sshd::{Changed, Config, MAIN, Service, Sshd};
use crate::host::Host;
use crate::source::{FileKind, HostText, Obstacle, Source};
use std::collections::BTreeSet;

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
    let service = service::started(host, facts);
    let others = others(host, facts, &service.items);
    let changed = std::iter::once(&known.config)
        .chain(&others)
        .map(|config| (config.main.clone(), changed(host, config)));
    let mut sshd = Sshd {
        changed: changed.collect(),
        others,
        service,
        ..Sshd::default()
    };
    asked::ask(host, facts, known, &mut sshd);
    Ok(Fact::Known {
        value: sshd,
        source: Source::file(MAIN),
    })
}

/// The files of daemons that were started with `-f`, or would be.
fn others(host: &Host, facts: &Facts, service: &[Service]) -> Vec<Config> {
    let daemons = facts.sshd_daemons().and_then(Fact::known).ok();
    let daemons = daemons.map_or(&[][..], |(seen, _)| seen.daemons.items.as_slice());
    let running = daemons.iter().filter_map(|it| it.started.get().ok());
    let started = running.chain(service.iter().map(|it| &it.started));
    let mains: BTreeSet<&HostText> = started.filter_map(|it| it.config.as_ref()).collect();
    mains
        .into_iter()
        .map(|main| Config::read(host.files(), main.raw()))
        .collect()
}

/// When each of the files last changed, and each directory that a pattern of an Include lists. Of what is not there its
/// directory tells: it may have been taken away since sshd read it.
fn changed(host: &Host, config: &Config) -> Listing<Changed> {
    let files = config.files.keys().map(|path| path.raw().to_owned());
    let mut paths: BTreeSet<String> = files.collect();
    for pattern in config.globs.keys() {
        let pattern = pattern.raw();
        let wild = pattern.find(['*', '?', '[']);
        // What stands before the first wildcard is a directory; without one it is the file.
        let plain = wild.map_or(pattern, |wild| &pattern[..wild]);
        let directory = plain
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory);
        let path = if wild.is_some() { directory } else { pattern };
        paths.insert(path.to_owned());
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
