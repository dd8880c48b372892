//! Who can do it, in numbers of people and in words.

use super::may::{Deed, Right};
use super::permission::By;
use crate::source::{HostText, Obstacle, Source};
use std::fmt;

/// Who can do it beside root and those who are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// What was asked.
    pub right: Right,
    /// What it was asked of.
    pub path: HostText,
    /// They who can, each with the reason that is nearest to the root directory; empty if nobody was found.
    pub grantees: Vec<(Grantees, Because)>,
    /// Why there may be more.
    pub gaps: Vec<Obstacle>,
    /// What cannot be proven: other names of the file by which somebody may get at it.
    pub notes: Vec<HostText>,
}

/// They who can.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantees {
    /// Every user of the system, also those that come.
    Anyone,
    /// The members of a group; at least one.
    Group {
        /// Its number.
        gid: u32,
        /// Its name, or `gid 1234` if it has none.
        name: HostText,
        /// Those who are in it, by account.
        members: Vec<HostText>,
    },
    /// Somebody who is not in a group and can join it.
    Joiner {
        /// Its number.
        gid: u32,
        /// Its name.
        name: HostText,
        /// The account that may add itself (gpasswd(1)); none for whoever knows the group's password (newgrp(1)).
        account: Option<HostText>,
    },
    /// One account, or a number that no account has.
    User {
        /// Its number.
        uid: u32,
        /// Its name, or `uid 1234` if it has none.
        name: HostText,
    },
}

/// The reason: at which place, what is seen there, and how it is done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Because {
    /// The place whose owner, mode or ACL allow it.
    pub at: HostText,
    /// What is seen there: `0775 root:dev`, and the entry of the ACL that counts.
    pub observed: String,
    /// In words: `/opt/bot is 0777`.
    pub text: HostText,
    /// By whose right.
    pub by: By,
    /// How.
    pub deed: Deed,
    /// Other reasons: he, or some of them, could still, were it not for this one.
    pub also: Vec<Because>,
}

impl Because {
    /// Where to look.
    pub fn source(&self) -> Source {
        Source::file(self.at.clone())
    }
}

impl Who {
    /// True if somebody can, false if it is certain that nobody can.
    ///
    /// # Errors
    /// Why neither is certain.
    pub fn somebody(&self) -> Result<bool, Obstacle> {
        match (self.grantees.is_empty(), self.gaps.first()) {
            (false, _) => Ok(true),
            (true, None) => Ok(false),
            (true, Some(gap)) => Err(gap.clone()),
        }
    }

    /// True if every user of the system can.
    pub fn anyone(&self) -> bool {
        self.grantees
            .iter()
            .any(|(who, _)| *who == Grantees::Anyone)
    }
}

/// `alice, bob and group dev`, and not more than a line.
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= SHOWN => format!("{} and {last}", first.join(", ")),
        _ => format!(
            "{} and {} more",
            names[..SHOWN - 1].join(", "),
            names.len() + 1 - SHOWN
        ),
    }
}

impl fmt::Display for Grantees {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => out.write_str("anyone"),
            Self::User { name, .. } => write!(out, "{name}"),
            Self::Joiner { name, account, .. } => match account {
                Some(account) => write!(out, "{account} (administrator of group {name})"),
                None => write!(out, "whoever knows the password of group {name}"),
            },
            Self::Group { name, members, .. } => {
                let members: Vec<String> = members.iter().map(HostText::to_string).collect();
                match members.is_empty() {
                    true => write!(out, "group {name}"),
                    false => write!(out, "group {name} ({})", listed(&members)),
                }
            }
        }
    }
}

/// `alice and group dev (bob) can read it because /srv/key is 0640 and of group dev`: those with one reason in one clause.
impl fmt::Display for Who {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&sentence(self.right, "it", &self.grantees))
    }
}

/// The sentence, with a name for what it is about.
pub fn sentence(right: Right, what: &str, grantees: &[(Grantees, Because)]) -> String {
    let verb = match right {
        Right::Read => "read",
        Right::Write => "write to",
        Right::Replace => "replace",
    };
    let mut reasons: Vec<(&HostText, Vec<String>)> = Vec::new();
    for (who, because) in grantees {
        match reasons.iter_mut().find(|(text, _)| **text == because.text) {
            Some((_, names)) => names.push(who.to_string()),
            None => reasons.push((&because.text, vec![who.to_string()])),
        }
    }
    let mut clauses = reasons
        .into_iter()
        .map(|(text, names)| (listed(&names), text));
    let Some((names, text)) = clauses.next() else {
        return format!("nobody else can {verb} {what}");
    };
    let first = format!("{names} can {verb} {what} because {text}");
    clauses.fold(first, |all, (names, text)| {
        format!("{all}; {names} because {text}")
    })
}
