//! A YAML text under the name that people know it by, and places in it.

use super::Mistake;
use crate::source::{HostText, Source};
use std::{fmt, ops::Range, sync::Arc};

/// A YAML text and the name shown to people (`policies/x.yaml`, `builtin:baseline`, `<stdin>`).
///
/// It holds no byte-order mark, no control characters but tabs and line ends, no U+FFFE or U+FFFF, and no carriage return
/// without its line feed: the scanner, the drawing and a person's editor then count lines and columns alike.
pub struct Text {
    name: String,
    content: String,
}

impl Text {
    /// The text of some bytes. A byte-order mark at the beginning is left out.
    ///
    /// # Errors
    /// One mistake, at the first byte that is no text.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Arc<Self>, Vec<Mistake>> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let (content, fault) = match str::from_utf8(bytes) {
            Ok(content) => (content.to_owned(), unfit(content)),
            Err(error) => {
                let at = error.valid_up_to();
                let message = format!("byte {:#04x} is not UTF-8 text", bytes[at]);
                let content = String::from_utf8_lossy(bytes).into_owned();
                (content, Some((at, message)))
            }
        };
        let text = Arc::new(Self {
            name: name.into(),
            content,
        });
        match fault {
            None => Ok(text),
            Some((at, message)) => Err(vec![Mistake::error(Place::find(&text, at), message)]),
        }
    }

    /// A text without content: what stands on the command line is at the beginning of it.
    pub fn empty(name: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            content: String::new(),
        })
    }

    /// The name shown to people, as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text itself, without a byte-order mark.
    pub fn content(&self) -> &str {
        &self.content
    }
}

/// The first character that YAML forbids or that would make two programs count lines differently.
fn unfit(content: &str) -> Option<(usize, String)> {
    content.char_indices().find_map(|(at, c)| match c {
        '\t' | '\n' => None,
        '\r' if content[at..].starts_with("\r\n") => None,
        '\r' => Some((
            at,
            "a carriage return without its line feed is no line end".to_owned(),
        )),
        '\u{feff}' => Some((at, "a byte-order mark may only begin the file".to_owned())),
        '\u{fffe}' | '\u{ffff}' => Some((
            at,
            format!("U+{:04X} is no character and not allowed", u32::from(c)),
        )),
        c if c.is_control() => Some((
            at,
            format!("control character U+{:04X} is not allowed", u32::from(c)),
        )),
        _ => None,
    })
}

impl fmt::Debug for Text {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Text({:?})", self.name)
    }
}

/// A place in a [`Text`].
#[derive(Clone)]
pub struct Place {
    /// The text.
    pub text: Arc<Text>,
    /// Bytes of its content.
    pub span: Range<usize>,
    /// Line of the beginning, counted from 1.
    pub line: u32,
    /// Column of the beginning in characters, counted from 1.
    pub column: u32,
}

impl Place {
    /// The beginning of a text, for what is wrong with it as a whole.
    pub fn beginning(text: &Arc<Text>) -> Self {
        Self::find(text, 0)
    }

    /// The character at a byte offset. An offset inside a character means that character.
    pub(super) fn find(text: &Arc<Text>, offset: usize) -> Self {
        let content = text.content();
        let start = content.floor_char_boundary(offset);
        let before = &content[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let width = content[start..]
            .chars()
            .next()
            .filter(|c| *c != '\n')
            .map_or(0, char::len_utf8);
        Self {
            text: Arc::clone(text),
            span: start..start + width,
            line: count(before.matches('\n').count()),
            column: count(before[line_start..].chars().count()),
        }
    }

    /// The bytes of the text at this place.
    pub(super) fn source_text(&self) -> &str {
        self.text
            .content()
            .get(self.span.clone())
            .unwrap_or_default()
    }
}

/// Counted from 1, of something counted from 0.
pub(super) fn count(from_zero: usize) -> u32 {
    u32::try_from(from_zero).map_or(u32::MAX, |n| n.saturating_add(1))
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = HostText::from(self.text.name());
        write!(out, "{name}:{}:{}", self.line, self.column)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl From<&Place> for Source {
    fn from(place: &Place) -> Self {
        Self::Policy {
            path: place.text.name().to_owned(),
            line: place.line,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::draw;
    use insta::assert_snapshot;

    fn refused(bytes: &[u8]) -> String {
        draw(&Text::from_bytes("p.yaml", bytes).unwrap_err(), false)
    }

    #[test]
    fn strips_a_byte_order_mark() {
        let text = Text::from_bytes("p.yaml", b"\xef\xbb\xbfa: 1\r\n").unwrap();
        assert_eq!(text.content(), "a: 1\r\n");
    }

    #[test]
    fn says_where_bytes_are_no_text() {
        assert_snapshot!(refused(b"a: 1\nb: \xc3\xa9\xff\n"), @"
        error: byte 0xff is not UTF-8 text
         --> p.yaml:2:5
          |
        2 | b: é�
          |     ^
        ");
        assert_snapshot!(refused(b"a: \x00\n"), @"
        error: control character U+0000 is not allowed
         --> p.yaml:1:4
          |
        1 | a: ␀
          |    ^
        ");
        assert_snapshot!(refused(b"a: 1\rb: 2\n"), @"
        error: a carriage return without its line feed is no line end
         --> p.yaml:1:5
          |
        1 | a: 1␍b: 2
          |     ^
        ");
        assert_snapshot!(refused(b"a:\n\xef\xbb\xbfb: 1\n"), @"
        error: a byte-order mark may only begin the file
         --> p.yaml:2:1
          |
        2 | �b: 1
          | ^
        ");
        assert_snapshot!(refused(b"a: \x1b[2J\n"), @"
        error: control character U+001B is not allowed
         --> p.yaml:1:4
          |
        1 | a: ␛[2J
          |    ^
        ");
        assert_snapshot!(refused(b"a: \xc2\x9b2J\n"), @"
        error: control character U+009B is not allowed
         --> p.yaml:1:4
          |
        1 | a: �2J
          |    ^
        ");
    }

    #[test]
    fn a_place_prints_without_steering_the_terminal() {
        let text = Text::from_bytes("a\x1b.yaml", b"x\n\xc3\xa9y").unwrap();
        assert_eq!(Place::find(&text, 4).to_string(), "a\\u{1b}.yaml:2:2");
    }
}
