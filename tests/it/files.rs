//! Files as an intruder would leave them: more than anybody reads, names that steer, links without end, places that hang.

use crate::support::{is_root, seaworthy, skip, tests};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs::{Permissions, create_dir_all, set_permissions, write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

fn image() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let etc = root.path().join("etc");
    create_dir_all(etc.join("cron.d")).unwrap();
    write(etc.join("os-release"), "ID=debian\n").unwrap();
    write(etc.join("passwd"), "root:x:0:0::/root:/bin/sh\n").unwrap();
    root
}

/// The findings of the checks about files on an image, and all that was printed.
fn check(root: &Path) -> (Vec<Value>, String) {
    let run = |how: &str| {
        seaworthy("check -p files --only system-file-replaceable")
            .arg(how)
            .arg("--root")
            .arg(root)
            .run()
    };
    let (human, report) = (run("-v"), run("-ojson").json());
    let findings = report["findings"].as_array().unwrap().clone();
    (findings, human.stdout + &human.stderr)
}

fn has(findings: &[Value], verdict: &str) -> bool {
    findings.iter().any(|it| it["verdict"] == verdict)
}

#[test]
fn a_directory_of_a_hundred_thousand_files_costs_one_unknown() {
    let root = image();
    for number in 0..100_000 {
        write(root.path().join(format!("etc/cron.d/{number}")), "").unwrap();
    }
    let open = root.path().join("etc/crontab");
    write(&open, "").unwrap();
    set_permissions(&open, Permissions::from_mode(0o666)).unwrap();
    let (findings, said) = check(root.path());
    // What was found all the same is not lost.
    assert!(has(&findings, "fail"), "{said}");
    assert!(said.contains("names more than 5000 files"), "{said}");
    assert!(!has(&findings, "pass"), "{said}");
}

#[test]
fn names_steer_nothing() {
    if !is_root() {
        return skip("needs root: what is below an ordinary user's directory has that one cause");
    }
    let root = image();
    for name in [
        &b"a\x1b[2J\nfine\xff"[..],
        "b\u{202e}c".as_bytes(),
        b"$(reboot) 'x",
    ] {
        let path = root.path().join("etc/cron.d").join(OsStr::from_bytes(name));
        write(&path, "").unwrap();
        set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
    }
    let (findings, said) = check(root.path());
    let failed = findings.iter().filter(|it| it["verdict"] == "fail").count();
    assert!(failed >= 3, "{said}");
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said}");
    assert!(said.contains(r"'\''x'"), "{said}");
    assert!(said.lines().all(|line| line != "fine"), "{said}");
}

#[test]
fn links_end() {
    let root = image();
    let at = |path: &str| root.path().join(path);
    symlink("a", at("etc/cron.d/a")).unwrap();
    symlink("/etc/cron.d/c/c/c", at("etc/cron.d/b")).unwrap();
    symlink(".", at("etc/cron.d/c")).unwrap();
    symlink("../".repeat(1_000) + "etc/crontab", at("etc/cron.d/d")).unwrap();
    symlink("x/".repeat(2_000), at("etc/cron.d/e")).unwrap();
    let (findings, said) = check(root.path());
    assert!(!has(&findings, "unknown"), "{said}");
}

/// A place that hangs costs the question that led there, and no other.
#[test]
fn a_directory_that_hangs_costs_one_question() {
    let report = seaworthy("check -p files -o json")
        .on(tests().join("checks/system-file-replaceable/directory-that-hangs.unknown"))
        .run()
        .exits(3)
        .json();
    let findings = report["findings"].as_array().unwrap();
    let unknown: Vec<_> = findings
        .iter()
        .filter(|it| it["verdict"] == "unknown")
        .collect();
    assert_eq!(unknown.len(), 1, "{unknown:#?}");
    assert_eq!(unknown[0]["unknown"]["code"], "timed-out");
}
