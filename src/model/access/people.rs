//! The people of a host: which of them to ask about, and what they are called.

use super::join::Joins;
use super::may::{Deed, Right, Way, may, may_from_elsewhere, ways};
use super::permission::{By, Identity};
use super::who::{Because, Grantees, Who};
use crate::facts::accounts::{Account, Accounts};
use crate::facts::files::{Chain, Node, Nodes};
use crate::source::{AclTag, FileKind, HostText, Obstacle};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Whom the caller trusts beside root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trusted {
    /// Users, by number.
    pub uids: BTreeSet<u32>,
    /// Groups, by number: what their members can do by being in them.
    pub gids: BTreeSet<u32>,
    /// Accounts that have the number of such a group by a line of `/etc/group` with another name, which is not trusted.
    pub strangers: BTreeSet<(u32, HostText)>,
}

/// The accounts of a host, by their numbers.
pub struct People<'f> {
    pub(super) accounts: &'f Accounts,
    by_uid: HashMap<u32, Vec<&'f Account>>,
    by_gid: HashMap<u32, Vec<&'f Account>>,
    pub(super) groups_of: HashMap<&'f HostText, BTreeSet<u32>>,
    pub(super) joins: Joins<'f>,
}

/// No account has this number (it is -1, which setuid(2) takes for "leave it").
pub(super) const NOBODYS: u32 = u32::MAX;

impl<'f> People<'f> {
    /// The people of these accounts. It takes a while where there are many: make it once.
    pub fn new(accounts: &'f Accounts) -> Self {
        let mut by_uid: HashMap<u32, Vec<&Account>> = HashMap::new();
        let mut by_gid: HashMap<u32, Vec<&Account>> = HashMap::new();
        let mut groups_of: HashMap<&HostText, BTreeSet<u32>> = HashMap::new();
        let mut by_name: HashMap<&HostText, &Account> = HashMap::new();
        for account in &accounts.accounts {
            by_uid.entry(account.uid).or_default().push(account);
            by_gid.entry(account.gid).or_default().push(account);
            groups_of
                .entry(&account.name)
                .or_default()
                .insert(account.gid);
            by_name.insert(&account.name, account);
        }
        for group in &accounts.groups {
            for account in group.members.iter().filter_map(|name| by_name.get(name)) {
                if groups_of
                    .entry(&account.name)
                    .or_default()
                    .insert(group.gid)
                {
                    by_gid.entry(group.gid).or_default().push(account);
                }
            }
        }
        Self {
            accounts,
            by_uid,
            by_gid,
            groups_of,
            joins: Joins::new(accounts),
        }
    }

    /// Who can read what is at the end of the path. Where nothing is, nobody can.
    pub fn readers(&self, nodes: &Nodes, path: &HostText, trusted: &Trusted) -> Who {
        self.who(Right::Read, nodes, path, trusted)
    }

    /// Who can write to what is at the end of the path: to a directory, put something there.
    pub fn writers(&self, nodes: &Nodes, path: &HostText, trusted: &Trusted) -> Who {
        self.who(Right::Write, nodes, path, trusted)
    }

    /// Who can decide what is found at the path: by writing to it, or by putting something in its place, also where nothing is.
    pub fn replacers(&self, nodes: &Nodes, path: &HostText, trusted: &Trusted) -> Who {
        self.who(Right::Replace, nodes, path, trusted)
    }

    /// Who has this right.
    pub fn who(&self, right: Right, nodes: &Nodes, path: &HostText, trusted: &Trusted) -> Who {
        let chain = nodes.walk(path);
        let asked = Asked {
            people: self,
            right,
            trusted,
            chain: &chain,
        };
        let mut who = Who {
            right,
            path: path.clone(),
            grantees: Vec::new(),
            gaps: Vec::new(),
            notes: Vec::new(),
        };
        asked.grantees(&mut who);
        if !who.anyone() {
            who.gaps = asked.gaps(nodes);
            who.notes = asked.notes(nodes);
        }
        who
    }

