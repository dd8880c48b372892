//! Who can have the rights of a group without being in it, and whom trust in a group means.
//!
//! A group is a number: each line of `/etc/group` with it counts, whatever its name, and gshadow(5) says who may add himself.

use super::people::{Asked, NOBODYS, People, Trusted};
use super::who::{Because, Grantees};
use crate::facts::accounts::{Account, Accounts, Group, PasswordState};
use crate::source::{HostText, Obstacle};
use std::collections::{BTreeSet, HashMap};

/// The ways into groups beside membership.
#[derive(Default)]
pub(super) struct Joins<'f> {
    administered: HashMap<&'f HostText, BTreeSet<u32>>,
    by_password: BTreeSet<u32>,
    unseen: BTreeSet<u32>,
}

impl<'f> Joins<'f> {
    pub(super) fn new(accounts: &'f Accounts) -> Self {
        let mut joins = Self::default();
        for group in &accounts.groups {
            for name in &group.administrators {
                joins
                    .administered
                    .entry(name)
                    .or_default()
                    .insert(group.gid);
            }
            match group.password {
                PasswordState::Set { .. } => joins.by_password.insert(group.gid),
                PasswordState::Unseen => joins.unseen.insert(group.gid),
                _ => false,
            };
        }
        joins
    }
}

impl People<'_> {
    /// Whom these names mean; one that is not there means nobody.
    pub fn trusting(&self, users: &[String], groups: &[String]) -> Trusted {
        let gids: BTreeSet<u32> = groups.iter().filter_map(|name| self.gid(name)).collect();
        let meant = |group: &&Group| groups.iter().any(|name| name == group.name.raw());
        let (own, other): (Vec<&Group>, Vec<&Group>) = self
            .accounts
            .groups
            .iter()
            .filter(|group| gids.contains(&group.gid))
            .partition(meant);
        let members = |groups: Vec<&Group>| -> BTreeSet<(u32, HostText)> {
            let each = |group: &Group| {
                let names = group.members.clone().into_iter();
                names.map(|name| (group.gid, name)).collect::<Vec<_>>()
            };
            groups.into_iter().flat_map(each).collect()
        };
        let mut strangers = &members(other) - &members(own);
        let primary = |(gid, name): &(u32, HostText)| {
            let mut accounts = self.accounts.accounts.iter();
            accounts.any(|it| it.name == *name && it.gid == *gid)
        };
        strangers.retain(|it| !primary(it));
        Trusted {
            uids: users.iter().filter_map(|name| self.uid(name)).collect(),
            gids,
            strangers,
        }
    }
}

impl Asked<'_> {
    /// They who can once they have joined, and cannot before.
    pub(super) fn joiners(&self) -> Vec<(Grantees, Because)> {
        let (people, gids) = (self.people, self.gids());
        let mut found = Vec::new();
        let joined = |gid: Option<u32>, among: &BTreeSet<u32>| {
            let gid = gid.filter(|gid| among.contains(gid));
            gid.or(among.first().copied()).unwrap_or_default()
        };
        for account in self.administrators() {
            let own = self.own(account);
            let mut more = &people.joins.administered[&account.name] & &gids;
            // Who is in it already has what its members have.
            let groups = people.groups_of.get(&account.name);
            more.retain(|gid| groups.is_none_or(|groups| !groups.contains(gid)));
            if self.granted(account.uid, own.clone()).is_none()
                && let Some(because) = self.granted(account.uid, &own | &more)
            {
                let gid = joined(because.by.group(), &more);
                let account = Some(account.name.clone());
                let name = people.group(gid);
                found.push((Grantees::Joiner { gid, name, account }, because));
            }
        }
        let open = &people.joins.by_password & &gids;
        if let Some(because) = self.with(&open) {
            let gid = joined(because.by.group(), &open);
            let (account, name) = (None, people.group(gid));
            found.push((Grantees::Joiner { gid, name, account }, because));
        }
        found
    }

    /// Why it is not known who could join.
    pub(super) fn joiners_unknown(&self) -> Option<Obstacle> {
        let why = self.people.accounts.gshadow_unseen.clone();
        why.filter(|_| {
            self.with(&(&self.people.joins.unseen & &self.gids()))
                .is_some()
        })
    }

    /// Accounts that run one of the groups.
    fn administrators(&self) -> Vec<&Account> {
        let gids = self.gids();
        let runs = |account: &&Account| {
            let groups = self.people.joins.administered.get(&account.name);
            !self.is_trusted(account.uid) && groups.is_some_and(|it| !it.is_disjoint(&gids))
        };
        let all = self.people.accounts.accounts.iter();
        match self.people.joins.administered.is_empty() {
            true => Vec::new(),
            false => all.filter(runs).collect(),
        }
    }

    /// Why somebody who cannot could with these groups.
    fn with(&self, gids: &BTreeSet<u32>) -> Option<Because> {
        if gids.is_empty() {
            return None;
        }
        let accounts = self.concerned().into_iter();
        let accounts = accounts.map(|(account, own)| (account.uid, own));
        let mut all = [(NOBODYS, BTreeSet::new())].into_iter().chain(accounts);
        all.find_map(|(uid, own)| {
            let more = &own | gids;
            match self.may(uid, own) {
                Some(_) => None,
                None => self.granted(uid, more),
            }
        })
    }
}
