//! The groups of group(5), and which of them an account is in: getgrouplist(3) as glibc's `files` service answers it.

use super::{Accounts, id, lines};
use crate::source::{HostText, Obstacle};
use serde::{Deserialize, Serialize};

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name.
    pub name: HostText,
    /// Its number.
    pub gid: u32,
    /// The accounts that it lists; those whose primary group it is need not be among them.
    pub members: Vec<HostText>,
}

/// The groups in the text of `/etc/group`. Lines that make none are passed over, as the system does.
pub(super) fn parse(text: &[u8]) -> Vec<Group> {
    let group = |line: &[u8]| {
        let mut fields = line.splitn(4, |byte| *byte == b':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        if line.contains(&0) || matches!(name.first(), Some(b'+' | b'-')) {
            return None;
        }
        let gid = id(fields.nth(1))?;
        let members = fields.next().unwrap_or_default();
        let members = members.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
        let members = members.filter(|member| !member.is_empty());
        Some(Group {
            name: HostText::from_bytes(name),
            gid,
            members: members.map(HostText::from_bytes).collect(),
        })
    };
    lines(text).filter_map(|(_, line)| group(line)).collect()
}

impl Accounts {
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
            groups: parse(group.as_bytes()),
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
    fn a_directory_service_leaves_the_groups_unknown() {
        let mut all = accounts("bob:x:1000:\n");
        all.groups_elsewhere = vec!["sss".into()];
        assert!(all.groups_of(&"bob".into()).is_err());
        assert_eq!(of(&all, "nobody"), None);
        all.elsewhere = vec!["sss".into()];
        assert!(all.groups_of(&"nobody".into()).is_err());
    }
}
