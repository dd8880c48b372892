//! The value of a line: process_server_config_line of servconf.c, with its complaints.
//!
//! What depends on earlier lines is left open: a fault says in which state it counts.

use super::algorithm::is_gss;
use super::context::{Arguments, Context};
use super::keyword::{Key, Row};
use super::kind::{Choices, Kind, Value};
use super::number;
use super::refusal::{Fault, When};
use super::time;
use crate::facts::sshd::lexer::Era;
use crate::source::HostText;

mod listening;
mod lists;
use listening::split_host;
pub(super) use lists::known_methods;
use texts::{FACILITIES, LEVELS};
mod parts;
mod texts;

/// A line that sets something.
#[derive(Clone, Debug)]
pub(super) struct Parsed {
    /// What it sets; none if sshd reads the line and takes nothing.
    pub(super) value: Option<Value>,
    /// What is wrong with it, in the order in which sshd comes to it.
    pub(super) faults: Vec<(When, Fault)>,
}

/// Reads the arguments of a setting.
pub(super) fn parse(context: &Context<'_>, row: &Row, mut arguments: Arguments<'_>) -> Parsed {
    let mut line = Line {
        context,
        key: row.key,
        arguments: &mut arguments,
        faults: Vec::new(),
        done: false,
    };
    let value = line.value(row.kind);
    let done = line.done;
    let mut faults = line.faults;
    let value = match value {
        Ok(value) => {
            if !done && let Some(fault) = left_over(context, &mut arguments) {
                faults.push((When::Always, fault));
            }
            Some(value)
        }
        Err(fault) => {
            faults.push((When::Always, fault));
            None
        }
    };
    Parsed { value, faults }
}

/// What sshd says of words that nobody took.
pub(super) fn left_over(context: &Context<'_>, arguments: &mut Arguments<'_>) -> Option<Fault> {
    match context.era() {
        Era::New if arguments.left() == 0 => None,
        Era::New => Some(Fault::Counts(vec![context.at_short(&[
            b"keyword ",
            context.keyword,
            b" extra arguments at end of line",
        ])])),
        Era::Old => {
            let word = arguments.full()?;
            let shown = &word[..word.len().min(200)];
            Some(context.ends(&[b"garbage at end of line; \"", shown, b"\"."]))
        }
    }
}

struct Line<'l, 'a> {
    context: &'l Context<'l>,
    key: Key,
    arguments: &'l mut Arguments<'a>,
    faults: Vec<(When, Fault)>,
    /// True if nothing is said of words that are left.
    done: bool,
}

impl Line<'_, '_> {
    fn value(&mut self, kind: Kind) -> Result<Value, Fault> {
        match kind {
            Kind::Flag(_) => self.choice(Choices::FLAG),
            Kind::KeepAlive if self.context.version.since(10, 6) => self.choice(Choices::TRUTH),
            Kind::KeepAlive => self.choice(Choices::FLAG),
            Kind::WeakCrypto => self.choice(Choices::WEAK),
            Kind::Choice(choices, _) => self.choice(choices),
            Kind::Time(_) => self.time().map(Value::Int),
            Kind::Idle => self.idle(),
            Kind::Int(_) => self.int().map(Value::Int),
            Kind::File(_) => {
                let path = self.file_name()?;
                self.path(path)
            }
            Kind::HomeFile => {
                let word = self.word("missing file name.")?;
                Ok(Value::Text(self.home(word, When::Taken)))
            }
            Kind::Word(_) => self.plain_word(),
            Kind::LocalUser => self.local_user(),
            Kind::Command => self.command(),
            Kind::Program => self.program(),
            Kind::Addendum => self.addendum(),
            Kind::Provider => {
                let word = self.word("missing file name.")?;
                match word.eq_ignore_ascii_case(b"internal") {
                    true => Ok(Value::Text(word)),
                    false => self.path(word),
                }
            }
            Kind::Agent => {
                let missing = || self.context.ends(&[b"missing socket name."]);
                let word = self.arguments.full().ok_or_else(missing)?;
                match word == b"SSH_AUTH_SOCK" {
                    true => Ok(Value::Text(word)),
                    false => self.path(word),
                }
            }
            Kind::AgentSocket => self.agent_socket(),
            Kind::Algorithms(family) => self.algorithms(family),
            Kind::GssKex => self.gss_kex(),
            Kind::Level => self.log_word("level", LEVELS),
            Kind::Facility => self.log_word("facility", FACILITIES),
            Kind::Hash => self.hash(),
            Kind::Mask => self.mask(),
            Kind::Tunnel => self.tunnel(),
            Kind::RoutingDomain => self.routing_domain(),
            Kind::Ports => self.ports(),
            Kind::Listen => self.listen(),
            Kind::Files => {
                let path = self.file_name()?;
                let Value::Text(path) = self.path(path)? else {
                    return Ok(Value::List(Vec::new()));
                };
                Ok(Value::List(vec![path]))
            }
            Kind::KeyFiles => self.key_files(),
            Kind::Users => self.users(),
            Kind::Groups => self.groups(),
            Kind::AcceptEnv => self.accept_env(),
            Kind::SetEnv => self.set_env(),
            Kind::Methods => self.methods(),
            Kind::LogVerbose => self.log_verbose(),
            Kind::ChannelTimeout => self.channel_timeout(),
            Kind::Permit => self.permit(),
            Kind::Subsystem => self.subsystem(),
            Kind::Startups => self.startups(),
            Kind::SourceStartups => self.source_startups(),
            Kind::SourceBlocks => self.source_blocks(),
            Kind::Qos => self.qos(),
            Kind::Rekey => self.rekey(),
            Kind::Environment => self.environment(),
            Kind::KeyOptions => self.key_options(),
            Kind::Penalties => self.penalties(),
            Kind::Exempt => self.exempt(),
        }
    }

