use super::*;
use crate::facts::sudoers::read;
use crate::source::MapFiles;

const PASSWD: &str = "root:x:0:0::/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/bash\nbot:x:999:999::/srv:/usr/sbin/nologin\n";
const SHADOW: &str = "root:*:1::::::\nbob:$y$j9T$a$b:1::::::\nbot:!:1::::::\n";
const GROUP: &str = "sudo:x:27:bob\nbob:x:1000:\n";

fn accounts() -> Accounts {
    let mut all = Accounts::parse(PASSWD.as_bytes(), Ok(Some(SHADOW.as_bytes())));
    all.take_groups(Ok(Some(GROUP.as_bytes())), Ok(None));
    all
}

fn way(text: &str, user: &str) -> Result<Option<Path>, Obstacle> {
    let sudoers = read(
        &MapFiles::new([("/etc/sudoers", text)]),
        "/etc/sudoers",
        "vps",
    )
    .unwrap()
    .unwrap();
    assert_eq!(sudoers.errors, [], "{text}");
    let accounts = accounts();
    let name = HostText::from("vps");
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    let account = accounts
        .accounts
        .iter()
        .find(|it| it.name.raw() == user)
        .unwrap();
    Sudo::new(&sudoers, &accounts, &name, now).becomes_root(account)
}

/// In one word.
fn word(text: &str, user: &str) -> String {
    match way(text, user) {
        Err(_) => "unknown".to_owned(),
        Ok(None) => "no".to_owned(),
        Ok(Some(path)) => match path.password {
            Password::NotNeeded => "free".to_owned(),
            Password::Needed { of, remembered } => {
                format!("{}{}", of.raw(), if remembered { " once" } else { "" })
            }
            Password::CannotBeGiven { of } => format!("{} has none", of.raw()),
        },
    }
}

