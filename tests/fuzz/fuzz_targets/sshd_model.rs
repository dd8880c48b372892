//! sshd's files with includes among them, as every version reads them, for some logins: never a panic, and never without end.
#![no_main]

#[path = "../parts.rs"]
mod parts;

use libfuzzer_sys::fuzz_target;
use parts::parts;
use seaworthy::facts::sshd::{Config, Version};
use seaworthy::model::sshd::{Argument, Connection, Groups, Model, Trouble};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (files, mut part) = parts(&text, ["/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/a.conf", "/etc/ssh/sshd_config.d/b.conf"]);
    let option = part().to_owned();
    let user = part().to_owned();
    let config = Config::read(&files, "/etc/ssh/sshd_config");
    let login = Connection {
        user: Some(user.as_str().into()),
        host: Some(user.as_str().into()),
        addr: Some("10.1.2.3".into()),
        lport: Some(22),
        groups: Groups::Known(vec![user.as_str().into()]),
        ..Connection::default()
    };
    for version in ["1:8.2p1-4", "1:8.4p1-5", "8.9p1", "9.2p1", "9.9p1", "10.0p1", "1:10.6p1-1"] {
        let Some(version) = Version::parse(version) else { continue };
        let arguments = match option.is_empty() {
            true => Vec::new(),
            false => vec![Argument::Option(option.as_str().into())],
        };
        match Model::new(&config, &version, &arguments) {
            Err(Trouble::Refused(refusal)) => assert!(!refusal.messages.is_empty()),
            Err(Trouble::Unknown(_)) => {}
            Ok(model) => {
                for connection in [&login, &Connection::default()] {
                    if let Ok(effective) = model.login(connection) {
                        let _ = effective.plain();
                        assert!(effective.blocks().len() <= model.match_blocks().count());
                    }
                }
            }
        }
    }
});
