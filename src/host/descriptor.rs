//! Reading files by descriptor: the same calls however a path is opened.
//!
//! A file is opened with O_PATH first, which has no effect on what is there: no FIFO waits, no device wakes, no
//! tape rewinds. Only what then turns out to be a regular file is opened for reading, through the descriptor, so
//! that nobody can put something else in its place in between.

mod directory;
mod inspect;

use super::errno::{failed, found, obstacle};
use crate::source::{DirEntry, FileKind, FileStat, Files, HostText, Inode, Link, Obstacle, Source};
use directory::{LISTING_LIMIT, entries, links};
use jiff::Timestamp;
use nix::errno::Errno;
use nix::fcntl::{self, OFlag};
use nix::sys::stat::{Mode, SFlag, major, minor};
use nix::unistd;
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A way in: how a path becomes a descriptor.
pub(super) trait Door: Sync {
    /// Opens what is at `path`. The flags hold O_CLOEXEC, and O_PATH or O_DIRECTORY.
    fn open(&self, path: &Path, flags: OFlag) -> Result<OwnedFd, Errno>;

    /// Opens a file for reading at once, if nothing that must not be opened can be at such a path. None if something
    /// may be, or if it could not be opened.
    fn open_harmless(&self, _path: &Path) -> Option<OwnedFd> {
        None
    }

    /// Where the link at `path` points.
    fn target(&self, path: &Path) -> Result<OsString, Errno> {
        let link = self.open(path, OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC)?;
        // For what is no link, an empty path gives ENOENT, not EINVAL as readlink(2) does.
        fcntl::readlinkat(link, "")
    }
}

impl<D: Door> Files for D {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        let at = Source::file(path);
        if let Some(file) = self.open_harmless(&native(path)) {
            return slurp(&file, &at, 0, limit);
        }
        match found(open(self, path, OFlag::O_PATH), &at)? {
            Some(handle) => content(handle, &at, limit),
            // In an image /dev is empty, and what is masked is masked all the same.
            None if is_masked(self, path)? => Ok(Some(Vec::new())),
            None => Ok(None),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        let at = Source::file(path);
        match found(open_directory(self, path), &at)? {
            Some(handle) => entries(handle, &at, LISTING_LIMIT),
            None => Ok(None),
        }
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        stat(self, path, OFlag::O_PATH | OFlag::O_NOFOLLOW)
    }

    fn inspect(&self, path: &str) -> Result<Option<Inode>, Obstacle> {
        let at = Source::file(path);
        match found(open(self, path, OFlag::O_PATH | OFlag::O_NOFOLLOW), &at)? {
            Some(handle) => inspect::inode(&handle, &at).map(Some),
            None => Ok(None),
        }
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        stat(self, path, OFlag::O_PATH)
    }

    fn read_link(&self, path: &str) -> Result<Option<HostText>, Obstacle> {
        let at = Source::file(path);
        let target = self.target(&native(path));
        Ok(found(target, &at)?.map(|target| HostText::from_bytes(target.as_bytes())))
    }

    fn links(&self, path: &str, target: &str) -> Result<Option<Vec<Link>>, Obstacle> {
        let at = Source::file(path);
        match found(open_directory(self, path), &at)? {
            Some(handle) => links(handle, &HostText::to_bytes(target), &at, LISTING_LIMIT),
            None => Ok(None),
        }
    }
}

/// True if `path` is a link to /dev/null, which is how systemd and its kin say "as if empty".
pub(super) fn is_masked(files: &dyn Files, path: &str) -> Result<bool, Obstacle> {
    Ok(files
        .read_link(path)?
        .is_some_and(|target| target.raw() == "/dev/null"))
}

fn open(door: &impl Door, path: &str, flags: OFlag) -> Result<OwnedFd, Errno> {
    door.open(&native(path), flags | OFlag::O_CLOEXEC)
}

/// The path as the system takes it.
fn native(path: &str) -> Cow<'_, Path> {
    match HostText::to_bytes(path) {
        Cow::Borrowed(bytes) => Cow::Borrowed(Path::new(OsStr::from_bytes(bytes))),
        Cow::Owned(bytes) => Cow::Owned(OsString::from_vec(bytes).into()),
    }
}

