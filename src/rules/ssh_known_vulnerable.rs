//! Judges whether the installed sshd has a flaw that anybody on the network can use, and that its distribution has fixed.
//!
//! ## What it judges
//! The version of the package openssh-server against the version in which the distribution fixed each flaw: distributions mend
//! old versions, so what the program says of itself proves nothing. A version that the flaw never was in, or no more, passes;
//! any other that is not in the table, on a release or from a repository that it does not know, is unknown, and so is an sshd of
//! no package. A flaw that only a setting opens is judged with that setting, by another check.
//!
//! | flaw | grade | what it lets do | fixed in |
//! |---|---|---|---|
//! | CVE-2024-6387 (regreSSHion) | `remote-code` | run code as root, before any login | Debian 12: 1:9.2p1-2+deb12u3, Ubuntu 22.04: 1:8.9p1-3ubuntu0.10, 24.04: 1:9.6p1-3ubuntu13.3 |
//! | CVE-2025-26466 | `denial` | fill memory and processor, before any login | Ubuntu 24.04: 1:9.6p1-3ubuntu13.8 |
//!
//! An update mends the file and not the process: where the program of a daemon that runs is not there any more, it runs
//! what was installed before, and the grade is `not-restarted`.
//!
//! ## What it leaves out
//! Flaws of the clients, ssh(1) and scp(1), and of distributions that do not use dpkg: unknown there.

mod flaws;

use super::{NoParams, Rule, RuleMeta};
use crate::fact::{Fact, Unjudged};
use crate::facts::os::OsRelease;
use crate::facts::packages::{DebVersion, Package};
use crate::facts::sshd_daemons::Daemon;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::source::Obstacle;
use crate::step::{Action, Step};
use flaws::FLAWS;
pub use flaws::{Flaw, TERRAPIN};

/// See the module.
pub struct SshKnownVulnerable;

const PACKAGE: &str = "openssh-server";
const REMOTE_CODE: &str = "remote-code";
const DENIAL: &str = "denial";
const NOT_RESTARTED: &str = "not-restarted";

impl Rule for SshKnownVulnerable {
    const META: RuleMeta = RuleMeta {
        id: "ssh-known-vulnerable",
        source: include_str!("ssh_known_vulnerable.rs"),
        grades: &[REMOTE_CODE, DENIAL, NOT_RESTARTED],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Package(PACKAGE.into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        vec![
            Request::Os,
            Request::SshdConfig,
            Request::Packages,
            Request::SshdDaemons,
        ]
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        if let Err(none @ Unjudged::NotApplicable { .. }) = facts.sshd_config()?.known() {
            return Err(none);
        }
        let (os, _) = facts.os()?.known()?;
        let (package, version) = installed(facts)?;
        let seen = || Evidence::decides(version.text().clone(), &package.at);
        let mut outcomes = Vec::new();
        let mut gaps = Vec::new();
        for flaw in FLAWS {
            match has(flaw, &os.release, version) {
                Ok(None) => {}
                Ok(Some(fixed)) => outcomes.push(outcome(flaw, fixed, seen())),
                Err(why) => gaps.push(why),
            }
        }
        outcomes.extend(not_restarted(facts, &seen, &mut gaps));
        let names: Vec<&str> = FLAWS.iter().map(|flaw| flaw.id).collect();
        let pass = Outcome::pass(
            Self::subject(params),
            format!("{version} has none of {}", names.join(", ")),
            seen(),
        );
        Ok(Judgement::collected(
            &Self::subject(params),
            outcomes,
            &gaps,
            pass,
        ))
    }
}

/// The version of the package that lacks the flaw, if the installed one has it.
///
/// # Errors
/// [`Unjudged`] if nothing is known of the package, or of the flaw in this release.
pub fn fixed_in(facts: &Facts, flaw: &Flaw) -> Result<Option<&'static str>, Unjudged> {
    let (os, _) = facts.os()?.known()?;
    let (_, version) = installed(facts)?;
    Ok(has(flaw, &os.release, version)?)
}

