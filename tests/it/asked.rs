//! What sshd itself is asked, and what comes of it: seldom, never where it would send a packet, and it agrees.

use crate::support::{has, seaworthy, skip, tests};
use serde_json::Value;
use std::process::Command;

/// The fact `sshd` of a host with these files; the fixture has no answers, so each question is a gap that names it.
fn asked(config: &str, users: &[&str]) -> Vec<Value> {
    let host = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = host.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let base = tests().join("hosts/debian-12-hardened");
    write("host.yaml", &format!("base: {}\n", base.display()));
    write("etc/ssh/sshd_config", config);
    let account = |(number, user): (usize, &&str)| {
        format!("{user}:x:{}:1000::/home/{user}:/bin/bash\n", 1000 + number)
    };
    let accounts: String = users.iter().enumerate().map(account).collect();
    write(
        "etc/passwd",
        &format!("root:x:0:0::/root:/bin/bash\n{accounts}"),
    );
    let facts = seaworthy("facts sshd")
        .arg("--fixture")
        .arg(host.path())
        .run()
        .exits(0)
        .json();
    let asked = &facts["facts"]["sshd"]["known"]["value"]["asked"];
    assert_eq!(asked["items"], serde_json::json!([]));
    asked["gaps"].as_array().unwrap().clone()
}

#[test]
fn one_question_for_each_set_of_blocks_and_four_at_most() {
    let users = ["ann", "ben", "cay", "dan", "eve", "fay"];
    assert_eq!(
        asked("UsePAM yes\n", &users).len(),
        1,
        "nothing tells them apart"
    );
    let two = "PasswordAuthentication no\nMatch User ann,ben,cay\n  X11Forwarding no\n";
    assert_eq!(asked(two, &users).len(), 2);
    let mut many = "PasswordAuthentication no\nKbdInteractiveAuthentication no\n".to_owned();
    for user in users {
        let opens = if user == "fay" { "yes" } else { "no" };
        many += &format!("Match User {user}\n  PasswordAuthentication {opens}\n");
    }
    let gaps = asked(&many, &users);
    assert_eq!(gaps.len(), 4, "{gaps:?}");
    // Who gets in by a password is asked about before those who do not.
    let about = |user: &str| {
        gaps.iter()
            .any(|gap| gap.to_string().contains(&format!("user={user},")))
    };
    assert!(about("root") && about("fay"), "{gaps:?}");
}

#[test]
fn sshd_is_not_asked_while_an_address_is_a_name() {
    for line in ["ListenAddress", "\"listenaddress\"", "LISTENADDRESS ="] {
        let gaps = asked(&format!("{line} trading.example.org\n"), &[]);
        assert_eq!(gaps.len(), 1, "{line}: {gaps:?}");
        assert_eq!(gaps[0]["code"], "refused", "{line}");
    }
    let gaps = asked(
        "ListenAddress 192.0.2.10\nListenAddress [2001:db8::1]:22\n",
        &[],
    );
    assert_ne!(gaps[0]["code"], "refused");
}

fn has_sshd() -> bool {
    let can = nix::unistd::geteuid().is_root() && has("sshd");
    if !can {
        skip("needs root and sshd");
    }
    can
}

/// The installed sshd and its own files, as they are on this machine.
#[test]
fn the_sshd_of_this_machine_says_what_is_traced() {
    if !has_sshd() {
        return;
    }
    for login in [
        "",
        "user=root,host=203.0.113.5,addr=203.0.113.5,laddr=192.0.2.1,lport=22",
    ] {
        let mut sshd = Command::new("/usr/sbin/sshd");
        sshd.arg("-T");
        let mut words = "trace ssh --plain".to_owned();
        if !login.is_empty() {
            sshd.args(["-C", login]);
            words += &format!(" -C {login}");
        }
        let said = sshd.output().unwrap();
        assert!(said.status.success(), "{said:?}");
        let said = String::from_utf8(said.stdout).unwrap().to_lowercase();
        let ours = seaworthy(&words).run().exits(0).stdout.to_lowercase();
        assert_eq!(ours, said, "{login}");
    }
}

#[test]
fn the_sshd_of_this_machine_confirms_a_check() {
    if !has_sshd() {
        return;
    }
    let report = seaworthy("check -p ssh --only ssh-strict-modes-off -o json")
        .run()
        .json();
    let evidence = report["findings"][0]["evidence"].to_string();
    assert!(evidence.contains("sshd itself says so"), "{evidence}");
}
