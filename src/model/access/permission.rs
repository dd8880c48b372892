//! What one inode grants to somebody: the kernel's `acl_permission_check` and `posix_acl_permission`.

use crate::facts::files::Node;
use crate::source::{AclEntry, AclTag};
use std::collections::BTreeSet;

/// To read a file, to list a directory.
pub const READ: u32 = 4;
/// To write to a file, to change what a directory holds.
pub const WRITE: u32 = 2;
/// To look something up in a directory.
pub const SEARCH: u32 = 1;

/// A user as the kernel sees him: numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// His user id.
    pub uid: u32,
    /// His groups, the primary one among them.
    pub gids: BTreeSet<u32>,
}

/// Whose right it is that something is granted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The owner's, who may also give himself what he has not (chmod(2)).
    Owner(u32),
    /// That of the owning group.
    Group(u32),
    /// That of an entry of the ACL for a user, the owning group or another.
    Acl(AclEntry),
    /// Everybody's.
    Other,
}

impl By {
    /// The group by whose right it is.
    pub fn group(self) -> Option<u32> {
        match self {
            Self::Group(gid) => Some(gid),
            Self::Acl(entry) => match entry.tag {
                AclTag::Group(gid) => Some(gid),
                _ => None,
            },
            Self::Owner(_) | Self::Other => None,
        }
    }
}

/// By whose right he may do all that is wanted; none if he may not. Where an ACL of another kind rules, nothing is granted.
pub fn granted(node: &Node, who: &Identity, wanted: u32) -> Option<By> {
    if node.foreign_acl.is_some() {
        return None;
    }
    let if_in = |bits: u32, by: By| (bits & wanted == wanted).then_some(by);
    if who.uid == node.uid {
        return if_in(node.mode >> 6, By::Owner(who.uid));
    }
    match &node.acl {
        // Without a bit in the mask the kernel does not look at the ACL: whom it names is then one of the others.
        Some(acl) if node.mode & 0o070 != 0 => {
            by_acl(acl.entries(), acl.mask(), node.gid, who, wanted)
        }
        _ if who.gids.contains(&node.gid) => if_in(node.mode >> 3, By::Group(node.gid)),
        _ => if_in(node.mode, By::Other),
    }
}

/// The first group that grants it all decides, under the mask; if none does, whoever is in one of them gets nothing.
fn by_acl(entries: &[AclEntry], mask: u32, gid: u32, who: &Identity, wanted: u32) -> Option<By> {
    let under_mask = |entry: &AclEntry| {
        let by = match entry.tag {
            AclTag::OwningGroup => By::Group(gid),
            _ => By::Acl(*entry),
        };
        (entry.rights & mask & wanted == wanted).then_some(by)
    };
    let user = entries
        .iter()
        .find(|entry| entry.tag == AclTag::User(who.uid));
    if let Some(entry) = user {
        return under_mask(entry);
    }
    let mut of_groups = entries.iter().filter(|entry| match entry.tag {
        AclTag::OwningGroup => who.gids.contains(&gid),
        AclTag::Group(id) => who.gids.contains(&id),
        _ => false,
    });
    let is_in_one = of_groups.clone().next().is_some();
    if let Some(entry) = of_groups.find(|entry| entry.rights & wanted == wanted) {
        return under_mask(entry);
    }
    let other = entries.iter().find(|entry| entry.tag == AclTag::Other)?;
    (!is_in_one && other.rights & wanted == wanted).then_some(By::Other)
}
