//! sshd's files, with includes among them, and what `sshd -T` prints: never a panic, and never without end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::sshd::{Options, is_numeric_address, read};
use seaworthy::source::MapFiles;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split("\n---\n");
    let mut part = || parts.next().unwrap_or("");
    let files = MapFiles::new([
        ("/etc/ssh/sshd_config", part()),
        ("/etc/ssh/sshd_config.d/a.conf", part()),
        ("/etc/ssh/sshd_config.d/b.conf", part()),
    ]);
    for line in &read(&files, "/etc/ssh/sshd_config").lines {
        assert!(!line.keyword.contains([' ', '\t', '\n']));
    }
    let options = Options::parse(bytes);
    for value in options.all("listenaddress") {
        is_numeric_address(value);
    }
});
