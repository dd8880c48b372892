//! Which logins to look at: every account, and those that the files name, with addresses that tell Match blocks apart.

use super::Login;
use super::from::From;
use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::accounts::{Account, Accounts};
use crate::facts::sshd::SOMEBODY;
use crate::kernel::{Protocol, Socket};
use crate::model::sshd::{Connection, Criterion, Groups, Key, Model};
use crate::source::{HostText, Obstacle};
use std::collections::BTreeSet;

/// More logins than that are not looked at; it is said that there are more.
const MOST: usize = 10_000;

/// The logins that this model tells apart, and more. `sockets` are those that its daemons listen on, as far as they were seen.
pub(super) fn logins<'f>(
    facts: &'f Facts,
    model: &Model,
    sockets: &[&Socket],
    gaps: &mut Vec<Obstacle>,
) -> Vec<Login<'f>> {
    let accounts = match facts.accounts().and_then(Fact::known) {
        Ok((accounts, _)) => Some(accounts),
        Err(Unjudged::Unknown(why)) => {
            gaps.push(why);
            None
        }
        Err(Unjudged::NotApplicable { .. }) => None,
    };
    let from = From::told_apart_by(model, gaps);
    let (ports, loopback) = listens(model, sockets);
    let mut all = Vec::new();
    for (user, account) in people(accounts, model) {
        let groups = match accounts.map_or_else(Groups::default, |it| Groups::of(it, &user)) {
            // Whoever comes next will have a group, of his own as a rule.
            Groups::NoSuchUser if user.raw() == SOMEBODY => Groups::Known(vec![user.clone()]),
            groups => groups,
        };
        for (addr, inside) in &from.addresses {
            for (laddr, inward) in &from.own {
                for lport in &ports {
                    let connection = Connection {
                        user: Some(user.clone()),
                        host: Some(addr.clone()),
                        addr: Some(addr.clone()),
                        laddr: Some(laddr.clone()),
                        lport: Some(*lport),
                        rdomain: None,
                        invalid_user: false,
                        groups: groups.clone(),
                    };
                    if all.len() == MOST {
                        gaps.push(Obstacle::NotModelled {
                            what: format!("more than {MOST} logins that sshd may tell apart")
                                .into(),
                        });
                        return all;
                    }
                    let blocks = model.login(&connection).map(|it| it.blocks());
                    all.push(Login {
                        blocks: blocks.unwrap_or_default(),
                        connection,
                        account,
                        inside: *inside || *inward || loopback,
                        own: *inward || loopback,
                    });
                }
            }
        }
    }
    all
}

/// Root, whom every host has; every account that can be used, and of the others one of each kind that the files tell apart;
/// names of a directory's accounts that the files name; and whoever comes next.
fn people<'f>(
    accounts: Option<&'f Accounts>,
    model: &Model,
) -> Vec<(HostText, Option<&'f Account>)> {
    let all = accounts.map_or(&[][..], |it| it.accounts.as_slice());
    let told = Told::by(model);
    let can_be_used = |it: &Account| it.uid == 0 || it.usable_shell() || it.may_have_password();
    let mut known: Vec<&Account> = all.iter().collect();
    known.sort_by_key(|it| (it.uid != 0, !can_be_used(it)));
    let mut kinds = BTreeSet::new();
    known.retain(|it| can_be_used(it) || kinds.insert(told.kind(it, accounts)));
    let mut people: Vec<_> = known
        .into_iter()
        .map(|it| (it.name.clone(), Some(it)))
        .collect();
    if !all.iter().any(|account| account.uid == 0) {
        people.push(("root".into(), None));
    }
    // Whom the files of the host do not know, a directory may.
    if accounts.is_none_or(|it| !it.elsewhere.is_empty()) {
        let names = told.names.iter().map(HostText::from);
        let unknown = names.filter(|name| !all.iter().any(|account| account.name == *name));
        people.extend(unknown.map(|name| (name, None)));
    }
    people.push((SOMEBODY.into(), None));
    people
}

/// What Match User, Match Group and the lists of users and groups tell apart.
struct Told {
    /// Names without a wildcard.
    names: BTreeSet<String>,
    /// True if there are others.
    wild: bool,
    /// True if groups matter.
    groups: bool,
}

impl Told {
    fn by(model: &Model) -> Self {
        let mut names: BTreeSet<String> = BTreeSet::new();
        let mut groups = [Key::AllowGroups, Key::DenyGroups]
            .into_iter()
            .any(|key| model.lines_of(key).next().is_some());
        for block in model.match_blocks() {
            for criterion in block.criteria {
                if let Criterion::User(list) = criterion {
                    let patterns = list.items().map(|(_, pattern)| pattern);
                    names.extend(patterns.map(|it| String::from_utf8_lossy(it).into_owned()));
                }
                groups |= matches!(criterion, Criterion::Group(_));
            }
        }
        for key in [Key::AllowUsers, Key::DenyUsers] {
            let words = model.lines_of(key).flat_map(|(_, words)| words);
            let users = words.map(|word| match word.raw().rsplit_once('@') {
                Some((user, _)) => user.to_owned(),
                None => word.raw().to_owned(),
            });
            names.extend(users);
        }
        let before = names.len();
        names.retain(|name| !name.contains(['*', '?']));
        Self {
            wild: names.len() < before,
            names,
            groups,
        }
    }

    /// What an account is told apart by: its name, and its groups.
    fn kind(
        &self,
        account: &Account,
        accounts: Option<&Accounts>,
    ) -> (Option<HostText>, Vec<HostText>) {
        let name = account.name.clone();
        let named = self.wild || self.names.contains(name.raw());
        let groups = accounts.filter(|_| self.groups);
        let groups = groups.and_then(|it| it.groups_of(&name).ok().flatten());
        (named.then_some(name), groups.unwrap_or_default())
    }
}

/// The ports that sshd listens on, and those that its files name; and whether it is within reach of this host alone.
fn listens(model: &Model, sockets: &[&Socket]) -> (BTreeSet<u16>, bool) {
    let real = || sockets.iter().filter(|it| it.protocol == Protocol::Tcp);
    let mut ports: BTreeSet<u16> = real().map(|it| it.port).collect();
    let loopback = !ports.is_empty() && real().all(|it| it.address.to_canonical().is_loopback());
    let set = model.global().get("listenaddress").ok().flatten();
    let lines = set.iter().flat_map(|it| &it.values);
    let configured: Vec<std::net::SocketAddr> = lines
        .filter_map(|line| line.raw().split_whitespace().next()?.parse().ok())
        .collect();
    ports.extend(configured.iter().map(|at| at.port()));
    if ports.is_empty() {
        ports.insert(22);
    }
    (ports, loopback)
}
