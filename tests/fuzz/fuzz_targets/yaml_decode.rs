//! YAML into a tree and into types: never a panic, and what is refused is refused with a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seaworthy::yaml::{Spanned, Text, decode, draw, parse};
use serde::Deserialize;
use std::collections::BTreeMap;

/// One of everything that a policy's types have.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct All {
    word: String,
    number: Option<u16>,
    signed: Option<i64>,
    switch: Option<bool>,
    place: Option<Spanned<String>>,
    list: Option<Vec<Spanned<u32>>>,
    map: Option<BTreeMap<String, Vec<String>>>,
    choice: Option<Choice>,
    inner: Option<Box<All>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(dead_code)]
enum Choice {
    Plain,
    Holding(Vec<u8>),
    Struct { a: char, b: (u8, String) },
}

fuzz_target!(|bytes: &[u8]| {
    let tree = Text::from_bytes("fuzz.yaml", bytes).and_then(|text| parse(&text));
    let mistakes = match tree {
        Ok(None) => return,
        Ok(Some(node)) => match decode::<All>(&node) {
            Ok(_) => return,
            Err(mistakes) => mistakes,
        },
        Err(mistakes) => mistakes,
    };
    assert!(!mistakes.is_empty() && mistakes.len() <= 50);
    assert!(!draw(&mistakes, false).is_empty());
});
