//! The entries of sudoers as sudo's grammar (gram.y) makes them, with its way of going on after a mistake: what is wrong ends
//! with its line, and an alias that was complete before it stays defined.

mod entry;
mod list;

use super::lexer::{Lexer, Token};
use super::read::Reader;
use super::{At, Mistake, Scope, Setting, Spec, Sudoers, Value};
use crate::source::HostText;
use std::collections::HashSet;

/// What is wrong, to be noted where the parser stands.
type Parsed<T> = Result<T, &'static str>;

const SYNTAX: &str = "syntax error";
/// PATH_MAX: no path reaches it.
const PATH_MAX: usize = 4096;

/// A run of the parser over a file and all that it includes.
pub(super) struct Parser<'a> {
    lexer: Lexer,
    reader: Reader<'a>,
    /// The word looked at and not yet taken, and where it stands.
    ahead: Option<(Token, At)>,
    /// Where the word stood that was taken last.
    behind: At,
    seen: HashSet<(super::Kind, HostText)>,
    sudoers: Sudoers,
}

impl<'a> Parser<'a> {
    pub(super) fn new(reader: Reader<'a>) -> Self {
        Self {
            lexer: Lexer::new(),
            reader,
            ahead: None,
            behind: At { file: 0, line: 1 },
            seen: HashSet::new(),
            sudoers: Sudoers::default(),
        }
    }

    /// Reads the text of the main file, and what it includes.
    pub(super) fn run(mut self, main: &[u8]) -> Sudoers {
        self.lexer.push(0, main);
        loop {
            let at = self.at();
            match self.peek() {
                Token::End => break,
                Token::Newline => self.bump(),
                _ => {
                    if let Err(why) = self.entry(at) {
                        self.mistake(why);
                        self.skip_line();
                    }
                }
            }
        }
        self.reader.finish(self.sudoers)
    }

    fn peek(&mut self) -> &Token {
        if self.ahead.is_none() {
            let token = self.scan();
            let (file, line) = self.lexer.place();
            let line = line - u32::from(token == Token::Newline);
            self.ahead = Some((token, At { file, line }));
        }
        match &self.ahead {
            Some((token, _)) => token,
            None => &Token::End,
        }
    }

    /// Where the next word stands.
    fn at(&mut self) -> At {
        self.peek();
        self.ahead.as_ref().map_or(self.behind, |it| it.1)
    }

    fn bump(&mut self) {
        self.take();
    }

    fn take(&mut self) -> Token {
        self.behind = self.at();
        self.ahead.take().map_or(Token::End, |it| it.0)
    }

    /// The next word of all the files; an included file ends in silence, and its includer or its neighbour goes on.
    fn scan(&mut self) -> Token {
        loop {
            let token = self.lexer.next();
            if token != Token::End || self.lexer.depth() <= 1 {
                return token;
            }
            self.lexer.pop();
            if let Some((file, bytes)) = self.reader.next_in_directory() {
                self.lexer.push(file, &bytes);
            }
        }
    }

    /// Takes a sign, if it is next.
    fn sign(&mut self, sign: u8) -> bool {
        let is_next = *self.peek() == Token::Sign(sign);
        if is_next {
            self.bump();
        }
        is_next
    }

    fn demand(&mut self, sign: u8) -> Parsed<()> {
        if self.sign(sign) { Ok(()) } else { Err(SYNTAX) }
    }

    fn end_of_line(&mut self) -> Parsed<()> {
        match self.peek() {
            Token::Newline => {
                self.bump();
                Ok(())
            }
            _ => Err(SYNTAX),
        }
    }

    /// Notes a mistake: at the next word if that was looked at, else at the last.
    fn mistake(&mut self, why: &str) {
        let (at, why) = match &self.ahead {
            // What the scanner did not understand, it says better.
            Some((Token::Wrong(better), at)) => (*at, *better),
            Some((_, at)) => (*at, why),
            None => (self.behind, why),
        };
        let mistake = Mistake {
            at,
            why: why.to_owned(),
        };
        // One of the scanner's own is told once.
        if why == SYNTAX || self.sudoers.errors.last() != Some(&mistake) {
            self.sudoers.errors.push(mistake);
        }
    }

    fn skip_line(&mut self) {
        loop {
            match self.take() {
                Token::Newline | Token::End => return,
                _ => {}
            }
        }
    }

    fn entry(&mut self, at: At) -> Parsed<()> {
        match self.peek() {
            Token::Include => self.include(false),
            Token::IncludeDir => self.include(true),
            Token::Defaults(sign) => {
                let sign = *sign;
                self.bump();
                self.defaults(sign, at)
            }
            Token::AliasOf(letter) => {
                let letter = *letter;
                self.bump();
                self.aliases(letter)
            }
            _ => self.spec(at),
        }
    }

    /// The file is read also where more stands behind its name.
    fn include(&mut self, is_directory: bool) -> Parsed<()> {
        self.bump();
        let Token::Word(path) = self.peek() else {
            return Err(SYNTAX);
        };
        let path = path.clone();
        self.bump();
        if *self.peek() != Token::Newline {
            self.mistake(SYNTAX);
        }
        let at = self.at();
        self.skip_line();
        let depth = self.lexer.depth();
        match self
            .reader
            .include(path.raw(), at.file, depth, is_directory)
        {
            Ok(Some((file, bytes))) => self.lexer.push(file, &bytes),
            Ok(None) => {}
            Err(why) => self.sudoers.errors.push(Mistake { at, why }),
        }
        Ok(())
    }

    fn defaults(&mut self, sign: Option<u8>, at: At) -> Parsed<()> {
        let scope = match sign {
            None => Scope::All,
            Some(b':') => Scope::User(self.members()?),
            Some(b'>') => Scope::Runas(self.members()?),
            Some(b'@') => Scope::Host(self.hosts()?),
            Some(_) => Scope::Command(self.commands()?),
        };
        let mut settings = Vec::new();
        loop {
            let (name, value) = self.setting()?;
            settings.push(Setting {
                scope: scope.clone(),
                name,
                value,
                at,
            });
            if !self.sign(b',') {
                break;
            }
        }
        self.end_of_line()?;
        self.sudoers.defaults.extend(settings);
        Ok(())
    }

    fn setting(&mut self) -> Parsed<(HostText, Value)> {
        let off = self.sign(b'!');
        let Token::Setting(name) = self.peek() else {
            return Err(SYNTAX);
        };
        let name = name.clone();
        self.bump();
        if off {
            return Ok((name, Value::Off));
        }
        let value = match self.peek() {
            Token::Sign(b'=') => Value::Set,
            Token::Sign(b'+') => Value::Add,
            Token::Sign(b'-') => Value::Remove,
            _ => return Ok((name, Value::On)),
        };
        self.bump();
        let Token::Word(text) = self.peek() else {
            return Err(SYNTAX);
        };
        let text = text.clone();
        self.bump();
        Ok((name, value(text)))
    }

    fn spec(&mut self, at: At) -> Parsed<()> {
        let users = self.members()?;
        let mut privileges = vec![self.privilege()?];
        while self.sign(b':') {
            match self.privilege() {
                Ok(more) => privileges.push(more),
                // The others of the line stay, if what is wrong ends here.
                Err(why) => {
                    self.mistake(why);
                    if !matches!(self.peek(), Token::Sign(b':') | Token::Newline) {
                        return Err(SYNTAX);
                    }
                }
            }
        }
        self.end_of_line()?;
        self.sudoers.specs.push(Spec {
            users,
            privileges,
            at,
        });
        Ok(())
    }
}
