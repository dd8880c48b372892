//! What can be asked of a host, and what was answered.
//!
//! A [`Request`] is the question and the key; [`Facts`] holds the answers. Below are pure types and parsers, one file
//! or folder a domain: they take bytes and know no paths. Where the bytes come from stands in `collect` under the
//! same names.

pub mod accounts;
pub mod interface_setting;
pub mod os;
pub mod record;
pub mod sshd;
pub mod sysctl;

use crate::fact::{Fact, Unjudged};
use crate::source::{HostText, Mode, Obstacle};
use accounts::Accounts;
use interface_setting::{InterfaceSetting, Setting};
use jiff::Timestamp;
use os::Os;
use serde::{Deserialize, Serialize};
use sshd::Sshd;
use std::collections::BTreeMap;
use std::fmt;
use sysctl::{SysctlConfig, SysctlKey};

/// What a check wants to know of the host: the key under which a fact is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// The operating system, and whether the tool sees the host at all.
    Os,
    /// The accounts of passwd(5), with the state of their passwords.
    Accounts,
    /// What sshd would do for some logins.
    Sshd,
    /// The running value of one kernel setting.
    Sysctl(SysctlKey),
    /// What the files of sysctl.d(5) configure.
    SysctlConfig,
    /// One setting of every network interface, as the kernel has it.
    InterfaceSetting(Setting),
}

impl Request {
    /// The requests whose answers its collector needs: they are collected in an earlier wave.
    pub fn stands_on(&self) -> &'static [Self] {
        match self {
            Self::Os | Self::Sysctl(_) | Self::InterfaceSetting(_) => &[],
            Self::Accounts | Self::SysctlConfig => &[Self::Os],
            Self::Sshd => &[Self::Os, Self::Accounts],
        }
    }
}

/// The names of the kinds of facts, as `facts NAME` takes them.
pub const NAMES: [&str; 6] = [
    "os",
    "accounts",
    "sshd",
    "sysctl",
    "sysctl-config",
    "interface-setting",
];

impl Request {
    /// The name of its kind: one of [`NAMES`].
    pub fn name(&self) -> &'static str {
        match self {
            Self::Os => NAMES[0],
            Self::Accounts => NAMES[1],
            Self::Sshd => NAMES[2],
            Self::Sysctl(_) => NAMES[3],
            Self::SysctlConfig => NAMES[4],
            Self::InterfaceSetting(_) => NAMES[5],
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Os => out.write_str("os"),
            Self::Accounts => out.write_str("accounts"),
            Self::Sshd => out.write_str("sshd"),
            Self::Sysctl(key) => write!(out, "sysctl {key}"),
            Self::SysctlConfig => out.write_str("sysctl configuration"),
            Self::InterfaceSetting(setting) => write!(out, "interfaces {setting}"),
        }
    }
}

/// The answer to one request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To [`Request::Os`].
    Os(Fact<Os>),
    /// To [`Request::Accounts`].
    Accounts(Fact<Accounts>),
    /// To [`Request::Sshd`].
    Sshd(Fact<Sshd>),
    /// To [`Request::Sysctl`].
    Sysctl(SysctlKey, Fact<HostText>),
    /// To [`Request::SysctlConfig`].
    SysctlConfig(Fact<SysctlConfig>),
    /// To [`Request::InterfaceSetting`].
    InterfaceSetting(Setting, Fact<InterfaceSetting>),
}

impl Answer {
    /// The answer "could not be seen" to any request.
    pub fn unknown(request: &Request, obstacle: Obstacle) -> Self {
        match request {
            Request::Os => Self::Os(obstacle.into()),
            Request::Accounts => Self::Accounts(obstacle.into()),
            Request::Sshd => Self::Sshd(obstacle.into()),
            Request::Sysctl(key) => Self::Sysctl(key.clone(), obstacle.into()),
            Request::SysctlConfig => Self::SysctlConfig(obstacle.into()),
            Request::InterfaceSetting(setting) => Self::InterfaceSetting(*setting, obstacle.into()),
        }
    }
}

