//! Every key of a host with the accounts that it opens: over all daemons, and all logins that their files tell apart.

use super::{KeyLogins, KeyRing, UsableKey, expanded, is_pattern, words};
use crate::fact::{Fact, Unjudged};
use crate::facts::accounts::Account;
use crate::facts::sshd::{Expansion, SOMEBODY, Version};
use crate::facts::{Facts, Request};
use crate::model::logins::{Instance, Survey, settled};
use crate::model::sshd::{Connection, Effective, Groups, Key, Model, barred_by, is_on};
use crate::source::{HostText, Obstacle, Source};
use std::collections::{BTreeMap, BTreeSet};

/// The keys of a host.
pub struct Holders<'f> {
    /// Those that open an account, in the order of accounts.
    pub open: Vec<Holder<'f>>,
    /// Those that stand somewhere and open nothing, with the reason.
    pub idle: Vec<(Holder<'f>, String)>,
    /// The files that sshd looks into.
    pub files: Vec<KeyFile<'f>>,
    /// What may hide more.
    pub gaps: Vec<Obstacle>,
    /// Where it begins.
    pub source: Source,
}

/// A key and an account.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder<'f> {
    /// The account.
    pub account: &'f Account,
    /// The key, and the line that it stands in.
    pub key: UsableKey<'f>,
}

/// A file that sshd looks into for an account.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyFile<'f> {
    /// The account.
    pub account: &'f Account,
    /// The path that it opens.
    pub path: HostText,
    /// True with StrictModes.
    pub strict: bool,
    /// Why it does not read it, if it does not.
    pub refused: Option<String>,
}

/// As many accounts are looked at for keys that stand in no file of their own.
const MOST: usize = 1_000;

impl<'f> Holders<'f> {
    /// What must be known for it.
    pub fn requests() -> Vec<Request> {
        let mut all = Survey::requests();
        all.extend(KeyRing::requests());
        all
    }

    /// Looks at every account.
    ///
    /// # Errors
    /// [`Unjudged`] without an sshd, or where nothing can be told.
    pub fn new(facts: &'f Facts) -> Result<Self, Unjudged> {
        let survey = Survey::new(facts)?;
        let ring = KeyRing::new(facts)?;
        let (accounts, _) = facts.accounts().and_then(Fact::known)?;
        let mut found = Found {
            gaps: survey.gaps.clone(),
            today: facts.about.day(),
            ring: &ring,
            open: BTreeMap::new(),
            idle: BTreeMap::new(),
            files: BTreeMap::new(),
        };
        found.gaps.extend(accounts.out_of_sight());
        for (instance, model) in survey.models()? {
            let ways = ways(instance);
            let candidates = found.candidates(model, &accounts.accounts);
            for (number, account) in candidates {
                let groups = Groups::of(accounts, &account.name);
                let mut seen = BTreeSet::new();
                for way in &ways {
                    let connection = Connection {
                        user: Some(account.name.clone()),
                        groups: groups.clone(),
                        ..(*way).clone()
                    };
                    if let Err(why) = found.look(model, &connection, account, number, &mut seen) {
                        found.gaps.push(why);
                    }
                }
            }
        }
        Ok(found.holders(survey.source))
    }
}

/// From where to where somebody may come, as far as the files tell that apart.
fn ways<'i>(instance: &'i Instance<'_>) -> Vec<&'i Connection> {
    let anybody = instance
        .logins
        .iter()
        .filter(|it| it.user().raw() == SOMEBODY);
    anybody.map(|login| &login.connection).collect()
}

struct Found<'r, 'f> {
    ring: &'r KeyRing<'f>,
    gaps: Vec<Obstacle>,
    today: u32,
    open: BTreeMap<(usize, Source), Holder<'f>>,
    idle: BTreeMap<(usize, Source), (Holder<'f>, String)>,
    files: BTreeMap<(usize, HostText), KeyFile<'f>>,
}

impl<'f> Found<'_, 'f> {
    /// The accounts that have a file of keys; where keys come from elsewhere too, all that can be used.
    fn candidates(&mut self, model: &Model, all: &'f [Account]) -> Vec<(usize, &'f Account)> {
        let files = words(model, Key::AuthorizedKeysFile);
        let keys = [Key::TrustedUserCaKeys, Key::AuthorizedKeysCommand];
        let elsewhere = keys.into_iter().any(|key| !words(model, key).is_empty());
        let version = model.version();
        let (mut found, mut without) = (Vec::new(), 0);
        for (number, account) in all.iter().enumerate() {
            let mut paths = files.iter().filter_map(|word| expanded(word, account));
            if paths.any(|path| self.is_there(&path, version)) {
                found.push((number, account));
            } else if elsewhere && (account.uid == 0 || account.usable_shell()) {
                without += 1;
                if without <= MOST {
                    found.push((number, account));
                }
            }
        }
        if without > MOST {
            self.gaps.push(Obstacle::NotModelled {
                what: format!("the keys of more than {MOST} accounts that have no file of them")
                    .into(),
            });
        }
        if let Some(more) = &self.ring.facts().more {
            self.gaps.push(more.clone());
        }
        found
    }

