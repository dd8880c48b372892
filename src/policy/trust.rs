//! Who else could have written a policy: whoever can replace it decides what the verdict is worth.

use crate::source::{FileKind, FileStat, Files, Obstacle};
use std::path::Path;

/// Links of links that are followed, as many as the kernel follows (path_resolution(7)).
const LINKS: usize = 40;

/// What is known of a file that was read.
pub(super) struct Standing {
    /// Device and inode, where they are known.
    pub(super) id: Option<(u64, u64)>,
    /// How another user could replace the file, where one could.
    pub(super) replaceable: Option<String>,
}

/// Looks at a file, the links that lead to it, and the directories above all of them.
pub(super) fn standing(files: &dyn Files, path: &str) -> Standing {
    let mut id = None;
    let replaceable = look(files, path, &mut id).unwrap_or_else(|obstacle| {
        Some(format!("who could have written it is unknown: {obstacle}"))
    });
    Standing { id, replaceable }
}

fn look(
    files: &dyn Files,
    path: &str,
    id: &mut Option<(u64, u64)>,
) -> Result<Option<String>, Obstacle> {
    // The process itself belongs to whom it runs as. Where procfs is missing no file can be read either.
    let caller = files.stat("/proc/self/.")?.map(|own| own.uid);
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        for directory in Path::new(&path).ancestors().skip(1) {
            let name = match directory.to_string_lossy() {
                name if name.is_empty() => ".".to_owned(),
                name => name.into_owned(),
            };
            let Some(stat) = files.stat(&format!("{}/.", name.trim_end_matches('/')))? else {
                continue;
            };
            // In a sticky directory only the owner of a file replaces it (inode(7)).
            let sticky = stat.mode & 0o1000 != 0;
            if let Some(who) = writer(&stat, caller, sticky) {
                return Ok(Some(format!("{who} the directory {name}")));
            }
        }
        let Some(stat) = files.stat(&path)? else {
            return Ok(None);
        };
        let target = match stat.kind {
            FileKind::Link => files.read_link(&path)?,
            _ => None,
        };
        let Some(target) = target else {
            *id = Some(stat.id).filter(|id| *id != (0, 0));
            return Ok(writer(&stat, caller, false).map(|who| format!("{who} this file")));
        };
        let beside = Path::new(&path).parent().unwrap_or(Path::new(""));
        path = beside.join(target.raw()).to_string_lossy().into_owned();
    }
    Ok(None)
}

/// Who but root and the caller may write there.
fn writer(stat: &FileStat, caller: Option<u32>, sticky: bool) -> Option<String> {
    let FileStat { mode, uid, gid, .. } = *stat;
    // A group of the owner's own number is the owner's alone by the custom of Debian (user private groups).
    let shared_group = gid != 0 && gid != uid;
    if uid != 0 && caller.is_some_and(|caller| caller != uid) {
        Some(format!("user {uid} owns"))
    } else if mode & 0o002 != 0 && !sticky {
        Some("everybody may write to".to_owned())
    } else if mode & 0o020 != 0 && shared_group && !sticky {
        Some(format!("group {gid} may write to"))
    } else {
        None
    }
}
