//! `cargo bench --bench sshd`: the model of sshd alone, a thousand lines and two hundred logins.
//!
//! Prints figures and asserts none: a busy machine is no failure. `cargo bench --bench sshd -- RUNS` sets the number of runs.

// A benchmark speaks to whoever runs it, and has nobody to return an error to.
#![allow(clippy::print_stdout, clippy::expect_used)]

use seaworthy::facts::sshd::{Config, Version};
use seaworthy::model::sshd::{Connection, Groups, Model};
use seaworthy::source::MapFiles;
use std::fmt::Write;
use std::hint::black_box;
use std::time::{Duration, Instant};

const MAIN: &str = "/etc/ssh/sshd_config";

fn main() {
    let runs = std::env::args()
        .filter_map(|word| word.parse().ok())
        .next()
        .unwrap_or(200);
    for (what, text) in [
        ("100 Match blocks of 9 lines", blocks(100, 9)),
        ("1 block that always fits", blocks(1, 1000)),
    ] {
        let files = MapFiles::new([(MAIN, text.as_str())]);
        let config = Config::read(&files, MAIN);
        let version = Version::parse("1:9.2p1-2+deb12u3").expect("a version");
        let logins: Vec<Connection> = (0..200).map(login).collect();
        let read = || Model::new(&config, &version, &[]).expect("a good configuration");
        show(
            &format!("{what}: read {} lines", text.lines().count()),
            runs,
            || {
                black_box(read());
            },
        );
        let model = read();
        show(&format!("{what}: {} logins", logins.len()), runs, || {
            for login in &logins {
                let _ = black_box(model.login(black_box(login)));
            }
        });
        show(
            &format!("{what}: read, 200 logins, 10 values of each"),
            runs,
            || {
                let model = read();
                for login in &logins {
                    let effective = model.login(login).expect("it fits");
                    for keyword in KEYWORDS {
                        let _ = black_box(effective.get(keyword));
                    }
                }
            },
        );
        show(
            &format!("{what}: all that sshd -T prints, once"),
            runs,
            || {
                let _ = black_box(model.login(&logins[0]).expect("it fits").plain());
            },
        );
    }
}

const KEYWORDS: [&str; 10] = [
    "passwordauthentication",
    "kbdinteractiveauthentication",
    "usepam",
    "permitrootlogin",
    "permitemptypasswords",
    "pubkeyauthentication",
    "authenticationmethods",
    "allowusers",
    "denyusers",
    "forcecommand",
];

fn blocks(count: usize, lines: usize) -> String {
    const LINES: [&str; 9] = [
        "PasswordAuthentication no",
        "PermitRootLogin no",
        "X11Forwarding no",
        "AllowTcpForwarding no",
        "ForceCommand internal-sftp",
        "Banner /etc/issue",
        "MaxAuthTries 3",
        "AuthorizedKeysFile /etc/keys/%u",
        "AllowAgentForwarding no",
    ];
    let mut text = "PasswordAuthentication yes\nUsePAM yes\n".to_owned();
    for number in 0..count {
        let _ = match count {
            1 => writeln!(text, "Match User *"),
            _ => writeln!(
                text,
                "Match User u{number},v{number}* Address 10.{number}.0.0/16,!10.{number}.1.0/24"
            ),
        };
        for line in 0..lines {
            let _ = writeln!(text, "    {}", LINES[line % LINES.len()]);
        }
    }
    text
}

fn login(number: usize) -> Connection {
    Connection {
        user: Some(format!("u{number}").into()),
        host: Some(format!("10.{number}.2.3").into()),
        addr: Some(format!("10.{number}.2.3").into()),
        laddr: Some("192.0.2.1".into()),
        lport: Some(22),
        groups: Groups::Known(vec!["users".into()]),
        ..Connection::default()
    }
}

fn show(what: &str, runs: usize, mut work: impl FnMut()) {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort();
    println!(
        "{what:<60} {:>9.3} ms",
        times[runs / 2].as_secs_f64() * 1000.0
    );
}
