//! `name=value`, `name: value` and `"name": "value"` inside a text: queries, headers, mount options, JSON of a sort.

use super::Kind;
use super::draft::Hit;
use super::{name, value};

/// Names are not longer than this; without a bound a hostile text costs its square.
const NAME_LIMIT: usize = 128;

/// Which values are looked at.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Values {
    /// Only those in quotes: the text is a line that still has to be taken apart.
    Quoted,
    /// All: the text is one word.
    All,
}

/// The values behind secret names.
pub(super) fn hits(text: &str, values: Values) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut done = 0;
    for (at, sign) in text.match_indices(['=', ':']) {
        if at < done {
            continue;
        }
        let Some((name, before)) = name_before(text, at) else {
            continue;
        };
        if sign == ":"
            && (name.contains('.') || before.ends_with(['/', '@']) || text[at..].starts_with("://"))
        {
            continue;
        }
        let Some(kind) = name::kind(name) else {
            continue;
        };
        let gap = text[at + 1..]
            .bytes()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let start = at + 1 + gap;
        let hit = match quote_at(text, start) {
            Some(quote) => {
                let start = start + quote.len();
                Hit {
                    start,
                    end: closing(text, start, quote),
                    kind,
                }
            }
            None if values == Values::Quoted => continue,
            None => unquoted(text, start, before, kind),
        };
        done = hit.end;
        if !value::is_harmless(hit.kind, &text[hit.start..hit.end]) {
            hits.push(hit);
        }
    }
    hits
}

/// The value of a word that begins with a secret name: all the rest of it.
pub(super) fn leading(word: &str) -> Option<Hit> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || "_-.[]".contains(c);
    let sign = word.find(|c| !of_name(c)).filter(|at| *at > 0)?;
    let name = &word[..sign];
    let is_colon = word[sign..].starts_with(':');
    if !word[sign..].starts_with(['=', ':'])
        || (is_colon && (name.contains('.') || word[sign..].starts_with("://")))
    {
        return None;
    }
    let kind = name::kind(name)?;
    let gap = word[sign + 1..]
        .bytes()
        .take_while(|byte| *byte == b' ')
        .count();
    let hit = unquoted(word, sign + 1 + gap, "", kind);
    (!value::is_harmless(kind, &word[hit.start..])).then_some(hit)
}

/// The name that ends before the sign, and what is before it.
fn name_before(text: &str, sign: usize) -> Option<(&str, &str)> {
    let before = text[..sign].trim_end_matches([' ', '\t']);
    let before = before.strip_suffix(['"', '\'']).unwrap_or(before);
    let before = before.strip_suffix('\\').unwrap_or(before);
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let length = before
        .bytes()
        .rev()
        .take(NAME_LIMIT)
        .take_while(of_name)
        .count();
    let start = before.len() - length;
    (length > 0).then(|| (&before[start..], &before[..start]))
}

fn quote_at(text: &str, at: usize) -> Option<&'static str> {
    ["\\\"", "\\'", "\"", "'"]
        .into_iter()
        .find(|quote| text[at..].starts_with(quote))
}

/// Where the value ends that began with that quote; the end of the text if nothing closes it.
fn closing(text: &str, start: usize, quote: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text[start..].char_indices() {
        if !escaped && text[start + at..].starts_with(quote) {
            return start + at;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// A value without quotes goes on to the end of the word, unless the word goes on with another name.
fn unquoted(text: &str, start: usize, before: &str, kind: Kind) -> Hit {
    let in_query = before.ends_with(['?', '&', ';']);
    let between: &[char] = match before.chars().next_back() {
        // The whole word is one assignment: all the rest may be the secret.
        None => &[],
        _ if in_query => &['&', ';', '#'],
        _ => &['&', ',', ';'],
    };
    let rest = &text[start..];
    let end = rest
        .match_indices(between)
        .find(|(at, sign)| *sign == "#" || begins_name(&rest[at + 1..]))
        .map_or(rest.len(), |(at, _)| at);
    // `Authorization: Bearer …` keeps its second word.
    let scheme = [
        "Bearer ", "Basic ", "Token ", "Digest ", "token ", "bearer ", "basic ",
    ]
    .into_iter()
    .find(|scheme| rest[..end].starts_with(scheme));
    let kind = match scheme {
        Some("Bearer " | "bearer " | "Token " | "token ") => Kind::Token,
        _ => kind,
    };
    Hit {
        start: start + scheme.map_or(0, str::len),
        end: start + end,
        kind,
    }
}

fn begins_name(text: &str) -> bool {
    let text = text.trim_start_matches([' ', '"', '\'', '{']);
    let of_name = |byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']')
    };
    let length = text.bytes().take(NAME_LIMIT).take_while(of_name).count();
    let rest = text[length..].trim_start_matches(['"', '\'']);
    length > 0 && rest.starts_with(['=', ':'])
}
