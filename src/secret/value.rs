//! Values that a secret's name may have and that are none: a switch, a reference, a path.

use super::draft::is_mark;
use super::{Kind, name};

/// Where programs keep files. A secret in base64 may begin with a slash, but hardly with one of these.
const ROOTS: &[&str] = &[
    "/etc/",
    "/home/",
    "/opt/",
    "/var/",
    "/run/",
    "/usr/",
    "/root/",
    "/srv/",
    "/dev/",
    "/tmp/",
    "/proc/",
    "/mnt/",
    "/data/",
    "/app/",
    "/secrets/",
    "/config/",
    "/sys/",
    "/lib/",
    "/bin/",
    "/sbin/",
    "/media/",
    "/boot/",
    "/conf/",
    "/certs/",
    "/keys/",
    "/workspace/",
    "/freqtrade/",
    "/nix/store/",
    "/snap/",
];

const ENDINGS: &[&str] = &[
    ".pem", ".key", ".crt", ".cer", ".json", ".yaml", ".yml", ".toml", ".txt", ".conf", ".cfg",
    ".ini", ".env", ".p12", ".pfx", ".jks", ".pub", ".sock", ".gpg", ".asc",
];

/// True if a value may be shown, though its name says that it is a secret of that kind.
pub(super) fn is_harmless(kind: Kind, value: &str) -> bool {
    // In a text that was JSON once a mark is followed by what followed its value.
    let mut chars = value.trim_end_matches([',', ';', ')', '}', ']']).chars();
    let is_one_mark = chars.next().is_some_and(is_mark) && chars.next().is_none();
    value.is_empty()
        || is_one_mark
        || is_word(value)
        || is_algorithm(value)
        || is_reference(value)
        || is_number(kind, value)
        || is_file(kind, value)
}

/// True for a path that begins where programs keep files.
pub(super) fn is_path(value: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "/._-@:+~%,".contains(c);
    ROOTS.iter().any(|root| value.starts_with(root)) && value.chars().all(plain)
}

fn is_word(value: &str) -> bool {
    const WORDS: &[&str] = &[
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "prompt",
        "ask",
        "stdin",
        "-",
        "prohibit-password",
        "publickey",
        "password",
    ];
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// `-newkey rsa:4096`.
fn is_algorithm(value: &str) -> bool {
    let bits = value.strip_prefix("rsa:");
    bits.is_some_and(|bits| bits.len() <= 5 && bits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `${NAME}`, and `$NAME` where the name is a secret's: the value is elsewhere. So with `env:NAME` and `fd:3`, as openssl
/// has them. A password may well begin with a dollar, so nothing else counts.
fn is_reference(value: &str) -> bool {
    let is_variable = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    if let Some(name) = value
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
    {
        return is_variable(name);
    }
    if let Some(name) = value.strip_prefix('$').or(value.strip_prefix("env:")) {
        return is_variable(name) && name::kind(name).is_some();
    }
    if let Some(number) = value.strip_prefix("fd:") {
        return number.len() <= 3 && number.chars().all(|c| c.is_ascii_digit());
    }
    let path = value.strip_prefix("file:").or(value.strip_prefix('@'));
    path.is_some_and(is_path)
}

/// Keys are sorted by and seeds drawn from numbers; a password or PIN may be one.
fn is_number(kind: Kind, value: &str) -> bool {
    let digits = value.len() <= 6 && value.chars().all(|c| c.is_ascii_digit() || c == ',');
    digits && matches!(kind, Kind::Key | Kind::SeedPhrase)
}

fn is_file(kind: Kind, value: &str) -> bool {
    if is_path(value) {
        return true;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let may_be_file = matches!(
        kind,
        Kind::Key | Kind::PrivateKey | Kind::ApiKey | Kind::Credential
    );
    may_be_file && value.chars().all(plain) && ENDINGS.iter().any(|end| value.ends_with(end))
}
