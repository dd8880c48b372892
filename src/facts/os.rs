//! The operating system, the machine under it, and from where the tool sees them.
//!
//! Types and parsers; which files the evidence comes from is the collector's.

mod release;
mod vantage;
mod virtualisation;

pub use release::OsRelease;
pub use vantage::{
    BOOT_PID_NAMESPACE, HidePid, MountPoint, ProcView, Vantage, VantageEvidence, mount_points,
    vantage,
};
pub use virtualisation::{
    DmiNames, Hypervisor, Virtualisation, VirtualisationEvidence, hypervisor_flag, variable,
    virtualisation,
};

use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// The operating system of the host and the machine under it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Os {
    /// What the distribution says of itself.
    pub release: OsRelease,
    /// The release of the running kernel, as `uname -r` prints it; an image has none.
    pub kernel: Option<HostText>,
    /// The machine's architecture, as `uname -m` prints it; an image has none.
    pub arch: Option<HostText>,
    /// The host's own name.
    pub hostname: HostText,
    /// What it runs on.
    pub virtualisation: Virtualisation,
    /// Seconds since boot; in a container possibly since its host's.
    pub uptime_s: Option<u64>,
    /// Whether the tool sees the host.
    pub vantage: Vantage,
    /// What `/proc` shows.
    pub proc: ProcView,
    /// What the reader should know of the vantage, in whole sentences without a full stop.
    pub notes: Vec<String>,
}

/// The seconds since boot in `/proc/uptime` (proc(5)); `None` if the text is something else.
pub fn parse_uptime(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let (seconds, _) = text.split_whitespace().next()?.split_once('.')?;
    seconds.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::parse_uptime;

    #[test]
    fn reads_whole_seconds() {
        assert_eq!(parse_uptime(b"350735.47 234388.90\n"), Some(350_735));
        for text in [&b""[..], b"x.1", b"12", b"-1.0 2", b"\xff"] {
            assert_eq!(parse_uptime(text), None);
        }
    }
}
