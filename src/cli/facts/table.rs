//! Columns that stand beneath each other, and values as an indented tree.

use crate::source::HostText;
use serde_json::Value;
use textwrap::core::display_width;

/// Rows beneath their headings, two blanks between columns.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let rows: Vec<[String; N]> = std::iter::once(headings.map(str::to_owned))
        .chain(rows.iter().cloned())
        .collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::from("  ");
        for (column, cell) in row.iter().enumerate() {
            line.push_str(cell);
            let widest = rows.iter().map(|row| display_width(&row[column])).max();
            let gap = widest.unwrap_or(0).saturating_sub(display_width(cell)) + 2;
            line.push_str(&" ".repeat(gap));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A value for reading: `name: value` beneath each other, lists with dashes.
pub(super) fn tree(value: &Value, indent: usize, text: &mut String) {
    let margin = " ".repeat(indent);
    let mut entry = |mark: &str, value: &Value| match plain(value) {
        Some(plain) => text.push_str(&format!("{margin}{mark} {plain}\n")),
        None => {
            text.push_str(&format!("{margin}{mark}\n"));
            tree(value, indent + 2, text);
        }
    };
    match value {
        // Where a fact was seen is for programs; its value is what a person wants.
        Value::Object(map) if map.len() == 1 && map.contains_key("known") => {
            tree(map["known"].get("value").unwrap_or(value), indent, text);
        }
        Value::Object(map) => {
            for (name, value) in map {
                entry(&format!("{}:", HostText::from(name)), value);
            }
        }
        Value::Array(items) => {
            for value in items {
                entry("-", value);
            }
        }
        _ => entry("", value),
    }
}

/// What fits on the line of its name.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("-".to_owned()),
        Value::Bool(truth) => Some(if *truth { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(HostText::from(text).to_string()),
        Value::Array(items) if items.is_empty() => Some("none".to_owned()),
        Value::Object(map) if map.is_empty() => Some("none".to_owned()),
        Value::Object(map) if map.len() == 1 && map.contains_key("known") => {
            plain(map["known"].get("value")?)
        }
        Value::Array(items) => {
            let simple =
                |it: &Value| !matches!(it, Value::Array(_) | Value::Object(_) | Value::Null);
            let words = items
                .iter()
                .filter(|it| simple(it))
                .filter_map(plain)
                .collect::<Vec<_>>();
            let line = words.join(", ");
            (words.len() == items.len() && line.len() <= 60).then_some(line)
        }
        Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_beneath_each_other() {
        let rows = [["22/tcp".to_owned(), "日本".to_owned(), "x".to_owned()]];
        let text = table(["PORT", "BY", ""], &rows);
        assert_eq!(text, "  PORT    BY\n  22/tcp  日本  x\n");
    }

    #[test]
    fn a_tree_cannot_steer_the_terminal() {
        let value =
            serde_json::json!({"a\u{1b}": {"b": [1, 2]}, "c": [], "d": [{"e": null}], "f": true});
        let mut text = String::new();
        tree(&value, 2, &mut text);
        assert_eq!(
            text,
            "  a\\u{1b}:\n    b: 1, 2\n  c: none\n  d:\n    -\n      e: -\n  f: yes\n"
        );
    }
}
