//! `seaworthy trace ssh`: its three views and its exit codes, from an image, from recorded facts and from a fixture.

use crate::support::{Done, Run, seaworthy};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const STATUS: &str = "Package: openssh-server\nStatus: install ok installed\nArchitecture: amd64\nVersion: VERSION\n\n";

/// A system with these files; `/etc/ssh/` is where paths without a slash go.
fn system(version: &str, files: &[(&str, &str)]) -> TempDir {
    let root = TempDir::new().unwrap();
    let status = STATUS.replace("VERSION", version);
    let mut all = vec![
        ("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
        (
            "/etc/passwd",
            "root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n",
        ),
        (
            "/etc/group",
            "root:x:0:\nbob:x:1000:\nsftponly:x:1005:bob\n",
        ),
        ("/var/lib/dpkg/status", status.as_str()),
        ("/var/lib/dpkg/info/format", "1\n"),
        ("/proc/uptime", "1.0 1.0\n"),
    ];
    all.extend(files);
    for (path, text) in all {
        let path = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("/etc/ssh/{path}"),
        };
        let real = root.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(real.parent().unwrap()).unwrap();
        fs::write(real, text).unwrap();
    }
    root
}

fn debian_12(files: &[(&str, &str)]) -> TempDir {
    system("1:9.2p1-2+deb12u3", files)
}

fn trace(root: &Path, args: &str) -> Run {
    seaworthy(&format!("trace ssh {args} --root")).arg(root)
}

const MAIN: &str = "Include sshd_config.d/*.conf\nPermitRootLogin no\nPasswordAuthentication yes\nMatch Group sftponly\n  PasswordAuthentication no\n  ForceCommand internal-sftp\nMatch User bob\n  PasswordAuthentication yes\n";

