//! `--set CHECK.PARAM=VALUE`: on the command line what `tune` does in YAML.

use crate::yaml::{Entry, Key, Mistake, Place, Text, parse};

/// One setting of the command line.
pub(super) struct Setting {
    pub(super) check: String,
    pub(super) parameter: Entry,
    /// The whole word.
    pub(super) place: Place,
}

/// Reads one setting. The value is a YAML flow value: `no`, `[22/tcp, 443/tcp]`.
pub(super) fn read(word: &str) -> Result<Setting, Vec<Mistake>> {
    let whole = Text::from_bytes("--set", word.as_bytes())?;
    let place = Place::beginning(&whole);
    let shape = || vec![Mistake::error(place.clone(), "not CHECK.PARAM=VALUE")];
    let (name, value) = word.split_once('=').ok_or_else(shape)?;
    let (check, parameter) = name.split_once('.').ok_or_else(shape)?;
    let text = Text::from_bytes(format!("--set {name}"), value.as_bytes())?;
    let value =
        parse(&text)?.ok_or_else(|| vec![Mistake::error(place.clone(), "the value is empty")])?;
    let key = Key {
        name: parameter.to_owned(),
        place: place.clone(),
    };
    Ok(Setting {
        check: check.to_owned(),
        parameter: Entry { key, value },
        place,
    })
}
