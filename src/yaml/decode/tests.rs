//! Decoding as a policy's author meets it.

use super::*;
use crate::yaml::{Spanned, Text, draw, parse};
use insta::assert_snapshot;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize, Debug, PartialEq)]
#[serde(deny_unknown_fields)]
struct Check {
    id: Id,
    severity: Severity,
    title: String,
    #[serde(default)]
    tags: Vec<String>,
    weight: Option<u8>,
    off: Option<bool>,
    when: Option<Condition>,
    #[serde(default)]
    limits: BTreeMap<u16, (String, u8)>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(try_from = "String")]
struct Id(String);

impl TryFrom<String> for Id {
    type Error = String;

    fn try_from(id: String) -> Result<Self, String> {
        if id.contains(' ') {
            Err("an id has no blanks".to_owned())
        } else {
            Ok(Self(id))
        }
    }
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Severity {
    Low,
    High,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Condition {
    Always,
    Not(Box<Condition>),
    All(Vec<Condition>),
    Sysctl { key: String, equals: String },
    Between(u8, u8),
}

fn read<T: DeserializeOwned>(content: &str) -> Result<T, Vec<Mistake>> {
    let text = Text::from_bytes("p.yaml", content.as_bytes()).unwrap();
    decode(&parse(&text).unwrap().unwrap())
}

fn refused<T: DeserializeOwned + std::fmt::Debug>(content: &str) -> String {
    draw(&read::<T>(content).unwrap_err(), false)
}

/// Only the messages and their places.
fn told<T: DeserializeOwned + std::fmt::Debug>(content: &str) -> String {
    let lines = read::<T>(content).unwrap_err();
    let lines = lines.iter().map(|mistake| match &mistake.help {
        Some(help) => format!("{mistake} ({help})"),
        None => mistake.to_string(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_check_is_read() {
    let check: Check = read(concat!(
        "id: ssh\nseverity: high\ntitle: no\ntags: [\"no\", 1, 0600, 1.10, null]\nweight: 3\noff: true\n",
        "when: { all: [always, { not: always }, { between: [1, 2] }, { sysctl: { key: a, equals: 1 } }] }\n",
        "limits: { 22: [x, 1] }\n",
    ))
    .unwrap();
    assert_eq!(check.title, "no");
    assert_eq!(check.tags, ["no", "1", "0600", "1.10", "null"]);
    assert_eq!((check.weight, check.off), (Some(3), Some(true)));
    assert_eq!(check.limits, BTreeMap::from([(22, ("x".to_owned(), 1))]));
    let sysctl = Condition::Sysctl {
        key: "a".into(),
        equals: "1".into(),
    };
    let all = vec![
        Condition::Always,
        Condition::Not(Box::new(Condition::Always)),
        Condition::Between(1, 2),
        sysctl,
    ];
    assert_eq!(check.when, Some(Condition::All(all)));
}

#[test]
fn nothing_is_none() {
    let check: Check =
        read("id: a\nseverity: low\ntitle: t\nweight:\noff: null\nwhen: ~\n").unwrap();
    assert_eq!((check.weight, check.off, check.when), (None, None, None));
}

#[test]
fn all_mistakes_of_a_node_come_at_once() {
    assert_snapshot!(refused::<Vec<Check>>(concat!(
        "- id: a b\n  severty: high\n  title: [x]\n  weight: 300\n  off: yes\n  tags: ssh\n",
        "- id: c\n  severity: hgih\n  colour: red\n  weight: \"3\"\n",
    )), @r#"
    error: an id has no blanks
     --> p.yaml:1:7
      |
    1 | - id: a b
      |       ^^^

    error: unknown key `severty`
     --> p.yaml:2:3
      |
    2 |   severty: high
      |   ^^^^^^^ did you mean `severity`?
      |
      = help: known here: `id`, `severity`, `title`, `tags`, `weight`, `off`, `when`, `limits`

    error: expected text, found a list
     --> p.yaml:3:10
      |
    3 |   title: [x]
      |          ^^^

    error: expected a number from 0 to 255, found `300`
     --> p.yaml:4:11
      |
    4 |   weight: 300
      |           ^^^

    error: expected `true` or `false`, found `yes`
     --> p.yaml:5:8
      |
    5 |   off: yes
      |        ^^^
      |
      = help: write `true`

    error: expected a list, found `ssh`
     --> p.yaml:6:9
      |
    6 |   tags: ssh
      |         ^^^
      |
      = help: for a list of one, put it in brackets: `[ssh]`

    error: the key `title` is missing
     --> p.yaml:7:3
      |
    7 | - id: c
      |   ^^^^^

    error: unknown value `hgih`
     --> p.yaml:8:13
      |
    8 |   severity: hgih
      |             ^^^^ did you mean `high`?
      |
      = help: known here: `low`, `high`

    error: unknown key `colour`
     --> p.yaml:9:3
      |
    9 |   colour: red
      |   ^^^^^^
      |
      = help: known here: `id`, `severity`, `title`, `tags`, `weight`, `off`, `when`, `limits`

    error: expected a number from 0 to 255, found the quoted text `3`
      --> p.yaml:10:11
       |
    10 |   weight: "3"
       |           ^^^
       |
       = help: take off the quotes: `3`
    "#);
}

#[test]
fn enums() {
    let told =
        |when: &str| told::<Check>(&format!("id: a\nseverity: low\ntitle: t\nwhen: {when}\n"));
    assert_snapshot!(told("{ nott: always, all: [] }"), @"p.yaml:4:7: expected one of `always`, `not`, `all`, `sysctl`, `between` as the only key, found 2 keys");
    assert_snapshot!(told("{ nott: always }"), @"p.yaml:4:9: unknown key `nott` (known here: `always`, `not`, `all`, `sysctl`, `between`)");
    assert_snapshot!(told("[]"), @"p.yaml:4:7: expected one of `always`, `not`, `all`, `sysctl`, `between`, found a list");
    assert_snapshot!(told("not"), @"p.yaml:4:7: `not` needs a value (write `not: …`)");
    assert_snapshot!(told("{ always: 1 }"), @"p.yaml:4:17: expected no value, found `1`");
    assert_snapshot!(told("{ not: { all: [alwys, { between: [1] }, { between: [1, 2, 3] }, { between: [x, 300] }] } }"), @"
    p.yaml:4:22: unknown value `alwys` (known here: `always`, `not`, `all`, `sysctl`, `between`)
    p.yaml:4:40: expected a list of 2 entries, found 1
    p.yaml:4:58: expected a list of 2 entries, found 3
    p.yaml:4:83: expected a number from 0 to 255, found `x`
    p.yaml:4:86: expected a number from 0 to 255, found `300`
    ");
    assert_snapshot!(told("{ sysctl: { kye: a } }"), @"
    p.yaml:4:17: the key `key` is missing
    p.yaml:4:17: the key `equals` is missing
    ");
    assert_snapshot!(told("{ sysctl: [a, b] }"), @"p.yaml:4:17: expected a mapping, found a list");
    assert_snapshot!(told("{ all: }"), @"p.yaml:4:12: expected a list, found nothing (write `[]` for an empty list)");
}

#[test]
fn wrong_types_in_a_persons_words() {
    assert_snapshot!(told::<u8>("-1"), @"p.yaml:1:1: expected a number from 0 to 255, found `-1`");
    assert_snapshot!(told::<u16>("0600"), @"p.yaml:1:1: expected a number from 0 to 65535, found `0600` (write `600`, or `384` if it is octal)");
    assert_snapshot!(told::<u32>("1_000"), @"p.yaml:1:1: expected a number from 0 to 4294967295, found `1_000` (write it in plain decimal digits)");
    assert_snapshot!(told::<i64>("'-3'"), @"p.yaml:1:1: expected a whole number, found the quoted text `-3` (take off the quotes: `-3`)");
    assert_snapshot!(told::<u64>("30s"), @"p.yaml:1:1: expected a whole number, not negative, found `30s` (write it in plain decimal digits)");
    assert_snapshot!(told::<u64>("99999999999999999999999"), @"p.yaml:1:1: expected a whole number, not negative, found `99999999999999999999999`");
    assert_snapshot!(told::<f64>(".inf"), @"p.yaml:1:1: expected a number, found `.inf`");
    assert_snapshot!(told::<std::num::NonZeroU16>("0"), @"p.yaml:1:1: expected a number from 1 to 65535, found `0`");
    assert_snapshot!(told::<bool>("'true'"), @"p.yaml:1:1: expected `true` or `false`, found the quoted text `true` (take off the quotes: `true`)");
    assert_snapshot!(told::<bool>("off"), @"p.yaml:1:1: expected `true` or `false`, found `off` (write `false`)");
    assert_snapshot!(told::<String>("{ a: 1 }"), @"p.yaml:1:1: expected text, found a mapping");
    assert_snapshot!(told::<char>("ab"), @"p.yaml:1:1: expected one character, found `ab`");
    assert_snapshot!(told::<Vec<u8>>("3"), @"p.yaml:1:1: expected a list, found `3` (for a list of one, put it in brackets: `[3]`)");
    assert_snapshot!(told::<[u8; 2]>("[1, 2, 3]"), @"p.yaml:1:1: expected a list of 2 entries, found 3");
    assert_snapshot!(told::<(u8, String)>("a"), @"p.yaml:1:1: expected a list of 2 entries, found `a`");
    assert_snapshot!(told::<BTreeMap<u16, u8>>("{ ssh: 1, 22: x }"), @"
    p.yaml:1:3: expected a number from 0 to 65535, found `ssh`
    p.yaml:1:15: expected a number from 0 to 255, found `x`
    ");
    assert_snapshot!(told::<std::net::IpAddr>("1.2.3"), @"p.yaml:1:1: invalid IP address syntax");
    assert_snapshot!(told::<Check>("id:foo"), @"p.yaml:1:1: expected a mapping, found `id:foo` (a colon needs a blank after it: `id: foo`)");
    assert_snapshot!(told::<Check>("{id:foo, severity: low, title: t}"), @"p.yaml:1:2: unknown key `id:foo` (a colon needs a blank after it: `id: foo`)");
    assert_snapshot!(told::<Check>("[a, low, t]"), @"p.yaml:1:1: expected a mapping, found a list");
    assert_snapshot!(told::<BTreeMap<String, Vec<String>>>("{ a: , b: 1 }"), @"
    p.yaml:1:4: expected a list, found nothing (write `[]` for an empty list)
    p.yaml:1:11: expected a list, found `1` (for a list of one, put it in brackets: `[1]`)
    ");
    assert_snapshot!(told::<BTreeMap<String, String>>("a:\nb: >\n x\nc:\n - x\n"), @r#"
    p.yaml:1:2: expected text, found nothing (write `""` for an empty text)
    p.yaml:5:2: expected text, found a list
    "#);
}

#[test]
fn numbers() {
    assert_eq!(read::<f64>("1.5").unwrap(), 1.5);
    assert_eq!(read::<f64>("-2").unwrap(), -2.0);
    assert_eq!(read::<i8>("-128").unwrap(), -128);
    assert_eq!(read::<u64>("18446744073709551615").unwrap(), u64::MAX);
    assert_eq!(read::<i64>("0").unwrap(), 0);
}

#[test]
fn untagged_types_see_what_the_text_suggests() {
    let value: serde_json::Value = read(
        "[true, 3, -3, no, 0600, 1.10, '3', { a: [] }, null, , ~]"
            .replace(" ,", "")
            .as_str(),
    )
    .unwrap();
    assert_eq!(
        value,
        serde_json::json!([true, 3, -3, "no", "0600", "1.10", "3", { "a": [] }, null, null])
    );

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(untagged, expecting = "a number of days, or `never`")]
    enum Expiry {
        Days(u32),
        Word(Never),
    }
    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Never {
        Never,
    }
    assert_eq!(
        read::<Vec<Expiry>>("[3, never]").unwrap(),
        [Expiry::Days(3), Expiry::Word(Never::Never)]
    );
    assert_snapshot!(told::<Vec<Expiry>>("[3, soon, later]"), @"
    p.yaml:1:5: a number of days, or `never`
    p.yaml:1:11: a number of days, or `never`
    ");
}

/// A check of the whole after its parts: it must not speak of what was left out.
#[test]
fn what_follows_from_another_mistake_is_not_told() {
    #[derive(Deserialize, Debug)]
    #[serde(try_from = "Bounds")]
    struct Range(#[expect(dead_code)] Bounds);
    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Bounds {
        low: u8,
        high: u8,
    }
    impl TryFrom<Bounds> for Range {
        type Error = &'static str;
        fn try_from(bounds: Bounds) -> Result<Self, Self::Error> {
            if bounds.low < bounds.high {
                Ok(Self(bounds))
            } else {
                Err("low must be below high")
            }
        }
    }
    assert_snapshot!(told::<Vec<Range>>("[{ low: 3, high: 1 }, { low: x, high: 1 }, { lwo: 1, high: 2 }, { high: 0 }]"), @"
    p.yaml:1:2: low must be below high
    p.yaml:1:30: expected a number from 0 to 255, found `x`
    p.yaml:1:46: unknown key `lwo` (known here: `low`, `high`)
    p.yaml:1:65: the key `low` is missing
    ");
    assert_snapshot!(told::<Vec<(u8, String, Range)>>("[[x, a, { low: y, high: 3 }], [1, b, 2], [1, c]]"), @"
    p.yaml:1:3: expected a number from 0 to 255, found `x`
    p.yaml:1:16: expected a number from 0 to 255, found `y`
    p.yaml:1:38: expected a mapping, found `2`
    p.yaml:1:42: expected a list of 3 entries, found 2
    ");
}

#[test]
fn every_missing_key_is_told() {
    #[derive(Deserialize, Debug)]
    #[expect(dead_code)]
    struct Inner {
        place: Spanned<String>,
        severity: Severity,
        port: u16,
    }
    #[derive(Deserialize, Debug)]
    #[expect(dead_code)]
    struct Outer {
        one: String,
        inner: Inner,
        two: Id,
    }
    assert_snapshot!(refused::<Vec<Outer>>("- one: 1\n  inner: {}\n- three: 3\n"), @"
    error: the key `two` is missing
     --> p.yaml:1:3
      |
    1 | - one: 1
      |   ^^^^^^

    error: the key `place` is missing
     --> p.yaml:2:10
      |
    2 |   inner: {}
      |          ^^

    error: the key `severity` is missing
     --> p.yaml:2:10
      |
    2 |   inner: {}
      |          ^^

    error: the key `port` is missing
     --> p.yaml:2:10
      |
    2 |   inner: {}
      |          ^^

    error: the key `one` is missing
     --> p.yaml:3:3
      |
    3 | - three: 3
      |   ^^^^^^^^

    error: the key `inner` is missing
     --> p.yaml:3:3
      |
    3 | - three: 3
      |   ^^^^^^^^

    error: the key `two` is missing
     --> p.yaml:3:3
      |
    3 | - three: 3
      |   ^^^^^^^^
    ");
}

#[test]
fn two_names_of_one_key_are_refused() {
    #[derive(Deserialize, Debug)]
    struct Aliased {
        #[serde(alias = "old")]
        #[expect(dead_code)]
        new: u8,
    }
    assert_snapshot!(told::<Aliased>("{ new: 1, old: 2 }"), @"p.yaml:1:11: another name of `new`, which stands here too");
}

#[test]
fn mistakes_are_capped() {
    let content: String = (0..40_000).map(|n| format!("k{n}: x\n")).collect();
    assert_eq!(
        read::<BTreeMap<String, u8>>(&content).unwrap_err().len(),
        MISTAKES
    );
}

/// Merging puts one text's nodes into another's mapping; each mistake stays where it was written.
#[test]
fn inherited_mistakes_show_their_own_text() {
    let tree = |name: &str, content: &str| {
        let text = Text::from_bytes(name, content.as_bytes()).unwrap();
        parse(&text).unwrap().unwrap()
    };
    let mut base = tree("base.yaml", "id: a\nseverity: low\ntitle: []\n");
    let own = tree("own.yaml", "severity: lwo\n");
    if let crate::yaml::Kind::Map(map) = &mut base.kind {
        map.insert(own.as_map().unwrap().get_entry("severity").unwrap().clone());
    }
    let mistakes = decode::<Check>(&base).unwrap_err();
    let lines: Vec<_> = mistakes.iter().map(Mistake::to_string).collect();
    assert_snapshot!(lines.join("\n"), @"
    base.yaml:3:8: expected text, found a list
    own.yaml:1:11: unknown value `lwo`
    ");
}
