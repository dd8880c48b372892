//! Which files are asked for.

use crate::facts::glob::glob;
use crate::source::{Files, HostText, Obstacle};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Absolute paths and patterns of glob(7), as one text with blanks between: `/etc/shadow /etc/cron.d/*`. A blank in a name is
/// written `?`, and what would be a wildcard has a backslash before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileQuery(String);

impl FileQuery {
    /// The query of these patterns.
    ///
    /// # Errors
    /// Why one of them is none.
    pub fn new<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Result<Self, String> {
        let patterns: Vec<&str> = patterns.into_iter().collect();
        match patterns.iter().find(|it| it.contains(char::is_whitespace)) {
            Some(blank) => Err(format!("`{blank}`: a blank in a name is written `?`")),
            None => patterns.join(" ").try_into(),
        }
    }

    /// Its patterns.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.0.split_whitespace()
    }
}

/// The paths of one pattern: itself where it has no wildcard, whether there is such a file or not.
///
/// # Errors
/// Why a directory on the way could not be seen, or that more than `limit` match.
pub fn expand(files: &dyn Files, pattern: &str, limit: usize) -> Result<Vec<HostText>, Obstacle> {
    if pattern.contains(['*', '?', '[', '\\']) {
        glob(files, &pattern.into(), limit)
    } else {
        Ok(vec![pattern.into()])
    }
}

impl TryFrom<String> for FileQuery {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let query = Self(text);
        if query.patterns().next().is_none() {
            return Err("no path".to_owned());
        }
        let relative = query.patterns().find(|pattern| !pattern.starts_with('/'));
        if let Some(relative) = relative {
            return Err(format!("`{relative}` is no absolute path"));
        }
        Ok(query)
    }
}

impl From<FileQuery> for String {
    fn from(query: FileQuery) -> Self {
        query.0
    }
}

impl fmt::Display for FileQuery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        HostText::from(&self.0).fmt(out)
    }
}
