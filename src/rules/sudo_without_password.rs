//! Judges whether an account becomes root through sudo without typing a password.
//!
//! ## What it judges
//! Every account but root, by what sudo's files say to it: the last entry that matches decides, with its tags, aliases and
//! `Defaults`. No password is asked for under `NOPASSWD`, `!authenticate`, or in the `exempt_group`. Besides `ALL` an entry counts
//! that is as good: a program that starts a shell, changes any file or runs what it is told, `sudoedit` of any file, an environment
//! of the caller's choice. `ALL, !/bin/sh` is `ALL`.
//!
//! ## Grades
//! `service`: the account is no person's: it has a system's number or a shell that ends at once. Whoever breaks into that
//! program is root. `only-way`: an account whose password is locked, and which an image or its provider made so, or the only one of
//! its kind: it has no other way to become root. `remembered`: a password is asked for once, and then until the next boot not again
//! (`timestamp_timeout` below zero). The default: an account with a password of its own, which nobody has to know any more, or
//! a second one without.
//!
//! ## What it does not see
//! Rules that a directory service holds, netgroups, groups of a plugin: unknown. Programs that the account itself may replace
//! are judged elsewhere.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::accounts::{Account, Accounts};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::sudo::{Gives, Password, Path, Sudo};
use crate::source::{HostText, Obstacle, Source};
use crate::step::Step;

/// See the module.
pub struct SudoWithoutPassword;

/// The accounts that images make for their owner (cloud-init and the providers' own).
const OWNERS: [&str; 21] = [
    "admin",
    "almalinux",
    "alpine",
    "arch",
    "azureuser",
    "bitnami",
    "centos",
    "cloud-user",
    "core",
    "debian",
    "ec2-user",
    "fedora",
    "linuxuser",
    "opc",
    "opensuse",
    "pi",
    "rocky",
    "sles",
    "ubuntu",
    "vagrant",
    "cloud",
];

impl Rule for SudoWithoutPassword {
    const META: RuleMeta = RuleMeta {
        id: "sudo-without-password",
        source: include_str!("sudo_without_password.rs"),
        grades: &["service", "only-way", "remembered"],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Host
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        vec![Request::Sudoers, Request::Accounts]
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (sudoers, source) = facts.sudoers()?.known()?;
        let (accounts, _) = facts.accounts()?.known()?;
        let sudo = Sudo::new(sudoers, accounts, &facts.about.hostname, facts.about.taken);
        let mut found = Vec::new();
        let mut outcomes = Vec::new();
        let mut gaps: Vec<Obstacle> = sudoers.gaps.clone();
        if let (None, [service, ..]) = (&sudoers.refused, accounts.elsewhere.as_slice()) {
            gaps.push(Obstacle::NotModelled {
                what: format!("accounts of {}, for sudo", service.raw()).into(),
            });
        }
        for account in accounts.accounts.iter().filter(|it| it.uid != 0) {
            match sudo.becomes_root(account) {
                Ok(Some(path)) if counts(&path) => found.push((account, path)),
                Ok(_) => {}
                // What stands in everybody's way is told once.
                Err(obstacle) if gaps.contains(&obstacle) => {}
                Err(obstacle) => {
                    gaps.push(obstacle);
                }
            }
        }
        let free =
            |it: &&(&Account, Path)| it.1.password == Password::NotNeeded && is_locked_person(it.0);
        let alone = found.iter().filter(free).count() == 1;
        for (account, path) in found {
            outcomes.push(outcome(account, path, alone, accounts));
        }
        let seen = match &sudoers.refused {
            Some(why) => Evidence::decides(why.as_str(), source),
            None => Evidence::decides(format!("{} entries", sudoers.specs.len()), source),
        };
        let nothing = Outcome::pass(
            Self::subject(params),
            "no account becomes root through sudo without a password",
            seen.expecting("a password for every way to root"),
        );
        Ok(Judgement::collected(
            &Self::subject(params),
            outcomes,
            &gaps,
            nothing,
        ))
    }
}

fn counts(path: &Path) -> bool {
    matches!(
        path.password,
        Password::NotNeeded
            | Password::Needed {
                remembered: true,
                ..
            }
    )
}

/// An account of a system's own, not of a person (login.defs(5), as distributions ship it).
fn is_service(account: &Account) -> bool {
    account.uid < 1000 || !account.usable_shell()
}

