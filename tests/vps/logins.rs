//! Real logins, and whether `ssh-password-login` says so: it fails for an account exactly where a password let that account in.
//!
//! A row is an account and where its client comes from, the ways in that are enough on their own, and what sshd is told: each is
//! tried. Configuration lines are separated by `;` and stand in a drop-in that is read before all else; `@NAME` begins another
//! drop-in, `@/PATH` another file, at whose end they are put. In rows that begin with `?` the program cannot know the answer yet;
//! what really happens is held all the same.

use crate::client::{
    INNER, SERVER, SSH, STRANGER, account, as_client, connect, takes_key, ways_in,
};
use crate::report::{Finding, Report};
use crate::vps::Vps;
use std::collections::BTreeMap;

struct Row {
    later: bool,
    user: &'static str,
    from: &'static str,
    ways: Vec<&'static str>,
    config: &'static str,
}

fn rows(table: &'static str) -> Vec<Row> {
    let row = |line: &'static str| {
        let parts: Vec<&str> = line.splitn(3, '|').map(str::trim).collect();
        let (login, ways, config) = (parts[0], parts[1], parts[2]);
        let (user, from) = login
            .trim_start_matches("? ")
            .split_once(' ')
            .expect("a client");
        Row {
            later: login.starts_with('?'),
            user,
            from: match from.trim() {
                "stranger" => STRANGER,
                "inner" => INNER,
                other => panic!("{other}"),
            },
            ways: ways
                .split_whitespace()
                .filter(|way| *way != "nothing")
                .collect(),
            config,
        }
    };
    table.trim_matches('\n').lines().map(row).collect()
}

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

/// Writes the files of a row over those of the installation, and starts sshd anew.
fn configure(vps: &Vps, config: &str) {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut file = "00-row.conf";
    for mut line in config.split(';').map(str::trim) {
        if let Some(rest) = line.strip_prefix('@') {
            (file, line) = rest.split_once(' ').expect("a line in the file");
        }
        let path = match file.starts_with('/') {
            true => file.to_owned(),
            false => format!("/etc/ssh/sshd_config.d/{file}"),
        };
        let text = files.entry(path).or_default();
        text.push_str(line);
        text.push('\n');
    }
    let stock = "/run/sshd_config.stock";
    vps.sh(&format!(
        "[ -e {stock} ] || cp /etc/ssh/sshd_config {stock}; cp {stock} /etc/ssh/sshd_config; rm -f /etc/ssh/sshd_config.d/* /etc/ssh/more"
    ));
    for (path, text) in files {
        let before = vps.run(&format!("cat {path}")).stdout;
        vps.write(&path, &(before + &text));
    }
    vps.sh("systemctl reset-failed ssh; systemctl restart ssh || { journalctl --no-pager -u ssh | tail -n5; false; }");
}

