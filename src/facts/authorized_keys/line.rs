//! One line of a file of keys: auth_check_authkey_line of auth2-pubkeyfile.c, and sshkey_read of sshkey.c.

use super::blob::{self, NoKey, PublicKey, Type};
use super::options::{self, Options};
use super::{Reader, base64};
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// A line that is neither empty nor a comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// A key.
    Key(KeyLine),
    /// sshd passes it over.
    Passed {
        /// Line, counted from 1.
        line: u32,
        /// Why.
        why: String,
    },
}

/// A line that sshd reads as a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyLine {
    /// Line, counted from 1.
    pub line: u32,
    /// The key.
    pub key: PublicKey,
    /// What stands before it.
    pub options: Options,
    /// What stands behind it.
    pub comment: HostText,
}

/// A comment is shown this far.
const COMMENT: usize = 200;

/// The lines of a file that logins go by (`authorized_keys`).
pub(super) fn authorized(text: &[u8], reader: &Reader) -> Vec<Line> {
    let lines = numbered(text);
    let lines = lines.filter(|(_, line)| !matches!(line.first(), None | Some(b'\n' | b'#')));
    let read = |(number, line)| match authorized_line(line, reader) {
        Ok((key, options, comment)) => Line::Key(KeyLine {
            line: number,
            key,
            options,
            comment,
        }),
        Err(why) => Line::Passed {
            line: number,
            why: why.to_owned(),
        },
    };
    lines.map(read).collect()
}

type Parts = (PublicKey, Options, HostText);

fn authorized_line(line: &[u8], reader: &Reader) -> Result<Parts, &'static str> {
    if let Ok((key, rest)) = key(line, reader) {
        return Ok((key, Options::default(), comment(rest)));
    }
    let behind = past_options(line).ok_or("a quote that does not end")?;
    let (key, rest) = key(after_blanks(behind), reader).map_err(why)?;
    let options = options::parse(line, reader)?;
    Ok((key, options, comment(rest)))
}

fn why(no: NoKey) -> &'static str {
    match no {
        NoKey::Type => "no type of key that this sshd knows, or another than the key's own",
        NoKey::Short => "RSA of fewer than 1024 bits",
        NoKey::Form => "not formed like a key",
    }
}

/// What sshd makes of a plain list of keys (TrustedUserCAKeys, RevokedKeys): sshkey_in_file of authfile.c. It stops at the
/// first line that it does not understand, unless that is a key too short: the number of that line, if there is one.
pub(super) fn plain(text: &[u8], reader: &Reader) -> (Vec<KeyLine>, Option<u32>) {
    let mut keys = Vec::new();
    for (number, line) in numbered(text) {
        if matches!(line.first(), None | Some(b'\n' | b'#')) {
            continue;
        }
        match key(line, reader) {
            Ok((key, rest)) => keys.push(KeyLine {
                line: number,
                key,
                options: Options::default(),
                comment: comment(rest),
            }),
            Err(NoKey::Short) => {}
            Err(NoKey::Type | NoKey::Form) => return (keys, Some(number)),
        }
    }
    (keys, None)
}

/// The lines, from their first letter to their newline, or to a NUL, which ends a string of C.
fn numbered(text: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    (1..).zip(lines).map(|(number, line)| {
        let end = line.iter().position(|byte| *byte == 0);
        (number, after_blanks(&line[..end.unwrap_or(line.len())]))
    })
}

/// `TYPE BLOB`, and what is behind.
fn key<'t>(text: &'t [u8], reader: &Reader) -> Result<(PublicKey, &'t [u8]), NoKey> {
    let (name, rest) = word(text);
    if rest.is_empty() {
        return Err(NoKey::Form);
    }
    let named = Type::named(name, &reader.version).ok_or(NoKey::Type)?;
    let (blob, rest) = word(after_blanks(rest));
    let blob = base64::decode(blob).ok_or(NoKey::Form)?;
    let key = blob::parse(&blob, named, &reader.version)?;
    Ok((key, after_blanks(rest)))
}

fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| matches!(byte, b' ' | b'\t'));
    text.split_at(end.unwrap_or(text.len()))
}

fn after_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
    &text[start.unwrap_or(text.len())..]
}

/// sshkey_advance_past_options.
fn past_options(text: &[u8]) -> Option<&[u8]> {
    let (mut at, mut quoted) = (0, false);
    while let Some(byte) = text.get(at) {
        match byte {
            b' ' | b'\t' if !quoted => break,
            b'\\' if text.get(at + 1) == Some(&b'"') => at += 1,
            b'"' => quoted = !quoted,
            _ => {}
        }
        at += 1;
    }
    let rest = text.get(at..).unwrap_or_default();
    (!quoted || !rest.is_empty()).then_some(rest)
}

fn comment(rest: &[u8]) -> HostText {
    let text = rest.trim_ascii();
    HostText::from_bytes(&text[..text.len().min(COMMENT)])
}