fn is_locked_person(account: &Account) -> bool {
    !account.may_have_password() && !is_service(account)
}

fn outcome(account: &Account, path: Path, alone: bool, accounts: &Accounts) -> Outcome {
    let subject = Subject::User(account.name.clone());
    if let (true, Some(obstacle)) = (account.may_have_password(), &accounts.shadow_unseen) {
        // How bad it is hangs on whether it has a password.
        return Outcome::unjudged(subject, Unjudged::Unknown(obstacle.clone()));
    }
    let name = account.name.raw();
    let owner = OWNERS.contains(&name) || cloud_file(&path.decides.1);
    let grade = match path.password {
        Password::NotNeeded if is_service(account) => Some("service"),
        Password::NotNeeded if is_locked_person(account) && (owner || alone) => Some("only-way"),
        Password::NotNeeded => None,
        _ => Some("remembered"),
    };
    let what = match &path.gives {
        Gives::All => "becomes root".to_owned(),
        Gives::Shell(command) | Gives::Edit(command) => {
            format!("becomes root by {}", command.raw())
        }
        Gives::Environment(command) => format!(
            "becomes root by {} with an environment of its choice",
            command.raw()
        ),
    };
    let summary = match grade {
        Some("remembered") => {
            format!("{name} {what}, by sudo, and types a password once until the next boot")
        }
        Some("only-way") => {
            format!("{name} {what}, by sudo, without a password: it has none, and no other way")
        }
        _ => format!("{name} {what}, by sudo, without a password"),
    };
    let (text, source) = &path.decides;
    let mut seen = Evidence::decides(text.clone(), source).expecting("a password");
    if path.everybody {
        seen = seen.noting("the entry is for every account");
    }
    let steps = steps(account, &path, grade);
    let defaults = path
        .defaults
        .iter()
        .map(|(text, at)| Evidence::context(text.clone(), at));
    let shadowed = path
        .shadowed
        .iter()
        .map(|(text, at)| Evidence::shadowed(text.clone(), at));
    let fail = Outcome::fail(subject, summary, seen)
        .with(defaults.chain(shadowed))
        .fixed_by(steps);
    match grade {
        Some(grade) => fail.graded(grade),
        None => fail,
    }
}

fn cloud_file(source: &Source) -> bool {
    matches!(source, Source::File { path, .. } if path.raw().ends_with("/90-cloud-init-users"))
}

fn target(source: &Source) -> HostText {
    match source {
        Source::File { path, .. } => path.clone(),
        _ => "/etc/sudoers".into(),
    }
}

/// A password comes before the entry is changed: without one, sudo would let its only admin in no more.
fn steps(account: &Account, path: &Path, grade: Option<&str>) -> Vec<Step> {
    let name = account.name.raw();
    let (_, source) = &path.decides;
    let file = target(source);
    let edit = |text: String| {
        Step::manual(file.clone(), text)
            .requiring("a root shell stays open until sudo has worked in another session")
            .verified_by(format!("sudo -l -U {name}"))
    };
    match grade {
        Some("service") => vec![edit(format!(
            "with `visudo -f {}` take away what gives {name} root ({source}), or name the exact commands that it needs, with their arguments",
            file.raw()
        ))],
        Some("remembered") => {
            let at = path.defaults.last().map_or(source, |(_, at)| at);
            let file = target(at);
            let text = format!(
                "with `visudo -f {}` take `timestamp_timeout` out ({at}): sudo's own is 15 minutes or less",
                file.raw()
            );
            vec![Step::manual(file, text).verified_by("sudo -V")]
        }
        _ => {
            let mut steps = Vec::new();
            if !account.may_have_password() {
                let text = format!(
                    "set a password that only you know: `passwd {name}`; logins over SSH stay as they are where sshd takes keys only"
                );
                steps.push(
                    Step::manual("/etc/shadow", text).verified_by(format!("passwd -S {name}")),
                );
            }
            let undo = match path.defaults.is_empty() {
                true => "NOPASSWD".to_owned(),
                false => format!(
                    "NOPASSWD, or `{}`",
                    path.defaults
                        .iter()
                        .map(|(text, _)| text.raw())
                        .collect::<Vec<_>>()
                        .join("`, `")
                ),
            };
            steps.push(
                edit(format!(
                    "then, with `visudo -f {}`, take {undo} away ({source})",
                    file.raw()
                ))
                .requiring(format!("{name} has a password that you know")),
            );
            steps
        }
    }
}
