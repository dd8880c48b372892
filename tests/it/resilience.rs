//! Collectors that hang, crash, or may not look: each costs one unknown, and the run ends in time.

use crate::support::{seaworthy, tests};
use serde_json::Value;
use std::time::{Duration, Instant};

/// A host on which one file misbehaves, and everything else of the kernel policy is in order.
fn host(error: &str) -> tempfile::TempDir {
    let host = tempfile::tempdir().unwrap();
    let manifest = format!(
        "base: {}\ndeadline_ms: 1000\nfiles:\n  /proc/sys/kernel/kptr_restrict: {{ error: {error} }}\n",
        tests().join("hosts/debian-12-hardened").display()
    );
    std::fs::write(host.path().join("host.yaml"), manifest).unwrap();
    host
}

fn findings(report: &Value, verdict: &str) -> Vec<String> {
    let all = report["findings"].as_array().unwrap().iter();
    all.filter(|finding| finding["verdict"] == verdict)
        .map(|finding| finding["check"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_goes_wrong_costs_one_unknown_and_the_run_goes_on() {
    for (error, code) in [
        ("hang", "timed-out"),
        ("panic", "crashed"),
        ("denied", "denied"),
        ("io", "failed"),
        ("too-large", "too-large"),
        ("fifo", "refused"),
    ] {
        let host = host(error);
        let began = Instant::now();
        let done = seaworthy("check -o json --fail-on low")
            .on(host.path())
            .run()
            .exits(3);
        // The deadline is a second; a run that waits for a thread that never returns would not end at all.
        assert!(began.elapsed() < Duration::from_secs(20), "{error}");
        let report = done.json();
        assert_eq!(
            findings(&report, "unknown"),
            ["kernel-pointers-exposed"],
            "{error}"
        );
        let unknown = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|finding| finding["verdict"] == "unknown");
        assert_eq!(unknown.unwrap()["unknown"]["code"], code, "{error}");
        assert!(findings(&report, "fail").is_empty(), "{error}");
        assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
    }
}

#[test]
fn an_empty_root_proves_nothing() {
    let host = tempfile::tempdir().unwrap();
    let report = seaworthy("check -p trading-bot -o json")
        .on(host.path())
        .run()
        .exits(3)
        .json();
    let all = report["findings"].as_array().unwrap();
    let unknown = all.iter().filter(|finding| finding["verdict"] == "unknown");
    // One check says nothing of any host until the policy declares somebody.
    let undeclared = |finding: &&Value| finding["check"] == "ssh-authorized-key-undeclared";
    let asked = all.iter().filter(|finding| !undeclared(finding));
    assert_eq!(unknown.count(), asked.count());
}

#[test]
fn a_collector_that_others_stand_on_may_fail_too() {
    let host = tempfile::tempdir().unwrap();
    let manifest = format!(
        "base: {}\ndeadline_ms: 1000\nfiles:\n  /etc/passwd: {{ error: hang }}\n",
        tests().join("hosts/debian-12-hardened").display()
    );
    std::fs::write(host.path().join("host.yaml"), manifest).unwrap();
    let report = seaworthy("check -p ssh -o json")
        .on(host.path())
        .run()
        .exits(3)
        .json();
    assert!(
        findings(&report, "pass")
            .iter()
            .all(|check| check != "ssh-password-login")
    );
}
