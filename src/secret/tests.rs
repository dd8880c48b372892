//! Tables of command lines, and what holds for every text.
//!
//! A line of `tests/harmless.txt` stays exactly as it is. In `tests/secret.txt` what must be hidden stands between « and »,
//! and all the rest stays.

use super::*;
use crate::source::HostText;
use proptest::prelude::*;

/// The words that a shell would make of a line of a table.
fn argv(line: &str) -> Vec<String> {
    let (words, _) = line::words(line);
    words.into_iter().map(|word| word.meant).collect()
}

fn mask(argv: &[String]) -> Vec<String> {
    let words: Vec<HostText> = argv.iter().map(HostText::from).collect();
    let shown = mask_argv(&words);
    assert_eq!(mask_argv(&shown), shown, "masking twice is masking once");
    shown.iter().map(|word| word.raw().to_owned()).collect()
}

/// The text with «» for each mark.
fn without_marks(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match Masked::read(rest) {
            Some((_, length)) => {
                shown.push_str("«»");
                length
            }
            None => {
                shown.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    shown
}

#[test]
fn harmless_command_lines_stay_as_they_are() {
    let lines: Vec<&str> = include_str!("tests/harmless.txt").lines().collect();
    assert!(lines.len() >= 60);
    let mut changed = Vec::new();
    for line in lines {
        let argv = argv(line);
        let shown = mask(&argv);
        if shown != argv {
            changed.push(format!("{line}\n  became {}", shown.join(" ")));
        }
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

#[test]
fn secrets_of_command_lines_are_hidden_and_only_they() {
    let lines: Vec<&str> = include_str!("tests/secret.txt").lines().collect();
    assert!(lines.len() >= 80);
    let mut wrong = Vec::new();
    for line in lines {
        let marked = argv(line);
        let plain: Vec<String> = marked
            .iter()
            .map(|word| word.replace(['«', '»'], ""))
            .collect();
        let expected: Vec<String> = marked
            .iter()
            .map(|word| {
                let mut parts = word.split('«');
                let mut text = parts.next().unwrap().to_owned();
                for part in parts {
                    text.push_str("«»");
                    text.push_str(part.split_once('»').map_or("", |(_, rest)| rest));
                }
                text
            })
            .collect();
        let shown = mask(&plain);
        let got: Vec<String> = shown.iter().map(|word| without_marks(word)).collect();
        if got != expected {
            wrong.push(format!("{line}\n  became {}", shown.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Where a secret stands in a command line, and which secrets it can hold there.
type Position = (&'static str, fn(&str) -> Vec<String>, fn(char) -> bool);

fn words(words: &[&str], last: String) -> Vec<String> {
    words
        .iter()
        .map(|word| (*word).to_owned())
        .chain([last])
        .collect()
}

const POSITIONS: &[Position] = &[
    (
        "long option",
        |x| words(&["bot", "--password"], x.to_owned()),
        |_| true,
    ),
    (
        "long option with sign",
        |x| words(&["bot"], format!("--api-key={x}")),
        |_| true,
    ),
    (
        "single dash",
        |x| words(&["bot", "-token"], x.to_owned()),
        |_| true,
    ),
    (
        "mysql",
        |x| words(&["mysql", "-u", "root"], format!("-p{x}")),
        |_| true,
    ),
    (
        "sshpass",
        |x| words(&["sshpass", "-p"], x.to_owned()),
        |_| true,
    ),
    (
        "variable",
        |x| words(&["env"], format!("API_SECRET={x}")),
        |_| true,
    ),
    (
        "container's variable",
        |x| {
            words(
                &["docker", "run", "-e"],
                format!("FREQTRADE__EXCHANGE__KEY={x}"),
            )
        },
        |_| true,
    ),
    (
        "curl user",
        |x| words(&["curl", "-u"], format!("me:{x}")),
        |_| true,
    ),
    (
        "header",
        |x| words(&["curl", "-H"], format!("Authorization: Bearer {x}")),
        |_| true,
    ),
    (
        "header attached",
        |x| words(&["curl"], format!("-HX-API-Key: {x}")),
        |_| true,
    ),
    (
        "json",
        |x| {
            words(
                &["bot"],
                serde_json::json!({"name": "a", "secret": x}).to_string(),
            )
        },
        |_| true,
    ),
    (
        "deep json",
        |x| {
            words(
                &["bot"],
                serde_json::json!({"a": [{"apiKey": [x]}]}).to_string(),
            )
        },
        |_| true,
    ),
    (
        "json argv",
        |x| {
            words(
                &["bot"],
                serde_json::json!({"a": ["x", "--password", x]}).to_string(),
            )
        },
        |_| true,
    ),
    (
        "json cut short",
        |x| {
            words(
                &["bot"],
                format!("{}, \"na", serde_json::json!([{"a": 1, "secret": x}])),
            )
        },
        |_| true,
    ),
    (
        "option's json",
        |x| {
            words(
                &["bot"],
                format!("--config={}", serde_json::json!({"password": x})),
            )
        },
        |_| true,
    ),
    (
        "url",
        |x| words(&["bot"], format!("postgres://bot:{x}@db:5432/t")),
        |c| !c.is_whitespace(),
    ),
    (
        "url's option",
        |x| words(&["bot", "--db-url"], format!("redis://:{x}@db/0")),
        |c| !c.is_whitespace(),
    ),
    (
        "query",
        |x| {
            words(
                &["curl"],
                format!("https://h.example/a?x=1&api_key={x}&y=2"),
            )
        },
        |c| !c.is_whitespace() && !"&#;\"'\\".contains(c),
    ),
    (
        "form",
        |x| words(&["curl", "-d"], format!("x=1&signature={x}")),
        |c| !c.is_whitespace() && !"&#;\"'\\".contains(c),
    ),
    (
        "mount",
        |x| words(&["mount", "-o"], format!("username=u,password={x},uid=1")),
        |c| !c.is_whitespace() && !",;&\"'\\".contains(c),
    ),
    (
        "conninfo",
        |x| words(&["psql"], format!("host=db password='{x}' dbname=t")),
        |c| !"'\\".contains(c),
    ),
    (
        "shell",
        |x| words(&["sh", "-c"], format!("exec bot --password '{x}' --live")),
        |c| c != '\'',
    ),
    (
        "shell's variable",
        |x| words(&["sh", "-c"], format!("API_KEY=\"{x}\" bot --live")),
        |c| !"\"\\".contains(c),
    ),
    (
        "shell in shell",
        |x| words(&["sh", "-c"], format!("ssh h \"sh -c 'mysql -p{x} t'\"")),
        |c| !c.is_whitespace() && !"\"'\\`$".contains(c),
    ),
    (
        "redis",
        |x| words(&["redis-cli", "config", "set", "requirepass"], x.to_owned()),
        |_| true,
    ),
];

/// Whatever can be typed; the first is no dash and the whole no word that may stand.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9!@#%^&*()_+=,.?/;:<>\\[\\]{}|~-]{6,40}",
        "[^-\\p{C}$/][^\\p{C}]{5,40}",
        "[BJKQVXZ]{3,8}( [BJKQVXZ]{3,8}){1,11}",
        "[A-Za-z0-9]{18,64}",
        "[A-Za-z0-9+/]{86}==",
    ]
    .prop_filter("an option or a path", |x| !x.starts_with(['-', '/', '$']))
}

/// Keys as exchanges draw them, which show by their shape.
fn drawn() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9]{64}",
        "[A-Za-z0-9]{48}",
        "[A-Za-z0-9+/]{86}==",
        "[0-9a-f]{64}",
        "[0-9a-f]{32}",
        "0x[0-9a-fA-F]{64}",
        "[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
        "eyJ[A-Za-z0-9_-]{30}\\.eyJ[A-Za-z0-9_-]{60}\\.[A-Za-z0-9_-]{43}",
        "AKIA[A-Z2-7]{16}",
        "bg_[a-f0-9]{32}",
        "ghp_[A-Za-z0-9]{36}",
    ]
}

fn shows(secret: &str, words: &[String]) -> Option<String> {
    let chars: Vec<char> = secret.chars().collect();
    let shown = without_marks(&words.join("\n"));
    let runs = chars.windows(5).map(|run| run.iter().collect::<String>());
    runs.into_iter().find(|run| shown.contains(run.as_str()))
}

fn is_bounded(before: &[String], after: &[String]) -> bool {
    let length = |words: &[String]| words.iter().map(|word| word.len() + 1).sum::<usize>();
    after.len() <= before.len().max(1) && length(after) <= 24 * length(before) + 24
}

proptest! {
    #[test]
    fn nothing_of_a_secret_shows(secret in typed(), at in 0..POSITIONS.len()) {
        let (place, make, holds) = POSITIONS[at];
        let secret: String = secret.chars().filter(|c| holds(*c)).collect();
        prop_assume!(secret.chars().count() > 5 && !secret.starts_with(['-', '/', '$']));
        let argv = make(&secret);
        let shown = mask(&argv);
        prop_assert_eq!(shows(&secret, &shown), None, "{}: {:?} became {:?}", place, argv, shown);
        prop_assert!(is_bounded(&argv, &shown));
    }

    #[test]
    fn keys_show_by_their_shape(secret in drawn(), at in 0..6) {
        let argv: Vec<String> = match at {
            0 => words(&["bot"], secret.clone()),
            1 => words(&["bot", "--id"], secret.clone()),
            2 => words(&["bot"], format!("--id={secret}")),
            3 => words(&["bot"], format!("a,{secret};b")),
            4 => words(&["sh", "-c"], format!("bot '{secret}' --live")),
            _ => words(&["curl"], format!("https://h.example/v3/{secret}")),
        };
        let shown = mask(&argv);
        prop_assert_eq!(shows(&secret, &shown), None, "{:?} became {:?}", argv, shown);
    }

    #[test]
    fn any_words_are_masked_alike_twice(
        argv in prop::collection::vec(
            prop_oneof![
                ".{0,20}",
                "[-a-z=:/@'\"\\\\ {}\\[\\]…,&?]{0,20}",
                prop::sample::select(vec![
                    "mysql", "--password", "-p", "-u", "sh", "-c", "-----BEGIN", "-----END", "{\"key\":", "[token …abcd]",
                    "API_KEY=", "https://", "set", "docker", "exec", "'", "\"", "\\", "[key]",
                ]).prop_map(str::to_owned),
            ],
            0..8,
        ),
        joined in any::<bool>(),
    ) {
        let argv = if joined { vec!["sh".to_owned(), "-c".to_owned(), argv.join(" ")] } else { argv };
        let shown = mask(&argv);
        prop_assert!(is_bounded(&argv, &shown));
    }

    #[test]
    fn any_bytes_are_an_environment(block in prop::collection::vec(any::<u8>(), 0..200)) {
        for (name, value) in mask_environment(&block) {
            prop_assert_eq!(mask_assignment(name.raw(), &value), value);
        }
    }

    #[test]
    fn nothing_of_a_secret_shows_in_a_unit(secret in typed()) {
        let quoted = secret.replace('\\', "\\\\").replace('"', "\\\"");
        for (key, value) in [
            ("Environment", format!("TZ=UTC \"API_KEY={quoted}\" A=b")),
            ("ExecStart", format!("/usr/bin/bot --password \"{quoted}\" --live")),
            ("SetCredential", format!("key:{secret}")),
        ] {
            let shown = mask_unit_setting(key, &HostText::from(value));
            prop_assert_eq!(shows(&secret, &[shown.raw().to_owned()]), None, "{}={}", key, shown);
            prop_assert_eq!(mask_unit_setting(key, &shown), shown);
        }
    }
}

#[test]
fn secrets_of_several_words_become_one() {
    let phrase =
        "abandon ability able about above absent absorb abstract absurd abuse access accident";
    for line in [
        format!("bot import {phrase}"),
        format!("bot --mnemonic {phrase}"),
    ] {
        let shown = mask(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(shown.last().unwrap(), "[seed-phrase]", "{shown:?}");
        assert!(shown.len() <= 3);
    }
    let key = "bot -----BEGIN EC PRIVATE KEY----- MHcCAQEEIabc oAoGCCqGSM49 -----END EC PRIVATE KEY----- --live";
    let shown = mask(&key.split(' ').map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(shown, ["bot", "[private-key]", "--live"]);
    assert_eq!(mask(&[phrase.replace(' ', ",")]), ["[seed-phrase]"]);
}

#[test]
fn variables() {
    for (name, value, expected) in [
        ("PATH", "/usr/local/bin:/usr/bin", "/usr/local/bin:/usr/bin"),
        ("HOME", "/root", "/root"),
        ("LANG", "de_CH.UTF-8", "de_CH.UTF-8"),
        ("PWD", "/", "/"),
        (
            "SSH_AUTH_SOCK",
            "/tmp/ssh-XXXXabc/agent.12",
            "/tmp/ssh-XXXXabc/agent.12",
        ),
        (
            "SSH_CONNECTION",
            "192.0.2.1 50544 192.0.2.2 22",
            "192.0.2.1 50544 192.0.2.2 22",
        ),
        (
            "INVOCATION_ID",
            "4f66ad9a0b2e4c3d9e7f8091a2b3c4d5",
            "4f66ad9a0b2e4c3d9e7f8091a2b3c4d5",
        ),
        (
            "POSTGRES_PASSWORD_FILE",
            "/run/secrets/pg",
            "/run/secrets/pg",
        ),
        ("FREQTRADE__EXCHANGE__NAME", "kraken", "kraken"),
        ("FREQTRADE__EXCHANGE__KEY", "abc", "[key]"),
        (
            "BINANCE_API_SECRET",
            "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j",
            "[api-secret …Tj0j]",
        ),
        (
            "DATABASE_URL",
            "postgres://bot:hunter2@db/t",
            "postgres://bot:[password]@db/t",
        ),
        (
            "SENTRY_DSN",
            "https://0123abc@o1.ingest.sentry.io/2",
            "https://[token]@o1.ingest.sentry.io/2",
        ),
        (
            "DISCORD_WEBHOOK",
            "https://discord.com/api/webhooks/1/abc",
            "[webhook]",
        ),
        ("WALLET_MNEMONIC", "one two three", "[seed-phrase]"),
        (
            "WHATEVER",
            "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
            "[token …saw1]",
        ),
        (
            "JAVA_OPTS",
            "-Xmx1g -Dpassword=hunter2",
            "-Xmx1g -Dpassword=[password]",
        ),
    ] {
        assert_eq!(
            mask_assignment(name, &HostText::from(value)).raw(),
            expected,
            "{name}"
        );
    }
    let block = b"PATH=/bin\0API_KEY=abc\0\0=odd=x\0nothing\0B=\xff";
    let shown: Vec<String> = mask_environment(block)
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        shown,
        [
            "PATH=/bin",
            "API_KEY=[api-key]",
            "=odd=x",
            "nothing=",
            "B=\\xff"
        ]
    );
}

#[test]
fn settings_of_units() {
    for (key, value, expected) in [
        (
            "Environment",
            "TZ=UTC \"API_KEY=a b\" B=c",
            "TZ=UTC \"API_KEY=[api-key]\" B=c",
        ),
        (
            "Environment",
            "API_KEY=a forgotten B=c",
            "API_KEY=[api-key] [secret] B=c",
        ),
        (
            "ExecStart",
            "/usr/bin/bot --api-key abc --config /etc/bot.json",
            "/usr/bin/bot --api-key [api-key] --config /etc/bot.json",
        ),
        (
            "ExecStart",
            "{ path=/usr/bin/bot ; argv[]=/usr/bin/bot --token abc ; ignore_errors=no ; pid=0 }",
            "{ path=/usr/bin/bot ; argv[]=/usr/bin/bot --token [token] ; ignore_errors=no ; pid=0 }",
        ),
        (
            "ExecStartPre",
            "-/bin/sh -c 'mysql -phunter2 -e \"select 1\"'",
            "-/bin/sh -c \"mysql -p[password] -e \\\"select 1\\\"\"",
        ),
        ("SetCredential", "api-key:abc def", "api-key:[credential]"),
        (
            "LoadCredential",
            "api-key:/etc/bot/key",
            "api-key:/etc/bot/key",
        ),
        (
            "PassEnvironment",
            "API_KEY API_SECRET",
            "API_KEY API_SECRET",
        ),
        (
            "EnvironmentFile",
            "-/etc/bot/secret.env",
            "-/etc/bot/secret.env",
        ),
        ("User", "bot", "bot"),
        ("Description", "A bot that trades", "A bot that trades"),
    ] {
        assert_eq!(
            mask_unit_setting(key, &HostText::from(value)).raw(),
            expected,
            "{key}"
        );
    }
}

#[test]
fn a_secret_is_compared_and_never_printed() {
    let secret = Secret::new(b"hunter2".to_vec());
    assert!(secret == Secret::new(b"hunter2".to_vec()));
    assert!(
        secret != Secret::new(b"hunter3".to_vec()) && secret != Secret::new(b"hunter".to_vec())
    );
    assert_eq!(secret.expose(), b"hunter2");
    assert_eq!(format!("{secret:?}"), "Secret");
    assert_eq!(secret.masked(Kind::Password).to_string(), "[password]");
    assert_eq!(
        Secret::new(vec![0xff; 30]).masked(Kind::Key).to_string(),
        "[key]"
    );
}

#[test]
fn a_hostile_length_costs_no_square() {
    for part in [
        "a=",
        "a:",
        "://",
        "'",
        "\\",
        "{",
        "[token …abcd]",
        "1:",
        "-----BEGIN",
        "eyJ",
        "abandon ",
        "mysql ",
        "user@",
        "&a=",
        "0123456789abcdef",
    ] {
        let long = part.repeat(200_000 / part.len());
        mask_text(&HostText::from(long.as_str()));
        mask_argv(&long.split(' ').map(HostText::from).collect::<Vec<_>>());
    }
}