#[test]
fn a_value_shows_the_line_that_decides_it_and_those_it_shadows() {
    let root = debian_12(&[
        ("sshd_config", MAIN),
        ("sshd_config.d/50.conf", "PasswordAuthentication no\n"),
    ]);
    let done = trace(
        root.path(),
        "-C user=bob,addr=203.0.113.5 passwordauthentication permitrootlogin forcecommand banner",
    )
    .run();
    insta::assert_snapshot!(done.exits(0).stdout, @r"
    OpenSSH 9.2p1 Debian-2+deb12u3, /etc/ssh/sshd_config
      applies: Match Group sftponly — /etc/ssh/sshd_config:4
      applies: Match User bob — /etc/ssh/sshd_config:7

    passwordauthentication no — /etc/ssh/sshd_config:5, in Match Group sftponly
        shadows /etc/ssh/sshd_config:8, in Match User bob
        shadows /etc/ssh/sshd_config.d/50.conf:1
        shadows /etc/ssh/sshd_config:3
    permitrootlogin no — /etc/ssh/sshd_config:2
    forcecommand internal-sftp — /etc/ssh/sshd_config:6, in Match Group sftponly
    banner none — default
    ");
    let plain = trace(root.path(), "--plain passwordauthentication")
        .run()
        .exits(0);
    assert_eq!(plain.stdout, "passwordauthentication no\n");
}

#[test]
fn image_fixture_and_recorded_facts_answer_alike() {
    let root = debian_12(&[
        ("sshd_config", MAIN),
        ("sshd_config.d/50.conf", "Port 2222\n"),
    ]);
    let args = "-C user=bob,host=h,addr=192.0.2.1 --format json";
    let image = trace(root.path(), args).run().exits(0).stdout;
    let fixture = seaworthy(&format!("trace ssh {args} --fixture"))
        .arg(root.path())
        .run()
        .exits(0)
        .stdout;
    assert_eq!(image, fixture);
    let facts = seaworthy("facts sshd-config accounts os --root")
        .arg(root.path())
        .run()
        .exits(0)
        .stdout;
    let recorded = seaworthy(&format!("trace ssh {args} --facts -"))
        .given(&facts)
        .run()
        .exits(0);
    assert_eq!(image, recorded.stdout);
    let port = &recorded.json()["settings"][0];
    assert_eq!(port["values"][0], "2222");
    assert_eq!(
        port["decided_by"][0]["line"]["source"]["path"],
        "/etc/ssh/sshd_config.d/50.conf"
    );
    // Another file was not recorded.
    let other = seaworthy("trace ssh -f /etc/other --facts -")
        .given(&facts)
        .run();
    assert!(
        other
            .exits(3)
            .stderr
            .contains("not among the recorded facts")
    );
}

#[test]
fn what_sshd_refuses_ends_with_1_its_reason_and_the_place() {
    let root = debian_12(&[
        ("sshd_config", "Include sshd_config.d/*.conf\n"),
        ("sshd_config.d/a.conf", "\n\nPermitRootLogin maybe\n"),
    ]);
    let done = trace(root.path(), "").run().exits(1);
    insta::assert_snapshot!(done.stderr, @r#"
    sshd (9.2p1 Debian-2+deb12u3) would refuse this configuration
      /etc/ssh/sshd_config.d/a.conf line 3: unsupported option "maybe".
      at /etc/ssh/sshd_config.d/a.conf:3
    "#);
    assert_eq!(done.stdout, "");
    let json = trace(root.path(), "--format json").run().exits(1).json();
    assert_eq!(json["refused"]["source"]["line"], 3);
    // Only a login comes to this.
    let root = debian_12(&[("sshd_config", "Match LocalPort 22\nBanner /x\n")]);
    let done = trace(root.path(), "-C user=bob").run().exits(1);
    assert!(
        done.stderr
            .contains("'lport' not in connection test specification"),
        "{}",
        done.stderr
    );
    trace(root.path(), "-C user=bob,lport=22").run().exits(0);
}

#[test]
fn what_could_not_be_seen_ends_with_3() {
    let root = debian_12(&[
        ("sshd_config", MAIN),
        ("/etc/nsswitch.conf", "group: files ldap\n"),
    ]);
    let done = trace(root.path(), "-C user=bob passwordauthentication usepam")
        .run()
        .exits(3);
    assert!(
        done.stdout
            .contains("passwordauthentication unknown: not modelled: the groups of bob in ldap"),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout.contains("usepam no — default"),
        "{}",
        done.stdout
    );
    // Where the group decides nothing that is asked for, nothing is unknown.
    trace(root.path(), "-C user=bob usepam").run().exits(0);
    trace(root.path(), "-C addr=192.0.2.1").run().exits(0);
    let root = debian_12(&[("sshd_config", "ListenAddress vps.example\n")]);
    let done = trace(root.path(), "--plain").run().exits(3);
    assert!(
        done.stderr.contains("the address of vps.example"),
        "{}",
        done.stderr
    );
    assert!(done.stdout.contains("permitrootlogin without-password\n"));
}

#[test]
fn without_a_version_it_does_not_guess() {
    let root = debian_12(&[("sshd_config", "ChallengeResponseAuthentication no\n")]);
    fs::write(root.path().join("var/lib/dpkg/status"), "").unwrap();
    fs::create_dir_all(root.path().join("usr/sbin")).unwrap();
    fs::write(root.path().join("usr/sbin/sshd"), "").unwrap();
    let said = |done: Done| done.exits(2).stderr;
    assert!(said(trace(root.path(), "").run()).contains("give --sshd-version"));
    let old = trace(
        root.path(),
        "--sshd-version 8.4p1 --plain kbdinteractiveauthentication",
    )
    .run()
    .exits(0);
    assert_eq!(old.stdout, "kbdinteractiveauthentication no\n");
    assert!(
        said(trace(root.path(), "--sshd-version newest").run())
            .contains("not a version of OpenSSH")
    );
    // What is not modelled is unknown, not an error.
    trace(root.path(), "--sshd-version 7.4p1").run().exits(3);
    trace(root.path(), "--sshd-version 11.0p1").run().exits(3);
}

#[test]
fn arguments_are_sshds_own() {
    let root = debian_12(&[("sshd_config", MAIN), ("other", "Port 99\nPort 98\n")]);
    let plain = |args: &str| {
        trace(root.path(), &format!("--plain {args}"))
            .run()
            .exits(0)
            .stdout
    };
    assert_eq!(
        plain("-o PermitRootLogin=yes permitrootlogin"),
        "permitrootlogin yes\n"
    );
    assert_eq!(plain("-f /etc/ssh/other port"), "port 99\nport 98\n");
    assert_eq!(
        plain("-f /etc/ssh/other -p 2022 -p 2023 port"),
        "port 2022\nport 2023\n"
    );
    assert_eq!(plain("-f none maxauthtries"), "maxauthtries 6\n");
    assert_eq!(
        plain("-C user=bob -C addr=::1 forcecommand"),
        "forcecommand internal-sftp\n"
    );
    let said = |args: &str| trace(root.path(), args).run().exits(2).stderr;
    assert!(said("-C usr=bob").contains("Invalid test mode specification usr=bob"));
    assert!(said("-f relative").contains("not an absolute path"));
    insta::assert_snapshot!(said("permitrootlogins"), @"seaworthy: OpenSSH 9.2p1 Debian-2+deb12u3 has no keyword `permitrootlogins`; did you mean `permitrootlogin`?");
}

#[test]
fn names_from_files_steer_no_terminal() {
    let root = debian_12(&[("sshd_config", "Banner /x\x1b[31m\nMatch User a\x1bb\n")]);
    let done = trace(root.path(), "-C user=x banner").run().exits(0);
    assert!(!done.stdout.contains('\x1b'), "{:?}", done.stdout);
    let root = debian_12(&[("sshd_config", "Ban\x1bner /x\n")]);
    let done = trace(root.path(), "").run().exits(1);
    assert!(!done.stderr.contains('\x1b'), "{:?}", done.stderr);
}

/// `-f`, `-o` and `-p` of the daemon that runs count as if they were given.
#[test]
fn the_daemon_that_runs_is_asked_with_its_own_options() {
    let ask = |case: &str, args: &str| {
        seaworthy(&format!("trace ssh {args}"))
            .on(format!("checks/{case}"))
            .run()
    };
    let opened = "ssh-root-login/daemon-with-an-option-that-opens-it.fail-high";
    let plain = ask(opened, "--plain permitrootlogin").exits(0).stdout;
    assert_eq!(plain, "permitrootlogin without-password\n");
    let own = ask(opened, "--daemon permitrootlogin").exits(0).stdout;
    assert!(own.contains("permitrootlogin yes"), "{own}");
    assert!(own.contains("-o PermitRootLogin=yes"), "{own}");
    // Of two it is that of the service.
    let second = "ssh-root-login/second-daemon-with-files-of-its-own.fail-high";
    let own = ask(second, "--daemon --plain port").exits(0).stdout;
    assert_eq!(own, "port 22\n");
}
