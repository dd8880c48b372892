//! POSIX access control lists (acl(5)): as the kernel keeps them, and as getfacl(1) writes them, with numbers for names.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An access ACL: more than the nine bits of a mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Acl(Vec<AclEntry>);

/// One entry of an ACL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AclEntry {
    /// For whom.
    pub tag: AclTag,
    /// Read 4, write 2, execute 1; what the mask takes away is still here.
    pub rights: u32,
}

/// For whom an entry of an ACL is, in the order in which the kernel keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AclTag {
    /// The owner.
    Owner,
    /// A user by number.
    User(u32),
    /// The owning group.
    OwningGroup,
    /// A group by number.
    Group(u32),
    /// The most that named users and all groups get.
    Mask,
    /// Everybody else.
    Other,
}

impl Acl {
    /// The entries, in the order of [`AclTag`].
    pub fn entries(&self) -> &[AclEntry] {
        &self.0
    }

    /// What the mask leaves to named users and to groups.
    pub fn mask(&self) -> u32 {
        self.of(AclTag::Mask).unwrap_or(7)
    }

    fn of(&self, tag: AclTag) -> Option<u32> {
        let entry = self.0.iter().find(|entry| entry.tag == tag);
        entry.map(|entry| entry.rights)
    }

    /// The nine bits of the mode that goes with it: those of the group are the mask.
    pub fn mode(&self) -> u32 {
        let group = self.of(AclTag::Mask).or(self.of(AclTag::OwningGroup));
        let classes = [self.of(AclTag::Owner), group, self.of(AclTag::Other)];
        classes
            .into_iter()
            .fold(0, |mode, bits| mode << 3 | bits.unwrap_or(0))
    }

    /// The value of `system.posix_acl_access`: version 2, and eight bytes an entry (`linux/posix_acl_xattr.h`). None if it
    /// is of another form, which the kernel would not have given.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (version, mut rest) = bytes.split_first_chunk::<4>()?;
        if u32::from_le_bytes(*version) != 2 {
            return None;
        }
        let mut entries = Vec::new();
        while let Some(([t0, t1, r0, r1, i0, i1, i2, i3], more)) = rest.split_first_chunk::<8>() {
            let id = u32::from_le_bytes([*i0, *i1, *i2, *i3]);
            let tag = match u16::from_le_bytes([*t0, *t1]) {
                0x01 => AclTag::Owner,
                0x02 => AclTag::User(id),
                0x04 => AclTag::OwningGroup,
                0x08 => AclTag::Group(id),
                0x10 => AclTag::Mask,
                0x20 => AclTag::Other,
                _ => return None,
            };
            let rights = u32::from(u16::from_le_bytes([*r0, *r1]));
            entries.push(AclEntry { tag, rights });
            rest = more;
        }
        if rest.is_empty() {
            Self::new(entries).ok()
        } else {
            None
        }
    }

    fn new(mut entries: Vec<AclEntry>) -> Result<Self, String> {
        entries.sort();
        let count = |tag| entries.iter().filter(|entry| entry.tag == tag).count();
        let one_each = [AclTag::Owner, AclTag::OwningGroup, AclTag::Other];
        if one_each.into_iter().any(|tag| count(tag) != 1) {
            return Err("an ACL has one `user::`, one `group::` and one `other::`".to_owned());
        }
        let named = |entry: &AclEntry| matches!(entry.tag, AclTag::User(_) | AclTag::Group(_));
        let masks = count(AclTag::Mask);
        if masks > 1 || (masks == 0 && entries.iter().any(named)) {
            return Err("an ACL with names in it has one `mask::`".to_owned());
        }
        if entries.iter().any(|entry| entry.rights > 7) {
            return Err("an ACL knows no rights but rwx".to_owned());
        }
        Ok(Self(entries))
    }
}

/// `rw-`.
pub fn rights(bits: u32) -> String {
    let letter = |bit, letter| if bits & bit == 0 { '-' } else { letter };
    [letter(4, 'r'), letter(2, 'w'), letter(1, 'x')]
        .iter()
        .collect()
}

impl fmt::Display for AclEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tag {
            AclTag::Owner => out.write_str("user::"),
            AclTag::User(id) => write!(out, "user:{id}:"),
            AclTag::OwningGroup => out.write_str("group::"),
            AclTag::Group(id) => write!(out, "group:{id}:"),
            AclTag::Mask => out.write_str("mask::"),
            AclTag::Other => out.write_str("other::"),
        }?;
        out.write_str(&rights(self.rights))
    }
}

impl fmt::Display for Acl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(out, "{comma}{entry}")?;
        }
        Ok(())
    }
}

impl FromStr for AclEntry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no entry of an ACL, as in `user:1000:rw-`");
        let mut parts = text.trim().splitn(3, ':');
        let (kind, id, letters) = (parts.next(), parts.next(), parts.next());
        let id = id.filter(|id| !id.is_empty()).map(str::parse::<u32>);
        let id = id.transpose().map_err(|_| wrong())?;
        let tag = match (kind, id) {
            (Some("user"), None) => AclTag::Owner,
            (Some("user"), Some(id)) => AclTag::User(id),
            (Some("group"), None) => AclTag::OwningGroup,
            (Some("group"), Some(id)) => AclTag::Group(id),
            (Some("mask"), None) => AclTag::Mask,
            (Some("other"), None) => AclTag::Other,
            _ => return Err(wrong()),
        };
        let bits = (0..8).find(|bits| Some(rights(*bits).as_str()) == letters);
        let rights = bits.ok_or_else(wrong)?;
        Ok(Self { tag, rights })
    }
}

impl TryFrom<String> for Acl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let entries = text.split(',').map(str::parse);
        Self::new(entries.collect::<Result<_, _>>()?)
    }
}

impl From<Acl> for String {
    fn from(acl: Acl) -> Self {
        acl.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_kernel_keeps_and_getfacl_writes() {
        // setfacl -m u:65534:rw on a file of mode 0600.
        let entries: [(u16, u16, u32); 5] = [
            (1, 6, u32::MAX),
            (2, 6, 65534),
            (4, 0, u32::MAX),
            (0x10, 6, u32::MAX),
            (0x20, 0, u32::MAX),
        ];
        let mut bytes = 2_u32.to_le_bytes().to_vec();
        for (tag, rights, id) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(rights.to_le_bytes());
            bytes.extend(id.to_le_bytes());
        }
        let acl = Acl::from_bytes(&bytes).unwrap();
        let text = "user::rw-,user:65534:rw-,group::---,mask::rw-,other::---";
        assert_eq!(acl.to_string(), text);
        assert_eq!(Acl::try_from(text.to_owned()), Ok(acl));
        bytes.pop();
        assert_eq!(Acl::from_bytes(&bytes), None);
        assert_eq!(Acl::from_bytes(&[3, 0, 0, 0]), None);
    }

    #[test]
    fn refuses_what_the_kernel_refuses() {
        for bad in [
            "",
            "user::rw-",
            "user::rw-,group::---,other::--",
            "user::rw-,user:1:r--,group::---,other::---",
            "user::rw-,group::---,mask::r--,mask::r--,other::---",
            "user::rw-,group:x:r--,group::---,mask::r--,other::---",
        ] {
            assert!(Acl::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
