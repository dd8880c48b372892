//! sshd's standard files, and the version of the sshd that is installed: by its package, else by itself.

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::packages::State;
use crate::facts::sshd::{Config, Version};
use crate::facts::sshd_config::SshdConfig;
use crate::host::{Host, Mode, Tool};
use crate::source::{HostText, Obstacle, Source};

const MAIN: &str = "/etc/ssh/sshd_config";
const PROGRAM: &str = "/usr/sbin/sshd";

/// Reads them. A host that has neither the program nor the file has no sshd.
pub(in super::super) fn config(host: &Host, facts: &Facts) -> Fact<SshdConfig> {
    read(host, facts).unwrap_or_else(Fact::Unknown)
}

fn read(host: &Host, facts: &Facts) -> Result<Fact<SshdConfig>, Obstacle> {
    super::super::os::in_sight(facts, MAIN)?;
    let version = version(host, facts);
    let is_there = host.files().stat(MAIN)?.is_some();
    if !is_there && matches!(version, Fact::Absent { .. }) {
        return Ok(Fact::Absent {
            looked_at: Source::file(MAIN),
        });
    }
    Ok(Fact::Known {
        value: SshdConfig {
            config: Config::read(host.files(), MAIN),
            version,
        },
        source: Source::file(MAIN),
    })
}

/// By dpkg, which tells the whole of it. Else the program is asked, where it runs.
fn version(host: &Host, facts: &Facts) -> Fact<Version> {
    let packages = facts.packages().and_then(Fact::known).ok();
    let package = packages.and_then(|(packages, _)| packages.there("openssh-server"));
    let package = package.filter(|it| it.state != State::HalfInstalled);
    if let Some(package) = package
        && let Some(version) = package
            .version
            .as_ref()
            .and_then(|it| Version::parse(it.text().raw()))
    {
        return Fact::Known {
            value: by_system(version, facts),
            source: package.at.clone(),
        };
    }
    asked(host, facts).unwrap_or_else(Fact::Unknown)
}

fn asked(host: &Host, facts: &Facts) -> Result<Fact<Version>, Obstacle> {
    if host.mode() == Mode::Root {
        return match host.files().stat(PROGRAM)? {
            None => Ok(Fact::Absent {
                looked_at: Source::file(PROGRAM),
            }),
            Some(_) => Err(Obstacle::NeedsLiveHost {
                what: "the version of sshd, which no package tells".into(),
            }),
        };
    }
    if !host.installed(Tool::Sshd)? {
        return Ok(Fact::Absent {
            looked_at: Source::file(PROGRAM),
        });
    }
    // Older ones know no `-V`, and say who they are with their usage.
    let output = host.run(Tool::Sshd, &["-V"])?;
    let source = Source::command(&output.argv);
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().find(|line| line.contains("OpenSSH_"));
    match line.and_then(Version::parse) {
        Some(version) => Ok(Fact::Known {
            value: by_system(version, facts),
            source,
        }),
        None => Err(Obstacle::Unparsable {
            at: source,
            why: HostText::from("it tells no version"),
        }),
    }
}

fn by_system(version: Version, facts: &Facts) -> Version {
    match facts.os().and_then(Fact::known) {
        Ok((os, _)) => version.built_for(&os.release),
        Err(_) => version,
    }
}
