//! What hosts(5), services(5) and passwd(5) of the host say of the names in sshd's files: sshd would ask the same tables.

use crate::facts::accounts::Accounts;
use crate::source::{Files, HostText, Obstacle};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

const HOSTS: &str = "/etc/hosts";
const SERVICES: &str = "/etc/services";
const PASSWD: &str = "/etc/passwd";
/// Neither table is ever larger, in bytes; a list of blocked hosts may be.
const LIMIT: u64 = 16 << 20;

/// The names that were looked up, each with what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Addresses of hosts; an empty list if the table has none, and a resolver would have to be asked.
    pub hosts: BTreeMap<HostText, Vec<IpAddr>>,
    /// Ports of services over TCP; none if the table does not have it.
    pub services: BTreeMap<HostText, Option<u16>>,
    /// Homes of the accounts that stand behind a `~`, and of uid 0 without a name; none if there is no such account. Empty
    /// where no `~` stands.
    pub homes: BTreeMap<HostText, Option<HostText>>,
    /// Why a table could not be read: then nothing is known of its names.
    pub unseen: Vec<Obstacle>,
}

impl Names {
    /// Looks up those of the words that may be names, and the homes of those behind a `~`.
    pub(super) fn read(files: &dyn Files, words: &[Vec<u8>], owners: &[Vec<u8>]) -> Self {
        let mut names = Self::default();
        let is_name = |word: &&Vec<u8>| word.len() < 256 && !word.iter().all(u8::is_ascii_digit);
        let asked: BTreeSet<&[u8]> = words.iter().filter(is_name).map(Vec::as_slice).collect();
        if !asked.is_empty() {
            match files.read(HOSTS, LIMIT) {
                Ok(table) => names.hosts(&table.unwrap_or_default(), &asked),
                Err(obstacle) => names.unseen.push(obstacle),
            }
            match files.read(SERVICES, LIMIT) {
                Ok(table) => names.services(&table.unwrap_or_default(), &asked),
                Err(obstacle) => names.unseen.push(obstacle),
            }
        }
        if !owners.is_empty() {
            match files.read(PASSWD, LIMIT) {
                Ok(table) => names.homes(&table.unwrap_or_default(), owners),
                Err(obstacle) => names.unseen.push(obstacle),
            }
        }
        names
    }

    fn homes(&mut self, table: &[u8], owners: &[Vec<u8>]) {
        let accounts = Accounts::parse(table, Ok(None)).accounts;
        for owner in owners {
            let name = HostText::from_bytes(owner);
            let account = accounts.iter().find(|account| match owner.is_empty() {
                true => account.uid == 0,
                false => account.name == name,
            });
            let home = account.map(|account| account.home.clone());
            self.homes.insert(name, home);
        }
    }

    fn hosts(&mut self, table: &[u8], asked: &BTreeSet<&[u8]>) {
        for name in asked {
            self.hosts.insert(HostText::from_bytes(name), Vec::new());
        }
        for mut words in rows(table) {
            let address = words.next().and_then(|word| std::str::from_utf8(word).ok());
            let Some(address) = address.and_then(|word| word.parse::<IpAddr>().ok()) else {
                continue;
            };
            for word in words {
                // Names of hosts know no capitals.
                for name in asked.iter().filter(|name| name.eq_ignore_ascii_case(word)) {
                    let found = self.hosts.entry(HostText::from_bytes(name)).or_default();
                    if !found.contains(&address) {
                        found.push(address);
                    }
                }
            }
        }
    }

    fn services(&mut self, table: &[u8], asked: &BTreeSet<&[u8]>) {
        for name in asked {
            self.services.insert(HostText::from_bytes(name), None);
        }
        for mut words in rows(table) {
            let (Some(name), Some(port)) = (words.next(), words.next()) else {
                continue;
            };
            let port = std::str::from_utf8(port)
                .ok()
                .and_then(|it| it.strip_suffix("/tcp"));
            let Some(port) = port.and_then(|port| port.parse().ok()) else {
                continue;
            };
            for word in std::iter::once(name).chain(words) {
                if asked.contains(word) {
                    let found = self.services.entry(HostText::from_bytes(word)).or_default();
                    found.get_or_insert(port);
                }
            }
        }
    }
}

/// The words of each line that has some, comments left out.
fn rows(table: &[u8]) -> impl Iterator<Item = impl Iterator<Item = &[u8]>> {
    table.split(|byte| *byte == b'\n').map(|line| {
        let line = line.split(|byte| *byte == b'#').next().unwrap_or_default();
        line.split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
    })
}
/// True if a value of ListenAddress holds a numeric address: anything else makes sshd ask a resolver.
pub fn is_numeric_address(value: &str) -> bool {
    let word = value.split_whitespace().next().unwrap_or("");
    let word = word.trim_matches('"');
    let host = match word.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None if word.matches(':').count() == 1 => word.split(':').next().unwrap_or(word),
        None => word,
    };
    let host = host.split('%').next().unwrap_or(host);
    host.parse::<IpAddr>().is_ok()
}
