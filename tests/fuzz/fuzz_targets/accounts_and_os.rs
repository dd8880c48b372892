//! passwd, shadow and os-release of any bytes are read to their end, and no byte of a host is lost or steers a terminal.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::facts::accounts::Accounts;
use seaworthy::facts::os::OsRelease;
use seaworthy::source::HostText;

fuzz_target!(|bytes: &[u8]| {
    let text = HostText::from_bytes(bytes);
    assert_eq!(&*HostText::to_bytes(text.raw()), bytes);
    assert!(!text.to_string().contains('\x1b'));
    let (passwd, shadow) = bytes.split_at(bytes.len() / 2);
    for account in Accounts::parse(passwd, Ok(Some(shadow))).accounts {
        assert!(!account.name.raw().is_empty());
    }
    let _ = OsRelease::parse(bytes);
});
