//! Every keyword of sshd that is judged, however it is written: right, wrong, absent, commented, twice, in other letters,
//! quoted, with a comment behind, in a drop-in before and behind, in a Match block.

use crate::support::{seaworthy, tests};
use std::path::Path;
use std::thread;

/// A keyword, and what a check says of it.
struct Row {
    check: &'static str,
    /// The severity at which a wrong value fails.
    at: &'static str,
    keyword: &'static str,
    good: &'static str,
    bad: &'static str,
    /// The rest of the file.
    beside: &'static str,
    /// True if the default is wrong.
    bad_by_default: bool,
    /// True if a second line adds to the first.
    adds: bool,
    /// Whom a Match block would be for; none where the keyword may not stand in one.
    within: Option<&'static str>,
}

const KEYS_ONLY: &str = "PasswordAuthentication no\nKbdInteractiveAuthentication no\nUsePAM yes\n";
const PASSWORDS: &str = "KbdInteractiveAuthentication no\nUsePAM yes\n";
const BY_KEYBOARD: &str = "PasswordAuthentication no\n";
const FORWARDS_NOT: &str =
    "AllowTcpForwarding no\nX11Forwarding no\nAllowAgentForwarding no\nPermitTunnel no\n";

const fn row(
    check: &'static str,
    at: &'static str,
    keyword: &'static str,
    good: &'static str,
    bad: &'static str,
    beside: &'static str,
) -> Row {
    Row {
        check,
        at,
        keyword,
        good,
        bad,
        beside,
        bad_by_default: false,
        adds: false,
        within: None,
    }
}

impl Row {
    const fn within(mut self, user: &'static str) -> Self {
        self.within = Some(user);
        self
    }

    const fn bad_by_default(mut self) -> Self {
        self.bad_by_default = true;
        self
    }

    const fn adds(mut self) -> Self {
        self.adds = true;
        self
    }
}

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row("ssh-password-login", "critical", "PasswordAuthentication", "no", "yes", PASSWORDS).within("admin").bad_by_default(),
    row("ssh-password-login", "critical", "KbdInteractiveAuthentication", "no", "yes", "PasswordAuthentication no\nUsePAM yes\n").within("admin").bad_by_default(),
    row("ssh-password-login", "critical", "ChallengeResponseAuthentication", "no", "yes", "PasswordAuthentication no\nUsePAM yes\n").within("admin").bad_by_default(),
    row("ssh-password-login", "critical", "UsePAM", "no", "yes", BY_KEYBOARD),
    row("ssh-password-login", "critical", "AuthenticationMethods", "publickey,password", "password", "PasswordAuthentication yes\nKbdInteractiveAuthentication no\nUsePAM yes\n").within("admin").bad_by_default(),
    row("ssh-password-login", "critical", "AllowUsers", "root", "admin", "PasswordAuthentication yes\nKbdInteractiveAuthentication no\nUsePAM yes\n").within("admin").bad_by_default().adds(),
    row("ssh-root-login", "high", "PermitRootLogin", "no", "yes", "PasswordAuthentication yes\nKbdInteractiveAuthentication no\nUsePAM yes\n").within("root"),
    row("ssh-empty-password", "high", "PermitEmptyPasswords", "no", "yes", "PasswordAuthentication yes\nKbdInteractiveAuthentication no\nUsePAM yes\n").within("admin"),
    row("ssh-public-key-off", "medium", "PubkeyAuthentication", "yes", "no", KEYS_ONLY).within("admin"),
    row("ssh-strict-modes-off", "medium", "StrictModes", "yes", "no", KEYS_ONLY),
    row("ssh-unlimited-grace-time", "low", "LoginGraceTime", "1m", "0", KEYS_ONLY),
    row("ssh-many-auth-tries", "low", "MaxAuthTries", "3", "30", KEYS_ONLY).within("admin"),
    row("ssh-user-environment", "medium", "PermitUserEnvironment", "no", "yes", KEYS_ONLY),
    row("ssh-forwarding", "info", "AllowTcpForwarding", "no", "yes", "X11Forwarding no\nAllowAgentForwarding no\n").within("admin").bad_by_default(),
    row("ssh-forwarding", "info", "X11Forwarding", "no", "yes", "AllowTcpForwarding no\nAllowAgentForwarding no\n").within("admin"),
    row("ssh-forwarding", "info", "AllowAgentForwarding", "no", "yes", "AllowTcpForwarding no\nX11Forwarding no\n").within("admin").bad_by_default(),
    row("ssh-forwarding", "medium", "PermitTunnel", "no", "yes", "AllowTcpForwarding no\nX11Forwarding no\nAllowAgentForwarding no\n").within("admin"),
    row("ssh-forwarding", "medium", "GatewayPorts", "no", "yes", "AllowTcpForwarding yes\n").within("admin"),
    row("ssh-forwarding", "info", "DisableForwarding", "yes", "no", "AllowTcpForwarding yes\n").within("admin").bad_by_default(),
    row("ssh-open-to-all-accounts", "info", "AllowUsers", "admin", "*", FORWARDS_NOT).within("nobody-in-particular").bad_by_default().adds(),
    row("ssh-open-to-all-accounts", "info", "AllowGroups", "staff", "*", FORWARDS_NOT).bad_by_default().adds(),
    row("ssh-weak-crypto", "info", "Ciphers", "aes128-ctr", "aes128-ctr,3des-cbc", KEYS_ONLY),
    row("ssh-weak-crypto", "medium", "MACs", "hmac-sha2-256", "hmac-md5", KEYS_ONLY),
    row("ssh-weak-crypto", "medium", "KexAlgorithms", "curve25519-sha256", "diffie-hellman-group1-sha1", KEYS_ONLY),
    row("ssh-weak-crypto", "medium", "HostKeyAlgorithms", "ssh-ed25519", "ssh-rsa", KEYS_ONLY),
    row("ssh-weak-crypto", "medium", "PubkeyAcceptedAlgorithms", "ssh-ed25519", "ssh-rsa", KEYS_ONLY).within("admin"),
    row("ssh-listens-elsewhere", "medium", "Port", "22", "2222", KEYS_ONLY).adds(),
    row("ssh-listens-elsewhere", "medium", "ListenAddress", "0.0.0.0", "127.0.0.1", KEYS_ONLY).adds(),
];

