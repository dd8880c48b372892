//! Which logins to look at: reference values for each thing that a Match block or a list of accounts tells apart.

use super::Login;
use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::accounts::{Account, Accounts};
use crate::facts::sshd::{SOMEBODY, STRANGER};
use crate::facts::sshd_daemons::Daemon;
use crate::kernel::Protocol;
use crate::model::interfaces::is_public;
use crate::model::sshd::{Connection, Criterion, Groups, Model, NetworkItem};
use crate::source::{HostText, Obstacle};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// More logins than that are not looked at; it is said that there are more.
const MOST: usize = 4_000;
/// A stranger with IPv6 (RFC 3849), beside the one with IPv4.
const STRANGER_V6: &str = "2001:db8::1";
/// An address of this host that no block names (RFC 5737).
const OWN: &str = "192.0.2.1";

/// The logins that this model tells apart, and more.
pub(super) fn logins<'f>(
    facts: &'f Facts,
    model: &Model,
    daemon: Option<&Daemon>,
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
    let told = Told::by(model, gaps);
    let ports = ports(model, daemon);
    let mut all = Vec::new();
    for (user, account) in people(accounts) {
        let groups = groups(accounts, &user);
        for (addr, inside) in &told.addresses {
            for laddr in &told.own {
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
                        inside: *inside,
                    });
                }
            }
        }
    }
    all
}

/// Root, whom every host has; those with a shell or a password; and whoever comes next.
fn people(accounts: Option<&Accounts>) -> Vec<(HostText, Option<&Account>)> {
    let all = accounts.map_or(&[][..], |it| it.accounts.as_slice());
    let able = all
        .iter()
        .filter(|account| account.usable_shell() || account.may_have_password());
    let mut people: Vec<_> = able.map(|it| (it.name.clone(), Some(it))).collect();
    if !all.iter().any(|account| account.uid == 0) {
        people.push(("root".into(), None));
    }
    people.push((SOMEBODY.into(), None));
    people
}

fn groups(accounts: Option<&Accounts>, user: &HostText) -> Groups {
    match accounts.map(|accounts| accounts.groups_of(user)) {
        Some(Ok(Some(groups))) => Groups::Known(groups),
        Some(Ok(None)) => Groups::NoSuchUser,
        Some(Err(why)) => Groups::Unknown(why),
        None => Groups::default(),
    }
}

/// The ports that sshd listens on, and those that its files name.
fn ports(model: &Model, daemon: Option<&Daemon>) -> BTreeSet<u16> {
    let sockets = daemon.map_or(&[][..], |daemon| daemon.sockets.as_slice());
    let real = sockets.iter().filter(|it| it.protocol == Protocol::Tcp);
    let mut ports: BTreeSet<u16> = real.map(|it| it.port).collect();
    let set = model.global().get("port").ok().flatten();
    let set = set.iter().flat_map(|it| &it.values);
    ports.extend(set.filter_map(|port| port.raw().parse::<u16>().ok()));
    if ports.is_empty() {
        ports.insert(22);
    }
    ports
}

/// What Match blocks and lists of accounts tell apart beside the account.
struct Told {
    /// Where logins come from, and whether only from inside.
    addresses: Vec<(HostText, bool)>,
    /// Which of our addresses they come to.
    own: Vec<HostText>,
}

impl Told {
    fn by(model: &Model, gaps: &mut Vec<Obstacle>) -> Self {
        let mut from: BTreeSet<IpAddr> = BTreeSet::new();
        let mut to: BTreeSet<IpAddr> = BTreeSet::new();
        let mut by_address = false;
        let by_name = |gaps: &mut Vec<Obstacle>, what: &HostText| {
            gaps.push(Obstacle::NotModelled {
                what: format!("Match {what}: it hangs on names or domains that only a login has")
                    .into(),
            });
        };
        let uses_dns = model.global().get("usedns").ok().flatten();
        let uses_dns = uses_dns.is_some_and(|it| it.value() == Some("yes"));
        for block in model.match_blocks() {
            for criterion in block.criteria {
                match criterion {
                    Criterion::Address(networks) => {
                        by_address = true;
                        from.extend(networks.items().filter_map(|(_, item)| example(item)));
                    }
                    Criterion::LocalAddress(networks) => {
                        to.extend(networks.items().filter_map(|(_, item)| example(item)));
                    }
                    Criterion::Host(_) if uses_dns => by_name(gaps, block.text),
                    // The name of the host is then its address.
                    Criterion::Host(list) => {
                        by_address = true;
                        let patterns = list.items().map(|(_, pattern)| pattern);
                        from.extend(patterns.filter_map(of_pattern));
                    }
                    Criterion::RDomain(_) => by_name(gaps, block.text),
                    Criterion::All
                    | Criterion::User(_)
                    | Criterion::Group(_)
                    | Criterion::LocalPort(_)
                    | Criterion::InvalidUser
                    | Criterion::Version(_) => {}
                }
            }
        }
        for keyword in ["allowusers", "denyusers"] {
            let list = model.global().get(keyword).ok().flatten();
            for pattern in list.iter().flat_map(|it| &it.values) {
                if let Some((_, hosts)) = pattern.raw().rsplit_once('@') {
                    by_address = true;
                    let hosts = hosts.split(',').map(|host| host.trim_start_matches('!'));
                    from.extend(hosts.filter_map(|host| {
                        let network = host.split('/').next().unwrap_or(host);
                        of_pattern(network.as_bytes())
                    }));
                }
            }
        }
        let text = |address: &IpAddr| HostText::from(address.to_string());
        let mut addresses = vec![(STRANGER.to_string().into(), false)];
        if by_address {
            addresses.push((STRANGER_V6.into(), false));
            addresses.extend(from.iter().map(|it| (text(it), !is_public(*it))));
        }
        let mut own: Vec<HostText> = vec![OWN.into()];
        own.extend(to.iter().map(text));
        Self { addresses, own }
    }
}

/// An address that an item of a list fits.
fn example(item: &NetworkItem) -> Option<IpAddr> {
    match item {
        NetworkItem::Network { address, .. } => Some(address.ip),
        NetworkItem::Pattern(pattern) => of_pattern(pattern),
    }
}

/// An address that a pattern fits: `10.0.*` is 10.0.1.1.
fn of_pattern(pattern: &[u8]) -> Option<IpAddr> {
    let pattern = std::str::from_utf8(pattern).ok()?.replace('?', "1");
    let filled = ["1", "1.1", "1.1.1", "1.1.1.1", "1::1", "1"];
    filled.iter().find_map(|with| {
        pattern
            .replacen('*', with, 1)
            .replace('*', "1")
            .parse()
            .ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_an_example() {
        let of = |pattern: &str| of_pattern(pattern.as_bytes()).map(|it| it.to_string());
        assert_eq!(of("10.0.*").as_deref(), Some("10.0.1.1"));
        assert_eq!(of("192.168.1.?").as_deref(), Some("192.168.1.1"));
        assert_eq!(of("*").as_deref(), Some("1.1.1.1"));
        assert_eq!(of("2001:db8:*").as_deref(), Some("2001:db8:1::1"));
        assert_eq!(of("*.example.org"), None);
    }
}
