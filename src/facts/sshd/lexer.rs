//! The lines and words of sshd's files, as OpenSSH takes them apart: servconf.c and misc.c.
//!
//! Two generations: up to 8.6, and since 8.7. What a word means is not known here.

use std::borrow::Cow;

/// How a version of OpenSSH takes lines apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// Up to 8.6: a `#` anywhere begins a comment, and only `"` quotes.
    Old,
    /// Since 8.7: a `#` begins a comment where a word would, and quotes and backslashes are a shell's.
    New,
}

/// One line as sshd sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The line of the file where it begins, counted from 1. sshd counts its own lines, which are fewer only where a NUL
    /// swallows the end of one.
    pub number: u32,
    /// Its bytes, without blanks in front and without NUL.
    pub text: Cow<'a, [u8]>,
}

/// The lines of a file (load_server_config): a NUL ends what is read of a line, its newline included, so that the next
/// one is its continuation.
pub fn lines<'a>(file: impl IntoIterator<Item = &'a [u8]>, era: Era) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut open: Option<Line<'a>> = None;
    for (number, raw) in (1..).zip(file) {
        let (mut text, mut ends) = match raw.iter().position(|byte| *byte == 0) {
            Some(nul) => (&raw[..nul], false),
            None => (raw, true),
        };
        if era == Era::Old
            && let Some(comment) = text.iter().position(|byte| *byte == b'#')
        {
            (text, ends) = (&text[..comment], true);
        }
        let text = &text[blanks(text, b" \t\r")..];
        let line = match open.take() {
            Some(mut line) => {
                line.text.to_mut().extend_from_slice(text);
                line
            }
            None => Line {
                number,
                text: Cow::Borrowed(text),
            },
        };
        if ends {
            lines.push(line);
        } else {
            open = Some(line);
        }
    }
    lines.extend(open);
    lines
}

/// What is left of a line without the blanks at its end; a form feed counts as one there.
pub fn trim_end(line: &[u8]) -> &[u8] {
    let end = line
        .iter()
        .rposition(|byte| !b" \t\r\n\x0c".contains(byte))
        .map_or(1, |last| last + 1);
    &line[..end.min(line.len())]
}

/// A text from which words are taken one by one, as strdelim of misc.c does: it skips one `=` between them.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    text: &'a [u8],
    at: Option<usize>,
}

/// What separates words.
const BLANKS: &[u8] = b" \t\r\n";

impl<'a> Words<'a> {
    /// All of a text.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, at: Some(0) }
    }

    /// What has not been taken; nothing after the last word.
    pub fn rest(&self) -> Option<&'a [u8]> {
        self.at.map(|at| &self.text[at..])
    }

    /// The next word (strdelim); none at the end, and none for a quote that nothing closes.
    pub fn word(&mut self) -> Option<Cow<'a, [u8]>> {
        self.next(true)
    }

    /// The next word, where `=` is a letter as any other (strdelimw).
    pub fn blank_word(&mut self) -> Option<Cow<'a, [u8]>> {
        self.next(false)
    }

    fn next(&mut self, equals: bool) -> Option<Cow<'a, [u8]>> {
        let start = self.at.take()?;
        let text = self.text;
        let ends = |byte: &u8| BLANKS.contains(byte) || *byte == b'"' || (equals && *byte == b'=');
        let Some(end) = text[start..].iter().position(ends).map(|at| start + at) else {
            return Some(Cow::Borrowed(&text[start..]));
        };
        if text[end] == b'"' {
            // What stands before the quote is part of the word.
            let inside = &text[end + 1..];
            let close = inside.iter().position(|byte| *byte == b'"')?;
            let after = end + 1 + close + 1;
            self.at = Some(after + blanks(&text[after..], BLANKS));
            return Some(match end == start {
                true => Cow::Borrowed(&inside[..close]),
                false => Cow::Owned([&text[start..end], &inside[..close]].concat()),
            });
        }
        let mut next = end + 1 + blanks(&text[end + 1..], BLANKS);
        if equals && text[end] != b'=' && text.get(next) == Some(&b'=') {
            next += 1 + blanks(&text[next + 1..], BLANKS);
        }
        self.at = Some(next);
        Some(Cow::Borrowed(&text[start..end]))
    }
}

