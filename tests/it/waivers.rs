//! Waivers: what they change, how long they hold, and what is said of their end.

use crate::support::{seaworthy, tests};
use insta::assert_snapshot;

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
fn the_end_of_a_waiver_is_told_two_weeks_ahead() {
    let warnings = |expires: &str| {
        let policy = format!(
            "policy: m\ntitle: t\nextends: [ssh]\nwaivers:\n  - {{ check: ssh-root-login, reason: r, owner: o, expires: {expires} }}\n"
        );
        let run = seaworthy("check -p - -o json").on("checks/ssh-root-login/yes.fail-high");
        run.given(&policy).run().json()["warnings"].clone()
    };
    // The host's clock stands at 2026-11-24.
    let told = |text: &str| {
        serde_json::json!([format!("<stdin>:5:5: the waiver of ssh-root-login {text}")])
    };
    assert_eq!(warnings("2026-12-09"), serde_json::json!([]));
    assert_eq!(
        warnings("2026-12-08"),
        told("runs out in 14 days, on 2026-12-08")
    );
    assert_eq!(
        warnings("2026-11-25"),
        told("runs out tomorrow, on 2026-11-25")
    );
    assert_eq!(
        warnings("2026-11-24"),
        told("runs out today, on 2026-11-24")
    );
    assert_eq!(
        warnings("2026-11-23"),
        told("ran out on 2026-11-23: it no longer applies")
    );
}

#[test]
fn two_waivers_may_cover_one_finding() {
    let one =
        "{ check: ssh-root-login, subject: \"user:*\", reason: r, owner: o, expires: 2999-01-01 }";
    let policy = format!("policy: m\ntitle: t\nextends: [ssh]\nwaivers:\n  - {one}\n  - {one}\n");
    let done = seaworthy("check -p - -o json --only ssh-root-login")
        .on("checks/ssh-root-login/yes.fail-high")
        .given(&policy)
        .run()
        .exits(0);
    assert_eq!(done.json()["warnings"], serde_json::json!([]));
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

/// Who accepts a cause accepts what follows from it.
#[test]
fn a_waived_cause_waives_what_it_caused() {
    let policy = "policy: p\ntitle: t\nextends: [ssh]\nwaivers:\n  \
                  - { check: ssh-password-login, reason: r, owner: o, expires: 2999-01-01 }\n";
    let run = seaworthy("check -p - -o json").on("hosts/busy");
    let report = run.given(policy).run().exits(0).json();
    let findings = report["findings"].as_array().unwrap();
    let root = findings
        .iter()
        .find(|finding| finding["check"] == "ssh-root-login");
    assert_eq!(root.unwrap()["waiver"]["owner"], "o");
}
