//! The logins that sshd's files tell apart, and what holds for each: of every daemon of the host, by its own options.
//!
//! One answer does not hold for all. Match blocks tell accounts, addresses and ports apart, so a login is made up for each
//! account that could be used and each address, port and local address that a block names, with a stranger from the internet beside
//! them. What a rule judges is the worst of them.

mod daemons;
mod from;
mod verified;
mod who;

pub use daemons::{command_line, instances, is_ssh_service};
pub use verified::Verified;

use crate::fact::{Fact, Unjudged};
use crate::facts::accounts::Account;
use crate::facts::sshd::{Asked, Config, Sshd};
use crate::facts::sshd_config::SshdConfig;
use crate::facts::sshd_daemons::{Daemon, Started};
use crate::facts::{Facts, Request};
use crate::model::sshd::{Connection, Effective, Model, Refusal, Trouble};
use crate::source::{HostText, Obstacle, Source};
use std::collections::BTreeSet;

/// What every daemon would do.
pub struct Survey<'f> {
    /// The files and the version.
    pub known: &'f SshdConfig,
    /// What sshd itself says.
    pub sshd: &'f Sshd,
    /// Where the files begin.
    pub source: &'f Source,
    /// The daemons that run, or one as the installed sshd would start.
    pub instances: Vec<Instance<'f>>,
    /// What may hide more daemons, or logins.
    pub gaps: Vec<Obstacle>,
}

/// sshd, as it runs or would.
pub struct Instance<'f> {
    /// The daemon, where one runs.
    pub daemon: Option<&'f Daemon>,
    /// What it was started with.
    pub started: Started,
    /// Its files.
    pub config: &'f Config,
    /// The same as it reads them, or why it would not start.
    pub model: Result<Model, Refusal>,
    /// Who could log in.
    pub logins: Vec<Login<'f>>,
    /// What sshd itself was asked as such a one, each with the Match blocks that applied.
    pub asked: Vec<(&'f Asked, Vec<usize>)>,
}

/// A login that could be tried.
#[derive(Clone, Debug)]
pub struct Login<'f> {
    /// Who, from where, to where.
    pub connection: Connection,
    /// The account; none for the one that nobody has yet, or that is not in the host's own files.
    pub account: Option<&'f Account>,
    /// True if it comes from an address that nobody on the internet has.
    pub inside: bool,
    /// True if only this host itself reaches what it comes to.
    pub own: bool,
    /// The Match blocks that apply, by their numbers.
    pub blocks: Vec<usize>,
}

impl Login<'_> {
    /// The id of the account. Root is root though nobody told, and nobody's account is an ordinary one.
    pub fn uid(&self) -> u32 {
        const ORDINARY: u32 = 65_534;
        match self.account {
            Some(account) => account.uid,
            None if self.user().raw() == "root" => 0,
            None => ORDINARY,
        }
    }

    /// The name of the account.
    pub fn user(&self) -> HostText {
        self.connection.user.clone().unwrap_or_default()
    }

    /// From where alone it can come, where that is not the internet.
    pub fn only_from(&self) -> Option<String> {
        match (&self.connection.addr, self.own) {
            (_, true) => Some("this host itself".to_owned()),
            (Some(addr), false) if self.inside => Some(addr.to_string()),
            _ => None,
        }
    }

    /// What tells it from a login over the internet as anybody: `deploy from 10.0.0.1`.
    pub fn who(&self) -> String {
        let name = match self.account {
            None if self.uid() != 0 => "any other account".to_owned(),
            _ => self.user().to_string(),
        };
        match self.only_from() {
            Some(from) => format!("{name}, from {from}"),
            None => name,
        }
    }
}

impl<'f> Survey<'f> {
    /// What must be known for it.
    pub fn requests() -> Vec<Request> {
        vec![
            Request::Accounts,
            Request::SshdConfig,
            Request::SshdDaemons,
            Request::Sshd,
        ]
    }

    /// Looks at every daemon.
    ///
    /// # Errors
    /// [`Unjudged::NotApplicable`] without an sshd, [`Unjudged::Unknown`] if nothing can be said of any.
    pub fn new(facts: &'f Facts) -> Result<Self, Unjudged> {
        let (known, source) = facts.sshd_config()?.known()?;
        let (sshd, _) = facts.sshd()?.known()?;
        let (instances, mut gaps) = instances(facts, known, sshd);
        gaps.extend(unread(facts, sshd));
        if let (true, Some(gap)) = (instances.is_empty(), gaps.first()) {
            return Err(gap.clone().into());
        }
        Ok(Self {
            known,
            sshd,
            source,
            instances,
            gaps,
        })
    }

