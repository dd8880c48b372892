//! Whatever a host's files hold, the parsers end, and nothing that they keep steers a terminal when it is printed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::accounts::Accounts;
use seaworthy::facts::os::OsRelease;
use seaworthy::facts::sshd::{Options, read};
use seaworthy::facts::sysctl::{SysctlConfig, SysctlKey};
use seaworthy::model::sysctl::winner;
use seaworthy::source::{HostText, MapFiles};

fuzz_target!(|bytes: &[u8]| {
    let text = HostText::from_bytes(bytes);
    assert_eq!(&*HostText::to_bytes(text.raw()), bytes);
    assert!(!text.to_string().contains('\x1b'));
    let content = String::from_utf8_lossy(bytes);
    let half = content.len() / 2;
    let half = content.floor_char_boundary(half);
    let (first, second) = content.split_at(half);
    let files = MapFiles::new([
        ("/etc/ssh/sshd_config", first),
        ("/etc/ssh/sshd_config.d/50.conf", second),
        ("/etc/sysctl.d/50.conf", first),
        ("/usr/lib/sysctl.d/60.conf", second),
    ]);
    for line in read(&files, "/etc/ssh/sshd_config").lines {
        assert!(!line.value.to_string().contains('\x1b'));
    }
    let _ = Options::parse(bytes);
    let config = SysctlConfig::read(&files);
    for name in ["kernel.kptr_restrict", "net.ipv4.conf.eth0/1.rp_filter"] {
        let key = SysctlKey::new(name).expect("a key");
        let decides = winner(&config, &key).decides;
        assert!(decides.is_none_or(|line| line.value.is_some()));
    }
    let _ = OsRelease::parse(bytes);
    let _ = Accounts::parse(first.as_bytes(), Ok(Some(second.as_bytes())));
});
