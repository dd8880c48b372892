//! statx(2) and extended attributes of what was opened with O_PATH: what nix has no calls for.

use super::kind;
use crate::host::errno::{failed, obstacle};
use crate::source::{Acl, FileCapabilities, FileKind, FileStat, Inode, Obstacle, Source};
use jiff::Timestamp;
use nix::errno::Errno;
use nix::sys::stat::makedev;
use rustix::fs::{AtFlags, StatxAttributes, StatxFlags, getxattr, listxattr, statx};
use std::os::fd::{AsRawFd, OwnedFd};

const ACL: &[u8] = b"system.posix_acl_access";
const CAPABILITY: &[u8] = b"security.capability";
/// ACLs whose rules are others: NFS, ZFS and CIFS, the rich ACLs that some kernels are patched with.
const FOREIGN: [&[u8]; 4] = [
    b"system.nfs4_acl",
    b"system.richacl",
    b"system.cifs_acl",
    b"system.nfs4acl_xdr",
];

/// The kernel keeps no more than that of one name (`XATTR_SIZE_MAX`), nor of all names (`XATTR_LIST_MAX`), in bytes.
const MOST: usize = 64 << 10;
/// What nearly every file needs, in bytes.
const USUAL: usize = 512;

/// All that is kept of it.
pub(super) fn inode(handle: &OwnedFd, at: &Source) -> Result<Inode, Obstacle> {
    let mask = StatxFlags::BASIC_STATS;
    let found = statx(handle, "", AtFlags::EMPTY_PATH, mask).map_err(|error| why(error, at))?;
    let nanoseconds = i32::try_from(found.stx_ctime.tv_nsec).unwrap_or(0);
    let stat = FileStat {
        kind: kind(found.stx_mode.into()),
        mode: u32::from(found.stx_mode) & 0o7777,
        uid: found.stx_uid,
        gid: found.stx_gid,
        id: (
            makedev(found.stx_dev_major.into(), found.stx_dev_minor.into()),
            found.stx_ino,
        ),
        changed: Timestamp::new(found.stx_ctime.tv_sec, nanoseconds).unwrap_or(Timestamp::MAX),
    };
    let attributes = found.stx_attributes;
    let mut inode = Inode {
        links: found.stx_nlink,
        immutable: attributes.contains(StatxAttributes::IMMUTABLE),
        append_only: attributes.contains(StatxAttributes::APPEND),
        ..Inode::from(stat)
    };
    // A link has no rights of its own, and its attributes would be those of its target.
    if stat.kind != FileKind::Link {
        extend(&mut inode, handle, at)?;
    }
    Ok(inode)
}

/// Adds what extended attributes hold. An O_PATH descriptor is asked for none, so the way goes through /proc.
fn extend(inode: &mut Inode, handle: &OwnedFd, at: &Source) -> Result<(), Obstacle> {
    let path = format!("/proc/self/fd/{}", handle.as_raw_fd());
    let names = sized(at, |room| listxattr(path.as_str(), room))?.unwrap_or_default();
    let value = |name: &[u8]| sized(at, |room| getxattr(path.as_str(), name, room));
    for name in names.split(|byte| *byte == 0) {
        if name == ACL {
            let bytes = value(name)?;
            let read = |bytes: Vec<u8>| Acl::from_bytes(&bytes).ok_or_else(|| odd(name, at));
            inode.acl = bytes.map(read).transpose()?;
        } else if name == CAPABILITY {
            let bytes = value(name)?;
            let read =
                |bytes: Vec<u8>| FileCapabilities::from_bytes(&bytes).ok_or_else(|| odd(name, at));
            inode.capabilities = bytes.map(read).transpose()?;
        } else if FOREIGN.contains(&name) {
            inode.foreign_acl = Some(String::from_utf8_lossy(name).into_owned());
        }
    }
    Ok(())
}

/// What a call writes that wants room first; none if there is no such attribute, or no attributes at all.
fn sized(
    at: &Source,
    call: impl Fn(&mut [u8]) -> rustix::io::Result<usize>,
) -> Result<Option<Vec<u8>>, Obstacle> {
    use rustix::io::Errno;
    let mut room = vec![0; USUAL];
    let mut answer = call(&mut room);
    if matches!(answer, Err(Errno::RANGE)) {
        room.resize(MOST, 0);
        answer = call(&mut room);
    }
    match answer {
        Ok(length) => {
            room.truncate(length);
            Ok(Some(room))
        }
        Err(Errno::NODATA | Errno::OPNOTSUPP) => Ok(None),
        // Here this is not the absence of the file.
        Err(Errno::NOENT) => Err(failed(
            at,
            "its attributes cannot be read: /proc is not mounted",
        )),
        Err(error) => Err(why(error, at)),
    }
}

fn odd(name: &[u8], at: &Source) -> Obstacle {
    Obstacle::Unparsable {
        at: at.clone(),
        why: format!("its attribute {}", String::from_utf8_lossy(name)).into(),
    }
}

fn why(error: rustix::io::Errno, at: &Source) -> Obstacle {
    obstacle(Errno::from_raw(error.raw_os_error()), at)
}
