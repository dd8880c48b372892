//! A fault in a person's words.

use super::{
    fault::{Fault, Spot, What},
    from_node::{is_decimal, is_whole},
};
use crate::yaml::{Kind, Mistake, Node, Style, quoted, quoted_list, scan::blank_after_colon};

/// What a person is told of a fault; at the root if it has no place of its own.
pub(super) fn mistake(fault: &Fault<'_>, root: &Node) -> Mistake {
    let (place, node, found) = match fault.at {
        Some(Spot::Key { entry, .. }) => (&entry.key.place, None, quoted(&entry.key.name)),
        Some(Spot::Value(node) | Spot::Hole(node)) => (&node.place, Some(node), found(node)),
        None => (&root.place, Some(root), found(root)),
    };
    let error = |message: String| Mistake::error(place.clone(), message);
    match &fault.what {
        What::Custom(message) => error(message.clone()),
        What::Unfit(expected) => {
            let wanted = wanted(expected);
            let mistake = error(format!("expected {}, found {found}", wanted.words()));
            match node.and_then(|node| wanted.help(node)) {
                Some(help) => mistake.help(help),
                None => mistake,
            }
        }
        What::Length(length, expected) => error(format!(
            "expected {}, found {length}",
            wanted(expected).words()
        )),
        What::UnknownKey(name, known) => unknown("key", name, known, fault, error),
        What::UnknownVariant(name, known) => unknown(
            if node.is_some() { "value" } else { "key" },
            name,
            known,
            fault,
            error,
        ),
        What::Missing(name) => error(format!("the key `{name}` is missing")),
        What::Twice(name) => error(format!("another name of `{name}`, which stands here too")),
        What::NoVariant(known) => {
            let known = quoted_list(known);
            error(match node.and_then(Node::as_map) {
                Some(map) => format!(
                    "expected one of {known} as the only key, found {} keys",
                    map.len()
                ),
                None => format!("expected one of {known}, found {found}"),
            })
        }
        What::Alone(name) => {
            error(format!("{} needs a value", quoted(name))).help(format!("write `{name}: …`"))
        }
        What::Echo => error("this cannot be read".to_owned()),
    }
}

fn unknown(
    kind: &str,
    name: &str,
    known: &[&str],
    fault: &Fault<'_>,
    error: impl Fn(String) -> Mistake,
) -> Mistake {
    let mut mistake = error(format!("unknown {kind} {}", quoted(name)));
    if let Some(meant) = fault.meant() {
        mistake = mistake.label(format!("did you mean `{meant}`?"));
    }
    match blank_after_colon(name) {
        Some(written) => mistake.help(format!("a colon needs a blank after it: `{written}`")),
        None if known.is_empty() => mistake.help("none is known here"),
        None => mistake.help(format!("known here: {}", quoted_list(known))),
    }
}

fn found(node: &Node) -> String {
    match &node.kind {
        Kind::List(_) => "a list".to_owned(),
        Kind::Map(_) => "a mapping".to_owned(),
        Kind::Scalar { text, style } => match style {
            Style::Plain if text.is_empty() => "nothing".to_owned(),
            Style::Plain => quoted(text),
            Style::Quoted => format!("the quoted text {}", quoted(text)),
            Style::Block => "a block of text".to_owned(),
        },
    }
}

/// What serde says was expected, understood.
enum Wanted<'e> {
    Number(String),
    YesNo,
    Text,
    List(String),
    Mapping,
    /// In the words of a visitor of ours.
    Other(&'e str),
}

