//! What can be asked of a host, and what was answered.
//!
//! A [`Request`] is the question and the key; [`Facts`] holds the answers. Below are pure types and parsers, one file
//! or folder a domain: they take bytes and know no paths. Where the bytes come from stands in `collect` under the
//! same names.

pub mod accounts;
pub mod authorized_keys;
pub mod clock;
pub mod core_dumps;
pub mod cron;
pub mod docker_config;
pub mod docker_sockets;
pub mod executed;
pub mod files;
pub(crate) mod fnmatch;
pub(crate) mod glob;
pub mod interface_setting;
pub mod interfaces;
pub mod listeners;
mod mountinfo;
pub mod mounts;
pub mod os;
pub mod packages;
pub mod pam;
pub mod processes;
pub mod record;
pub mod sshd;
pub mod sshd_config;
pub mod sshd_daemons;
pub mod sshd_files;
pub mod sudoers;
pub mod swaps;
pub mod sysctl;
mod table;
pub mod units;

use crate::fact::{Fact, Unjudged};
use crate::source::{HostText, Mode, Obstacle};
use accounts::Accounts;
use authorized_keys::AuthorizedKeys;
use clock::Clock;
use core_dumps::CoreDumps;
use cron::Cron;
use docker_config::DockerConfig;
use executed::Executed;
use files::{FileQuery, FilesFound};
use interface_setting::{InterfaceSetting, Setting};
use interfaces::Interfaces;
use jiff::Timestamp;
use listeners::Listeners;
use mounts::Mounts;
use os::Os;
use packages::{Owners, Packages};
use pam::Pam;
use processes::Processes;
use serde::de::IntoDeserializer;
use serde::de::value::StrDeserializer;
use serde::{Deserialize, Serialize};
use sshd::Sshd;
use sshd_config::SshdConfig;
use sshd_daemons::SshdDaemons;
use sshd_files::SshdFiles;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use sudoers::Sudoers;
use swaps::Swaps;
use sysctl::{SysctlConfig, SysctlKey};
use units::Units;

// The table of contents: request, field and accessor, what is kept, the name that people use, and what it stands on.
table::facts! {
    one {
        /// The operating system, and whether the tool sees the host at all.
        Os => os: Os, "os", on [];
        /// The accounts of passwd(5), with the state of their passwords.
        Accounts => accounts: Accounts, "accounts", on [Os];
        /// sshd's files, and its version.
        SshdConfig => sshd_config: SshdConfig, "sshd-config", on [Os, Packages];
        /// The processes that run.
        Processes => processes: Processes, "processes", on [Os];
        /// The network interfaces, addresses and routes.
        Interfaces => interfaces: Interfaces, "interfaces", on [Os];
        /// What listens, and whose it is.
        Listeners => listeners: Listeners, "listeners", on [Os, Processes, Interfaces];
        /// The sshd that runs, how it was started, and when it read its files.
        SshdDaemons => sshd_daemons: SshdDaemons, "sshd-daemons", on [Os, Processes, Listeners];
        /// What sshd says itself of some logins.
        Sshd => sshd: Sshd, "sshd", on [Os, Accounts, SshdConfig, SshdDaemons];
        /// The keys that open accounts over SSH.
        AuthorizedKeys => authorized_keys: AuthorizedKeys, "authorized-keys", on [Os, Accounts, SshdConfig, SshdDaemons, Sshd, Mounts];
        /// The files that sshd goes by, and what lies on the way to them.
        SshdFiles => sshd_files: SshdFiles, "sshd-files", on [Os, Accounts, SshdConfig, SshdDaemons, Sshd, Mounts];
        /// What sudo's files grant to whom; absent where sudo is not installed.
        Sudoers => sudoers: Sudoers, "sudoers", on [Os];
        /// What the files of sysctl.d(5) configure.
        SysctlConfig => sysctl_config: SysctlConfig, "sysctl-config", on [Os];
        /// How right the clock is, and who keeps it.
        Clock => clock: Clock, "clock", on [Os, Processes];
        /// Where the memory of a program that crashes would land.
        CoreDumps => core_dumps: CoreDumps, "core-dumps", on [Os];
        /// Where memory is swapped out to.
        Swaps => swaps: Swaps, "swaps", on [Os, Mounts];
        /// What is mounted where.
        Mounts => mounts: Mounts, "mounts", on [];
        /// What dpkg has installed.
        Packages => packages: Packages, "packages", on [Os];
        /// What Docker's daemon is configured with.
        DockerConfig => docker_config: DockerConfig, "docker-config", on [Os];
        /// The sockets that Docker's daemon was told to open, and what lies on the way to them.
        DockerSockets => docker_sockets: FilesFound, "docker-sockets", on [Os, Processes, DockerConfig, Mounts];
        /// What PAM asks whoever logs in.
        Pam => pam: Pam, "pam", on [Os];
        /// systemd's units, by their files.
        Units => units: Units, "units", on [Os];
        /// What cron would run.
        Cron => cron: Cron, "cron", on [Os, Accounts];
        /// What units and cron execute, and every place on the way there.
        Executed => executed: Executed, "executed", on [Os, Accounts, Units, Cron, Mounts];
    }
    keyed {
        /// The running value of one kernel setting.
        Sysctl(SysctlKey) => sysctl: HostText, "sysctl", on [];
        /// One setting of every network interface, as the kernel has it.
        InterfaceSetting(Setting) => interface_setting: InterfaceSetting, "interface-setting", on [];
        /// The files that some patterns name, with all that lies on the way to them.
        Files(FileQuery) => files: FilesFound, "files", on [Os, Mounts];
        /// The packages that own an absolute path.
        PackageOwner(HostText) => package_owner: Owners, "package-owner", on [Os, Packages];
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

impl About {
    /// The day on which they were taken, counted since 1970 as shadow(5) does.
    pub fn day(&self) -> u32 {
        u32::try_from(self.taken.as_second() / 86_400).unwrap_or(0)
    }
}

fn not_asked(request: &Request) -> Unjudged {
    Unjudged::Unknown(Obstacle::NotRecorded {
        request: request.to_string().into(),
    })
}
