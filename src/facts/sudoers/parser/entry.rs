//! What is granted: hosts, and commands with whom they run as, options and tags, each of which the next command inherits.

use super::{PATH_MAX, Parsed, Parser, SYNTAX};
use crate::facts::sudoers::lexer::Token;
use crate::facts::sudoers::{Grant, How, Member, Privilege, What, Who, moment, timeout};
use crate::source::HostText;

type Runas = (Option<Vec<Member>>, Option<Vec<Member>>);

impl Parser<'_> {
    pub(super) fn privilege(&mut self) -> Parsed<Privilege> {
        let hosts = self.hosts()?;
        self.demand(b'=')?;
        let mut grants: Vec<Grant> = vec![self.grant(None)?];
        while self.sign(b',') {
            let next = self.grant(grants.last())?;
            grants.push(next);
        }
        Ok(Privilege { hosts, grants })
    }

    fn grant(&mut self, before: Option<&Grant>) -> Parsed<Grant> {
        let (users, groups) = self.runas()?;
        let mut how = How::default();
        while let Token::Option(name) = self.peek() {
            let name = *name;
            self.bump();
            let value = self.option(name)?;
            how.options.retain(|(option, _)| option != name);
            how.options.push((name.to_owned(), value));
        }
        while let Token::Tag(name, on) = self.peek() {
            let (name, on) = (*name, *on);
            self.bump();
            match name {
                "PASSWD" => how.no_password = Some(!on),
                "SETENV" => how.set_env = Some(on),
                _ => {
                    how.tags.retain(|(tag, _)| tag != name);
                    how.tags.push((name.to_owned(), on));
                }
            }
        }
        let mut grant = Grant {
            command: self.command()?,
            users,
            groups,
            how,
        };
        if let Some(before) = before {
            inherit(&mut grant, before);
        }
        Ok(grant)
    }

    fn runas(&mut self) -> Parsed<Runas> {
        if !self.sign(b'(') {
            return Ok((None, None));
        }
        let myself = || {
            vec![Member {
                negated: false,
                who: Who::Myself,
            }]
        };
        let users = match self.peek() {
            Token::Sign(b')' | b':') => None,
            _ => Some(self.members()?),
        };
        let groups = match self.sign(b':') {
            true if users.is_some() || *self.peek() != Token::Sign(b')') => Some(self.groups()?),
            _ => None,
        };
        self.demand(b')')?;
        // Before 1.9.14 a group alone left the users unsaid; nobody but oneself could be run as either way.
        let users = users.or_else(|| groups.is_none().then(myself));
        Ok((users, groups))
    }

    fn option(&mut self, name: &str) -> Parsed<HostText> {
        self.demand(b'=')?;
        let Token::Word(value) = self.peek() else {
            return Err(SYNTAX);
        };
        let value = value.clone();
        self.bump();
        let fault = match name {
            "CWD" | "CHROOT" => {
                let path = value.raw();
                let fits = path == "*" || path.starts_with(['/', '~']);
                match HostText::to_bytes(path).len() {
                    _ if !fits => Some("a path must start with a '/', '~', or '*'"),
                    length if length >= PATH_MAX => Some("path too long"),
                    _ => None,
                }
            }
            "TIMEOUT" => timeout(value.raw())
                .is_none()
                .then_some("invalid timeout value"),
            "NOTBEFORE" | "NOTAFTER" => moment(value.raw()).is_none().then_some("invalid time"),
            _ => None,
        };
        fault.map_or(Ok(value), Err)
    }
}

/// What a command takes over from the one before it in its list.
fn inherit(grant: &mut Grant, before: &Grant) {
    if grant.users.is_none() && grant.groups.is_none() {
        grant.users.clone_from(&before.users);
        grant.groups.clone_from(&before.groups);
    }
    let how = &mut grant.how;
    how.no_password = how.no_password.or(before.how.no_password);
    // `ALL` implies SETENV for itself alone.
    if grant.command.what != What::All || grant.command.negated {
        how.set_env = how.set_env.or(before.how.set_env);
    }
    for (tag, on) in &before.how.tags {
        if !how.tags.iter().any(|(own, _)| own == tag) {
            how.tags.push((tag.clone(), *on));
        }
    }
    let pair = |name: &str| matches!(name, "ROLE" | "TYPE");
    let has_pair = how.options.iter().any(|(name, _)| pair(name));
    for (name, value) in &before.how.options {
        // 1.9.13 does not hand a profile on; later versions do.
        let kept = how.option(name).is_some() || pair(name) && has_pair;
        if !kept {
            how.options.push((name.clone(), value.clone()));
        }
    }
}