    /// The next argument, or what sshd says where there is none.
    fn word(&mut self, old: &str) -> Result<Vec<u8>, Fault> {
        let missing = || self.context.missing(old);
        self.arguments.full().ok_or_else(missing)
    }

    fn choice(&mut self, choices: &'static [(&'static str, &'static str)]) -> Result<Value, Fault> {
        let missing = || self.context.ends(&[b"missing argument."]);
        let word = self.arguments.full().ok_or_else(missing)?;
        let is = |(name, _): &&(&str, &str)| word.eq_ignore_ascii_case(name.as_bytes());
        let shosts = |name: &str| name == "shosts-only" && !self.context.version.since(8, 3);
        match choices.iter().find(is).filter(|(name, _)| !shosts(name)) {
            Some((_, printed)) => Ok(Value::Word(printed)),
            None => Err(self
                .context
                .ends(&[b"unsupported option \"", &word, b"\"."])),
        }
    }

    fn time(&mut self) -> Result<i64, Fault> {
        let missing = || self.context.ends(&[b"missing time value."]);
        let word = self.arguments.full().ok_or_else(missing)?;
        let wrong = || self.context.ends(&[b"invalid time value."]);
        time::time(&word, self.context.version).ok_or_else(wrong)
    }

    fn idle(&mut self) -> Result<Value, Fault> {
        if self
            .arguments
            .peek()
            .is_some_and(|word| word.eq_ignore_ascii_case(b"none"))
        {
            self.arguments.next();
            // Unlike a time, this one takes over from what was set before.
            return Ok(Value::Word("none"));
        }
        self.time().map(Value::Int)
    }

    fn int(&mut self) -> Result<i64, Fault> {
        let word = self.arguments.next();
        self.not_negative(word.as_deref())
    }

    fn not_negative(&self, word: Option<&[u8]>) -> Result<i64, Fault> {
        number::atoi_err(word).map_err(|why| match self.context.era() {
            Era::Old => self
                .context
                .ends(&[b"integer value ", why.as_bytes(), b"."]),
            Era::New => self.context.ends(&[
                self.context.keyword,
                b" integer value ",
                why.as_bytes(),
                b".",
            ]),
        })
    }

    fn file_name(&mut self) -> Result<Vec<u8>, Fault> {
        let missing = || self.context.ends(&[b"missing file name."]);
        self.arguments.full().ok_or_else(missing)
    }

    /// derelativise_path: sshd runs in `/`, and `~` is a home.
    fn path(&mut self, path: Vec<u8>) -> Result<Value, Fault> {
        if path.eq_ignore_ascii_case(b"none") {
            return Ok(Value::Text(b"none".to_vec()));
        }
        let path = self.home(path, When::Active);
        Ok(Value::Text(match path.starts_with(b"/") {
            true => path,
            false => [b"//", path.as_slice()].concat(),
        }))
    }

    /// tilde_expand_filename: `~` is the home of uid 0, `~NAME/` that of an account, and so is `~NAME` since 8.9.
    fn home(&mut self, path: Vec<u8>, when: When) -> Vec<u8> {
        let Some(rest) = path.strip_prefix(b"~") else {
            return path;
        };
        let old = !self.context.version.since(8, 9);
        let slash = rest.iter().position(|byte| *byte == b'/');
        let (name, mut below) = match slash {
            Some(slash) => (&rest[..slash], &rest[slash + 1..]),
            None if old => (&b""[..], rest),
            None => (rest, &b""[..]),
        };
        if !old {
            below = &below[below.iter().take_while(|byte| **byte == b'/').count()..];
        }
        let shown = HostText::from_bytes(name);
        let fault = match self.context.names.homes.get(&shown) {
            Some(Some(home)) => {
                let mut full = HostText::to_bytes(home.raw()).into_owned();
                if !full.ends_with(b"/") {
                    full.push(b'/');
                }
                full.extend(below);
                return full;
            }
            Some(None) => {
                let who = match name {
                    [] => "No such uid 0".to_owned(),
                    _ => format!("No such user {}", shown.raw()),
                };
                let by = match self.context.era() {
                    Era::Old => "tilde_expand_filename",
                    Era::New => "tilde_expand",
                };
                Fault::Ends(vec![format!("{by}: {who}").into_bytes()])
            }
            None => self
                .context
                .unknown("a path that begins with `~`, whose account was not looked up"),
        };
        self.faults.push((when, fault));
        path
    }

