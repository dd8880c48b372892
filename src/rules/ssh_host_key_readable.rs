//! Judges who can read sshd's private host keys.
//!
//! ## What it judges
//! Every private key that a daemon's HostKey names, or the default ones: whether somebody beside root can read it, over every
//! directory on the way, with ACLs and groups. Red Hat's keys of the group `ssh_keys` are fine as long as nobody is in that group.
//! Where sshd would not start, it is not known which keys it would have.
//!
//! Who has the key can pose as this host to everybody who has connected to it before. A key that others could read stays known
//! to them: it is to be replaced. Certificates and public keys are no secret and not looked at.
//!
//! Grade `anyone`: every user of the host can read it.

use super::access::{About, Question};
use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Subject};
use crate::model::access::Right;

/// See the module.
pub struct SshHostKeyReadable;

const ANYONE: &str = "anyone";
const AFTER: &str = "make a new host key in its place (`ssh-keygen -t TYPE -N '' -f THIS_FILE`, for TYPE what `ssh-keygen -l -f THIS_FILE` says), restart sshd, and tell who connects the new fingerprint";

impl Rule for SshHostKeyReadable {
    const META: RuleMeta = RuleMeta {
        id: "ssh-host-key-readable",
        source: include_str!("ssh_host_key_readable.rs"),
        grades: &[ANYONE],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Host
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        vec![Request::Accounts, Request::SshdFiles]
    }

    fn judge(_: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (files, _) = facts.sshd_files()?.known()?;
        let mut question = Question::new(facts, Right::Read)?;
        question.hidden_by(&files.host_keys.gaps);
        let about = About {
            after: Some(AFTER),
            ..About::default()
        };
        for key in &files.host_keys.items {
            question.ask(key, &files.nodes, &about);
        }
        question.judgement(Some(ANYONE), "root alone can read it")
    }
}
