//! The accounts of passwd(5) and the state of their passwords from shadow(5), read as glibc's `files` service reads them.
//!
//! No hash leaves the parser: a password is its scheme and state. Accounts of directory services are not here.

mod ageing;
mod groups;
mod password;

pub use ageing::Ageing;
pub use groups::Group;
pub use password::{PasswordState, Scheme};

use crate::source::{HostText, Obstacle, Source};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The accounts of a host's own files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Accounts {
    /// In the order of `/etc/passwd`; of a name that occurs twice the first, as the system takes it.
    pub accounts: Vec<Account>,
    /// Lines of `/etc/passwd` that make no account.
    pub skipped: Vec<SkippedLine>,
    /// Lines of `/etc/shadow` that say nothing of any account.
    pub skipped_shadow: Vec<SkippedLine>,
    /// Why `/etc/shadow` could not be read: then passwords kept there are [`PasswordState::Unseen`].
    pub shadow_unseen: Option<Obstacle>,
    /// Services beside the files that know accounts, by nsswitch.conf(5): `sss`, `ldap`, …
    pub elsewhere: Vec<HostText>,
    /// In the order of `/etc/group`; without that file there are none.
    pub groups: Vec<Group>,
    /// Why `/etc/group` could not be read.
    pub groups_unseen: Option<Obstacle>,
    /// Why `/etc/gshadow` could not be read: then passwords of groups are [`PasswordState::Unseen`], and who runs them is not known.
    pub gshadow_unseen: Option<Obstacle>,
    /// Services beside the files that know groups, as `elsewhere`.
    pub groups_elsewhere: Vec<HostText>,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Login name.
    pub name: HostText,
    /// User id; 0 is root by whatever name.
    pub uid: u32,
    /// Id of the primary group.
    pub gid: u32,
    /// Home directory.
    pub home: HostText,
    /// Login shell as written; see [`Account::shell`].
    pub login_shell: HostText,
    /// What its password is worth.
    pub password: PasswordState,
    /// Its line in `/etc/passwd`.
    pub line: u32,
    /// The line in `/etc/shadow` that holds its password, if that is where it is.
    pub shadow_line: Option<u32>,
    /// How long it and its password hold.
    pub ageing: Ageing,
    /// What `/etc/shadow` says of it, where the password is not there but in `/etc/passwd`: sshd without PAM goes by that all the same.
    pub beside: Option<(PasswordState, Ageing)>,
    /// Whether its shell is a program that can be run: without one nobody logs in. None where that was not seen.
    pub shell_runs: Option<bool>,
}

/// A line that the system passes over, or that counts for something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedLine {
    /// Line, counted from 1.
    pub line: u32,
    /// Why.
    pub why: String,
}

/// The services of a database of nsswitch.conf(5) (`passwd`, `group`) that know what is not in the files. `systemd` knows only
/// accounts that have no password, and their groups (nss-systemd(8)), `compat` reads the files.
pub fn services_elsewhere(nsswitch: &[u8], database: &str) -> Vec<HostText> {
    let local = ["files", "compat", "systemd", "mymachines"];
    let services = services(nsswitch, database).into_iter();
    services
        .filter(|word| !local.contains(&word.as_str()))
        .map(HostText::from)
        .collect()
}

/// True if a database of nsswitch.conf(5) names a service.
pub fn names_service(nsswitch: &[u8], database: &str, service: &str) -> bool {
    services(nsswitch, database)
        .iter()
        .any(|word| word == service)
}

fn services(nsswitch: &[u8], database: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(nsswitch);
    let lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let services = lines.filter_map(|line| {
        line.trim()
            .strip_prefix(database)?
            .trim_start()
            .strip_prefix(':')
    });
    let words = services.flat_map(str::split_whitespace);
    words
        .filter(|word| !word.starts_with('['))
        .map(str::to_owned)
        .collect()
}