fn wanted(expected: &str) -> Wanted<'_> {
    let range = |low: i64, high: u64| Wanted::Number(format!("a number from {low} to {high}"));
    let sized = |size: &str| Wanted::List(format!("a list of {size} entries"));
    match expected {
        "u8" => range(0, u8::MAX.into()),
        "u16" => range(0, u16::MAX.into()),
        "u32" => range(0, u32::MAX.into()),
        "u64" | "usize" => Wanted::Number("a whole number, not negative".to_owned()),
        "i8" => range(i8::MIN.into(), 127),
        "i16" => range(i16::MIN.into(), 32767),
        "i32" => range(i32::MIN.into(), 2_147_483_647),
        "i64" | "isize" => Wanted::Number("a whole number".to_owned()),
        "f32" | "f64" => Wanted::Number("a number".to_owned()),
        "a nonzero u8" => range(1, u8::MAX.into()),
        "a nonzero u16" => range(1, u16::MAX.into()),
        "a nonzero u32" => range(1, u32::MAX.into()),
        "a nonzero u64" | "a nonzero usize" => {
            Wanted::Number("a whole number of at least 1".to_owned())
        }
        "a boolean" => Wanted::YesNo,
        "a character" => Wanted::Other("one character"),
        "a string" | "path string" | "a borrowed string" => Wanted::Text,
        "a sequence" => Wanted::List("a list".to_owned()),
        "a map" => Wanted::Mapping,
        "unit" => Wanted::Other("no value"),
        _ => {
            if expected.starts_with("struct ") {
                Wanted::Mapping
            } else if let Some(size) = expected.strip_prefix("a tuple of size ") {
                sized(size)
            } else if let Some(size) = expected.strip_prefix("an array of length ") {
                sized(size)
            } else if let Some((_, size)) = expected
                .rsplit_once(" with ")
                .filter(|_| expected.starts_with("tuple "))
            {
                sized(size.split(' ').next().unwrap_or(size))
            } else {
                Wanted::Other(expected)
            }
        }
    }
}

impl Wanted<'_> {
    fn words(&self) -> &str {
        match self {
            Self::Number(words) | Self::List(words) => words,
            Self::YesNo => "`true` or `false`",
            Self::Text => "text",
            Self::Mapping => "a mapping",
            Self::Other(words) => words,
        }
    }

    /// What would make this node what was wanted.
    fn help(&self, node: &Node) -> Option<String> {
        let Kind::Scalar { text, style } = &node.kind else {
            return None;
        };
        let nothing = node.as_plain() == Some("");
        let unquoted = *style == Style::Quoted
            && match self {
                Self::Number(_) => is_decimal(text),
                Self::YesNo => matches!(text.as_str(), "true" | "false"),
                _ => false,
            };
        if unquoted {
            return Some(format!("take off the quotes: `{text}`"));
        }
        match self {
            Self::Number(_) if text.len() > 1 && text.bytes().all(|b| b.is_ascii_digit()) => {
                let decimal = text.trim_start_matches('0').parse::<u64>().ok()?;
                let octal = u64::from_str_radix(text, 8);
                let octal = octal.map_or(String::new(), |octal| {
                    format!(", or `{octal}` if it is octal")
                });
                let leads = text.starts_with('0');
                leads.then(|| format!("write `{decimal}`{octal}"))
            }
            Self::Number(_) if matches!(text.as_str(), "no" | "off" | "false") => {
                Some("a number is wanted: `0` for no".to_owned())
            }
            Self::Number(_) if matches!(text.as_str(), "yes" | "on" | "true") => {
                Some("a number is wanted: `1` for yes".to_owned())
            }
            Self::Number(_)
                if !is_whole(text)
                    && text.starts_with(|c: char| c.is_ascii_digit() || c == '+') =>
            {
                Some("write it in plain decimal digits".to_owned())
            }
            Self::YesNo => match text.to_lowercase().as_str() {
                "yes" | "on" | "y" | "true" => Some("write `true`".to_owned()),
                "no" | "off" | "n" | "false" => Some("write `false`".to_owned()),
                _ => None,
            },
            Self::Text if nothing => Some("write `\"\"` for an empty text".to_owned()),
            Self::List(words) if nothing && words == "a list" => {
                Some("write `[]` for an empty list".to_owned())
            }
            Self::List(words) if words == "a list" => Some(format!(
                "for a list of one, put it in brackets: {}",
                quoted(&format!("[{}]", node.place.source_text()))
            )),
            Self::Mapping if nothing => Some("write `{}` for an empty mapping".to_owned()),
            Self::Mapping => blank_after_colon(text)
                .map(|written| format!("a colon needs a blank after it: `{written}`")),
            _ => None,
        }
    }
}
