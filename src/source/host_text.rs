//! Text that came from the host, and may have been written by somebody who means harm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::{Borrow, Cow};
use std::fmt;

/// Text from the host. Printing it escapes whatever could steer a terminal or fool a reader; only
/// [`HostText::raw`] gives it as it is, for comparing.
#[derive(
    Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct HostText(String);

impl HostText {
    /// The text of some bytes. A byte that is not UTF-8 is kept as a character of its own, so that a name can be
    /// taken back to the system ([`HostText::to_bytes`]) and still be shown.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                match byte_of(c) {
                    // Somebody wrote one of our own stand-ins: its bytes stand for themselves.
                    Some(_) => text.extend(c.encode_utf8(&mut [0; 4]).bytes().map(stand_in)),
                    None => text.push(c),
                }
            }
            text.extend(chunk.invalid().iter().copied().map(stand_in));
        }
        Self(text)
    }

    /// The bytes that [`HostText::from_bytes`] was made of.
    pub fn to_bytes(text: &str) -> Cow<'_, [u8]> {
        if !text.chars().any(|c| byte_of(c).is_some()) {
            return Cow::Borrowed(text.as_bytes());
        }
        let mut bytes = Vec::with_capacity(text.len());
        for c in text.chars() {
            match byte_of(c) {
                Some(byte) => bytes.push(byte),
                None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        Cow::Owned(bytes)
    }

    /// The text as it is, for comparing and parsing; never for printing.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

/// The last characters of Unicode's last private plane stand for the bytes 0x80 to 0xff.
const STAND_INS: u32 = 0x0010_ff00;

fn stand_in(byte: u8) -> char {
    char::from_u32(STAND_INS + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn byte_of(c: char) -> Option<u8> {
    let byte = u8::try_from(u32::from(c).checked_sub(STAND_INS)?).ok()?;
    (byte >= 0x80).then_some(byte)
}

/// Characters that move the cursor, colour the screen, reorder the line, cannot be seen, or stand for a byte.
pub(crate) fn is_treacherous(c: char) -> bool {
    c.is_control()
        || byte_of(c).is_some()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

impl fmt::Display for HostText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self
            .0
            .contains(|c| is_treacherous(c) || byte_of(c).is_some())
        {
            return out.pad(&self.0);
        }
        let mut safe = String::with_capacity(self.0.len() + 16);
        for c in self.0.chars() {
            match byte_of(c) {
                Some(byte) => safe.push_str(&format!("\\x{byte:02x}")),
                None if is_treacherous(c) => safe.extend(c.escape_default()),
                None => safe.push(c),
            }
        }
        out.pad(&safe)
    }
}

impl fmt::Debug for HostText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

/// For looking up in a map without a text of one's own; they compare and hash alike.
impl Borrow<str> for HostText {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for HostText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for HostText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&String> for HostText {
    fn from(text: &String) -> Self {
        Self(text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_steers_a_terminal() {
        let evil = HostText::from("a\x1b[2Jb\u{202e}c\nd\u{9b}e");
        assert_eq!(evil.to_string(), "a\\u{1b}[2Jb\\u{202e}c\\nd\\u{9b}e");
    }

    #[test]
    fn leaves_honest_text_alone() {
        assert_eq!(HostText::from("Zürich – 日本").to_string(), "Zürich – 日本");
    }

    #[test]
    fn bytes_that_are_not_text_are_shown_and_kept() {
        for bytes in [
            &b"a\xff\xfeb"[..],
            "a\u{10ff80}\u{10ffff}".as_bytes(),
            b"plain",
            "\u{10ff7f}".as_bytes(),
        ] {
            let text = HostText::from_bytes(bytes);
            assert_eq!(&*HostText::to_bytes(text.raw()), bytes);
        }
        assert_eq!(
            HostText::from_bytes(b"a\xff\xfeb").to_string(),
            "a\\xff\\xfeb"
        );
    }
}
