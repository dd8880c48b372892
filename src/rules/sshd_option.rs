//! Judges one option of sshd by the value that sshd itself says is in effect.
//!
//! ## What it judges
//! The effective value for each login that sshd was asked about, defaults, Include and Match taken into account
//! by sshd. Every login must have one of the accepted values, and one that has not is named. PermitRootLogin is
//! judged for root alone, since it speaks of nobody else.
//!
//! ## When a wrong value does nothing
//! PermitRootLogin and PermitEmptyPasswords are about passwords. Where a password gets nobody in all the same (no method asks
//! for one, AuthenticationMethods wants a key as well, AllowUsers bars the account), a wrong value waits for that to change:
//! the grade is `latent`.
//!
//! ## Parameters
//! `option`: a keyword of sshd_config(5). `accept`: the values that are good, as `sshd -T` prints them; the first is
//! what the fix sets.

use super::{Invalid, Rule, RuleMeta, remedy};
use crate::fact::{Fact, Unjudged};
use crate::facts::sshd::{Context, Sshd};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::sshd::{PasswordLogin, password_login, password_methods, unsettled};
use crate::source::{HostText, Obstacle};
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
    #[schemars(length(min = 1))]
    accept: Vec<String>,
}

const LATENT: &str = "latent";

impl Params {
    fn about_root(&self) -> bool {
        self.option.eq_ignore_ascii_case("PermitRootLogin")
    }

    /// Why a wrong value lets no password in all the same, where it does not.
    fn barred(&self, context: &Context, value: &str) -> Result<Option<String>, Unjudged> {
        if self.about_root() && value == "yes" {
            return match password_login(context, &context.user, context.uid) {
                Ok(PasswordLogin::Barred(why)) => Ok(Some(why)),
                // What may bar it is not known to.
                Ok(PasswordLogin::Open(_)) | Err(_) => Ok(None),
            };
        }
        // It speaks of every account, so what bars the one that was asked about says nothing.
        let empty = self.option.eq_ignore_ascii_case("PermitEmptyPasswords");
        let none = empty && password_methods(context)?.is_empty();
        Ok(none.then(|| "no method that asks for a password is on".to_owned()))
    }
}

impl Rule for SshdOption {
    const META: RuleMeta = RuleMeta {
        id: "sshd-option",
        source: include_str!("sshd_option.rs"),
        grades: &[LATENT],
    };
    type Params = Params;

    fn validate(params: &Params) -> Result<(), Invalid> {
        remedy::some_value(&params.accept)
    }

    fn subject(params: &Params) -> Subject {
        if params.about_root() {
            Subject::User("root".into())
        } else {
            Subject::Daemon("sshd".into())
        }
    }

    fn requests(_: &Params) -> Vec<Request> {
        vec![Request::Sshd]
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (sshd, _) = facts.sshd().and_then(Fact::known)?;
        let mut passed = None;
        for context in &sshd.contexts.items {
            if params.about_root() && context.uid != 0 {
                continue;
            }
            match value_of(context, params)? {
                (value, true) => {
                    let seen = evidence(params, context, &value);
                    let summary = format!("{} {value}", params.option);
                    let pass = Outcome::pass(Self::subject(params), summary, seen);
                    passed.get_or_insert(pass);
                }
                (value, false) => return failed(params, sshd, context, &value),
            }
        }
        if let Some(gap) = unsettled(sshd, &[&params.option]) {
            return Err(gap.into());
        }
        passed.map(Judgement::one).ok_or_else(|| {
            Unjudged::Unknown(Obstacle::NotRecorded {
                request: "sshd, for root".into(),
            })
        })
    }
}

fn value_of(context: &Context, params: &Params) -> Result<(String, bool), Unjudged> {
    let Some(value) = context.options.get(&params.option) else {
        return Err(Unjudged::Unknown(Obstacle::Unparsable {
            at: context.source.clone(),
            why: format!("it does not print {}", params.option).into(),
        }));
    };
    let good = params
        .accept
        .iter()
        .any(|accepted| accepted.eq_ignore_ascii_case(value));
    Ok((value.to_owned(), good))
}

fn evidence(params: &Params, context: &Context, value: &str) -> Evidence {
    Evidence::decides(format!("{} {value}", params.option), &context.source)
        .expecting(remedy::any_of(&params.accept))
}

fn failed(
    params: &Params,
    sshd: &Sshd,
    context: &Context,
    value: &str,
) -> Result<Judgement, Unjudged> {
    let summary = format!(
        "sshd runs with {} {value} for {}",
        params.option, context.user
    );
    let barred = params.barred(context, value)?;
    let mut outcome = Outcome::fail(
        SshdOption::subject(params),
        HostText::from(summary),
        evidence(params, context, value),
    )
    .with(remedy::lines_that_set(sshd, &[&params.option]))
    .fixed_by(remedy::set_sshd_option(
        sshd,
        &params.option,
        &params.accept[0],
        context,
    ));
    if let Some(why) = barred {
        let note = format!("no password gets in all the same: {why}");
        outcome = outcome.graded(LATENT).with([Evidence::note(note)]);
    }
    Ok(Judgement::one(outcome))
}
