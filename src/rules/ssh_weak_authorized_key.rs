//! Judges the keys that open an account over SSH: could somebody compute the other half?
//!
//! ## What it judges
//! Every key in every file that sshd looks into for an account (AuthorizedKeysFile in all its values, TrustedUserCAKeys), by the
//! type and the size that the key itself has, whatever its line says. DSA and RSA of fewer than 2048 bits fail, once for each key,
//! with all the places where it stands.
//!
//! ## Grades
//! `short`: RSA of 2048 bits or more, but fewer than 3072, which nobody breaks today; the key outlives the host as a rule.
//! `idle`: a key that is weak and opens nothing as sshd is set up, because its type or size is refused, StrictModes
//! refuses the file, the account is barred or the line has ended: the next change of sshd's files may let it in.
//!
//! ## What it leaves out
//! Keys that AuthorizedKeysCommand answers: unknown. Keys of Debian's weak generator of 2008. How the other half is kept.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::authorized_keys::{Kind, PublicKey};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::access::listed;
use crate::model::keys::{Holder, Holders};
use crate::source::HostText;
use crate::step::Step;
use std::collections::BTreeMap;

/// See the module.
pub struct SshWeakAuthorizedKey;

const SHORT: &str = "short";
const IDLE: &str = "idle";

impl Rule for SshWeakAuthorizedKey {
    const META: RuleMeta = RuleMeta {
        id: "ssh-weak-authorized-key",
        source: include_str!("ssh_weak_authorized_key.rs"),
        grades: &[SHORT, IDLE],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        Holders::requests()
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let holders = Holders::new(facts)?;
        let mut keys: BTreeMap<&str, Vec<(&Holder, Option<&str>)>> = BTreeMap::new();
        let open = holders.open.iter().map(|holder| (holder, None));
        let idle = holders
            .idle
            .iter()
            .map(|(holder, why)| (holder, Some(why.as_str())));
        for (holder, why) in open.chain(idle) {
            let key = holder.key.key;
            if weakness(key).is_some() {
                keys.entry(&key.fingerprint)
                    .or_default()
                    .push((holder, why));
            }
        }
        let outcomes = keys
            .into_values()
            .filter_map(|places| outcome(&places))
            .collect();
        let seen = Evidence::decides(format!("{} keys", holders.open.len()), &holders.source);
        let pass = Outcome::pass(
            Self::subject(params),
            "no key that opens an account is weak",
            seen,
        );
        Ok(Judgement::collected(
            &Self::subject(params),
            outcomes,
            &holders.gaps,
            pass,
        ))
    }
}

/// Whether a key is weak: broken, or merely short.
fn weakness(key: &PublicKey) -> Option<bool> {
    match (key.kind, key.bits) {
        (Kind::Dss, _) | (Kind::Rsa, ..2048) => Some(true),
        (Kind::Rsa, ..3072) => Some(false),
        _ => None,
    }
}

fn outcome(places: &[(&Holder, Option<&str>)]) -> Option<Outcome> {
    let (first, why) = *places.first()?;
    let key = first.key.key;
    let mut accounts: Vec<String> = places
        .iter()
        .filter(|(_, idle)| idle.is_none() == why.is_none())
        .map(|(holder, _)| holder.account.name.to_string())
        .collect();
    accounts.dedup();
    let what = match first.key.authority {
        true => format!("an authority with {key}"),
        false => key.to_string(),
    };
    let summary = match why {
        None => format!("{what} opens {}", listed(&accounts)),
        Some(why) => format!(
            "{what} stands among the keys of {}, and opens nothing: {why}",
            listed(&accounts)
        ),
    };
    let evidence = places.iter().map(|(holder, idle)| {
        let text = format!("{key}, {}", holder.key.line.comment.raw());
        let text = text.trim_end_matches([',', ' ']);
        let note = match idle {
            None => format!("opens {}", holder.account.name),
            Some(why) => format!("opens nothing: {why}"),
        };
        Evidence::decides(text, &holder.key.place)
            .expecting("Ed25519, or RSA of 3072 bits")
            .noting(note)
    });
    let outcome = Outcome {
        evidence: evidence.collect(),
        ..Outcome::fail(
            Subject::Key(key.fingerprint.as_str().into()),
            HostText::from(summary),
            Evidence::note(""),
        )
    };
    let outcome = outcome.fixed_by(steps(places, why.is_none()));
    Some(match (why, weakness(key)?) {
        (Some(_), _) => outcome.graded(IDLE),
        (None, false) => outcome.graded(SHORT),
        (None, true) => outcome,
    })
}

fn steps(places: &[(&Holder, Option<&str>)], opens: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut required = None;
    if let (true, Some((holder, _))) = (opens, places.first()) {
        let path = holder.key.path.raw();
        let text = format!(
            "have whoever holds the key make a new one (`ssh-keygen -t ed25519`), add its public half to {path}, and log in with it"
        );
        steps.push(Step::manual(path, text));
        required = Some("a login with the new key works: leave this session open");
    }
    let mut seen = Vec::new();
    for (holder, _) in places {
        let place = &holder.key.place;
        if seen.contains(&place) {
            continue;
        }
        seen.push(place);
        let text = format!("take the old key out of {place}");
        let step = Step::manual(place.to_string(), text);
        let step = step.verified_by(format!("ssh-keygen -lf {}", quoted(holder.key.path.raw())));
        steps.push(match required {
            Some(what) => step.requiring(what),
            None => step,
        });
    }
    steps
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    match word.bytes().all(plain) && !word.is_empty() {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}
