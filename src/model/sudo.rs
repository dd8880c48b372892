//! What sudoers(5) lets an account do: whether it becomes another user through sudo, with which password, and which line says so.
//!
//! The last entry that matches decides, as in sudo's own `sudoers_lookup`. A question is asked for all commands at once: an entry
//! counts where it gives its user a shell, or anything as good as one, and no later entry takes *that* away. `ALL, !/bin/sh` takes
//! nothing away: a copy of the shell has another name. What cannot be told on this host (netgroups, groups of a directory
//! service, addresses) is an obstacle only where it matters.

mod command;
mod grant;
mod member;
mod setting;

use crate::facts::accounts::{Account, Accounts};
use crate::facts::sudoers::{Alias, At, Kind, Sudoers};
use crate::source::{HostText, Obstacle, Source};
use jiff::Timestamp;
use std::cell::Cell;
use std::collections::HashMap;

pub use command::Gives;

/// sudo on a host.
pub struct Sudo<'a> {
    sudoers: &'a Sudoers,
    accounts: &'a Accounts,
    hostname: &'a str,
    aliases: HashMap<(Kind, &'a str), &'a Alias>,
    now: Timestamp,
    /// Steps left: hostile files nest aliases without end.
    left: Cell<u32>,
}

/// The way in which an account becomes another user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Which password it takes.
    pub password: Password,
    /// By what.
    pub gives: Gives,
    /// The entry that decides.
    pub decides: (HostText, Source),
    /// `Defaults` that take part in that.
    pub defaults: Vec<(HostText, Source)>,
    /// Earlier entries to the same end, which do not count because of later ones.
    pub shadowed: Vec<(HostText, Source)>,
    /// True if the entry is for everybody.
    pub everybody: bool,
}

/// Which password sudo asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Password {
    /// None.
    NotNeeded,
    /// That of an account, who has one, or may have.
    Needed {
        /// Whose.
        of: HostText,
        /// True if sudo never forgets that it was given, until the next boot.
        remembered: bool,
    },
    /// That of an account which has none that works: nobody can give it.
    CannotBeGiven {
        /// Whose.
        of: HostText,
    },
}

impl Password {
    fn rank(&self) -> u8 {
        match self {
            Self::NotNeeded => 0,
            Self::Needed {
                remembered: true, ..
            } => 1,
            Self::Needed { .. } => 2,
            Self::CannotBeGiven { .. } => 3,
        }
    }
}

/// The answers that a list gives: its last entry that matches allows or denies; nothing where none matches.
type Matched = Result<Option<bool>, Obstacle>;

impl<'a> Sudo<'a> {
    /// sudo on a host of that name, at that time.
    pub fn new(
        sudoers: &'a Sudoers,
        accounts: &'a Accounts,
        hostname: &'a HostText,
        now: Timestamp,
    ) -> Self {
        Self {
            sudoers,
            accounts,
            hostname: hostname.raw(),
            aliases: sudoers
                .aliases
                .iter()
                .map(|it| ((it.kind, it.name.raw()), it))
                .collect(),
            now,
            left: Cell::new(10_000_000),
        }
    }

    /// How an account becomes root; nothing where sudo does not let it. Of several ways the one that takes least.
    ///
    /// # Errors
    /// An [`Obstacle`] where that hangs on what cannot be seen. A way without a password is told all the same.
    pub fn becomes_root(&self, account: &Account) -> Result<Option<Path>, Obstacle> {
        let mut obstacle = None;
        let mut best: Option<Path> = None;
        let is_root = |it: &&Account| it.uid == 0;
        for target in self.accounts.accounts.iter().filter(is_root) {
            match self.becomes(account, target) {
                Ok(Some(path)) => {
                    let less = |best: &Path| path.password.rank() < best.password.rank();
                    if best.as_ref().is_none_or(less) {
                        best = Some(path);
                    }
                }
                Ok(None) => {}
                Err(found) => obstacle = Some(found),
            }
        }
        match (best, obstacle) {
            (Some(path), _) if path.password == Password::NotNeeded => Ok(Some(path)),
            (_, Some(obstacle)) => Err(obstacle),
            (path, None) => Ok(path),
        }
    }

    /// How an account becomes another one, as [`Sudo::becomes_root`].
    ///
    /// # Errors
    /// As there.
    pub fn becomes(&self, account: &Account, target: &Account) -> Result<Option<Path>, Obstacle> {
        if self.sudoers.refused.is_some() {
            return Ok(None);
        }
        let asked = self.asked(account, target);
        let mut obstacle = self.sudoers.gaps.first().cloned();
        if let (None, [service, ..]) = (&obstacle, self.sudoers.elsewhere.as_slice()) {
            obstacle = Some(Obstacle::NotModelled {
                what: format!("rules of sudo in {}", service.raw()).into(),
            });
        }
        match (self.ways(&asked), obstacle) {
            (Ok(Some(path)), _) if path.password == Password::NotNeeded => Ok(Some(path)),
            (Err(obstacle), _) | (_, Some(obstacle)) => Err(obstacle),
            (Ok(path), None) => Ok(path),
        }
    }

    fn place(&self, at: At) -> Source {
        self.sudoers.place(at)
    }

    /// One more step; inside of aliases, which nest, they cost more.
    fn step(&self, nested: bool) -> Result<(), Obstacle> {
        let cost = if nested { 20 } else { 1 };
        match self.left.get().checked_sub(cost) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(Obstacle::NotModelled {
                what: "sudoers with so many entries or nested aliases".into(),
            }),
        }
    }
}

#[cfg(test)]
mod tests;
