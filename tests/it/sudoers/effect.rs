//! What sudo really does: for made-up files, accounts run commands through it, and the model must have said so.
//!
//! Needs root and sudo. Each file is tried in namespaces of its own, with accounts of its own: the host keeps what it has.
//! `SEAWORTHY_SUDO_RUNS` sets how many files are tried (8), `SEAWORTHY_SUDO_SEED` from which seed on (1).

use crate::support::{Dice, is_root, number};
use seaworthy::facts::accounts::Accounts;
use seaworthy::facts::sudoers::read;
use seaworthy::model::sudo::{Password, Sudo};
use seaworthy::source::{HostText, MapFiles};
use std::path::Path;
use std::process::Command;

const PASSWD: &str = "root:x:0:0::/root:/bin/sh\nbob:x:7001:7001::/:/bin/sh\neve:x:7002:7027::/:/bin/sh\nbot:x:7003:7003::/:/usr/sbin/nologin\nnobody:x:65534:65534::/:/usr/sbin/nologin\n";
const SHADOW: &str = "root:*:19900:0:99999:7:::\nbob:*:19900:0:99999:7:::\neve:*:19900:0:99999:7:::\nbot:!:19900:0:99999:7:::\n";
const GROUP: &str = "root:x:0:\nsudo:x:7027:bob\nbob:x:7001:\nbot:x:7003:eve\n";
const WHO: [(&str, u32, u32); 3] = [
    ("bob", 7001, 7001),
    ("eve", 7002, 7027),
    ("bot", 7003, 7003),
];

const USERS: [&str; 14] = [
    "bob", "eve", "bot", "ALL", "%sudo", "%#7027", "#7001", "OPS", "ADMINS", "%bot", "BOB",
    "%SUDO", "nobody", "NOSUCH",
];
const RUNAS: [&str; 9] = [
    "root", "ALL", "bob", "#0", "R", "%root", "OPS", "nobody", "NOSUCH",
];
const HOSTS: [&str; 7] = ["ALL", "ALL", "vps", "web1", "VPS", "v*", "LAN"];
const COMMANDS: [&str; 14] = [
    "ALL",
    "ALL",
    "ALL",
    "/usr/bin/env",
    "/usr/bin/find",
    "/usr/bin/tail",
    "/usr/bin/env true",
    "/usr/bin/",
    "/usr/bin/*",
    "CALL",
    "CENV",
    "/usr/bin/env *",
    "/usr/bin/f*",
    "CNOT",
];
const TAGS: [&str; 5] = ["NOPASSWD:", "NOPASSWD: ", "PASSWD:", "EXEC:", ""];
const SETTINGS: [&str; 8] = [
    "!authenticate",
    "authenticate",
    "exempt_group=sudo",
    "runas_default=bob",
    "runas_default=root",
    "!authenticate",
    "rootpw",
    "exempt_group=nosuch",
];

/// Commands that stand for all others: one that only `ALL` allows, two that are named, and one that only patterns allow.
const PROBES: [&str; 5] = [
    "/srv/probe",
    "/usr/bin/env -u X true",
    "/usr/bin/find /srv -maxdepth 0",
    "/usr/bin/flock /srv true",
    "/usr/bin/perl -e 1",
];

fn list(dice: &mut Dice, from: &[&str]) -> String {
    let one = |dice: &mut Dice| {
        let sign = if dice.one_in(5) { "!" } else { "" };
        format!("{sign}{}", dice.pick(from))
    };
    let all: Vec<String> = (0..=dice.roll(3)).map(|_| one(dice)).collect();
    all.join(", ")
}

fn file(seed: u64) -> String {
    let mut dice = Dice(seed ^ 0x050d_0e25);
    let mut text = String::from("Defaults mailerpath=/bin/true, listpw=never\n");
    for (kind, name, from) in [
        ("User_Alias", "OPS", &USERS[..]),
        ("User_Alias", "ADMINS", &USERS),
        ("Runas_Alias", "R", &RUNAS),
        ("Host_Alias", "LAN", &HOSTS),
        ("Cmnd_Alias", "CALL", &COMMANDS[..12]),
        ("Cmnd_Alias", "CENV", &COMMANDS),
        ("Cmnd_Alias", "CNOT", &COMMANDS),
    ] {
        if !dice.one_in(5) {
            text += &format!("{kind} {name} = {}\n", list(&mut dice, from));
        }
    }
    for _ in 0..=dice.roll(5) {
        if dice.one_in(4) {
            let scope = match dice.roll(5) {
                0 => format!(":{}", list(&mut dice, &USERS)),
                1 => format!(">{}", list(&mut dice, &RUNAS)),
                2 => format!("@{}", list(&mut dice, &HOSTS)),
                _ => String::new(),
            };
            text += &format!("Defaults{scope} {}\n", dice.pick(&SETTINGS));
            continue;
        }
        let mut grants = Vec::new();
        for _ in 0..=dice.roll(3) {
            let runas = match dice.roll(5) {
                0 => String::new(),
                1 => "(ALL) ".to_owned(),
                2 => "(root) ".to_owned(),
                3 => format!("({} : ALL) ", list(&mut dice, &RUNAS)),
                _ => format!("({}) ", list(&mut dice, &RUNAS)),
            };
            let sign = if dice.one_in(6) { "!" } else { "" };
            grants.push(format!(
                "{runas}{}{sign}{}",
                dice.pick(&TAGS),
                dice.pick(&COMMANDS)
            ));
        }
        let (users, hosts) = (list(&mut dice, &USERS), list(&mut dice, &HOSTS));
        text += &format!("{users} {hosts} = {}\n", grants.join(", "));
    }
    text
}

