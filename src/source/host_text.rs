//! Text that came from the host, and may have been written by somebody who means harm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Text from the host. Printing it escapes whatever could steer a terminal or fool a reader; only
/// [`HostText::raw`] gives it as it is, for comparing.
#[derive(
    Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct HostText(String);

impl HostText {
    /// The text of some bytes. What is not UTF-8 is written as `\xNN`, so no byte is lost to the eye.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for byte in chunk.invalid() {
                text.push_str(&format!("\\x{byte:02x}"));
            }
        }
        Self(text)
    }

    /// The text as it is, for comparing and parsing; never for printing.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

/// Characters that move the cursor, colour the screen, reorder the line or cannot be seen.
pub(crate) fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

impl fmt::Display for HostText {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.contains(is_treacherous) {
            return out.pad(&self.0);
        }
        let mut safe = String::with_capacity(self.0.len() + 16);
        for c in self.0.chars() {
            if is_treacherous(c) {
                safe.extend(c.escape_default());
            } else {
                safe.push(c);
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
    fn shows_bytes_that_are_not_text() {
        assert_eq!(HostText::from_bytes(b"a\xff\xfeb").raw(), "a\\xff\\xfeb");
    }
}
