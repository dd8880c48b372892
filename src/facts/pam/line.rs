//! The grammar of a file of pam.d(5): libpam's pam_handlers.c and its reading of lines, with Debian's `@include`.

use crate::secret::mask_argv;
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// One line that says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Where it begins, counted from 1.
    pub line: u32,
    /// What it says.
    pub what: What,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// `@include`: all lines of another file stand here.
    All(HostText),
    /// A module, or the lines of one kind of another file.
    Rule {
        /// What it is asked for; none for a word that is none, which counts for every kind and always fails.
        kind: Option<Kind>,
        /// A `-` in front: a module that is not installed is passed over.
        quiet: bool,
        /// The control: a word, or a list in brackets. Empty if it is missing.
        control: HostText,
        /// The module or file; none if it is missing.
        module: Option<HostText>,
        /// The module's arguments, masked.
        args: Vec<HostText>,
    },
}

/// What a module is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Who somebody is.
    Auth,
    /// Whether he may come in.
    Account,
    /// What is done around his stay.
    Session,
    /// How a password is changed.
    Password,
}

/// The lines of a file.
pub fn parse(text: &[u8]) -> Vec<Line> {
    let mut all = Vec::new();
    let mut whole: Vec<u8> = Vec::new();
    let mut first = 0;
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        if whole.is_empty() {
            first = number;
        }
        let said = line.split(|byte| *byte == b'#').next().unwrap_or_default();
        let commented = said.len() < line.len();
        let said = said.trim_ascii_end();
        match said.strip_suffix(b"\\") {
            Some(more) if !commented => {
                whole.extend(more);
                whole.push(b' ');
                continue;
            }
            _ => whole.extend(said),
        }
        all.extend(what(&whole).map(|what| Line { line: first, what }));
        whole.clear();
    }
    all.extend(what(&whole).map(|what| Line { line: first, what }));
    all
}

fn what(line: &[u8]) -> Option<What> {
    let mut words = Words(line);
    let first = words.next()?;
    if first == b"@include" {
        return Some(What::All(HostText::from_bytes(
            words.next().unwrap_or_default(),
        )));
    }
    let bare = first.strip_prefix(b"-");
    let control = words.next().map(HostText::from_bytes);
    let module = words.next().map(HostText::from_bytes);
    let args: Vec<HostText> = words.map(HostText::from_bytes).collect();
    // Its `auth=auth_err` is what it answers, and no secret.
    let args = match module.as_ref().is_some_and(|it| it.raw() == "pam_debug.so") {
        true => args,
        false => mask_argv(&args),
    };
    Some(What::Rule {
        kind: Kind::of(bare.unwrap_or(first)),
        quiet: bare.is_some(),
        control: control.unwrap_or_default(),
        module,
        args,
    })
}

impl Kind {
    fn of(word: &[u8]) -> Option<Self> {
        let kinds = [
            ("auth", Self::Auth),
            ("account", Self::Account),
            ("session", Self::Session),
            ("password", Self::Password),
        ];
        let known = |(name, _): &&(&str, Self)| word.eq_ignore_ascii_case(name.as_bytes());
        kinds.iter().find(known).map(|(_, kind)| *kind)
    }
}

/// Words between blanks; what stands in brackets is one, brackets and all.
struct Words<'t>(&'t [u8]);

impl<'t> Iterator for Words<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        let text = self.0.trim_ascii_start();
        let is_end = |at: &usize| match text[0] {
            b'[' => text[*at] == b']' && text[at - 1] != b'\\',
            _ => text[*at].is_ascii_whitespace(),
        };
        if text.is_empty() {
            return None;
        }
        let end = (1..text.len()).find(is_end).unwrap_or(text.len());
        let end = (end + usize::from(text[0] == b'[')).min(text.len());
        let (word, rest) = text.split_at(end);
        self.0 = rest;
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_go_on_and_brackets_hold_together() {
        let text = b"# none\n@include common-auth # all\n-Auth [success=1 \\\n default=ignore] pam_unix.so nullok\n\naccount required\nodd x y\n";
        let lines = parse(text);
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0].what, What::All("common-auth".into()));
        let rule = What::Rule {
            kind: Some(Kind::Auth),
            quiet: true,
            control: "[success=1   default=ignore]".into(),
            module: Some("pam_unix.so".into()),
            args: vec!["nullok".into()],
        };
        assert_eq!((lines[1].line, &lines[1].what), (3, &rule));
        assert!(matches!(&lines[2].what, What::Rule { module: None, .. }));
        assert!(matches!(&lines[3].what, What::Rule { kind: None, .. }));
    }

    #[test]
    fn any_bytes_are_lines() {
        for text in [
            &b"["[..],
            b"[\\]",
            b"auth [a",
            b"\\",
            b"auth\0 required \xff",
            b"-",
        ] {
            parse(text);
        }
    }

    #[test]
    fn a_password_of_a_module_is_masked() {
        let text = b"auth required pam_mysql.so user=pam passwd=Zx8kQ2mLr9\n";
        assert!(!format!("{:?}", parse(text)).contains("Zx8kQ2mLr9"));
    }
}
