//! Judges whether an account is root in all but name: through a group whose members may open what amounts to root.
//!
//! ## What it judges
//! Members of docker, lxd, incus-admin, libvirt, podman and microk8s start containers and machines that hold the host's files; those of disk
//! and kmem read past every permission; those of shadow read the password hashes. No password is asked and no log kept. The
//! administrators of such a group (gshadow(5)) count as its members, and so does whoever knows its password.
//!
//! What sudo lets an account do, with a password or without, is `sudo-without-password`'s business.
//!
//! ## What it leaves out
//! Whether the program behind the group is installed: a member has the power on the day that it is. Accounts and groups of a directory
//! service: unknown.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::accounts::{Account, Group};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::root_equivalent::{Claim, Power, claims};
use crate::source::{HostText, Source};
use crate::step::{Action, Step, quoted};
use std::collections::BTreeMap;

/// See the module.
pub struct AccountRootEquivalent;

impl Rule for AccountRootEquivalent {
    const META: RuleMeta = RuleMeta {
        id: "account-root-equivalent",
        source: include_str!("account_root_equivalent.rs"),
        grades: &[],
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
        let (claims, gaps) = claims(accounts);
        let mut by_account: BTreeMap<HostText, Vec<(Power, &Group, How)>> = BTreeMap::new();
        let mut outcomes = Vec::new();
        for (power, group, claim) in claims {
            match claim {
                Claim::Member(Account { name, gid, .. }) => {
                    let how = if *gid == group.gid {
                        How::Primary
                    } else {
                        How::Listed
                    };
                    by_account
                        .entry(name.clone())
                        .or_default()
                        .push((power, group, how));
                }
                Claim::Administrator(Account { name, .. }) => {
                    by_account.entry(name.clone()).or_default().push((
                        power,
                        group,
                        How::Administers,
                    ));
                }
                Claim::Password => outcomes.push(password(power, group)),
            }
        }
        outcomes.extend(by_account.iter().map(|(name, groups)| member(name, groups)));
        let subject = Self::subject(params);
        let seen = Evidence::decides("nobody in a group that amounts to root", source);
        let pass = Outcome::pass(
            subject.clone(),
            "no group makes an account root in all but name",
            seen,
        );
        Ok(Judgement::collected(&subject, outcomes, &gaps, pass))
    }
}

/// How somebody has to do with a group.
enum How {
    Listed,
    Primary,
    Administers,
}

fn place(group: &Group) -> Source {
    Source::line("/etc/group", group.line)
}

fn member(name: &HostText, groups: &[(Power, &Group, How)]) -> Outcome {
    let names: Vec<&str> = groups.iter().map(|(power, ..)| power.group).collect();
    let summary = format!(
        "{name} is root in all but name, through the group {}",
        names.join(" and ")
    );
    let mut evidence = groups.iter().map(|(power, group, how)| {
        let observed = match how {
            How::Listed => format!("{name} is in {}", group.name),
            How::Primary => format!("{} is the primary group of {name}", group.name),
            How::Administers => format!("{name} may add itself to {}", group.name),
        };
        Evidence::decides(observed, &place(group)).noting(format!("a member {}", power.how))
    });
    let first = evidence
        .next()
        .unwrap_or_else(|| Evidence::note("no group"));
    let steps = groups.iter().map(|(_, group, how)| {
        let group = group.name.clone();
        let danger =
            "whatever runs as that account and needs the group stops working at its next start";
        let step = match how {
            How::Listed => Step::risky(
                Action::run([
                    HostText::from("gpasswd"),
                    "-d".into(),
                    name.clone(),
                    group.clone(),
                ]),
                danger,
                format!("take {name} out of {group}"),
            ),
            How::Primary => Step::manual(
                name.clone(),
                format!(
                    "give {name} a primary group of its own: usermod -g GROUP {}",
                    quoted(name)
                ),
            ),
            How::Administers => Step::manual(
                group.clone(),
                format!(
                    "take {name} from the administrators of {group}: gpasswd -A OTHERS {}",
                    quoted(&group)
                ),
            ),
        };
        step.requiring("the account is not the only one that can become root, or has sudo")
            .verified_by(format!("id {}", quoted(name)))
    });
    Outcome::fail(
        Subject::User(name.clone()),
        summary,
        first.expecting("in no such group"),
    )
    .with(evidence)
    .fixed_by(steps)
}

fn password(power: Power, group: &Group) -> Outcome {
    let summary = format!(
        "whoever knows the password of the group {} is root in all but name",
        group.name
    );
    let remove = Action::run([HostText::from("gpasswd"), "-r".into(), group.name.clone()]);
    let seen = Evidence::decides("a group password", &place(group)).expecting("none");
    Outcome::fail(
        Subject::Host,
        summary,
        seen.noting(format!("a member {}", power.how)),
    )
    .fixed_by([Step::safe(remove, "take the group's password away")])
}
