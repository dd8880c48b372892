//! What holds for every secret in every place, and for every text.

use super::{mask, without_marks};
use crate::secret::{mask_assignment, mask_environment, mask_unit_setting};
use crate::source::HostText;
use proptest::prelude::*;

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
