//! Judges what listens beyond the host itself.
//!
//! ## What it judges
//! Every socket that listens for TCP or SCTP, or takes UDP or UDP-Lite from anyone, in the network namespace that the tool
//! runs in. It fails, once for each port, where one is bound to every address, or to one of an interface that faces
//! the internet, and the policy does not allow the port. Bound to loopback, to a link-local or multicast address, or to an
//! interface that only leads to a network of your own (a VPN without a default route, Docker's bridge) is not public.
//!
//! Whether a firewall stands in front is not judged here: a port that a rule blocks today is open the day the rule is
//! flushed. Nor that the kernel was told to take packets for 127.0.0.0/8 from outside (`route_localnet`, which
//! kube-proxy sets): loopback is then not the host's alone. Nor what the firewall sends on to another network namespace (DNAT, as
//! Docker does without its userland proxy, and Podman): no socket here listens for that. Raw sockets have no port and vsock sockets no internet: neither
//! is judged; `facts listeners` shows the raw ones, and what listens in other network namespaces of the host.
//!
//! A port that looks like a client's is graded `client-like`: that of a DHCP client (68/udp, 546/udp), of mDNS and LLMNR
//! (5353/udp, 5355) where a program of the system holds it that is known for that, or a UDP port of those that the kernel
//! gives to clients (`net.ipv4.ip_local_port_range`, from 32768 up).
//!
//! SSH is the port on which the host's own sshd listens, whatever its number, or systemd to start it. A port that somebody
//! forwards through SSH (`ssh -R`) is not; nor is an sshd of another unit; one with options of its own (`-f`, `-o`) is unknown.
//! Without root nobody sees who holds a port of root's: where `ssh` is allowed, it is then unknown whether that one is it.
//!
//! ## Parameters
//! `allow`: the ports that may be public: `443/tcp`, `51820/udp`, `8000-8010/tcp`, or `ssh`. `internet`: the interfaces that
//! face the internet, where the host cannot tell; left out, those that carry a default route or a public address.

use super::listening::{Allowed, CLIENT_PORTS, Port, client_like, is_ssh, public, steps};
use super::{Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::sysctl::SysctlKey;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
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
    if let Some(why) = &port.unclear {
        return Outcome::unjudged(port.subject(), why.clone());
    }
    let client = match client_like(port, facts) {
        Ok(client) => client,
        Err(why) => return Outcome::unjudged(port.subject(), why),
    };
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
