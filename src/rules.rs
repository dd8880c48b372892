//! Compiled judgements. A rule sees facts and models, never the host; a policy binds it to parameters.
//!
//! One rule a file, and its module documentation is its reference text: `seaworthy explain RULE` prints it. A new rule
//! is such a file, its `mod` line and its line in [`RULES`].

mod access;
mod bind;
mod file_access;
mod interface_setting;
mod listener_public;
mod listener_unknown_process;
mod listening;
mod logins;
mod remedy;
mod ssh_config_rejected;
mod ssh_config_stale;
mod ssh_config_writable;
mod ssh_forwarding;
mod ssh_host_key_readable;
mod ssh_known_vulnerable;
mod ssh_listens_elsewhere;
mod ssh_open_to_all_accounts;
mod ssh_password_login;
mod ssh_terrapin;
mod ssh_weak_crypto;
mod sshd_option;
mod sysctl_value;

pub use bind::{AnyRule, Bound};

use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Judgement, Subject};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Every rule, sorted by id: the table of contents.
pub static RULES: &[&dyn AnyRule] = &[
    &file_access::FileAccess,
    &interface_setting::InterfaceSettingRule,
    &listener_public::ListenerPublic,
    &listener_unknown_process::ListenerUnknownProcess,
    &ssh_config_rejected::SshConfigRejected,
    &ssh_config_stale::SshConfigStale,
    &ssh_config_writable::SshConfigWritable,
    &ssh_forwarding::SshForwarding,
    &ssh_host_key_readable::SshHostKeyReadable,
    &ssh_known_vulnerable::SshKnownVulnerable,
    &ssh_listens_elsewhere::SshListensElsewhere,
    &ssh_open_to_all_accounts::SshOpenToAllAccounts,
    &ssh_password_login::SshPasswordLogin,
    &ssh_terrapin::SshTerrapin,
    &ssh_weak_crypto::SshWeakCrypto,
    &sshd_option::SshdOption,
    &sysctl_value::SysctlValue,
];

/// The rule of that id.
pub fn find(id: &str) -> Option<&'static dyn AnyRule> {
    RULES.iter().copied().find(|rule| rule.meta().id == id)
}

/// A judgement with typed parameters.
pub trait Rule: Send + Sync + 'static {
    /// What it is called and what it says of itself.
    const META: RuleMeta;
    /// What a policy must say to use it.
    type Params: DeserializeOwned + JsonSchema + Send + Sync + 'static;

    /// Refuses parameters that the types let through.
    ///
    /// # Errors
    /// The first that is wrong.
    fn validate(_params: &Self::Params) -> Result<(), Invalid> {
        Ok(())
    }

    /// What the check is about as a whole: the subject where nothing more exact can be said.
    fn subject(params: &Self::Params) -> Subject;

    /// What must be known of the host.
    fn requests(params: &Self::Params) -> Vec<Request>;

    /// Judges.
    ///
    /// # Errors
    /// [`Unjudged`] if the question does not arise, or a fact could not be seen: `?` on a fact is enough.
    fn judge(params: &Self::Params, facts: &Facts) -> Result<Judgement, Unjudged>;
}

/// A parameter that the types let through, and the rule does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Its name, as policies write it: the mistake is told at its place.
    pub parameter: &'static str,
    /// What is wrong, for a person.
    pub why: String,
}

/// What a rule is called and says of itself.
#[derive(Clone, Copy, Debug)]
pub struct RuleMeta {
    /// Its id, as policies write it.
    pub id: &'static str,
    /// The text of its own file, whose module documentation is the reference text.
    pub source: &'static str,
    /// The grades that it may report, for a severity by grade.
    pub grades: &'static [&'static str],
}

impl RuleMeta {
    /// The reference text: Markdown, the first line a summary.
    pub fn reference(&self) -> String {
        self.source
            .lines()
            .map_while(|line| line.strip_prefix("//!"))
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// What it does, in one line.
    pub fn summary(&self) -> &'static str {
        let first = self.source.lines().next().unwrap_or("");
        first.trim_start_matches("//!").trim()
    }
}

/// For rules that have no parameters.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}