    /// The name of a user, if an account has the number.
    pub fn user_name(&self, uid: u32) -> Option<&HostText> {
        let account = self.by_uid.get(&uid).and_then(|accounts| accounts.first());
        account.map(|account| &account.name)
    }

    /// The name of a group, if one has the number.
    pub fn group_name(&self, gid: u32) -> Option<&HostText> {
        let mut groups = self.accounts.groups.iter();
        let group = groups.find(|group| group.gid == gid);
        group.map(|group| &group.name)
    }

    /// What a user is called: his name, else `uid 1234`.
    pub fn user(&self, uid: u32) -> HostText {
        let name = self.user_name(uid).cloned();
        name.unwrap_or_else(|| format!("uid {uid}").into())
    }

    /// What a group is called: its name, else `gid 1234`.
    pub fn group(&self, gid: u32) -> HostText {
        let name = self.group_name(gid).cloned();
        name.unwrap_or_else(|| format!("gid {gid}").into())
    }

    /// The number of a group of that name.
    pub fn gid(&self, name: &str) -> Option<u32> {
        let mut groups = self.accounts.groups.iter();
        Some(groups.find(|group| group.name.raw() == name)?.gid)
    }

    /// The number of an account of that name.
    pub fn uid(&self, name: &str) -> Option<u32> {
        let mut accounts = self.accounts.accounts.iter();
        Some(accounts.find(|account| account.name.raw() == name)?.uid)
    }

    /// Why it is not known who is in a group.
    fn groups_unknown(&self, gid: u32) -> Option<Obstacle> {
        if let Some(obstacle) = &self.accounts.groups_unseen {
            return Some(obstacle.clone());
        }
        let services: Vec<&str> = self
            .accounts
            .groups_elsewhere
            .iter()
            .map(HostText::raw)
            .collect();
        (!services.is_empty()).then(|| Obstacle::NotModelled {
            what: format!(
                "who is in group {} by {}",
                self.group(gid).raw(),
                services.join(", ")
            )
            .into(),
        })
    }
}

/// One question about one way.
pub(super) struct Asked<'a> {
    pub(super) people: &'a People<'a>,
    right: Right,
    trusted: &'a Trusted,
    chain: &'a Chain<'a>,
}

