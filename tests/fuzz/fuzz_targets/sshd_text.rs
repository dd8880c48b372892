//! sshd's files, with includes among them, and what `sshd -T` prints: never a panic, and never without end.
#![no_main]

#[path = "../parts.rs"]
mod parts;

use libfuzzer_sys::fuzz_target;
use parts::parts;
use seaworthy::facts::sshd::{Config, Options, is_numeric_address};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (files, _) = parts(&text, ["/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/a.conf", "/etc/ssh/sshd_config.d/b.conf"]);
    let config = Config::read(&files, "/etc/ssh/sshd_config");
    let _ = config.with_file("/etc/ssh/sshd_config.d/c.conf", &["UsePAM no".to_owned()]);
    let options = Options::parse(bytes);
    for value in options.all("listenaddress") {
        is_numeric_address(value);
    }
});
