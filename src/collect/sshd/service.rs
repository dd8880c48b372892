//! How the host's services would start sshd, for whoever comes next.

use crate::fact::{Fact, Listing};
use crate::facts::Facts;
use crate::facts::sshd::Service;
use crate::facts::sshd_daemons::{Started, environment_files, started_by, variables};
use crate::facts::units::{Load, Machine, Tree};
use crate::host::{Host, Mode};
use crate::model::logins::is_ssh_service;
use crate::source::Obstacle;
use std::collections::{BTreeMap, BTreeSet};

/// A few options.
const LIMIT: u64 = 1 << 20;

/// By the units: the service itself, and those that a socket unit starts, if they start sshd.
pub(super) fn started(host: &Host, facts: &Facts) -> Listing<Service> {
    let mut names: BTreeSet<&str> = BTreeSet::from(["ssh.service", "sshd.service"]);
    if let Ok((listeners, _)) = facts.listeners().and_then(Fact::known) {
        let units = listeners.here.items.iter().flat_map(|it| &it.socket_units);
        names.extend(units.map(|it| it.starts.raw()));
    }
    let tree = Tree::of(host.files(), host.mode() != Mode::Root);
    let machine = Machine::of(&facts.about);
    let mut found = Listing::default();
    found.gaps.extend(tree.gaps.iter().cloned());
    for name in names {
        match of_unit(host, &tree, &machine, name) {
            Ok(Some(started)) => found.items.push(Service {
                unit: name.into(),
                started,
            }),
            Ok(None) => {}
            Err(why) => found.gaps.push(why),
        }
    }
    found
}

fn of_unit(
    host: &Host,
    tree: &Tree<'_>,
    machine: &Machine,
    name: &str,
) -> Result<Option<Started>, Obstacle> {
    let Some(unit) = tree.load(name)?.filter(|it| it.load == Load::Loaded) else {
        return Ok(None);
    };
    let unclear = |what: String| Obstacle::NotModelled {
        what: format!("how {name} starts sshd: {what}").into(),
    };
    let mut known = BTreeMap::new();
    let files = environment_files(&unit);
    for path in &files {
        if path.contains(['*', '?', '[', '%']) && is_ssh_service(name) {
            return Err(unclear(format!("EnvironmentFile={path}")));
        }
        let text = host.files().read(path, LIMIT)?.unwrap_or_default();
        variables(&String::from_utf8_lossy(&text), &mut known);
    }
    match started_by(&unit, machine, &known) {
        Ok(started) => Ok(started),
        Err(other) if is_ssh_service(name) => Err(unclear(other)),
        // What other sockets start is nobody's sshd, as a rule.
        Err(_) => Ok(None),
    }
}
