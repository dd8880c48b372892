//! sudoers(5) as sudo 1.9 reads it: who may run what as whom, from the main file and all that it includes.
//!
//! What the entries mean for an account is the business of `model::sudo`. A line that sudo cannot read it passes over, up to the
//! end of that line, and so do we; what *we* could not read stays here as a gap.

mod lexer;
mod number;
mod parser;
mod read;
mod scan;

pub use number::{moment, timeout};
pub use read::{insecure, read};

use crate::source::{HostText, Obstacle, Source};
use serde::{Deserialize, Serialize};

/// Everything that sudo's files say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sudoers {
    /// Why sudo takes no file at all and runs nothing for anybody: the main file is missing or not safe.
    pub refused: Option<String>,
    /// The files, in the order in which they were met.
    pub files: Vec<File>,
    /// The aliases; of a name defined twice the first counts.
    pub aliases: Vec<Alias>,
    /// The `Defaults`, in their order: the last that applies counts.
    pub defaults: Vec<Setting>,
    /// Who may do what, in their order: the last that matches counts.
    pub specs: Vec<Spec>,
    /// Lines that sudo passes over because it cannot read them.
    pub errors: Vec<Mistake>,
    /// What could not be read: each may hide entries.
    pub gaps: Vec<Obstacle>,
    /// Other services that know sudo's rules, by the `sudoers` line of nsswitch.conf(5): `sss`, `ldap`.
    pub elsewhere: Vec<HostText>,
    /// True if sudo is the one written in Rust, which reads a part of this grammar.
    pub in_rust: bool,
}

/// A file that sudoers names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its path.
    pub path: HostText,
    /// Why sudo does not take it.
    pub passed_over: Option<String>,
}

/// A place in one of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// Which of [`Sudoers::files`].
    pub file: u32,
    /// Line, counted from 1: the one where the entry begins.
    pub line: u32,
}

/// A line that sudo cannot read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mistake {
    /// Where.
    pub at: At,
    /// What is wrong.
    pub why: String,
}

/// What an alias names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Users (`User_Alias`).
    User,
    /// Users and groups to run as (`Runas_Alias`).
    Runas,
    /// Hosts (`Host_Alias`).
    Host,
    /// Commands (`Cmnd_Alias`).
    Command,
}

/// A name for a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// What it names.
    pub kind: Kind,
    /// The name.
    pub name: HostText,
    /// What it stands for; empty for an alias of commands.
    pub members: Vec<Member>,
    /// The commands that it stands for.
    pub commands: Vec<Command>,
    /// Where.
    pub at: At,
}

/// One entry of a list of users, groups or hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// True if a `!` stands before it.
    pub negated: bool,
    /// What it is.
    pub who: Who,
}

/// What an entry of a list names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// `ALL`.
    All,
    /// Whoever runs sudo: an empty list in brackets.
    Myself,
    /// A name in capitals: an alias, or a plain name where there is no such alias.
    Alias(HostText),
    /// A name, or a number after `#`.
    Name(HostText),
    /// A group, without its `%`; `:` stands before one that a plugin knows, `#` before a number.
    Group(HostText),
    /// A netgroup, without its `+`.
    Netgroup(HostText),
    /// An IP address, alone or with a mask.
    Network(HostText),
}

/// One entry of a list of commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// True if a `!` stands before it.
    pub negated: bool,
    /// What it is.
    pub what: What,
    /// The digests that the program must have one of, as `sha256:…`.
    pub digests: Vec<HostText>,
}

/// What an entry of a list of commands names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// `ALL`.
    All,
    /// An alias.
    Alias(HostText),
    /// A program: a path, a directory with a slash at its end, a pattern, a regular expression between `^` and `$`, `sudoedit`, `list`.
    Program {
        /// Its path or pattern.
        path: HostText,
        /// Its arguments as one text, a pattern or a regular expression; `""` for none at all; nothing where any will do.
        args: Option<HostText>,
    },
}

/// To whom a line of `Defaults` applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everybody.
    All,
    /// Who runs sudo.
    User(Vec<Member>),
    /// Where.
    Host(Vec<Member>),
    /// As whom.
    Runas(Vec<Member>),
    /// What is run.
    Command(Vec<Command>),
}

/// One setting of a line of `Defaults`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// To whom it applies.
    pub scope: Scope,
    /// Its name.
    pub name: HostText,
    /// What it is set to.
    pub value: Value,
    /// Where.
    pub at: At,
}

/// What a setting is set to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// The name alone.
    On,
    /// `!` and the name.
    Off,
    /// `=`.
    Set(HostText),
    /// `+=`.
    Add(HostText),
    /// `-=`.
    Remove(HostText),
}

/// Who may do what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Who.
    pub users: Vec<Member>,
    /// Where, and what.
    pub privileges: Vec<Privilege>,
    /// Where that stands.
    pub at: At,
}

/// What may be done on some hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Privilege {
    /// Where.
    pub hosts: Vec<Member>,
    /// What.
    pub grants: Vec<Grant>,
}

/// One command, as whom, and how. What a command inherits from the one before it in the list is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// As which users; nothing where none are named: then `runas_default` counts, root as a rule.
    pub users: Option<Vec<Member>>,
    /// As which groups.
    pub groups: Option<Vec<Member>>,
    /// How.
    pub how: How,
    /// What.
    pub command: Command,
}

/// How a command is run: tags and options. What is not said is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct How {
    /// True under `NOPASSWD`, false under `PASSWD`.
    pub no_password: Option<bool>,
    /// `SETENV` or `NOSETENV`.
    pub set_env: Option<bool>,
    /// The other tags by their names, as `NOEXEC`; of a tag and its contrary the last.
    pub tags: Vec<(String, bool)>,
    /// Options by their names, as `CWD`, with their values.
    pub options: Vec<(String, HostText)>,
}

impl Sudoers {
    /// The place of an entry, as a source.
    pub fn place(&self, at: At) -> Source {
        match self.files.get(at.file as usize) {
            Some(file) => Source::line(file.path.raw(), at.line),
            None => Source::file("/etc/sudoers"),
        }
    }
}

impl How {
    /// The value of an option.
    pub fn option(&self, name: &str) -> Option<&HostText> {
        let mut named = self.options.iter().filter(|(option, _)| option == name);
        named.next().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests;
