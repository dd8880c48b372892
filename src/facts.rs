//! What can be asked of a host, and what was answered.
//!
//! A [`Request`] is the question and the key; [`Facts`] holds the answers. Below are pure types and parsers, one file
//! or folder a domain: they take bytes and know no paths. Where the bytes come from stands in `collect` under the
//! same names.

pub mod accounts;
pub mod interface_setting;
pub mod os;
pub mod sshd;
pub mod sysctl;

use crate::fact::{Fact, Unjudged};
use crate::source::{HostText, Obstacle};
use accounts::Accounts;
use interface_setting::{InterfaceSetting, Setting};
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

/// Everything that was collected. A fact that was never asked for is unknown, never empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    os: Option<Fact<Os>>,
    accounts: Option<Fact<Accounts>>,
    sshd: Option<Fact<Sshd>>,
    sysctl: BTreeMap<SysctlKey, Fact<HostText>>,
    sysctl_config: Option<Fact<SysctlConfig>>,
    interface_settings: BTreeMap<Setting, Fact<InterfaceSetting>>,
}

impl Facts {
    /// Keeps an answer.
    pub fn keep(&mut self, answer: Answer) {
        match answer {
            Answer::Os(fact) => self.os = Some(fact),
            Answer::Accounts(fact) => self.accounts = Some(fact),
            Answer::Sshd(fact) => self.sshd = Some(fact),
            Answer::Sysctl(key, fact) => drop(self.sysctl.insert(key, fact)),
            Answer::SysctlConfig(fact) => self.sysctl_config = Some(fact),
            Answer::InterfaceSetting(setting, fact) => {
                drop(self.interface_settings.insert(setting, fact))
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
            self.interface_settings.get(&setting),
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
