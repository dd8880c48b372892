//! The groups of group(5), and which of them an account is in: getgrouplist(3) as glibc's `files` service answers it.

use super::{Account, Accounts, PasswordState, id, lines};
use crate::source::{HostText, Obstacle};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: HostText,
    /// Its number.
    pub gid: u32,
    /// The accounts that it lists; those whose primary group it is need not be among them.
    pub members: Vec<HostText>,
    /// Its line in `/etc/group`.
    pub line: u32,
    /// What its password is worth: whoever knows it joins the group by newgrp(1).
    pub password: PasswordState,
    /// Accounts that may add members (gshadow(5)).
    pub administrators: Vec<HostText>,
}

/// What gshadow(5) says of a group.
type Shadow = (PasswordState, Vec<HostText>);

/// The groups in the text of `/etc/group`, with what that of `/etc/gshadow` says of them, where it was read. Lines that make none are
/// passed over, as the system does.
pub(super) fn parse(text: &[u8], gshadow: Option<&[u8]>) -> Vec<Group> {
    let shadow: Option<HashMap<HostText, Shadow>> = gshadow.map(|text| {
        // Of several lines for a group the first counts.
        let lines: Vec<_> = lines(text).filter_map(|(_, line)| shadow(line)).collect();
        lines.into_iter().rev().collect()
    });
    let group = |(number, line): (u32, &[u8])| {
        let mut fields = line.splitn(4, |byte| *byte == b':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        if matches!(name.first(), Some(b'+' | b'-')) {
            return None;
        }
        let field = fields.next().unwrap_or_default();
        let gid = id(fields.next())?;
        let members = names_in(fields.next().unwrap_or_default());
        let name = HostText::from_bytes(name);
        let (password, administrators) = match (field, &shadow) {
            (b"x", None) => (PasswordState::Unseen, Vec::new()),
            (b"x", Some(shadow)) => shadow
                .get(&name)
                .cloned()
                .unwrap_or((PasswordState::NoShadowEntry, Vec::new())),
            (field, _) => (PasswordState::of(field), Vec::new()),
        };
        Some(Group {
            name,
            gid,
            members,
            line: number,
            password,
            administrators,
        })
    };
    lines(text).filter_map(group).collect()
}

/// A line of gshadow(5).
fn shadow(line: &[u8]) -> Option<(HostText, Shadow)> {
    let mut fields = line.splitn(4, |byte| *byte == b':');
    let name = fields.next().filter(|name| !name.is_empty())?;
    let password = PasswordState::of(fields.next()?);
    let administrators = names_in(fields.next().unwrap_or_default());
    Some((HostText::from_bytes(name), (password, administrators)))
}

fn names_in(list: &[u8]) -> Vec<HostText> {
    let names = list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let names = names.filter(|name| !name.is_empty());
    names.map(HostText::from_bytes).collect()
}

impl Accounts {
    /// The accounts that are in a group, by their primary one or by being listed in any line of its number, whatever name that
    /// has. Names that no account has are not among them.
    pub fn members_of(&self, group: &Group) -> impl Iterator<Item = &Account> {
        let lines = self.groups.iter().filter(|it| it.gid == group.gid);
        let listed: HashSet<&HostText> = lines.flat_map(|it| &it.members).collect();
        let gid = group.gid;
        let inside = move |it: &&Account| it.gid == gid || listed.contains(&it.name);
        self.accounts.iter().filter(inside)
    }

    /// The names of the groups that an account is in, its primary one first; nothing if there is no such account.
    ///
    /// # Errors
    /// Why that cannot be told: a directory service knows accounts or groups, or `/etc/group` was not seen.
    pub fn groups_of(&self, user: &HostText) -> Result<Option<Vec<HostText>>, Obstacle> {
        let elsewhere = |services: &[HostText], what: &str| Obstacle::NotModelled {
            what: format!("{what} of {} in {}", user.raw(), names(services)).into(),
        };
        let Some(account) = self.accounts.iter().find(|account| account.name == *user) else {
            return match self.elsewhere.is_empty() {
                true => Ok(None),
                false => Err(elsewhere(&self.elsewhere, "the account")),
            };
        };
        if let Some(obstacle) = &self.groups_unseen {
            return Err(obstacle.clone());
        }
        if !self.groups_elsewhere.is_empty() {
            return Err(elsewhere(&self.groups_elsewhere, "the groups"));
        }
        let lists = |group: &&Group| group.members.contains(user);
        let listed = self.groups.iter().filter(lists).map(|group| group.gid);
        let mut gids = vec![account.gid];
        for gid in listed {
            if !gids.contains(&gid) {
                gids.push(gid);
            }
        }
        // Of several names for a number the first is taken.
        let name = |gid: u32| self.groups.iter().find(|group| group.gid == gid);
        let found = gids.into_iter().filter_map(name);
        Ok(Some(found.map(|group| group.name.clone()).collect()))
    }
}

fn names(services: &[HostText]) -> String {
    let names: Vec<&str> = services.iter().map(HostText::raw).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(group: &str) -> Accounts {
        let passwd = "bob:x:1000:1000::/home/bob:\neve:x:1001:27::/home/eve:\n";
        Accounts {
            groups: parse(group.as_bytes(), None),
            ..Accounts::parse(passwd.as_bytes(), Ok(None))
        }
    }

    fn of(accounts: &Accounts, user: &str) -> Option<Vec<String>> {
        let groups = accounts.groups_of(&user.into()).unwrap()?;
        Some(groups.iter().map(|name| name.raw().to_owned()).collect())
    }

    #[test]
    fn primary_and_listed_groups_count_by_their_first_name() {
        let all = accounts(
            "bob:x:1000:\nsudo:x:27:bob, carol\nwheel:x:27:\n#x:x:1:bob\nodd:x:y:bob\n+nis\nadm:x:4:eve,bob\n",
        );
        assert_eq!(of(&all, "bob").unwrap(), ["bob", "sudo", "adm"]);
        assert_eq!(of(&all, "eve").unwrap(), ["sudo", "adm"]);
        assert_eq!(of(&all, "carol"), None);
    }

    #[test]
    fn gshadow_says_who_may_join() {
        let group = b"docker:x:990:\nlxd:x:991:\nold:$6$a$b:992:\n";
        let gshadow = b"docker:$6$a$b:bob,eve:carol\nlxd:!::\ndocker:::\n";
        let all = parse(group, Some(gshadow));
        let set = |group: &Group| matches!(group.password, PasswordState::Set { .. });
        assert_eq!(all.iter().map(set).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(all[0].administrators, ["bob".into(), "eve".into()]);
        assert_eq!(parse(group, None)[1].password, PasswordState::Unseen);
        assert_eq!(
            parse(group, Some(b""))[1].password,
            PasswordState::NoShadowEntry
        );
    }

    #[test]
    fn a_directory_service_leaves_the_groups_unknown() {
        let mut all = accounts("bob:x:1000:\n");
        all.groups_elsewhere = vec!["sss".into()];
        assert!(all.groups_of(&"bob".into()).is_err());
        assert_eq!(of(&all, "nobody"), None);
        all.elsewhere = vec!["sss".into()];
        assert!(all.groups_of(&"nobody".into()).is_err());
    }
}
