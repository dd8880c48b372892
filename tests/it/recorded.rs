//! Facts that are taken in one place and judged in another, and reports that go to files.

use crate::support::{Done, seaworthy, tests};
use serde_json::Value;
use std::os::unix::fs::MetadataExt;

const HOSTS: [&str; 3] = [
    "hosts/busy",
    "hosts/debian-12-fresh",
    "hosts/debian-12-hardened",
];

fn taken(host: &str, more: &str) -> String {
    seaworthy(&format!("facts {more}"))
        .on(host)
        .run()
        .exits(0)
        .stdout
}

fn judged(facts: &str, more: &str) -> Done {
    seaworthy(&format!("check --facts - {more}"))
        .given(facts)
        .run()
}

#[test]
fn recorded_facts_give_the_findings_of_the_live_run_field_by_field() {
    for host in HOSTS {
        let facts = taken(host, "-p trading-bot");
        let there = seaworthy("check -p trading-bot -o json").on(host).run();
        let here = judged(&facts, "-p trading-bot -o json");
        assert_eq!(there.status, here.status);
        let (there, here) = (there.json(), here.json());
        for part in ["findings", "checks", "summary", "policy"] {
            assert_eq!(there[part], here[part], "{host}: {part}");
        }
        for part in [
            "hostname",
            "os",
            "kernel",
            "virtualisation",
            "mode",
            "euid",
            "notes",
        ] {
            assert_eq!(there["host"][part], here["host"][part], "{host}: {part}");
        }
        assert_eq!(here["host"]["recorded"], "2026-11-24T12:00:00Z");
    }
}

#[test]
fn this_machine_is_judged_alike_from_its_facts() {
    let facts = seaworthy("facts -p trading-bot").run().exits(0).stdout;
    let there = seaworthy("check -p trading-bot -o json").run().json();
    let here = judged(&facts, "-p trading-bot -o json").json();
    assert_eq!(there["findings"], here["findings"]);
}

#[test]
fn what_was_not_asked_for_is_unknown() {
    let facts = taken("hosts/debian-12-hardened", "-p ssh");
    let report = judged(
        &facts,
        "-p trading-bot --only ssh,kernel --skip files -o json --fail-on low",
    )
    .exits(3)
    .json();
    for finding in report["findings"].as_array().unwrap() {
        let ssh = finding["check"].as_str().unwrap().starts_with("ssh-");
        let verdict = if ssh { "pass" } else { "unknown" };
        assert_eq!(finding["verdict"], verdict, "{finding:#}");
        if !ssh {
            assert_eq!(finding["unknown"]["code"], "not-recorded");
        }
    }
}

#[test]
fn a_facts_file_that_is_not_whole_is_refused() {
    let facts = taken("hosts/debian-12-fresh", "");
    for (bad, why) in [
        (facts[..facts.len() / 3].to_owned(), "cut off"),
        (
            facts.replace("\"version\": 1,", "\"version\": 9,"),
            "this seaworthy reads version 1",
        ),
        (
            facts.replace("\"value\": \"0\"", "\"value\": \"1\""),
            "edited or damaged",
        ),
        ("policy: x\n".to_owned(), "not JSON"),
        ("[".repeat(100_000), "not JSON"),
    ] {
        let done = judged(&bad, "").exits(2);
        assert!(done.stderr.contains(why), "{}", done.stderr);
        assert_eq!(done.stdout, "");
    }
    let done = seaworthy("check --facts /no/such/file").run().exits(2);
    assert!(
        done.stderr.contains("there is no such file"),
        "{}",
        done.stderr
    );
    seaworthy("check -p - --facts -").given("").run().exits(2);
    seaworthy("check --facts x --root /").run().exits(2);
}

#[test]
fn waivers_count_by_the_judges_clock() {
    let facts = taken("hosts/busy", "-p ssh");
    let policy = "policy: p\ntitle: t\nextends: [ssh]\nwaivers:\n  \
                  - { check: ssh-password-login, reason: r, owner: o, expires: 2001-01-01 }\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.yaml");
    std::fs::write(&file, policy).unwrap();
    let run = seaworthy("check --facts - -o json -p").arg(&file);
    let report = run.given(&facts).run().exits(1).json();
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(warning.contains("ran out on 2001-01-01"), "{warning}");
}

