//! Open directories: what they hold, and where their links point.

use super::errno_of;
use crate::host::errno::{found, obstacle};
use crate::source::{DirEntry, FileKind, HostText, Link, Obstacle, Source};
use nix::dir::{Dir, Type};
use nix::errno::Errno;
use nix::fcntl;
use std::ffi::CStr;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;

/// What one listing may take of memory, in bytes: room for some 150 000 entries.
pub(super) const LISTING_LIMIT: u64 = 8 << 20;

/// The entries of an open directory, sorted.
pub(super) fn entries(
    handle: OwnedFd,
    at: &Source,
    limit: u64,
) -> Result<Option<Vec<DirEntry>>, Obstacle> {
    let mut room = limit;
    let mut entries = Vec::new();
    let complete = each(handle, at, |name, kind| {
        take(
            &mut room,
            name.count_bytes() + size_of::<DirEntry>(),
            at,
            limit,
        )?;
        entries.push(DirEntry {
            name: HostText::from_bytes(name.to_bytes()),
            kind,
        });
        Ok(())
    })?;
    entries.sort_unstable();
    Ok(complete.then_some(entries))
}

/// The links of an open directory whose target begins so.
pub(super) fn links(
    handle: OwnedFd,
    beginning: &[u8],
    at: &Source,
    limit: u64,
) -> Result<Option<Vec<Link>>, Obstacle> {
    // `Dir` lends its descriptor only while nobody iterates.
    let directory = File::from(handle);
    let own = directory.try_clone().map_err(|error| errno_of(&error));
    let own = own.map_err(|errno| obstacle(errno, at))?;
    let mut room = limit;
    let mut links = Vec::new();
    let complete = each(own.into(), at, |name, kind| {
        if !matches!(kind, Some(FileKind::Link) | None) {
            return Ok(());
        }
        let target = match fcntl::readlinkat(&directory, name) {
            Ok(target) if target.as_bytes().starts_with(beginning) => target,
            // Another one; gone; no link.
            Ok(_) | Err(Errno::ENOENT | Errno::ESRCH | Errno::EINVAL) => return Ok(()),
            Err(errno) => return Err(obstacle(errno, at)),
        };
        take(
            &mut room,
            name.count_bytes() + target.len() + size_of::<Link>(),
            at,
            limit,
        )?;
        links.push(Link {
            name: HostText::from_bytes(name.to_bytes()),
            target: HostText::from_bytes(target.as_bytes()),
        });
        Ok(())
    })?;
    Ok(complete.then_some(links))
}

/// Calls back for every entry but `.` and `..`; false if the directory went meanwhile, as that of a process does.
fn each(
    handle: OwnedFd,
    at: &Source,
    mut see: impl FnMut(&CStr, Option<FileKind>) -> Result<(), Obstacle>,
) -> Result<bool, Obstacle> {
    let Some(mut directory) = found(Dir::from_fd(handle), at)? else {
        return Ok(false);
    };
    for entry in directory.iter() {
        let Some(entry) = found(entry, at)? else {
            return Ok(false);
        };
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = entry.file_type().map(|kind| match kind {
            Type::File => FileKind::Regular,
            Type::Directory => FileKind::Directory,
            Type::Symlink => FileKind::Link,
            _ => FileKind::Special,
        });
        see(name, kind)?;
    }
    Ok(true)
}

/// Takes some of the memory that is left.
fn take(room: &mut u64, size: usize, at: &Source, limit: u64) -> Result<(), Obstacle> {
    *room = room
        .checked_sub(size as u64)
        .ok_or_else(|| Obstacle::TooLarge {
            at: at.clone(),
            limit,
        })?;
    Ok(())
}
