//! How the host's services would start sshd, for whoever comes next.

use crate::fact::{Fact, Listing};
use crate::facts::Facts;
use crate::facts::sshd_daemons::{Started, environment_files, started_by, variables};
use crate::facts::units;
use crate::host::Host;
use crate::model::logins::is_ssh_service;
use std::collections::{BTreeMap, BTreeSet};

/// A few options.
const LIMIT: u64 = 1 << 20;

/// By the units: those that a socket unit starts, and the service itself.
pub(super) fn started(host: &Host, facts: &Facts) -> Listing<Started> {
    let mut names: BTreeSet<&str> = BTreeSet::from(["ssh.service", "sshd.service"]);
    if let Ok((listeners, _)) = facts.listeners().and_then(Fact::known) {
        let units = listeners.here.items.iter().flat_map(|it| &it.socket_units);
        names.extend(
            units
                .map(|it| it.starts.raw())
                .filter(|name| is_ssh_service(name)),
        );
    }
    let mut found = Listing::default();
    for name in names {
        let unit = match units::read(host.files(), name) {
            Ok(Some(unit)) => unit,
            Ok(None) => continue,
            Err(why) => {
                found.gaps.push(why);
                continue;
            }
        };
        let mut known = BTreeMap::new();
        for path in environment_files(&unit) {
            match host.files().read(&path, LIMIT) {
                Ok(text) => variables(
                    &String::from_utf8_lossy(&text.unwrap_or_default()),
                    &mut known,
                ),
                Err(why) => found.gaps.push(why),
            }
        }
        let started = started_by(&unit, &known);
        found
            .items
            .extend(started.filter(|it| !found.items.iter().any(|own: &Started| own.is_like(it))));
    }
    found
}