    fn plain_word(&mut self) -> Result<Value, Fault> {
        if self.key == Key::PamServiceName {
            let missing = || self.context.ends(&[b"missing argument."]);
            return self.arguments.full().map(Value::Text).ok_or_else(missing);
        }
        self.word("missing file name.").map(Value::Text)
    }

    fn local_user(&mut self) -> Result<Value, Fault> {
        let keyword = match self.context.era() {
            Era::Old => self.key.row().name.as_bytes(),
            Era::New => self.context.keyword,
        };
        let missing = || self.context.ends(&[b"missing ", keyword, b" argument."]);
        self.arguments.full().map(Value::Text).ok_or_else(missing)
    }

    fn gss_kex(&mut self) -> Result<Value, Fault> {
        let missing = || self.context.ends_short(&[b"Missing argument."]);
        let word = self.arguments.full().ok_or_else(missing)?;
        let names = word
            .split(|byte| *byte == b',')
            .take_while(|name| !name.is_empty());
        for name in names {
            if !is_gss(name) {
                let shown = &name[..name.len().min(100)];
                let first = [b"Unsupported KEX algorithm \"", shown, b"\""].concat();
                let second = self
                    .context
                    .at_short(&[b"Bad GSSAPI KexAlgorithms '", &word, b"'."]);
                return Err(Fault::Ends(vec![first, second]));
            }
        }
        Ok(Value::Text(word))
    }

    fn hash(&mut self) -> Result<Value, Fault> {
        let missing = || match self.context.era() {
            Era::Old => self.context.ends_short(&[b"Missing argument."]),
            Era::New => self.context.missing(""),
        };
        let word = self.arguments.full().ok_or_else(missing)?;
        let names = ["MD5", "SHA1", "SHA256", "SHA384", "SHA512"];
        match names
            .into_iter()
            .find(|name| word.eq_ignore_ascii_case(name.as_bytes()))
        {
            Some(name) => Ok(Value::Word(name)),
            None => Err(match self.context.era() {
                Era::Old => self
                    .context
                    .ends_short(&[b"Invalid hash algorithm \"", &word, b"\"."]),
                Era::New => self.context.ends_short(&[
                    b"Invalid ",
                    self.context.keyword,
                    b" algorithm \"",
                    &word,
                    b"\".",
                ]),
            }),
        }
    }

    fn mask(&mut self) -> Result<Value, Fault> {
        let word = self.word("missing StreamLocalBindMask argument.")?;
        match number::octal(&word) {
            Some(mask @ 0..=0o777) => Ok(Value::Int(mask.into())),
            _ => Err(match self.context.era() {
                Era::Old => self.context.ends(&[b"Bad mask."]),
                Era::New => self
                    .context
                    .ends(&[b"Invalid ", self.context.keyword, b"."]),
            }),
        }
    }

    fn tunnel(&mut self) -> Result<Value, Fault> {
        const OLD: &str = "yes/point-to-point/ethernet/no argument";
        let word = self.word(&format!("Missing {OLD}."))?;
        let words = ["no", "point-to-point", "ethernet", "yes"];
        match words.into_iter().find(|own| word == own.as_bytes()) {
            Some(own) => Ok(Value::Word(own)),
            None => Err(match self.context.era() {
                Era::Old => self.context.ends(&[b"Bad ", OLD.as_bytes(), b": ", &word]),
                Era::New => {
                    self.context
                        .ends(&[b"bad ", self.context.keyword, b" argument ", &word])
                }
            }),
        }
    }

    fn routing_domain(&mut self) -> Result<Value, Fault> {
        if self.context.version.since(8, 3) {
            return Err(self
                .context
                .ends(&[b"setting RDomain not supported on this platform."]));
        }
        let missing = || self.context.ends_short(&[b"Missing argument."]);
        let word = self.arguments.full().ok_or_else(missing)?;
        match word.eq_ignore_ascii_case(b"none") || word == b"%D" {
            true => Ok(Value::Text(word)),
            false => Err(self.context.unknown("routing domains")),
        }
    }
}
