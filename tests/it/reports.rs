//! The screens and the JSON of one busy host.

use crate::support::{seaworthy, tests};
use insta::assert_snapshot;
use std::process::Command;

const BUSY: &str = "hosts/busy";

#[test]
fn the_screen_of_a_host_with_every_kind_of_trouble() {
    let done = seaworthy("check -p trading-bot").on(BUSY).run().exits(1);
    assert_snapshot!(done.stdout);
}

#[test]
fn the_screen_of_a_fresh_debian() {
    let done = seaworthy("check -p trading-bot")
        .on("hosts/debian-12-fresh")
        .run()
        .exits(0);
    assert_snapshot!(done.stdout);
    let report = seaworthy("check -p trading-bot -o json")
        .on("hosts/debian-12-fresh")
        .run()
        .exits(0)
        .json();
    let loud =
        |finding: &&serde_json::Value| finding["verdict"] == "fail" && finding["severity"] != "low";
    assert!(
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(loud)
            .count()
            <= 8
    );
}

#[test]
fn the_screen_of_a_hardened_host() {
    let done = seaworthy("check -p trading-bot -v")
        .on("hosts/debian-12-hardened")
        .run()
        .exits(0);
    assert_snapshot!(done.stdout);
}

#[test]
fn the_screen_of_an_ordinary_user() {
    let host = tempfile::tempdir().unwrap();
    let manifest = format!("base: {}\neuid: 1000\n", tests().join(BUSY).display());
    std::fs::write(host.path().join("host.yaml"), manifest).unwrap();
    assert_snapshot!(
        seaworthy("check -p trading-bot")
            .on(host.path())
            .run()
            .exits(1)
            .stdout
    );
}

#[test]
fn a_line_fits_into_80_columns_unless_it_must_not_be_broken() {
    for host in [
        "hosts/busy",
        "hosts/debian-12-fresh",
        "hosts/debian-12-hardened",
    ] {
        let done = seaworthy("check -p trading-bot -v").on(host).run();
        for line in done.stdout.lines() {
            let command = ["run:", "verify:", "undo:"]
                .iter()
                .any(|label| line.trim_start().starts_with(label));
            let unbreakable = command
                || line.split_whitespace().any(|word| word.len() > 60)
                || line.contains("- { check:");
            assert!(line.chars().count() <= 80 || unbreakable, "{line}");
        }
    }
}

#[test]
fn nothing_from_the_host_steers_the_terminal() {
    let host = tempfile::tempdir().unwrap();
    let evil = "\x1b]0;owned\x07\u{9b}2J\u{202e}";
    std::fs::create_dir_all(host.path().join("etc")).unwrap();
    std::fs::create_dir_all(host.path().join("proc/sys/kernel")).unwrap();
    std::fs::write(
        host.path().join("etc/os-release"),
        format!("PRETTY_NAME=\"Evil {evil}\"\n"),
    )
    .unwrap();
    std::fs::write(host.path().join("proc/sys/kernel/kptr_restrict"), evil).unwrap();
    let manifest = "uname: { hostname: \"a\\e[31mb\", release: r, machine: m }\n";
    std::fs::write(host.path().join("host.yaml"), manifest).unwrap();
    for format in ["human", "json"] {
        let done = seaworthy("check -v -p kernel -o")
            .arg(format)
            .on(host.path())
            .run();
        assert!(done.stdout.contains("owned"), "{}", done.stdout);
        let bad = done
            .stdout
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{format}");
    }
}

/// Nor does anything from a policy that somebody else wrote.
#[test]
fn nothing_from_a_policy_steers_the_terminal() {
    let policy = "policy: \"p\\e[2J\"\ntitle: t\nextends: [ssh]\ntune:\n  ssh-root-login: { why: \"w\\e[31m\" }\nwaivers:\n  \
                  - { check: ssh-password-login, reason: \"r\\e[m\", owner: \"o\\e[m\", expires: 2999-01-01 }\n";
    for command in [
        "check -v --fixture tests/hosts/busy -p -",
        "explain ssh-root-login -p -",
    ] {
        let done = seaworthy(command).given(policy).run();
        assert!(done.stdout.contains("ssh-root-login"), "{}", done.stderr);
        assert!(!done.stdout.contains('\x1b'), "{command}");
    }
}

