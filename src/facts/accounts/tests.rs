use super::*;
use crate::source::{Denial, Source};

fn of(passwd: &str, shadow: &str) -> Accounts {
    Accounts::parse(passwd.as_bytes(), Ok(Some(shadow.as_bytes())))
}

fn names(accounts: &Accounts) -> Vec<&str> {
    accounts.accounts.iter().map(|a| a.name.raw()).collect()
}

fn skipped(lines: &[SkippedLine]) -> Vec<u32> {
    lines.iter().map(|skipped| skipped.line).collect()
}

#[test]
fn passwords_come_from_shadow_unless_they_stand_in_passwd() {
    let all = of(
        "root:x:0:0:root:/root:/bin/bash\nopen::1000:1000::/home/open:\nold:ab01234567.9/:1001:1001:::/bin/sh\nlost:x:1002:1002:::\nhash:##hash:1003:1003:::\n",
        "root:$y$j9T$salt$hash:19000:0:99999:7:::\nhash:!:1::::::\nopen:!:1::::::\n",
    );
    let states: Vec<_> = all
        .accounts
        .iter()
        .map(|a| (a.password, a.shadow_line))
        .collect();
    assert_eq!(
        states,
        [
            (
                PasswordState::Set {
                    scheme: Scheme::Yescrypt
                },
                Some(1)
            ),
            (PasswordState::Empty, None),
            (
                PasswordState::Set {
                    scheme: Scheme::Des
                },
                None
            ),
            (PasswordState::NoShadowEntry, None),
            (
                PasswordState::Locked {
                    bang: true,
                    kept: None
                },
                Some(2)
            ),
        ]
    );
    let json = serde_json::to_string(&all).unwrap();
    assert!(!json.contains("salt") && !json.contains("ab0123"), "{json}");
    assert_eq!(serde_json::from_str::<Accounts>(&json).unwrap(), all);
    assert!(!format!("{all:?}").contains("salt"));
}

#[test]
fn an_unreadable_shadow_is_kept_as_the_reason() {
    let denied = Obstacle::Denied {
        at: Source::file("/etc/shadow"),
        by: Denial::NeedsRoot,
    };
    let all = Accounts::parse(b"a:x:1:1:::\nb::2:2:::\n", Err(denied.clone()));
    assert_eq!(all.shadow_unseen, Some(denied));
    assert_eq!(all.accounts[0].password, PasswordState::Unseen);
    assert_eq!(all.accounts[1].password, PasswordState::Empty);
    let without = Accounts::parse(b"a:x:1:1:::\n", Ok(None));
    assert_eq!(without.accounts[0].password, PasswordState::NoShadowEntry);
}

#[test]
fn hostile_lines_are_skipped_with_a_reason() {
    let all = of(
        "# comment\n\n+::::::\n-@x\nroot:x:0:0:::\nroot::0:0:::\nno:x::1:::\nno:x:a:1:::\nno:x:1:1a:::\nshort:x:5\n:x:0:0:::\nnul\0:x:0:0:::\nplain",
        "",
    );
    assert_eq!(names(&all), ["root"]);
    assert_eq!(skipped(&all.skipped), [3, 4, 6, 7, 8, 9, 10, 11, 12, 13]);
    assert!(all.skipped[2].why.contains("line 5"));
}

#[test]
fn reads_as_glibc_does() {
    let all = of(
        "  a:x: 0:+7\nb:x:-0:4294967295:g:/h:/bin/sh:more\n\x1b[2Jc:x:1:1:::\nd:x:-1:1:::\ne:x:4294967296:1:::\n",
        "",
    );
    assert_eq!(names(&all), ["a", "b", "\x1b[2Jc"]);
    assert_eq!((all.accounts[0].uid, all.accounts[0].gid), (0, 7));
    assert_eq!((all.accounts[1].uid, all.accounts[1].gid), (0, u32::MAX));
    assert_eq!(all.accounts[1].login_shell.raw(), "/bin/sh:more");
    assert_eq!(all.accounts[2].name.to_string(), "\\u{1b}[2Jc");
}

#[test]
fn shadow_lines_have_all_their_fields_or_an_old_form() {
    for (ages, counts) in [
        ("1:0:9:7:::", true),
        (":::::::", false),
        ("::::::", true),
        ("1:0:9", true),
        ("1:0:9: ", true),
        ("1:0::", true),
        ("1:0:", false),
        ("1:0:9:7", false),
        ("1:0:9:7::: ", false),
        ("1: :9:7:::", false),
        ("-1:0:9:7:::", false),
        ("", false),
    ] {
        let all = of("a:x:1:1:::\n", &format!("a:*:{ages}\n"));
        assert_eq!(all.accounts[0].shadow_line.is_some(), counts, "{ages:?}");
    }
}

#[test]
fn a_broken_shadow_line_does_not_stand_before_a_good_one() {
    let all = of(
        "a:x:1:1:::\n",
        "a:!\na:!:x:0:9::::\na:$6$s$h:19000:0:99999:7:::\na:!:19000:0:99999:7:::\n+:x:1:1:1::::\n",
    );
    assert_eq!(
        all.accounts[0].password,
        PasswordState::Set {
            scheme: Scheme::Sha512
        }
    );
    assert_eq!(all.accounts[0].shadow_line, Some(3));
    assert_eq!(skipped(&all.skipped_shadow), [1, 2, 4, 5]);
}

#[test]
fn some_shells_end_a_login_at_once() {
    for (shell, usable) in [
        ("", true),
        ("/bin/bash", true),
        ("/usr/sbin/nologin", false),
        ("/bin/false", false),
        ("/bin/sync", false),
        ("/opt/nologin/sh", true),
    ] {
        let all = of(&format!("a:x:1:1:::{shell}\n"), "");
        assert_eq!(all.accounts[0].usable_shell(), usable, "{shell}");
    }
}

#[test]
fn knows_services_beside_the_files() {
    let text =
        b"# passwd: ldap\npasswd:  files systemd sss [NOTFOUND=return] # ldap\ngroup: ldap\n";
    assert_eq!(services_elsewhere(text, "passwd"), [HostText::from("sss")]);
    assert!(services_elsewhere(b"passwd: compat\n", "passwd").is_empty());
}
