//! `--set CHECK.PARAM=VALUE`: on the command line what `tune` does in YAML.

use crate::yaml::{Entry, Key, Mistake, Place, Text, parse_value};
use std::ops::Range;

/// One setting of the command line.
pub(super) struct Setting {
    pub(super) check: Key,
    pub(super) parameter: Entry,
}

/// Reads one setting. The value is a YAML flow value: `no`, `[22/tcp, 443/tcp]`.
pub(super) fn read(word: &str) -> Result<Setting, Vec<Mistake>> {
    let text = Text::from_bytes("--set", word.as_bytes())?;
    let word = text.content();
    let part = |span: Range<usize>| {
        let mut place = Place::beginning(&text);
        place.column += u32::try_from(word[..span.start].chars().count()).unwrap_or_default();
        let name = word[span.clone()].to_owned();
        place.span = span;
        Key { name, place }
    };
    let whole = part(0..word.len()).place;
    let shape = |message: &str| {
        let help = "write CHECK.PARAM=VALUE, such as port-exposed.allow=[22/tcp]";
        vec![Mistake::error(whole.clone(), message).help(help)]
    };
    let equals = word
        .find('=')
        .ok_or_else(|| shape("there is no `=` in this setting"))?;
    let dot = word[..equals]
        .find('.')
        .ok_or_else(|| shape("there is no `.` between a check and its parameter"))?;
    let value = parse_value(&text, equals + 1)?.ok_or_else(|| shape("the value is empty"))?;
    let key = part(dot + 1..equals);
    Ok(Setting {
        check: part(0..dot),
        parameter: Entry { key, value },
    })
}
