//! sshd's files, with includes among them, and what `sshd -T` prints: never a panic, and never without end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::sshd::{Config, Options, is_numeric_address};
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
    let config = Config::read(&files, "/etc/ssh/sshd_config");
    let _ = config.with_file("/etc/ssh/sshd_config.d/c.conf", &["UsePAM no".to_owned()]);
    let options = Options::parse(bytes);
    for value in options.all("listenaddress") {
        is_numeric_address(value);
    }
});
