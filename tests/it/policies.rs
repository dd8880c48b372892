//! What a person meets who writes a policy.

use crate::support::{has, is_root, seaworthy, skip, tests};
use insta::assert_snapshot;

/// Lints a policy given on standard input, which has mistakes, and gives the message.
fn mistakes(policy: &str) -> String {
    let done = seaworthy("policy lint -p -").given(policy).run().exits(2);
    assert_eq!(done.stdout, "");
    done.stderr
}

#[test]
fn every_mistake_comes_at_once_each_at_its_place() {
    assert_snapshot!(mistakes(
        "\
policy: mine
titel: My server
extends: [baseline, trading-bt]
checks:
  - id: shell-history-kept
    rule: sysctl-valeu
    with: { key: kernel.sysrq, accept: [\"0\"] }
    severity: hihg
    title: t
    why: w
  - id: sysrq-open
    rule: sysctl-value
    with: { key: kernel.sysrq, acept: [\"0\"] }
    severity: { default: low, sometimes: high }
    title: t
    why: w
tune:
  ssh-root-lgin: { severity: low }
  ssh-root-login: { sevrity: low }
waivers:
  - { check: ssh-root-login, reason: x, owner: me, expires: soon }
"
    ));
}

#[test]
fn an_inherited_check_is_tuned_and_not_written_again() {
    assert_snapshot!(mistakes(
        "\
policy: mine
title: My server
extends: [ssh]
checks:
  - id: ssh-root-login
    rule: sshd-option
    with: { option: PermitRootLogin, accept: [\"no\"] }
    severity: high
    title: t
    why: w
"
    ));
}

#[test]
fn a_wrong_parameter_is_shown_where_it_was_set() {
    assert_snapshot!(mistakes(
        "\
policy: mine
title: My server
extends: [kernel]
tune:
  kernel-pointers-exposed: { with: { accept: 1 } }
"
    ));
    let done = seaworthy("policy lint -p kernel --set kernel-pointers-exposed.accept=[]")
        .run()
        .exits(2);
    assert_snapshot!(done.stderr);
    let done = seaworthy("check -p kernel --set kernel-pointer-exposed.accept=[1]")
        .run()
        .exits(2);
    assert_snapshot!(done.stderr);
}

#[test]
fn a_policy_that_is_not_there_is_said_so() {
    assert_snapshot!(seaworthy("check -p trading").run().exits(2).stderr);
    assert_snapshot!(seaworthy("check -p ./none.yaml").run().exits(2).stderr);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.yaml"),
        "policy: a\ntitle: a\nextends: [./b.yaml]\n",
    )
    .unwrap();
    std::fs::write(
        folder.path().join("b.yaml"),
        "policy: b\ntitle: b\nextends: [./a.yaml]\n",
    )
    .unwrap();
    let done = seaworthy("policy lint -p")
        .arg(folder.path().join("a.yaml"))
        .run()
        .exits(2);
    assert!(
        done.stderr.contains("a policy that extends itself"),
        "{}",
        done.stderr
    );
}

#[test]
fn a_policy_reached_twice_loads_once() {
    let policy = "policy: mine\ntitle: t\nextends: [ssh, baseline, trading-bot]\n";
    seaworthy("policy lint -p -").given(policy).run().exits(0);
}

#[test]
fn tune_changes_what_is_inherited() {
    let policy = "\
policy: mine
title: My server
extends: [trading-bot]
tune:
  ssh-root-login: { severity: critical, title: root, why: because }
  ssh-password-login: { off: no sshd here }
  kernel-pointers-exposed: { with: { accept: [\"2\"] } }
";
    let done = seaworthy("check -p - -o json --fail-on low")
        .on("hosts/debian-12-hardened")
        .given(policy)
        .run()
        .exits(1);
    let report = done.json();
    let check = |id: &str| {
        report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["id"] == id)
            .unwrap()
            .clone()
    };
    assert_eq!(check("ssh-root-login")["severity"], "critical");
    assert_eq!(check("ssh-root-login")["title"], "root");
    assert_eq!(check("ssh-password-login")["off"], "no sshd here");
    let findings = report["findings"].as_array().unwrap();
    let failing: Vec<_> = findings
        .iter()
        .filter(|finding| finding["verdict"] == "fail")
        .map(|finding| &finding["check"])
        .collect();
    assert_eq!(failing, ["kernel-pointers-exposed"]);
    assert!(
        findings
            .iter()
            .all(|finding| finding["check"] != "ssh-password-login")
    );
}

#[test]
fn off_can_be_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let base =
        "policy: base\ntitle: t\nextends: [ssh]\ntune:\n  ssh-root-login: { off: for now }\n";
    std::fs::write(folder.path().join("base.yaml"), base).unwrap();
    let mine =
        "policy: mine\ntitle: t\nextends: [./base.yaml]\ntune:\n  ssh-root-login: { off: false }\n";
    std::fs::write(folder.path().join("mine.yaml"), mine).unwrap();
    let lint = |name: &str| {
        seaworthy("policy lint -p")
            .arg(folder.path().join(name))
            .run()
            .exits(0)
            .stdout
    };
    assert!(lint("base.yaml").contains("1 of them off"));
    assert!(lint("mine.yaml").contains("0 of them off"));
}

#[test]
fn set_does_on_the_command_line_what_tune_does() {
    let run = |value: &str| {
        let set = format!("kernel-pointers-exposed.accept={value}");
        seaworthy("check --only kernel-pointers-exposed --fail-on low --set")
            .arg(set)
            .on("hosts/debian-12-hardened")
            .run()
    };
    run("[1]").exits(0);
    run("[2]").exits(1);
}

const WAIVED: &str = "
extends: [trading-bot]
waivers:
  - { check: ssh-root-login, subject: \"user:ro*\", reason: provider console, owner: ops, expires: 2026-11-24 }
";

#[test]
fn a_waiver_changes_the_exit_and_not_the_verdict() {
    let policy = format!("policy: mine\ntitle: t{WAIVED}");
    let host = "checks/ssh-root-login/yes.fail-high";
    let done = seaworthy("check -p - --only ssh-root-login -o json")
        .on(host)
        .given(&policy)
        .run()
        .exits(0);
    let report = done.json();
    assert_eq!(report["findings"][0]["verdict"], "fail");
    assert_eq!(report["findings"][0]["waiver"]["owner"], "ops");
    assert_eq!(report["summary"]["counts"]["waived"], 1);
    let screen = seaworthy("check -p - --only ssh-root-login")
        .on(host)
        .given(&policy)
        .run()
        .exits(0)
        .stdout;
    assert_snapshot!(screen);
}

#[test]
fn a_waiver_holds_through_its_day_and_no_longer() {
    let policy = format!("policy: mine\ntitle: t{WAIVED}");
    let host = tempfile::tempdir().unwrap();
    for (now, status) in [("2026-11-24T23:59:59Z", 0), ("2026-11-25T00:00:00Z", 1)] {
        let base = tests().join("checks/ssh-root-login/yes.fail-high");
        let manifest = format!("base: {}\nnow: {now}\n", base.display());
        std::fs::write(host.path().join("host.yaml"), manifest).unwrap();
        let done = seaworthy("check -p - --only ssh-root-login")
            .on(host.path())
            .given(&policy)
            .run()
            .exits(status);
        assert_eq!(
            done.stdout.contains("ran out on 2026-11-24"),
            status == 1,
            "{}",
            done.stdout
        );
    }
}

#[test]
fn a_waiver_of_nothing_is_told_but_not_where_checks_were_left_out() {
    let policy = format!("policy: mine\ntitle: t{WAIVED}");
    let run = |more: &str| {
        let run = seaworthy(&format!("check -p - {more}")).on("hosts/debian-12-hardened");
        run.given(&policy).run().exits(0).stdout
    };
    assert!(run("").contains("the waiver of ssh-root-login matches no finding"));
    assert!(!run("--only ssh").contains("matches no finding"));
}

#[test]
fn a_policy_that_is_shown_reads_back_as_itself() {
    let policy = "\
policy: mine
title: \"odd: 'text' # here\"
extends: [trading-bot]
tune:
  ssh-root-login: { off: \"no: root\", why: \"tab\\tand \\\"quotes\\\"\" }
  network-spoofing-unfiltered: { with: { accept: [2], danger: \"\" } }
waivers:
  - { check: kernel-log-readable, subject: \"sysctl:*\", reason: \"a, b\", owner: me, expires: 2999-01-01 }
";
    let shown = |given: &str| {
        seaworthy("policy show -p -")
            .given(given)
            .run()
            .exits(0)
            .stdout
    };
    let once = shown(policy);
    let strip = |text: &str| {
        text.lines()
            .map(|line| line.split(" # ").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(strip(&once), strip(&shown(&once)));
}

/// The administrator's policy takes the place of the built-in one, and one that cannot be read is not passed over.
#[test]
fn the_policy_of_the_system_comes_first() {
    if !is_root() || !has("unshare") {
        return skip("needs root and unshare");
    }
    let etc = tempfile::tempdir().unwrap();
    std::fs::create_dir(etc.path().join("seaworthy")).unwrap();
    let file = etc.path().join("seaworthy/policy.yaml");
    let lint = || {
        let program = env!("CARGO_BIN_EXE_seaworthy");
        let script = format!(
            "mount --bind {} /etc && {program} policy lint",
            etc.path().display()
        );
        let mut unshare = std::process::Command::new("unshare");
        let output = unshare.args(["-m", "sh", "-c", &script]).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    assert!(lint().1.starts_with("trading-bot: "));
    std::fs::write(&file, "policy: ours\ntitle: t\nextends: [ssh]\n").unwrap();
    assert!(lint().1.starts_with("ours: 3 checks"));
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    let (status, said) = lint();
    assert_eq!(status, Some(2));
    assert!(said.contains("/etc/seaworthy/policy.yaml"), "{said}");
}

#[test]
fn builtin_policies_are_listed_with_what_they_are_for() {
    let listed = seaworthy("policy list").run().exits(0).stdout;
    for name in ["baseline", "kernel", "ssh", "trading-bot"] {
        assert!(
            listed.lines().any(|line| line.starts_with(name)),
            "{listed}"
        );
        seaworthy("policy lint -p").arg(name).run().exits(0);
    }
}
