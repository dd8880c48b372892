//! The grammar of unit files (systemd.syntax(7)).

use crate::source::{HostText, Source};

/// One assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The section that it stands in, without brackets.
    pub section: HostText,
    /// Its name; case counts.
    pub key: HostText,
    /// Its value, continued lines joined by a blank.
    pub value: HostText,
    /// Where.
    pub source: Source,
}

/// The assignments of a file. What is none, or stands in no section, systemd ignores with a warning, and so is it here.
pub fn parse(text: &[u8], path: &str) -> Vec<Setting> {
    let mut settings = Vec::new();
    let mut section: Option<HostText> = None;
    // A line that ends in a backslash goes on in the next that is no comment.
    let mut begun: Option<(u32, Vec<u8>)> = None;
    let mut take = |line: u32, text: &[u8], section: &mut Option<HostText>| {
        let text = text.trim_ascii();
        if let Some(name) = text
            .strip_prefix(b"[")
            .and_then(|rest| rest.strip_suffix(b"]"))
        {
            *section = Some(HostText::from_bytes(name));
        } else if let (Some(section), Some(at)) = (&*section, text.iter().position(|b| *b == b'='))
        {
            settings.push(Setting {
                section: section.clone(),
                key: HostText::from_bytes(text[..at].trim_ascii()),
                value: HostText::from_bytes(text[at + 1..].trim_ascii()),
                source: Source::line(path, line),
            });
        }
    };
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let bare = line.trim_ascii_start();
        if matches!(bare.first(), Some(b'#' | b';')) {
            continue;
        }
        let (start, mut whole) = begun.take().unwrap_or((number, Vec::new()));
        match line.strip_suffix(b"\\") {
            Some(part) => {
                whole.extend_from_slice(part);
                whole.push(b' ');
                begun = Some((start, whole));
            }
            None => {
                whole.extend_from_slice(line);
                take(start, &whole, &mut section);
            }
        }
    }
    if let Some((start, whole)) = begun {
        take(start, &whole, &mut section);
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let show =
            |it: Setting| format!("{} [{}] {} = {}", it.source, it.section, it.key, it.value);
        parse(text.as_bytes(), "u").into_iter().map(show).collect()
    }

    #[test]
    fn sections_comments_and_continued_lines() {
        let text = "Lost=1\n[Socket]\n# Listen=1\n ; Listen=2\nListenStream = 22 # no comment\n\
                    ListenStream=a\\\n# in between\n  b\n[Install]\nnonsense\nAlias=";
        assert_eq!(
            read(text),
            [
                "u:5 [Socket] ListenStream = 22 # no comment",
                "u:6 [Socket] ListenStream = a   b",
                "u:11 [Install] Alias = ",
            ]
        );
    }

    #[test]
    fn a_file_may_end_in_the_middle() {
        assert_eq!(read("[S]\r\nA=1\\"), ["u:2 [S] A = 1"]);
        assert!(read("").is_empty());
    }
}
