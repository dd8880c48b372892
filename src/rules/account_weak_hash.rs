//! Judges how passwords are hashed, and where the hashes lie.
//!
//! ## What it judges
//! Each password that is set, by its scheme (crypt(5)): DES, BSDi, MD5, Sun's MD5, SHA-1 and NT hashes are tried by the
//! thousand million a second, and DES takes eight characters only. A hash behind a lock lets nobody in and is passed over. No hash
//! tells whether the password itself is a good one. Accounts of a directory service are out of sight: unknown.
//!
//! ## Grades
//! A hash in `/etc/passwd`, which every account may read, is `readable`, whatever its scheme.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::accounts::{Account, PasswordState, Scheme};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::source::Obstacle;
use crate::step::{Action, Step};

/// See the module.
pub struct AccountWeakHash;

const READABLE: &str = "readable";

impl Rule for AccountWeakHash {
    const META: RuleMeta = RuleMeta {
        id: "account-weak-hash",
        source: include_str!("account_weak_hash.rs"),
        grades: &[READABLE],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Host
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        vec![Request::Accounts]
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (accounts, source) = facts.accounts()?.known()?;
        let outcomes: Vec<Outcome> = accounts.accounts.iter().filter_map(judge).collect();
        let mut gaps: Vec<Obstacle> = accounts.shadow_unseen.iter().cloned().collect();
        gaps.extend(accounts.out_of_sight());
        let subject = Self::subject(params);
        let seen = Evidence::decides("no weak hash", source);
        let pass = Outcome::pass(subject.clone(), "no password has a weak hash", seen);
        Ok(Judgement::collected(&subject, outcomes, &gaps, pass))
    }
}

fn judge(account: &Account) -> Option<Outcome> {
    let PasswordState::Set { scheme } = account.password else {
        return None;
    };
    let name = &account.name;
    let weak = weak(scheme);
    let readable = account.shadow_line.is_none();
    let summary = match (readable, weak) {
        (true, None) => {
            format!("the password hash of {name} is in /etc/passwd, which every account may read")
        }
        (true, Some(weak)) => format!(
            "the password hash of {name} ({weak}) is in /etc/passwd, which every account may read"
        ),
        (false, Some(weak)) => format!("the password of {name} is hashed with {weak}"),
        (false, None) => return None,
    };
    let observed = weak.unwrap_or("a hash in /etc/passwd");
    let mut steps = Vec::new();
    if readable {
        steps.push(run(
            &["pwconv"],
            "move the hashes to /etc/shadow".to_owned(),
        ));
    }
    let again = format!(
        "set a new password for {name}: it is hashed by today's scheme (ENCRYPT_METHOD of /etc/login.defs)"
    );
    steps.push(run(&["passwd", name.raw()], again));
    let outcome = Outcome::fail(
        Subject::User(name.clone()),
        summary,
        Evidence::decides(observed, &account.password_place())
            .expecting("yescrypt, bcrypt or SHA-512, in /etc/shadow"),
    )
    .fixed_by(steps);
    Some(match readable {
        true => outcome.graded(READABLE),
        false => outcome,
    })
}

fn run(argv: &[&str], text: String) -> Step {
    Step::safe(Action::run(argv.iter().copied()), text)
}

fn weak(scheme: Scheme) -> Option<&'static str> {
    match scheme {
        Scheme::Des => Some("DES"),
        Scheme::BsdiDes => Some("BSDi's DES"),
        Scheme::Md5 => Some("MD5"),
        Scheme::SunMd5 => Some("Sun's MD5"),
        Scheme::Sha1 => Some("SHA-1"),
        Scheme::Nt => Some("NT's MD4"),
        _ => None,
    }
}
