//! sudoers with includes among them, and what they let accounts do: never a panic, and never without end.
#![no_main]

#[path = "../parts.rs"]
mod parts;

use libfuzzer_sys::fuzz_target;
use parts::parts;
use seaworthy::facts::accounts::Accounts;
use seaworthy::facts::sudoers::read;
use seaworthy::model::sudo::Sudo;
use seaworthy::source::HostText;

const PASSWD: &[u8] = b"root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/:/bin/sh\n";

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (files, _) = parts(&text, ["/etc/sudoers", "/etc/sudoers.d/a", "/etc/sudoers.d/b"]);
    let Ok(Some(sudoers)) = read(&files, "/etc/sudoers", "vps") else {
        return;
    };
    let mut accounts = Accounts::parse(PASSWD, Ok(None));
    accounts.take_groups(Ok(Some(b"sudo:x:27:bob\n")));
    let hostname = HostText::from("vps");
    let Ok(now) = "2026-11-24T12:00:00Z".parse() else {
        return;
    };
    let sudo = Sudo::new(&sudoers, &accounts, &hostname, now);
    for account in &accounts.accounts {
        let _ = sudo.becomes_root(account);
    }
});
