//! The JSON Schema of policies, tried with a validator that others wrote.

use crate::support::{name, seaworthy, skip};
use seaworthy::policy::BUILTINS;
use seaworthy::yaml::{Text, decode, parse};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// Mistakes that no schema sees: they are about what other texts hold, about what is in a list, or about the calendar.
const UNSEEN: &[&str] = &[
    "check-id-twice",
    "check-supersedes-unknown",
    "check-why-with-a-colon",
    "extends-a-directory",
    "extends-and-redefines",
    "extends-broken-yaml",
    "extends-in-a-circle",
    "extends-itself",
    "extends-missing-file",
    "extends-missing-file-like-none",
    "extends-two-with-one-id",
    "extends-unknown-builtin",
    "extends-wrong-parameter",
    "extends-wrong-tuning",
    "parameter-refused-by-its-type",
    "requires-newer",
    "tune-adds-to-misspelt-parameter",
    "tune-adds-to-what-is-no-list",
    "tune-adds-wrong-type",
    "tune-takes-everything",
    "tune-takes-from-misspelt-parameter",
    "tune-takes-what-is-not-there",
    "tune-unknown-id",
    "tune-unknown-id-like-none",
    "tune-with-misspelt-parameter",
    "tune-with-wrong-type",
    "waiver-day-that-is-not",
    "waiver-glob-broken",
    "waiver-unknown-check",
];

/// The names of the documents that the schema calls invalid; nothing where there is no validator.
fn invalid(documents: &[(String, Value)]) -> Option<BTreeSet<String>> {
    let Some(python) = std::env::var_os("SEAWORTHY_PYTHON") else {
        skip("needs SEAWORTHY_PYTHON, a Python with jsonschema (.ci/run makes one)");
        return None;
    };
    let script = "import json, sys, jsonschema\n\
                  schema = json.load(open('policies/schema.json'))\n\
                  jsonschema.Draft202012Validator.check_schema(schema)\n\
                  validator = jsonschema.Draft202012Validator(schema)\n\
                  documents = json.load(sys.stdin)\n\
                  json.dump([name for name, one in documents if not validator.is_valid(one)], sys.stdout)";
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let given = json!(documents).to_string();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(given.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// A text as a validator sees it; nothing if it is no YAML of ours.
fn document(text: &[u8]) -> Option<Value> {
    let text = Text::from_bytes("p.yaml", text).ok()?;
    decode(&parse(&text).ok()??).ok()
}

#[test]
fn the_schema_calls_every_sound_policy_valid() {
    let mut documents = Vec::new();
    for builtin in BUILTINS {
        let text = builtin.text.as_bytes();
        documents.push((builtin.name.to_owned(), document(text).unwrap()));
        let shown = seaworthy("policy show -p").arg(builtin.name).run().stdout;
        let shown = document(shown.as_bytes()).unwrap();
        documents.push((format!("{} as shown", builtin.name), shown));
    }
    let whole = "\
policy: 5
title: whole
requires: \">= 0.1\"
extends: [ssh, ./mine.yaml]
checks:
  - { id: a_B-9, rule: sysctl-value, with: { key: kernel.sysrq, accept: [0, \"1\", true], danger: },
      severity: { default: low }, title: t, why: |
        several
        lines
      , tags: [a], supersedes: [], refs: [] }
  - { id: b, rule: ssh-password-login, severity: { default: low, usable-password: critical }, title: t, why: w }
tune:
  ssh-root-login: { with: { accept: [a] }, with+: { accept: [b, 1] }, with-: { accept: [c] }, severity: low, title: t, why: w, off: false }
  b: { off: because, severity: { default: low } }
waivers:
  - { check: b, reason: r, owner: o, expires: 2026-12-31 }
  - { check: b, subject: \"*\", reason: r, owner: o, expires: \"2026-12-31\" }
";
    let whole = whole.replace("|\n        several\n        lines\n      ,", "x,");
    documents.push(("whole".to_owned(), document(whole.as_bytes()).unwrap()));
    if let Some(invalid) = invalid(&documents) {
        assert_eq!(invalid, BTreeSet::new());
    }
}

#[test]
fn the_schema_sees_every_mistake_that_a_schema_can_see() {
    let mut documents = Vec::new();
    let mut expected = BTreeSet::new();
    for entry in std::fs::read_dir("tests/policies").unwrap() {
        let path = entry.unwrap().path();
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read(&path).unwrap();
        let name = name(&path).trim_end_matches(".yaml").to_owned();
        let Some(document) = document(&text) else {
            continue;
        };
        let typed = text.starts_with(b"#: ") && name != "only-and-the-policy-too";
        if !typed && !UNSEEN.contains(&name.as_str()) {
            expected.insert(name.clone());
        }
        documents.push((name, document));
    }
    assert!(expected.len() > 40, "{expected:?}");
    if let Some(invalid) = invalid(&documents) {
        let missed: Vec<_> = expected.difference(&invalid).collect();
        let wrong: Vec<_> = invalid.difference(&expected).collect();
        assert!(
            missed.is_empty() && wrong.is_empty(),
            "missed: {missed:?}, wrongly refused: {wrong:?}"
        );
    }
}
