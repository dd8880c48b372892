//! Usage, exit codes, help, streams and colours.

use crate::support::{seaworthy, tests};

const CLEAN: &str = "hosts/debian-12-hardened";
const FAILS: &str = "checks/ssh-root-login/yes.fail-high";
const UNSEEN: &str = "checks/ssh-root-login/as-ordinary-user.unknown";
const ROOT_LOGIN: &str = "check -p trading-bot --only ssh-root-login";

#[test]
fn exit_0_nothing_fails() {
    let done = seaworthy("check").on(CLEAN).run().exits(0);
    assert_eq!(done.last_line(), "SEAWORTHY");
    assert_eq!(done.stderr, "");
}

#[test]
fn exit_1_something_fails() {
    let done = seaworthy(ROOT_LOGIN).on(FAILS).run().exits(1);
    assert_eq!(done.last_line(), "NOT SEAWORTHY: 1 high");
}

#[test]
fn exit_2_could_not_run() {
    seaworthy("check --no-such-flag").run().exits(2);
    seaworthy("").run().exits(2);
    seaworthy("check -p ./no/such/policy.yaml").run().exits(2);
    seaworthy("check --fixture /no/such/folder").run().exits(2);
    let done = seaworthy("check --only ssh-rot-login").run().exits(2);
    assert!(
        done.stderr.contains("did you mean `ssh-root-login`?"),
        "{}",
        done.stderr
    );
    assert_eq!(done.stdout, "");
}

#[test]
fn exit_3_could_not_be_seen() {
    let done = seaworthy(ROOT_LOGIN).on(UNSEEN).run().exits(3);
    assert_eq!(
        done.last_line(),
        "NOT PROVEN: 1 high check could not be seen (run with sudo)"
    );
}

#[test]
fn allow_unknown_changes_the_code_and_not_the_words() {
    let done = seaworthy(ROOT_LOGIN)
        .arg("--allow-unknown")
        .on(UNSEEN)
        .run()
        .exits(0);
    assert!(done.last_line().starts_with("NOT PROVEN"));
    seaworthy(ROOT_LOGIN)
        .arg("--allow-unknown")
        .on(FAILS)
        .run()
        .exits(1);
}

#[test]
fn fail_on_moves_the_threshold() {
    let low = "check -p trading-bot --only ssh-root-login --fail-on";
    let latent = "checks/ssh-root-login/yes-without-any-password-method.fail-low";
    assert_eq!(
        seaworthy(low)
            .arg("low")
            .on(latent)
            .run()
            .exits(1)
            .last_line(),
        "NOT SEAWORTHY: 1 low"
    );
    assert_eq!(
        seaworthy(low)
            .arg("medium")
            .on(latent)
            .run()
            .exits(0)
            .last_line(),
        "SEAWORTHY"
    );
    seaworthy(low).arg("critical").on(FAILS).run().exits(0);
    seaworthy(low).arg("critical").on(UNSEEN).run().exits(0);
}

#[test]
fn quiet_is_the_last_line_alone() {
    let done = seaworthy(ROOT_LOGIN).arg("-q").on(FAILS).run().exits(1);
    assert_eq!(done.stdout, "NOT SEAWORTHY: 1 high\n");
}

