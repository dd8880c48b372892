//! The entries that are for somebody, from the last to the first, and the one that decides.

use super::command::{covers, gives};
use super::member::{Against, Asked, names};
use super::setting::{Settings, shown};
use super::{Gives, Path, Sudo};
use crate::facts::sudoers::{At, Command, Grant, Kind, Member, Scope, Value, What, Who, moment};
use crate::source::{HostText, Obstacle};

/// One command of an entry, aliases resolved.
struct Atom<'a> {
    what: &'a What,
    allows: bool,
    with_digest: bool,
}

/// An entry that is for somebody.
struct Entry<'a> {
    grant: &'a Grant,
    at: At,
    everybody: bool,
}

/// No host has as many that matter: comparing each with each ends somewhere.
const MOST: usize = 2000;

impl Sudo<'_> {
    /// The way that takes least.
    pub(super) fn ways(&self, asked: &Asked<'_>) -> Result<Option<Path>, Obstacle> {
        let settings = self.settings(asked)?;
        let mut later: Vec<Atom<'_>> = Vec::new();
        let mut best: Option<Path> = None;
        let mut shadowed = Vec::new();
        let mut obstacle = None;
        self.entries(asked, &settings, |entry, sure| {
            for atom in self.atoms(&entry.grant.command)? {
                let hidden = later
                    .iter()
                    .any(|it| covers(it.what, atom.what) && !it.with_digest);
                let given = match atom.allows {
                    true => self.given(&atom, entry.grant, &settings),
                    false => None,
                };
                match (given, hidden) {
                    (Some(_), true) => {
                        shadowed.push((said(entry.grant, &atom), self.place(entry.at)))
                    }
                    (Some(gives), false) => {
                        let path = self.path(gives, &atom, &entry, &settings);
                        let less = |best: &Path| path.password.rank() < best.password.rank();
                        match sure {
                            Ok(()) if best.as_ref().is_none_or(less) => best = Some(path),
                            Ok(()) => {}
                            Err(ref why) => obstacle = Some(why.clone()),
                        }
                    }
                    (None, _) => {}
                }
                // What may not apply hides nothing for sure.
                if sure.is_ok() && !hidden {
                    if later.len() >= MOST {
                        return Err(Obstacle::NotModelled {
                            what: format!("more than {MOST} commands of sudoers for one account")
                                .into(),
                        });
                    }
                    later.push(atom);
                }
            }
            Ok(())
        })?;
        if let Some(best) = &mut best {
            best.shadowed = shadowed;
            if best.password == super::Password::NotNeeded {
                return Ok(Some(best.clone()));
            }
        }
        obstacle.map_or(Ok(best), Err)
    }

    /// Every entry for the user, on this host, as the target, from the last to the first; with an obstacle where that hangs on
    /// what is not seen.
    fn entries<'b>(
        &'b self,
        asked: &Asked<'_>,
        settings: &Settings,
        mut each: impl FnMut(Entry<'b>, Result<(), Obstacle>) -> Result<(), Obstacle>,
    ) -> Result<(), Obstacle> {
        for spec in self.sudoers.specs.iter().rev() {
            self.step(false)?;
            let by_user = self.list(&spec.users, Against::User(&asked.who));
            if matches!(by_user, Ok(None | Some(false))) {
                continue;
            }
            let everybody = spec
                .users
                .iter()
                .any(|it| it.who == Who::All && !it.negated);
            for privilege in spec.privileges.iter().rev() {
                let by_host = self.list(&privilege.hosts, Against::Host);
                if matches!(by_host, Ok(None | Some(false))) {
                    continue;
                }
                for grant in privilege.grants.iter().rev() {
                    self.step(false)?;
                    let by_runas = self.runas(grant, asked, settings);
                    if matches!(by_runas, Ok(false)) || !self.in_time(grant) {
                        continue;
                    }
                    let unsure = [
                        by_user.as_ref().err(),
                        by_host.as_ref().err(),
                        by_runas.as_ref().err(),
                    ];
                    let sure = match unsure.into_iter().flatten().next() {
                        Some(obstacle) => Err(obstacle.clone()),
                        None => Ok(()),
                    };
                    let at = spec.at;
                    each(
                        Entry {
                            grant,
                            at,
                            everybody,
                        },
                        sure,
                    )?;
                }
            }
        }
        Ok(())
    }

    fn runas(
        &self,
        grant: &Grant,
        asked: &Asked<'_>,
        settings: &Settings,
    ) -> Result<bool, Obstacle> {
        match (&grant.users, &grant.groups) {
            (Some(users), _) => Ok(self.list(users, Against::Runas(asked))? == Some(true)),
            (None, Some(_)) => Ok(false),
            (None, None) => {
                let target = asked.target.account;
                Ok(names(settings.runas.raw(), &target.name, target.uid))
            }
        }
    }

    fn in_time(&self, grant: &Grant) -> bool {
        let at = |name: &str| grant.how.option(name).and_then(|it| moment(it.raw()));
        at("NOTBEFORE").is_none_or(|from| self.now >= from)
            && at("NOTAFTER").is_none_or(|until| self.now <= until)
    }

    /// The commands of an entry in the order in which sudo asks them.
    fn atoms<'b>(&'b self, command: &'b Command) -> Result<Vec<Atom<'b>>, Obstacle> {
        let mut found = Vec::new();
        self.flatten(command, true, &mut Vec::new(), &mut found)?;
        Ok(found)
    }

    fn flatten<'b>(
        &'b self,
        command: &'b Command,
        allows: bool,
        inside: &mut Vec<&'b HostText>,
        found: &mut Vec<Atom<'b>>,
    ) -> Result<(), Obstacle> {
        self.step(!inside.is_empty())?;
        let allows = allows != command.negated;
        let What::Alias(name) = &command.what else {
            found.push(Atom {
                what: &command.what,
                allows,
                with_digest: !command.digests.is_empty(),
            });
            return Ok(());
        };
        let named = self.aliases.get(&(Kind::Command, name.raw()));
        let Some(alias) = named.filter(|_| !inside.contains(&name)) else {
            return Ok(());
        };
        inside.push(name);
        for command in alias.commands.iter().rev() {
            self.flatten(command, allows, inside, found)?;
        }
        inside.pop();
        Ok(())
    }

    fn given(&self, atom: &Atom<'_>, grant: &Grant, settings: &Settings) -> Option<Gives> {
        let found = gives(atom.what);
        let environment = grant.how.set_env.unwrap_or(settings.environment);
        match atom.what {
            What::Program { path, .. }
                if found.is_none()
                    && environment
                    && path.raw() != "list"
                    && path.raw() != "sudoedit" =>
            {
                Some(Gives::Environment(path.clone()))
            }
            _ => found,
        }
    }

    fn path(&self, gives: Gives, atom: &Atom<'_>, entry: &Entry<'_>, settings: &Settings) -> Path {
        let mut authenticate = settings.authenticate;
        let mut defaults = settings.lines.clone();
        for setting in &self.sudoers.defaults {
            let Scope::Command(commands) = &setting.scope else {
                continue;
            };
            if setting.name.raw() == "authenticate" && self.touches(commands, atom.what) {
                authenticate = setting.value == Value::On;
                defaults.push((shown(setting), self.place(setting.at)));
            }
        }
        // A tag beats every setting, save a group that is exempt.
        if let Some(no_password) = entry.grant.how.no_password {
            authenticate = !no_password;
        }
        let password = match authenticate && !settings.exempt {
            true => self.password(settings),
            false => super::Password::NotNeeded,
        };
        Path {
            password,
            gives,
            decides: (said(entry.grant, atom), self.place(entry.at)),
            defaults,
            shadowed: Vec::new(),
            everybody: entry.everybody,
        }
    }

    /// True if a setting for some commands is for one that this entry allows.
    fn touches(&self, commands: &[Command], what: &What) -> bool {
        let mut found = Vec::new();
        for command in commands.iter().rev() {
            if self
                .flatten(command, true, &mut Vec::new(), &mut found)
                .is_err()
            {
                return false;
            }
        }
        let first = found
            .iter()
            .find(|it| covers(it.what, what) || covers(what, it.what) && gives(it.what).is_some());
        first.is_some_and(|it| it.allows)
    }
}

/// An entry in short, as sudoers would write it.
fn said(grant: &Grant, atom: &Atom<'_>) -> HostText {
    let mut text = String::new();
    if let Some(users) = &grant.users {
        let names: Vec<String> = users.iter().map(named).collect();
        text = format!("({}) ", names.join(", "));
    }
    match grant.how.no_password {
        Some(true) => text += "NOPASSWD: ",
        Some(false) => text += "PASSWD: ",
        None => {}
    }
    match atom.what {
        What::All => text += "ALL",
        What::Alias(name) => text += name.raw(),
        What::Program { path, args } => {
            text += path.raw();
            if let Some(args) = args {
                text = format!("{text} {}", args.raw());
            }
        }
    }
    text.into()
}

fn named(member: &Member) -> String {
    let sign = if member.negated { "!" } else { "" };
    match &member.who {
        Who::All => format!("{sign}ALL"),
        Who::Myself => String::new(),
        Who::Alias(name) | Who::Name(name) | Who::Network(name) => format!("{sign}{}", name.raw()),
        Who::Group(name) => format!("{sign}%{}", name.raw()),
        Who::Netgroup(name) => format!("{sign}+{}", name.raw()),
    }
}