const PASSWD: &str = "root:x:0:0::/root:/bin/bash\nadmin:x:1000:1000::/home/admin:/bin/bash\n";
const SHADOW: &str = "root:*:19000:0:99999:7:::\nadmin:$6$a$b:19000:0:99999:7:::\n";
/// IPv4 alone, where sshd listens.
const HOST: &str = "sockets:\n  - { protocol: tcp, address: 0.0.0.0, port: 22, inode: 16001 }\n";

impl Row {
    /// True if the check fails, at its severity, on a host with these files of sshd.
    fn fails(&self, main: &str, drop_in: Option<&str>) -> bool {
        let host = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = host.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let base = tests().join("hosts/debian-12-hardened");
        let plain = "files:\n  /etc/ssh/sshd_config.d/00-hardening.conf: { absent: true }\n";
        write(
            "host.yaml",
            &format!("base: {}\n{plain}{HOST}", base.display()),
        );
        write("etc/passwd", PASSWD);
        write("etc/shadow", SHADOW);
        write("etc/ssh/sshd_config", main);
        if let Some(text) = drop_in {
            write("etc/ssh/sshd_config.d/50.conf", text);
        }
        self.verdict(host.path())
    }

    fn verdict(&self, host: &Path) -> bool {
        let check = self.check;
        let report = seaworthy(&format!("check -p ssh --only {check} -o json"))
            .arg("--fixture")
            .arg(host)
            .run()
            .json();
        let findings = report["findings"].as_array().unwrap();
        for finding in findings {
            assert_ne!(
                finding["verdict"], "unknown",
                "{}: {finding:#}",
                self.keyword
            );
        }
        let failing = findings.iter().filter(|it| it["verdict"] == "fail");
        failing.into_iter().any(|it| it["severity"] == self.at)
    }

    fn hold(&self) {
        const INCLUDE: &str = "Include /etc/ssh/sshd_config.d/*.conf\n";
        let Self {
            keyword,
            good,
            bad,
            beside,
            ..
        } = self;
        let (right, wrong) = (format!("{keyword} {good}\n"), format!("{keyword} {bad}\n"));
        let with = |lines: &str| format!("{lines}{beside}");
        let held = |form: &str, main: &str, drop_in: Option<&str>, fails: bool| {
            let found = self.fails(main, drop_in);
            assert_eq!(
                found, fails,
                "{} {keyword}, {form}:\n{main}{drop_in:?}",
                self.check
            );
        };
        held("right", &with(&right), None, false);
        held("wrong", &with(&wrong), None, true);
        held("absent", &with(""), None, self.bad_by_default);
        held(
            "commented",
            &with(&format!("#{wrong}")),
            None,
            self.bad_by_default,
        );
        held("twice", &with(&format!("{right}{wrong}")), None, self.adds);
        held(
            "twice, turned round",
            &with(&format!("{wrong}{right}")),
            None,
            true,
        );
        let shouted = format!("\t{} = {bad}\r\n", keyword.to_uppercase());
        held("in other letters", &with(&shouted), None, true);
        held(
            "quoted",
            &with(&format!("{keyword} \"{bad}\"\n")),
            None,
            true,
        );
        held(
            "with a comment",
            &with(&format!("{keyword} {bad} # {good}\n")),
            None,
            true,
        );
        let including = with(&format!("{INCLUDE}{right}"));
        held("in a drop-in before", &including, Some(&wrong), true);
        let including = with(&format!("{right}{INCLUDE}"));
        held("in a drop-in behind", &including, Some(&wrong), self.adds);
        if let Some(user) = self.within {
            let block = format!("Match User {user}\n  {wrong}");
            held("in a Match", &(with(&right) + &block), None, true);
        }
    }
}

#[test]
fn every_keyword_is_judged_however_it_is_written() {
    thread::scope(|scope| {
        for half in ROWS.chunks(ROWS.len().div_ceil(2)) {
            scope.spawn(|| half.iter().for_each(Row::hold));
        }
    });
}
