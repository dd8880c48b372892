//! `/etc/passwd`, `/etc/shadow`, `/etc/group` and `/etc/gshadow`, bounded.

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::accounts::{Accounts, names_service, services_elsewhere};
use crate::host::{Host, Mode};
use crate::source::{DirEntry, FileKind, FileStat, HostText, Obstacle, Source};
use std::collections::BTreeMap;

const PASSWD: &str = "/etc/passwd";
const NSSWITCH: &str = "/etc/nsswitch.conf";
const SHADOW: &str = "/etc/shadow";
const GROUP: &str = "/etc/group";
const GSHADOW: &str = "/etc/gshadow";
/// A hundred thousand accounts.
const LIMIT: u64 = 16 << 20;

/// Where the records are that nss-systemd(8) serves, passwords and all (userdb, systemd-homed).
const RECORDS: [&str; 5] = [
    "/etc/userdb",
    "/run/userdb",
    "/run/host/userdb",
    "/usr/lib/userdb",
    "/var/lib/systemd/home",
];

/// Services of the host's own that know more than its files, where they know anything: `database` of nsswitch.conf(5), whose
/// own file has this text, and whose records end so.
fn local_elsewhere(
    host: &Host,
    nsswitch: &[u8],
    database: &str,
    text: &[u8],
    endings: &[&str],
) -> Result<Vec<HostText>, Obstacle> {
    let mut found = Vec::new();
    if names_service(nsswitch, database, "systemd") {
        for directory in RECORDS {
            let entries = host.files().list(directory)?.unwrap_or_default();
            let is_record = |name: &str| endings.iter().any(|ending| name.ends_with(ending));
            if entries.iter().any(|entry| is_record(entry.name.raw())) {
                found.push(format!("systemd ({directory})").into());
            }
        }
    }
    let has_nis = text
        .split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(b"+"));
    if has_nis && names_service(nsswitch, database, "compat") {
        found.push("compat (NIS)".into());
    }
    Ok(found)
}

/// Red Hat's nsswitch.conf names sssd on every host; without a configuration it does not start. What cannot be looked at may be one.
fn sssd_is_configured(host: &Host) -> bool {
    let file = host.files().follow("/etc/sssd/sssd.conf");
    let parts = host.files().list("/etc/sssd/conf.d");
    let named = |it: &DirEntry| it.name.raw().ends_with(".conf");
    match (file, parts) {
        (Ok(None), Ok(parts)) => parts.unwrap_or_default().iter().any(named),
        _ => true,
    }
}

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
    let gshadow = host.files().read(GSHADOW, LIMIT);
    value.take_groups(
        group.as_ref().map(Option::as_deref).map_err(Clone::clone),
        gshadow.as_ref().map(Option::as_deref).map_err(Clone::clone),
    );
    // Without the file glibc asks the files alone.
    if let Some(nsswitch) = host.files().read(NSSWITCH, LIMIT)? {
        let serves = |service: &HostText| service.raw() != "sss" || sssd_is_configured(host);
        let elsewhere = |database: &str| {
            let all = services_elsewhere(&nsswitch, database);
            all.into_iter().filter(serves).collect::<Vec<_>>()
        };
        value.elsewhere = elsewhere("passwd");
        for service in elsewhere("shadow") {
            if !value.elsewhere.contains(&service) {
                value.elsewhere.push(service);
            }
        }
        value.elsewhere.extend(local_elsewhere(
            host,
            &nsswitch,
            "passwd",
            &passwd,
            &[".user", ".identity"],
        )?);
        // Where initgroups(3) has a line of its own, it asks no other.
        let groups = ["group", "initgroups"].map(elsewhere);
        value.groups_elsewhere = groups.concat();
        let group = group.ok().flatten().unwrap_or_default();
        let more = [".group", ".membership"];
        value
            .groups_elsewhere
            .extend(local_elsewhere(host, &nsswitch, "group", &group, &more)?);
    }
    look_at_shells(host, &mut value);
    Ok(Fact::Known { value, source })
}
