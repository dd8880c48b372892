//! `/etc/sudoers`, or the vendor's own file below `/usr/etc`, with all that it includes.

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::accounts::services_elsewhere;
use crate::facts::sudoers::{Sudoers, read};
use crate::host::Host;
use crate::source::{Files, Obstacle, Source};

/// Where sudo itself may be: without it its files mean nothing.
const PROGRAMS: [&str; 5] = [
    "/usr/bin/sudo",
    "/bin/sudo",
    "/usr/local/bin/sudo",
    "/usr/sbin/sudo",
    "/run/wrappers/bin/sudo",
];

/// The first that exists is read: SUSE ships the second.
const MAIN: [&str; 2] = ["/etc/sudoers", "/usr/etc/sudoers"];

const NSSWITCH: &str = "/etc/nsswitch.conf";
const NSSWITCH_LIMIT: u64 = 1 << 20;

/// Reads what sudo grants.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Sudoers> {
    grants(host, facts).unwrap_or_else(Fact::Unknown)
}

fn grants(host: &Host, facts: &Facts) -> Result<Fact<Sudoers>, Obstacle> {
    super::os::in_sight(facts, MAIN[0])?;
    let files = host.files();
    let Some(program) = installed(files)? else {
        return Ok(Fact::Absent {
            looked_at: Source::file(PROGRAMS[0]),
        });
    };
    let uname = host.uname();
    let name = uname.hostname.raw().split('.').next().unwrap_or_default();
    let mut found = None;
    for main in MAIN {
        if let Some(sudoers) = read(files, main, name)? {
            found = Some((sudoers, Source::file(main)));
            break;
        }
    }
    let missing = || Sudoers {
        refused: Some(format!("sudo has no {}", MAIN[0])),
        ..Sudoers::default()
    };
    let (mut value, source) = found.unwrap_or_else(|| (missing(), Source::file(MAIN[0])));
    value.in_rust = in_rust(files, program)?;
    if let Some(nsswitch) = files.read(NSSWITCH, NSSWITCH_LIMIT)? {
        value.elsewhere = services_elsewhere(&nsswitch, "sudoers");
    }
    Ok(Fact::Known { value, source })
}

fn installed(files: &dyn Files) -> Result<Option<&'static str>, Obstacle> {
    for program in PROGRAMS {
        if files.follow(program)?.is_some() {
            return Ok(Some(program));
        }
    }
    Ok(None)
}

/// Ubuntu leads `/usr/bin/sudo` over `/etc/alternatives` to the one of its choice.
fn in_rust(files: &dyn Files, program: &str) -> Result<bool, Obstacle> {
    let Some(first) = files.read_link(program)? else {
        return Ok(false);
    };
    let target = files.read_link(first.raw())?.unwrap_or(first);
    Ok(target.raw().ends_with("-rs"))
}
