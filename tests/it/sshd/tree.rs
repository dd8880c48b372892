//! A directory that plays the root of a system, or a part of it.

use seaworthy::source::{DirEntry, FileKind, FileStat, Files, HostText, Obstacle, Source};
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What lies below `at` is shown below `prefix`; nothing else is there.
pub struct Tree {
    pub prefix: &'static str,
    pub at: PathBuf,
}

impl Tree {
    fn real(&self, path: &str) -> Option<PathBuf> {
        let rest = path.strip_prefix(self.prefix)?;
        let bytes = HostText::to_bytes(rest.trim_start_matches('/')).into_owned();
        Some(self.at.join(Path::new(std::ffi::OsStr::from_bytes(&bytes))))
    }

    fn failed(path: &str, error: &std::io::Error) -> Obstacle {
        Obstacle::Failed {
            at: Source::file(path),
            why: error.to_string().into(),
        }
    }

    fn found<T>(path: &str, result: std::io::Result<T>) -> Result<Option<T>, Obstacle> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                Ok(None)
            }
            Err(error) => Err(Self::failed(path, &error)),
        }
    }

    fn stat_of(meta: &fs::Metadata) -> FileStat {
        let kind = match () {
            () if meta.is_dir() => FileKind::Directory,
            () if meta.is_symlink() => FileKind::Link,
            () if meta.is_file() => FileKind::Regular,
            () => FileKind::Special,
        };
        FileStat {
            kind,
            mode: meta.mode() & 0o7777,
            uid: meta.uid(),
            gid: meta.gid(),
            id: (meta.dev(), meta.ino()),
            changed: jiff::Timestamp::UNIX_EPOCH,
        }
    }
}

impl Files for Tree {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        let Some(real) = self.real(path) else {
            return Ok(None);
        };
        let bytes = Self::found(path, fs::read(real))?;
        match bytes {
            Some(bytes) if bytes.len() as u64 > limit => Err(Obstacle::TooLarge {
                at: Source::file(path),
                limit,
            }),
            bytes => Ok(bytes),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        let Some(real) = self.real(path) else {
            return Ok(None);
        };
        let Some(entries) = Self::found(path, fs::read_dir(real))? else {
            return Ok(None);
        };
        let mut entries: Vec<DirEntry> = entries
            .flatten()
            .map(|entry| DirEntry {
                name: HostText::from_bytes(entry.file_name().as_bytes()),
                kind: None,
            })
            .collect();
        entries.sort();
        Ok(Some(entries))
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        let Some(real) = self.real(path) else {
            return Ok(None);
        };
        Ok(Self::found(path, fs::symlink_metadata(real))?
            .as_ref()
            .map(Self::stat_of))
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        let Some(real) = self.real(path) else {
            return Ok(None);
        };
        Ok(Self::found(path, fs::metadata(real))?
            .as_ref()
            .map(Self::stat_of))
    }

    fn read_link(&self, path: &str) -> Result<Option<HostText>, Obstacle> {
        let Some(real) = self.real(path) else {
            return Ok(None);
        };
        let link = Self::found(path, fs::read_link(real))?;
        Ok(link.map(|link| HostText::from_bytes(link.as_os_str().as_bytes())))
    }
}
