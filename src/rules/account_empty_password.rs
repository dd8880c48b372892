//! Judges whether an account has an empty password.
//!
//! ## What it judges
//! An empty field in shadow(5), or in passwd(5) itself, is a password that everybody knows. Whether it opens anything is PAM's to say
//! (`nullok` of pam_unix(8), which Debian and Red Hat set), at the console and for su(1) from any other account; over SSH it takes
//! PermitEmptyPasswords, which `ssh-password-login` judges.
//!
//! ## Grades
//! Where neither the console nor su(1) takes it, or the shell ends at once, the grade is `barred`: one word in a file keeps the door.
//! Accounts of a directory service are out of sight: unknown.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::accounts::{Account, PasswordState};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::login::{Door, Doors};
use crate::source::{HostText, Obstacle};
use crate::step::{Action, Step, quoted};

/// See the module.
pub struct AccountEmptyPassword;

const BARRED: &str = "barred";

impl Rule for AccountEmptyPassword {
    const META: RuleMeta = RuleMeta {
        id: "account-empty-password",
        source: include_str!("account_empty_password.rs"),
        grades: &[BARRED],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Host
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        Doors::requests()
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (accounts, source) = facts.accounts()?.known()?;
        let doors = Doors::new(facts)?;
        let empty = accounts.accounts.iter();
        let empty = empty.filter(|it| it.password == PasswordState::Empty);
        let outcomes = empty.map(|account| judge(&doors, account)).collect();
        let mut gaps: Vec<Obstacle> = accounts.shadow_unseen.iter().cloned().collect();
        gaps.extend(accounts.out_of_sight());
        let subject = Self::subject(params);
        let seen = Evidence::decides("no empty password", source);
        let pass = Outcome::pass(subject.clone(), "no account has an empty password", seen);
        Ok(Judgement::collected(&subject, outcomes, &gaps, pass))
    }
}

fn judge(doors: &Doors<'_>, account: &Account) -> Outcome {
    let subject = Subject::User(account.name.clone());
    let ends = || {
        Ok(Door::Shut(
            format!("its shell {} ends at once", account.shell()),
            None,
        ))
    };
    let through = |door: Result<Door, Obstacle>| match account.usable_shell() {
        true => door,
        false => ends(),
    };
    let by_su = match doors.may_choose_a_shell(account) {
        true => doors.su(account),
        false => through(doors.su(account)),
    };
    let ways = [
        ("at the console", through(doors.console(account))),
        ("by su from any account", by_su),
    ];
    let open: Vec<&str> = ways
        .iter()
        .filter(|(_, door)| matches!(door, Ok(Door::Open)))
        .map(|(way, _)| *way)
        .collect();
    let unknown = ways.iter().find_map(|(_, door)| door.as_ref().err());
    if let (true, Some(why)) = (open.is_empty(), unknown) {
        return Outcome::unjudged(subject, why.clone().into());
    }
    let summary = match open.as_slice() {
        [] => format!(
            "{} has an empty password, which opens no door today",
            account.name
        ),
        open => format!(
            "{} has an empty password: anybody logs in {}",
            account.name,
            open.join(" and ")
        ),
    };
    let barred = ways.iter().filter_map(|(way, door)| match door {
        Ok(Door::Shut(why, Some(at))) => Some(Evidence::context(format!("{way}: {why}"), at)),
        Ok(Door::Shut(why, None)) => Some(Evidence::note(format!("{way}: {why}"))),
        _ => None,
    });
    let step = Step::safe(
        Action::run([HostText::from("passwd"), account.name.clone()]),
        format!("give {} a password", account.name),
    )
    .verified_by(format!("passwd -S {}", quoted(&account.name)));
    let outcome = Outcome::fail(
        subject,
        summary,
        Evidence::decides("an empty password field", &account.password_place())
            .expecting("a password, or `*`"),
    )
    .with(barred)
    .fixed_by([step]);
    match open.is_empty() {
        true => outcome.graded(BARRED),
        false => outcome,
    }
}
