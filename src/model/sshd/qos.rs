//! The values of IPQoS and their names: misc.c and ip.h.

use super::number::{Long, strtol, strtonum};
use crate::facts::sshd::Version;

/// The names of IPQoS, with what the kernel calls them (ip.h), and `none`.
const QOS: [(&str, i64); 27] = [
    ("none", NO_QOS),
    ("af11", 0x28),
    ("af12", 0x30),
    ("af13", 0x38),
    ("af21", 0x48),
    ("af22", 0x50),
    ("af23", 0x58),
    ("af31", 0x68),
    ("af32", 0x70),
    ("af33", 0x78),
    ("af41", 0x88),
    ("af42", 0x90),
    ("af43", 0x98),
    ("cs0", 0x00),
    ("cs1", 0x20),
    ("cs2", 0x40),
    ("cs3", 0x60),
    ("cs4", 0x80),
    ("cs5", 0xa0),
    ("cs6", 0xc0),
    ("cs7", 0xe0),
    ("ef", 0xb8),
    ("le", 0x04),
    ("va", 0xb0),
    ("lowdelay", 0x10),
    ("throughput", 0x08),
    ("reliability", 0x04),
];

/// The system's own: no value of the field.
pub(super) const NO_QOS: i64 = i32::MAX as i64;

/// parse_ipqos; none for what is none.
pub(super) fn qos(text: &[u8], version: &Version) -> Option<i64> {
    let named = qos_names(version).find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()));
    if let Some((_, value)) = named {
        return Some(value);
    }
    let old = [&b"lowdelay"[..], b"throughput", b"reliability"];
    if old.iter().any(|name| text.eq_ignore_ascii_case(name)) {
        return Some(NO_QOS);
    }
    if version.since(9, 8) {
        return strtonum(text, 0, 255).ok();
    }
    match strtol(text, 0) {
        Some((Long::Is(value), [])) => (0..=255).contains(&value).then_some(value),
        _ => None,
    }
}

/// iptos2str.
pub(super) fn qos_name(value: i64, version: &Version) -> String {
    let named = qos_names(version).find(|(_, own)| *own == value);
    named.map_or_else(|| format!("0x{value:02x}"), |(name, _)| name.to_owned())
}

/// Those that a version has. Since 10.1 the old names of the type of service stand for nothing; Debian 13 took that over.
fn qos_names(version: &Version) -> impl Iterator<Item = (&'static str, i64)> {
    let taken_over =
        version.release == (10, 0) && version.revision_number("deb13u").is_some_and(|n| n >= 3);
    let no_old = version.since(10, 1) || taken_over;
    let va = version.since(10, 3);
    // Its number was wrong at first.
    let le = if version.since(8, 9) { 0x04 } else { 0x01 };
    let names = QOS
        .into_iter()
        .map(move |(name, value)| (name, if name == "le" { le } else { value }));
    names.filter(move |(name, _)| match *name {
        "va" => va,
        "lowdelay" | "throughput" | "reliability" => !no_old,
        _ => true,
    })
}