/// Old versions are mended by distributions, each by its own number: that of another upstream version says nothing.
fn has(
    flaw: &Flaw,
    release: &OsRelease,
    version: &DebVersion,
) -> Result<Option<&'static str>, Obstacle> {
    let upstream = flaws::upstream(version);
    if upstream.is_some_and(|upstream| !(flaw.since..flaw.until).contains(&upstream)) {
        return Ok(None);
    }
    let number = release.version_id.as_ref().map_or("", |it| it.raw());
    let row = flaw
        .fixed
        .iter()
        .find(|(id, of, _)| *id == release.id.raw() && *of == number)
        .map(|(_, _, fixed)| (*fixed, DebVersion::new(*fixed)))
        .filter(|(_, fixed)| flaws::upstream(fixed) == upstream);
    match row {
        Some((text, fixed)) => Ok((*version < fixed).then_some(text)),
        None => Err(Obstacle::NotModelled {
            what: format!(
                "whether {version} on {} has {}",
                release.pretty_name.raw(),
                flaw.id
            )
            .into(),
        }),
    }
}

/// The package of sshd, and its version.
fn installed(facts: &Facts) -> Result<(&Package, &DebVersion), Unjudged> {
    let (packages, source) = facts.packages()?.known()?;
    let Some(package) = packages.there(PACKAGE) else {
        return Err(match packages.packages.gaps.first() {
            Some(gap) => gap.clone().into(),
            None => Obstacle::Failed {
                at: source.clone(),
                why: format!("there is an sshd, and no package {PACKAGE}: who mends it?").into(),
            }
            .into(),
        });
    };
    match &package.version {
        Some(version) => Ok((package, version)),
        None => Err(Obstacle::Unparsable {
            at: package.at.clone(),
            why: "no version".into(),
        }
        .into()),
    }
}

fn outcome(flaw: &Flaw, fixed: &str, seen: Evidence) -> Outcome {
    let summary = format!("{}: whoever reaches sshd can {}", flaw.id, flaw.lets);
    Outcome::fail(
        Subject::Package(PACKAGE.into()),
        summary,
        seen.expecting(format!("{fixed} or later")),
    )
    .graded(flaw.grade)
    .fixed_by([update("ssh-known-vulnerable")])
}

/// The update that mends it.
pub fn update(check: &str) -> Step {
    Step::safe(
        Action::run(["apt-get", "install", "--only-upgrade", PACKAGE]),
        format!("update {PACKAGE}; sessions that are open stay open"),
    )
    .requiring("the lists of packages are new (apt-get update)")
    .verified_by(format!("seaworthy check --only {check}"))
}

/// Daemons that run what was installed before the last update.
fn not_restarted(
    facts: &Facts,
    seen: &dyn Fn() -> Evidence,
    gaps: &mut Vec<Obstacle>,
) -> Vec<Outcome> {
    let daemons = match facts.sshd_daemons().and_then(Fact::known) {
        Ok((daemons, _)) => &daemons.daemons,
        // In an image nothing runs.
        Err(Unjudged::Unknown(Obstacle::NeedsLiveHost { .. }) | Unjudged::NotApplicable { .. }) => {
            return Vec::new();
        }
        Err(Unjudged::Unknown(why)) => {
            gaps.push(why);
            return Vec::new();
        }
    };
    gaps.extend(daemons.gaps.iter().cloned());
    gaps.extend(daemons.items.iter().filter_map(Daemon::stranger));
    let old = daemons.items.iter().filter(|it| it.replaced);
    old.map(|daemon| {
        let unit = daemon.unit.as_ref().map_or("ssh.service", |it| it.raw());
        let step = Step::safe(
            Action::run(["systemctl", "restart", unit]),
            format!("restart {unit}; sessions that are open stay open"),
        )
        .verified_by("seaworthy check --only ssh-known-vulnerable");
        let gone = Evidence::decides("its program is not there any more", &daemon.source());
        Outcome::fail(
            Subject::Daemon("sshd".into()),
            "the sshd that runs is not the one that is installed",
            gone.expecting("started after the last update"),
        )
        .graded(NOT_RESTARTED)
        .with([seen()])
        .fixed_by([step])
    })
    .collect()
}
