//! sysctl.d files, and what the model says of them: never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::sysctl::{SysctlConfig, parse_running};
use seaworthy::source::MapFiles;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split("\n---\n");
    let mut part = || parts.next().unwrap_or("");
    let files = MapFiles::new([
        ("/etc/sysctl.conf", part()),
        ("/etc/sysctl.d/10-a.conf", part()),
        ("/usr/lib/sysctl.d/50-b.conf", part()),
    ]);
    for assignment in &SysctlConfig::read(&files).assignments {
        assert!(!assignment.to_string().is_empty());
    }
    parse_running(bytes);
});
