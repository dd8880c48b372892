//! Core dumps: coredump.conf(5), systemd-system.conf(5), limits.conf(5), the first process's limits, and where dumps are kept.

use crate::fact::{Fact, Listing};
use crate::facts::Facts;
use crate::facts::core_dumps::{
    CoreDumps, Kept, Layered, SessionLimit, Setter, apport_is_enabled, is_dump, session_limits,
    soft_core_limit,
};
use crate::facts::units::{Boot, Installed, installed};
use crate::host::Host;
use crate::source::{Files, HostText, Obstacle, Source};

const LIMITS: &str = "/etc/security/limits.conf";
const LIMITS_FOLDER: &str = "/etc/security/limits.d";
/// Of a file of limits, in bytes.
const LIMIT: u64 = 1 << 20;
/// Where systemd-coredump, apport and abrt keep what they catch.
const KEPT: [&str; 5] = [
    "/var/lib/systemd/coredump",
    "/var/crash",
    "/var/lib/apport/coredump",
    "/var/spool/abrt",
    "/var/tmp/abrt",
];

/// Units that set the pattern, and to what.
const SETTERS: [(&str, &str); 2] = [
    ("apport.service", "|/usr/share/apport/apport"),
    ("abrt-ccpp.service", "|/usr/libexec/abrt-hook-ccpp"),
];
const APPORT_SCRIPT: &str = "/etc/init.d/apport";
const APPORT_DEFAULTS: &str = "/etc/default/apport";

/// Reads them.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<CoreDumps> {
    let read = || -> Result<CoreDumps, Obstacle> {
        super::os::in_sight(facts, KEPT[0])?;
        let keys = ["Storage", "ExternalSizeMax", "JournalSizeMax"];
        let files = host.files();
        Ok(CoreDumps {
            handler: Layered::read(files, "coredump.conf", "Coredump", &keys),
            manager: Layered::read(files, "system.conf", "Manager", &["DefaultLimitCORE"]),
            inherited: inherited(host).into(),
            sessions: sessions(host),
            setters: setters(host.files()),
            kept: kept(host),
        })
    };
    let source = Source::file("/etc/systemd/coredump.conf");
    read().map(|value| (value, source)).into()
}

fn inherited(host: &Host) -> Result<u64, Obstacle> {
    const AT: &str = "/proc/1/limits";
    super::os::runs(host)?;
    let text = host.files().read(AT, LIMIT)?;
    text.and_then(|text| soft_core_limit(&text))
        .ok_or_else(|| Obstacle::Failed {
            at: Source::file(AT),
            why: "no limit of core files is to be seen".into(),
        })
}

/// `limits.conf`, then the files of its folder by name.
fn sessions(host: &Host) -> Listing<SessionLimit> {
    let mut found = Listing::default();
    let mut paths = vec![LIMITS.to_owned()];
    match host.files().list(LIMITS_FOLDER) {
        Ok(entries) => {
            let names = entries.unwrap_or_default().into_iter().map(|it| it.name);
            let names = names.filter(|name| name.raw().ends_with(".conf"));
            paths.extend(names.map(|name| format!("{LIMITS_FOLDER}/{}", name.raw())));
        }
        Err(obstacle) => found.gaps.push(obstacle),
    }
    for path in paths {
        match host.files().read(&path, LIMIT) {
            Ok(text) => found
                .items
                .extend(session_limits(&text.unwrap_or_default(), &path)),
            Err(obstacle) => found.gaps.push(obstacle),
        }
    }
    found
}

fn setters(files: &dyn Files) -> Listing<Setter> {
    let mut found = Listing::default();
    let boot = Boot::read(files);
    found.gaps.extend(boot.as_ref().err().cloned());
    let boot = boot.unwrap_or_default();
    for (unit, pattern) in SETTERS {
        let source = installed(files, unit).and_then(|state| match state {
            Installed::Yes => boot.starts(files, unit),
            Installed::No if unit == SETTERS[0].0 => by_script(files),
            Installed::Masked(_) | Installed::No => Ok(None),
        });
        match source {
            Ok(source) => found.items.extend(source.map(|source| Setter {
                pattern: pattern.into(),
                source,
            })),
            Err(obstacle) => found.gaps.push(obstacle),
        }
    }
    found
}

/// The link by which apport's script is started, of which older Ubuntus make a unit at boot.
fn by_script(files: &dyn Files) -> Result<Option<Source>, Obstacle> {
    if files.stat(APPORT_SCRIPT)?.is_none()
        || !apport_is_enabled(&files.read(APPORT_DEFAULTS, LIMIT)?.unwrap_or_default())
    {
        return Ok(None);
    }
    for level in 2..=5 {
        let directory = format!("/etc/rc{level}.d");
        for entry in files.list(&directory)?.unwrap_or_default() {
            let name = entry.name.raw();
            if name.starts_with('S') && name.ends_with("apport") {
                return Ok(Some(Source::file(format!("{directory}/{name}"))));
            }
        }
    }
    Ok(None)
}

fn kept(host: &Host) -> Listing<Kept> {
    let mut found = Listing::default();
    for directory in KEPT {
        let entries = match host.files().list(directory) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(obstacle) => {
                found.gaps.push(obstacle);
                continue;
            }
        };
        let names = entries.into_iter().map(|entry| entry.name);
        let dumps: Vec<HostText> = names.filter(|name| is_dump(name.raw())).collect();
        found
            .items
            .extend(dumps.first().cloned().map(|example| Kept {
                directory: directory.into(),
                count: dumps.len(),
                example,
            }));
    }
    found
}
