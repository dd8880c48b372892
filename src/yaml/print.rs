//! A node as one line of YAML in flow style, which reads back as the same node.

use super::{Kind, Node, Style};
use crate::source::is_treacherous;
use std::fmt;

/// Text as YAML reads it back: bare where nothing can mistake it, else in double quotes.
pub fn quote(text: &str) -> String {
    let word = text.starts_with(|c: char| c.is_ascii_alphabetic());
    // What other readers of YAML take for a truth value is quoted for their sake.
    let taken = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let lower = text.to_ascii_lowercase();
    if word && is_bare(text) && !taken.contains(&lower.as_str()) {
        return text.to_owned();
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // YAML forbids some of these as they are, and a terminal obeys others.
            c if c.is_control() || is_treacherous(c) || c == '\u{feff}' => {
                quoted.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

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
            Kind::Scalar { text, .. } => out.write_str(&quote(text)),
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
                    let key = quote(&entry.key.name);
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
