//! Finds a policy, reads it and everything that it extends, and makes one valid policy of them.

use super::ids::MISTAKES;
use super::reader::{Reader, Texts};
use super::{Check, Policy, Selection, Waiver, set};
use crate::source::{Files, PolicySource};
use crate::yaml::Mistake;
use jiff::Timestamp;

/// Where the text of a policy comes from.
pub enum Loaded {
    /// A file of the caller's, or a built-in name.
    Named(String),
    /// Bytes that were read already, and what to call them (`<stdin>`).
    Text(String, Vec<u8>),
}

/// What the command line says about a policy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Words<'a> {
    /// Settings: `CHECK.PARAM=VALUE`.
    pub set: &'a [String],
    /// The checks that run: ids, tags and globs; all if there is none.
    pub only: &'a [String],
    /// The checks that do not run.
    pub skip: &'a [String],
}

/// Reads a policy. `files` are the caller's own, also where another host is judged.
///
/// # Errors
/// Every mistake in it and in what it extends, each at its place; at most 50.
pub fn load(
    from: Loaded,
    files: &dyn Files,
    sets: &[String],
    now: Timestamp,
) -> Result<Policy, Vec<Mistake>> {
    let words = Words {
        set: sets,
        ..Words::default()
    };
    load_selecting(from, files, words, now).map(|(policy, _)| policy)
}

/// Reads a policy and which of its checks were asked for.
///
/// # Errors
/// As [`load`], those of the command line among them.
pub fn load_selecting(
    from: Loaded,
    files: &dyn Files,
    words: Words<'_>,
    now: Timestamp,
) -> Result<(Policy, Selection), Vec<Mistake>> {
    let mut reader = Reader::new(files);
    let top = match from {
        Loaded::Named(name) => reader.named(&name, None),
        Loaded::Text(name, bytes) => reader.text(&name, &bytes, None),
    };
    let Texts {
        sources,
        mut merged,
        mut mistakes,
        mut warnings,
    } = reader.texts;
    for word in words.set {
        match set::read(word) {
            Ok(setting) => merged.set(setting, &mut mistakes),
            Err(more) => mistakes.extend(more),
        }
    }
    let selection = Selection::read(&merged, words.only, words.skip, &mut mistakes);
    let ids = merged.ids();
    let mut checks = Vec::new();
    for entry in &merged.entries {
        match Check::read(entry, &ids) {
            Ok(check) => checks.push(check),
            Err(more) => mistakes.extend(more),
        }
        if mistakes.len() > MISTAKES {
            break;
        }
    }
    let mut waivers = Vec::new();
    for node in &merged.waivers {
        match Waiver::read(node, &ids) {
            Ok(waiver) => {
                warnings.extend(waiver.remark(now));
                waivers.extend(waiver.holds_at(now).then_some(waiver));
            }
            Err(more) => mistakes.extend(more),
        }
        if mistakes.len() > MISTAKES {
            break;
        }
    }
    match top {
        Some(top) if mistakes.is_empty() => {
            let policy = Policy {
                name: top.policy.value,
                title: top.title.value,
                head: [top.policy.place, top.title.place],
                sources,
                checks,
                waivers,
                warnings,
            };
            Ok((policy, selection))
        }
        _ => Err(in_order(mistakes, &sources)),
    }
}

/// What was typed first, then one text after the other, each from top to bottom; not more than somebody reads.
fn in_order(mut mistakes: Vec<Mistake>, sources: &[PolicySource]) -> Vec<Mistake> {
    mistakes.sort_by_cached_key(|mistake| {
        let name = mistake.at.text.name();
        let text = sources.iter().position(|source| source.path == name);
        (text, mistake.at.span.start)
    });
    if let Some(next) = mistakes.get(MISTAKES).map(|mistake| mistake.at.clone()) {
        mistakes.truncate(MISTAKES);
        let rest = "there are more mistakes from here on: mend those above first";
        mistakes.push(Mistake::error(next, rest));
    }
    mistakes
}
