//! Real logins, and whether `ssh-password-login` says so: it fails for an account exactly where a password let that account in.
//!
//! A row is a drop-in that sshd reads before all else, an account, where the client comes from, and the ways in that were
//! enough on their own. All of it is tried.

use crate::client::{INNER, STRANGER, account, connect, takes_key, ways_in};
use crate::report::{Finding, Report};
use crate::vps::Vps;
use std::collections::BTreeMap;

type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// What the program says of one account.
#[derive(Clone, Debug, PartialEq)]
enum Answer {
    /// A password gets in.
    Open,
    /// None does.
    Shut,
    /// It could not be seen, and why.
    Unknown(String),
}

fn answer(report: &Report, user: &str) -> Answer {
    let ours = report.all("ssh-password-login");
    let subject = format!("user:{user}");
    let open = |it: &&Finding| it.subject == subject && it.verdict == "fail";
    if ours.iter().any(open) {
        return Answer::Open;
    }
    let unknown = ours.iter().find(|it| it.verdict == "unknown");
    unknown.map_or(Answer::Shut, |it| Answer::Unknown(it.text.clone()))
}

/// Tries every row, and says of all that are wrong how. Rows of one drop-in stand together.
fn hold(vps: &Vps, rows: &[Row]) {
    let mut wrong = Vec::new();
    for rows in rows.chunk_by(|one, next| one.0 == next.0) {
        let config = rows[0].0;
        vps.write("/etc/ssh/sshd_config.d/00-row.conf", config);
        vps.sh("systemctl reset-failed ssh; systemctl restart ssh || { journalctl --no-pager -u ssh | tail -n5; false; }");
        let report = vps.report();
        let mut open = BTreeMap::new();
        // More at once, and sshd would turn some away for that alone (MaxStartups).
        for some in rows.chunks(2) {
            let tried: Vec<Vec<String>> = std::thread::scope(|scope| {
                let tries: Vec<_> = some
                    .iter()
                    .map(|row| scope.spawn(|| ways_in(vps, row.1, row.2)))
                    .collect();
                tries
                    .into_iter()
                    .map(|tried| tried.join().expect("the logins end"))
                    .collect()
            });
            for ((_, user, from, expected), ways) in some.iter().zip(tried) {
                if ways != *expected {
                    wrong.push(format!(
                        "{config:?} {user} from {from}: in by {ways:?}, not {expected:?}"
                    ));
                }
                *open.entry(*user).or_insert(false) |= ways.iter().any(|way| way != "publickey");
            }
        }
        for (user, open) in open {
            let right = if open { Answer::Open } else { Answer::Shut };
            let said = answer(&report, user);
            if said != right {
                wrong.push(format!(
                    "{config:?} {user}: {right:?}, and the program says {said:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A server with a client, and alice (in the group `team`) and bob, who have passwords and take a key.
fn server() -> Option<Vps> {
    let vps = Vps::boot()?;
    connect(&vps);
    vps.sh("groupadd team");
    account(&vps, "alice", "--groups team");
    account(&vps, "bob", "");
    Some(vps)
}

const KEY: &[&str] = &["publickey"];
const PASSWORD: &[&str] = &["password", "publickey"];
const KEYBOARD: &[&str] = &["keyboard-interactive", "publickey"];
const BOTH: &[&str] = &["keyboard-interactive", "password", "publickey"];

const METHODS: &[Row] = &[
    ("", "alice", STRANGER, PASSWORD),
    ("PasswordAuthentication no", "alice", STRANGER, KEY),
    ("KbdInteractiveAuthentication yes", "alice", STRANGER, BOTH),
    (
        "PasswordAuthentication no\nKbdInteractiveAuthentication yes",
        "alice",
        STRANGER,
        KEYBOARD,
    ),
    (
        "PasswordAuthentication no\nChallengeResponseAuthentication yes",
        "alice",
        STRANGER,
        KEYBOARD,
    ),
    (
        "PasswordAuthentication no\nKbdInteractiveAuthentication yes\nUsePAM no",
        "alice",
        STRANGER,
        KEY,
    ),
    ("UsePAM no", "alice", STRANGER, PASSWORD),
    (
        "UsePAM no\nPasswordAuthentication no",
        "alice",
        STRANGER,
        KEY,
    ),
    ("PubkeyAuthentication no", "alice", STRANGER, &["password"]),
    (
        "PubkeyAuthentication no\nPasswordAuthentication no",
        "alice",
        STRANGER,
        &[],
    ),
    ("AuthenticationMethods publickey", "alice", STRANGER, KEY),
    (
        "AuthenticationMethods publickey,password",
        "alice",
        STRANGER,
        &[],
    ),
    (
        "AuthenticationMethods publickey password",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    (
        "AuthenticationMethods publickey,password publickey,keyboard-interactive\nKbdInteractiveAuthentication yes",
        "alice",
        STRANGER,
        &[],
    ),
    (
        "AuthenticationMethods keyboard-interactive:pam\nKbdInteractiveAuthentication yes",
        "alice",
        STRANGER,
        &["keyboard-interactive"],
    ),
    (
        "AuthenticationMethods password,keyboard-interactive\nKbdInteractiveAuthentication yes",
        "alice",
        STRANGER,
        &["password,keyboard-interactive"],
    ),
];

#[test]
fn methods() {
    let Some(vps) = server() else { return };
    hold(&vps, METHODS);
}

const ROOT: &[Row] = &[
    ("", "root", STRANGER, KEY),
    ("PermitRootLogin yes", "root", STRANGER, PASSWORD),
    ("PermitRootLogin yes", "toor", STRANGER, PASSWORD),
    (
        "PermitRootLogin yes\nPasswordAuthentication no",
        "root",
        STRANGER,
        KEY,
    ),
    (
        "PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication yes",
        "root",
        STRANGER,
        KEYBOARD,
    ),
    (
        "PermitRootLogin prohibit-password\nKbdInteractiveAuthentication yes",
        "root",
        STRANGER,
        KEY,
    ),
    (
        "PermitRootLogin prohibit-password\nKbdInteractiveAuthentication yes",
        "toor",
        STRANGER,
        KEY,
    ),
    ("PermitRootLogin without-password", "root", STRANGER, KEY),
    (
        "PermitRootLogin forced-commands-only",
        "root",
        STRANGER,
        &[],
    ),
    ("PermitRootLogin no", "root", STRANGER, &[]),
    ("PermitRootLogin no", "toor", STRANGER, &[]),
    (
        "PermitRootLogin no\nMatch User root\nPermitRootLogin yes",
        "root",
        STRANGER,
        PASSWORD,
    ),
    (
        "PermitRootLogin yes\nMatch User root\nPermitRootLogin prohibit-password",
        "root",
        STRANGER,
        KEY,
    ),
    (
        "PermitRootLogin yes\nAllowUsers alice",
        "root",
        STRANGER,
        &[],
    ),
    (
        "PermitRootLogin yes\nAllowUsers !root *",
        "root",
        STRANGER,
        PASSWORD,
    ),
    (
        "PermitRootLogin yes\nMatch Address *,!10.0.0.0/24\nPermitRootLogin no",
        "root",
        INNER,
        PASSWORD,
    ),
    (
        "PermitRootLogin no\nMatch Address 10.0.0.0/24\nPermitRootLogin yes",
        "root",
        STRANGER,
        &[],
    ),
    (
        "PermitRootLogin no\nMatch Address 10.0.0.0/24\nPermitRootLogin yes",
        "root",
        INNER,
        PASSWORD,
    ),
];

#[test]
fn root() {
    let Some(vps) = server() else { return };
    vps.sh("useradd --non-unique --uid 0 --gid 0 --home-dir /root --no-create-home --shell /bin/bash toor");
    vps.sh("printf 'root:correct horse\ntoor:correct horse\n' | chpasswd");
    takes_key(&vps, "root");
    hold(&vps, ROOT);
}

const MATCH: &[Row] = &[
    (
        "PasswordAuthentication no\nMatch User alice\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch User alice\nPasswordAuthentication yes",
        "bob",
        STRANGER,
        KEY,
    ),
    (
        "Match User alice\nPasswordAuthentication no",
        "alice",
        STRANGER,
        KEY,
    ),
    (
        "Match User alice\nPasswordAuthentication no",
        "bob",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch User *,!alice\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        KEY,
    ),
    (
        "PasswordAuthentication no\nMatch User *,!alice\nPasswordAuthentication yes",
        "bob",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch User !alice\nPasswordAuthentication yes",
        "bob",
        STRANGER,
        KEY,
    ),
    (
        "PasswordAuthentication no\nMatch User al*\nKbdInteractiveAuthentication yes",
        "alice",
        STRANGER,
        KEYBOARD,
    ),
    (
        "PasswordAuthentication no\nMatch all\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch Group team\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch Group team\nPasswordAuthentication yes",
        "bob",
        STRANGER,
        KEY,
    ),
    (
        "Match Group team\nPasswordAuthentication no",
        "alice",
        STRANGER,
        KEY,
    ),
    (
        "Match Group team\nPasswordAuthentication no",
        "bob",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch Address 203.0.113.0/24\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch Address 10.0.0.0/24\nPasswordAuthentication yes",
        "alice",
        INNER,
        PASSWORD,
    ),
    (
        "Match Address *,!10.0.0.0/24\nPasswordAuthentication no",
        "alice",
        INNER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch Host *.example.org\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        KEY,
    ),
    (
        "PasswordAuthentication no\nMatch LocalPort 22\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch LocalPort 2222\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        KEY,
    ),
    (
        "PasswordAuthentication no\nMatch LocalAddress 203.0.113.10\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch User alice LocalPort 22\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    (
        "PasswordAuthentication no\nMatch User alice\nAuthenticationMethods publickey\nMatch all\nPasswordAuthentication yes",
        "alice",
        STRANGER,
        KEY,
    ),
    (
        "AuthenticationMethods publickey\nMatch User alice\nAuthenticationMethods password",
        "alice",
        STRANGER,
        &["password"],
    ),
];

#[test]
fn match_blocks() {
    let Some(vps) = server() else { return };
    hold(&vps, MATCH);
}

const LISTS: &[Row] = &[
    ("AllowUsers alice", "alice", STRANGER, PASSWORD),
    ("AllowUsers alice", "bob", STRANGER, &[]),
    ("AllowUsers alice,bob", "alice", STRANGER, &[]),
    ("AllowUsers alice@10.0.0.0/24", "alice", STRANGER, &[]),
    ("AllowUsers alice@10.0.0.0/24", "alice", INNER, PASSWORD),
    (
        "AllowUsers bob\nAllowUsers a?ice",
        "alice",
        STRANGER,
        PASSWORD,
    ),
    ("DenyUsers alice", "alice", STRANGER, &[]),
    ("DenyUsers alice", "bob", STRANGER, PASSWORD),
    ("DenyUsers alice@203.0.113.*", "alice", STRANGER, &[]),
    ("DenyUsers alice@203.0.113.*", "alice", INNER, PASSWORD),
    ("AllowUsers alice\nDenyUsers a*", "alice", STRANGER, &[]),
    ("AllowGroups team", "alice", STRANGER, PASSWORD),
    ("AllowGroups team", "bob", STRANGER, &[]),
    ("DenyGroups team", "alice", STRANGER, &[]),
    ("DenyGroups team", "bob", STRANGER, PASSWORD),
    ("AllowGroups bob\nAllowUsers alice", "alice", STRANGER, &[]),
    (
        "AllowUsers alice\nMatch User bob\nAllowUsers bob",
        "bob",
        STRANGER,
        PASSWORD,
    ),
];

#[test]
fn lists_of_who_may() {
    let Some(vps) = server() else { return };
    hold(&vps, LISTS);
}

/// What becomes of an account by its lines in passwd and shadow.
const ACCOUNTS: &[Row] = &[
    ("", "nologin", STRANGER, PASSWORD),
    ("", "false", STRANGER, PASSWORD),
    ("", "blank-shell", STRANGER, PASSWORD),
    ("", "homeless", STRANGER, &["password"]),
    ("", "no-such-shell", STRANGER, &[]),
    ("", "locked", STRANGER, KEY),
    ("", "starred", STRANGER, KEY),
    ("", "expired", STRANGER, &[]),
    ("", "must-change", STRANGER, PASSWORD),
    ("", "aged", STRANGER, PASSWORD),
    ("", "inactive", STRANGER, &[]),
    ("", "no-shadow", STRANGER, &[]),
    ("", "old-hash", STRANGER, PASSWORD),
    ("", "in-passwd", STRANGER, PASSWORD),
    ("", "empty", STRANGER, KEY),
    ("KbdInteractiveAuthentication yes", "empty", STRANGER, KEY),
    ("PermitEmptyPasswords yes", "empty", STRANGER, &["none"]),
    (
        "PermitEmptyPasswords yes\nPasswordAuthentication no",
        "empty",
        STRANGER,
        KEY,
    ),
    (
        "PermitEmptyPasswords yes\nPasswordAuthentication no\nKbdInteractiveAuthentication yes",
        "empty",
        STRANGER,
        KEYBOARD,
    ),
    (
        "PermitEmptyPasswords yes\nAuthenticationMethods publickey",
        "empty",
        STRANGER,
        KEY,
    ),
    ("UsePAM no", "empty", STRANGER, KEY),
    (
        "UsePAM no\nPermitEmptyPasswords yes",
        "empty",
        STRANGER,
        &["none"],
    ),
    ("UsePAM no", "locked", STRANGER, &[]),
    ("UsePAM no", "starred", STRANGER, KEY),
    ("UsePAM no", "expired", STRANGER, &[]),
    ("UsePAM no", "inactive", STRANGER, PASSWORD),
    ("UsePAM no", "no-shadow", STRANGER, KEY),
    ("UsePAM no", "in-passwd", STRANGER, PASSWORD),
];

#[test]
fn accounts() {
    let Some(vps) = server() else { return };
    let names = [
        "nologin",
        "false",
        "blank-shell",
        "homeless",
        "no-such-shell",
        "locked",
        "starred",
        "expired",
        "must-change",
        "aged",
        "inactive",
        "no-shadow",
        "old-hash",
        "in-passwd",
        "empty",
    ];
    for name in names {
        account(&vps, name, "");
    }
    vps.sh(r#"
usermod --shell /usr/sbin/nologin nologin
usermod --shell /bin/false false
sed -i '/^blank-shell:/s/:[^:]*$/:/' /etc/passwd
rm -r /home/homeless
usermod --shell /opt/no/such/shell no-such-shell
usermod --lock locked
usermod --password '*' starred
chage --expiredate 2020-01-01 expired
chage --lastday 0 must-change
chage --lastday 2020-01-01 --maxdays 30 aged
chage --lastday 2020-01-01 --maxdays 30 --inactive 10 inactive
sed -i '/^no-shadow:/d' /etc/shadow
usermod --password "$(perl -e 'print crypt("correct horse", "\$1\$salt")')" old-hash
hash=$(getent shadow in-passwd | cut -d: -f2)
sed -i '/^in-passwd:/d' /etc/shadow
sed -i "/^in-passwd:/s|:x:|:$hash:|" /etc/passwd
passwd --quiet --delete empty
"#);
    hold(&vps, ACCOUNTS);
}
