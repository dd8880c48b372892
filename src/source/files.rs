//! What reading files means to whoever follows includes and links: a few calls, and a map for tests.

use super::{HostText, Inode, Obstacle, Source};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A tree of files, whoever's it is: the live host's, an image's, a fixture's, the caller's own.
///
/// Paths are absolute within the tree. A missing file is `Ok(None)`: absence is an answer, and every
/// other reason for not reading is an [`Obstacle`].
pub trait Files: Sync {
    /// The content of a regular file, links followed within the tree; at most `limit` bytes, and a larger file
    /// is [`Obstacle::TooLarge`]. Never blocks on a FIFO and never opens a device.
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle>;

    /// The entries of a directory, sorted by name, without `.` and `..`.
    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle>;

    /// What is at `path`, without following a link in its last part.
    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle>;

    /// All that decides who may do what with it, also without following a link in its last part.
    /// A tree without ACLs, attributes and second names has no more to tell than `stat`.
    fn inspect(&self, path: &str) -> Result<Option<Inode>, Obstacle> {
        Ok(self.stat(path)?.map(Inode::from))
    }

    /// What is at the end of `path`, every link followed, also one that only the kernel can follow.
    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle>;

    /// Where the link at `path` points, as written there.
    fn read_link(&self, path: &str) -> Result<Option<HostText>, Obstacle>;

    /// The links of the directory `path` that point to something beginning with `target`, in no particular order. What
    /// is no link, or goes while the directory is read, is not among them; one that cannot be read is an obstacle.
    ///
    /// For `/proc/PID/fd`: a process that holds ten thousand files and no socket costs no memory when asked for `socket:[`.
    fn links(&self, path: &str, target: &str) -> Result<Option<Vec<Link>>, Obstacle> {
        let Some(entries) = self.list(path)? else {
            return Ok(None);
        };
        let link = |DirEntry { name, .. }| -> Result<Option<Link>, Obstacle> {
            let found = self.read_link(&format!("{path}/{}", name.raw()))?;
            let wanted = found.filter(|found| found.raw().starts_with(target));
            Ok(wanted.map(|target| Link { name, target }))
        };
        let links = entries.into_iter().map(link).filter_map(Result::transpose);
        links.collect::<Result<_, _>>().map(Some)
    }
}

/// A symbolic link in a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Its name, without the directory.
    pub name: HostText,
    /// Where it points, as written there.
    pub target: HostText,
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// Its name, without the directory.
    pub name: HostText,
    /// Its type as the directory says it, `None` where the file system does not.
    pub kind: Option<FileKind>,
}

/// The type of a file (inode(7)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A FIFO, socket or device: never opened.
    Special,
}

/// What inode(7) keeps of a file, as far as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// Its type.
    pub kind: FileKind,
    /// Permission bits with set-id and sticky: `mode & 07777`.
    pub mode: u32,
    /// Numeric owner.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
    /// Device and inode: the file's identity.
    pub id: (u64, u64),
    /// When its content, owner or mode last changed (`st_ctime` of stat(2)): unlike the time of its content
    /// no program can set it back.
    pub changed: Timestamp,
}

/// Files held in memory: for tests of parsers that follow includes, and for what would be if a file were there. Knows no links.
#[derive(Clone, Debug, Default)]
pub struct MapFiles(BTreeMap<String, Result<Vec<u8>, Obstacle>>);

impl MapFiles {
    /// A tree of the given paths and contents.
    pub fn new<const N: usize>(files: [(&str, &str); N]) -> Self {
        Self(
            files
                .into_iter()
                .map(|(path, text)| (path.to_owned(), Ok(text.as_bytes().to_vec())))
                .collect(),
        )
    }

    /// The same tree with one file that cannot be read.
    #[must_use]
    pub fn without(mut self, path: &str, obstacle: Obstacle) -> Self {
        self.0.insert(path.to_owned(), Err(obstacle));
        self
    }
}

impl Files for MapFiles {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        match self.0.get(path) {
            None => Ok(None),
            Some(Ok(bytes)) if bytes.len() as u64 > limit => Err(Obstacle::TooLarge {
                at: Source::file(path),
                limit,
            }),
            Some(answer) => answer.clone().map(Some),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        let prefix = format!("{}/", path.trim_end_matches('/'));
        let mut entries: Vec<DirEntry> = self
            .0
            .keys()
            .filter_map(|file| file.strip_prefix(&prefix))
            .map(|rest| match rest.split_once('/') {
                None => (rest, FileKind::Regular),
                Some((directory, _)) => (directory, FileKind::Directory),
            })
            .map(|(name, kind)| DirEntry {
                name: name.into(),
                kind: Some(kind),
            })
            .collect();
        entries.dedup();
        Ok((!entries.is_empty()).then_some(entries))
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        let kind = if self.0.contains_key(path) {
            FileKind::Regular
        } else if self.list(path)?.is_some() {
            FileKind::Directory
        } else {
            return Ok(None);
        };
        Ok(Some(FileStat {
            kind,
            mode: 0o644,
            uid: 0,
            gid: 0,
            id: (0, 0),
            changed: Timestamp::UNIX_EPOCH,
        }))
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        self.stat(path)
    }

    fn read_link(&self, _path: &str) -> Result<Option<HostText>, Obstacle> {
        Ok(None)
    }
}