#[test]
fn facts_hold_no_hash() {
    let facts = taken("hosts/busy", "");
    for secret in ["$6$", "$y$", "salt", "hash\""] {
        assert!(!facts.contains(secret), "{secret}");
    }
    assert!(facts.contains("sha512"), "the scheme is kept");
}

#[test]
fn facts_can_be_asked_for_by_name() {
    let names = |text: &str| -> Vec<String> {
        let facts: Value = serde_json::from_str(text).unwrap();
        let facts = facts["facts"].as_object().unwrap();
        let some = facts.iter().filter(|(name, value)| {
            *name != "about"
                && !value.is_null()
                && value.as_object().is_none_or(|map| !map.is_empty())
        });
        some.map(|(name, _)| name.clone()).collect()
    };
    assert_eq!(names(&taken("hosts/busy", "os")), ["os"]);
    assert_eq!(
        names(&taken("hosts/busy", "sshd accounts")),
        ["accounts", "sshd"]
    );
    let wrong = seaworthy("facts acounts").run().exits(2);
    assert!(
        wrong.stderr.contains("did you mean `accounts`?"),
        "{}",
        wrong.stderr
    );
}

#[test]
fn reports_go_to_files_that_others_cannot_read() {
    let folder = tempfile::tempdir().unwrap();
    let (json, human) = (folder.path().join("r.json"), folder.path().join("r.txt"));
    let run = || {
        let check = seaworthy(
            "check -p trading-bot --color always --label env=prod --label team=a=b -o human",
        );
        let check = check.arg("-o").arg(format!("json={}", json.display()));
        check
            .arg("-o")
            .arg(format!("human={}", human.display()))
            .on("hosts/busy")
            .run()
    };
    let done = run().exits(1);
    assert!(
        done.stdout.contains("\x1b["),
        "the terminal's copy keeps its colours"
    );
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(
        report["labels"],
        serde_json::json!({"env": "prod", "team": "a=b"})
    );
    let text = std::fs::read_to_string(&human).unwrap();
    assert!(
        text.ends_with("NOT SEAWORTHY: 3 critical\n") && !text.contains('\x1b'),
        "{text}"
    );
    for path in [&json, &human] {
        assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
    }
    std::fs::remove_file(&json).unwrap();
    std::os::unix::fs::symlink(&human, &json).unwrap();
    let refused = run().exits(2);
    assert!(
        refused.stderr.contains("symbolic link"),
        "{}",
        refused.stderr
    );
    assert_eq!(std::fs::read_to_string(&human).unwrap(), text);
}

#[test]
fn outputs_that_make_no_sense_are_refused() {
    seaworthy("check -o json -o human")
        .on("hosts/busy")
        .run()
        .exits(2);
    seaworthy("check -o sarif").on("hosts/busy").run().exits(2);
    seaworthy("check -o json=").on("hosts/busy").run().exits(2);
    seaworthy("check --label =x")
        .on("hosts/busy")
        .run()
        .exits(2);
    let only_a_file = tempfile::tempdir().unwrap();
    let run = seaworthy("check -o").arg(format!("json={}", only_a_file.path().join("r").display()));
    assert_eq!(run.on("hosts/busy").run().exits(1).stdout, "");
    assert!(tests().exists());
}

#[test]
fn a_fact_is_asked_for_by_name_and_key() {
    let value = |word: &str| seaworthy("facts").arg(word).on(HOSTS[0]).run();
    let one = value("sysctl=kernel.pid_max").exits(0).json();
    let facts = one["facts"].as_object().unwrap();
    assert_eq!(facts.keys().collect::<Vec<_>>(), ["about", "sysctl"]);
    let settings = facts["sysctl"].as_object().unwrap();
    assert_eq!(settings.keys().collect::<Vec<_>>(), ["kernel.pid_max"]);
    for (word, why) in [
        ("os=1", "there is one fact `os`, and no key to it"),
        ("syctl=1", "did you mean `sysctl`?"),
        ("sysctl=a/../b", "sysctl=a/../b: "),
        (
            "interface-setting=mtu",
            "interface-setting=mtu: unknown variant",
        ),
    ] {
        let refused = value(word).exits(2);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
}
