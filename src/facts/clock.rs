//! The clock: how right it is, by what the kernel was told, and which programs keep it.
//!
//! Which files show that a program is set up, and which processes run, is the collector's.

use super::processes::{Process, Seen};
use crate::fact::Listing;
use crate::kernel;
use crate::source::{HostText, Source};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The clock of a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// What the kernel says; an image has none.
    pub kernel: Seen<kernel::Clock>,
    /// The programs that keep it or are there to do so, in the order of [`Program::ALL`].
    pub keepers: Listing<Keeper>,
    /// Whether there is a first process that starts services: the tree of a container has none, and no clock.
    pub has_init: bool,
    /// When systemd-timesyncd last had the time from a server, if it ever did since boot.
    pub synchronised: Option<Timestamp>,
}

/// A program that keeps a clock right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keeper {
    /// Which.
    pub program: Program,
    /// Its processes that may set the clock.
    pub running: Vec<Source>,
    /// What starts it at boot: a link in a directory of systemd's or OpenRC's, of a target that every boot comes to.
    pub enabled: Option<Source>,
    /// The name of its unit or service, if it is installed, also where it is masked.
    pub service: Option<HostText>,
    /// The file that masks the unit: nothing starts it.
    pub masked: Option<Source>,
}

/// The programs that keep clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// systemd-timesyncd(8).
    Timesyncd,
    /// chronyd(8).
    Chronyd,
    /// ntpd of NTP, NTPsec, OpenNTPD or BusyBox: the name of the program does not tell.
    Ntpd,
    /// ntpd-rs.
    NtpdRs,
    /// phc2sys(8) of linuxptp: from a clock of the network card or of the hypervisor.
    Phc2sys,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Timesyncd,
        Self::Chronyd,
        Self::Ntpd,
        Self::NtpdRs,
        Self::Phc2sys,
    ];

    /// The name of its program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Timesyncd => "systemd-timesyncd",
            Self::Chronyd => "chronyd",
            Self::Ntpd => "ntpd",
            Self::NtpdRs => "ntp-daemon",
            Self::Phc2sys => "phc2sys",
        }
    }

    /// The names under which distributions start it, without `.service`.
    pub fn services(self) -> &'static [&'static str] {
        match self {
            Self::Timesyncd => &["systemd-timesyncd"],
            Self::Chronyd => &["chrony", "chronyd"],
            Self::Ntpd => &["ntpsec", "ntp", "ntpd", "openntpd", "busybox-ntpd"],
            Self::NtpdRs => &["ntpd-rs"],
            Self::Phc2sys => &["phc2sys"],
        }
    }

    /// The command that shows how it is doing.
    pub fn status(self) -> &'static str {
        match self {
            Self::Timesyncd => "timedatectl timesync-status",
            Self::Chronyd => "chronyc tracking",
            Self::Ntpd => "ntpq -p",
            Self::NtpdRs => "ntp-ctl status",
            Self::Phc2sys => "journalctl -u phc2sys",
        }
    }

    /// The program that a process is, if it is one of them and may set the clock: any user can call a process so.
    pub fn of(process: &Process) -> Option<Self> {
        /// `CAP_SYS_TIME` of capabilities(7).
        const SYS_TIME: u64 = 1 << 25;
        let name = process.exe.path().unwrap_or(&process.name).raw();
        let name = match name.rsplit('/').next().unwrap_or_default() {
            // One program for everything: what it plays is the name of its process.
            "busybox" => process.name.raw(),
            name => name,
        };
        // The kernel keeps 15 bytes of the name of a process.
        let is = |program: &Self| {
            let whole = program.name();
            whole == name || (name.len() == 15 && whole.starts_with(name))
        };
        let program = Self::ALL.into_iter().find(is)?;
        (process.capabilities & SYS_TIME != 0).then_some(program)
    }
}
