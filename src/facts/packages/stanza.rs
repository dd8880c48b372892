//! The text of dpkg's databases: stanzas of fields (deb822(5)), read as dpkg's `parse_stanza` reads them.
//!
//! dpkg refuses a whole file for one mistake; here it costs one stanza. There are no comments.

use std::io::BufRead;

/// A paragraph between blank lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stanza<'a> {
    /// The line of the file where it begins, counted from 1.
    pub line: u32,
    text: &'a [u8],
}

/// What is wrong with a stanza.
#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    /// The line of the file, counted from 1.
    pub line: u32,
    /// What is wrong there.
    pub why: String,
}

/// The stanzas of a text. Only a line without a single blank divides them.
pub(super) fn stanzas(text: &[u8]) -> impl Iterator<Item = Stanza<'_>> {
    let (mut rest, mut next) = (text, 1);
    std::iter::from_fn(move || {
        let blank = rest.iter().take_while(|byte| **byte == b'\n').count();
        rest = &rest[blank..];
        let line = next + blank as u32;
        next = line;
        let start = rest;
        while !matches!(rest.first(), None | Some(b'\n')) {
            take_line(&mut rest);
            next += 1;
        }
        let text = &start[..start.len() - rest.len()];
        (!text.is_empty()).then_some(Stanza { line, text })
    })
}

impl<'a> Stanza<'a> {
    /// The values of the fields of these names, in whatever case they are written; blanks around a value are not part of
    /// it, line breaks within are. Others need only have the form of a field.
    pub fn fields<const N: usize>(&self, names: [&str; N]) -> Result<[Option<&'a [u8]>; N], Fault> {
        // From where to where each value stands in the text, blanks around it included.
        let mut spans: [Option<(usize, usize)>; N] = [None; N];
        let mut current = None;
        let (mut rest, mut number) = (self.text, self.line);
        while !rest.is_empty() {
            let fault = |why: String| Fault { line: number, why };
            let at = self.text.len() - rest.len();
            let line = take_line(&mut rest);
            if line.contains(&CTRL_Z) {
                return Err(fault("a Ctrl-Z, where dpkg ends the line".to_owned()));
            }
            if !is_space(line[0]) {
                let (name, value) = split(line).map_err(|why| fault(why.to_owned()))?;
                current = names
                    .iter()
                    .position(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes()));
                if let Some(index) = current
                    && spans[index].replace((at + value, 0)).is_some()
                {
                    return Err(fault(format!(
                        "a second field {} in one stanza",
                        names[index]
                    )));
                }
            } else if at == 0 {
                return Err(fault("the stanza begins with a blank".to_owned()));
            }
            if let Some((_, end)) = current.and_then(|index: usize| spans[index].as_mut()) {
                *end = at + line.len();
            }
            number += 1;
        }
        Ok(spans.map(|span| span.map(|(start, end)| trimmed(&self.text[start..end]))))
    }

    /// True if its last line has an end. dpkg writes no other: the file was cut off.
    pub fn is_whole(&self) -> bool {
        self.text.ends_with(b"\n")
    }
}

const CTRL_Z: u8 = 0x1a;

/// Takes a line with its end.
fn take_line<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let all = *rest;
    // Reading from memory cannot fail.
    let length = rest.skip_until(b'\n').unwrap_or(all.len());
    &all[..length]
}

/// The name of the field, and where in the line its value begins.
fn split(line: &[u8]) -> Result<(&[u8], usize), &'static str> {
    let name = line
        .iter()
        .take_while(|byte| **byte != b':' && !is_space(**byte))
        .count();
    let blanks = line[name..]
        .iter()
        .take_while(|byte| is_space(**byte))
        .count();
    match (line.get(name + blanks), line[0]) {
        (Some(b':'), b':') => Err("a field without a name"),
        (Some(b':'), b'-') => Err("a hyphen begins the name of a field"),
        (Some(b':'), _) if name == 1 => Err("a field whose name is one letter"),
        (Some(b':'), _) => Ok((&line[..name], name + blanks + 1)),
        _ => Err("no colon after the name of a field"),
    }
}

/// As isspace(3) in the C locale; the vertical tab is not in Rust's.
fn is_space(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}

/// As dpkg trims: of the line breaks only those at the end.
fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = value
        && is_space(*first)
        && *first != b'\n'
    {
        value = rest;
    }
    while let [rest @ .., last] = value
        && is_space(*last)
    {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<[Option<String>; 2], Fault> {
        let stanza = stanzas(text.as_bytes()).next().expect("a stanza");
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        Ok(stanza
            .fields(["Name", "Version"])?
            .map(|value| value.map(text)))
    }

    #[test]
    fn divides_at_empty_lines() {
        let lines = |text: &str| {
            stanzas(text.as_bytes())
                .map(|stanza| stanza.line)
                .collect::<Vec<_>>()
        };
        assert_eq!(lines("\n\na: 1\n b\n\nc: 2\n\n\n\nd: 3"), [3, 6, 10]);
        assert_eq!(lines("a: 1\n \nb: 2\n"), [1]);
        for nothing in ["", "\n", "\n\n\n"] {
            assert_eq!(lines(nothing).len(), 0);
        }
        let whole: Vec<bool> = stanzas(b"a: 1\n\nb: 2")
            .map(|stanza| stanza.is_whole())
            .collect();
        assert_eq!(whole, [true, false]);
    }

    #[test]
    fn values_are_trimmed_and_folded() {
        let some =
            |name: &str, version: &str| Ok([Some(name.to_owned()), Some(version.to_owned())]);
        assert_eq!(one("name  :\t a b \r\nVERSION:1\n"), some("a b", "1"));
        assert_eq!(
            one("Name: a\n b\n\tc \nOther: x\n y\nVersion:\n"),
            some("a\n b\n\tc", "")
        );
        assert_eq!(one("Version:\n 1\nName: x"), some("x", "\n 1"));
        assert_eq!(one("Names: a\nNam: b\n"), Ok([None, None]));
    }

    #[test]
    fn a_mistake_has_its_line() {
        for (text, line, part) in [
            ("Name: a\nname: b\n", 2, "second field Name"),
            ("\n\nOther: a\nnonsense\n", 4, "no colon"),
            ("# a comment\n", 1, "no colon"),
            ("Name", 1, "no colon"),
            (": a\n", 1, "without a name"),
            ("-a: b\n", 1, "hyphen"),
            ("a: b\n", 1, "one letter"),
            (" a\nName: b\n", 1, "begins with a blank"),
            ("Name: a\x1a\n", 1, "Ctrl-Z"),
            // Carriage returns leave no empty line between two stanzas.
            ("Name: a\r\n\r\nName: b\r\n", 3, "second field Name"),
        ] {
            let fault = one(text).expect_err(text);
            assert_eq!(fault.line, line, "{text:?}");
            assert!(fault.why.contains(part), "{text:?}: {}", fault.why);
        }
    }
}
