//! os-release(5).

use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// The fields of os-release(5) that rules ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OsRelease {
    /// `ID`; `linux` if it is not set.
    pub id: HostText,
    /// `VERSION_ID`; rolling and unreleased distributions have none.
    pub version_id: Option<HostText>,
    /// `VERSION_CODENAME`.
    pub codename: Option<HostText>,
    /// `PRETTY_NAME`; `Linux` if it is not set.
    pub pretty_name: HostText,
    /// `ID_LIKE`: the distributions it derives from, the closest first.
    pub id_like: Vec<HostText>,
}

impl OsRelease {
    /// The fields of a file's text. Of a field that is set twice the last counts, as in a shell; lines that set nothing
    /// are passed over, and an empty value is none.
    pub fn parse(text: &[u8]) -> Self {
        let field = |name: &str| {
            text.split(|byte| *byte == b'\n')
                .filter_map(|line| {
                    let line = HostText::from_bytes(line.trim_ascii());
                    let (key, value) = line.raw().split_once('=')?;
                    (key == name).then(|| unquoted(value))
                })
                .next_back()
                .filter(|value| !value.is_empty())
        };
        let words = field("ID_LIKE").unwrap_or_default();
        Self {
            id: field("ID").unwrap_or_else(|| "linux".to_owned()).into(),
            version_id: field("VERSION_ID").map(HostText::from),
            codename: field("VERSION_CODENAME").map(HostText::from),
            pretty_name: field("PRETTY_NAME")
                .unwrap_or_else(|| "Linux".to_owned())
                .into(),
            id_like: words.split_whitespace().map(HostText::from).collect(),
        }
    }
}

/// A value as a shell reads it, without expansion: nothing is special in single quotes, a backslash escapes elsewhere.
fn unquoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut quote = None;
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', None) => text.extend(chars.next()),
            // In double quotes only these four can be escaped; before others the backslash stays.
            ('\\', Some('"')) => match chars.next_if(|next| matches!(next, '"' | '\\' | '$' | '`'))
            {
                Some(next) => text.push(next),
                None => text.push('\\'),
            },
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (c, _) => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_usual_file() {
        let release = OsRelease::parse(
            b"PRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\nVERSION_ID=\"24.04\"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=\"a  debian\"\n#ID=x\n",
        );
        assert_eq!(release.id.raw(), "ubuntu");
        assert_eq!(release.version_id, Some("24.04".into()));
        assert_eq!(release.codename, Some("noble".into()));
        assert_eq!(release.pretty_name.raw(), "Ubuntu 24.04.1 LTS");
        assert_eq!(release.id_like, ["a", "debian"].map(HostText::from));
    }

    #[test]
    fn what_is_missing_has_the_manual_s_default() {
        let release = OsRelease::parse(b"VERSION_ID=\nnonsense\n ID_LIKE\n\xff=\xff");
        assert_eq!(
            (release.id.raw(), release.pretty_name.raw()),
            ("linux", "Linux")
        );
        assert_eq!((release.version_id, release.id_like.len()), (None, 0));
    }

    #[test]
    fn quotes_and_escapes_are_a_shell_s() {
        for (written, meant) in [
            (r#""a \"b\" \$c \\ \d""#, r#"a "b" $c \ \d"#),
            ("'a \\ \"b'", "a \\ \"b"),
            (r"a\ b", "a b"),
            ("\"open", "open"),
            ("back\\", "back"),
        ] {
            assert_eq!(unquoted(written), meant);
        }
        assert_eq!(OsRelease::parse(b"ID=a\nID=b").id.raw(), "b");
    }
}