/// The words of a text as a shell would have them, up to a comment (argv_split); none if a quote is not closed.
pub fn split(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b' ' | b'\t' => at += 1,
            b'#' => break,
            _ => words.push(quoted(text, &mut at)?),
        }
    }
    Some(words)
}

fn quoted(text: &[u8], at: &mut usize) -> Option<Vec<u8>> {
    let mut word = Vec::new();
    let mut quote = None;
    while let Some(&byte) = text.get(*at) {
        match byte {
            b'\\' => match text.get(*at + 1) {
                Some(next @ (b'\'' | b'"' | b'\\')) => {
                    *at += 1;
                    word.push(*next);
                }
                Some(b' ') if quote.is_none() => {
                    *at += 1;
                    word.push(b' ');
                }
                _ => word.push(byte),
            },
            b' ' | b'\t' if quote.is_none() => break,
            b'"' | b'\'' if quote.is_none() => quote = Some(byte),
            _ if quote == Some(byte) => quote = None,
            _ => word.push(byte),
        }
        *at += 1;
    }
    quote.is_none().then_some(word)
}

fn blanks(text: &[u8], which: &[u8]) -> usize {
    text.iter().take_while(|byte| which.contains(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Words::new(text.as_bytes());
        std::iter::from_fn(|| words.word())
            .map(|word| String::from_utf8_lossy(&word).into_owned())
            .collect()
    }

    #[test]
    fn one_equals_sign_separates() {
        for (text, expected) in [
            ("a b", &["a", "b"][..]),
            ("a=b", &["a", "b"]),
            ("a = b", &["a", "b"]),
            ("a =b", &["a", "b"]),
            ("a== b", &["a", "", "b"]),
            ("a  =  = b", &["a", "", "b"]),
            ("\"a\" b", &["a", "b"]),
            ("x\"a b\"y z", &["xa b", "y", "z"]),
            ("\"a b", &[]),
            ("", &[""]),
            ("a ", &["a", ""]),
        ] {
            assert_eq!(words(text), expected, "{text:?}");
        }
    }

    #[test]
    fn quotes_and_backslashes_are_a_shells() {
        let words_of = |text: &str| {
            let words = split(text.as_bytes())?;
            Some(
                words
                    .iter()
                    .map(|w| String::from_utf8_lossy(w).into_owned())
                    .collect::<Vec<_>>(),
            )
        };
        for (text, expected) in [
            ("a 'b c' \"d\"", Some(&["a", "b c", "d"][..])),
            ("a\\ b \\x c\\", Some(&["a b", "\\x", "c\\"])),
            ("'a\\'b'", Some(&["a'b"])),
            ("\"a\\ b\"", Some(&["a\\ b"])),
            ("a#b #c", Some(&["a#b"])),
            ("'' \"\"", Some(&["", ""])),
            ("'a", None),
            ("a\rb", Some(&["a\rb"])),
        ] {
            let expected =
                expected.map(|words| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
            assert_eq!(words_of(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_nul_swallows_the_newline() {
        let file = b" a\0b\nc # d\n#e\0f\ng";
        let split = || file.split(|byte| *byte == b'\n');
        let of = |era| -> Vec<(u32, String)> {
            let lines = lines(split(), era).into_iter();
            lines
                .map(|it| (it.number, String::from_utf8_lossy(&it.text).into_owned()))
                .collect()
        };
        let line = |number, text: &str| (number, text.to_owned());
        assert_eq!(of(Era::New), [line(1, "ac # d"), line(3, "#eg")]);
        assert_eq!(of(Era::Old), [line(1, "ac "), line(3, ""), line(4, "g")]);
    }

    #[test]
    fn the_first_byte_of_a_line_is_never_trimmed() {
        assert_eq!(trim_end(b"a \t\x0c\r"), b"a");
        assert_eq!(trim_end(b"\x0c"), b"\x0c");
        assert_eq!(trim_end(b"\x0c \x0c"), b"\x0c");
        assert_eq!(trim_end(b""), b"");
    }
}
