//! Who can read a file, and who can replace it: over every directory and every link on the way.
//!
//! The way is what `facts::files` saw, the people are those of the accounts fact, the rules are the kernel's:
//! [`may`] answers for one of them, [`People`] for all. Root is left out, and whoever the caller trusts.
//!
//! It is the most that owner, mode, POSIX ACL, attributes and mounts allow: `fs.protected_*`, security modules, overlayfs (which
//! may refuse to move a directory) and open descriptors are not looked at, nor is what a program does for others. Where rights
//! are not decided by the kernel alone (NFS, CIFS, FUSE, ACLs of another kind), the answer has a gap.

mod join;
mod may;
mod people;
mod permission;
mod who;

pub use may::{Deed, Right, Way, may};
pub use people::{People, Trusted};
pub use permission::{By, Identity, READ, SEARCH, granted};
pub use who::{Because, Grantees, Who, listed, sentence};

#[cfg(test)]
mod tests;
