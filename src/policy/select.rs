//! `--only` and `--skip`: which checks of a policy run.

use super::Check;
use globset::{Glob, GlobMatcher};
use std::fmt;

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

/// A word of `--only` or `--skip` that selects nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Unselectable {
    /// The word.
    pub word: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Unselectable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` {}", self.word, self.why)
    }
}

impl Selection {
    /// Reads the words against the checks that there are.
    ///
    /// # Errors
    /// Every word that selects nothing: most likely a typing mistake, and then a check would silently not run.
    pub fn new(
        checks: &[Check],
        only: &[String],
        skip: &[String],
    ) -> Result<Self, Vec<Unselectable>> {
        let mut wrong = Vec::new();
        let mut read = |words: &[String]| -> Vec<Selector> {
            let selectors = words.iter().filter_map(|word| {
                Selector::new(checks, word)
                    .map_err(|why| {
                        wrong.push(Unselectable {
                            word: word.clone(),
                            why,
                        })
                    })
                    .ok()
            });
            selectors.collect()
        };
        let selection = Self {
            only: read(only),
            skip: read(skip),
        };
        if wrong.is_empty() {
            Ok(selection)
        } else {
            Err(wrong)
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

impl Selector {
    fn new(checks: &[Check], word: &str) -> Result<Self, String> {
        if checks.iter().any(|check| check.id == word) {
            return Ok(Self::Id(word.to_owned()));
        }
        if checks
            .iter()
            .any(|check| check.tags.iter().any(|tag| tag == word))
        {
            return Ok(Self::Tag(word.to_owned()));
        }
        let known = checks
            .iter()
            .flat_map(|check| check.tags.iter().chain([&check.id]));
        let near = crate::yaml::nearest(word, known.map(String::as_str));
        let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        if !word.contains(['*', '?', '[', '{']) {
            return Err(format!("is no check and no tag of this policy{hint}"));
        }
        let glob = Glob::new(word).map_err(|error| format!("is no glob: {}", error.kind()))?;
        let glob = glob.compile_matcher();
        if checks.iter().any(|check| glob.is_match(&check.id)) {
            Ok(Self::Glob(glob))
        } else {
            Err("matches no check of this policy".to_owned())
        }
    }

    fn is(&self, check: &Check) -> bool {
        match self {
            Self::Id(id) => check.id == *id,
            Self::Tag(tag) => check.tags.contains(tag),
            Self::Glob(glob) => glob.is_match(&check.id),
        }
    }
}