#[test]
fn the_json_of_a_finding() {
    let report = seaworthy("check -p trading-bot --only ssh-root-login -o json")
        .on("checks/ssh-root-login/match-opens-root.fail-high")
        .run()
        .exits(1)
        .json();
    assert_snapshot!(serde_json::to_string_pretty(&report["findings"][0]).unwrap());
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["summary"]["verdict"], "not-seaworthy");
    assert_eq!(report["started"], "2026-11-24T12:00:00Z");
    assert_eq!(
        report["policy"]["sources"][0]["path"],
        "builtin:trading-bot"
    );
    assert_eq!(
        report["policy"]["sources"][0]["sha256"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
}

#[test]
fn the_whole_json_of_a_fresh_debian() {
    let done = seaworthy("check -p trading-bot -o json")
        .on("hosts/debian-12-fresh")
        .run();
    let text = done.exits(0).stdout;
    let lines = text.lines().map(
        |line| match line.trim_start().starts_with("\"duration_ms\"") {
            true => "  \"duration_ms\": 0,",
            false => line,
        },
    );
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_fingerprint_stays_while_the_verdict_changes() {
    let fingerprint = |case: &str| {
        let case = format!("checks/kernel-pointers-exposed/{case}");
        let report = seaworthy("check -p kernel --only kernel-pointers-exposed -o json")
            .on(case)
            .run()
            .json();
        report["findings"][0]["fingerprint"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(fingerprint("running.pass"), fingerprint("running.fail"));
    assert_eq!(fingerprint("running.pass"), fingerprint("denied.unknown"));
}

#[test]
fn what_follows_from_another_finding_is_folded_under_it() {
    let report = seaworthy("check -p ssh -o json")
        .on(BUSY)
        .run()
        .exits(1)
        .json();
    let root = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["check"] == "ssh-root-login")
        .unwrap()
        .clone();
    assert_eq!(root["caused_by"], "ssh-password-login");
    assert_eq!(
        report["summary"]["failing"]["high"],
        serde_json::Value::Null
    );
    let alone = seaworthy("check -p ssh --only ssh-root-login")
        .on(BUSY)
        .run()
        .exits(1);
    assert_eq!(alone.last_line(), "NOT SEAWORTHY: 1 high");
}

/// A validator that others wrote holds every report against the schema that we ship.
#[test]
fn reports_keep_to_their_schema() {
    let Some(python) = std::env::var_os("SEAWORTHY_PYTHON") else {
        return crate::support::skip(
            "needs SEAWORTHY_PYTHON, a Python with jsonschema (.ci/run makes one)",
        );
    };
    let script = "import json, sys, jsonschema\n\
                  schema = json.load(open('src/report/schema.json'))\n\
                  jsonschema.Draft202012Validator.check_schema(schema)\n\
                  jsonschema.validate(json.load(sys.stdin), schema)";
    for host in [
        "hosts/busy",
        "hosts/debian-12-fresh",
        "checks/ssh-root-login/as-ordinary-user.unknown",
    ] {
        let report = seaworthy("check -p trading-bot -o json")
            .on(host)
            .run()
            .stdout;
        let mut child = Command::new(&python)
            .args(["-c", script])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), report.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{host}");
    }
}

#[test]
fn facts_for_reading() {
    let words = "facts os accounts interfaces listeners processes sysctl=net.ipv4.ip_local_port_range --format human";
    let text = seaworthy(words)
        .on("checks/listener-public/bot-page-on-every-address.fail-high")
        .run()
        .exits(0)
        .stdout;
    assert!(!text.contains("hunter2"), "{text}");
    insta::assert_snapshot!(text);
}
