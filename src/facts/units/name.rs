//! The names of units (systemd.unit(5), "Unit file load path" aside): type, prefix, instance, and what they stand for unescaped.

use crate::source::HostText;

/// The types of units, as their names end.
const TYPES: [&str; 11] = [
    "service",
    "socket",
    "target",
    "timer",
    "path",
    "mount",
    "automount",
    "swap",
    "slice",
    "scope",
    "device",
];

/// The longest name, in bytes.
const LIMIT: usize = 255;

/// What a name is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `a.service`.
    Plain,
    /// `a@.service`.
    Template,
    /// `a@b.service`.
    Instance,
}

/// A valid name, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// What is before the `@`, or the type.
    pub(super) prefix: &'a str,
    /// What is behind the `@`; empty in a template.
    pub(super) instance: Option<&'a str>,
    /// `service`.
    pub(super) suffix: &'a str,
}

impl<'a> Name<'a> {
    /// None if it is no name of a unit.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let (stem, suffix) = text.rsplit_once('.')?;
        let valid = |byte: u8| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte);
        if text.len() > LIMIT || !TYPES.contains(&suffix) || !stem.bytes().all(valid) {
            return None;
        }
        let (prefix, instance) = match stem.split_once('@') {
            Some((prefix, instance)) => (prefix, Some(instance)),
            None => (stem, None),
        };
        let name = Self {
            prefix,
            instance,
            suffix,
        };
        (!prefix.is_empty()).then_some(name)
    }

    pub(super) fn kind(&self) -> Kind {
        match self.instance {
            None => Kind::Plain,
            Some("") => Kind::Template,
            Some(_) => Kind::Instance,
        }
    }

    /// True for the types that a link may give another name to.
    pub(super) fn may_alias(&self) -> bool {
        ["service", "socket", "target", "device", "timer", "path"].contains(&self.suffix)
    }

    /// The same with another instance: `a@.service` and `b` make `a@b.service`.
    pub(super) fn with_instance(&self, instance: &str) -> String {
        format!("{}@{instance}.{}", self.prefix, self.suffix)
    }

    /// The template of an instance.
    pub(super) fn template(&self) -> String {
        self.with_instance("")
    }

    /// What is left without the type.
    pub(super) fn stem(&self) -> String {
        match self.instance {
            None => self.prefix.to_owned(),
            Some(instance) => format!("{}@{instance}", self.prefix),
        }
    }
}

/// The last part of a path.
pub(super) fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What systemd-escape(1) made of a text, taken back: `-` is a slash, `\x2d` a byte. None if it is not of that form.
pub(super) fn unescape(text: &str) -> Option<HostText> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'-' => bytes.push(b'/'),
            b'\\' => {
                let digits = after.strip_prefix(b"x")?.get(..2)?;
                let digit = |at: usize| char::from(digits[at]).to_digit(16);
                bytes.push(u8::try_from(digit(0)? * 16 + digit(1)?).ok()?);
                rest = &after[3..];
            }
            byte => bytes.push(*byte),
        }
    }
    Some(HostText::from_bytes(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let name = |text| Name::of(text).map(|it| (it.prefix, it.instance, it.suffix));
        assert_eq!(name("a-b.service"), Some(("a-b", None, "service")));
        assert_eq!(name("a@b.c.socket"), Some(("a", Some("b.c"), "socket")));
        assert_eq!(name("a@.timer"), Some(("a", Some(""), "timer")));
        for not in [
            "a",
            "a.conf",
            ".service",
            "@x.service",
            "a b.service",
            "a\n.service",
            "ä.service",
        ] {
            assert_eq!(name(not), None, "{not:?}");
        }
        assert_eq!(name(&format!("{}.service", "a".repeat(248))), None);
    }

    #[test]
    fn escapes_are_taken_back() {
        let raw = |text| unescape(text).map(|it| it.raw().to_owned());
        assert_eq!(raw("a-b\\x2dc").as_deref(), Some("a/b-c"));
        for not in ["\\", "\\x", "\\x2", "\\xgg", "\\y2d", "\\x+1"] {
            assert_eq!(raw(not), None, "{not}");
        }
    }
}
