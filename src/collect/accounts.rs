//! `/etc/passwd`, `/etc/shadow` and `/etc/group`, bounded.

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::accounts::{Accounts, services_elsewhere};
use crate::host::{Host, Mode};
use crate::source::{FileKind, FileStat, Obstacle, Source};
use std::collections::BTreeMap;

const PASSWD: &str = "/etc/passwd";
const NSSWITCH: &str = "/etc/nsswitch.conf";
const SHADOW: &str = "/etc/shadow";
const GROUP: &str = "/etc/group";
/// A hundred thousand accounts.
const LIMIT: u64 = 16 << 20;

/// Most accounts share a few.
fn look_at_shells(host: &Host, accounts: &mut Accounts) {
    let mut seen: BTreeMap<String, Option<bool>> = BTreeMap::new();
    for account in &mut accounts.accounts {
        let shell = account.shell().to_owned();
        let runs = |shell: &str| {
            let stat = host.files().follow(shell).ok()?;
            let runs = |it: FileStat| it.kind == FileKind::Regular && it.mode & 0o111 != 0;
            match stat {
                // In an image it may be on a file system that is not mounted here.
                None if host.mode() == Mode::Root => None,
                stat => Some(stat.is_some_and(runs)),
            }
        };
        account.shell_runs = *seen.entry(shell).or_insert_with_key(|shell| runs(shell));
    }
}

/// Reads the accounts.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Accounts> {
    read(host, facts).unwrap_or_else(Fact::Unknown)
}

fn read(host: &Host, facts: &Facts) -> Result<Fact<Accounts>, Obstacle> {
    super::os::in_sight(facts, PASSWD)?;
    let source = Source::file(PASSWD);
    let Some(passwd) = host.files().read(PASSWD, LIMIT)? else {
        // No system is without it: the accounts are somewhere else, out of sight.
        return Err(Obstacle::Failed {
            at: source,
            why: "there is no such file".into(),
        });
    };
    let shadow = host.files().read(SHADOW, LIMIT);
    let shadow = shadow.as_ref().map(Option::as_deref).map_err(Clone::clone);
    let mut value = Accounts::parse(&passwd, shadow);
    let group = host.files().read(GROUP, LIMIT);
    value.take_groups(group.as_ref().map(Option::as_deref).map_err(Clone::clone));
    // Without the file glibc asks the files alone.
    if let Some(nsswitch) = host.files().read(NSSWITCH, LIMIT)? {
        value.elsewhere = services_elsewhere(&nsswitch, "passwd");
        // Where initgroups(3) has a line of its own, it asks no other.
        let groups = ["group", "initgroups"].map(|it| services_elsewhere(&nsswitch, it));
        value.groups_elsewhere = groups.concat();
    }
    look_at_shells(host, &mut value);
    Ok(Fact::Known { value, source })
}