impl Account {
    /// True unless it is certain that no password lets it in.
    pub fn may_have_password(&self) -> bool {
        use PasswordState::{Empty, Set, Unseen};
        matches!(self.password, Empty | Set { .. } | Unseen)
    }

    /// The line that holds its password: of shadow(5), or of passwd(5) itself.
    pub fn password_place(&self) -> Source {
        match self.shadow_line {
            Some(line) => Source::line("/etc/shadow", line),
            None => Source::line("/etc/passwd", self.line),
        }
    }

    /// The login shell: `/bin/sh` where none is written.
    pub fn shell(&self) -> &str {
        match self.login_shell.raw() {
            "" => "/bin/sh",
            shell => shell,
        }
    }

    /// True if the shell is not one of the programs that end a login at once. Whether the program exists is not known here.
    pub fn usable_shell(&self) -> bool {
        let name = self.shell().rsplit('/').next().unwrap_or_default();
        !matches!(
            name,
            "nologin"
                | "false"
                | "true"
                | "sync"
                | "halt"
                | "shutdown"
                | "reboot"
                | "poweroff"
                | "null"
        )
    }
}

impl Accounts {
    /// What the services beside the files hide: an obstacle for each.
    pub fn out_of_sight(&self) -> impl Iterator<Item = Obstacle> {
        self.elsewhere.iter().map(|service| Obstacle::NotModelled {
            what: format!("the accounts of {} (/etc/nsswitch.conf)", service.raw()).into(),
        })
    }

    /// Takes the texts of `/etc/group` and `/etc/gshadow`: `Ok(None)` of one that does not exist.
    pub fn take_groups(
        &mut self,
        group: Result<Option<&[u8]>, Obstacle>,
        gshadow: Result<Option<&[u8]>, Obstacle>,
    ) {
        let gshadow = gshadow.map(Option::unwrap_or_default);
        self.gshadow_unseen = gshadow.as_ref().err().cloned();
        match group {
            Ok(text) => {
                self.groups = groups::parse(text.unwrap_or_default(), gshadow.ok());
            }
            Err(obstacle) => self.groups_unseen = Some(obstacle),
        }
    }

    /// The accounts in the text of `/etc/passwd`, with their passwords from that of `/etc/shadow`: `Ok(None)` if that file
    /// does not exist.
    pub fn parse(passwd: &[u8], shadow: Result<Option<&[u8]>, Obstacle>) -> Self {
        let mut all = Self::default();
        let shadow = match shadow {
            Ok(text) => Some(all.shadow(text.unwrap_or_default())),
            Err(obstacle) => {
                all.shadow_unseen = Some(obstacle);
                None
            }
        };
        let mut seen: HashMap<HostText, u32> = HashMap::new();
        for (number, line) in lines(passwd) {
            let account = match passwd_line(number, line, shadow.as_ref()) {
                Ok(account) => account,
                Err(why) => {
                    all.skipped.push(SkippedLine { line: number, why });
                    continue;
                }
            };
            if let Some(first) = seen.get(&account.name) {
                let why = format!("the name occurs first in line {first}");
                all.skipped.push(SkippedLine { line: number, why });
            } else {
                seen.insert(account.name.clone(), number);
                all.accounts.push(account);
            }
        }
        all
    }

    fn shadow(&mut self, text: &[u8]) -> HashMap<HostText, (u32, PasswordState, Ageing)> {
        let mut states = HashMap::new();
        for (number, line) in lines(text) {
            let why = match shadow_line(line) {
                Ok((name, state, ageing)) if !states.contains_key(&name) => {
                    states.insert(name, (number, state, ageing));
                    continue;
                }
                Ok(_) => "the name occurs in an earlier line".to_owned(),
                Err(why) => why,
            };
            self.skipped_shadow.push(SkippedLine { line: number, why });
        }
        states
    }
}

