//! The variables that a unit sets (systemd.exec(5), `Environment=`).

use super::words::{Escapes, first};
use super::{Machine, Unit};
use crate::source::{HostText, Source};
use std::collections::BTreeMap;

impl Unit {
    /// The variables of `Environment=`, by name: the value that counts, in a fact without its secrets, and its place. Every local
    /// user can ask systemd for them.
    pub fn environment(&self, machine: &Machine) -> BTreeMap<String, (HostText, &Source)> {
        let mut all = BTreeMap::new();
        for setting in self.list("Service", "Environment") {
            let mut rest = setting.value.raw();
            // What stands before a word that cannot be taken apart counts.
            while let Ok(Some((word, after))) = first(rest, Escapes::Strict) {
                rest = after;
                let Some(word) = self.filled(word.raw(), machine) else {
                    continue;
                };
                if let Some((name, value)) = word
                    .split_once('=')
                    .filter(|(name, value)| is_valid(name, value))
                {
                    all.insert(name.to_owned(), (value.into(), &setting.source));
                }
            }
        }
        all
    }
}

fn is_valid(name: &str, value: &str) -> bool {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts = !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit());
    let control = |c: char| c.is_ascii_control() && !matches!(c, '\t' | '\n');
    starts && name.bytes().all(of_name) && !value.contains(control)
}
