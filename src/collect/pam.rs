//! `/etc/pam.d` with what its files include, from wherever the distribution keeps its own; bounded.

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::pam::{AIDES, Pam, SERVICES, What, parse, words};
use crate::host::Host;
use crate::source::{HostText, Obstacle, Source};
use std::collections::BTreeSet;

/// In the order in which libpam looks; the last is SUSE's.
const DIRECTORIES: [&str; 3] = ["/etc/pam.d", "/usr/lib/pam.d", "/usr/etc/pam.d"];
/// No file of a distribution has more than a few thousand.
const LIMIT: u64 = 256 << 10;
/// More files than that are not followed.
const MOST: usize = 200;

/// Reads the services and what they include.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Pam> {
    read(host, facts).unwrap_or_else(Fact::Unknown)
}

fn read(host: &Host, facts: &Facts) -> Result<Fact<Pam>, Obstacle> {
    super::os::in_sight(facts, DIRECTORIES[0])?;
    let source = Source::file(DIRECTORIES[0]);
    let mut seen = false;
    for directory in DIRECTORIES {
        seen |= host.files().stat(directory)?.is_some();
    }
    if !seen {
        // One file for all is what libpam takes then, and what nobody has used for twenty years.
        return match host.files().stat("/etc/pam.conf")? {
            Some(_) => Err(Obstacle::NotModelled {
                what: "/etc/pam.conf without a directory pam.d".into(),
            }),
            None => Ok(Fact::Absent { looked_at: source }),
        };
    }
    let mut pam = Pam {
        modules: modules(host),
        ..Pam::default()
    };
    let mut wanted: Vec<HostText> = SERVICES.iter().rev().map(|&name| name.into()).collect();
    while let Some(name) = wanted.pop() {
        if pam.files.contains_key(&name) {
            continue;
        }
        let file = match pam.files.len() < MOST {
            true => file(host, &name),
            false => Obstacle::NotModelled {
                what: format!("more than {MOST} files of PAM").into(),
            }
            .into(),
        };
        if let Fact::Known { value, .. } = &file {
            wanted.extend(value.iter().filter_map(|line| match &line.what {
                What::All(name) => Some(name.clone()),
                What::Rule {
                    control, module, ..
                } if is_include(control.raw()) => module.clone(),
                What::Rule { .. } => None,
            }));
        }
        pam.files.insert(name, file);
    }
    for path in AIDES {
        let file = host.files().read(path, LIMIT);
        let fact = match file {
            Ok(Some(text)) => Fact::Known {
                value: words(&text),
                source: Source::file(path),
            },
            Ok(None) => Fact::Absent {
                looked_at: Source::file(path),
            },
            Err(why) => why.into(),
        };
        pam.aides.insert(path.into(), fact);
    }
    Ok(Fact::Known { value: pam, source })
}

fn is_include(control: &str) -> bool {
    ["include", "substack"]
        .iter()
        .any(|word| control.eq_ignore_ascii_case(word))
}

fn file(host: &Host, name: &HostText) -> Fact<Vec<crate::facts::pam::Line>> {
    let path = |directory: &str| format!("{directory}/{}", name.raw());
    let places: Vec<String> = match name.raw().starts_with('/') {
        true => vec![name.raw().to_owned()],
        false => DIRECTORIES.iter().map(|it| path(it)).collect(),
    };
    for place in &places {
        match host.files().read(place, LIMIT) {
            Ok(None) => {}
            Ok(Some(text)) => {
                return Fact::Known {
                    value: parse(&text),
                    source: Source::file(place),
                };
            }
            Err(why) => return why.into(),
        }
    }
    Fact::Absent {
        looked_at: Source::file(&places[0]),
    }
}

/// The names of what lies where modules are, if all of that was seen: that one is missing shuts a door.
fn modules(host: &Host) -> Option<BTreeSet<HostText>> {
    let files = host.files();
    let mut found = BTreeSet::new();
    for library in ["/usr/lib", "/usr/lib64", "/lib", "/lib64"] {
        let below = files.list(library).ok()?.unwrap_or_default();
        let below = below.iter().map(|it| it.name.raw());
        let places = below
            .filter(|name| name.contains("-linux-"))
            .map(|name| format!("{library}/{name}"));
        for place in places.chain([library.to_owned()]) {
            let entries = files.list(&format!("{place}/security")).ok()?;
            found.extend(entries.unwrap_or_default().into_iter().map(|it| it.name));
        }
    }
    // Where libpam has its own they are, with this one among them; else they are somewhere else.
    found
        .contains(&HostText::from("pam_unix.so"))
        .then_some(found)
}
