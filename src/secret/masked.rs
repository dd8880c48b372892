//! What may be shown of a secret: its kind, and its end if it is long.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// How long a secret must be before four characters of it may be shown.
const LONG: usize = 20;
const SHOWN: usize = 4;

/// What kind of secret it is, as its name or shape says.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What a person or service logs in with.
    Password,
    /// What unlocks a key.
    Passphrase,
    /// The half of an exchange's or service's key pair that names the account.
    ApiKey,
    /// The half that signs.
    ApiSecret,
    /// Whoever shows it is let in: bearer tokens, bot tokens.
    Token,
    /// A key of an asymmetric pair, or of a wallet.
    PrivateKey,
    /// The words that a wallet is restored from.
    SeedPhrase,
    /// An address that anybody may post to who knows it.
    Webhook,
    /// Proof that a request was signed.
    Signature,
    /// A user with a password, or another thing to log in with.
    Credential,
    /// A key of whatever sort.
    Key,
    /// Anything else that is secret.
    Secret,
}

impl Kind {
    const ALL: [Self; 12] = [
        Self::Password,
        Self::Passphrase,
        Self::ApiKey,
        Self::ApiSecret,
        Self::Token,
        Self::PrivateKey,
        Self::SeedPhrase,
        Self::Webhook,
        Self::Signature,
        Self::Credential,
        Self::Key,
        Self::Secret,
    ];

    /// The word for it in output: `api-key`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passphrase => "passphrase",
            Self::ApiKey => "api-key",
            Self::ApiSecret => "api-secret",
            Self::Token => "token",
            Self::PrivateKey => "private-key",
            Self::SeedPhrase => "seed-phrase",
            Self::Webhook => "webhook",
            Self::Signature => "signature",
            Self::Credential => "credential",
            Self::Key => "key",
            Self::Secret => "secret",
        }
    }
}

/// What may be shown of a secret. Never its length, and no hash of it: a short password can be found from either.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Masked {
    /// What it is.
    pub kind: Kind,
    /// Its last four characters, where it has twenty or more.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "four"
    )]
    ending: Option<String>,
}

impl Masked {
    /// Nothing but the kind.
    pub fn bare(kind: Kind) -> Self {
        Self { kind, ending: None }
    }

    /// What may be shown of this secret. The end is shown where twenty characters or more of the alphabets that keys
    /// are written in stand together: the end of `user:pw` would be the whole password, that of a seed phrase a word, that
    /// of a webhook's path perhaps all that is secret in it.
    pub fn of(kind: Kind, secret: &str) -> Self {
        let start = secret.rfind(|c| !is_of_a_key(c)).map_or(0, |at| {
            at + secret[at..].chars().next().map_or(1, char::len_utf8)
        });
        let run = &secret[start..];
        let may_show = run.len() >= LONG && !matches!(kind, Kind::SeedPhrase | Kind::Webhook);
        Self {
            kind,
            ending: may_show.then(|| run[run.len() - SHOWN..].to_owned()),
        }
    }

    /// Its last four characters, where it has twenty or more.
    pub fn ending(&self) -> Option<&str> {
        self.ending.as_deref()
    }

    /// The mark at the beginning of the text, and how many bytes it takes.
    pub(super) fn read(text: &str) -> Option<(Self, usize)> {
        let rest = text.strip_prefix('[')?;
        let (kind, rest) = Kind::ALL.into_iter().find_map(|kind| {
            let rest = rest.strip_prefix(kind.word())?;
            rest.starts_with([']', ' ']).then_some((kind, rest))
        })?;
        let (ending, rest) = match rest.strip_prefix(" …") {
            Some(rest) => (Some(rest.get(..SHOWN)?), &rest[SHOWN..]),
            None => (None, rest),
        };
        let rest = rest.strip_prefix(']')?;
        if !ending.is_none_or(|ending| ending.chars().all(is_of_a_key)) {
            return None;
        }
        let ending = ending.map(str::to_owned);
        Some((Self { kind, ending }, text.len() - rest.len()))
    }
}

/// Base64 in both its alphabets, hex, base58: all that keys are written in, and nothing that needs escaping.
fn is_of_a_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '/' | '=')
}

/// Facts may come from a file: an end that we would not have written is refused.
fn four<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let ending = Option::<String>::deserialize(from)?;
    match ending {
        Some(text) if text.len() != SHOWN || !text.chars().all(is_of_a_key) => Err(
            de::Error::custom("not the last four characters of a secret"),
        ),
        ending => Ok(ending),
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.word();
        match &self.ending {
            Some(ending) => write!(out, "[{kind} …{ending}]"),
            None => write!(out, "[{kind}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_end_of_long_ones_only() {
        let shown = |secret| Masked::of(Kind::ApiKey, secret).to_string();
        assert_eq!(shown("abcdefghijklmnopwxyz"), "[api-key …wxyz]");
        assert_eq!(shown("abcdefghijklmnopwxy"), "[api-key]");
        assert_eq!(shown("ääääääääääääääääääää"), "[api-key]");
        assert_eq!(shown(""), "[api-key]");
        assert_eq!(shown("a-very-long-user-name-indeed:abcd"), "[api-key]");
    }

    #[test]
    fn reads_what_it_wrote() {
        for secret in ["abc", "abcdefghijklmnopwxyz", "kQH5HW/8p1uGOVjbgWA7Fg=="] {
            for kind in Kind::ALL {
                let masked = Masked::of(kind, secret);
                let text = masked.to_string();
                assert_eq!(
                    Masked::read(&format!("{text}x")),
                    Some((masked.clone(), text.len()))
                );
                let json = serde_json::to_string(&masked).unwrap();
                assert_eq!(serde_json::from_str::<Masked>(&json).unwrap(), masked);
            }
        }
        for not in [
            "[api-key",
            "[api-key …abc]",
            "[api-key …abcde]",
            "[apikey]",
            "[key …a b ]",
            "[key …aäb]",
            "x",
        ] {
            assert_eq!(Masked::read(not), None, "{not}");
        }
    }

    #[test]
    fn a_file_cannot_make_it_show_more() {
        for ending in ["abcde", "ab\u{1b}d", "abc"] {
            let json = serde_json::json!({"kind": "token", "ending": ending});
            assert!(serde_json::from_value::<Masked>(json).is_err());
        }
    }
}
