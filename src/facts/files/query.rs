//! Which files are asked for.

use crate::facts::glob::glob;
use crate::source::{FileKind, FileStat, Files, HostText, Obstacle};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What stands for every directory in which root's shell looks for programs.
pub const ROOT_PATH: &str = "$PATH";
/// What stands for the programs in them, save those that are plainly root's own: with the directory they are in, nobody else
/// can replace them.
pub const ROOT_PROGRAMS: &str = "$PATH/*";

/// Absolute paths and patterns of glob(7), as one text with blanks between: `/etc/shadow /etc/cron.d/*`. A blank in a name is
/// written `?`, and what would be a wildcard has a backslash before it. `$PATH` stands for the directories of root's PATH, and
/// `$PATH/*` for what is in them and is not plainly root's.
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

/// The directories of root's PATH by login.defs(5), which su(1) and login(1) go by; where it says nothing, those that every
/// distribution has there.
pub fn root_path(login_defs: &[u8]) -> Vec<HostText> {
    const USUAL: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let text = HostText::from_bytes(login_defs);
    let value = text.raw().lines().rev().find_map(|line| {
        let value = line.trim().strip_prefix("ENV_SUPATH")?;
        value
            .starts_with([' ', '\t'])
            .then(|| value.trim().trim_matches('"').to_owned())
    });
    let value = value.as_deref().unwrap_or(USUAL);
    let words = value.strip_prefix("PATH=").unwrap_or(value).split(':');
    words
        .filter(|it| it.starts_with('/'))
        .map(HostText::from)
        .collect()
}

/// True for a file of root's PATH that has nothing to tell beside its directory: it is root's, and nobody else's to write. A right
/// that an ACL gives is in the bits of the group, which are its mask.
pub fn is_roots(stat: &FileStat) -> bool {
    stat.kind != FileKind::Link && stat.uid == 0 && stat.mode & 0o022 == 0
}

/// True for the target of a link that stays in its directory, where it is looked at itself.
pub fn is_neighbour(target: &HostText) -> bool {
    !target.raw().contains('/') && target.raw() != ".."
}

impl TryFrom<String> for FileQuery {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let query = Self(text);
        if query.patterns().next().is_none() {
            return Err("no path".to_owned());
        }
        let relative = query
            .patterns()
            .find(|it| ![ROOT_PATH, ROOT_PROGRAMS].contains(it) && !it.starts_with('/'));
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

/// `/etc/shadow and 3 more`.
impl fmt::Display for FileQuery {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut patterns = self.patterns();
        let first = HostText::from(patterns.next().unwrap_or_default());
        match patterns.count() {
            0 => write!(out, "{first}"),
            more => write!(out, "{first} and {more} more"),
        }
    }
}
