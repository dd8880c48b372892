//! Which sshd runs, with which options, and what it listens on: where that is not what `/etc/ssh/sshd_config` says.

use crate::client::{
    SERVER, SSH, STRANGER, account, as_client, connect, login, reload_sshd, takes_key,
};
use crate::vps::Vps;

const DROP_IN: &str = "/etc/ssh/sshd_config.d/00-scene.conf";
const NO_PASSWORDS: &str = "PasswordAuthentication no\n";

/// A server with a client, and alice, who has a password.
fn server() -> Option<Vps> {
    let vps = Vps::boot()?;
    connect(&vps);
    account(&vps, "alice", "");
    Some(vps)
}

/// True if a password lets alice in at a port.
fn password_opens(vps: &Vps, port: u16) -> bool {
    login(vps, "password", "alice", STRANGER, port).is_some()
}

/// A drop-in that sshd has not read: it still does what it did.
#[test]
fn a_changed_file_is_not_yet_what_sshd_does() {
    let Some(vps) = server() else { return };
    let stale = || vps.report().one("ssh-config-stale").verdict.clone();
    assert_eq!(stale(), "pass");

    vps.write(DROP_IN, NO_PASSWORDS);
    assert!(password_opens(&vps, 22), "sshd was not told");
    let report = vps.report();
    let finding = report.one("ssh-config-stale");
    assert_eq!(finding.subject, "daemon:sshd");
    assert_eq!(finding.verdict, "fail");
    assert!(finding.names(DROP_IN), "{finding:?}");
    // A password does get in, whatever the files say.
    for finding in report.all("ssh-password-login") {
        assert_ne!(finding.verdict, "pass", "{finding:?}");
    }

    // A reload keeps process and start time.
    let pid = || vps.sh("systemctl show --property MainPID ssh");
    let before = pid();
    reload_sshd(&vps);
    assert_eq!(pid(), before);
    assert!(!password_opens(&vps, 22));
    assert_eq!(stale(), "pass");
    assert_eq!(vps.report().one("ssh-password-login").verdict, "pass");

    // A file that is taken away is a change as well, and only its directory shows it.
    vps.sh(&format!("rm {DROP_IN}"));
    assert!(!password_opens(&vps, 22));
    assert_eq!(stale(), "fail");
}

/// The second daemon writes the first one's PidFile, and takes it away with itself: it says nothing of the first any more.
#[test]
fn a_pid_file_of_another_daemon_proves_nothing() {
    let Some(vps) = server() else { return };
    vps.sh("first=$(cat /run/sshd.pid); /usr/sbin/sshd -p 2022; until [ $(cat /run/sshd.pid) != $first ]; do sleep 0.02; done; \
         kill $(cat /run/sshd.pid); while [ -e /run/sshd.pid ]; do sleep 0.02; done");
    vps.write(DROP_IN, NO_PASSWORDS);
    assert!(password_opens(&vps, 22), "sshd was not told");
    assert_ne!(vps.report().one("ssh-config-stale").verdict, "pass");
}

const SOCKET: &str = "[Socket]\nListenStream=\nListenStream=2222\n";

/// systemd listens, and hands sshd each connection: what sshd's files say of ports is nobody's business.
fn socket_activated() -> Option<Vps> {
    let vps = server()?;
    vps.write("/etc/systemd/system/ssh.socket.d/port.conf", SOCKET);
    vps.write(DROP_IN, "Port 22\n");
    vps.sh("systemctl disable --quiet --now ssh.service; systemctl daemon-reload; systemctl enable --quiet --now ssh.socket");
    Some(vps)
}

#[test]
fn the_port_of_a_socket_unit_is_ssh() {
    let Some(vps) = socket_activated() else {
        return;
    };
    // Before the first login no sshd runs at all.
    let before = vps.report();
    let port = before.one("listener-public");
    assert_eq!(
        (port.subject.as_str(), port.verdict.as_str()),
        ("port:2222/tcp", "pass"),
        "{port:?}"
    );
    assert!(port.names("ssh.socket"), "{port:?}");

    assert!(password_opens(&vps, 2222));
    let after = vps.report();
    let port = after.one("listener-public");
    assert_eq!(
        (port.subject.as_str(), port.verdict.as_str()),
        ("port:2222/tcp", "pass"),
        "{port:?}"
    );
    let open = after.on("ssh-password-login", "user:alice");
    assert_eq!(open.says(), "fail critical");
}

