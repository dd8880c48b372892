//! Makes up sudoers from its grammar, odd white space and all, and breaks some of it.

use crate::support::Dice;

pub const USERS: [&str; 16] = [
    "bob",
    "eve",
    "root",
    "#1000",
    "#0",
    "ALL",
    "%sudo",
    "%#27",
    "OPS",
    "ADMINS",
    "\"odd name\"",
    "+net",
    "%:ad",
    "UNKNOWN",
    "a\\,b",
    "bob\\x41",
];
const HOSTS: [&str; 10] = [
    "ALL",
    "vps",
    "web1",
    "LAN",
    "10.0.0.0/8",
    "192.168.1.5",
    "fe80::1/64",
    "+hosts",
    "v*",
    "10.0.0.0/255.0.0.0",
];
pub const COMMANDS: [&str; 24] = [
    "ALL",
    "/bin/ls",
    "/usr/bin/vi /etc/x",
    "/bin/sh",
    "SHELLS",
    "/usr/bin/",
    "/usr/bin/*",
    "/bin/cat /var/log/*",
    "/bin/ls \"\"",
    "sudoedit /etc/x",
    "sudoedit",
    "list",
    "/bin/a\\,b c\\:d \\* \\\\",
    "/bin/x ^(a|b)$",
    "^/bin/(a|b)$",
    "^/bin/x\\$y$ z",
    "NOSUCH",
    "/bin/kill -9 [0-9]*",
    "/bin/x  a   b",
    "/bin/x a\\=b !c",
    "/usr/bin/systemctl restart bot",
    "/usr/bin/sudoedi",
    "/bin/b a=b",
    "sha224:d7910e1967342b4605cb73a550944044c631d8b3b00d2d4b8e5f6e00 /bin/y",
];
const TAGS: [&str; 15] = [
    "NOPASSWD:",
    "NOPASSWD :",
    "PASSWD:",
    "NOEXEC:",
    "EXEC:",
    "SETENV:",
    "NOSETENV:",
    "LOG_INPUT:",
    "NOLOG_OUTPUT:",
    "MAIL:",
    "NOMAIL:",
    "FOLLOW:",
    "NOINTERCEPT:",
    "INTERCEPT:",
    "NOFOLLOW:",
];
const OPTIONS: [&str; 9] = [
    "TIMEOUT=1h30m",
    "CWD=/tmp",
    "CHROOT=*",
    "ROLE=staff_r",
    "TYPE = t",
    "NOTBEFORE=20200101000000Z",
    "NOTAFTER=20300101000000Z",
    "TIMEOUT=x",
    "CWD=tmp",
];
pub const SETTINGS: [&str; 14] = [
    "env_reset",
    "!authenticate",
    "authenticate",
    "timestamp_timeout=-1",
    "env_keep += \"A B\"",
    "env_keep=FOO",
    "env_keep -= A",
    "!requiretty",
    "secure_path=\"/a:/b\"",
    "passwd_tries = 3",
    "rootpw",
    "!env_reset",
    "umask=022",
    "runas_default=bob",
];
pub const NAMES: [&str; 11] = [
    "env_reset",
    "authenticate",
    "timestamp_timeout",
    "env_keep",
    "requiretty",
    "secure_path",
    "passwd_tries",
    "rootpw",
    "umask",
    "runas_default",
    "env_check",
];
const NOISE: [&str; 16] = [
    "!", ",", ":", "=", "(", ")", "#", "\\", "\"", " ", "%", "+", "x", "ALL", "\t", "sha256:",
];

fn gap(dice: &mut Dice) -> &'static str {
    dice.pick(&["", "", " ", " ", "  ", "\t", " \\\n  "])
}

fn space(dice: &mut Dice) -> &'static str {
    dice.pick(&[" ", " ", " ", "\t", "  ", " \\\n ", "\\\n "])
}

fn list(dice: &mut Dice, from: &[&str], most: usize) -> String {
    let mut out = String::new();
    for index in 0..=dice.roll(most) {
        if index > 0 {
            out += gap(dice);
            out += ",";
            out += gap(dice);
        }
        if dice.one_in(6) {
            out += dice.pick(&["!", "! ", "!!", "!!!"]);
        }
        out += dice.pick(from);
    }
    out
}

