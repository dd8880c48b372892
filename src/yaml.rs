//! YAML text → a tree of nodes with places → typed values; mistakes with a place, and how they are drawn.
//!
//! The tree is plain on purpose: text as written, lists, mappings with text keys. Anchors, aliases, tags, merge
//! keys, directives and second documents are mistakes, and what a plain word means (`no`, `0600`) is decided by
//! the type that asks for it. All mistakes of a text come at once. Policies know what their keys mean; this
//! module knows nothing of them, reads no file and prints nothing.

mod decode;
mod draw;
mod mistake;
mod nearest;
mod node;
mod parse;
mod print;
mod scan;
mod spanned;
mod text;

#[cfg(test)]
mod tests;

pub use decode::decode;
pub use draw::draw;
pub use mistake::{Level, Mistake};
pub use nearest::nearest;
pub use node::{Entry, Key, Kind, Map, Node, Style};
pub use parse::{parse, parse_value};
pub use print::quote;
pub use spanned::Spanned;
pub use text::{Place, Text};

/// A text of the file between backticks, cut short: it may be a megabyte.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

/// Names between backticks, for "known are …"; a long list is cut.
fn quoted_list(names: &[&str]) -> String {
    const SHOWN: usize = 24;
    let mut list = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        list.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    list
}
