//! What a finding is about.

use crate::source::HostText;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// What a finding is about, written `kind:value`, or plain `host`. Together with the check's id it identifies
/// a finding from run to run, so it holds nothing that changes by itself (no pid, no time).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The host as a whole.
    Host,
    /// A login account, by name.
    User(HostText),
    /// A program that serves, by name.
    Daemon(HostText),
    /// A package, by name.
    Package(HostText),
    /// A file or directory, by its absolute path.
    Path(HostText),
    /// A port, as `8080/tcp`.
    Port(HostText),
    /// A kernel setting, dotted (`*` where it stands for every interface).
    Sysctl(HostText),
}

impl Subject {
    fn parts(&self) -> Option<(&'static str, &HostText)> {
        match self {
            Self::Host => None,
            Self::User(value) => Some(("user", value)),
            Self::Daemon(value) => Some(("daemon", value)),
            Self::Package(value) => Some(("package", value)),
            Self::Path(value) => Some(("path", value)),
            Self::Port(value) => Some(("port", value)),
            Self::Sysctl(value) => Some(("sysctl", value)),
        }
    }

    /// The subject as it is, for comparing and hashing; never for printing.
    pub fn raw(&self) -> String {
        match self.parts() {
            None => "host".to_owned(),
            Some((kind, value)) => format!("{kind}:{}", value.raw()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        if text == "host" {
            return Some(Self::Host);
        }
        let (kind, value) = text.split_once(':')?;
        let value = HostText::from(value);
        match kind {
            "user" => Some(Self::User(value)),
            "daemon" => Some(Self::Daemon(value)),
            "package" => Some(Self::Package(value)),
            "path" => Some(Self::Path(value)),
            "port" => Some(Self::Port(value)),
            "sysctl" => Some(Self::Sysctl(value)),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            None => out.write_str("host"),
            Some((kind, value)) => write!(out, "{kind}:{value}"),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.raw())
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("`{}` is no subject", HostText::from(text)))
        })
    }
}

impl JsonSchema for Subject {
    fn schema_name() -> Cow<'static, str> {
        "Subject".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What a finding is about: `host`, or `kind:value`.",
            "type": "string",
            "pattern": "^(host|[a-z]+:.+)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for subject in [
            Subject::Host,
            Subject::User("root".into()),
            Subject::Daemon("sshd".into()),
            Subject::Path("/opt/a:b".into()),
            Subject::Port("8080/tcp".into()),
            Subject::Sysctl("net.ipv4.conf.*.rp_filter".into()),
        ] {
            assert_eq!(Subject::parse(&subject.raw()), Some(subject));
        }
        assert_eq!(Subject::parse("planet:mars"), None);
    }

    #[test]
    fn a_name_cannot_steer_the_terminal() {
        assert_eq!(
            Subject::User("a\x1b[m".into()).to_string(),
            "user:a\\u{1b}[m"
        );
    }
}
