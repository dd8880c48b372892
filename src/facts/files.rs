//! What lies on the way to a file: every directory, every link and the file itself, with owner, mode, ACL and attributes.
//!
//! [`Nodes`] remembers what was seen at each place, so that the way can be walked again later and other questions be asked
//! of it (`model::access`). Whoever collects paths of his own keeps a [`Nodes`] in his fact. Contents are never here.

mod chain;
mod node;
mod query;

pub use crate::facts::mounts::{Mount, Mounts};
pub use chain::{Chain, End, Place};
pub use node::Node;
pub use query::{FileQuery, ROOT_PATH, ROOT_PROGRAMS, expand, is_neighbour, is_roots, root_path};

use crate::fact::Listing;
use crate::source::{HostText, Obstacle};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The files that a query names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesFound {
    /// The paths, sorted: those that were spelt out, whether they exist or not, and those that a pattern matches. Each gap is
    /// a pattern that could not be followed everywhere.
    pub paths: Listing<HostText>,
    /// What lies on the way to them.
    pub nodes: Nodes,
}

/// What was seen at the places on the way to some paths.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nodes {
    /// By the path of the place, which holds no link but perhaps in its last part.
    seen: BTreeMap<HostText, Seen>,
    /// What is mounted where; nothing for an image.
    mounts: Mounts,
}

/// What was seen at a place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// Nothing is there.
    Absent,
    /// This.
    There(Node),
    /// It could not be seen.
    Hidden(Obstacle),
}

impl Nodes {
    /// Nothing seen yet, on a host with these mounts.
    pub fn new(mounts: Mounts) -> Self {
        Self {
            seen: BTreeMap::new(),
            mounts,
        }
    }

    /// Remembers what is at a place.
    pub fn put(&mut self, place: HostText, seen: Seen) {
        self.seen.insert(place, seen);
    }

    /// What was seen at a place: a path whose directories are no links. None if nobody looked.
    pub fn at(&self, place: &str) -> Option<&Seen> {
        self.seen.get(place)
    }

    /// The mount that a place is on, whose directories are no links.
    pub fn mount_of(&self, place: &HostText) -> Option<&Mount> {
        let mut on = self.mounts.root();
        for (at, _) in place.raw().match_indices('/').skip(1) {
            on = self.mounts.topmost(&place.raw()[..at], on).or(on);
        }
        self.mounts.topmost(place.raw(), on).or(on)
    }

    /// What is mounted where.
    pub fn mounts(&self) -> &Mounts {
        &self.mounts
    }

    /// How many places were looked at.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// True if nobody looked anywhere.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// The way to an absolute path, every link followed, also one in its last part.
    pub fn walk(&self, path: &HostText) -> Chain<'_> {
        chain::walk(self, path)
    }
}

#[cfg(test)]
mod tests;
