//! Who gets in by which door: over SSH, at the console, and by su(1) from another account.
//!
//! sshd's own rules (methods, PermitRootLogin, lists of users) are asked of `sshd` before; here is what the account and PAM say behind
//! them. A door is about the whole way in: an account whose shell cannot be run gets in nowhere.

use crate::fact::{Fact, Unjudged};
use crate::facts::accounts::{Account, Accounts, Ageing, PasswordState, Scheme};
use crate::facts::pam::{Kind, Pam};
use crate::facts::{Facts, Request};
use crate::model::pam::{Answer, Gives, Visitor, admits, authenticates};
use crate::model::sshd::{Effective, is_on};
use crate::source::{HostText, Obstacle, Source};
use std::cell::RefCell;
use std::collections::HashMap;

/// A door, for one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// It lets the account in.
    Open,
    /// It does not: why, and the place that decides it, where there is one.
    Shut(String, Option<Source>),
}

/// A password of any scheme, for the question what if the account had one.
pub const SOME_PASSWORD: PasswordState = PasswordState::Set {
    scheme: Scheme::Yescrypt,
};

/// The accounts with what decides about them.
pub struct Doors<'f> {
    accounts: &'f Accounts,
    pam: &'f Fact<Pam>,
    today: u32,
    right_now: bool,
    /// True if a module of PAM goes by who somebody is.
    by_name: bool,
    /// What PAM answered, by all that it goes by: accounts that are alike get one answer.
    answers: RefCell<HashMap<Like, Answer>>,
}

/// What PAM's modules go by.
#[derive(PartialEq, Eq, Hash)]
struct Like {
    service: String,
    kind: Kind,
    password: PasswordState,
    no_nulls: bool,
    ended: Option<&'static str>,
    expired: bool,
    must_change: bool,
    root: bool,
    system: bool,
    shell: HostText,
    /// Who it is, where a module asks for that.
    who: Option<(HostText, u32, u32)>,
}

impl<'f> Doors<'f> {
    /// What must be known for it.
    pub fn requests() -> Vec<Request> {
        vec![Request::Accounts, Request::Pam]
    }

    /// Looks at the accounts and PAM's files.
    ///
    /// # Errors
    /// [`Unjudged::Unknown`] where the accounts could not be read.
    pub fn new(facts: &'f Facts) -> Result<Self, Unjudged> {
        let pam = facts.pam()?;
        Ok(Self {
            accounts: facts.accounts()?.known()?.0,
            pam,
            by_name: pam.known().is_ok_and(|(pam, _)| pam.asks_who()),
            today: facts.about.day(),
            right_now: false,
            answers: RefCell::default(),
        })
    }

    /// The same, with what bars a door only for now: `/etc/nologin`, which is taken away again.
    #[must_use]
    pub fn right_now(self) -> Self {
        Self {
            right_now: true,
            answers: RefCell::default(),
            ..self
        }
    }

