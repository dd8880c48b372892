//! Tables of command lines, variables and settings, and what they become.
//!
//! A line of `tests/harmless.txt` stays exactly as it is. In `tests/secret.txt` what must be hidden stands between « and »,
//! and all the rest stays.

mod properties;

use super::*;
use crate::source::HostText;

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
