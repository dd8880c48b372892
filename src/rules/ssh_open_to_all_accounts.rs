//! Judges whether sshd says which accounts may log in.
//!
//! ## What it judges
//! AllowUsers and AllowGroups, for every login that sshd's files tell apart: it passes where one of them bars an account that nobody
//! has yet, from everywhere.
//! Without them every account may log in that has a key or a password: also the next one that a package or a script makes,
//! and accounts whose shell ends at once, which may forward ports all the same.

use super::logins::worst;
use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::sshd::SOMEBODY;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::logins::Survey;
use crate::model::sshd::barred_by;
use crate::step::{SSHD_DROP_IN, Step};

/// See the module.
pub struct SshOpenToAllAccounts;

const KEYWORDS: [&str; 2] = ["AllowUsers", "AllowGroups"];

impl Rule for SshOpenToAllAccounts {
    const META: RuleMeta = RuleMeta {
        id: "ssh-open-to-all-accounts",
        source: include_str!("ssh_open_to_all_accounts.rs"),
        grades: &[],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        Survey::requests()
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let subject = || Self::subject(params);
        worst(facts, &subject(), "nobody can log in", |at| {
            // Whoever has no account yet.
            if at.login.user().raw() != SOMEBODY {
                return Ok(None);
            }
            let bars = barred_by(at.effective()?, &at.login.connection)?;
            let mut unset = None;
            for keyword in KEYWORDS {
                let Some(held) = at.held(keyword)? else {
                    continue;
                };
                if !held.setting.values.is_empty() && bars.is_some() {
                    let (first, rest) = held.evidence();
                    let summary = format!("{keyword} says who may log in");
                    return Ok(Some((
                        0,
                        Outcome::pass(subject(), summary, first).with(rest),
                    )));
                }
                unset.get_or_insert(held);
            }
            let Some(held) = unset else {
                return Ok(None);
            };
            let seen = match held.setting.values.is_empty() {
                true => Evidence::decides("neither AllowUsers nor AllowGroups", at.survey.source),
                false => held.evidence().0,
            };
            let fail = Outcome::fail(
                subject(),
                "every account with a key or a password may log in over SSH",
                seen.expecting("AllowUsers or AllowGroups"),
            )
            .with([held.verified.evidence(held.login)])
            .fixed_by([name_them()]);
            Ok(Some((1, fail)))
        })
    }
}

/// Which accounts, only their owner knows; a wrong one locks him out.
fn name_them() -> Step {
    let text = format!(
        "write `AllowUsers` and the accounts that may log in, your own first, in {SSHD_DROP_IN}; `sshd -t`, then reload sshd"
    );
    Step::manual(SSHD_DROP_IN, text)
        .requiring("your session stays open until a new one has worked")
        .verified_by("seaworthy trace ssh allowusers")
}
