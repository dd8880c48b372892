//! sysctl.d files, and what the model says of them: never a panic.
#![no_main]

#[path = "../parts.rs"]
mod parts;

use libfuzzer_sys::fuzz_target;
use parts::parts;
use seaworthy::facts::sysctl::{SysctlConfig, parse_running};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (files, _) = parts(&text, ["/etc/sysctl.conf", "/etc/sysctl.d/10-a.conf", "/usr/lib/sysctl.d/50-b.conf"]);
    for assignment in &SysctlConfig::read(&files).assignments {
        assert!(!assignment.to_string().is_empty());
    }
    parse_running(bytes);
});
