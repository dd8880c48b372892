//! The typed steps of a remediation: what would fix it, how risky that is, and how to take it back.
//!
//! Steps are data for a person or a tool to run; nothing in this program runs them. How several become one
//! drop-in file is the business of `remediate`.

use crate::source::HostText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where kernel settings are written. systemd-sysctl reads the files of all directories in the order of their names
/// and the last line wins: the name sorts after `99-sysctl.conf`, the link to /etc/sysctl.conf.
pub const SYSCTL_DROP_IN: &str = "/etc/sysctl.d/99-zz-seaworthy.conf";

/// Where sshd options are written. sshd takes the first value that it meets, and Debian's, Ubuntu's and Red Hat's
/// sshd_config include this directory at their top: the name sorts before `50-cloud-init.conf`.
pub const SSHD_DROP_IN: &str = "/etc/ssh/sshd_config.d/00-seaworthy.conf";

/// One step of a remediation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What to do, as data.
    #[serde(flatten)]
    pub action: Action,
    /// What could go wrong.
    #[serde(flatten)]
    pub risk: Risk,
    /// What to do, in one sentence.
    pub text: HostText,
    /// What must hold before.
    pub requires: Vec<String>,
    /// A command that shows whether it worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<HostText>,
    /// How to take it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<HostText>,
}

/// What to do, as data: the action, its target, and the value where there is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// Set a keyword of sshd_config(5), for every connection.
    SetSshdOption {
        /// The keyword.
        target: String,
        /// Its value.
        value: String,
    },
    /// Set a kernel setting, now and at every boot (sysctl.d(5)).
    SetSysctl {
        /// The key, dotted.
        target: HostText,
        /// Its value.
        value: String,
    },
    /// Set owner and mode of a file.
    SetMode {
        /// The file.
        target: HostText,
        /// Mode, octal (`0600`).
        value: String,
        /// `OWNER:GROUP`, where they must change too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<HostText>,
    },
    /// Write a file.
    WriteFile {
        /// The file.
        target: HostText,
        /// Its whole content.
        value: String,
        /// Mode, octal.
        mode: String,
    },
    /// Run a command.
    Run {
        /// The command as one would type it.
        target: HostText,
        /// Its words.
        argv: Vec<HostText>,
    },
    /// Something that only a person can do or decide.
    Ask {
        /// Who or what to turn to.
        target: HostText,
    },
}

/// What a step promises, and what could go wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "risk", rename_all = "kebab-case")]
pub enum Risk {
    /// Does what it says and nothing that is in use stops working.
    Safe,
    /// May stop something that is in use.
    Risky {
        /// What could go wrong.
        danger: String,
    },
    /// Needs a person.
    Manual,
}

impl Step {
    /// A step that promises to break nothing.
    pub fn safe(action: Action, text: impl Into<HostText>) -> Self {
        Self::new(action, Risk::Safe, text)
    }

    /// A step that may break something, and what.
    pub fn risky(action: Action, danger: impl Into<String>, text: impl Into<HostText>) -> Self {
        let danger = danger.into();
        Self::new(action, Risk::Risky { danger }, text)
    }

    /// A step for a person.
    pub fn manual(target: impl Into<HostText>, text: impl Into<HostText>) -> Self {
        let target = target.into();
        Self::new(Action::Ask { target }, Risk::Manual, text)
    }

    fn new(action: Action, risk: Risk, text: impl Into<HostText>) -> Self {
        Self {
            action,
            risk,
            text: text.into(),
            requires: Vec::new(),
            verify: None,
            undo: None,
        }
    }

    /// The same, with something that must hold before.
    #[must_use]
    pub fn requiring(mut self, what: impl Into<String>) -> Self {
        self.requires.push(what.into());
        self
    }

    /// The same, with the command that shows whether it worked.
    #[must_use]
    pub fn verified_by(mut self, command: impl Into<HostText>) -> Self {
        self.verify = Some(command.into());
        self
    }

    /// The same, with how to take it back.
    #[must_use]
    pub fn undone_by(mut self, how: impl Into<HostText>) -> Self {
        self.undo = Some(how.into());
        self
    }
}

/// A word as a POSIX shell reads it back.
pub fn quoted(word: &HostText) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.raw().is_empty() && word.raw().chars().all(plain) {
        return word.raw().to_owned();
    }
    format!("'{}'", word.raw().replace('\'', r"'\''"))
}

impl Action {
    /// A command by its words.
    pub fn run<S: Into<HostText>>(argv: impl IntoIterator<Item = S>) -> Self {
        let argv: Vec<HostText> = argv.into_iter().map(Into::into).collect();
        let words: Vec<&str> = argv.iter().map(HostText::raw).collect();
        Self::Run {
            target: words.join(" ").into(),
            argv,
        }
    }
}
