//! Judges whether root has a password.
//!
//! ## What it judges
//! A password of root's own is one that can be guessed: by su(1) from any account that an intruder holds, at a provider's console, over
//! SSH where sshd takes it (`ssh-password-login`). Many providers make one and send it by mail. Whoever has a key and sudo
//! needs none.
//!
//! ## What it leaves out
//! How good the password is. Other accounts' passwords.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::accounts::{Account, PasswordState};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::login::{Door, Doors};
use crate::model::way_in::{self, WayIn};
use crate::source::Source;
use crate::step::{Action, Step};

/// See the module.
pub struct AccountPasswordForRoot;

impl Rule for AccountPasswordForRoot {
    const META: RuleMeta = RuleMeta {
        id: "account-password-for-root",
        source: include_str!("account_password_for_root.rs"),
        grades: &[],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::User("root".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        let mut all = way_in::requests();
        all.extend(Doors::requests());
        all
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (accounts, source) = facts.accounts()?.known()?;
        let doors = Doors::new(facts)?;
        // Programs ask for root by name; a host that has renamed it has another account with its number.
        let all = || accounts.accounts.iter();
        let by_name = all().find(|it| it.name.raw() == "root");
        let root = by_name.or_else(|| all().find(|it| it.uid == 0));
        let subject = Self::subject(params);
        let Some(root) = root else {
            let why = "no account has the user id 0".to_owned();
            return Err(Unjudged::NotApplicable {
                why,
                source: source.clone(),
            });
        };
        let place = root.password_place();
        if root.password == PasswordState::Unseen {
            let unseen = accounts.shadow_unseen.clone();
            return Err(unseen.map_or_else(|| missing(source), Unjudged::Unknown));
        }
        Ok(Judgement::one(match root.password {
            PasswordState::Set { .. } => {
                fails(subject, &doors, root, &place, way_in::beside(facts))
            }
            PasswordState::Empty => Outcome::pass(
                subject,
                "root's password is empty, which account-empty-password judges",
                Evidence::decides("an empty password", &place),
            ),
            _ => Outcome::pass(
                subject,
                "root has no password",
                Evidence::decides("none that matches", &place),
            ),
        }))
    }
}

fn missing(source: &Source) -> Unjudged {
    Unjudged::NotApplicable {
        why: "root's password is nowhere".to_owned(),
        source: source.clone(),
    }
}

fn fails(
    subject: Subject,
    doors: &Doors<'_>,
    root: &Account,
    place: &Source,
    way: Option<WayIn>,
) -> Outcome {
    let ways = [
        ("at the console", doors.console(root)),
        ("by su from any account", doors.su(root)),
    ];
    let open = ways
        .iter()
        .filter(|(_, door)| *door == Ok(Door::Open))
        .map(|(way, _)| *way);
    let open: Vec<&str> = open.collect();
    let summary = match open.as_slice() {
        [] => "root has a password".to_owned(),
        open => format!(
            "root has a password, which is enough {}",
            open.join(" and ")
        ),
    };
    let outcome = Outcome::fail(
        subject,
        summary,
        Evidence::decides("a password", place).expecting("none"),
    );
    let Some(way) = way else {
        let first = Step::manual(
            "a second way in",
            "make a way in beside root's password: an account with a key, in the group sudo, that you have tried; then lock it: passwd -l root",
        );
        return outcome.fixed_by([first.verified_by("passwd -S root")]);
    };
    let lock = Step::risky(
        Action::run(["passwd", "-l", "root"]),
        "the provider's console and the rescue shell let root in no more, and sshd without PAM refuses root's keys too",
        format!("lock root's password; {} goes on as root by sudo", way.account),
    )
    .requiring(format!("`sudo -v` has worked in a session of {}'s own, which stays open", way.account))
    .verified_by("passwd -S root")
    .undone_by("passwd -u root");
    outcome
        .with([
            Evidence::context(format!("a key opens {}", way.account), &way.key),
            Evidence::context(format!("{} becomes root by sudo", way.account), &way.sudo),
        ])
        .fixed_by([lock])
}
