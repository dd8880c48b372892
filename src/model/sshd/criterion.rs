//! The criteria of a Match line: match_cfg_line of servconf.c.

use super::address::{Address, Networks, Verdict};
use super::connection::{Caller, Groups};
use super::context::{Arguments, Context};
use super::number::{self, Port};
use super::pattern::{PatternList, Said};
use super::refusal::Fault;
use crate::facts::sshd::Version;
use crate::facts::sshd::lexer::{Era, Words};
use crate::source::Obstacle;

/// One criterion of a Match line: all of a line must fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Criterion {
    /// Everybody.
    All,
    /// Names of accounts.
    User(PatternList),
    /// Groups of the account, of which one must fit and none be barred.
    Group(PatternList),
    /// Names of the host that the login comes from; its address as text while `UseDNS` is off.
    Host(PatternList),
    /// Addresses that it comes from.
    Address(Networks),
    /// Addresses of this host that it comes to.
    LocalAddress(Networks),
    /// The port that it comes to.
    LocalPort(u16),
    /// The routing domain that it comes in by.
    RDomain(PatternList),
    /// Accounts that do not exist.
    InvalidUser,
    /// The version of OpenSSH, which fits or does not whoever logs in.
    Version(bool),
}

/// Whether something fits, as far as that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fits {
    Yes,
    No,
    /// That hangs on something that could not be seen.
    Maybe(Obstacle),
}

/// The criteria of a line.
pub(super) type Criteria = Result<Vec<Criterion>, Fault>;

/// Reads the criteria; the second part is what is wrong with the line behind them.
pub(super) fn parse(
    context: &Context<'_>,
    words: Words<'_>,
    arguments: Arguments<'_>,
) -> (Criteria, Option<Fault>) {
    let version = context.version;
    if version.since(9, 9) {
        let mut reader = Reader {
            context,
            words: Source::Split(arguments),
        };
        let criteria = reader.line();
        let Source::Split(mut arguments) = reader.words else {
            return (criteria, None);
        };
        let left = super::parse::left_over(context, &mut arguments);
        return (criteria, left);
    }
    let mut reader = Reader {
        context,
        words: Source::Words(words),
    };
    let criteria = reader.line();
    let Source::Words(mut rest) = reader.words else {
        return (criteria, None);
    };
    let left = match context.era() {
        Era::Old => super::parse::left_over(context, &mut Arguments::Old(rest)),
        // What is left counts by what the line has for a shell.
        Era::New if rest.rest().is_some_and(|rest| !rest.is_empty()) => {
            rest.word();
            let mut arguments = arguments;
            super::parse::left_over(context, &mut arguments)
        }
        Era::New => None,
    };
    (criteria, left)
}

struct Reader<'c, 'a> {
    context: &'c Context<'c>,
    words: Source<'a>,
}