    /// Whether the account gets in over SSH with this password, once sshd's own rules let it try.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn by_password(
        &self,
        effective: &Effective<'_>,
        account: &Account,
        password: PasswordState,
    ) -> Result<Door, Obstacle> {
        let empty_too = is_on(effective, "permitemptypasswords")?;
        let own_root = has_own_root(effective)?;
        if !is_on(effective, "usepam")? {
            // Where there is a line in shadow(5), sshd goes by that alone.
            let (own, ageing) = account.beside.unwrap_or((account.password, account.ageing));
            let password = if password == account.password {
                own
            } else {
                password
            };
            return Ok(match password {
                _ if ageing.ended(self.today, false).is_some() => {
                    self.over(account, &ageing, false)
                }
                PasswordState::Set { .. } => shell(account, own_root),
                PasswordState::Empty if empty_too => shell(account, own_root),
                PasswordState::Unseen => return Err(unseen(self.accounts)),
                _ => shut("it has no password that sshd takes"),
            });
        }
        let service = service(effective)?;
        self.asked(
            &service,
            account,
            password,
            Gives::Password,
            !empty_too,
            own_root,
        )
    }

    /// Whether the account gets in over SSH with a key that sshd takes, once sshd's own rules let it try.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn by_key(&self, effective: &Effective<'_>, account: &Account) -> Result<Door, Obstacle> {
        let own_root = has_own_root(effective)?;
        if is_on(effective, "usepam")? {
            let service = service(effective)?;
            return self.asked(
                &service,
                account,
                account.password,
                Gives::NothingToPam,
                true,
                own_root,
            );
        }
        let (password, ageing) = account.beside.unwrap_or((account.password, account.ageing));
        Ok(match password {
            // auth.c, LOCKED_PASSWD_PREFIX.
            PasswordState::Locked { bang: true, .. } => shut(
                "its password is locked with `!`, and sshd without PAM refuses such an account",
            ),
            _ if ageing.ended(self.today, false).is_some() => self.over(account, &ageing, false),
            _ => shell(account, own_root),
        })
    }

    /// Whether the account gets in at the console with its password.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn console(&self, account: &Account) -> Result<Door, Obstacle> {
        self.local("login", account)
    }

    /// Whether another account, which is not in the group that pam_wheel(8) may ask for, becomes this one by su(1) with its password.
    ///
    /// # Errors
    /// Why that cannot be told.
    pub fn su(&self, account: &Account) -> Result<Door, Obstacle> {
        // `su -` asks a service of its own.
        match (self.local("su", account), self.local("su-l", account)) {
            (Ok(Door::Open), _) | (_, Ok(Door::Open)) => Ok(Door::Open),
            (Err(why), _) | (_, Err(why)) => Err(why),
            (shut, Ok(Door::Shut(..))) => shut,
        }
    }

    /// Whether su(1) lets whoever becomes this account choose another shell than its own (`-s`): where /etc/shells lists its own, or
    /// that was not seen.
    pub fn may_choose_a_shell(&self, account: &Account) -> bool {
        let shells = self
            .pam
            .known()
            .ok()
            .and_then(|(pam, _)| pam.aides.get("/etc/shells"));
        match shells {
            Some(Fact::Known { value, .. }) => value.iter().any(|it| it.raw() == account.shell()),
            Some(Fact::Absent { .. }) => ["/bin/sh", "/bin/csh"].contains(&account.shell()),
            _ => true,
        }
    }

    fn local(&self, service: &str, account: &Account) -> Result<Door, Obstacle> {
        if let Fact::Absent { .. } = self.pam {
            // The login of BusyBox and of shadow without PAM.
            return Ok(match account.password {
                _ if account.ageing.ended(self.today, false).is_some() => {
                    self.over(account, &account.ageing, false)
                }
                PasswordState::Set { .. } | PasswordState::Empty => shell(account, false),
                PasswordState::Unseen => return Err(unseen(self.accounts)),
                _ => shut("it has no password"),
            });
        }
        let chosen = service.starts_with("su") && self.may_choose_a_shell(account);
        self.asked(
            service,
            account,
            account.password,
            Gives::Password,
            false,
            chosen,
        )
    }

    fn asked(
        &self,
        service: &str,
        account: &Account,
        password: PasswordState,
        gives: Gives,
        no_nulls: bool,
        own_root: bool,
    ) -> Result<Door, Obstacle> {
        let (pam, _) = match self.pam.known() {
            Ok(known) => known,
            Err(why) => return Err(why.obstacle()),
        };
        if let Door::Shut(why, at) = shell(account, own_root) {
            return Ok(Door::Shut(why, at));
        }
        let mut unknown = None;
        for kind in [Kind::Auth, Kind::Account] {
            if kind == Kind::Auth && gives == Gives::NothingToPam {
                continue;
            }
            let visit = Visit {
                service,
                kind,
                account,
                password,
                gives,
                no_nulls,
            };
            match self.answer(pam, &visit) {
                Answer::Yes => {}
                Answer::No(why, at) => return Ok(Door::Shut(why, at)),
                Answer::Unknown(why) => drop(unknown.get_or_insert(why)),
            }
        }
        match unknown {
            None => Ok(Door::Open),
            Some(_) if password == PasswordState::Unseen => Err(unseen(self.accounts)),
            Some(why) => Err(why),
        }
    }

    fn answer(&self, pam: &Pam, visit: &Visit<'_>) -> Answer {
        let Visit { account, .. } = *visit;
        let by_name = self.by_name;
        let like = Like {
            service: visit.service.to_owned(),
            kind: visit.kind,
            password: visit.password,
            no_nulls: visit.no_nulls || visit.gives == Gives::NothingToPam,
            ended: account.ageing.ended(self.today, true),
            expired: account.ageing.expired(self.today, true),
            must_change: account.ageing.changed == Some(0),
            root: account.uid == 0,
            system: account.uid < 1_000,
            shell: account.login_shell.clone(),
            who: by_name.then(|| (account.name.clone(), account.uid, account.gid)),
        };
        if let Some(answer) = self.answers.borrow().get(&like) {
            return answer.clone();
        }
        // Whom the files do not know will be in no group that they name.
        let groups = by_name.then(|| self.accounts.groups_of(&account.name));
        let groups = groups.and_then(|groups| groups.map(Option::unwrap_or_default).ok());
        let visitor = Visitor {
            account,
            groups: groups.as_deref(),
            password: visit.password,
            gives: visit.gives,
            no_nulls: visit.no_nulls,
            right_now: self.right_now,
            today: self.today,
        };
        let answer = match visit.kind {
            Kind::Auth => authenticates(pam, visit.service, &visitor),
            _ => admits(pam, visit.service, &visitor),
        };
        self.answers.borrow_mut().insert(like, answer.clone());
        answer
    }

    fn over(&self, account: &Account, ageing: &Ageing, by_pam: bool) -> Door {
        let at = account
            .shadow_line
            .map(|line| Source::line("/etc/shadow", line));
        let why = ageing.ended(self.today, by_pam).unwrap_or_default();
        Door::Shut(why.to_owned(), at)
    }
}