/// Options stand only before the first: cvtsudoers does not tell of a command that it has some of its own.
fn grant(dice: &mut Dice, first: bool) -> String {
    let mut out = String::new();
    if dice.one_in(2) {
        out += "(";
        match dice.roll(6) {
            0 => {}
            1 => out += &format!(":{}", list(dice, &["g", "ALL", "#5", "OPS"], 2)),
            2 => {
                out += &format!(
                    "{} : {}",
                    list(dice, &USERS, 2),
                    list(dice, &["g", "ALL"], 1)
                )
            }
            _ => out += &list(dice, &USERS, 2),
        }
        out += ")";
        out += gap(dice);
    }
    while first && dice.one_in(5) {
        out += dice.pick(&OPTIONS);
        out += space(dice);
    }
    while dice.one_in(2) {
        out += dice.pick(&TAGS);
        out += gap(dice);
    }
    if dice.one_in(6) {
        out += "!";
    }
    out += dice.pick(&COMMANDS);
    out
}

fn spec(dice: &mut Dice) -> String {
    let mut out = list(dice, &USERS, 2);
    out += space(dice);
    for index in 0..=usize::from(dice.one_in(5)) {
        if index > 0 {
            out += dice.pick(&[":", " : "]);
        }
        out += &list(dice, &HOSTS, 1);
        out += gap(dice);
        out += "=";
        out += gap(dice);
        for index in 0..=dice.roll(3) {
            if index > 0 {
                out += dice.pick(&[",", ", ", " , "]);
            }
            out += &grant(dice, index == 0);
        }
    }
    out
}

fn alias(dice: &mut Dice) -> String {
    let one = |dice: &mut Dice| match dice.roll(4) {
        0 => format!(
            "User_Alias {} = {}",
            dice.pick(&["OPS", "ADMINS", "A1"]),
            list(dice, &USERS, 3)
        ),
        1 => format!(
            "Runas_Alias {}={}",
            dice.pick(&["OPS", "R_2"]),
            list(dice, &USERS, 2)
        ),
        2 => format!(
            "Host_Alias {} = {}",
            dice.pick(&["LAN", "H"]),
            list(dice, &HOSTS, 2)
        ),
        _ => format!(
            "{} {} ={}",
            dice.pick(&["Cmnd_Alias", "Cmd_Alias"]),
            dice.pick(&["SHELLS", "C"]),
            list(dice, &COMMANDS, 2)
        ),
    };
    let mut out = one(dice);
    if dice.one_in(6) {
        out += &format!(" : X{} = ALL", dice.roll(3));
    }
    out
}

fn defaults(dice: &mut Dice) -> String {
    let scope = match dice.roll(6) {
        0 => format!(":{}", list(dice, &USERS, 1)),
        1 => format!(">{}", list(dice, &USERS, 1)),
        2 => format!("@{}", list(dice, &HOSTS, 1)),
        3 => format!(
            "!{}",
            list(dice, &["/bin/ls", "SHELLS", "ALL", "/bin/a\\,b"], 1)
        ),
        _ => String::new(),
    };
    let mut out = format!("Defaults{scope}{}", dice.pick(&[" ", "\t"]));
    out += &list(dice, &SETTINGS, 2)
        .replace("!!", "!")
        .replace("! ", "!");
    out
}

/// A broken line as people, or editors, leave it.
fn broken(dice: &mut Dice, line: &mut String) {
    let at = dice.roll(line.len() + 1);
    // cvtsudoers tries regular expressions, which sudo itself does not while it reads.
    if line.contains('^') {
        return;
    }
    match dice.roll(3) {
        0 => line.insert_str(at, dice.pick(&NOISE)),
        1 => line.truncate(at),
        _ if at < line.len() => {
            line.remove(at);
        }
        _ => line.push('\r'),
    }
}

/// A file.
pub fn file(seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut text = String::new();
    for _ in 0..=dice.roll(12) {
        let mut line = match dice.roll(12) {
            0 => "# a comment".to_owned(),
            1 => "#".to_owned(),
            2 => String::new(),
            3 | 4 => alias(&mut dice),
            5 | 6 => defaults(&mut dice),
            _ => spec(&mut dice),
        };
        if dice.one_in(5) {
            line += dice.pick(&[" # more", "  ", "\t#x", " #"]);
        }
        if seed.is_multiple_of(2) && dice.one_in(5) {
            broken(&mut dice, &mut line);
        }
        text += dice.pick(&["", "", "", " "]);
        text += &line;
        text += dice.pick(&["\n", "\n", "\n", "\n", "\n", "\n\n"]);
    }
    if dice.one_in(4) {
        text.pop();
    }
    text
}