#[test]
fn who_becomes_root_and_with_what() {
    for (text, expected) in [
        ("bob ALL=(ALL) NOPASSWD:ALL", "free"),
        ("bob ALL=(ALL) ALL", "bob"),
        ("bob ALL=(ALL) NOPASSWD:ALL\nbob ALL=(ALL) ALL", "bob"),
        ("bob ALL=(ALL) ALL\nbob ALL=(ALL) NOPASSWD:ALL", "free"),
        (
            "bob ALL=(ALL) NOPASSWD:ALL\nbob ALL=(ALL) PASSWD:/bin/ls",
            "free",
        ),
        ("bob ALL=(ALL) NOPASSWD:ALL, !/bin/sh, !/usr/bin/su", "free"),
        ("bob ALL=(ALL) NOPASSWD:ALL\nbob ALL=(ALL) !ALL", "no"),
        ("bob ALL=(ALL) !ALL\nbob ALL=(ALL) NOPASSWD:ALL", "free"),
        ("bob ALL=NOPASSWD: /usr/bin/vi\nbob ALL=(ALL) ALL", "bob"),
        ("bob ALL=(ALL) ALL\nbob ALL=NOPASSWD: /usr/bin/vi", "free"),
        ("bob ALL=NOPASSWD: /usr/bin/systemctl restart bot", "no"),
        ("bob ALL=NOPASSWD: /usr/bin/systemctl restart *", "free"),
        (
            "bob ALL=NOPASSWD: /usr/bin/apt-get ^(update|upgrade)$",
            "no",
        ),
        ("bob ALL=NOPASSWD: /usr/bin/apt-get ^install .*$", "free"),
        ("bob ALL=NOPASSWD: /usr/bin/tail, /bin/ls", "no"),
        ("bob ALL=NOPASSWD: /usr/bin/", "free"),
        ("bob ALL=NOPASSWD: /usr/bin/*", "free"),
        ("bob ALL=NOPASSWD: /opt/*", "no"),
        ("bob ALL=NOPASSWD: ^/usr/bin/.*$", "free"),
        ("bob ALL=NOPASSWD: sudoedit", "free"),
        ("bob ALL=NOPASSWD: sudoedit /opt/bot/config", "no"),
        ("bob ALL=NOPASSWD: sudoedit /etc/sudoers", "free"),
        ("bob ALL=NOPASSWD: SETENV: /opt/run", "free"),
        (
            "Defaults env_keep += LD_PRELOAD\nbob ALL=NOPASSWD: /opt/run",
            "free",
        ),
        ("bob ALL=NOPASSWD: list", "no"),
        ("%sudo ALL=(ALL:ALL) ALL", "bob"),
        ("%#27 ALL=(ALL:ALL) NOPASSWD: ALL", "free"),
        ("%SUDO ALL=NOPASSWD: ALL", "free"),
        ("#1000 ALL=NOPASSWD: ALL", "free"),
        ("ALL, !bob ALL=NOPASSWD: ALL", "no"),
        ("!bob, ALL ALL=NOPASSWD: ALL", "free"),
        ("bob ALL=(www-data) NOPASSWD: ALL", "no"),
        ("bob ALL=(ALL, !root) NOPASSWD: ALL", "no"),
        ("bob ALL=() NOPASSWD: ALL", "no"),
        ("bob ALL=(:ALL) NOPASSWD: ALL", "no"),
        ("bob web1=NOPASSWD: ALL", "no"),
        ("bob VPS=NOPASSWD: ALL", "free"),
        ("bob ALL, !vps=NOPASSWD: ALL", "no"),
        ("bob vps.example.com=NOPASSWD: ALL", "unknown"),
        ("bob 10.0.0.0/8=NOPASSWD: ALL", "unknown"),
        ("+admins ALL=NOPASSWD: ALL", "unknown"),
        ("+admins ALL=NOPASSWD: ALL\nbob ALL=NOPASSWD: ALL", "free"),
        ("Defaults !authenticate\nbob ALL=ALL", "free"),
        ("Defaults !authenticate\nbob ALL=PASSWD: ALL", "bob"),
        ("Defaults:%sudo !authenticate\nbob ALL=ALL", "free"),
        ("Defaults:%adm !authenticate\nbob ALL=ALL", "bob"),
        ("Defaults>root !authenticate\nbob ALL=ALL", "free"),
        ("Defaults!/usr/bin/vi !authenticate\nbob ALL=ALL", "free"),
        ("Defaults exempt_group=sudo\nbob ALL=PASSWD: ALL", "free"),
        ("Defaults timestamp_timeout=-1\nbob ALL=ALL", "bob once"),
        ("Defaults rootpw\nbob ALL=ALL", "root has none"),
        ("Defaults runas_default=bot\nbob ALL=NOPASSWD: ALL", "no"),
        (
            "User_Alias OPS = bob\nCmnd_Alias C = ALL\nOPS ALL=NOPASSWD: C",
            "free",
        ),
        (
            "User_Alias OPS = OPS, bob\nCmnd_Alias C = D\nCmnd_Alias D = C\nOPS ALL=NOPASSWD: C",
            "no",
        ),
        (
            "Cmnd_Alias SHELLS = /bin/sh\nbob ALL=NOPASSWD: !SHELLS, !!ALL",
            "free",
        ),
        ("bob ALL=NOTAFTER=20200101000000Z NOPASSWD: ALL", "no"),
        ("bob ALL=NOTBEFORE=20200101000000Z NOPASSWD: ALL", "free"),
        ("bob ALL=NOEXEC: NOPASSWD: ALL", "free"),
    ] {
        assert_eq!(word(text, "bob"), expected, "{text}");
    }
    assert_eq!(word("bot ALL=ALL", "bot"), "bot has none");
}

#[test]
fn what_decides_and_what_it_shadows() {
    let path = way("bob ALL=(ALL) NOPASSWD: ALL\n%sudo ALL=(ALL) ALL\n", "bob")
        .unwrap()
        .unwrap();
    assert_eq!(path.decides.1, Source::line("/etc/sudoers", 2));
    assert_eq!(path.shadowed.len(), 1);
    assert_eq!(path.shadowed[0].1, Source::line("/etc/sudoers", 1));
}

#[test]
fn aliases_without_end_are_given_up() {
    let mut text = String::from("User_Alias A0 = eve\n");
    for level in 1..40 {
        let below = format!("A{}", level - 1);
        text += &format!("User_Alias A{level} = {below}, {below}, {below}\n");
    }
    text += "A39 ALL=NOPASSWD: ALL\n";
    assert_eq!(word(&text, "bob"), "unknown");
}
