//! What sshd would decide: its whole configuration as a version of OpenSSH reads it, for any login; and, beside that,
//! what its options mean for a password.
//!
//! [`Model::new`] reads the recorded files as sshd does when it starts, [`Model::login`] as it does for one login: servconf.c
//! of OpenSSH, from 8.2 on. Nothing is asked, so that recorded facts answer as a live host does. Host keys are not looked
//! at: an sshd that has none does not start either.

mod address;
mod admission;
mod algorithm;
mod connection;
mod context;
mod criterion;
mod effective;
mod fold;
mod keyword;
mod kind;
mod listen;
mod number;
mod parse;
mod password;
mod pattern;
mod print;
mod program;
mod qos;
mod refusal;
mod set;
mod sheet;
mod start;
#[cfg(test)]
mod tests;
mod time;

pub use address::{Address, Item as NetworkItem, Networks};
pub use admission::{barred_by, hosts_fit};
pub use algorithm::Family;
pub use connection::{Connection, Groups};
pub use criterion::Criterion;
pub use effective::{Effective, Origin, Setting};
pub use keyword::Key;
pub use password::{DECIDING, PasswordLogin, is_on, password_login, password_methods};
pub use pattern::PatternList;
pub use refusal::{Refusal, Trouble};

use crate::facts::sshd::{Config, Flavour, Names, Version};
use crate::source::{HostText, Obstacle, Source};
use kind::Value;
use parse::known_methods;
use program::{Program, Taken};
use sheet::Sheets;
use start::Start;

/// What the daemon is started with, beside its files: its arguments in their order.
pub type CommandLine = Vec<Argument>;

/// One argument of sshd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// The value of a `-o`.
    Option(HostText),
    /// The value of a `-p`.
    Port(HostText),
}

/// sshd with its files read.
#[derive(Clone, Debug)]
pub struct Model {
    version: Version,
    sheets: Sheets,
    /// The statements in force before anybody logs in.
    taken: Vec<u32>,
    program: Program,
    listen: Result<Vec<String>, Obstacle>,
}

/// A Match line.
#[derive(Clone, Debug)]
pub struct Block<'m> {
    /// Where it stands.
    pub source: Source,
    /// Its criteria as they are written.
    pub text: &'m HostText,
    /// The same, read.
    pub criteria: &'m [Criterion],
}

/// The releases that are modelled: the first with Include, and the last whose answers were compared.
const RELEASES: [(u16, u16); 2] = [(8, 2), (10, 6)];

impl Model {
    /// Reads the files as sshd does when it starts.
    ///
    /// # Errors
    /// What sshd refuses to start for; or why that cannot be told: a file that could not be read, a version that is not
    /// modelled.
    pub fn new(
        config: &Config,
        version: &Version,
        command_line: &[Argument],
    ) -> Result<Self, Trouble> {
        if version.release < RELEASES[0] || version.release > RELEASES[1] {
            return Err(Obstacle::NotModelled {
                what: format!("OpenSSH {version}: only 8.2 to 10.6 are known here").into(),
            }
            .into());
        }
        let mut start = Start::new(config, version);
        for argument in command_line {
            match argument {
                Argument::Option(option) => start.option(option)?,
                Argument::Port(port) => start.port(port)?,
            }
        }
        let main = start.files()?;
        let program = Program::new(&start.sheets, main, &start.cache, version)?;
        let early = start.early_ports.first().copied();
        let mut model = Self {
            version: version.clone(),
            sheets: start.sheets,
            taken: start.taken,
            program,
            listen: Ok(Vec::new()),
        };
        model.listen = model.listening(&config.names, early)?;
        model.check()?;
        Ok(model)
    }