    fn is_there(&self, path: &HostText, version: &Version) -> bool {
        let facts = self.ring.facts();
        match is_pattern(path, version)
            .then(|| facts.globs.get(path))
            .flatten()
        {
            Some(Expansion::Paths(paths)) => !paths.is_empty(),
            Some(Expansion::Unseen(_)) => true,
            // With StrictModes off somebody else may put one there: the way to it was looked at.
            None => facts.files.contains_key(path) || facts.nodes.at(path.raw()).is_some(),
        }
    }

    fn look(
        &mut self,
        model: &Model,
        connection: &Connection,
        account: &'f Account,
        number: usize,
        seen: &mut BTreeSet<Vec<usize>>,
    ) -> Result<(), Obstacle> {
        let effective = settled(model, connection)?;
        // AllowUsers may tell addresses apart: only what is settled by blocks alone is looked at once.
        let barred = barred(&effective, connection, account, self.today)?;
        let mut key = effective.blocks();
        key.push(usize::from(barred.is_none()));
        if !seen.insert(key) {
            return Ok(());
        }
        let KeyLogins {
            usable,
            idle,
            refused,
            gaps,
        } = self.ring.logins(&effective, account)?;
        let root = effective.get("permitrootlogin")?;
        let forced = account.uid == 0
            && root.and_then(|it| it.value().map(str::to_owned)).as_deref()
                == Some("forced-commands-only");
        let usable = usable.into_iter().map(|key| {
            let unforced = forced && !key.authority && key.line.options.command.is_none();
            let own = unforced.then(|| "PermitRootLogin forced-commands-only".to_owned());
            (key, barred.clone().or(own))
        });
        let idle = idle.into_iter().map(|(key, why)| (key, Some(why)));
        for (key, why) in usable.chain(idle) {
            let at = (number, key.place.clone());
            let holder = Holder { account, key };
            match why {
                None => drop(self.open.insert(at, holder)),
                Some(why) => drop(self.idle.insert(at, (holder, why))),
            }
        }
        if barred.is_some() {
            return Ok(());
        }
        self.gaps.extend(gaps);
        let strict = is_on(&effective, "strictmodes")?;
        for path in self.ring.files(&effective, account)?.0 {
            let why = refused.iter().find(|(refused, _)| *refused == path);
            let file = KeyFile {
                account,
                path: path.clone(),
                strict,
                refused: why.map(|(_, why)| why.clone()),
            };
            self.files.insert((number, path), file);
        }
        Ok(())
    }

    fn holders(mut self, source: &Source) -> Holders<'f> {
        self.gaps.sort();
        self.gaps.dedup();
        let open = &self.open;
        self.idle.retain(|at, _| !open.contains_key(at));
        Holders {
            open: self.open.into_values().collect(),
            idle: self.idle.into_values().collect(),
            files: self.files.into_values().collect(),
            gaps: self.gaps,
            source: source.clone(),
        }
    }
}

/// What bars an account whatever key somebody has.
fn barred(
    effective: &Effective<'_>,
    connection: &Connection,
    account: &Account,
    today: u32,
) -> Result<Option<String>, Obstacle> {
    let value = |keyword: &str| -> Result<String, Obstacle> {
        let value = effective.get(keyword)?;
        Ok(value
            .and_then(|it| it.value().map(str::to_owned))
            .unwrap_or_default())
    };
    if account.uid == 0 && value("permitrootlogin")? == "no" {
        return Ok(Some("PermitRootLogin no".to_owned()));
    }
    let methods = value("authenticationmethods")?;
    let mut lists = methods.split_whitespace();
    let with_key = |list: &str| list == "any" || list.split(',').any(|it| it == "publickey");
    if !methods.is_empty() && !lists.any(with_key) {
        return Ok(Some("AuthenticationMethods has no publickey".to_owned()));
    }
    if let Some(keyword) = barred_by(effective, connection)? {
        return Ok(Some(format!("{keyword} bars the account")));
    }
    if account.shell_runs == Some(false) && value("chrootdirectory")? == "none" {
        return Ok(Some(format!("its shell {} cannot be run", account.shell())));
    }
    let ended = account.ageing.ended(today, is_on(effective, "usepam")?);
    Ok(ended.map(|_| "the account has ended".to_owned()))
}