impl Asked<'_> {
    fn grantees(&self, who: &mut Who) {
        if let Some(mut because) = self.granted(NOBODYS, BTreeSet::new()) {
            // What some could do besides is not gone when others can no longer.
            let accounts = self
                .concerned()
                .into_iter()
                .map(|(account, gids)| (account.uid, gids));
            let uids = self.nameless().map(|uid| (uid, BTreeSet::new()));
            for own in accounts
                .chain(uids)
                .filter_map(|(uid, gids)| self.granted(uid, gids))
            {
                let known = |it: &Because| (&it.at, it.by) == (&own.at, own.by);
                if !known(&because) && !because.also.iter().any(known) {
                    because.also.push(own);
                }
            }
            who.grantees = vec![(Grantees::Anyone, because)];
            return;
        }
        let mut groups: BTreeMap<u32, (Vec<HostText>, Because)> = BTreeMap::new();
        for (account, gids) in self.concerned() {
            let (uid, name) = (account.uid, account.name.clone());
            let Some(because) = self.granted(uid, gids) else {
                continue;
            };
            match because.by.group() {
                Some(gid) if self.may(NOBODYS, [gid].into()).is_some() => {
                    let (members, _) = groups.entry(gid).or_insert_with(|| (Vec::new(), because));
                    members.push(name);
                }
                _ => who.grantees.push((Grantees::User { uid, name }, because)),
            }
        }
        for uid in self.nameless() {
            if let Some(because) = self.granted(uid, BTreeSet::new()) {
                let name = self.people.user(uid);
                who.grantees.push((Grantees::User { uid, name }, because));
            }
        }
        let groups = groups.into_iter().map(|(gid, (members, because))| {
            let name = self.people.group(gid);
            (Grantees::Group { gid, name, members }, because)
        });
        who.grantees.extend(groups);
        who.grantees.extend(self.joiners());
    }

    /// Why he can, if he can.
    pub(super) fn granted(&self, uid: u32, gids: BTreeSet<u32>) -> Option<Because> {
        let ways = ways(&Identity { uid, gids }, self.right, self.chain);
        let mut reasons = ways.iter().map(|way| self.because(way));
        let mut first = reasons.next()?;
        for because in reasons {
            if because.at != first.at && first.also.iter().all(|other| other.at != because.at) {
                first.also.push(because);
            }
        }
        Some(first)
    }

    pub(super) fn may(&self, uid: u32, gids: BTreeSet<u32>) -> Option<Way> {
        may(&Identity { uid, gids }, self.right, self.chain)
    }

    /// Why there may be more than were found.
    fn gaps(&self, nodes: &Nodes) -> Vec<Obstacle> {
        let mut gaps: Vec<Obstacle> = self.chain.obstacle().into_iter().collect();
        // Somebody could be in one of the groups, or in all of them.
        let gids = &self.gids() - &self.trusted.gids;
        let each = gids.iter().map(|gid| (*gid, BTreeSet::from([*gid])));
        let all = gids.first().map(|gid| (*gid, gids.clone()));
        for (gid, gids) in each.chain(all) {
            if let Some(gap) = self.people.groups_unknown(gid)
                && self.may(NOBODYS, gids).is_some()
                && !gaps.contains(&gap)
            {
                gaps.push(gap);
            }
        }
        gaps.extend(self.joiners_unknown());
        gaps.extend(nodes.mounts().obstacle().cloned());
        let foreign = self
            .nodes()
            .find_map(|(path, node)| Some((path, node.foreign_acl.as_ref()?)));
        gaps.extend(foreign.map(|(path, kind)| Obstacle::NotModelled {
            what: format!("the ACL of {} ({})", path.raw(), kind.raw()).into(),
        }));
        gaps
    }

    /// Where somebody who cannot come to the file here could at another place.
    fn notes(&self, nodes: &Nodes) -> Vec<HostText> {
        let target = self.chain.target().and_then(|place| place.node);
        let links = target
            .filter(|node| node.kind == FileKind::Regular)
            .map_or(1, |node| node.links);
        let elsewhere = self.chain.places.iter().rev().find_map(|place| {
            let (mount, point) = place.mount.as_ref()?;
            let others = nodes
                .mounts()
                .elsewhere(place.path.raw(), point.raw(), mount);
            Some((&place.path, others.into_iter().next()?))
        });
        let mut notes = Vec::new();
        // To exchange this name does not touch the others.
        let of_names = if self.right == Right::Read {
            Right::Read
        } else {
            Right::Write
        };
        if links > 1 && self.opens_from_elsewhere(of_names) {
            let text = format!(
                "it has {links} names (hard links): at another one its directories may not protect it"
            );
            notes.push(text.into());
        }
        if let Some((place, other)) = elsewhere.filter(|_| self.opens_from_elsewhere(self.right)) {
            let (place, other) = (place.raw(), other.raw());
            let text = format!(
                "{place} is also at {other} (mounted twice): there its directories may not protect it"
            );
            notes.push(text.into());
        }
        notes
    }

    /// True if only the directories on the way keep somebody out.
    fn opens_from_elsewhere(&self, right: Right) -> bool {
        let opens = |uid, gids| {
            let who = Identity { uid, gids };
            may_from_elsewhere(&who, right, self.chain)
                && may(&who, self.right, self.chain).is_none()
        };
        opens(NOBODYS, BTreeSet::new())
            || self
                .concerned()
                .into_iter()
                .any(|(account, gids)| opens(account.uid, gids))
    }

    /// The accounts of whose number, or of whose groups, something on the way speaks, with the groups that are not trusted.
    pub(super) fn concerned(&self) -> Vec<(&Account, BTreeSet<u32>)> {
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        let by_uid = self
            .uids()
            .into_iter()
            .filter_map(|uid| self.people.by_uid.get(&uid));
        let by_gid = self
            .gids()
            .into_iter()
            .filter_map(|gid| self.people.by_gid.get(&gid));
        for account in by_uid.chain(by_gid).flatten() {
            if !self.is_trusted(account.uid) && seen.insert(account.line) {
                all.push((*account, self.own(account)));
            }
        }
        all.sort_by_key(|(account, _)| account.line);
        all
    }

    /// The groups of an account that are not trusted.
    pub(super) fn own(&self, account: &Account) -> BTreeSet<u32> {
        let Trusted {
            gids, strangers, ..
        } = self.trusted;
        let counts =
            |gid: &u32| !gids.contains(gid) || strangers.contains(&(*gid, account.name.clone()));
        let all = self.people.groups_of.get(&account.name);
        all.into_iter().flatten().copied().filter(counts).collect()
    }

    pub(super) fn is_trusted(&self, uid: u32) -> bool {
        uid == 0 || self.trusted.uids.contains(&uid)
    }

    /// Everybody of whom something on the way speaks by number.
    fn uids(&self) -> BTreeSet<u32> {
        let mut uids = BTreeSet::new();
        for (_, node) in self.nodes() {
            uids.insert(node.uid);
            let entries = node.acl.iter().flat_map(|acl| acl.entries());
            uids.extend(entries.filter_map(|entry| match entry.tag {
                AclTag::User(uid) => Some(uid),
                _ => None,
            }));
        }
        uids.retain(|uid| !self.is_trusted(*uid));
        uids
    }

    /// Those of them whom no account has.
    fn nameless(&self) -> impl Iterator<Item = u32> {
        let uids = self.uids().into_iter();
        uids.filter(|uid| !self.people.by_uid.contains_key(uid))
    }

    /// Every group of which something on the way speaks.
    pub(super) fn gids(&self) -> BTreeSet<u32> {
        let mut gids = BTreeSet::new();
        for (_, node) in self.nodes() {
            gids.insert(node.gid);
            let entries = node.acl.iter().flat_map(|acl| acl.entries());
            gids.extend(entries.filter_map(|entry| match entry.tag {
                AclTag::Group(gid) => Some(gid),
                _ => None,
            }));
        }
        gids
    }

    /// What has rights of its own on the way; a link has only an owner.
    fn nodes(&self) -> impl Iterator<Item = (&HostText, &Node)> {
        let places = self.chain.places.iter();
        places.filter_map(|place| Some((&place.path, place.node?)))
    }

    fn because(&self, way: &Way) -> Because {
        let (people, at) = (self.people, way.at.raw());
        let node = self
            .nodes()
            .find(|(path, _)| **path == way.at)
            .map(|(_, node)| node);
        let (mode, uid, gid) =
            node.map_or((String::new(), 0, 0), |it| (it.octal(), it.uid, it.gid));
        let mut observed = format!(
            "{mode} {}:{}",
            people.user(uid).raw(),
            people.group(gid).raw()
        );
        let mut text = match way.by {
            By::Other => format!("{at} is {mode}"),
            By::Group(gid) => format!("{at} is {mode} and of group {}", people.group(gid).raw()),
            By::Owner(uid) => format!("{at} belongs to {}", people.user(uid).raw()),
            By::Acl(entry) => {
                let rights = crate::source::rights(entry.rights);
                let entry = match entry.tag {
                    AclTag::User(uid) => format!("user:{}:{rights}", people.user(uid).raw()),
                    AclTag::Group(gid) => format!("group:{}:{rights}", people.group(gid).raw()),
                    _ => entry.to_string(),
                };
                observed = format!("{observed}, ACL {entry}");
                format!("{at} has the ACL entry {entry}")
            }
        };
        if way.deed == Deed::Append {
            text.push_str(" (it can only be added to)");
        }
        Because {
            at: way.at.clone(),
            observed,
            text: text.into(),
            by: way.by,
            deed: way.deed.clone(),
            also: Vec::new(),
        }
    }
}
