//! The steps of a finding about sshd, done: what was found must be gone.

use crate::support::{seaworthy, tests};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

const DROP_IN: &str = "etc/ssh/sshd_config.d/00-seaworthy.conf";

/// The failing findings of a check.
fn failing(host: &Path, check: &str) -> Vec<Value> {
    let report = seaworthy(&format!("check -p trading-bot --only {check} -o json"))
        .arg("--fixture")
        .arg(host)
        .run()
        .json();
    let all = report["findings"].as_array().unwrap();
    let failing = all.iter().filter(|it| it["verdict"] == "fail").cloned();
    failing.collect()
}

/// The lines of a drop-in, if that is all that a finding asks for.
fn drop_in(finding: &Value) -> Option<String> {
    let steps = finding["remediation"].as_array()?;
    let mut lines = String::new();
    for step in steps {
        if step["action"] != "set-sshd-option" {
            return None;
        }
        writeln!(
            lines,
            "{} {}",
            step["target"].as_str()?,
            step["value"].as_str()?
        )
        .ok()?;
    }
    (!lines.is_empty()).then_some(lines)
}

#[test]
fn a_drop_in_that_is_told_mends_what_was_found() {
    let mut done = 0;
    for check in std::fs::read_dir(tests().join("checks")).unwrap() {
        let check = check.unwrap();
        let name = check.file_name().into_string().unwrap();
        if !name.starts_with("ssh-") {
            continue;
        }
        for case in std::fs::read_dir(check.path()).unwrap() {
            let case = case.unwrap().path();
            if !case.to_str().unwrap().contains(".fail") {
                continue;
            }
            let before = failing(&case, &name);
            let Some((finding, lines)) = before.iter().find_map(|it| Some((it, drop_in(it)?)))
            else {
                continue;
            };
            let after = tempfile::tempdir().unwrap();
            let manifest = format!("base: {}\n", case.display());
            std::fs::write(after.path().join("host.yaml"), manifest).unwrap();
            let path = after.path().join(DROP_IN);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &lines).unwrap();
            let left = failing(after.path(), &name);
            let same = left.iter().find(|it| {
                it["subject"] == finding["subject"] && it["summary"] == finding["summary"]
            });
            assert_eq!(same, None, "{}: {lines}", case.display());
            done += 1;
        }
    }
    assert!(done > 5, "only {done} cases with a drop-in");
}
