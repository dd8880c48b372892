//! Judges one option of sshd by the value that is in effect.
//!
//! ## What it judges
//! The effective value for every login that sshd's files tell apart: Include, Match, the daemon's own options and the defaults of
//! the version and the distribution taken into account, for every daemon that runs. The worst login is the finding, with the
//! line that decides and the lines that it shadows. PermitRootLogin is judged for accounts with user id 0 alone, since it speaks of
//! nobody else. On a live host, as root, sshd itself is asked about the same Match blocks: where it says something else
//! the value is unknown.
//!
//! ## Grades
//! PermitRootLogin and PermitEmptyPasswords are about passwords. Where a password gets nobody in all the same (no method asks
//! for one, AuthenticationMethods wants a key as well, AllowUsers bars the account), a wrong value waits for that to change:
//! the grade is `latent`. Where it holds only for logins from addresses that nobody on the internet has, it is `inside`.
//!
//! ## Parameters
//! `option`: a keyword of sshd_config(5). One of `accept`: the values that are good, as `sshd -T` prints them; `reject`: the
//! values that are not; `at_most`: the largest number that is good. `set`: what the fix sets, if it is not the first of
//! `accept`, or `at_most`.

use super::logins::{At, Held, Rank, set, worst};
use super::{Invalid, Rule, RuleMeta, remedy};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Outcome, Subject};
use crate::model::logins::Survey;
use crate::model::sshd::{PasswordLogin, is_setting, password_login, password_methods};
use crate::source::HostText;
use schemars::JsonSchema;
use serde::Deserialize;

/// See the module.
pub struct SshdOption;

/// Parameters of `sshd-option`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// A keyword of sshd_config(5).
    option: String,
    /// The values that are good; the first is what the fix sets.
    #[serde(default)]
    accept: Vec<String>,
    /// The values that are not good.
    #[serde(default)]
    reject: Vec<String>,
    /// The largest number that is good.
    #[serde(default)]
    at_most: Option<u64>,
    /// What the fix sets.
    #[serde(default)]
    set: Option<String>,
}

const LATENT: &str = "latent";
const INSIDE: &str = "inside";

impl Params {
    fn about_root(&self) -> bool {
        self.option.eq_ignore_ascii_case("PermitRootLogin")
    }

    fn is_good(&self, value: &str) -> bool {
        let among = |values: &[String]| values.iter().any(|it| it.eq_ignore_ascii_case(value));
        match self.at_most {
            Some(most) => value.parse::<u64>().is_ok_and(|number| number <= most),
            None if self.accept.is_empty() => !among(&self.reject),
            None => among(&self.accept),
        }
    }

    fn expected(&self) -> String {
        match self.at_most {
            Some(most) => format!("at most {most}"),
            None if self.accept.is_empty() => format!("not {}", remedy::any_of(&self.reject)),
            None => remedy::any_of(&self.accept),
        }
    }

    fn fix(&self) -> String {
        let most = self.at_most.map(|most| most.to_string());
        let first = || self.accept.first().cloned();
        self.set.clone().or(most).or_else(first).unwrap_or_default()
    }

    /// Why a wrong value lets no password in all the same, where it does not.
    fn barred(&self, at: &At, held: &Held) -> Result<Option<String>, Unjudged> {
        let effective = at.effective()?;
        if self.about_root() && held.value() == "yes" {
            return match password_login(effective, &held.login.connection, held.login.uid()) {
                Ok(PasswordLogin::Barred(why)) => Ok(Some(why)),
                // What may bar it is not known to.
                Ok(PasswordLogin::Open(_)) | Err(_) => Ok(None),
            };
        }
        // It speaks of every account, so what bars the one that was looked at says nothing.
        let empty = self.option.eq_ignore_ascii_case("PermitEmptyPasswords");
        let none = empty && password_methods(effective)?.is_empty();
        Ok(none.then(|| "no method that asks for a password is on".to_owned()))
    }

    fn outcome(&self, at: &At, held: &Held) -> Result<(Rank, Outcome), Unjudged> {
        let (first, rest) = held.evidence();
        let value = held.value();
        let subject = SshdOption::subject(self);
        if self.is_good(&value) {
            let summary = format!("{} {value}", self.option);
            return Ok((
                0,
                Outcome::pass(subject, HostText::from(summary), first).with(rest),
            ));
        }
        let barred = self.barred(at, held)?;
        let (rank, grade, summary) = match (barred, held.login.inside) {
            (Some(why), _) => (
                1,
                Some(LATENT),
                format!("{} {value}, though {why}", self.option),
            ),
            (None, true) => (
                2,
                Some(INSIDE),
                format!("{} {value} for {}", self.option, held.login.who()),
            ),
            (None, false) => (
                3,
                None,
                format!("{} {value} for {}", self.option, held.login.who()),
            ),
        };
        let outcome = Outcome::fail(
            subject,
            HostText::from(summary),
            first.expecting(self.expected()),
        )
        .with(rest)
        .fixed_by(set(held, &self.option, &self.fix()));
        Ok((
            rank,
            match grade {
                Some(grade) => outcome.graded(grade),
                None => outcome,
            },
        ))
    }
}

impl Rule for SshdOption {
    const META: RuleMeta = RuleMeta {
        id: "sshd-option",
        source: include_str!("sshd_option.rs"),
        grades: &[LATENT, INSIDE],
    };
    type Params = Params;

    fn validate(params: &Params) -> Result<(), Invalid> {
        if !is_setting(&params.option) {
            return Err(Invalid {
                parameter: "option",
                why: format!(
                    "sshd has no option `{}` that it could be asked for",
                    params.option
                ),
            });
        }
        let ways = [
            !params.accept.is_empty(),
            !params.reject.is_empty(),
            params.at_most.is_some(),
        ];
        if ways.iter().filter(|way| **way).count() != 1 {
            return Err(Invalid {
                parameter: "accept",
                why: "one of `accept`, `reject` and `at_most` says what is good".to_owned(),
            });
        }
        match params.fix().as_str() {
            "" => Err(Invalid {
                parameter: "set",
                why: "`reject` alone does not say what to set: `set` does".to_owned(),
            }),
            value if !params.is_good(value) => Err(Invalid {
                parameter: "set",
                why: format!("`{value}` would not be good"),
            }),
            _ => Ok(()),
        }
    }

    fn subject(params: &Params) -> Subject {
        if params.about_root() {
            Subject::User("root".into())
        } else {
            Subject::Daemon("sshd".into())
        }
    }

    fn requests(_: &Params) -> Vec<Request> {
        Survey::requests()
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        let whole = Self::subject(params);
        let nothing = format!("this sshd knows no {}", params.option);
        worst(facts, &whole, &nothing, |at| {
            if params.about_root() && at.login.uid() != 0 {
                return Ok(None);
            }
            let held = at.held(&params.option)?;
            held.map(|held| params.outcome(at, &held)).transpose()
        })
    }
}
