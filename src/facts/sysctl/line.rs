//! The text of one sysctl.d(5) file, read as systemd-sysctl's `parse_file` reads it.

use super::pattern::SysctlPattern;
use crate::source::HostText;

/// One line that is neither blank nor a comment.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Line {
    /// `key = value`, or `-key` alone.
    Assignment {
        pattern: SysctlPattern,
        value: Option<HostText>,
        ignore_errors: bool,
    },
    /// systemd-sysctl logs it and goes on, for the reason given.
    Ignored(&'static str),
    /// This tool cannot say what it does.
    Unclear(String),
}

/// The lines of a file with their numbers. There is no continuation: a trailing backslash belongs to the value.
pub(super) fn parse(text: &[u8]) -> Vec<(u32, Line)> {
    (1..)
        .zip(text.split(|byte| *byte == b'\n'))
        // systemd ends a line at a carriage return or a NUL too; blank lines between them mean nothing.
        .flat_map(|(number, line)| {
            line.split(|byte| matches!(byte, b'\r' | 0))
                .filter_map(move |part| Some((number, parse_line(strip(part))?)))
        })
        .collect()
}

fn parse_line(line: &[u8]) -> Option<Line> {
    if matches!(line.first(), None | Some(b'#' | b';')) {
        return None;
    }
    let (left, value) = match line.iter().position(|byte| *byte == b'=') {
        Some(at) => (&line[..at], Some(&line[at + 1..])),
        None => (line, None),
    };
    let (dash, name) = match left {
        [b'-', name @ ..] => (true, name),
        name => (false, name),
    };
    if value.is_none() && !dash {
        return Some(Line::Ignored("not an assignment"));
    }
    Some(
        match SysctlPattern::new(HostText::from_bytes(strip(name)).raw()) {
            Err(why) => Line::Unclear(why),
            Ok(pattern) if pattern.is_empty() => Line::Ignored("names no setting"),
            Ok(pattern) => Line::Assignment {
                pattern,
                value: value.map(|value| HostText::from_bytes(strip(value))),
                ignore_errors: dash && value.is_some(),
            },
        },
    )
}

fn strip(text: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = text
        .iter()
        .position(|byte| !blank(byte))
        .unwrap_or(text.len());
    let end = text
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(start, |at| at + 1);
    &text[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        parse(text.as_bytes())
            .into_iter()
            .map(|(number, line)| match line {
                Line::Assignment {
                    pattern,
                    value,
                    ignore_errors,
                } => format!(
                    "{number} {}{pattern}={}",
                    if ignore_errors { "-" } else { "" },
                    value.map_or("(excluded)".to_owned(), |v| v.to_string())
                ),
                Line::Ignored(why) => format!("{number} ignored: {why}"),
                Line::Unclear(why) => format!("{number} unclear: {why}"),
            })
            .collect()
    }

    #[test]
    fn reads_what_systemd_reads() {
        let text = "# a\n ; b\n\n\t kernel.x\t =  1 2  \r\n-a.b=c=d\n- c.d = \n-net.e\nplain\n = 5\n-\nk=a\\\nl=2 # no comment\nm=1\rn=2\n/../x=1";
        assert_eq!(
            shown(text),
            [
                "4 kernel.x=1 2",
                "5 -a.b=c=d",
                "6 -c.d=",
                "7 net.e=(excluded)",
                "8 ignored: not an assignment",
                "9 ignored: names no setting",
                "10 ignored: names no setting",
                "11 k=a\\",
                "12 l=2 # no comment",
                "13 m=1",
                "13 n=2",
                "14 unclear: `..` in a sysctl name",
            ]
        );
    }
}