/// Where the words come from.
enum Source<'a> {
    /// Up to 9.8, where one `=` separates.
    Words(Words<'a>),
    Split(Arguments<'a>),
}

impl Reader<'_, '_> {
    fn next(&mut self) -> Option<Vec<u8>> {
        match &mut self.words {
            Source::Words(words) => words.word().map(|word| word.into_owned()),
            Source::Split(arguments) => arguments.next(),
        }
    }

    fn end(&mut self) {
        match &mut self.words {
            Source::Words(words) => *words = Words::new(b""),
            Source::Split(arguments) => arguments.drop_rest(),
        }
        self.next();
    }

    /// A complaint and the end of sshd.
    fn bad(&self, text: &[&[u8]]) -> Fault {
        Fault::Ends(vec![
            text.concat(),
            self.context.at(&[b"Bad Match condition"]),
        ])
    }

    fn line(&mut self) -> Criteria {
        let hash_ends = self.context.version.since(8, 7);
        let is_comment = |word: &[u8]| hash_ends && word.starts_with(b"#");
        let mut criteria = Vec::new();
        while let Some(word) = self.next() {
            if word.is_empty() && matches!(self.words, Source::Words(_)) {
                break;
            }
            if is_comment(&word) {
                self.end();
                break;
            }
            if word.eq_ignore_ascii_case(b"all") {
                let next = if criteria.is_empty() {
                    self.next()
                } else {
                    None
                };
                let follows = next
                    .as_ref()
                    .is_some_and(|next| !next.is_empty() && !is_comment(next));
                if !criteria.is_empty() || follows {
                    return Err(
                        self.bad(&[b"'all' cannot be combined with other Match attributes"])
                    );
                }
                if next.is_some_and(|next| is_comment(&next)) {
                    self.end();
                }
                return Ok(vec![Criterion::All]);
            }
            if word.eq_ignore_ascii_case(b"invalid-user") && self.context.version.since(9, 9) {
                criteria.push(Criterion::InvalidUser);
                continue;
            }
            let (name, argument) = match self.with_equals(&word) {
                Some(at) => (&word[..at], Some(word[at + 1..].to_vec())),
                None => (word.as_slice(), self.next()),
            };
            let Some(argument) = argument.filter(|it| !it.is_empty() && !is_comment(it)) else {
                return Err(self.bad(&[b"Missing Match criteria for ", name]));
            };
            criteria.push(self.criterion(name, &argument, &word)?);
        }
        match criteria.is_empty() {
            true => Err(self.bad(&[b"One or more attributes required for Match"])),
            false => Ok(criteria),
        }
    }

    /// Where `=` stands in `user=bob`, which 9.9p1 forgot.
    fn with_equals(&self, word: &[u8]) -> Option<usize> {
        const NAMES: [&str; 8] = [
            "user",
            "group",
            "host",
            "address",
            "localaddress",
            "localport",
            "rdomain",
            "version",
        ];
        let version = self.context.version;
        if !version.since(9, 9) || (version.release == (9, 9) && version.portable < 2) {
            return None;
        }
        let at = word.iter().position(|byte| *byte == b'=')?;
        let mut names = NAMES
            .iter()
            .filter(|name| **name != "version" || version.since(10, 0));
        names
            .any(|name| word[..at].eq_ignore_ascii_case(name.as_bytes()))
            .then_some(at)
    }

    fn criterion(&self, name: &[u8], argument: &[u8], written: &[u8]) -> Result<Criterion, Fault> {
        let version = self.context.version;
        let is = |own: &str| name.eq_ignore_ascii_case(own.as_bytes());
        let list = || PatternList::parse(argument);
        let networks = |what: &[u8]| {
            Networks::parse(argument, version).ok_or_else(|| {
                if !version.since(8, 4) {
                    return self.context.unknown(
                        "a wrong Match Address, which OpenSSH before 8.4 meets at a login only",
                    );
                }
                let line = self.context.line.to_string();
                Fault::Ends(vec![
                    [
                        b"Invalid Match ",
                        what,
                        b" argument '",
                        argument,
                        b"' at line ",
                        line.as_bytes(),
                    ]
                    .concat(),
                ])
            })
        };
        Ok(match () {
            () if is("user") => Criterion::User(list()),
            () if is("group") => Criterion::Group(list()),
            () if is("host") => Criterion::Host(PatternList::parse_lower(argument)),
            () if is("address") => Criterion::Address(networks(b"address")?),
            () if is("localaddress") => Criterion::LocalAddress(networks(b"localaddress")?),
            () if is("localport") => match number::port(argument, self.context.names) {
                Port::Is(port) => match u16::try_from(port) {
                    Ok(port) => Criterion::LocalPort(port),
                    Err(_) => {
                        return Err(self.bad(&[
                            b"Invalid LocalPort '",
                            argument,
                            b"' on Match line",
                        ]));
                    }
                },
                Port::Unknown => {
                    return Err(self
                        .context
                        .unknown("a LocalPort by a name that was not looked up"));
                }
            },
            () if is("rdomain") => Criterion::RDomain(list()),
            () if is("version") && version.since(10, 0) => {
                Criterion::Version(list().says(release(version).as_bytes()) == Said::Yes)
            }
            () => {
                let shown = if version.since(9, 9) { written } else { name };
                return Err(self.bad(&[b"Unsupported Match attribute ", shown]));
            }
        })
    }
}

/// SSH_RELEASE as a build has it; Debian puts its own behind.
fn release(version: &Version) -> String {
    let (major, minor) = version.release;
    format!("OpenSSH_{major}.{minor}p{}", version.portable)
}

impl Criterion {
    /// What it is while sshd reads its files, before anybody logs in.
    pub(super) fn at_start(&self, version: &Version) -> bool {
        match self {
            Self::All => true,
            Self::Version(fits) => *fits,
            // Forgotten in 9.9p1, so that such a block counts for everybody.
            Self::InvalidUser => version.release == (9, 9) && version.portable < 2,
            _ => false,
        }
    }

    /// Whether it fits a login. Without a port sshd ends where it is asked for one.
    pub(super) fn fits(&self, caller: &Caller<'_>) -> Result<Fits, &'static str> {
        let yes = |fits: bool| if fits { Fits::Yes } else { Fits::No };
        let list = |list: &PatternList, text: Option<&[u8]>| {
            yes(text.is_some_and(|text| list.says(text) == Said::Yes))
        };
        let networks = |networks: &Networks, text: Option<&[u8]>, parsed: Option<Address>| {
            yes(text.is_some_and(|text| networks.says(text, parsed) == Verdict::In))
        };
        Ok(match self {
            Self::All => Fits::Yes,
            Self::Version(fits) => yes(*fits),
            Self::User(names) => list(names, caller.user.as_deref()),
            Self::Group(names) if caller.user.is_some() => group(names, caller.groups),
            Self::Group(_) => Fits::No,
            Self::Host(names) => list(names, caller.host.as_deref()),
            Self::Address(list) => networks(list, caller.addr.as_deref(), caller.parsed_addr),
            Self::LocalAddress(list) => {
                networks(list, caller.laddr.as_deref(), caller.parsed_laddr)
            }
            Self::RDomain(names) => list(names, caller.rdomain.as_deref()),
            Self::InvalidUser => yes(caller.invalid_user),
            Self::LocalPort(port) => match caller.lport {
                None | Some(0) => {
                    return Err(
                        "'Match LocalPort' in configuration but 'lport' not in connection test specification.",
                    );
                }
                Some(own) => yes(own == *port),
            },
        })
    }
}

/// ga_match_pattern_list: a negated match of any group wins.
fn group(names: &PatternList, groups: &Groups) -> Fits {
    match groups {
        Groups::NoSuchUser => Fits::No,
        Groups::Unknown(obstacle) => Fits::Maybe(obstacle.clone()),
        Groups::Known(groups) => {
            let said = groups
                .iter()
                .map(|group| names.says(&crate::source::HostText::to_bytes(group.raw())));
            let said: Vec<Said> = said.collect();
            match said.contains(&Said::Yes) && !said.contains(&Said::No) {
                true => Fits::Yes,
                false => Fits::No,
            }
        }
    }
}
