//! Whether lists of users, groups and hosts hold somebody.

use super::{Matched, Sudo};
use crate::facts::accounts::Account;
use crate::facts::fnmatch::matches;
use crate::facts::sudoers::{Kind, Member, Who};
use crate::source::{HostText, Obstacle};

/// An account with its groups, of which some may be out of sight.
pub(super) struct Person<'a> {
    pub(super) account: &'a Account,
    groups: Result<Vec<HostText>, Obstacle>,
    gids: Vec<u32>,
}

/// Whom a question is about.
pub(super) struct Asked<'a> {
    /// Who runs sudo.
    pub(super) who: Person<'a>,
    /// As whom.
    pub(super) target: Person<'a>,
}

/// What a list is held against.
#[derive(Clone, Copy)]
pub(super) enum Against<'a> {
    User(&'a Person<'a>),
    Runas(&'a Asked<'a>),
    Host,
}

fn not_modelled(what: String) -> Obstacle {
    Obstacle::NotModelled { what: what.into() }
}

impl<'a> Sudo<'a> {
    pub(super) fn asked(&self, account: &'a Account, target: &'a Account) -> Asked<'a> {
        Asked {
            who: self.person(account),
            target: self.person(target),
        }
    }

    fn person(&self, account: &'a Account) -> Person<'a> {
        let groups = self.accounts.groups_of(&account.name);
        let names = groups
            .as_ref()
            .ok()
            .and_then(Option::as_deref)
            .unwrap_or_default();
        let is_in = |name: &HostText| names.contains(name);
        let mut gids = vec![account.gid];
        let groups_in = self
            .accounts
            .groups
            .iter()
            .filter(|group| is_in(&group.name));
        gids.extend(groups_in.map(|group| group.gid));
        Person {
            account,
            groups: groups.map(Option::unwrap_or_default),
            gids,
        }
    }

    /// What a list says of somebody: its last entry that matches decides.
    pub(super) fn list(&self, list: &[Member], against: Against<'_>) -> Matched {
        self.nested(list, against, &mut Vec::new())
    }

    fn nested<'b>(
        &'b self,
        list: &'b [Member],
        against: Against<'_>,
        inside: &mut Vec<&'b HostText>,
    ) -> Matched {
        for (index, member) in list.iter().enumerate().rev() {
            self.step(!inside.is_empty())?;
            let matched = match self.member(&member.who, against, inside) {
                Ok(matched) => matched,
                // What cannot be told does not matter where the rest says the same.
                Err(obstacle) => {
                    let rest = self.nested(&list[..index], against, inside)?;
                    return match rest == Some(!member.negated) {
                        true => Ok(rest),
                        false => Err(obstacle),
                    };
                }
            };
            if let Some(matched) = matched {
                return Ok(Some(matched != member.negated));
            }
        }
        Ok(None)
    }

    fn member<'b>(
        &'b self,
        who: &'b Who,
        against: Against<'_>,
        inside: &mut Vec<&'b HostText>,
    ) -> Matched {
        let yes = |is: bool| Ok(is.then_some(true));
        match who {
            Who::All => Ok(Some(true)),
            Who::Alias(name) => {
                let kind = match against {
                    Against::User(_) => Kind::User,
                    Against::Runas(_) => Kind::Runas,
                    Against::Host => Kind::Host,
                };
                // One that names itself is a plain name inside of it.
                match self.aliases.get(&(kind, name.raw())) {
                    Some(alias) if !inside.contains(&name) => {
                        inside.push(name);
                        let matched = self.nested(&alias.members, against, inside);
                        inside.pop();
                        matched
                    }
                    _ => self.name(name, against),
                }
            }
            Who::Name(name) => self.name(name, against),
            Who::Myself => match against {
                Against::Runas(asked) => yes(asked.who.account.name == asked.target.account.name),
                _ => Ok(None),
            },
            Who::Group(name) => match against {
                Against::User(person) => self.group(name, person),
                Against::Runas(asked) => self.group(name, &asked.target),
                Against::Host => Ok(None),
            },
            Who::Netgroup(name) => Err(not_modelled(format!("the netgroup {}", name.raw()))),
            Who::Network(address) => match against {
                Against::Host => Err(not_modelled(format!(
                    "whether {} is an address of this host, for sudo",
                    address.raw()
                ))),
                _ => Ok(None),
            },
        }
    }

    fn name(&self, name: &HostText, against: Against<'_>) -> Matched {
        let person = match against {
            Against::User(person) => person,
            Against::Runas(asked) => &asked.target,
            Against::Host => return self.host(name.raw()),
        };
        Ok(names(name.raw(), &person.account.name, person.account.uid).then_some(true))
    }

    fn group(&self, name: &HostText, person: &Person<'_>) -> Matched {
        if name.raw().starts_with(':') {
            return Err(not_modelled(format!(
                "the group %{} of a plugin",
                name.raw()
            )));
        }
        let by_number = name.raw().strip_prefix('#').and_then(|it| it.parse().ok());
        let holds = by_number.is_some_and(|gid: u32| person.gids.contains(&gid));
        match &person.groups {
            _ if holds => Ok(Some(true)),
            Ok(groups) => {
                let same = |group: &HostText| group.raw().eq_ignore_ascii_case(name.raw());
                Ok(groups.iter().any(same).then_some(true))
            }
            // What the files say holds wherever else groups are kept.
            Err(obstacle) => match self.lists(name, person.account) {
                true => Ok(Some(true)),
                false => Err(obstacle.clone()),
            },
        }
    }

    /// True if the group's own line lists the account, or it is its primary one.
    fn lists(&self, name: &HostText, account: &Account) -> bool {
        self.accounts.groups.iter().any(|group| {
            group.name.raw().eq_ignore_ascii_case(name.raw())
                && (group.gid == account.gid || group.members.contains(&account.name))
        })
    }

    /// A pattern without a dot is held against the short name; the long one is known to the resolver alone.
    fn host(&self, pattern: &str) -> Matched {
        let short = self.hostname.split('.').next().unwrap_or_default();
        let host = match pattern.contains('.') {
            false => short,
            true if self.hostname.contains('.') => self.hostname,
            true => {
                return Err(not_modelled(format!(
                    "whether this host is {pattern}, for sudo"
                )));
            }
        };
        let (pattern, host) = (pattern.to_ascii_lowercase(), host.to_ascii_lowercase());
        let is = match pattern.contains(['*', '?', '[', '\\']) {
            true => matches(pattern.as_bytes(), host.as_bytes(), false),
            false => pattern == host,
        };
        Ok(is.then_some(true))
    }
}

/// True if a name of sudoers, or a number after `#`, means this account. sudo looks past capitals unless it is told not to.
pub(super) fn names(name: &str, account: &HostText, uid: u32) -> bool {
    let number = name.strip_prefix('#').and_then(|it| it.parse::<u32>().ok());
    number == Some(uid) || name.eq_ignore_ascii_case(account.raw())
}