#[test]
fn a_socket_unit_listens_elsewhere_than_sshd_is_told() {
    let Some(vps) = socket_activated() else {
        return;
    };
    // No sshd runs, and `/run/sshd` is not there for `sshd -T`: the model answers all the same.
    for after_a_login in [false, true] {
        let report = vps.report();
        let elsewhere = report.one("ssh-listens-elsewhere");
        assert_eq!(elsewhere.verdict, "fail", "{after_a_login}");
        for words in ["2222", "ssh.socket", "Port 22", DROP_IN] {
            assert!(elsewhere.names(words), "{words}: {elsewhere:?}");
        }
        let open = report.on("ssh-password-login", "user:alice");
        assert_eq!(open.says(), "fail critical", "{after_a_login}");
        assert!(password_opens(&vps, 2222));
    }
    vps.sh(&format!("echo 'Port 2222' >{DROP_IN}"));
    assert_eq!(vps.report().one("ssh-listens-elsewhere").verdict, "pass");
}

const SECOND: &str =
    "[Service]\nType=notify\nExecStart=/usr/sbin/sshd -D -o PasswordAuthentication=yes -p 2022\n";

/// The host's own daemon takes no passwords; the second one does.
fn with_second(start: &str) -> Option<Vps> {
    let vps = server()?;
    vps.write(DROP_IN, NO_PASSWORDS);
    vps.write("/etc/systemd/system/second.service", SECOND);
    vps.write("/opt/sshd_config", "Port 2022\nUsePAM yes\n");
    vps.sh("systemctl daemon-reload; systemctl restart ssh");
    vps.sh(start);
    // By hand it is not known when it listens.
    vps.sh("until ss -Htln sport = 2022 | grep -q LISTEN; do sleep 0.02; done");
    assert!(!password_opens(&vps, 22));
    assert!(password_opens(&vps, 2022));
    Some(vps)
}

fn is_judged(vps: &Vps, options: &str) {
    let report = vps.report();
    let open = report.on("ssh-password-login", "user:alice");
    assert_eq!(open.says(), "fail critical");
    for words in ["2022", options] {
        assert!(open.names(words), "{words}: {open:?}");
    }
    // It is an sshd, but not on the port of the host's own configuration.
    let mut elsewhere = report.all("ssh-listens-elsewhere").into_iter();
    assert!(elsewhere.any(|it| it.verdict == "fail" && it.names("2022")));
}

#[test]
fn a_second_daemon_of_a_unit_is_judged_by_its_own_options() {
    let Some(vps) = with_second("systemctl start second") else {
        return;
    };
    is_judged(&vps, "PasswordAuthentication=yes");
}

#[test]
fn a_second_daemon_started_by_hand_is_judged_by_its_own_options() {
    let by_hand = "/usr/sbin/sshd -o PasswordAuthentication=yes -p 2022";
    let Some(vps) = with_second(by_hand) else {
        return;
    };
    is_judged(&vps, "PasswordAuthentication=yes");
}

#[test]
fn a_second_daemon_with_a_file_of_its_own_is_judged_by_that() {
    let Some(vps) = with_second("/usr/sbin/sshd -f /opt/sshd_config") else {
        return;
    };
    is_judged(&vps, "/opt/sshd_config");
}

/// What runs today of the above: both daemons are SSH to the rule about ports, and each is named by its unit.
#[test]
fn ports_of_both_daemons_are_known() {
    let Some(vps) = with_second("systemctl start second") else {
        return;
    };
    let report = vps.report();
    assert!(
        report
            .on("listener-public", "port:22/tcp")
            .names("ssh.service")
    );
    assert!(
        report
            .on("listener-public", "port:2022/tcp")
            .names("second.service")
    );
}

/// A port that a client asked sshd to listen on leads to the client, or on from there: it is not SSH, whoever holds it.
fn forwarded(user: &str) {
    let Some(vps) = server() else { return };
    takes_key(&vps, "root");
    vps.write(DROP_IN, "GatewayPorts yes\n");
    vps.sh("systemctl restart ssh");
    vps.sh(&as_client(
        "",
        &format!("{SSH} -f -N -R '*:8080:127.0.0.1:80' {user}@{SERVER}"),
    ));
    let report = vps.report();
    let port = report.on("listener-public", "port:8080/tcp");
    assert_eq!(port.says(), "fail high", "{port:?}");
    assert_eq!(report.on("listener-public", "port:22/tcp").verdict, "pass");
}

#[test]
fn a_port_that_root_forwards_is_not_ssh() {
    forwarded("root");
}

#[test]
fn a_port_that_another_account_forwards_is_not_ssh() {
    forwarded("alice");
}
