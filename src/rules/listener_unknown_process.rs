//! Judges whether it can be told whose the public ports are.
//!
//! ## What it judges
//! Every socket that `listener-public` would call public, whether the policy allows the port or not. It fails where every process
//! of the host was seen and none of them holds the socket. Most often that is the kernel itself: WireGuard, VXLAN, NFS
//! and their kin listen without a process, and say so nowhere. It may also be a process that hides, so it is worth a look
//! once; a waiver then says that somebody did.
//!
//! Who holds the sockets of other users only root can see: without it this is unknown.
//!
//! ## Parameters
//! `internet`: the interfaces that face the internet, where the host cannot tell, as for `listener-public`.

use super::listening::{Port, public};
use super::{Rule, RuleMeta};
use crate::fact::{Fact, Unjudged};
use crate::facts::listeners::Owner;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::step::Step;
use schemars::JsonSchema;
use serde::Deserialize;

/// See the module.
pub struct ListenerUnknownProcess;

/// Parameters of `listener-unknown-process`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The interfaces that face the internet, where the host cannot tell.
    #[serde(default)]
    internet: Vec<String>,
}

impl Rule for ListenerUnknownProcess {
    const META: RuleMeta = RuleMeta {
        id: "listener-unknown-process",
        source: include_str!("listener_unknown_process.rs"),
        grades: &[],
    };
    type Params = Params;

    fn subject(_: &Params) -> Subject {
        Subject::Host
    }

    fn requests(_: &Params) -> Vec<Request> {
        vec![Request::Listeners, Request::Interfaces]
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        Ok(public(facts, &params.internet)?.judge(|port| judge(facts, port)))
    }
}

fn judge(facts: &Facts, port: &Port) -> Outcome {
    let (first, rest) = port.evidence();
    if let Some(obstacle) = port.unseen() {
        return Outcome::unjudged(port.subject(), obstacle.clone().into());
    }
    if port.listeners.iter().all(|it| it.owner != Owner::Nobody) {
        let summary = format!("held by {}", port.who());
        return Outcome::pass(port.subject(), summary, first).with(rest);
    }
    if let Some(why) = &port.unclear {
        return Outcome::unjudged(port.subject(), why.clone());
    }
    let step = Step::manual(
        port.subject().to_string(),
        "find out what listens there: `wg show`, `ip -d link`, `rpcinfo`, or a program that hides (rkhunter, unhide-tcp)",
    );
    Outcome::fail(port.subject(), "no process holds this public port", first)
        .with(rest)
        .with(tunnels(facts))
        .fixed_by([step])
}

/// Interfaces whose kind listens by itself: a likely answer.
fn tunnels(facts: &Facts) -> Option<Evidence> {
    let (seen, source) = facts.interfaces().and_then(Fact::known).ok()?;
    const LISTENING: [&str; 6] = ["wireguard", "vxlan", "geneve", "bareudp", "gtp", "l2tpeth"];
    let tunnels = seen
        .network
        .links
        .iter()
        .filter(|it| LISTENING.contains(&it.kind.raw()));
    let names: Vec<String> = tunnels
        .map(|it| format!("{} ({})", it.name, it.kind))
        .collect();
    (!names.is_empty()).then(|| {
        Evidence::context(names.join(", "), source).noting("the kernel listens for these itself")
    })
}
