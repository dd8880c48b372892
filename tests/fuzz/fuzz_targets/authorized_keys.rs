//! A file of keys of any bytes is read to its end by every version, and no value of an environment stays in what was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::authorized_keys::{Line, Reader};
use seaworthy::facts::sshd::Version;

fuzz_target!(|bytes: &[u8]| {
    for version in ["8.2p1", "9.2p1", "10.0p1", "10.6p1"] {
        let Some(version) = Version::parse(version) else {
            return;
        };
        let reader = Reader::new(version);
        for line in reader.authorized(bytes) {
            if let Line::Key(line) = line {
                assert!(line.key.fingerprint.len() == "SHA256:".len() + 43);
                assert!(line.key.bits >= 256 || line.key.kind == seaworthy::facts::authorized_keys::Kind::Dss);
            }
        }
        let _ = reader.list(bytes);
    }
});