    /// The version that the files were read as.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// What holds before anybody logs in. `sshd -T` without `-C` prints more: see [`Model::nobody`].
    pub fn global(&self) -> Effective<'_> {
        Effective {
            model: self,
            taken: Taken::default(),
        }
    }

    /// What `sshd -T` without `-C` prints: a login that nothing is known of, so that only `Match all` fits.
    ///
    /// # Errors
    /// As [`Model::login`].
    pub fn nobody(&self) -> Result<Effective<'_>, Trouble> {
        self.login(&Connection::default())
    }

    /// What holds for a login, as `sshd -T -C` prints it.
    ///
    /// # Errors
    /// What sshd refuses at this login, though it started; or why that cannot be told.
    pub fn login(&self, connection: &Connection) -> Result<Effective<'_>, Trouble> {
        let taken = self.program.run(&self.sheets, &connection.caller())?;
        let effective = Effective { model: self, taken };
        effective.check()?;
        Ok(effective)
    }

    /// Where sshd would listen. The obstacle is of this alone: sshd may well start.
    fn listening(
        &self,
        names: &Names,
        early: Option<usize>,
    ) -> Result<Result<Vec<String>, Obstacle>, Trouble> {
        let family = match self.global_fold(Key::AddressFamily).0.value {
            Some(Value::Word(family)) => family,
            _ => "any",
        };
        let mut ports = match self.global_fold(Key::Port).0.value {
            Some(Value::Ports(ports)) => ports,
            _ => Vec::new(),
        };
        // 8.2 and 8.3 settle this at the end of each file, with what they have then; Ubuntu mended that.
        if let Some(taken) = early
            && self.version.flavour != Flavour::Ubuntu
            && !self.taken[..taken]
                .iter()
                .any(|number| self.statement(*number).key == Key::Port)
            && self.taken[taken..]
                .iter()
                .any(|number| self.statement(*number).key == Key::Port)
        {
            return Err(Obstacle::NotModelled {
                what: "Port behind an Include, which OpenSSH 8.2 and 8.3 add to port 22".into(),
            }
            .into());
        }
        if ports.is_empty() {
            ports.push(22);
        }
        let queued = match self.global_fold(Key::ListenAddress).0.value {
            Some(Value::Listen(queued)) => queued,
            _ => Vec::new(),
        };
        match listen::expand(&queued, &ports, family, names) {
            Ok(lines) => Ok(Ok(lines)),
            Err(Trouble::Unknown(obstacle)) => Ok(Err(obstacle)),
            Err(refused) => Err(refused),
        }
    }

    /// What sshd checks before it listens: sshd.c, main.
    fn check(&self) -> Result<(), Trouble> {
        let refuse = |key: Key, messages: Vec<String>| -> Result<(), Trouble> {
            let decided = self
                .global()
                .setting(key)
                .map(|setting| setting.decided_by)
                .unwrap_or_default();
            let place = decided.into_iter().find_map(|origin| match origin {
                Origin::Line { source, .. } => Some(source),
                Origin::CommandLine(_) => None,
            });
            let messages = messages.into_iter().map(HostText::from).collect();
            Err(Refusal { place, messages }.into())
        };
        for (key, name) in self.list_names() {
            if let (kind::Kind::Algorithms(family), Some(Value::Text(list))) =
                (key.row().kind, self.global_fold(key).0.value)
                && family.assemble(&list, &self.version).is_none()
            {
                return refuse(
                    key,
                    vec![format!("assemble_algorithms: {name}: invalid argument")],
                );
            }
        }
        for (command, user) in [
            (Key::AuthorizedKeysCommand, Key::AuthorizedKeysCommandUser),
            (
                Key::AuthorizedPrincipalsCommand,
                Key::AuthorizedPrincipalsCommandUser,
            ),
        ] {
            let is_set = |value: Option<Value>| matches!(value, Some(Value::Text(text)) if !text.eq_ignore_ascii_case(b"none"));
            if is_set(self.global_fold(command).0.value) && self.global_fold(user).0.value.is_none()
            {
                let name = command.row().name;
                return refuse(command, vec![format!("{name} set without {name}User")]);
            }
        }
        if let Some(Value::List(lists)) = self.global_fold(Key::AuthenticationMethods).0.value
            && !matches!(lists.as_slice(), [any] if any.eq_ignore_ascii_case(b"any"))
        {
            let mut messages = Vec::new();
            for list in &lists {
                match self.disabled_method(list) {
                    None => return Ok(()),
                    Some(complaint) => messages.push(complaint),
                }
            }
            messages.push(
                "AuthenticationMethods cannot be satisfied by enabled authentication methods"
                    .to_owned(),
            );
            return refuse(Key::AuthenticationMethods, messages);
        }
        Ok(())
    }

    /// The lists of algorithms as sshd puts them together, by its own names.
    fn list_names(&self) -> [(Key, &'static str); 7] {
        let old = !self.version.since(8, 5);
        [
            (Key::Ciphers, "ciphers"),
            (Key::Macs, "macs"),
            (Key::KexAlgorithms, "kex_algorithms"),
            (Key::HostKeyAlgorithms, "hostkeyalgorithms"),
            (
                Key::HostbasedAcceptedAlgorithms,
                if old {
                    "hostbased_key_types"
                } else {
                    "hostbased_accepted_algos"
                },
            ),
            (
                Key::PubkeyAcceptedAlgorithms,
                if old {
                    "pubkey_key_types"
                } else {
                    "pubkey_accepted_algos"
                },
            ),
            (Key::CaSignatureAlgorithms, "ca_sign_algorithms"),
        ]
    }

    /// Why a list of methods cannot be gone through (auth2_methods_valid).
    fn disabled_method(&self, list: &[u8]) -> Option<String> {
        let shown = String::from_utf8_lossy(list).into_owned();
        for method in list.split(|byte| *byte == b',') {
            let name = method
                .split(|byte| *byte == b':')
                .next()
                .unwrap_or_default();
            let known = known_methods(&self.version).find(|own| own.as_bytes() == name);
            let name = String::from_utf8_lossy(name).into_owned();
            let Some(known) = known else {
                return Some(format!("Unknown authentication method \"{name}\" in list"));
            };
            let key = match known {
                "publickey" => Key::PubkeyAuthentication,
                "gssapi-keyex" | "gssapi-with-mic" => Key::GssapiAuthentication,
                "password" => Key::PasswordAuthentication,
                "keyboard-interactive" => Key::KbdInteractiveAuthentication,
                "hostbased" => Key::HostbasedAuthentication,
                _ => continue,
            };
            let on = match self.global().setting(key) {
                Ok(setting) => setting.value() == Some("yes"),
                Err(_) => false,
            };
            if !on {
                return Some(format!(
                    "Disabled method \"{name}\" in AuthenticationMethods list \"{shown}\""
                ));
            }
        }
        None
    }
}

/// True if some version has a setting of that name, whatever its case.
pub fn is_setting(name: &str) -> bool {
    let is = |own: &str| own.eq_ignore_ascii_case(name);
    keyword::ROWS.iter().any(|row| is(row.name)) || keyword::ALIASES.iter().any(|it| is(it.0))
}

/// True for builds with Debian's patches.
fn is_debian(version: &Version) -> bool {
    matches!(version.flavour, Flavour::Debian | Flavour::Ubuntu)
}