/// How, when and by whom the facts were taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// How the host was looked at.
    pub mode: Mode,
    /// The effective user id of the run.
    pub euid: u32,
    /// When, by the host's clock: ages count from here, also where the facts are judged later.
    pub taken: Timestamp,
    /// The version of the tool.
    pub version: String,
    /// The host's name, as it calls itself.
    pub hostname: HostText,
    /// The release of its running kernel; an image has none.
    pub kernel: Option<HostText>,
}

/// Everything that was collected. A fact that was never asked for is unknown, never empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// How, when and by whom they were taken.
    pub about: About,
    os: Option<Fact<Os>>,
    accounts: Option<Fact<Accounts>>,
    sshd: Option<Fact<Sshd>>,
    sysctl: BTreeMap<SysctlKey, Fact<HostText>>,
    sysctl_config: Option<Fact<SysctlConfig>>,
    interface_setting: BTreeMap<Setting, Fact<InterfaceSetting>>,
}

impl Facts {
    /// No facts yet.
    pub fn new(about: About) -> Self {
        Self {
            about,
            os: None,
            accounts: None,
            sshd: None,
            sysctl: BTreeMap::new(),
            sysctl_config: None,
            interface_setting: BTreeMap::new(),
        }
    }

    /// The same, without the kinds that are not among the names.
    #[must_use]
    pub fn only(mut self, names: &[String]) -> Self {
        let wanted = |name: &str| names.iter().any(|wanted| wanted == name);
        self.os = self.os.filter(|_| wanted(NAMES[0]));
        self.accounts = self.accounts.filter(|_| wanted(NAMES[1]));
        self.sshd = self.sshd.filter(|_| wanted(NAMES[2]));
        self.sysctl.retain(|_, _| wanted(NAMES[3]));
        self.sysctl_config = self.sysctl_config.filter(|_| wanted(NAMES[4]));
        self.interface_setting.retain(|_, _| wanted(NAMES[5]));
        self
    }

    /// Keeps an answer.
    pub fn keep(&mut self, answer: Answer) {
        match answer {
            Answer::Os(fact) => self.os = Some(fact),
            Answer::Accounts(fact) => self.accounts = Some(fact),
            Answer::Sshd(fact) => self.sshd = Some(fact),
            Answer::Sysctl(key, fact) => drop(self.sysctl.insert(key, fact)),
            Answer::SysctlConfig(fact) => self.sysctl_config = Some(fact),
            Answer::InterfaceSetting(setting, fact) => {
                drop(self.interface_setting.insert(setting, fact))
            }
        }
    }

    /// The operating system.
    ///
    /// # Errors
    /// As with every fact below: [`Unjudged::Unknown`] if nobody asked for it.
    pub fn os(&self) -> Result<&Fact<Os>, Unjudged> {
        asked(self.os.as_ref(), &Request::Os)
    }

    /// The accounts.
    pub fn accounts(&self) -> Result<&Fact<Accounts>, Unjudged> {
        asked(self.accounts.as_ref(), &Request::Accounts)
    }

    /// sshd's answers.
    pub fn sshd(&self) -> Result<&Fact<Sshd>, Unjudged> {
        asked(self.sshd.as_ref(), &Request::Sshd)
    }

    /// The running value of a kernel setting.
    pub fn sysctl(&self, key: &SysctlKey) -> Result<&Fact<HostText>, Unjudged> {
        asked(self.sysctl.get(key), &Request::Sysctl(key.clone()))
    }

    /// What the files of sysctl.d(5) configure.
    pub fn sysctl_config(&self) -> Result<&Fact<SysctlConfig>, Unjudged> {
        asked(self.sysctl_config.as_ref(), &Request::SysctlConfig)
    }

    /// One setting of every network interface.
    pub fn interface_setting(&self, setting: Setting) -> Result<&Fact<InterfaceSetting>, Unjudged> {
        asked(
            self.interface_setting.get(&setting),
            &Request::InterfaceSetting(setting),
        )
    }
}

fn asked<'a, T>(fact: Option<&'a Fact<T>>, request: &Request) -> Result<&'a Fact<T>, Unjudged> {
    fact.ok_or_else(|| {
        Unjudged::Unknown(Obstacle::NotRecorded {
            request: request.to_string().into(),
        })
    })
}
