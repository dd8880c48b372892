//! Judges whether connections can be cut at their start without a trace (Terrapin, CVE-2023-48795).
//!
//! ## What it judges
//! Somebody in the middle can take the first messages away where a cipher in question is offered and strict key exchange is
//! missing: chacha20-poly1305, or a CBC cipher with an encrypt-then-MAC one. Strict key exchange came with OpenSSH 9.6, and
//! distributions took it into their old versions: the package's version decides, never what the program says of itself. Where
//! the release is not in the table, and the version is older, it is unknown as long as such a cipher is offered.
//!
//! Both ends must have it. What can be taken away are messages about the server's keys and the timing of keystrokes, so
//! the danger is small.

use super::logins::{At, Rank, set, worst};
use super::ssh_known_vulnerable::{TERRAPIN, fixed_in};
use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Outcome, Subject};
use crate::model::logins::Survey;
use crate::source::HostText;

/// See the module.
pub struct SshTerrapin;

const CHACHA: &str = "chacha20-poly1305@openssh.com";

impl Rule for SshTerrapin {
    const META: RuleMeta = RuleMeta {
        id: "ssh-terrapin",
        source: include_str!("ssh_terrapin.rs"),
        grades: &[],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        let mut requests = Survey::requests();
        requests.extend([Request::Os, Request::Packages]);
        requests
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        // Whether strict key exchange is there: as the distribution says, else as OpenSSH does.
        let strict = match fixed_in(facts, &TERRAPIN) {
            Ok(None) => Ok(true),
            Ok(Some(_)) => Ok(false),
            Err(why) => match facts.sshd_config()?.known()?.0.version.known() {
                Ok((version, _)) if version.since(9, 6) => Ok(true),
                _ => Err(why),
            },
        };
        let whole = Self::subject(params);
        worst(facts, &whole, "this sshd knows no ciphers", |at| {
            judge(at, strict.as_ref())
        })
    }
}

fn judge(at: &At, strict: Result<&bool, &Unjudged>) -> Result<Option<(Rank, Outcome)>, Unjudged> {
    let (Some(ciphers), Some(macs)) = (at.held("Ciphers")?, at.held("MACs")?) else {
        return Ok(None);
    };
    let list = |values: &[HostText]| -> Vec<String> {
        let lists = values.iter().flat_map(|list| list.raw().split(','));
        lists.map(str::to_owned).collect()
    };
    let (offered, offered_macs) = (list(&ciphers.setting.values), list(&macs.setting.values));
    let cbc = offered_macs
        .iter()
        .any(|mac| mac.ends_with("-etm@openssh.com"));
    let exposed = |cipher: &&String| *cipher == CHACHA || (cbc && cipher.ends_with("-cbc"));
    let names: Vec<&str> = offered.iter().filter(exposed).map(String::as_str).collect();
    let subject = || Subject::Daemon("sshd".into());
    let (first, rest) = ciphers.evidence();
    if names.is_empty() {
        let pass = Outcome::pass(subject(), "no cipher that Terrapin needs is offered", first);
        return Ok(Some((0, pass.with(rest))));
    }
    if *strict.map_err(Clone::clone)? {
        let pass = Outcome::pass(subject(), "sshd has strict key exchange", first);
        return Ok(Some((0, pass.with(rest))));
    }
    let good: Vec<&str> = offered
        .iter()
        .map(String::as_str)
        .filter(|cipher| !names.contains(cipher))
        .collect();
    let steps = match good.is_empty() {
        true => Vec::new(),
        false => set(&ciphers, "Ciphers", &good.join(",")),
    };
    let summary = format!("no strict key exchange, with {}", names.join(", "));
    let fail = Outcome::fail(
        subject(),
        HostText::from(summary),
        first.expecting("an update of openssh-server"),
    )
    .with(rest)
    .fixed_by([super::ssh_known_vulnerable::update("ssh-terrapin")])
    .fixed_by(steps);
    Ok(Some((1, fail)))
}
