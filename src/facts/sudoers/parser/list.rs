//! Lists of users, groups, hosts and commands, and the aliases that name them.

use super::{PATH_MAX, Parsed, Parser, SYNTAX};
use crate::facts::sudoers::lexer::Token;
use crate::facts::sudoers::{Alias, Command, Kind, Member, What, Who};
use crate::source::HostText;

impl Parser<'_> {
    pub(super) fn aliases(&mut self, letter: u8) -> Parsed<()> {
        let kind = match letter {
            b'U' => Kind::User,
            b'H' => Kind::Host,
            b'R' => Kind::Runas,
            _ => Kind::Command,
        };
        loop {
            let at = self.at();
            let Token::Alias(name) = self.peek() else {
                return Err(SYNTAX);
            };
            let name = name.clone();
            self.bump();
            self.demand(b'=')?;
            let (mut members, mut commands) = (Vec::new(), Vec::new());
            match kind {
                Kind::User | Kind::Runas => members = self.members()?,
                Kind::Host => members = self.hosts()?,
                Kind::Command => commands = self.commands()?,
            }
            // Before it is taken the word behind it is looked at.
            self.peek();
            if !self.seen.insert((kind, name.clone())) {
                return Err("the alias is already defined");
            }
            self.sudoers.aliases.push(Alias {
                kind,
                name,
                members,
                commands,
                at,
            });
            if !self.sign(b':') {
                return self.end_of_line();
            }
        }
    }

    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut all = vec![one(self)?];
        while self.sign(b',') {
            all.push(one(self)?);
        }
        Ok(all)
    }

    fn member(&mut self, takes: impl Fn(&Token) -> Option<Who>) -> Parsed<Member> {
        let negated = self.sign(b'!');
        let who = takes(self.peek()).ok_or(SYNTAX)?;
        self.bump();
        Ok(Member { negated, who })
    }

    /// A list of users.
    pub(super) fn members(&mut self) -> Parsed<Vec<Member>> {
        self.list(|it| {
            it.member(|token| match token {
                Token::Netgroup(name) => Some(Who::Netgroup(name.clone())),
                Token::Group(name) => Some(Who::Group(name.clone())),
                token => plain(token),
            })
        })
    }

    pub(super) fn hosts(&mut self) -> Parsed<Vec<Member>> {
        self.list(|it| {
            it.member(|token| match token {
                Token::Netgroup(name) => Some(Who::Netgroup(name.clone())),
                Token::Network(address) => Some(Who::Network(address.clone())),
                token => plain(token),
            })
        })
    }

    /// A list of groups to run as.
    pub(super) fn groups(&mut self) -> Parsed<Vec<Member>> {
        self.list(|it| it.member(plain))
    }

    pub(super) fn commands(&mut self) -> Parsed<Vec<Command>> {
        self.list(Self::command)
    }

    /// A command with the digests before it.
    pub(super) fn command(&mut self) -> Parsed<Command> {
        let mut digests = Vec::new();
        if matches!(self.peek(), Token::Sha(..)) {
            digests.push(self.digest()?);
            while self.sign(b',') {
                digests.push(self.digest()?);
            }
        }
        let negated = self.sign(b'!');
        let what = match self.peek() {
            Token::All => What::All,
            Token::Alias(name) => What::Alias(name.clone()),
            Token::Program(path, args) => What::Program {
                path: path.clone(),
                args: args.clone(),
            },
            Token::Word(word) => What::Program {
                path: word.clone(),
                args: None,
            },
            _ => return Err(SYNTAX),
        };
        let is_word = matches!(self.peek(), Token::Word(_));
        self.bump();
        match &what {
            What::Program { path, .. } if is_word && path.raw() != "list" => {
                Err("expected a fully-qualified path name")
            }
            What::Program { path, .. } if HostText::to_bytes(path.raw()).len() >= PATH_MAX => {
                Err("command too long")
            }
            What::Alias(_) if !digests.is_empty() => Err("a digest requires a path name"),
            _ => Ok(Command {
                negated,
                what,
                digests,
            }),
        }
    }

    fn digest(&mut self) -> Parsed<HostText> {
        let Token::Sha(name, _) = self.peek() else {
            return Err(SYNTAX);
        };
        let name = *name;
        self.bump();
        self.demand(b':')?;
        let Token::Digest(text) = self.peek() else {
            return Err(SYNTAX);
        };
        let digest = format!("{name}:{}", text.raw()).into();
        self.bump();
        Ok(digest)
    }
}

/// What may stand in every list of names.
fn plain(token: &Token) -> Option<Who> {
    match token {
        Token::All => Some(Who::All),
        Token::Alias(name) => Some(Who::Alias(name.clone())),
        Token::Word(name) => Some(Who::Name(name.clone())),
        _ => None,
    }
}
