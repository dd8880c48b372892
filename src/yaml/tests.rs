//! No text, however broken or malicious, makes the module panic, hang, lie about a place or steer the terminal.

use super::{Map, Mistake, Node, Place, Spanned, Text, decode, draw, parse};
use crate::source::is_treacherous;
use proptest::prelude::*;
use serde::Deserialize;
use std::{collections::BTreeMap, ops::Range};

const POLICY: &str = r#"policy: trading-bot
title: "A VPS — für Bots"
requires: ">=0.1"
extends: [baseline]
checks:
- id: ssh-root-login
  rule: sshd-option
  with: { option: PermitRootLogin, accept: ["no", 'prohibit-password', 1] }
  severity: { default: high, network: critical }
  why: |
    A guessed root password
    is total compromise.
  tags: [ssh]
  supersedes: []
tune:
  port-exposed: { with: { allow: [22/tcp, 443/tcp] } }
  ssh-forwarding: { off: "the bot's UI is reached through a tunnel" }
waivers:
  - { check: ssh-root-login, subject: "user:root", expires: 2026-12-31 }
"#;

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[expect(dead_code)]
struct Policy {
    policy: Spanned<String>,
    title: String,
    requires: Option<String>,
    #[serde(default)]
    extends: Vec<String>,
    checks: Vec<Check>,
    tune: BTreeMap<String, serde_json::Value>,
    waivers: Option<Vec<BTreeMap<String, Spanned<String>>>>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
#[expect(dead_code)]
struct Check {
    id: String,
    rule: String,
    with: With,
    severity: Grades,
    why: String,
    tags: Vec<String>,
    supersedes: (),
}

#[derive(Deserialize, Debug)]
#[expect(dead_code)]
struct With {
    option: String,
    accept: (Spanned<String>, String, u8),
}

#[derive(Deserialize, Debug)]
#[serde(untagged)]
#[expect(dead_code)]
enum Grades {
    One(Severity),
    Many(BTreeMap<String, Severity>),
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
enum Severity {
    High,
    Critical,
    All(#[expect(dead_code)] Vec<Severity>),
}

/// Everything that the module does with a text; what it says must hold.
fn go_through(bytes: &[u8]) {
    let text = match Text::from_bytes("p.yaml", bytes) {
        Ok(text) => text,
        Err(mistakes) => return hold(&mistakes),
    };
    match parse(&text) {
        Err(mistakes) => hold(&mistakes),
        Ok(None) => {}
        Ok(Some(root)) => {
            places_hold(&root, &lines(&text));
            if let Err(mistakes) = decode::<Policy>(&root) {
                hold(&mistakes);
            }
            if let Err(mistakes) = decode::<serde_json::Value>(&root) {
                hold(&mistakes);
            }
        }
    }
}

fn hold(mistakes: &[Mistake]) {
    assert!(!mistakes.is_empty());
    for mistake in mistakes {
        place_holds(&mistake.at, &lines(&mistake.at.text));
        for (place, _) in &mistake.also {
            place_holds(place, &lines(&place.text));
        }
    }
    let drawn = draw(mistakes, false);
    assert!(
        !drawn.contains(|c| c != '\n' && is_treacherous(c)),
        "{drawn:?}"
    );
}

fn places_hold(node: &Node, lines: &[usize]) {
    place_holds(&node.place, lines);
    let list = node.as_list().unwrap_or_default();
    list.iter().for_each(|entry| places_hold(entry, lines));
    for entry in node.as_map().into_iter().flat_map(Map::iter) {
        place_holds(&entry.key.place, lines);
        places_hold(&entry.value, lines);
    }
}

/// Where each line begins.
fn lines(text: &Text) -> Vec<usize> {
    let behind = text.content().match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(behind).collect()
}

fn place_holds(place: &Place, lines: &[usize]) {
    let content = place.text.content();
    let Range { start, end } = place.span;
    assert!(
        content.get(start..end).is_some(),
        "{place:?} {start}..{end} {content:?}"
    );
    let line = lines.partition_point(|line| *line <= start);
    let column = content[lines[line - 1]..start].chars().count() + 1;
    let told = (place.line as usize, place.column as usize);
    assert_eq!(told, (line, column), "{start}..{end} {content:?}");
}

const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "  ",
    "\t",
    "- ",
    "-",
    ": ",
    ":",
    "? ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "'",
    "\"",
    "|",
    ">",
    "&a ",
    "*a",
    "!t ",
    "!!str ",
    "<<: ",
    "%YAML 1.2\n",
    "---\n",
    "...\n",
    "#",
    " # c\n",
    "\\",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "\u{202e}",
    "\u{1b}[2J",
    "é",
    "日",
    "😀",
    "\0",
    "id: x\n",
    "~",
    "null",
    "300",
    "rule",
    "\u{301}",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        go_through(&bytes);
    }

    #[test]
    fn random_yaml(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        go_through(pieces.concat().as_bytes());
    }

    #[test]
    fn a_policy_gone_wrong(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(PIECES)), 1..6),
    ) {
        let mut policy = POLICY.to_owned();
        for (at, length, piece) in edits {
            let start = policy.floor_char_boundary(at.index(policy.len() + 1));
            let end = policy.floor_char_boundary(start + length).max(start);
            policy.replace_range(start..end, piece);
        }
        go_through(policy.as_bytes());
    }
}

#[test]
fn hostile_texts_end() {
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (this, last) in ('b'..='i').zip('a'..) {
        bomb.push_str(&format!(
            "{this}: &{this} [{}]\n",
            vec![format!("*{last}"); 9].join(",")
        ));
    }
    let keys: String = (0..40_000).map(|n| format!("k{n}: {n}\n")).collect();
    for hostile in [
        bomb,
        format!("{keys}{keys}"),
        keys,
        format!("{{{}}}", "a: 1, ".repeat(60_000)),
        "[".repeat(200_000),
        "{".repeat(200_000),
        "- ".repeat(50_000),
        "? ".repeat(50_000),
        "\"".repeat(100_001),
        "a: ".repeat(50_000),
        "[a,".repeat(60_000),
        "!".repeat(200_000),
        format!("'{}", "x\n".repeat(100_000)),
        format!(
            "checks: [{}]",
            "{ severity: { all: [high, low] } }, ".repeat(5_000)
        ),
        format!("checks:\n{}", "- id:\n".repeat(20_000)),
        format!("a: \"{}\"\nb: 1\nb: 2\n", "é\u{202e}".repeat(50_000)),
    ] {
        go_through(hostile.as_bytes());
    }
}

#[test]
fn a_sound_policy_is_read() {
    let sound = POLICY.replace("supersedes: []", "supersedes:");
    let text = Text::from_bytes("p.yaml", sound.as_bytes()).unwrap();
    decode::<Policy>(&parse(&text).unwrap().unwrap()).unwrap();
    let large = sound.replace("waivers:", &format!("# {}\nwaivers:", "x".repeat(400_000)));
    go_through(large.as_bytes());
}