#[test]
fn colours_only_where_they_are_wanted() {
    let coloured = |run: crate::support::Run| run.on(FAILS).run().exits(1).stdout.contains('\x1b');
    assert!(!coloured(seaworthy(ROOT_LOGIN)), "a pipe gets none");
    assert!(coloured(seaworthy(ROOT_LOGIN).arg("--color=always")));
    assert!(coloured(seaworthy(ROOT_LOGIN).env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(
        seaworthy(ROOT_LOGIN)
            .env("CLICOLOR_FORCE", "1")
            .env("NO_COLOR", "1")
    ));
    assert!(!coloured(
        seaworthy(ROOT_LOGIN)
            .arg("--color=never")
            .env("CLICOLOR_FORCE", "1")
    ));
}

#[test]
fn timings_go_to_standard_error() {
    let done = seaworthy("check -o json --timings")
        .on(CLEAN)
        .run()
        .exits(0);
    done.json();
    for part in [
        "policy",
        "facts",
        "sshd",
        "os",
        "sysctl kernel.kptr_restrict",
    ] {
        assert!(
            done.stderr
                .lines()
                .any(|line| line.contains(" ms ") && line.ends_with(part)),
            "{part}: {}",
            done.stderr
        );
    }
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let script = format!(
        "{} check --color=always -v --fixture {} | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_seaworthy"),
        tests().join(CLEAN).display()
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert_eq!(
        (
            String::from_utf8_lossy(&output.stdout).trim(),
            &*String::from_utf8_lossy(&output.stderr)
        ),
        ("0", "")
    );
}

/// A terminal is told what it waits for; `script` plays one.
#[test]
fn a_person_who_waits_is_told() {
    if !crate::support::has("script") {
        return crate::support::skip("needs script");
    }
    let host = tempfile::tempdir().unwrap();
    let base = tests().join(CLEAN);
    let hang = "files:\n  /proc/sys/kernel/kptr_restrict: { error: hang }\n";
    let manifest = format!("base: {}\ndeadline_ms: 1500\n{hang}", base.display());
    std::fs::write(host.path().join("host.yaml"), manifest).unwrap();
    let command = format!(
        "{} check -q --fixture {}",
        env!("CARGO_BIN_EXE_seaworthy"),
        host.path().display()
    );
    let run = |command: &str| {
        let mut script = std::process::Command::new("script");
        let output = script
            .args(["-qec", command, "/dev/null"])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(run(&command).contains("takes longer than usual"));
    assert!(!run(&format!("{command} 2>&1 | cat")).contains("takes longer"));
}

#[test]
fn help_and_version_are_answers() {
    let help = seaworthy("check --help").run().exits(0);
    for word in [
        "Exit status",
        "--fail-on",
        "--allow-unknown",
        "could not be seen",
    ] {
        assert!(help.stdout.contains(word), "{word}: {}", help.stdout);
    }
    assert!(!help.stdout.contains("fixture"));
    let version = seaworthy("--version").run().exits(0);
    assert_eq!(
        version.stdout,
        format!("seaworthy {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn explain_tells_check_and_rule() {
    let check = seaworthy("explain ssh-root-login").run().exits(0).stdout;
    for part in [
        "total compromise",
        "PermitRootLogin",
        "high",
        "sshd-option (rule)",
        "## What it judges",
        "builtin:ssh:",
    ] {
        assert!(check.contains(part), "{part}: {check}");
    }
    let rule = seaworthy("explain sysctl-value").run().exits(0).stdout;
    assert!(rule.contains("## When they disagree"), "{rule}");
    let wrong = seaworthy("explain sysctl-valeu").run().exits(2).stderr;
    assert!(wrong.contains("did you mean `sysctl-value`?"), "{wrong}");
}

#[test]
fn only_and_skip_take_ids_tags_and_globs() {
    let checks = |words: &str| -> Vec<String> {
        let report = seaworthy(&format!("check -p trading-bot -o json {words}"))
            .on(CLEAN)
            .run()
            .exits(0)
            .json();
        report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        checks("--only ssh-*-login,ssh-empty*"),
        ["ssh-empty-password", "ssh-password-login", "ssh-root-login"]
    );
    assert_eq!(
        checks("--only ssh-*-login,ssh-empty* --skip ssh-*-login"),
        ["ssh-empty-password"]
    );
    let ssh = checks("--only ssh");
    assert!(ssh.len() > 3 && ssh.iter().all(|id| id.starts_with("ssh-")));
    assert_eq!(checks("--only ssh-root-login,ssh-empty-password").len(), 2);
    assert_eq!(
        checks("--only kernel-p*"),
        ["kernel-pointers-exposed", "kernel-profiling-open"]
    );
    assert!(
        checks("--skip kernel")
            .iter()
            .all(|id| !id.starts_with("kernel"))
    );
}

#[test]
fn the_manual_has_every_command_and_option() {
    let page = seaworthy("generate man").run().exits(0).stdout;
    for part in [
        "SEAWORTHY CHECK",
        "SEAWORTHY EXPLAIN",
        "SEAWORTHY POLICY SHOW",
        "fail\\-on",
        "Exit status",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for hidden in ["fixture", "generate"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
}

#[test]
fn completions_are_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let done = seaworthy("generate completions").arg(shell).run().exits(0);
        assert!(done.stdout.contains("policy"), "{shell}");
    }
    let script = seaworthy("generate completions bash").run().stdout;
    if crate::support::has("bash") {
        let bash = std::process::Command::new("bash")
            .args(["-n", "-c", &script])
            .status();
        assert!(bash.unwrap().success());
    }
}
