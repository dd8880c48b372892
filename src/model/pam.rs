//! What PAM would answer: the modules of a service, one after the other, as libpam goes through them.
//!
//! A module that is not modelled may answer anything, so a stack has one answer only where all its ways end alike. What is asked is
//! about an account of the host's own files and the password that belongs to it. Sessions are not looked at: what is done
//! there comes after the door.

mod control;
mod module;
mod stack;

use crate::facts::accounts::{Account, PasswordState};
use crate::facts::pam::{Kind, Pam};
use crate::source::{Obstacle, Source};

/// Who asks to be let in, as what, with what.
#[derive(Clone, Copy, Debug)]
pub struct Visitor<'f> {
    /// The account.
    pub account: &'f Account,
    /// The names of its groups, where they are known.
    pub groups: Option<&'f [crate::source::HostText]>,
    /// The state of its password: its own, or one that it might have.
    pub password: PasswordState,
    /// What it knows.
    pub gives: Gives,
    /// True if the program that asks forbids empty passwords (`PAM_DISALLOW_NULL_AUTHTOK`).
    pub no_nulls: bool,
    /// True if what is meant to be taken away again, `/etc/nologin`, counts too.
    pub right_now: bool,
    /// The day, counted since 1970.
    pub today: u32,
}

/// What somebody gives to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// The account's password, which may be the empty one.
    Password,
    /// Something that PAM is not asked about, such as a key.
    NothingToPam,
}

/// What a service answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It lets him in.
    Yes,
    /// It does not, and which line says so, where one does.
    No(String, Option<Source>),
    /// It depends on what is not modelled or was not seen.
    Unknown(Obstacle),
}

/// Whether a service takes the visitor for who he says he is (pam_authenticate(3)).
pub fn authenticates(pam: &Pam, service: &str, visitor: &Visitor<'_>) -> Answer {
    stack::ask(pam, service, Kind::Auth, visitor)
}

/// Whether a service lets the account in at all (pam_acct_mgmt(3)); a password that must be changed first is no hindrance.
pub fn admits(pam: &Pam, service: &str, visitor: &Visitor<'_>) -> Answer {
    stack::ask(pam, service, Kind::Account, visitor)
}

#[cfg(test)]
mod tests;