/// The lines that say something, with their numbers.
fn lines(text: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    (1..)
        .zip(text.split(|byte| *byte == b'\n'))
        // To the system, which works in C, a line ends at a NUL.
        .map(|(number, line)| {
            (
                number,
                line.split(|byte| *byte == 0).next().unwrap_or_default(),
            )
        })
        .map(|(number, line)| (number, unblank(line)))
        .filter(|(_, line)| !matches!(line.first(), None | Some(b'#')))
}

/// Without the blanks of isspace(3) in front; a vertical tab is one.
fn unblank(text: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let start = text.iter().position(|byte| !is_blank(byte));
    &text[start.unwrap_or(text.len())..]
}

fn passwd_line(
    number: u32,
    line: &[u8],
    shadow: Option<&HashMap<HostText, (u32, PasswordState, Ageing)>>,
) -> Result<Account, String> {
    let mut fields = line.splitn(7, |byte| *byte == b':');
    let name = login_name(fields.next())?;
    let password = fields.next();
    let uid = id(fields.next()).ok_or("no user id")?;
    let gid = id(fields.next()).ok_or("no group id")?;
    // From here on glibc takes a missing field for an empty one.
    let mut text = || HostText::from_bytes(fields.next().unwrap_or_default());
    let (_gecos, home, login_shell) = (text(), text(), text());
    // `x`, or `##` and the name, send pam_unix to shadow(5); anything else is the password itself.
    let mut ageing = Ageing::default();
    let mut beside = None;
    let (password, shadow_line) = match password.unwrap_or_default() {
        field if field != b"x" && field.strip_prefix(b"##") != Some(name.raw().as_bytes()) => {
            let line = shadow.and_then(|shadow| shadow.get(&name));
            beside = line.map(|(_, state, days)| (*state, *days));
            (PasswordState::of(field), None)
        }
        _ => match shadow.map(|shadow| shadow.get(&name)) {
            None => (PasswordState::Unseen, None),
            Some(None) => (PasswordState::NoShadowEntry, None),
            Some(Some((line, state, days))) => {
                ageing = *days;
                (*state, Some(*line))
            }
        },
    };
    Ok(Account {
        name,
        uid,
        gid,
        home,
        login_shell,
        password,
        line: number,
        shadow_line,
        ageing,
        beside,
        shell_runs: None,
    })
}

fn shadow_line(line: &[u8]) -> Result<(HostText, PasswordState, Ageing), String> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
    let name = login_name(fields.first().copied())?;
    let age = |field: &&[u8]| field.is_empty() || id(Some(field)).is_some();
    // All seven numbers, each of which may be empty; or only three, an old form, with or without a colon behind.
    let formed = match fields.get(2..).unwrap_or_default() {
        [ages @ .., last] if ages.len() == 3 => {
            last.trim_ascii().is_empty() && ages.iter().all(age)
        }
        [_, _, []] => false,
        ages => matches!(ages.len(), 3 | 7) && ages.iter().all(age),
    };
    if !formed {
        return Err("its fields are not those of shadow(5)".to_owned());
    }
    Ok((
        name,
        PasswordState::of(fields.get(1).copied().unwrap_or_default()),
        Ageing::of(fields.get(2..).unwrap_or_default()),
    ))
}

fn login_name(field: Option<&[u8]>) -> Result<HostText, String> {
    match field {
        None | Some(b"") => Err("no name".to_owned()),
        Some([b'+' | b'-', ..]) => {
            Err("an entry for NIS, which counts only under `compat`".to_owned())
        }
        Some(name) => Ok(HostText::from_bytes(name)),
    }
}

/// A number as strtoul(3) takes it: blanks and a sign may stand in front, and a minus counts down from 2⁶⁴.
fn id(field: Option<&[u8]>) -> Option<u32> {
    let text = std::str::from_utf8(unblank(field?)).ok()?;
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    let number = if negative {
        number.wrapping_neg()
    } else {
        number
    };
    number.try_into().ok()
}

#[cfg(test)]
mod tests;
