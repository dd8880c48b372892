//! One file, directory or link.

use crate::source::{Acl, FileCapabilities, FileKind, HostText, Inode};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// What inode(7), acl(5), capabilities(7) and chattr(1) have of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its type.
    pub kind: FileKind,
    /// Permission bits with set-id and sticky. With an ACL those of the group are the mask. Octal in a record.
    #[serde(serialize_with = "octal", deserialize_with = "from_octal")]
    pub mode: u32,
    /// Numeric owner.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
    /// The number of its names (hard links).
    pub links: u32,
    /// Where it points, if it is a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<HostText>,
    /// Nobody changes, moves or removes it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub immutable: bool,
    /// It is only ever added to.
    #[serde(default, skip_serializing_if = "is_false")]
    pub append_only: bool,
    /// Its POSIX ACL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acl: Option<Acl>,
    /// The extended attribute of an ACL of another kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign_acl: Option<HostText>,
    /// What a program has when it is run from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<FileCapabilities>,
}

impl Node {
    /// The node of an inode; for a link, with where it points.
    pub fn new(inode: Inode, target: Option<HostText>) -> Self {
        Self {
            kind: inode.stat.kind,
            mode: inode.stat.mode,
            uid: inode.stat.uid,
            gid: inode.stat.gid,
            links: inode.links,
            target,
            immutable: inode.immutable,
            append_only: inode.append_only,
            acl: inode.acl,
            foreign_acl: inode.foreign_acl.map(HostText::from),
            capabilities: inode.capabilities,
        }
    }

    /// Its mode as it is written: `0640`.
    pub fn octal(&self) -> String {
        format!("{:04o}", self.mode)
    }

    /// True if what is in it is replaced only by who owns that, or this directory (`t`, inode(7)).
    pub fn is_sticky(&self) -> bool {
        self.mode & 0o1000 != 0
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

fn octal<S: Serializer>(mode: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{mode:04o}"))
}

fn from_octal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let digits = String::deserialize(deserializer)?;
    match u32::from_str_radix(&digits, 8) {
        Ok(mode @ 0..=0o7777) => Ok(mode),
        _ => Err(D::Error::custom("not a file mode in octal digits")),
    }
}
