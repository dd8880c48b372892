//! Values that are the rest of a line, or words that sshd looks into.

use super::Line;
use crate::facts::sshd::lexer::Era;
use crate::model::sshd::is_debian;
use crate::model::sshd::kind::Value;
use crate::model::sshd::refusal::{Fault, When};

impl Line<'_, '_> {
    pub(super) fn command(&mut self) -> Result<Value, Fault> {
        if self.context.era() == Era::Old && self.arguments.left() == 0 {
            return Err(self.context.ends_short(&[b"Missing argument."]));
        }
        self.done = true;
        Ok(Value::Text(
            self.arguments.rest().unwrap_or_default().to_vec(),
        ))
    }

    pub(super) fn program(&mut self) -> Result<Value, Fault> {
        let old = self.context.era() == Era::Old;
        let rest = self.arguments.rest();
        self.done = true;
        let Some(rest) = rest else {
            return Err(self.context.ends_short(&[b"Missing argument."]));
        };
        if !rest.starts_with(b"/") && !rest.eq_ignore_ascii_case(b"none") {
            let keyword = if old {
                self.key.row().name.as_bytes()
            } else {
                self.context.keyword
            };
            let fault = self
                .context
                .ends_short(&[keyword, b" must be an absolute path"]);
            let when = if old { When::Taken } else { When::Always };
            self.faults.push((when, fault));
        }
        Ok(Value::Text(rest.to_vec()))
    }

    pub(super) fn addendum(&mut self) -> Result<Value, Fault> {
        let old = self.context.era() == Era::Old;
        if old && self.arguments.left() == 0 {
            return Err(self.context.ends_short(&[b"Missing argument."]));
        }
        let rest = self.arguments.rest().unwrap_or_default();
        self.done = true;
        if rest.contains(&b'\r') {
            let (when, text) = match old {
                true => (When::Taken, [b"Invalid", &b""[..], b" argument"]),
                false => (
                    When::Always,
                    [b"Invalid ", self.context.keyword, b" argument"],
                ),
            };
            self.faults.push((when, self.context.ends_short(&text)));
        }
        Ok(Value::Text(match rest.eq_ignore_ascii_case(b"none") {
            true => Vec::new(),
            false => rest.to_vec(),
        }))
    }

    pub(super) fn agent_socket(&mut self) -> Result<Value, Fault> {
        let missing = || self.context.ends(&[b"missing path."]);
        let word = self.arguments.full().ok_or_else(missing)?;
        if word.eq_ignore_ascii_case(b"none") {
            return Ok(Value::Text(word));
        }
        if let Some(path) = word.strip_prefix(b"shared:") {
            if !path.starts_with(b"/") {
                return Err(self.context.ends(&[b"invalid shared path."]));
            }
        } else if let Some(path) = word.strip_prefix(b"user:") {
            if path.is_empty() {
                return Err(self.context.ends(&[b"invalid user path."]));
            }
        } else {
            return Err(self.context.ends(&[b"invalid path."]));
        }
        Ok(Value::Text(word))
    }

    pub(super) fn log_word(
        &mut self,
        what: &str,
        words: &'static [(&'static str, &'static str)],
    ) -> Result<Value, Fault> {
        let word = self.arguments.next();
        let silent = |name: &str| name == "SILENT" && !is_debian(self.context.version);
        let is = |(name, _): &&(&str, &str)| {
            word.as_ref()
                .is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
                && !silent(name)
        };
        match words.iter().find(is) {
            Some((_, printed)) => Ok(Value::Word(printed)),
            None => {
                let shown = word.as_deref().unwrap_or(b"<NONE>");
                Err(self.context.ends_short(&[
                    b"unsupported log ",
                    what.as_bytes(),
                    b" '",
                    shown,
                    b"'",
                ]))
            }
        }
    }
}

pub(super) const LEVELS: &[(&str, &str)] = &[
    ("QUIET", "QUIET"),
    // Debian's other name, which it then prints for both.
    ("SILENT", "QUIET"),
    ("FATAL", "FATAL"),
    ("ERROR", "ERROR"),
    ("INFO", "INFO"),
    ("VERBOSE", "VERBOSE"),
    ("DEBUG", "DEBUG"),
    ("DEBUG1", "DEBUG"),
    ("DEBUG2", "DEBUG2"),
    ("DEBUG3", "DEBUG3"),
];

pub(super) const FACILITIES: &[(&str, &str)] = &[
    ("DAEMON", "DAEMON"),
    ("USER", "USER"),
    ("AUTH", "AUTH"),
    ("AUTHPRIV", "AUTHPRIV"),
    ("LOCAL0", "LOCAL0"),
    ("LOCAL1", "LOCAL1"),
    ("LOCAL2", "LOCAL2"),
    ("LOCAL3", "LOCAL3"),
    ("LOCAL4", "LOCAL4"),
    ("LOCAL5", "LOCAL5"),
    ("LOCAL6", "LOCAL6"),
    ("LOCAL7", "LOCAL7"),
];
