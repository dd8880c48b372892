//! JSON on a command line or in a variable: objects by their names, lists as argvs.

use super::argv::Words;
use super::draft::Draft;
use super::{name, value};
use serde_json::Value;

/// The JSON with its secrets masked; `None` if the text is none. What needs no masking stays as it is written.
pub(super) fn masked(draft: &mut Draft, text: &str, depth: usize) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let read: Value = serde_json::from_str(text).ok()?;
    let mut shown = read.clone();
    mask(draft, &mut shown, depth);
    // Of two entries with one name only the last was read: the first may be anything.
    let unchanged = shown == read && !repeats_a_name(text, &read);
    Some(if unchanged {
        text.to_owned()
    } else {
        shown.to_string()
    })
}

fn repeats_a_name(text: &str, read: &Value) -> bool {
    fn names(value: &Value) -> usize {
        match value {
            Value::Object(map) => map.values().map(|value| 1 + names(value)).sum(),
            Value::Array(items) => items.iter().map(names).sum(),
            _ => 0,
        }
    }
    // Colons outside strings, one for each name.
    let (mut colons, mut inside, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            b'"' if !escaped => inside = !inside,
            b':' if !inside => colons += 1,
            _ => {}
        }
        escaped = inside && byte == b'\\' && !escaped;
    }
    colons != names(read)
}

fn mask(draft: &mut Draft, value: &mut Value, depth: usize) {
    match value {
        Value::Object(map) => {
            let mut shown = serde_json::Map::new();
            for (key, mut value) in std::mem::take(map) {
                match name::kind(&key) {
                    Some(kind) => hide(draft, kind, &mut value),
                    None => mask(draft, &mut value, depth),
                }
                let key = Words {
                    depth,
                    ..Words::default()
                }
                .word(draft, &key);
                shown.insert(key, value);
            }
            *map = shown;
        }
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_string) => {
            let words: Vec<String> = items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect();
            let shown = Words {
                depth,
                ..Words::default()
            }
            .all(draft, &words);
            *items = shown.into_iter().flatten().map(Value::String).collect();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(draft, item, depth)),
        Value::String(text) => {
            *text = Words {
                depth,
                ..Words::default()
            }
            .word(draft, text)
        }
        Value::Number(number) => {
            // Hundreds of digits are no number that anybody counts to.
            if number.to_string().len() > 24 {
                *value = Value::String(draft.mask(super::Kind::Secret, &number.to_string()));
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Everything beneath a secret name is secret.
fn hide(draft: &mut Draft, kind: super::Kind, value: &mut Value) {
    match value {
        Value::Object(map) => {
            let hidden = std::mem::take(map).into_iter().map(|(key, mut value)| {
                hide(draft, name::kind(&key).unwrap_or(kind), &mut value);
                (key, value)
            });
            *map = hidden.collect();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(draft, kind, item)),
        Value::String(text) if value::is_harmless(kind, text) => {}
        Value::String(text) => *text = draft.mask(kind, text),
        Value::Number(number) => *value = Value::String(draft.mask(kind, &number.to_string())),
        Value::Null | Value::Bool(_) => {}
    }
}
