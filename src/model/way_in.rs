//! Who else gets in and becomes root: what must be seen before anything that an owner may rest on is taken away.
//!
//! Another way is an account that is no other name of root, that a key opens over SSH from the internet, and that becomes root by sudo with a
//! password that somebody can give, or none. What could not be seen is no way.

use crate::fact::Fact;
use crate::facts::{Facts, Request};
use crate::model::keys::Holders;
use crate::model::login::{Door, Doors};
use crate::model::logins::{Instance, Survey, effective};
use crate::model::sshd::Model;
use crate::model::sudo::{Password, Sudo};
use crate::source::{HostText, Source};

/// An account that logs in with a key and becomes root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayIn {
    /// The account.
    pub account: HostText,
    /// The line that holds its key.
    pub key: Source,
    /// The line that lets it become root.
    pub sudo: Source,
}

/// What must be known to look for one.
pub fn requests() -> Vec<Request> {
    let mut all = Holders::requests();
    all.extend(Doors::requests());
    all.push(Request::Sudoers);
    all
}

/// A way in that stays open when root's own password is gone; none where none was seen.
pub fn beside(facts: &Facts) -> Option<WayIn> {
    let (accounts, _) = facts.accounts().and_then(Fact::known).ok()?;
    let (sudoers, _) = facts.sudoers().and_then(Fact::known).ok()?;
    let holders = Holders::new(facts).ok()?;
    let survey = Survey::new(facts).ok()?;
    let models = survey.models().ok()?;
    let doors = Doors::new(facts).ok()?;
    let sudo = Sudo::new(sudoers, accounts, &facts.about.hostname, facts.about.taken);
    let others = holders
        .open
        .iter()
        .filter(|holder| holder.account.uid != 0 && holder.account.usable_shell());
    others.into_iter().find_map(|holder| {
        let name = &holder.account.name;
        let path = sudo.becomes_root(holder.account).ok()??;
        let given = match &path.password {
            Password::NotNeeded => true,
            // That of root is what is to go.
            Password::Needed { of, .. } => of == name,
            Password::CannotBeGiven { .. } => false,
        };
        (given && gets_in(&models, &doors, name)).then(|| WayIn {
            account: name.clone(),
            key: holder.key.place.clone(),
            sudo: path.decides.1,
        })
    })
}

/// Whether PAM and the account let a key in, from the internet.
fn gets_in(models: &[(&Instance<'_>, &Model)], doors: &Doors<'_>, name: &HostText) -> bool {
    models.iter().any(|(instance, model)| {
        let logins = instance.logins.iter().filter(|login| !login.inside);
        let mut own = logins.filter(|login| login.user() == *name);
        own.any(|login| {
            let (Some(account), Ok(effective)) = (login.account, effective(model, login)) else {
                return false;
            };
            doors.by_key(&effective, account) == Ok(Door::Open)
        })
    })
}
