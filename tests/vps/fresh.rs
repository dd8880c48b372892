//! The server as it was installed, before anybody did anything.

use crate::report::Report;
use crate::vps::Vps;
use serde_json::json;

#[test]
fn a_fresh_server_lets_nobody_in_yet() {
    let Some(vps) = Vps::boot() else { return };
    let os = &vps.seaworthy("facts os")["facts"]["os"]["known"]["value"];
    // It has an init of its own: it is the host, and no container that hides one.
    assert_eq!(os["vantage"], json!({ "from": "host" }));
    assert_eq!(os["release"]["codename"], "bookworm");
    assert_eq!(os["hostname"], "vps");

    let report = vps.report();
    println!("{report:?}");
    // Debian does not set PasswordAuthentication, and sshd's default is yes. Root has no password, and nobody else is there:
    // the door is open to the next account, and to none of these.
    let open = report.one("ssh-password-login");
    assert_eq!(
        (open.subject.as_str(), &*open.says()),
        ("host", "fail medium")
    );
    assert!(
        open.text.contains("(password)"),
        "not by keyboard: {open:?}"
    );
    let root = report.one("ssh-root-login");
    assert_eq!(root.says(), "pass high");
    assert!(root.text.contains("prohibit-password"), "{root:?}");
    assert_eq!(report.one("ssh-empty-password").says(), "pass high");
    let port = report.one("listener-public");
    assert_eq!(
        (port.subject.as_str(), &*port.says()),
        ("port:22/tcp", "pass high")
    );
    assert!(port.text.contains("ssh.service"), "{port:?}");
    assert!(report.unknown().is_empty(), "{:?}", report.unknown());
}

#[test]
fn as_an_ordinary_user_nothing_of_sshd_is_proven() {
    let Some(vps) = Vps::boot() else { return };
    vps.sh("useradd --create-home watcher");
    let text = vps.sh(
        "setpriv --reuid watcher --regid watcher --init-groups seaworthy check -p ssh -o json || test $? != 2",
    );
    let report = Report::of(&serde_json::from_str(&text).expect("JSON"));
    for finding in &report.0 {
        // The package's list is for all to read; what runs is not.
        let package = finding.check == "ssh-known-vulnerable";
        assert!(package || finding.verdict != "pass", "{finding:?}");
    }
}
