//! Judges who can decide what sshd's configuration says.
//!
//! ## What it judges
//! `sshd_config`, every file that it includes, the directories whose files it would include (`sshd_config.d`), and the files of
//! every daemon that was started with another (`-f`): whether somebody beside root can write to one, or put another in its
//! place, over every directory and every link on the way. A file that is not there counts where somebody could put it there.
//!
//! Who writes sshd's configuration is root at the next reload: `AuthorizedKeysCommand` runs what he wants.
//!
//! Grade `anyone`: every user of the host can do it.

use super::access::{About, Question};
use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Subject};
use crate::model::access::Right;

/// See the module.
pub struct SshConfigWritable;

const ANYONE: &str = "anyone";
const AFTER: &str =
    "read what sshd goes by now (`sshd -T`), and who may log in: somebody could have changed it";

impl Rule for SshConfigWritable {
    const META: RuleMeta = RuleMeta {
        id: "ssh-config-writable",
        source: include_str!("ssh_config_writable.rs"),
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
        let mut question = Question::new(facts, Right::Replace)?;
        let about = About {
            after: Some(AFTER),
            ..About::default()
        };
        question.hidden_by(&files.config.gaps);
        for path in &files.config.items {
            question.ask(path, &files.nodes, &about);
        }
        question.judgement(Some(ANYONE), "root alone can change it")
    }
}
