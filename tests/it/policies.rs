//! What a person meets who writes a policy.

use crate::support::{has, is_root, seaworthy, skip};
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

/// What `policy show` says of a parameter, with its origin.
fn shown(policy: &str, check: &str, parameter: &str) -> String {
    let done = seaworthy("policy show -p -").given(policy).run().exits(0);
    let entry = done
        .stdout
        .split(&format!("  - id: {check} #"))
        .nth(1)
        .unwrap();
    let line = entry
        .lines()
        .find(|line| line.trim_start().starts_with(parameter));
    line.unwrap().trim().to_owned()
}

#[test]
fn lists_are_added_to_and_taken_from() {
    let tuned = |tuning: &str| {
        let policy =
            format!("policy: mine\ntitle: t\nextends: [ssh]\ntune:\n  ssh-root-login: {tuning}\n");
        let line = shown(&policy, "ssh-root-login", "accept");
        // Where in the file it stands changes with every check before it.
        match line.split_once("builtin:ssh:") {
            Some((text, number)) if number.parse::<u32>().is_ok() => format!("{text}builtin:ssh"),
            _ => line,
        }
    };
    assert_eq!(
        tuned("{ with+: { accept: [\"yes\"] } }"),
        "accept: [prohibit-password, \"no\", forced-commands-only, \"yes\"] # <stdin>:5, builtin:ssh"
    );
    // Unquoted it is the same text, and what is there already is not there twice.
    assert_eq!(
        tuned("{ with-: { accept: [no] }, with+: { accept: [prohibit-password] } }"),
        "accept: [prohibit-password, forced-commands-only] # <stdin>:5, builtin:ssh"
    );
    // In whatever order they stand, what is replaced comes first.
    assert_eq!(
        tuned("{ with-: { accept: [a] }, with+: { accept: [c] }, with: { accept: [a, b] } }"),
        "accept: [b, c] # <stdin>:5"
    );
}

#[test]
fn what_is_added_to_a_list_counts() {
    let run = |tuning: &str| {
        let policy = format!(
            "policy: m\ntitle: t\nextends: [kernel]\ntune:\n  kernel-pointers-exposed: {tuning}\n"
        );
        seaworthy("check -p - --only kernel-pointers-exposed --fail-on low")
            .on("hosts/debian-12-hardened")
            .given(&policy)
            .run()
            .status
    };
    assert_eq!(run("{ with-: { accept: [\"1\"] } }"), 1);
    assert_eq!(
        run("{ with: { accept: [\"2\"] }, with+: { accept: [1] } }"),
        0
    );
}

#[test]
fn show_says_where_each_value_comes_from() {
    let folder = tempfile::tempdir().unwrap();
    let base = "policy: base\ntitle: t\nextends: [ssh]\ntune:\n  ssh-root-login:\n    with+:\n      accept:\n        - without-password\n";
    std::fs::write(folder.path().join("base.yaml"), base).unwrap();
    let mine = "policy: mine\ntitle: t\nextends: [./base.yaml]\ntune:\n  ssh-root-login: { severity: critical, why: because }\n  ssh-empty-password: { off: no passwords here }\nwaivers:\n  - { check: ssh-root-login, reason: r, owner: o, expires: 2999-01-01 }\n";
    let path = folder.path().join("mine.yaml");
    std::fs::write(&path, mine).unwrap();
    let done = seaworthy("policy show --set ssh-root-login.option=permitrootlogin -p")
        .arg(&path)
        .run()
        .exits(0);
    let directory = folder.path().display().to_string();
    assert_snapshot!(done.stdout.replace(&directory, "DIR"));
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

#[test]
fn one_file_is_one_policy_by_whatever_path() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let check =
        "checks:\n  - { id: a, rule: ssh-password-login, severity: low, title: t, why: w }\n";
    file("base.yaml", &format!("policy: base\ntitle: t\n{check}"));
    std::os::unix::fs::symlink("base.yaml", folder.path().join("other.yaml")).unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    file(
        "one.yaml",
        "policy: one\ntitle: t\nextends: [./sub/../base.yaml]\n",
    );
    file(
        "mine.yaml",
        "policy: m\ntitle: t\nextends: [base.yaml, ./other.yaml, ./one.yaml]\n",
    );
    let done = seaworthy("policy lint -p")
        .arg(folder.path().join("mine.yaml"))
        .run()
        .exits(0);
    assert!(done.stdout.starts_with("m: 1 checks"), "{}", done.stdout);
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
    assert!(lint().1.starts_with("ours: "));
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
