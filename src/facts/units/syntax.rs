//! The grammar of unit files (systemd.syntax(7)), as systemd's reader has it.

use crate::source::{HostText, Source};
use serde::{Deserialize, Serialize};

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The section that it stands in, without brackets.
    pub section: HostText,
    /// Its name; case counts.
    pub key: HostText,
    /// Its value, continued lines joined by a blank; in a fact without its secrets.
    pub value: HostText,
    /// Where it begins.
    pub source: Source,
}

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Its assignments, in order.
    pub settings: Vec<Setting>,
    /// The line at which systemd gives the file up, and why.
    pub broken: Option<(u32, String)>,
}

/// The longest line that systemd reads, in bytes; continued ones count together.
const LINE_LIMIT: usize = 1 << 20;

/// The assignments of a file. What is none, or stands in no section, systemd ignores with a warning, and so is it here.
pub fn parse(text: &[u8], path: &str) -> Parsed {
    let mut all = Parsed::default();
    let mut section: Option<HostText> = None;
    // A line that ends in a backslash goes on in the next that is no comment.
    let mut begun: Option<(u32, Vec<u8>)> = None;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    for (number, line) in (1..).zip(Lines(text)) {
        if matches!(blanks_gone(line).first(), Some(b'#' | b';')) {
            continue;
        }
        let (start, mut whole) = begun.take().unwrap_or((number, Vec::new()));
        whole.extend_from_slice(line);
        if whole.len() > LINE_LIMIT {
            all.broken = Some((start, "the line is too long".to_owned()));
            return all;
        }
        // Of several backslashes at the end each second one is meant.
        let slashes = whole
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count();
        if slashes % 2 == 1 {
            whole.pop();
            whole.push(b' ');
            begun = Some((start, whole));
            continue;
        }
        if let Err(why) = all.take(&whole, &mut section, path, start) {
            all.broken = Some((start, why));
            return all;
        }
    }
    if let Some((start, whole)) = begun
        && let Err(why) = all.take(&whole, &mut section, path, start)
    {
        all.broken = Some((start, why));
    }
    all
}

impl Parsed {
    fn take(
        &mut self,
        line: &[u8],
        section: &mut Option<HostText>,
        path: &str,
        number: u32,
    ) -> Result<(), String> {
        // What is not UTF-8 is ignored, however it would be read.
        let Ok(line) = std::str::from_utf8(stripped(line)) else {
            return Ok(());
        };
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest
                .strip_suffix(']')
                .ok_or("the section's name has no end")?;
            if name.contains(|c: char| c.is_ascii_control() || matches!(c, '"' | '\'' | '\\')) {
                return Err("the section's name has bad characters".to_owned());
            }
            *section = Some(name.into());
        } else if let (Some(section), Some((key, value))) = (&*section, line.split_once('='))
            && !key.is_empty()
        {
            let text = |part: &str| HostText::from_bytes(stripped(part.as_bytes()));
            self.settings.push(Setting {
                section: section.clone(),
                key: text(key),
                value: text(value),
                source: Source::line(path, number),
            });
        }
        Ok(())
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn blanks_gone(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|byte| !is_blank(*byte));
    &line[start.unwrap_or(line.len())..]
}

fn stripped(line: &[u8]) -> &[u8] {
    let line = blanks_gone(line);
    let end = line.iter().rposition(|byte| !is_blank(*byte));
    &line[..end.map_or(0, |at| at + 1)]
}

/// A line ends in a newline, a carriage return or a NUL; the first two together, in either order, and a NUL behind them are one end.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r' | 0);
        let end = self.0.iter().position(is_end).unwrap_or(self.0.len());
        let (line, mut rest) = self.0.split_at(end);
        let mut seen: Vec<u8> = Vec::new();
        while let Some((first, after)) = rest.split_first() {
            if !is_end(first) || seen.contains(first) || seen.contains(&0) {
                break;
            }
            seen.push(*first);
            rest = after;
        }
        self.0 = rest;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let show =
            |it: Setting| format!("{} [{}] {} = {}", it.source, it.section, it.key, it.value);
        let parsed = parse(text.as_bytes(), "u");
        parsed.settings.into_iter().map(show).collect()
    }

    #[test]
    fn sections_comments_and_continued_lines() {
        let text = "Lost=1\n[Socket]\n# Listen=1\n ; Listen=2\nListenStream = 22 # no comment\n\
                    ListenStream=a\\\n# in between\n  b\n[Install]\nnonsense\n=x\nAlias=";
        assert_eq!(
            read(text),
            [
                "u:5 [Socket] ListenStream = 22 # no comment",
                "u:6 [Socket] ListenStream = a   b",
                "u:12 [Install] Alias = ",
            ]
        );
    }

    #[test]
    fn a_file_may_end_in_the_middle() {
        assert_eq!(read("[S]\r\nA=1\\"), ["u:2 [S] A = 1"]);
        assert!(read("").is_empty());
    }

    #[test]
    fn two_backslashes_end_nothing_and_a_line_that_is_not_text_is_none() {
        assert_eq!(
            read("[S]\nA=1\\\\\nB=2"),
            ["u:2 [S] A = 1\\\\", "u:3 [S] B = 2"]
        );
        let parsed = parse(b"\xef\xbb\xbf[S]\nA=\xff\nB=1\0C=2\r\nD=3", "u");
        let keys: Vec<&str> = parsed.settings.iter().map(|it| it.key.raw()).collect();
        assert_eq!(keys, ["B", "C", "D"]);
    }

    #[test]
    fn a_broken_section_ends_the_file() {
        let parsed = parse(b"[S]\nA=1\n[T\nB=2\n", "u");
        assert_eq!(parsed.settings.len(), 1);
        assert_eq!(parsed.broken.unwrap().0, 3);
    }
}