fn stat(door: &impl Door, path: &str, flags: OFlag) -> Result<Option<FileStat>, Obstacle> {
    let at = Source::file(path);
    found(open(door, path, flags), &at)?
        .map(|handle| metadata(&File::from(handle), &at).map(|meta| describe(&meta)))
        .transpose()
}

fn open_directory(door: &impl Door, path: &str) -> Result<OwnedFd, Errno> {
    open(door, path, OFlag::O_DIRECTORY | OFlag::O_NONBLOCK)
}

/// The content of a file that was opened with O_PATH.
fn content(handle: OwnedFd, at: &Source, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
    let handle = File::from(handle);
    let meta = metadata(&handle, at)?;
    let refuse = |why: &str| {
        Err(Obstacle::Refused {
            at: at.clone(),
            why: why.into(),
        })
    };
    match SFlag::from_bits_truncate(meta.mode()) & SFlag::S_IFMT {
        SFlag::S_IFREG => {}
        SFlag::S_IFDIR => return Err(failed(at, Errno::EISDIR.desc())),
        SFlag::S_IFIFO => return refuse("a FIFO"),
        SFlag::S_IFSOCK => return refuse("a socket"),
        SFlag::S_IFBLK => return refuse("a block device"),
        SFlag::S_IFCHR if (major(meta.rdev()), minor(meta.rdev())) == (1, 3) => {
            return Ok(Some(Vec::new())); // /dev/null
        }
        SFlag::S_IFCHR => return refuse("a character device"),
        _ => return refuse("not a regular file"),
    }
    let path = format!("/proc/self/fd/{}", handle.as_raw_fd());
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let file = fcntl::open(path.as_str(), flags, Mode::empty()).map_err(|errno| match errno {
        // Here this is not the absence of the file.
        Errno::ENOENT | Errno::ENOTDIR => failed(at, "cannot be opened: /proc is not mounted"),
        other => obstacle(other, at),
    })?;
    slurp(&file, at, meta.len(), limit)
}

/// Reads to the end, which is not where the size says: procfs has files of size 0, and others grow. None if it is about a
/// process that has ended since.
fn slurp(file: &OwnedFd, at: &Source, size: u64, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
    // A sysctl of several numbers gives a first read what fits and ends there, so no small first read.
    const FIRST: u64 = 16 << 10;
    let too_large = || Obstacle::TooLarge {
        at: at.clone(),
        limit,
    };
    if size > limit {
        return Err(too_large());
    }
    let room = |wanted: u64| usize::try_from(wanted).map_err(|_| too_large());
    let most = room(limit.saturating_add(1))?;
    let mut bytes = vec![0; room(size.saturating_add(1))?.max(room(FIRST)?).min(most)];
    let mut length = 0;
    loop {
        match unistd::read(file, &mut bytes[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(Errno::EINTR) => continue,
            Err(Errno::ESRCH) => return Ok(None),
            Err(errno) => return Err(obstacle(errno, at)),
        }
        if length == most {
            return Err(too_large());
        }
        if length == bytes.len() {
            bytes.resize(length.saturating_mul(2).min(most), 0);
        }
    }
    bytes.truncate(length);
    Ok(Some(bytes))
}

fn metadata(file: &File, at: &Source) -> Result<Metadata, Obstacle> {
    file.metadata()
        .map_err(|error| obstacle(errno_of(&error), at))
}

fn errno_of(error: &std::io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(0))
}

fn describe(meta: &Metadata) -> FileStat {
    let nanoseconds = i32::try_from(meta.ctime_nsec()).unwrap_or(0);
    FileStat {
        kind: kind(meta.mode()),
        mode: meta.mode() & 0o7777,
        uid: meta.uid(),
        gid: meta.gid(),
        id: (meta.dev(), meta.ino()),
        // No file system reaches beyond what a time can be.
        changed: Timestamp::new(meta.ctime(), nanoseconds).unwrap_or(Timestamp::MAX),
    }
}

fn kind(mode: u32) -> FileKind {
    match SFlag::from_bits_truncate(mode) & SFlag::S_IFMT {
        SFlag::S_IFREG => FileKind::Regular,
        SFlag::S_IFDIR => FileKind::Directory,
        SFlag::S_IFLNK => FileKind::Link,
        _ => FileKind::Special,
    }
}

#[cfg(test)]
mod tests;
