//! The steps that a finding ends with, done by hand: what was wrong is so no more, and what must still work does.

use crate::client::{PASSWORD, STRANGER, account, connect, reload_sshd, takes_key, ways_in};
use crate::vps::Vps;

/// cloud-init's drop-in wins against whatever sorts after it.
#[test]
fn the_fix_of_a_password_login_shuts_it_and_leaves_the_key() {
    let Some(vps) = Vps::boot() else { return };
    connect(&vps);
    account(&vps, "alice", "");
    vps.sh(&format!("echo 'root:{PASSWORD}' | chpasswd"));
    takes_key(&vps, "root");
    let drop_ins = "/etc/ssh/sshd_config.d";
    vps.write(
        &format!("{drop_ins}/50-cloud-init.conf"),
        "PasswordAuthentication yes\nPermitRootLogin yes\n",
    );
    vps.write(
        &format!("{drop_ins}/99-hardening.conf"),
        "PasswordAuthentication no\nPermitRootLogin no\n",
    );
    vps.sh("systemctl restart ssh");
    assert_eq!(ways_in(&vps, "root", STRANGER), ["password", "publickey"]);

    let report = vps.report();
    let mut lines = Vec::new();
    for check in ["ssh-password-login", "ssh-root-login"] {
        for finding in report.all(check) {
            assert_eq!(finding.verdict, "fail", "{finding:?}");
            for step in finding.json["remediation"].as_array().expect("steps") {
                assert_eq!(step["action"], "set-sshd-option", "{step}");
                let word = |key: &str| step[key].as_str().expect("a word").to_owned();
                assert!(
                    word("undo").contains(&format!("{drop_ins}/00-seaworthy.conf")),
                    "{step}"
                );
                lines.push(format!("{} {}\n", word("target"), word("value")));
            }
        }
    }
    lines.sort();
    lines.dedup();
    vps.write(&format!("{drop_ins}/00-seaworthy.conf"), &lines.concat());
    reload_sshd(&vps);

    for user in ["root", "alice"] {
        assert_eq!(ways_in(&vps, user, STRANGER), ["publickey"], "{user}");
    }
    let report = vps.report();
    assert_eq!(report.one("ssh-password-login").verdict, "pass");
    assert_eq!(report.one("ssh-root-login").verdict, "pass");
}
