//! Kernel settings: what runs is below `/proc/sys`, what the next boot sets in the files of sysctl.d(5).

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::sysctl::{SysctlConfig, SysctlKey, parse_running};
use crate::host::Host;
use crate::source::{HostText, Obstacle, Source};

/// The longest values, such as those of `fs.binfmt_misc`, are a page.
const VALUE_LIMIT: u64 = 64 << 10;

/// Reads one running value. A kernel without the setting has no such file.
pub(super) fn running(host: &Host, key: &SysctlKey) -> Fact<HostText> {
    let source = Source::kernel(key.to_string());
    let read = || -> Result<Option<Vec<u8>>, Obstacle> {
        super::os::runs(host)?;
        let found = host.files().read(&key.proc_path(), VALUE_LIMIT)?;
        if found.is_none() {
            let family = key.path().split('/').next().unwrap_or_default();
            super::os::settings_in_sight(host, &format!("/proc/sys/{family}"))?;
        }
        Ok(found)
    };
    match read() {
        Ok(Some(bytes)) => Fact::Known {
            value: parse_running(&bytes),
            source,
        },
        Ok(None) => Fact::Absent { looked_at: source },
        Err(obstacle) => Fact::Unknown(obstacle),
    }
}

/// Reads the configured side. Files that are not there configure nothing, and that is an answer.
pub(super) fn configured(host: &Host, facts: &Facts) -> Fact<SysctlConfig> {
    let read = || -> Result<SysctlConfig, Obstacle> {
        super::os::in_sight(facts, "/etc/sysctl.d")?;
        Ok(SysctlConfig::read(host.files()))
    };
    let source = Source::file("/etc/sysctl.d");
    read().map(|value| (value, source)).into()
}
