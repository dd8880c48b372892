//! Which keys open an account over SSH: the lines in force of every file that sshd would look into for a login.
//!
//! Whether the account may log in at all (AllowUsers, PermitRootLogin, PAM, an account that has ended) is asked elsewhere. Here
//! is what a key itself must pass: the settings for public keys, StrictModes and the account's own right to read the file,
//! the line and its options, the order of lines, and RevokedKeys.

mod accepts;
mod holders;
mod paths;
mod strict;
#[cfg(test)]
mod tests;

pub use holders::{Holder, Holders, KeyFile};
pub use paths::{expanded, is_none, is_pattern, split, words};
pub use strict::{Opened, Opening};

use accepts::{Accepts, Revoked};

use crate::fact::{Fact, Unjudged};
use crate::facts::accounts::{Account, Accounts};
use crate::facts::authorized_keys::{
    AuthorizedKeys, Content, Expiry, KeyLine, Line, List, PublicKey,
};
use crate::facts::sshd::{Expansion, Flavour};
use crate::facts::{Facts, Request};
use crate::model::access::Identity;
use crate::model::sshd::{Effective, Key, is_on};
use crate::source::{HostText, Obstacle, Source};
use std::collections::{BTreeSet, HashMap};

/// A key that sshd takes for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsableKey<'f> {
    /// The key: of an authority its own, which signs those that log in.
    pub key: &'f PublicKey,
    /// Where it stands.
    pub place: Source,
    /// The file that it stands in.
    pub path: HostText,
    /// The whole line.
    pub line: &'f KeyLine,
    /// True if it is an authority: whoever holds it makes as many keys as he likes.
    pub authority: bool,
}

/// What sshd would take for a login, and what it passes over.
#[derive(Clone, Debug, Default)]
pub struct KeyLogins<'f> {
    /// The keys, in the order in which sshd comes to them.
    pub usable: Vec<UsableKey<'f>>,
    /// Keys that stand there and open nothing, and why.
    pub idle: Vec<(UsableKey<'f>, String)>,
    /// Files that sshd does not read, though they are there, and why.
    pub refused: Vec<(HostText, String)>,
    /// Why there may be more.
    pub gaps: Vec<Obstacle>,
}

/// The keys of a host.
pub struct KeyRing<'f> {
    keys: &'f AuthorizedKeys,
    accounts: &'f Accounts,
    groups: HashMap<&'f HostText, BTreeSet<u32>>,
    /// In seconds since 1970.
    now: i64,
}

impl<'f> KeyRing<'f> {
    /// What must be known for it.
    pub fn requests() -> Vec<Request> {
        vec![Request::AuthorizedKeys, Request::Accounts]
    }

    /// The keys of a host, at the time when the facts were taken.
    ///
    /// # Errors
    /// [`Unjudged`] without an sshd, or where its files could not be looked for.
    pub fn new(facts: &'f Facts) -> Result<Self, Unjudged> {
        let (keys, _) = facts.authorized_keys()?.known()?;
        let (accounts, _) = facts.accounts().and_then(Fact::known)?;
        let mut listed: HashMap<&HostText, BTreeSet<u32>> = HashMap::new();
        for group in &accounts.groups {
            for member in &group.members {
                listed.entry(member).or_default().insert(group.gid);
            }
        }
        Ok(Self {
            keys,
            accounts,
            groups: listed,
            now: facts.about.taken.as_second(),
        })
    }