/// Tries every row, and says of all that are wrong how. Rows of one configuration stand together; of an account it counts where a
/// password lets it in from anywhere.
fn hold(vps: &Vps, table: &'static str, later: bool) {
    let mut wrong = Vec::new();
    let rows = rows(table);
    for rows in rows.chunk_by(|one, next| one.config == next.config) {
        if later && !rows.iter().any(|row| row.later) {
            continue;
        }
        let config = rows[0].config;
        configure(vps, config);
        let report = vps.report();
        let mut open = BTreeMap::new();
        // More at once, and sshd would turn some away for that alone (MaxStartups).
        for some in rows.chunks(2) {
            let tried: Vec<Vec<String>> = std::thread::scope(|scope| {
                let attempt = |row: &Row| ways_in(vps, row.user, row.from);
                let tries: Vec<_> = some
                    .iter()
                    .map(|row| scope.spawn(move || attempt(row)))
                    .collect();
                tries
                    .into_iter()
                    .map(|tried| tried.join().expect("the logins end"))
                    .collect()
            });
            for (row, ways) in some.iter().zip(tried) {
                if ways != row.ways {
                    let (user, from, expected) = (row.user, row.from, &row.ways);
                    wrong.push(format!(
                        "{config:?} {user} from {from}: in by {ways:?}, not {expected:?}"
                    ));
                }
                let entry = open.entry(row.user).or_insert((false, false));
                entry.0 |= ways.iter().any(|way| way != "publickey");
                entry.1 |= row.later;
            }
        }
        for (user, (open, _)) in open.into_iter().filter(|(_, (_, of_row))| *of_row == later) {
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

const METHODS: &str = r#"
  alice stranger | password publickey                      |
  alice stranger | publickey                               | PasswordAuthentication no
  alice stranger | keyboard-interactive password publickey | KbdInteractiveAuthentication yes
  alice stranger | keyboard-interactive publickey          | PasswordAuthentication no; KbdInteractiveAuthentication yes
  alice stranger | keyboard-interactive publickey          | PasswordAuthentication no; ChallengeResponseAuthentication yes
  alice stranger | publickey                               | PasswordAuthentication no; KbdInteractiveAuthentication yes; UsePAM no
  alice stranger | password publickey                      | UsePAM no
  alice stranger | publickey                               | UsePAM no; PasswordAuthentication no
  alice stranger | password                                | PubkeyAuthentication no
  alice stranger | nothing                                 | PubkeyAuthentication no; PasswordAuthentication no
  alice stranger | publickey                               | AuthenticationMethods publickey
  alice stranger | nothing                                 | AuthenticationMethods publickey,password
  alice stranger | password publickey                      | AuthenticationMethods publickey password
  alice stranger | nothing                                 | AuthenticationMethods publickey,password publickey,keyboard-interactive; KbdInteractiveAuthentication yes
  alice stranger | keyboard-interactive                    | AuthenticationMethods keyboard-interactive:pam; KbdInteractiveAuthentication yes
  alice stranger | password,keyboard-interactive           | AuthenticationMethods password,keyboard-interactive; KbdInteractiveAuthentication yes
"#;

#[test]
fn methods() {
    let Some(vps) = server() else { return };
    hold(&vps, METHODS, false);
}

const FILES: &str = r#"
  alice stranger | password publickey | @50-cloud-init.conf PasswordAuthentication yes; @99-hardening.conf PasswordAuthentication no
  alice stranger | publickey          | @50-cloud-init.conf PasswordAuthentication yes; @00-seaworthy.conf PasswordAuthentication no
  alice stranger | publickey          | @9-yes.conf PasswordAuthentication yes; @10-no.conf PasswordAuthentication no
  alice stranger | password publickey | @hardening PasswordAuthentication no
  alice stranger | publickey          | @/etc/ssh/sshd_config PasswordAuthentication no
  alice stranger | password publickey | @/etc/ssh/sshd_config Match User bob; X11Forwarding no; PasswordAuthentication no
  alice stranger | publickey          | @10-match.conf Match User bob; @20-all.conf PasswordAuthentication no
  alice stranger | password publickey | @/etc/ssh/sshd_config Match User bob; Include /etc/ssh/more; @/etc/ssh/more PasswordAuthentication no
  bob   stranger | publickey          | @/etc/ssh/sshd_config Match User bob; Include /etc/ssh/more; @/etc/ssh/more PasswordAuthentication no
  alice stranger | publickey          | passwordauthentication="no" # never again
  alice stranger | password publickey | #PasswordAuthentication no
"#;

#[test]
fn files() {
    let Some(vps) = server() else { return };
    hold(&vps, FILES, false);
}

/// Two accounts of uid 0 that have a password, and take a key.
fn server_with_roots() -> Option<Vps> {
    let vps = server()?;
    vps.sh("useradd --non-unique --uid 0 --gid 0 --home-dir /root --no-create-home --shell /bin/bash toor");
    vps.sh("printf 'root:correct horse\ntoor:correct horse\n' | chpasswd");
    takes_key(&vps, "root");
    Some(vps)
}

const ROOT: &str = r#"
  root stranger | publickey                      |
  root stranger | password publickey             | PermitRootLogin yes
  toor stranger | password publickey             | PermitRootLogin yes
  root stranger | publickey                      | PermitRootLogin yes; PasswordAuthentication no
  root stranger | keyboard-interactive publickey | PermitRootLogin yes; PasswordAuthentication no; KbdInteractiveAuthentication yes
  root stranger | publickey                      | PermitRootLogin prohibit-password; KbdInteractiveAuthentication yes
  toor stranger | publickey                      | PermitRootLogin prohibit-password; KbdInteractiveAuthentication yes
  root stranger | publickey                      | PermitRootLogin without-password
  root stranger | nothing                        | PermitRootLogin forced-commands-only
  root stranger | nothing                        | PermitRootLogin no
  toor stranger | nothing                        | PermitRootLogin no
  root stranger | password publickey             | PermitRootLogin no; Match User root; PermitRootLogin yes
  root stranger | publickey                      | PermitRootLogin yes; Match User root; PermitRootLogin prohibit-password
  root stranger | nothing                        | PermitRootLogin yes; AllowUsers alice
  root stranger | password publickey             | PermitRootLogin yes; AllowUsers !root *
? root inner    | password publickey             | PermitRootLogin yes; Match Address *,!10.0.0.0/24; PermitRootLogin no
? root stranger | nothing                        | PermitRootLogin no; Match Address 10.0.0.0/24; PermitRootLogin yes
? root inner    | password publickey             | PermitRootLogin no; Match Address 10.0.0.0/24; PermitRootLogin yes
"#;

#[test]
fn accounts_of_root() {
    let Some(vps) = server_with_roots() else {
        return;
    };
    hold(&vps, ROOT, false);
}

#[test]
fn accounts_of_root_that_need_the_model() {
    let Some(vps) = server_with_roots() else {
        return;
    };
    hold(&vps, ROOT, true);
}

const MATCH: &str = r#"
  alice stranger | password publickey             | PasswordAuthentication no; Match User alice; PasswordAuthentication yes
  bob   stranger | publickey                      | PasswordAuthentication no; Match User alice; PasswordAuthentication yes
  alice stranger | publickey                      | Match User alice; PasswordAuthentication no
  bob   stranger | password publickey             | Match User alice; PasswordAuthentication no
? alice stranger | publickey                      | PasswordAuthentication no; Match User *,!alice; PasswordAuthentication yes
  bob   stranger | password publickey             | PasswordAuthentication no; Match User *,!alice; PasswordAuthentication yes
? bob   stranger | publickey                      | PasswordAuthentication no; Match User !alice; PasswordAuthentication yes
  alice stranger | keyboard-interactive publickey | PasswordAuthentication no; Match User al*; KbdInteractiveAuthentication yes
  alice stranger | password publickey             | PasswordAuthentication no; Match all; PasswordAuthentication yes
  alice stranger | password publickey             | PasswordAuthentication no; Match Group team; PasswordAuthentication yes
? bob   stranger | publickey                      | PasswordAuthentication no; Match Group team; PasswordAuthentication yes
? alice stranger | publickey                      | Match Group team; PasswordAuthentication no
  bob   stranger | password publickey             | Match Group team; PasswordAuthentication no
  alice stranger | password publickey             | PasswordAuthentication no; Match Address 203.0.113.0/24; PasswordAuthentication yes
? alice inner    | password publickey             | PasswordAuthentication no; Match Address 10.0.0.0/24; PasswordAuthentication yes
? alice inner    | password publickey             | Match Address *,!10.0.0.0/24; PasswordAuthentication no
? alice stranger | publickey                      | PasswordAuthentication no; Match Host *.example.org; PasswordAuthentication yes
  alice stranger | password publickey             | PasswordAuthentication no; Match LocalPort 22; PasswordAuthentication yes
  alice stranger | publickey                      | PasswordAuthentication no; Match LocalPort 2222; PasswordAuthentication yes
? alice stranger | password publickey             | PasswordAuthentication no; Match LocalAddress 203.0.113.10; PasswordAuthentication yes
  alice stranger | password publickey             | PasswordAuthentication no; Match User alice LocalPort 22; PasswordAuthentication yes
  alice stranger | publickey                      | PasswordAuthentication no; Match User alice; AuthenticationMethods publickey; Match all; PasswordAuthentication yes
  alice stranger | password                       | AuthenticationMethods publickey; Match User alice; AuthenticationMethods password
"#;

#[test]
fn match_blocks() {
    let Some(vps) = server() else { return };
    hold(&vps, MATCH, false);
}

#[test]
fn match_blocks_that_need_the_model() {
    let Some(vps) = server() else { return };
    hold(&vps, MATCH, true);
}

const LISTS: &str = r#"
  alice stranger | password publickey | AllowUsers alice
  bob   stranger | nothing            | AllowUsers alice
  alice stranger | nothing            | AllowUsers alice,bob
? alice stranger | nothing            | AllowUsers alice@10.0.0.0/24
? alice inner    | password publickey | AllowUsers alice@10.0.0.0/24
  alice stranger | password publickey | AllowUsers bob; AllowUsers a?ice
  alice stranger | nothing            | DenyUsers alice
  bob   stranger | password publickey | DenyUsers alice
? alice stranger | nothing            | DenyUsers alice@203.0.113.*
? alice inner    | password publickey | DenyUsers alice@203.0.113.*
  alice stranger | nothing            | AllowUsers alice; DenyUsers a*
? alice stranger | password publickey | AllowGroups team
? bob   stranger | nothing            | AllowGroups team
? alice stranger | nothing            | DenyGroups team
? bob   stranger | password publickey | DenyGroups team
? alice stranger | nothing            | AllowGroups bob; AllowUsers alice
  bob   stranger | password publickey | AllowUsers alice; Match User bob; AllowUsers bob
"#;

#[test]
fn lists_of_who_may() {
    let Some(vps) = server() else { return };
    hold(&vps, LISTS, false);
}

#[test]
fn lists_of_who_may_that_need_the_model() {
    let Some(vps) = server() else { return };
    hold(&vps, LISTS, true);
}

/// Accounts in every state that passwd(5) and shadow(5) know.
fn server_with_states() -> Option<Vps> {
    let vps = server()?;
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
    Some(vps)
}

/// What becomes of a login by the lines of the account in passwd and shadow.
const ACCOUNTS: &str = r#"
  nologin       stranger | password publickey             |
  false         stranger | password publickey             |
  blank-shell   stranger | password publickey             |
  homeless      stranger | password                       |
? no-such-shell stranger | nothing                        |
  locked        stranger | publickey                      |
  starred       stranger | publickey                      |
? expired       stranger | nothing                        |
  must-change   stranger | password publickey             |
  aged          stranger | password publickey             |
? inactive      stranger | nothing                        |
  no-shadow     stranger | nothing                        |
  old-hash      stranger | password publickey             |
  in-passwd     stranger | password publickey             |
  empty         stranger | publickey                      |
  empty         stranger | publickey                      | KbdInteractiveAuthentication yes
  empty         stranger | none                           | PermitEmptyPasswords yes
  empty         stranger | publickey                      | PermitEmptyPasswords yes; PasswordAuthentication no
  empty         stranger | keyboard-interactive publickey | PermitEmptyPasswords yes; PasswordAuthentication no; KbdInteractiveAuthentication yes
  empty         stranger | publickey                      | PermitEmptyPasswords yes; AuthenticationMethods publickey
  empty         stranger | publickey                      | UsePAM no
  empty         stranger | none                           | UsePAM no; PermitEmptyPasswords yes
  locked        stranger | nothing                        | UsePAM no
  starred       stranger | publickey                      | UsePAM no
? expired       stranger | nothing                        | UsePAM no
  inactive      stranger | password publickey             | UsePAM no
  no-shadow     stranger | publickey                      | UsePAM no
  in-passwd     stranger | password publickey             | UsePAM no
"#;

#[test]
fn states_of_an_account() {
    let Some(vps) = server_with_states() else {
        return;
    };
    hold(&vps, ACCOUNTS, false);
}

#[test]
fn states_of_an_account_that_need_the_model() {
    let Some(vps) = server_with_states() else {
        return;
    };
    hold(&vps, ACCOUNTS, true);
}

/// A shell that ends at once ends nothing else: what listens for this machine alone is within reach.
#[test]
fn an_account_without_a_shell_forwards_ports() {
    let Some(vps) = server() else { return };
    vps.sh("usermod --shell /usr/sbin/nologin bob");
    let through =
        format!("{SSH} -o PreferredAuthentications=password -W 127.0.0.1:22 bob@{SERVER}");
    let reached = vps.run(&as_client(crate::client::PASSWORD, &through));
    assert!(reached.stdout.starts_with("SSH-2.0-OpenSSH"), "{reached:?}");
    let report = vps.report();
    let open = report.on("ssh-password-login", "user:bob");
    assert_eq!(open.says(), "fail critical");
    assert!(open.text.contains("forward"), "{open:?}");
}
