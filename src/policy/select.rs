//! `--only` and `--skip`: which checks of a policy run.

use super::Check;
use super::merge::Merged;
use crate::yaml::{Mistake, Place, Text, nearest};
use globset::{Glob, GlobMatcher};
use std::collections::BTreeSet;

/// The checks that were asked for.
#[derive(Debug, Default)]
pub struct Selection {
    only: Vec<Selector>,
    skip: Vec<Selector>,
}

/// An id, a tag, or a glob over ids. An id beats a tag of the same name.
#[derive(Debug)]
enum Selector {
    Id(String),
    Tag(String),
    Glob(GlobMatcher),
}

/// What can be selected.
struct Known<'a> {
    ids: BTreeSet<&'a str>,
    tags: BTreeSet<&'a str>,
    /// Whether every text that could have more of them was read.
    complete: bool,
    /// Where to look for the right one.
    help: String,
}

impl Selection {
    /// Reads the words against the checks that there are. Every word that selects nothing is a mistake: most likely it
    /// was mistyped, and then a check would silently not run.
    pub(super) fn read(
        merged: &Merged,
        only: &[String],
        skip: &[String],
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let known = Known {
            ids: merged.entries.iter().map(|entry| entry.id()).collect(),
            tags: merged
                .entries
                .iter()
                .flat_map(|entry| entry.tags())
                .collect(),
            complete: !merged.incomplete,
            help: merged.ids().known(),
        };
        let mut read = |flag: &str, words: &[String]| -> Vec<Selector> {
            let selectors = words.iter().map(|word| known.selector(flag, word));
            let selectors = selectors.filter_map(|found| match found {
                Ok(selector) => selector,
                Err(more) => {
                    mistakes.extend(more);
                    None
                }
            });
            selectors.collect()
        };
        Self {
            only: read("--only", only),
            skip: read("--skip", skip),
        }
    }

    /// True if the check was asked for.
    pub fn has(&self, check: &Check) -> bool {
        (self.only.is_empty() || self.only.iter().any(|selector| selector.is(check)))
            && !self.skip.iter().any(|selector| selector.is(check))
    }

    /// True if it leaves checks out, so that a waiver which matched nothing may well be right.
    pub fn is_partial(&self) -> bool {
        !self.only.is_empty() || !self.skip.is_empty()
    }
}

impl Known<'_> {
    /// What a word selects; nothing where that cannot be known, since a text is missing.
    fn selector(&self, flag: &str, word: &str) -> Result<Option<Selector>, Vec<Mistake>> {
        if self.ids.contains(word) {
            return Ok(Some(Selector::Id(word.to_owned())));
        }
        if self.tags.contains(word) {
            return Ok(Some(Selector::Tag(word.to_owned())));
        }
        let text = Text::from_bytes(flag, word.as_bytes())?;
        let mut place = Place::beginning(&text);
        place.span = 0..text.content().len();
        let mistake = |message: String| Mistake::error(place, message);
        if !word.contains(['*', '?', '[', '{']) {
            let near = nearest(word, self.ids.iter().chain(&self.tags).copied());
            let message = format!("`{word}` is no check and no tag of this policy");
            return match near {
                Some(near) => Err(vec![
                    mistake(message).help(format!("did you mean `{near}`?")),
                ]),
                None if self.complete => Err(vec![mistake(message).help(self.help.clone())]),
                None => Ok(None),
            };
        }
        let glob = match Glob::new(word) {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => return Err(vec![mistake(format!("not a glob: {}", error.kind()))]),
        };
        if self.ids.iter().any(|id| glob.is_match(id)) {
            Ok(Some(Selector::Glob(glob)))
        } else if self.complete {
            let message = format!("`{word}` matches no check of this policy");
            let help = "a glob is matched against the whole id: `*` stands for any text";
            Err(vec![mistake(message).help(help)])
        } else {
            Ok(None)
        }
    }
}

impl Selector {
    fn is(&self, check: &Check) -> bool {
        match self {
            Self::Id(id) => check.id == *id,
            Self::Tag(tag) => check.tags.contains(tag),
            Self::Glob(glob) => glob.is_match(&check.id),
        }
    }
}
