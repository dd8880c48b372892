//! Whether sshd opens a file of keys as an account, and what StrictModes makes of it: auth_openfile of auth2-pubkeyfile.c,
//! safe_path of misc.c, and Debian's patch of that (user-group-modes).

use crate::facts::accounts::{Account, Accounts};
use crate::facts::files::{Chain, End, Node, Nodes, Place};
use crate::model::access::{Identity, READ, SEARCH, granted};
use crate::source::{FileKind, HostText, Obstacle};

/// Who opens it, and by which rules.
pub struct Opening<'a> {
    /// The account.
    pub account: &'a Account,
    /// The account as the kernel sees it; none for root, who may all.
    pub identity: Option<Identity>,
    /// True with StrictModes.
    pub strict: bool,
    /// The accounts of the host, where Debian's patch asks who is in a group.
    pub members: Option<&'a Accounts>,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is read.
    Read,
    /// There is none.
    Absent,
    /// It counts for nothing, and why.
    Refused(String),
}

impl Opening<'_> {
    /// Whether sshd reads what is at a path.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn open(&self, nodes: &Nodes, path: &HostText) -> Result<Opened, Obstacle> {
        let chain = nodes.walk(path);
        if let Some(obstacle) = chain.obstacle() {
            return Err(obstacle);
        }
        let refused = |why: String| Ok(Opened::Refused(why));
        let (place, node) = match &chain.end {
            End::Found(_) => match chain.target().and_then(|place| Some((place, place.node?))) {
                Some(found) => found,
                None => return Ok(Opened::Absent),
            },
            End::Loop => return refused("too many links".to_owned()),
            _ => return Ok(Opened::Absent),
        };
        if let Some(closed) = self.closed(&chain, place, node)? {
            return refused(closed);
        }
        if node.kind != FileKind::Regular {
            return refused(format!("{} is no regular file", place.path.raw()));
        }
        if !self.strict {
            return Ok(Opened::Read);
        }
        let home = nodes.walk(&self.account.home);
        if matches!(home.end, End::Hidden(_) | End::Unseen(_)) {
            return Err(home.obstacle().unwrap_or(Obstacle::NotRecorded {
                request: self.account.home.clone(),
            }));
        }
        let home = home.target().map(|place| &place.path);
        let mut judged = Vec::new();
        let mut next = Some((place, node));
        while let Some((place, node)) = next {
            judged.push((place, node));
            let above = chain.directory_of(place);
            let above = above.filter(|_| Some(&place.path) != home);
            next = above.and_then(|place| Some((place, place.node?)));
        }
        let by_group = judged.iter().filter(|(_, node)| node.mode & 0o020 != 0);
        let alone = by_group.count() == 1;
        for (place, node) in judged {
            if let Some(why) = self.unsafe_modes(node, alone)? {
                return refused(format!("StrictModes: {} {why}", place.path.raw()));
            }
        }
        Ok(Opened::Read)
    }

    /// Whether the account, as whom sshd follows a pattern, may list the directories in which it found a path.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn lists(
        &self,
        nodes: &Nodes,
        pattern: &HostText,
        found: &HostText,
    ) -> Result<bool, Obstacle> {
        let Some(who) = &self.identity else {
            return Ok(true);
        };
        let mut directory = String::new();
        for (segment, name) in pattern.raw().split('/').zip(found.raw().split('/')).skip(1) {
            if segment.contains(['*', '?', '[']) {
                let at = if directory.is_empty() {
                    "/"
                } else {
                    &directory
                };
                let chain = nodes.walk(&at.into());
                if let Some(obstacle) = chain.obstacle() {
                    return Err(obstacle);
                }
                let node = chain.target().and_then(|place| place.node);
                if node.is_none_or(|node| granted(node, who, READ).is_none()) {
                    return Ok(false);
                }
            }
            directory = format!("{directory}/{name}");
        }
        Ok(true)
    }

    /// What keeps the account itself from reading it.
    fn closed(
        &self,
        chain: &Chain,
        place: &Place,
        node: &Node,
    ) -> Result<Option<String>, Obstacle> {
        if let Some(link) = chain.places.iter().find(|it| self.may_be_barred(chain, it)) {
            return Err(Obstacle::NotModelled {
                what: format!("the link {} in a directory that all may write to, which fs.protected_symlinks may bar", link.path.raw()).into(),
            });
        }
        let Some(who) = &self.identity else {
            return Ok(None);
        };
        let lacks = |place: &Place, node: &Node, right: u32| match &node.foreign_acl {
            Some(kind) => Err(Obstacle::NotModelled {
                what: format!("the ACL of {} ({})", place.path.raw(), kind.raw()).into(),
            }),
            None => Ok(granted(node, who, right).is_none()),
        };
        let searched = chain.places.iter().filter_map(|it| chain.directory_of(it));
        for directory in searched {
            if let Some(node) = directory.node
                && lacks(directory, node, SEARCH)?
            {
                let path = directory.path.raw();
                return Ok(Some(format!("the account may not enter {path}")));
            }
        }
        let path = place.path.raw();
        Ok(lacks(place, node, READ)?.then(|| format!("the account may not read {path}")))
    }

    /// True for a link that the kernel follows only by a setting of its own (`may_follow_link`).
    fn may_be_barred(&self, chain: &Chain, place: &Place) -> bool {
        let link = place.node.filter(|node| node.kind == FileKind::Link);
        let above = chain.directory_of(place).and_then(|it| it.node);
        let (Some(link), Some(above)) = (link, above) else {
            return false;
        };
        let opener = self.identity.as_ref().map_or(0, |who| who.uid);
        above.mode & 0o1002 == 0o1002 && link.uid != opener && link.uid != above.uid
    }

    /// What of owner and mode sshd does not take.
    fn unsafe_modes(&self, node: &Node, alone: bool) -> Result<Option<String>, Obstacle> {
        if node.uid != 0 && node.uid != self.account.uid {
            return Ok(Some(format!("belongs to uid {}", node.uid)));
        }
        if node.mode & 0o002 != 0 {
            return Ok(Some(format!("is {}, writable by all", node.octal())));
        }
        if node.mode & 0o020 == 0 {
            return Ok(None);
        }
        let group = format!("is {}, writable by group {}", node.octal(), node.gid);
        match self.members {
            Some(accounts) if self.is_private(accounts, node, alone)? => Ok(None),
            _ => Ok(Some(group)),
        }
    }

    /// True if sshd finds nobody but the account in the group of a file, and the account in it. `alone`: nothing else on the way
    /// is writable by its group.
    fn is_private(&self, accounts: &Accounts, node: &Node, alone: bool) -> Result<bool, Obstacle> {
        if let Some(obstacle) = &accounts.groups_unseen {
            return Err(obstacle.clone());
        }
        let elsewhere = accounts.elsewhere.iter().chain(&accounts.groups_elsewhere);
        if let Some(service) = elsewhere.into_iter().next() {
            return Err(Obstacle::NotModelled {
                what: format!("who is in group {} by {}", node.gid, service.raw()).into(),
            });
        }
        let Some(group) = accounts.groups.iter().find(|group| group.gid == node.gid) else {
            return Ok(false);
        };
        // Whose primary group it is sshd looks for account by account, and it stops at the first stranger; but it does not
        // begin anew: the next try on the same connection goes on behind him. Who tries often enough is let in, unless
        // something else on the way has the search begin again.
        let all = &accounts.accounts;
        let own = |it: &&Account| it.uid == self.account.uid;
        let mut behind = all.iter().rev().filter(|it| it.gid == node.gid);
        let has_primary = match alone {
            true => behind.next().is_some_and(|it| own(&it)),
            false => {
                if behind.clone().any(|it| !own(&it)) {
                    return Ok(false);
                }
                behind.next().is_some()
            }
        };
        let Some(owner) = all.iter().find(|it| it.uid == node.uid) else {
            return Ok(false);
        };
        Ok(match group.members.as_slice() {
            [] => has_primary,
            [only] => *only == owner.name,
            _ => false,
        })
    }
}
