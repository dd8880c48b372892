//! All that decides who may do what with a file, beyond what stat(2) tells.

use super::{Acl, FileCapabilities, FileStat};

/// What inode(7), acl(5), chattr(1) and capabilities(7) have of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inode {
    /// Type, mode, owner.
    pub stat: FileStat,
    /// The number of its names (hard links); of a directory it means nothing here.
    pub links: u32,
    /// Neither changed nor moved nor removed, by nobody (`chattr +i`).
    pub immutable: bool,
    /// Only ever added to (`chattr +a`).
    pub append_only: bool,
    /// Its POSIX ACL, where it has more than its mode.
    pub acl: Option<Acl>,
    /// The extended attribute of an ACL of another kind, such as `system.nfs4_acl`: what it grants is not known here.
    pub foreign_acl: Option<String>,
    /// What a program has when it is run from it.
    pub capabilities: Option<FileCapabilities>,
}

impl From<FileStat> for Inode {
    /// A file of one name and no attributes.
    fn from(stat: FileStat) -> Self {
        Self {
            stat,
            links: 1,
            immutable: false,
            append_only: false,
            acl: None,
            foreign_acl: None,
            capabilities: None,
        }
    }
}
