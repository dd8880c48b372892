//! Judges what somebody who is logged in over SSH may forward.
//!
//! ## What it judges
//! AllowTcpForwarding, GatewayPorts, PermitTunnel, X11Forwarding and AllowAgentForwarding as they hold for every login that sshd's
//! files tell apart; DisableForwarding switches all of them off. Forwarding reaches what listens on loopback only, such as a bot's
//! page without a password, and an account whose shell ends at once may use it too. The tunnel to your own bot is the same
//! thing, so by itself it is only worth knowing.
//!
//! ## Grades
//! `outside`: forwarded ports can be opened to the network (GatewayPorts with TCP forwarding), or a tunnel device made
//! (PermitTunnel): then this host is a way in to others, and around its own firewall.

use super::logins::{At, Rank, set, together, worst};
use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::logins::Survey;
use crate::source::HostText;
use crate::step::Step;

/// See the module.
pub struct SshForwarding;

const OUTSIDE: &str = "outside";
/// What may be forwarded; the first two together reach outside.
const KEYWORDS: [&str; 5] = [
    "AllowTcpForwarding",
    "GatewayPorts",
    "PermitTunnel",
    "X11Forwarding",
    "AllowAgentForwarding",
];

impl Rule for SshForwarding {
    const META: RuleMeta = RuleMeta {
        id: "ssh-forwarding",
        source: include_str!("ssh_forwarding.rs"),
        grades: &[OUTSIDE],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        Survey::requests()
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        worst(facts, &Self::subject(params), "nobody can log in", judge)
    }
}

fn keep_or_not() -> Step {
    Step::manual(
        "sshd",
        "leave TCP forwarding on if you reach your bot's page by a tunnel; for accounts that need no forwarding: `DisableForwarding yes`, in a Match block of theirs",
    )
}

fn judge(at: &At) -> Result<Option<(Rank, Outcome)>, Unjudged> {
    let subject = || Subject::Daemon("sshd".into());
    let all_off = at.held("DisableForwarding")?;
    if let Some(off) = all_off.filter(|held| held.value() == "yes") {
        let (first, rest) = off.evidence();
        let pass = Outcome::pass(subject(), "DisableForwarding yes", first).with(rest);
        return Ok(Some((0, pass)));
    }
    let mut on = Vec::new();
    for keyword in KEYWORDS {
        let held = at.held(keyword)?;
        on.extend(
            held.filter(|held| held.value() != "no")
                .map(|held| (keyword, held)),
        );
    }
    let value = |wanted: &str| {
        on.iter()
            .find(|(keyword, _)| *keyword == wanted)
            .map(|(_, held)| held.value())
    };
    let ports_outside = value("GatewayPorts").is_some()
        && value("AllowTcpForwarding").is_some_and(|value| value != "local");
    let outside = |keyword: &str| match keyword {
        "GatewayPorts" => ports_outside,
        "PermitTunnel" => true,
        _ => false,
    };
    // Without TCP forwarding there are no ports for GatewayPorts to open.
    on.retain(|(keyword, _)| *keyword != "GatewayPorts" || ports_outside);
    on.sort_by_key(|(keyword, _)| !outside(keyword));
    let words: Vec<String> = on
        .iter()
        .map(|(keyword, held)| format!("{keyword} {}", held.value()))
        .collect();
    let Some((first, rest)) = together(on.iter().map(|(_, held)| held.evidence())) else {
        let seen = Evidence::decides("all of them off", at.survey.source);
        let pass = Outcome::pass(subject(), "nothing may be forwarded", seen);
        return Ok(Some((0, pass)));
    };
    let reaches = on.first().is_some_and(|(keyword, _)| outside(keyword));
    // What the owner's own tunnel needs is not taken away from him.
    let to_fix = on
        .iter()
        .filter(|(keyword, _)| outside(keyword) || *keyword == "X11Forwarding");
    let summary = format!("{} may forward: {}", at.login.who(), words.join(", "));
    let outcome = Outcome::fail(subject(), HostText::from(summary), first.expecting("no"))
        .with(rest)
        .fixed_by(to_fix.flat_map(|(keyword, held)| set(held, keyword, "no")))
        .fixed_by([keep_or_not()]);
    Ok(Some(match reaches {
        true => (2, outcome.graded(OUTSIDE)),
        false => (1, outcome),
    }))
}
