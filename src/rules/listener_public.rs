//! Judges what listens beyond the host itself.
//!
//! ## What it judges
//! Every socket that listens for TCP or SCTP, or takes UDP or UDP-Lite from anyone, in the network namespace that the tool
//! runs in. It fails, once for each port, where one is bound to every address, or to one of an interface that faces
//! the internet, and the policy does not allow the port. Bound to loopback, to a link-local or multicast address, or to an
//! interface that only leads to a network of your own (a VPN without a default route, Docker's bridge) is not public.
//!
//! Whether a firewall stands in front is not judged here: a port that a rule blocks today is open the day the rule is
//! flushed. Raw sockets have no port and are not judged; `facts listeners` shows them, and what listens in other network
//! namespaces of the host.
//!
//! A port that looks like a client's is graded `client-like`: that of a DHCP client (68/udp, 546/udp), of mDNS and LLMNR
//! (5353/udp, 5355), or a UDP port of the range that the kernel gives to clients (`net.ipv4.ip_local_port_range`).
//!
//! SSH is the port that the host's own sshd holds, whatever its number. Without root nobody sees who holds a port of root's:
//! where `ssh` is allowed, it is then unknown whether that one is it.
//!
//! ## Parameters
//! `allow`: the ports that may be public: `443/tcp`, `51820/udp`, `8000-8010/tcp`, or `ssh`. `internet`: the interfaces that
//! face the internet, where the host cannot tell; left out, those that carry a default route or a public address.

use super::listening::{Allowed, Port, is_ssh, public, steps};
use super::{Rule, RuleMeta};
use crate::fact::{Fact, Unjudged};
use crate::facts::sysctl::SysctlKey;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::kernel::Protocol;
use schemars::JsonSchema;
use serde::Deserialize;

/// See the module.
pub struct ListenerPublic;

/// Parameters of `listener-public`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The ports that may be public: `443/tcp`, `8000-8010/tcp`, or `ssh` for the one that sshd holds.
    allow: Vec<Allowed>,
    /// The interfaces that face the internet, where the host cannot tell.
    #[serde(default)]
    internet: Vec<String>,
}

const CLIENT_LIKE: &str = "client-like";
const CLIENT_PORTS: &str = "net.ipv4.ip_local_port_range";

impl Rule for ListenerPublic {
    const META: RuleMeta = RuleMeta {
        id: "listener-public",
        source: include_str!("listener_public.rs"),
        grades: &[CLIENT_LIKE],
    };
    type Params = Params;

    fn subject(_: &Params) -> Subject {
        Subject::Host
    }

    fn requests(_: &Params) -> Vec<Request> {
        let range = SysctlKey::new(CLIENT_PORTS).map(Request::Sysctl);
        [Request::Listeners, Request::Interfaces]
            .into_iter()
            .chain(range)
            .collect()
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        let ports = public(facts, &params.internet)?;
        Ok(ports.judge(|port| judge(params, facts, port)))
    }
}

fn judge(params: &Params, facts: &Facts, port: &Port) -> Outcome {
    let (first, rest) = port.evidence();
    let pass = |why: &str| {
        let summary = format!("{} may be public: {why}", port.who());
        Outcome::pass(port.subject(), summary, first.clone()).with(rest.clone())
    };
    if params
        .allow
        .iter()
        .any(|it| it.has(port.number, port.protocol))
    {
        return pass("the policy allows the port");
    }
    if params.allow.contains(&Allowed::Ssh) {
        match is_ssh(port) {
            Ok(true) => return pass("it is SSH"),
            Ok(false) => {}
            Err(why) => return Outcome::unjudged(port.subject(), why),
        }
    }
    let client = client_like(port, facts);
    let summary = match client {
        None => format!("{} listens on a public address", port.who()),
        Some(what) => format!("{} takes packets from anyone, as {what}", port.who()),
    };
    let outcome = Outcome::fail(
        port.subject(),
        summary,
        first.expecting("loopback, or a port that the policy allows"),
    )
    .with(rest)
    .with([Evidence::note(
        "whether a firewall stands in front was not looked at",
    )])
    .fixed_by(steps(port));
    match client {
        None => outcome,
        Some(_) => outcome.graded(CLIENT_LIKE),
    }
}

/// What kind of client the port looks like, if it does.
fn client_like(port: &Port, facts: &Facts) -> Option<&'static str> {
    match (port.number, port.protocol) {
        (68 | 546, Protocol::Udp) => Some("a DHCP client does"),
        (5353, Protocol::Udp) => Some("mDNS does"),
        (5355, Protocol::Udp | Protocol::Tcp) => Some("LLMNR does"),
        (number, Protocol::Udp) if in_client_range(number, facts) => {
            Some("a client does whose port the kernel chose")
        }
        _ => None,
    }
}

/// A range that could not be read has no port in it.
fn in_client_range(number: u16, facts: &Facts) -> bool {
    let read = || {
        let key = SysctlKey::new(CLIENT_PORTS).ok()?;
        let (value, _) = facts.sysctl(&key).and_then(Fact::known).ok()?;
        let mut bounds = value.raw().split_ascii_whitespace().map(str::parse::<u16>);
        Some((bounds.next()?.ok()?, bounds.next()?.ok()?))
    };
    read().is_some_and(|(from, to)| (from..=to).contains(&number))
}
