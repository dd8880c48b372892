//! What somebody may do at the end of a way, and on it.
//!
//! He makes every move that helps: whose a directory or a file is, he changes its mode first; what stands in a directory that he
//! may change, he moves away and puts his own there. What he cannot is told by the same checks as the kernel's `may_delete`,
//! `may_create`, `check_sticky` and `inode_permission`.

use super::permission::{By, Identity, READ, SEARCH, WRITE, granted};
use crate::facts::files::{Chain, Node, Place};
use crate::source::{FileKind, HostText};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// To read the file, or list the directory, that is there now.
    Read,
    /// To write to it, or to add to it; to a directory: to put something there. To a socket: to speak to who listens.
    Write,
    /// To let the path lead to what he wants: to write to what is there, or to put something else in the place of it, of a
    /// directory above it or of a link on the way.
    Replace,
}

/// How it is done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// He reads it.
    Read,
    /// He writes to it.
    Write,
    /// He adds to it, and changes nothing that is there (`chattr +a`).
    Append,
    /// He moves what is at this place away, and puts something else there.
    Exchange(HostText),
    /// He puts something at this place, where nothing is.
    Create(HostText),
}

/// Why somebody may.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The place whose owner, mode or ACL allow it.
    pub at: HostText,
    /// By which of them.
    pub by: By,
    /// How.
    pub deed: Deed,
}

/// Whether he may, and why: the first of the ways. Not for root, who may everything that the file system lets anybody do.
pub fn may(who: &Identity, right: Right, chain: &Chain) -> Option<Way> {
    ways(who, right, chain).into_iter().next()
}

/// Every way in which he may, those nearest to the root directory first: one does not go without the others.
pub fn ways(who: &Identity, right: Right, chain: &Chain) -> Vec<Way> {
    let asked = Asked {
        who,
        chain,
        elsewhere: false,
    };
    asked.ways(right)
}

/// Whether he may if no directory above kept him out, and nothing were read-only: whether another place of the file could
/// serve him.
pub(super) fn may_from_elsewhere(who: &Identity, right: Right, chain: &Chain) -> bool {
    let asked = Asked {
        who,
        chain,
        elsewhere: true,
    };
    !asked.ways(right).is_empty()
}

struct Asked<'a> {
    who: &'a Identity,
    chain: &'a Chain<'a>,
    elsewhere: bool,
}

impl Asked<'_> {
    fn ways(&self, right: Right) -> Vec<Way> {
        let target = self.chain.target();
        let target = target.and_then(|place| Some((place, place.node?)));
        let read = || target.and_then(|(place, node)| self.read(place, node));
        let write = || target.and_then(|(place, node)| self.write(place, node));
        match right {
            Right::Read => read().into_iter().collect(),
            Right::Write => write().into_iter().collect(),
            Right::Replace => {
                // What is written to /dev/null, with which units and the like are masked, is not found there.
                let masked = target.is_some_and(|(place, _)| place.path.raw() == "/dev/null");
                let exchanges = self
                    .chain
                    .places
                    .iter()
                    .filter_map(|place| self.exchange(place));
                exchanges.chain(write().filter(|_| !masked)).collect()
            }
        }
    }

    fn read(&self, place: &Place, node: &Node) -> Option<Way> {
        self.reaches(place).then_some(())?;
        let by = self.gets(place, node, READ)?;
        Some(way(place, by, Deed::Read))
    }

    fn write(&self, place: &Place, node: &Node) -> Option<Way> {
        let wanted = match node.kind {
            FileKind::Directory => WRITE | SEARCH,
            _ => WRITE,
        };
        // Sockets and devices are written to wherever they are (`sb_permission`).
        if self.is_read_only(place) && node.kind != FileKind::Special || node.immutable {
            return None;
        }
        self.reaches(place).then_some(())?;
        let by = self.gets(place, node, wanted)?;
        let deed = if node.append_only && node.kind == FileKind::Regular {
            Deed::Append
        } else {
            Deed::Write
        };
        Some(way(place, by, deed))
    }

    /// Puts something else in the place of what is there.
    fn exchange(&self, place: &Place) -> Option<Way> {
        let directory = self.chain.directory_of(place)?;
        let above = directory.node?;
        if above.immutable || self.is_read_only(directory) || above.kind != FileKind::Directory {
            return None;
        }
        let hidden = self.chain.is_hidden(place);
        self.reaches(directory).then_some(())?;
        let by = self.gets(directory, above, WRITE | SEARCH)?;
        if place.node.is_none() && !hidden {
            return Some(way(directory, by, Deed::Create(place.path.clone())));
        }
        let owns = |it: &Node| it.uid == self.who.uid;
        let fixed = |node: &Node| node.immutable || node.append_only;
        if above.append_only || place.is_mount_point || place.node.is_some_and(fixed) {
            return None;
        }
        let deed = Deed::Exchange(place.path.clone());
        match place.node {
            node if above.is_sticky() && !owns(above) => {
                // Others may put something there, and only whose it is may take it away.
                let by = By::Owner(node.filter(|node| owns(node))?.uid);
                Some(way(place, by, deed))
            }
            _ => Some(way(directory, by, deed)),
        }
    }

    /// True if he can look up what is at the place.
    fn reaches(&self, place: &Place) -> bool {
        let mut place = place;
        while let (false, Some(directory)) = (self.elsewhere, self.chain.directory_of(place)) {
            let gets = |node| self.gets(directory, node, SEARCH).is_some();
            if !directory.node.is_some_and(gets) {
                return false;
            }
            place = directory;
        }
        true
    }

    fn is_read_only(&self, place: &Place) -> bool {
        let mount = place.mount.as_ref();
        !self.elsewhere && mount.is_some_and(|(mount, _)| mount.read_only)
    }

    /// By whose right he has, or gives himself, what he wants.
    fn gets(&self, place: &Place, node: &Node, wanted: u32) -> Option<By> {
        let owns = node.uid == self.who.uid;
        let may_chmod = owns && !node.immutable && !node.append_only && !self.is_read_only(place);
        let has = granted(node, self.who, wanted);
        has.or(may_chmod.then_some(By::Owner(self.who.uid)))
    }
}

fn way(at: &Place, by: By, deed: Deed) -> Way {
    Way {
        at: at.path.clone(),
        by,
        deed,
    }
}
