//! dpkg's `diversions`: three lines each, from, to, and the package, or a colon for the administrator.

use super::Diversion;
use super::owners::canonical;
use crate::source::HostText;

/// The diversions of a text; an error if it ends within one.
pub(super) fn parse(text: &[u8]) -> Result<Vec<Diversion>, String> {
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let (threes, rest) = lines.as_chunks::<3>();
    if !rest.is_empty() || !matches!(text.last(), None | Some(b'\n')) {
        return Err("it ends in the middle of a diversion".to_owned());
    }
    let threes = threes
        .iter()
        .map(|three| three.map(|line| line.strip_suffix(b"\n").unwrap_or(line)));
    let path = |line: &[u8]| HostText::from_bytes(&[b"/", canonical(line)].concat());
    let diversion = |[from, to, by]: [&[u8]; 3]| Diversion {
        from: path(from),
        to: path(to),
        by: (by != b":").then(|| HostText::from_bytes(&by.to_ascii_lowercase())),
    };
    Ok(threes.map(diversion).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_threes_of_lines() {
        let found = parse(b"/bin/sh\n/bin/sh.distrib\nDash\n/a\n//./b\n:\n");
        let of = |from: &str, to: &str, by: Option<&str>| Diversion {
            from: from.into(),
            to: to.into(),
            by: by.map(HostText::from),
        };
        assert_eq!(
            found,
            Ok(vec![
                of("/bin/sh", "/bin/sh.distrib", Some("dash")),
                of("/a", "/b", None)
            ])
        );
        assert_eq!(parse(b""), Ok(Vec::new()));
        for cut in ["/a", "/a\n", "/a\n/b\n", "/a\n/b\n:", "/a\n/b\n:\n/c\n"] {
            assert!(parse(cut.as_bytes()).is_err(), "{cut}");
        }
    }
}
