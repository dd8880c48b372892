use super::*;
use crate::facts::sshd::Version;

fn account(home: &str) -> Account {
    let line = format!("bob:x:1000:1000::{home}:/bin/sh\n");
    Accounts::parse(line.as_bytes(), Ok(None))
        .accounts
        .remove(0)
}

#[test]
fn words_become_paths_as_sshd_expands_them() {
    let path = |word: &str| expanded(&word.into(), &account("/home/bob"));
    for (word, expected) in [
        (
            ".ssh/authorized_keys",
            Some("/home/bob/.ssh/authorized_keys"),
        ),
        ("/etc/keys/%u", Some("/etc/keys/bob")),
        ("%h/%U-%%", Some("/home/bob/1000-%")),
        ("%", None),
        ("%x", None),
    ] {
        assert_eq!(path(word), expected.map(HostText::from), "{word}");
    }
    assert_eq!(expanded(&"keys".into(), &account("")), Some("/keys".into()));
    assert_eq!(expanded(&"a".repeat(5000).into(), &account("/")), None);
}

#[test]
fn only_a_newer_sshd_takes_patterns() {
    let version = |text: &str| Version::parse(text).unwrap();
    let path = HostText::from("/etc/keys/b*");
    assert!(!is_pattern(&path, &version("9.9p2")));
    assert!(is_pattern(&path, &version("10.0p1")));
    assert!(!is_pattern(&"/etc/keys/bob".into(), &version("10.0p1")));
}
