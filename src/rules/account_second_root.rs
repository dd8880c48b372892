//! Judges whether an account other than `root` has the user id 0.
//!
//! ## What it judges
//! The kernel knows numbers and no names: every account with the id 0 is root, in the logs too. A second one is what an intruder
//! leaves behind, with a password or key of its own, where nobody looks for it.
//!
//! ## Grades
//! One that has a password that lets it in at the console, or by su(1), is `usable`.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::accounts::Account;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::login::{Door, Doors};
use crate::source::{Obstacle, Source};
use crate::step::{Step, quoted};

/// See the module.
pub struct AccountSecondRoot;

const USABLE: &str = "usable";

impl Rule for AccountSecondRoot {
    const META: RuleMeta = RuleMeta {
        id: "account-second-root",
        source: include_str!("account_second_root.rs"),
        grades: &[USABLE],
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
        let second = accounts.accounts.iter();
        let second = second.filter(|it| it.uid == 0 && it.name.raw() != "root");
        let outcomes = second.map(|account| judge(&doors, account)).collect();
        let gaps: Vec<Obstacle> = accounts.out_of_sight().collect();
        let subject = Self::subject(params);
        let seen = Evidence::decides("the user id 0 is root's alone", source);
        let pass = Outcome::pass(subject.clone(), "only root has the user id 0", seen);
        Ok(Judgement::collected(&subject, outcomes, &gaps, pass))
    }
}

fn judge(doors: &Doors<'_>, account: &Account) -> Outcome {
    let name = &account.name;
    let doors = [doors.console(account), doors.su(account)];
    let usable = doors.contains(&Ok(Door::Open));
    let summary = match usable {
        true => format!("{name} is root by another name, and its password opens a door"),
        false => format!("{name} is root by another name"),
    };
    let steps = [
        Step::manual(name.clone(), format!("find out who made {name}, and since when: ls -l --time=ctime /etc/passwd; last {}", quoted(name)))
            .verified_by("awk -F: '$3 == 0' /etc/passwd"),
        Step::manual("vipw", format!("take the line of {name} out with vipw and vipw -s: userdel refuses while root runs processes"))
            .requiring("somebody else can still become root"),
    ];
    let place = Source::line("/etc/passwd", account.line);
    let outcome = Outcome::fail(
        Subject::User(name.clone()),
        summary,
        Evidence::decides("user id 0", &place).expecting("an id of its own"),
    )
    .fixed_by(steps);
    match usable {
        true => outcome
            .with([Evidence::context(
                "a password that opens a door",
                &account.password_place(),
            )])
            .graded(USABLE),
        false => outcome,
    }
}
