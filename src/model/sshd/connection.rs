//! A login as sshd's Match lines see it: what `sshd -T -C` takes.

use super::address::Address;
use super::number::{self, Port};
use crate::facts::accounts::Accounts;
use crate::facts::sshd::{Names, Version};
use crate::source::{HostText, Obstacle};

/// Who logs in, and how the connection comes in. What is left out fits no criterion, as with `sshd -T -C`; but a Match
/// LocalPort makes sshd refuse to answer without `lport`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// The name that is asked for.
    pub user: Option<HostText>,
    /// The name of the host that it comes from; its address as text while `UseDNS` is off.
    pub host: Option<HostText>,
    /// The address that it comes from.
    pub addr: Option<HostText>,
    /// The address of this host that it comes to.
    pub laddr: Option<HostText>,
    /// The port that it comes to.
    pub lport: Option<u16>,
    /// The routing domain that it comes in by.
    pub rdomain: Option<HostText>,
    /// True if there is no such account.
    pub invalid_user: bool,
    /// The groups of the account.
    pub groups: Groups,
}

/// The groups of an account, the primary one among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// All of them.
    Known(Vec<HostText>),
    /// There is no such account: no group fits.
    NoSuchUser,
    /// They could not be told.
    Unknown(Obstacle),
}

impl Groups {
    /// Those of an account, as far as the host's own files tell.
    pub fn of(accounts: &Accounts, user: &HostText) -> Self {
        match accounts.groups_of(user) {
            Ok(Some(groups)) => Self::Known(groups),
            Ok(None) => Self::NoSuchUser,
            Err(why) => Self::Unknown(why),
        }
    }
}

impl Default for Groups {
    fn default() -> Self {
        Self::Unknown(Obstacle::NotModelled {
            what: "the groups of the account, which nobody told".into(),
        })
    }
}

/// The same, ready to be compared.
pub(super) struct Caller<'a> {
    pub(super) user: Option<Vec<u8>>,
    pub(super) host: Option<Vec<u8>>,
    pub(super) addr: Option<Vec<u8>>,
    pub(super) laddr: Option<Vec<u8>>,
    pub(super) rdomain: Option<Vec<u8>>,
    pub(super) parsed_addr: Option<Address>,
    pub(super) parsed_laddr: Option<Address>,
    pub(super) lport: Option<u16>,
    pub(super) invalid_user: bool,
    pub(super) groups: &'a Groups,
}

impl Connection {
    pub(super) fn caller(&self) -> Caller<'_> {
        let bytes = |text: &Option<HostText>| {
            text.as_ref()
                .map(|text| HostText::to_bytes(text.raw()).into_owned())
        };
        let addr = bytes(&self.addr);
        let laddr = bytes(&self.laddr);
        let parsed = |text: &Option<Vec<u8>>| text.as_deref().and_then(Address::parse);
        Caller {
            user: bytes(&self.user),
            host: bytes(&self.host).map(|host| host.to_ascii_lowercase()),
            parsed_addr: parsed(&addr),
            parsed_laddr: parsed(&laddr),
            addr,
            laddr,
            rdomain: bytes(&self.rdomain),
            lport: self.lport,
            invalid_user: self.invalid_user,
            groups: &self.groups,
        }
    }
}

impl Connection {
    /// Adds what a `-C` of sshd says: `user=…,host=…,addr=…,laddr=…,lport=…,rdomain=…`, and since 9.9 `invalid-user`. An empty
    /// part ends it.
    ///
    /// # Errors
    /// sshd's complaint about a part that it does not know.
    pub fn add(&mut self, spec: &str, version: &Version, names: &Names) -> Result<(), String> {
        for part in spec.split(',').take_while(|part| !part.is_empty()) {
            let bad = || format!("Invalid test mode specification {part}");
            if part == "invalid-user" && version.since(9, 9) {
                self.invalid_user = true;
                continue;
            }
            let (name, value) = part.split_once('=').ok_or_else(bad)?;
            let slot = match name {
                "user" => &mut self.user,
                "host" => &mut self.host,
                "addr" => &mut self.addr,
                "laddr" => &mut self.laddr,
                "rdomain" => &mut self.rdomain,
                "lport" => {
                    self.lport = match number::port(value.as_bytes(), names) {
                        Port::Is(port) => u16::try_from(port).ok(),
                        Port::Unknown => None,
                    };
                    match self.lport {
                        Some(_) => continue,
                        None => {
                            return Err(format!(
                                "Invalid port '{value}' in test mode specification {part}"
                            ));
                        }
                    }
                }
                _ => return Err(bad()),
            };
            *slot = Some(value.into());
        }
        Ok(())
    }
}