    /// What was read.
    pub fn facts(&self) -> &'f AuthorizedKeys {
        self.keys
    }

    /// The keys that open an account under what holds for a login.
    ///
    /// # Errors
    /// Why no such key can be told from others; what hides some of them only is among the gaps.
    pub fn logins(
        &self,
        effective: &Effective<'_>,
        account: &Account,
    ) -> Result<KeyLogins<'f>, Obstacle> {
        let mut found = KeyLogins::default();
        if !is_on(effective, "pubkeyauthentication")? {
            return Ok(found);
        }
        let accepts = Accepts::new(effective)?;
        let revoked = self.revoked(effective)?;
        let mut seen = Seen::default();
        let (files, all_named) = self.files(effective, account)?;
        let opening = self.opening(effective, account)?;
        for path in files {
            match self.keys.files.get(&path) {
                None if self.keys.more.is_none() => continue,
                None => found.gaps.extend(self.keys.more.clone()),
                Some(Content::Unseen(obstacle)) => {
                    // What is refused in any case hides nothing.
                    match opening.open(&self.keys.nodes, &path) {
                        Ok(Opened::Refused(why)) => found.refused.push((path, why)),
                        Ok(Opened::Absent) => {}
                        _ => found.gaps.push(obstacle.clone()),
                    }
                }
                Some(Content::Lines(lines)) => match opening.open(&self.keys.nodes, &path) {
                    Ok(Opened::Read) => {
                        for line in lines {
                            if let Line::Key(line) = line {
                                self.take(&path, line, &accepts, &revoked, &mut seen, &mut found);
                            }
                        }
                    }
                    Ok(Opened::Absent) => {}
                    Ok(Opened::Refused(why)) => found.refused.push((path, why)),
                    Err(gap) => found.gaps.push(gap),
                },
            }
        }
        if !all_named {
            // sshd ends at a word that it cannot expand, whatever stands before it.
            return Ok(KeyLogins::default());
        }
        self.authorities(effective, account, &accepts, &revoked, &mut found)?;
        self.command(effective, &mut found)?;
        Ok(found)
    }

    /// The paths that sshd would look into, and whether it comes to the end of them.
    ///
    /// # Errors
    /// Why they cannot be told.
    pub fn files(
        &self,
        effective: &Effective<'_>,
        account: &Account,
    ) -> Result<(Vec<HostText>, bool), Obstacle> {
        let model = effective.model();
        let setting = effective.setting(Key::AuthorizedKeysFile)?;
        let mut paths = Vec::new();
        for word in split(model, Key::AuthorizedKeysFile, &setting) {
            if is_none(&word) {
                continue;
            }
            let Some(path) = expanded(&word, account) else {
                return Ok((paths, false));
            };
            if !is_pattern(&path, model.version()) {
                paths.push(path);
                continue;
            }
            match (self.keys.globs.get(&path), &self.keys.more) {
                (Some(Expansion::Paths(found)), _) => {
                    let opening = self.opening(effective, account)?;
                    for found in found {
                        if opening.lists(&self.keys.nodes, &path, found)? {
                            paths.push(found.clone());
                        }
                    }
                }
                (Some(Expansion::Unseen(why)), _) | (None, Some(why)) => return Err(why.clone()),
                (None, None) => return Err(Obstacle::NotRecorded { request: path }),
            }
        }
        Ok((paths, true))
    }

    /// How files are opened for an account.
    ///
    /// # Errors
    /// Why StrictModes cannot be told.
    pub fn opening<'a>(
        &'a self,
        effective: &Effective<'_>,
        account: &'a Account,
    ) -> Result<Opening<'a>, Obstacle> {
        let mut gids = self.groups.get(&account.name).cloned().unwrap_or_default();
        gids.insert(account.gid);
        let identity = Identity {
            uid: account.uid,
            gids,
        };
        let flavour = effective.model().version().flavour;
        let patched = matches!(flavour, Flavour::Debian | Flavour::Ubuntu);
        Ok(Opening {
            account,
            identity: (account.uid != 0).then_some(identity),
            strict: is_on(effective, "strictmodes")?,
            members: patched.then_some(self.accounts),
        })
    }

    fn take(
        &self,
        path: &HostText,
        line: &'f KeyLine,
        accepts: &Accepts,
        revoked: &Revoked,
        seen: &mut Seen<'f>,
        found: &mut KeyLogins<'f>,
    ) {
        let authority = line.options.cert_authority;
        let key = UsableKey {
            key: &line.key,
            place: Source::line(path.clone(), line.line),
            path: path.clone(),
            line,
            authority,
        };
        let idle = match () {
            () if line.key.certificate => Some("a certificate in place of a key".to_owned()),
            () if line.options.principals.is_some() && !authority => {
                Some("principals= without cert-authority".to_owned())
            }
            () if line.options.is_notice() => Some("its command only prints a notice".to_owned()),
            () => revoked
                .why(&line.key)
                .or_else(|| accepts.why_not(&line.key, authority)),
        };
        let expired = match line.options.expires {
            Some(Expiry::At(at)) if i64::try_from(at).is_ok_and(|at| at < self.now) => true,
            Some(Expiry::Unclear) => {
                found.gaps.push(Obstacle::NotModelled {
                    what: format!(
                        "when {}:{} expires, in a time zone that was not seen (/etc/localtime)",
                        path.raw(),
                        line.line
                    )
                    .into(),
                });
                false
            }
            _ => false,
        };
        let idle = match expired {
            true => Some("it has expired".to_owned()),
            false => idle,
        };
        // A notice is a line like any other: what stands behind it is shadowed.
        let takes = !expired && (idle.is_none() || line.options.is_notice());
        let shadowed = seen.0.contains(&(&line.key.fingerprint, authority));
        if takes && line.options.from.is_none() {
            seen.0.insert((&line.key.fingerprint, authority));
        }
        match idle.or_else(|| shadowed.then(|| "an earlier line has the same key".to_owned())) {
            Some(why) => found.idle.push((key, why)),
            None => found.usable.push(key),
        }
    }

    /// TrustedUserCAKeys.
    fn authorities(
        &self,
        effective: &Effective<'_>,
        account: &Account,
        accepts: &Accepts,
        revoked: &Revoked,
        found: &mut KeyLogins<'f>,
    ) -> Result<(), Obstacle> {
        let Some(path) = file(effective, "trustedusercakeys")? else {
            return Ok(());
        };
        let keys = match (self.keys.lists.get(&path), &self.keys.more) {
            (Some(List::Keys { keys, .. }), _) => keys,
            (Some(List::Unseen(why)), _) | (None, Some(why)) => {
                found.gaps.push(why.clone());
                return Ok(());
            }
            (Some(List::Krl), _) | (None, None) => return Ok(()),
        };
        if let Some(word) = file(effective, "authorizedprincipalsfile")?
            && file(effective, "authorizedprincipalscommand")?.is_none()
        {
            let named = expanded(&word, account);
            match named.map(|path| self.keys.principals.get(&path)) {
                // Without the file nobody's certificate has the name that it takes.
                Some(None) if self.keys.more.is_none() => return Ok(()),
                Some(Some(None)) => {}
                Some(Some(Some(why))) => found.gaps.push(why.clone()),
                Some(None) => found.gaps.extend(self.keys.more.clone()),
                None => return Ok(()),
            }
        }
        for line in keys {
            let key = UsableKey {
                key: &line.key,
                place: Source::line(path.clone(), line.line),
                path: path.clone(),
                line,
                authority: true,
            };
            let idle = line.key.certificate.then(|| "a certificate".to_owned());
            let idle = idle.or_else(|| revoked.why(&line.key));
            match idle.or_else(|| accepts.why_not(&line.key, true)) {
                Some(why) => found.idle.push((key, why)),
                None => found.usable.push(key),
            }
        }
        Ok(())
    }

    /// AuthorizedKeysCommand: what it would answer nobody knows.
    fn command(&self, effective: &Effective<'_>, found: &mut KeyLogins) -> Result<(), Obstacle> {
        if let Some(command) = file(effective, "authorizedkeyscommand")? {
            let program = command.raw().split_whitespace().next().unwrap_or_default();
            found.gaps.push(Obstacle::NotModelled {
                what: format!("the keys that {program} answers (AuthorizedKeysCommand)").into(),
            });
        }
        Ok(())
    }

    fn revoked(&self, effective: &Effective<'_>) -> Result<Revoked, Obstacle> {
        let mut revoked = Revoked::default();
        let setting = effective.get("revokedkeys")?;
        let values = setting.map_or_else(Vec::new, |setting| {
            match effective.model().version().since(10, 3) {
                true => split(effective.model(), Key::RevokedKeys, &setting),
                false => setting.values,
            }
        });
        for path in values.iter().filter(|path| !is_none(path)) {
            match (self.keys.lists.get(path), &self.keys.more) {
                (
                    Some(List::Keys {
                        keys,
                        broken_at: None,
                    }),
                    _,
                ) => {
                    let prints = keys.iter().map(|line| line.key.fingerprint.clone());
                    revoked.keys.extend(prints);
                }
                (
                    Some(List::Keys {
                        broken_at: Some(_), ..
                    }),
                    _,
                ) => {
                    revoked.all = Some(format!("RevokedKeys {} is broken", path.raw()));
                }
                (None, None) => {
                    revoked.all = Some(format!("RevokedKeys {} is not there", path.raw()));
                }
                (Some(List::Krl), _) => {
                    return Err(Obstacle::NotModelled {
                        what: format!("the key revocation list {}", path.raw()).into(),
                    });
                }
                (Some(List::Unseen(why)), _) | (None, Some(why)) => return Err(why.clone()),
            }
        }
        Ok(revoked)
    }
}

/// A keyword with one path or word; none where it is not set.
fn file(effective: &Effective<'_>, keyword: &str) -> Result<Option<HostText>, Obstacle> {
    let value = effective.get(keyword)?;
    let value = value.and_then(|it| it.values.into_iter().next());
    Ok(value.filter(|value| !is_none(value)))
}

/// Keys that a line in force was seen of, for anybody from anywhere; those of authorities apart.
#[derive(Default)]
struct Seen<'f>(BTreeSet<(&'f String, bool)>);
