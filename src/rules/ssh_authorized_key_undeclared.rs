//! Judges whether every key that opens an account over SSH belongs to somebody whom the policy names.
//!
//! ## What it judges
//! Every key that sshd takes for some account, from whatever file; each that the policy does not declare fails, and so does one
//! that opens another account than it is declared for. An authority (TrustedUserCAKeys, `cert-authority`) signs as many keys as its holder
//! likes: it must be declared as a key must.
//!
//! A line whose command only prints a notice and that forwards nothing ("Please login as the user …", which cloud images put before
//! root's keys) is no way in, nor is a key that sshd refuses: neither must be declared.
//!
//! ## Parameters
//! `holders`: who may hold a key, each with the `key` (its fingerprint, `SHA256:…`, as `ssh-keygen -lf` prints it), the `owner`, and
//! the `accounts` that it may open; without `accounts`, any. Where nobody is declared the check does not apply.
//!
//! ## What it leaves out
//! Keys that AuthorizedKeysCommand answers, and accounts of a directory: unknown.

use super::ssh_weak_authorized_key::quoted;
use super::{Invalid, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::access::listed;
use crate::model::keys::{Holder, Holders};
use crate::source::HostText;
use crate::step::Step;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// See the module.
pub struct SshAuthorizedKeyUndeclared;

/// Parameters of `ssh-authorized-key-undeclared`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Who may hold a key to this host.
    #[serde(default)]
    holders: Vec<Declared>,
}

/// Somebody who may hold a key.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// The fingerprint of the key: `SHA256:…`.
    key: String,
    /// Whose it is.
    owner: String,
    /// The accounts that it may open; without them any.
    #[serde(default)]
    accounts: Vec<String>,
}

impl Declared {
    fn covers(&self, holder: &Holder) -> bool {
        let name = holder.account.name.raw();
        self.key == holder.key.key.fingerprint
            && (self.accounts.is_empty() || self.accounts.iter().any(|it| it == name))
    }
}

impl Rule for SshAuthorizedKeyUndeclared {
    const META: RuleMeta = RuleMeta {
        id: "ssh-authorized-key-undeclared",
        source: include_str!("ssh_authorized_key_undeclared.rs"),
        grades: &[],
    };
    type Params = Params;

    fn validate(params: &Params) -> Result<(), Invalid> {
        let is_print = |key: &str| {
            key.strip_prefix("SHA256:").is_some_and(|hash| {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
                hash.len() == 43 && hash.bytes().all(plain)
            })
        };
        match params.holders.iter().find(|it| !is_print(&it.key)) {
            None => Ok(()),
            Some(wrong) => Err(Invalid {
                parameter: "holders",
                why: format!(
                    "`{}` is no fingerprint: `ssh-keygen -lf FILE.pub` prints it, `SHA256:` and 43 characters",
                    wrong.key
                ),
            }),
        }
    }

    fn subject(_: &Params) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(params: &Params) -> Vec<Request> {
        match params.holders.is_empty() {
            true => Vec::new(),
            false => Holders::requests(),
        }
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        if params.holders.is_empty() {
            return Err(Unjudged::NotApplicable {
                why: "the policy declares nobody who may hold a key".to_owned(),
                source: crate::source::Source::file("/etc/ssh"),
            });
        }
        let holders = Holders::new(facts)?;
        let declared = |holder: &&Holder| params.holders.iter().any(|it| it.covers(holder));
        let mut keys: BTreeMap<&str, Vec<&Holder>> = BTreeMap::new();
        for holder in holders.open.iter().filter(|it| !declared(it)) {
            keys.entry(&holder.key.key.fingerprint)
                .or_default()
                .push(holder);
        }
        let remaining: Vec<&Holder> = holders.open.iter().filter(declared).collect();
        let outcomes = keys
            .into_values()
            .filter_map(|places| outcome(params, &places, &remaining));
        let seen = Evidence::decides(
            format!("{} keys, all declared", holders.open.len()),
            &holders.source,
        );
        let whole = Self::subject(params);
        let pass = Outcome::pass(
            whole.clone(),
            "every key that opens an account is declared",
            seen,
        );
        Ok(Judgement::collected(
            &whole,
            outcomes.collect(),
            &holders.gaps,
            pass,
        ))
    }
}

fn outcome(params: &Params, places: &[&Holder], remaining: &[&Holder]) -> Option<Outcome> {
    let first = places.first()?;
    let key = first.key.key;
    let mut accounts: Vec<String> = places
        .iter()
        .map(|it| it.account.name.to_string())
        .collect();
    accounts.dedup();
    let known = params.holders.iter().find(|it| it.key == key.fingerprint);
    let what = if first.key.authority {
        "an authority"
    } else {
        "a key"
    };
    let summary = match known {
        Some(holder) => format!(
            "{what} of {} opens {}, for which it is not declared",
            holder.owner,
            listed(&accounts)
        ),
        None => format!(
            "{what} that the policy does not declare opens {}",
            listed(&accounts)
        ),
    };
    let evidence = places.iter().map(|holder| {
        let text = format!("{key}, {}", holder.key.line.comment.raw());
        Evidence::decides(text.trim_end_matches([',', ' ']), &holder.key.place)
            .expecting("a key of `holders`")
            .noting(format!("opens {}", holder.account.name))
    });
    let outcome = Outcome {
        evidence: evidence.collect(),
        ..Outcome::fail(
            Subject::Key(key.fingerprint.as_str().into()),
            HostText::from(summary),
            Evidence::note(""),
        )
    };
    Some(outcome.fixed_by(steps(places, remaining)))
}

/// A door is made sure of before one is shut.
fn steps(places: &[&Holder], remaining: &[&Holder]) -> Vec<Step> {
    let mut steps = Vec::new();
    let usable = remaining
        .iter()
        .find(|it| !it.key.authority && it.account.usable_shell());
    let door = match usable {
        Some(holder) => format!(
            "a login as {} with a declared key works, and becomes root from there: try it in a second session, and leave this one open",
            holder.account.name
        ),
        None => {
            let path = places
                .first()
                .map_or("~/.ssh/authorized_keys", |it| it.key.path.raw());
            let text = format!(
                "no declared key opens an account: first add one to {path}, and log in with it; or declare this one"
            );
            steps.push(Step::manual(path, text));
            "a login with a declared key works, and becomes root from there: leave this session open".to_owned()
        }
    };
    let mut seen = Vec::new();
    for holder in places {
        let place = &holder.key.place;
        if seen.contains(&place) {
            continue;
        }
        seen.push(place);
        let verify = format!("ssh-keygen -lf {}", quoted(holder.key.path.raw()));
        let text =
            format!("find out whose it is, and declare it in `holders`; or take it out of {place}");
        let step = Step::manual(place.to_string(), text);
        steps.push(step.requiring(door.clone()).verified_by(verify));
    }
    steps
}
