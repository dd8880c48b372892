//! `tests/checks/CHECK/CASE.VERDICT`: each case is a host that is judged by the one check, and the folder's name states
//! the worst finding, with its severity where that matters (`.fail-critical`).

use crate::support::{folders, name, seaworthy, tests};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[test]
fn every_case_has_the_verdict_that_its_folder_states() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for check in folders(&tests().join("checks")) {
        for case in folders(&check) {
            cases += 1;
            let id = name(&check);
            let (_, stated) = name(&case)
                .rsplit_once('.')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .expect("CASE.VERDICT");
            let done = seaworthy("check -o json --fail-on info -p")
                .arg(policy(&check))
                .arg("--only")
                .arg(&id)
                .on(&case)
                .run();
            let found = worst(&done.json(), &id);
            let stated_with_severity = ["fail-", "unknown-"]
                .iter()
                .any(|word| stated.starts_with(word));
            let found_as_stated = if stated_with_severity {
                &found.0
            } else {
                &found.1
            };
            let status = match found.1.as_str() {
                "fail" => 1,
                "unknown" => 3,
                _ => 0,
            };
            if *found_as_stated != stated || done.status != status {
                wrong.push(format!(
                    "{id}/{}: found {}, exit {}",
                    name(&case),
                    found.0,
                    done.status
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {cases} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(cases > 50, "only {cases} cases found");
}

/// The policy that the cases of a check are judged by: the default, or one that lies beside them.
fn policy(check: &Path) -> PathBuf {
    let own = check.join("policy.yaml");
    match own.exists() {
        true => own,
        false => "trading-bot".into(),
    }
}

/// The finding that prevails, as `VERDICT-SEVERITY` and as `VERDICT`.
fn worst(report: &Value, check: &str) -> (String, String) {
    let severities = ["info", "low", "medium", "high", "critical"];
    let verdicts = ["not-applicable", "pass", "not-checked", "unknown", "fail"];
    let rank = |finding: &Value| {
        let place = |words: &[&str], key: &str| words.iter().position(|word| finding[key] == *word);
        (place(&verdicts, "verdict"), place(&severities, "severity"))
    };
    let findings = report["findings"].as_array().expect("findings");
    let own = findings.iter().filter(|finding| finding["check"] == check);
    let worst = own
        .max_by_key(|finding| rank(finding))
        .unwrap_or_else(|| panic!("no finding of {check}"));
    let verdict = worst["verdict"].as_str().unwrap();
    (
        format!("{verdict}-{}", worst["severity"].as_str().unwrap()),
        verdict.to_owned(),
    )
}

/// A failure that nobody can read, or that says nothing of what to do, is worth little.
#[test]
fn every_failure_shows_its_evidence_and_a_way_out() {
    for check in folders(&tests().join("checks")) {
        for case in folders(&check) {
            let id = name(&check);
            let report = seaworthy("check -o json -p")
                .arg(policy(&check))
                .arg("--only")
                .arg(&id)
                .on(&case)
                .run()
                .json();
            for finding in report["findings"].as_array().unwrap() {
                let place = format!("{id}/{}: {finding:#}", name(&case));
                let roles: Vec<_> = finding["evidence"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|evidence| &evidence["role"])
                    .collect();
                assert!(roles.iter().any(|role| *role == "asked-by"), "{place}");
                if finding["verdict"] == "fail" {
                    assert!(roles.iter().any(|role| *role == "decides"), "{place}");
                    assert!(
                        !finding["remediation"].as_array().unwrap().is_empty(),
                        "{place}"
                    );
                }
                if finding["verdict"] == "unknown" {
                    assert!(
                        finding["unknown"]["how"]
                            .as_str()
                            .is_some_and(|how| !how.is_empty()),
                        "{place}"
                    );
                }
            }
        }
    }
}

/// A mild failure must not hide a grave question about the same matter.
#[test]
fn what_could_not_be_seen_is_not_lost_behind_a_milder_failure() {
    let done = seaworthy("check -p trading-bot --only ssh-password-login")
        .on("checks/ssh-password-login/shadow-unreadable.fail-medium")
        .run()
        .exits(3);
    assert_eq!(
        done.last_line(),
        "NOT PROVEN: 1 critical check could not be seen"
    );
    assert!(done.stdout.contains("/etc/shadow"), "{}", done.stdout);
}

#[test]
fn nothing_to_judge_is_not_seaworthy() {
    let done = seaworthy("check --skip *").run().exits(2);
    assert!(done.stderr.contains("no check is left"), "{}", done.stderr);
}

/// What needs root is never a pass for somebody else, whatever the rest of the host says.
#[test]
fn an_ordinary_user_never_gets_a_pass_for_what_needs_root() {
    for case in [
        "checks/ssh-password-login/keys-only.pass",
        "checks/ssh-root-login/no.pass",
    ] {
        let host = tempfile::tempdir().unwrap();
        // What a process of root's runs is shown to nobody else.
        let manifest = format!(
            "base: {}\neuid: 1000\nfiles:\n  /proc/612/exe: {{ error: denied }}\n",
            tests().join(case).display()
        );
        std::fs::write(host.path().join("host.yaml"), manifest).unwrap();
        let done = seaworthy("check -p ssh --skip ssh-known-vulnerable -o json --fail-on low")
            .on(host.path())
            .run()
            .exits(3);
        let report = done.json();
        let verdicts: Vec<_> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| &finding["verdict"])
            .collect();
        assert!(
            verdicts.iter().all(|verdict| *verdict != "pass"),
            "{verdicts:?}"
        );
        assert_eq!(report["summary"]["needs_root"], true);
    }
}