/// A question to PAM.
struct Visit<'a> {
    service: &'a str,
    kind: Kind,
    account: &'a Account,
    password: PasswordState,
    gives: Gives,
    no_nulls: bool,
}

fn unseen(accounts: &Accounts) -> Obstacle {
    let gone = || Obstacle::Failed {
        at: Source::file("/etc/shadow"),
        why: "there is no such file".into(),
    };
    accounts.shadow_unseen.clone().unwrap_or_else(gone)
}

fn shut(why: &str) -> Door {
    Door::Shut(why.to_owned(), None)
}

/// A shell that cannot be run ends every login, unless a ChrootDirectory has another.
fn shell(account: &Account, own_root: bool) -> Door {
    match account.shell_runs {
        Some(false) if !own_root => Door::Shut(
            format!("its shell {} cannot be run", account.shell()),
            Some(Source::line("/etc/passwd", account.line)),
        ),
        _ => Door::Open,
    }
}

fn has_own_root(effective: &Effective<'_>) -> Result<bool, Obstacle> {
    let chroot = effective.get("chrootdirectory")?;
    Ok(chroot.is_some_and(|it| it.value().is_some_and(|value| value != "none")))
}

/// The PAM service that sshd asks: its own name, before PAMServiceName came.
fn service(effective: &Effective<'_>) -> Result<String, Obstacle> {
    let named = effective.get("pamservicename")?;
    let named = named.and_then(|it| it.value().map(str::to_owned));
    Ok(named.unwrap_or_else(|| "sshd".to_owned()))
}

/// An ordinary account that nobody has yet: what PAM would say of it.
pub fn newcomer(name: &HostText) -> Account {
    Account {
        name: name.clone(),
        uid: 1_000,
        gid: 1_000,
        home: format!("/home/{}", name.raw()).into(),
        login_shell: "/bin/sh".into(),
        password: SOME_PASSWORD,
        line: 0,
        shadow_line: None,
        ageing: Ageing::default(),
        beside: None,
        shell_runs: Some(true),
    }
}
