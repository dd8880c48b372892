//! A node as one line of YAML in flow style. Text is quoted as JSON quotes it, which YAML reads back.

use super::{Kind, Node, Style};
use std::fmt;

impl fmt::Display for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            // A plain number or truth value must stay plain: quoted it would be text.
            Kind::Scalar {
                text,
                style: Style::Plain,
            } if text.is_empty() || text == "~" => out.write_str("null"),
            Kind::Scalar {
                text,
                style: Style::Plain,
            } if is_bare(text) => out.write_str(text),
            Kind::Scalar { text, .. } => {
                out.write_str(&serde_json::Value::from(text.as_str()).to_string())
            }
            Kind::List(items) => {
                out.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    let gap = if index == 0 { "" } else { ", " };
                    write!(out, "{gap}{item}")?;
                }
                out.write_str("]")
            }
            Kind::Map(map) => {
                out.write_str("{")?;
                for (index, entry) in map.iter().enumerate() {
                    let gap = if index == 0 { " " } else { ", " };
                    let key = serde_json::Value::from(entry.key.name.as_str());
                    let key = if is_bare(&entry.key.name) {
                        entry.key.name.clone()
                    } else {
                        key.to_string()
                    };
                    write!(out, "{gap}{key}: {}", entry.value)?;
                }
                out.write_str(if map.is_empty() { "}" } else { " }" })
            }
        }
    }
}

/// True for what can stand in a flow without quotes, whatever stands beside it.
fn is_bare(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !text.is_empty()
        && (digits.len() == text.len() || digits.starts_with(|c: char| c.is_ascii_digit()))
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/'))
}