/// One line for each account and probe: 0 where it ran without a password, 1 where it may run, 2 where not.
const SCRIPT: &str = r#"
set -e
cd "$1"
hostname vps
for f in passwd group shadow hosts nsswitch.conf sudoers; do
    [ -e "/etc/$f" ] || : >"/etc/$f"
    mount --bind "$f" "/etc/$f"
done
mount -t tmpfs none /srv
mkdir -p /run/sudo /var/lib/sudo
mount -t tmpfs none /run/sudo
mount -t tmpfs none /var/lib/sudo
cp /bin/true /srv/probe
while read -r user uid gid probe; do
    if setpriv --reuid "$uid" --regid "$gid" --init-groups sudo -n -u root $probe >/dev/null 2>&1; then
        echo 0
    # Asked as that user: to root under -U sudo answers with its Defaults for root.
    elif setpriv --reuid "$uid" --regid "$gid" --init-groups sudo -n -l -u root $probe >/dev/null 2>&1; then
        echo 1
    else
        echo 2
    fi
done <questions
"#;

fn really(directory: &Path) -> Vec<u8> {
    let output = Command::new("unshare")
        .args([
            "-m",
            "-u",
            "--propagation",
            "private",
            "sh",
            "-c",
            SCRIPT,
            "sh",
        ])
        .arg(directory)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn sudo_does_what_the_model_says() {
    use std::os::unix::fs::PermissionsExt;
    let is_there = |tool: &str| Path::new(tool).exists();
    if !is_root() || !is_there("/usr/bin/sudo") || !is_there("/usr/bin/perl") {
        println!("skipped: needs root and sudo");
        return;
    }
    let mut questions = String::new();
    for (user, uid, gid) in WHO {
        for probe in PROBES {
            questions += &format!("{user} {uid} {gid} {probe}\n");
        }
    }
    let mut accounts = Accounts::parse(PASSWD.as_bytes(), Ok(Some(SHADOW.as_bytes())));
    accounts.take_groups(Ok(Some(GROUP.as_bytes())), Ok(None));
    let first = number("SEAWORTHY_SUDO_SEED", 1);
    for seed in first..first + number("SEAWORTHY_SUDO_RUNS", 8) {
        let text = file(seed as u64);
        let temporary = tempfile::tempdir().unwrap();
        for (name, text, mode) in [
            ("passwd", PASSWD, 0o644),
            ("group", GROUP, 0o644),
            ("shadow", SHADOW, 0o640),
            ("hosts", "127.0.0.1 vps\n", 0o644),
            (
                "nsswitch.conf",
                "passwd: files\ngroup: files\nshadow: files\nhosts: files\n",
                0o644,
            ),
            ("sudoers", &text, 0o440),
            ("questions", &questions, 0o644),
        ] {
            let path = temporary.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let answers = really(temporary.path());
        assert_eq!(answers.len(), WHO.len() * PROBES.len());
        let sudoers = read(
            &MapFiles::new([("/etc/sudoers", &text)]),
            "/etc/sudoers",
            "vps",
        );
        let sudoers = sudoers.unwrap().unwrap();
        let hostname = HostText::from("vps");
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let sudo = Sudo::new(&sudoers, &accounts, &hostname, now);
        for ((user, ..), answers) in WHO.iter().zip(answers.chunks(PROBES.len())) {
            let account = accounts
                .accounts
                .iter()
                .find(|it| it.name.raw() == *user)
                .unwrap();
            let path = sudo.becomes_root(account).unwrap();
            let ours = match &path {
                Some(path) if path.password == Password::NotNeeded => 0,
                Some(_) => 1,
                None => 2,
            };
            let theirs = answers.iter().min().unwrap();
            assert_eq!(
                ours, *theirs,
                "seed {seed} {user}: {answers:?}\n{path:#?}\n{text}"
            );
        }
    }
}