    /// The standard files, as an sshd without options reads them.
    ///
    /// # Errors
    /// Where it would not start, or that cannot be told.
    pub fn standard(&self) -> Result<Model, Unjudged> {
        let (version, _) = self.known.version.known()?;
        Model::new(&self.known.config, version, &[]).map_err(|trouble| match trouble {
            Trouble::Unknown(why) => why.into(),
            Trouble::Refused(refusal) => failed(
                refusal.place.as_ref().unwrap_or(self.source),
                &refusal.reason(),
            ),
        })
    }

    /// The model of every daemon that would start.
    ///
    /// # Errors
    /// Where one would not, or sshd and the model differ about that: what would hold then, nobody can say.
    pub fn models(&self) -> Result<Vec<(&Instance<'f>, &Model)>, Unjudged> {
        let refused = self.sshd.refused.first();
        if let Some(refused) = refused {
            return Err(failed(&refused.source, &refused.why));
        }
        let mut models = Vec::new();
        for instance in &self.instances {
            match &instance.model {
                Ok(model) => models.push((instance, model)),
                Err(refusal) => {
                    let place = refusal.place.as_ref().unwrap_or(self.source);
                    return Err(failed(place, &refusal.reason()));
                }
            }
        }
        Ok(models)
    }
}

/// What a daemon that runs has not read since it changed: it goes by what was there before, which nobody knows.
fn unread(facts: &Facts, sshd: &Sshd) -> Option<Obstacle> {
    let (daemons, _) = facts.sshd_daemons().and_then(Fact::known).ok()?;
    let changed = daemons.daemons.items.iter().find_map(|daemon| {
        let (started, loaded) = (daemon.started.get().ok()?, daemon.loaded.get().ok()?);
        sshd.changed_since(started, loaded.at).pop()
    })?;
    let what = format!(
        "what sshd goes by: it has not read {} as it is",
        changed.path.raw()
    );
    Some(Obstacle::NotModelled { what: what.into() })
}

fn failed(at: &Source, why: &HostText) -> Unjudged {
    Unjudged::Unknown(Obstacle::Failed {
        at: at.clone(),
        why: format!("sshd refuses its configuration: {}", why.raw()).into(),
    })
}

impl<'f> Instance<'f> {
    /// True if the daemon was started with options that change what holds.
    pub fn has_options(&self) -> bool {
        !self.started.is_like(&Started::default())
    }

    /// One login for each set of Match blocks, and every one of root's, by whatever name; whoever has no account is apart. Settings
    /// alone tell no others apart. Those from the internet come first.
    pub fn distinct(&self) -> Vec<&Login<'f>> {
        self.one_each(|login| {
            let connection = &login.connection;
            let own = (
                login.user(),
                connection.addr.clone(),
                connection.laddr.clone(),
                connection.lport,
            );
            // PermitRootLogin speaks of root, and lists of accounts of whoever is not there yet.
            let apart = login.uid() == 0 || login.account.is_none();
            (login.blocks.clone(), apart.then_some(own))
        })
    }

    /// One login for each set of Match blocks.
    pub fn by_blocks(&self) -> Vec<&Login<'f>> {
        self.one_each(|login| login.blocks.clone())
    }

    fn one_each<K: Ord>(&self, key: impl Fn(&Login) -> K) -> Vec<&Login<'f>> {
        let mut all: Vec<&Login> = self.logins.iter().collect();
        all.sort_by_key(|login| login.inside);
        let mut seen = BTreeSet::new();
        all.retain(|login| seen.insert(key(login)));
        all
    }
}

/// What holds for a login.
///
/// # Errors
/// Why that cannot be told.
pub fn effective<'m>(model: &'m Model, login: &Login) -> Result<Effective<'m>, Unjudged> {
    settled(model, &login.connection).map_err(Unjudged::Unknown)
}

/// What holds for a connection.
///
/// # Errors
/// Why that cannot be told.
pub fn settled<'m>(model: &'m Model, connection: &Connection) -> Result<Effective<'m>, Obstacle> {
    model.login(connection).map_err(|trouble| match trouble {
        Trouble::Unknown(why) => why,
        Trouble::Refused(refusal) => Obstacle::Failed {
            at: refusal
                .place
                .clone()
                .unwrap_or_else(|| Source::file("/etc/ssh/sshd_config")),
            why: format!("sshd would end at this login: {refusal}").into(),
        },
    })
}
