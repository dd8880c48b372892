//! What a password field of passwd(5) or shadow(5) is worth, without the hash (crypt(5)).

use serde::{Deserialize, Serialize};

/// What a password field allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum PasswordState {
    /// No password at all: where PAM allows it (`nullok`), anybody logs in.
    Empty,
    /// No password matches.
    Locked {
        /// True if the lock is a `!`: sshd without PAM then refuses keys too. False for `*` and other text that is no hash.
        bang: bool,
        /// The scheme of the hash that is kept behind the lock, if one is.
        kept: Option<Scheme>,
    },
    /// A password is set.
    Set {
        /// How it is hashed.
        scheme: Scheme,
    },
    /// The password is said to be in shadow(5), and the account has no valid line there: PAM refuses it.
    NoShadowEntry,
    /// The password is in shadow(5), which could not be read.
    Unseen,
}

/// How a password is hashed: the prefixes of crypt(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// `$y$`.
    Yescrypt,
    /// `$gy$`.
    GostYescrypt,
    /// `$7$`.
    Scrypt,
    /// `$2a$`, `$2b$`, `$2x$`, `$2y$`.
    Bcrypt,
    /// `$6$`.
    Sha512,
    /// `$5$`.
    Sha256,
    /// `$sha1$`.
    Sha1,
    /// `$md5`, of Sun.
    SunMd5,
    /// `$1$`.
    Md5,
    /// `$3$`: no salt.
    Nt,
    /// `_` and nineteen characters, of BSDi.
    BsdiDes,
    /// Thirteen characters, and perhaps more: eight of the password count, or eight for each eleven more.
    Des,
    /// Another `$…$`.
    Other,
}

impl PasswordState {
    /// The state that a field's text gives. The text itself is not kept.
    pub fn of(field: &[u8]) -> Self {
        let bang = field.starts_with(b"!");
        let behind = field
            .iter()
            .position(|byte| !matches!(byte, b'!' | b'*'))
            .map_or(&[][..], |start| &field[start..]);
        match Scheme::of(behind) {
            _ if field.is_empty() => Self::Empty,
            Some(scheme) if behind.len() == field.len() => Self::Set { scheme },
            // `!unprovisioned` has thirteen letters and is no DES hash: behind a lock only what is beyond doubt counts.
            Some(Scheme::Des) | None => Self::Locked { bang, kept: None },
            kept => Self::Locked { bang, kept },
        }
    }
}

impl Scheme {
    /// The scheme of a hash; `None` if no password could match the text. A known prefix is taken for a hash however it goes on.
    fn of(hash: &[u8]) -> Option<Self> {
        const PREFIXES: [(&[u8], Scheme); 14] = [
            (b"$y$", Scheme::Yescrypt),
            (b"$gy$", Scheme::GostYescrypt),
            (b"$7$", Scheme::Scrypt),
            (b"$2a$", Scheme::Bcrypt),
            (b"$2b$", Scheme::Bcrypt),
            (b"$2x$", Scheme::Bcrypt),
            (b"$2y$", Scheme::Bcrypt),
            (b"$6$", Scheme::Sha512),
            (b"$5$", Scheme::Sha256),
            (b"$sha1$", Scheme::Sha1),
            (b"$md5", Scheme::SunMd5),
            (b"$1$", Scheme::Md5),
            (b"$3$", Scheme::Nt),
            (b"$", Scheme::Other),
        ];
        let known = PREFIXES.iter().find(|(prefix, _)| hash.starts_with(prefix));
        let plain = |text: &[u8]| {
            text.iter()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/'))
        };
        match hash {
            _ if known.is_some() => known.map(|(_, scheme)| *scheme),
            [b'_', rest @ ..] if rest.len() == 19 && plain(rest) => Some(Self::BsdiDes),
            // pam_unix passes over what stands behind: an age, or more of a bigcrypt hash.
            _ if hash.len() >= 13 && plain(&hash[..13]) => Some(Self::Des),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_its_state_and_scheme() {
        use PasswordState::{Empty, Locked, Set};
        let locked = |bang, kept| Locked { bang, kept };
        for (field, expected) in [
            ("", Empty),
            (
                "$y$j9T$salt$hash",
                Set {
                    scheme: Scheme::Yescrypt,
                },
            ),
            (
                "$6$rounds=5000$salt$hash",
                Set {
                    scheme: Scheme::Sha512,
                },
            ),
            (
                "$2b$12$abc",
                Set {
                    scheme: Scheme::Bcrypt,
                },
            ),
            (
                "$argon2id$x",
                Set {
                    scheme: Scheme::Other,
                },
            ),
            (
                "ab01234567.9/",
                Set {
                    scheme: Scheme::Des,
                },
            ),
            (
                "_J9..rasmBYk8r9AiWNc",
                Set {
                    scheme: Scheme::BsdiDes,
                },
            ),
            ("!", locked(true, None)),
            ("!!", locked(true, None)),
            ("*", locked(false, None)),
            ("!*", locked(true, None)),
            ("*!", locked(false, None)),
            ("!$6$salt$hash", locked(true, Some(Scheme::Sha512))),
            ("*$1$salt$hash", locked(false, Some(Scheme::Md5))),
            ("!unprovisioned", locked(true, None)),
            ("*LK*", locked(false, None)),
            ("x", locked(false, None)),
            ("abc def 01234", locked(false, None)),
        ] {
            assert_eq!(PasswordState::of(field.as_bytes()), expected, "{field}");
        }
    }
}
