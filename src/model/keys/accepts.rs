//! What sshd's settings say of a key by its type, its size and its fingerprint, wherever it stands.

use crate::facts::authorized_keys::{Kind, PublicKey};
use crate::facts::sshd::Version;
use crate::model::sshd::{Effective, Key};
use crate::source::Obstacle;
use std::collections::BTreeSet;

/// RevokedKeys.
#[derive(Default)]
pub(super) struct Revoked {
    /// The fingerprints of the keys.
    pub(super) keys: BTreeSet<String>,
    /// Why none is taken.
    pub(super) all: Option<String>,
}

impl Revoked {
    /// Why a key is not taken.
    pub(super) fn why(&self, key: &PublicKey) -> Option<String> {
        let listed = self.keys.contains(&key.fingerprint);
        self.all
            .clone()
            .or_else(|| listed.then(|| "it is revoked".to_owned()))
    }
}

/// What PubkeyAcceptedAlgorithms, CASignatureAlgorithms and RequiredRSASize let through.
pub(super) struct Accepts {
    algorithms: Vec<String>,
    of_authorities: Vec<String>,
    rsa: u32,
    version: Version,
}

impl Accepts {
    pub(super) fn new(effective: &Effective<'_>) -> Result<Self, Obstacle> {
        let list = |key: Key| -> Result<Vec<String>, Obstacle> {
            let value = effective.setting(key)?.values.into_iter().next();
            let value = value.unwrap_or_default();
            Ok(value.raw().split(',').map(str::to_owned).collect())
        };
        let rsa = effective.get("requiredrsasize")?;
        let rsa = rsa.and_then(|it| it.value()?.parse().ok());
        Ok(Self {
            algorithms: list(Key::PubkeyAcceptedAlgorithms)?,
            of_authorities: list(Key::CaSignatureAlgorithms)?,
            rsa: rsa.unwrap_or(0),
            version: effective.model().version().clone(),
        })
    }

    /// Why no login by the key is taken.
    pub(super) fn why_not(&self, key: &PublicKey, authority: bool) -> Option<String> {
        let (list, keyword) = match authority {
            true => (&self.of_authorities, "CASignatureAlgorithms"),
            false => (&self.algorithms, "PubkeyAcceptedAlgorithms"),
        };
        let taken = list.iter().any(|it| signs(key, it));
        if !taken {
            let keyword = match self.version.since(8, 5) || authority {
                true => keyword,
                false => "PubkeyAcceptedKeyTypes",
            };
            return Some(format!("{keyword} has nothing for it"));
        }
        let short = key.kind == Kind::Rsa && key.bits < self.rsa && !authority;
        short.then(|| format!("RequiredRSASize is {}", self.rsa))
    }
}

/// True if a key makes signatures of that name.
fn signs(key: &PublicKey, algorithm: &str) -> bool {
    match key.kind {
        Kind::Rsa => matches!(algorithm, "ssh-rsa" | "rsa-sha2-256" | "rsa-sha2-512"),
        Kind::Dss => algorithm == "ssh-dss",
        Kind::Ecdsa => algorithm == format!("ecdsa-sha2-nistp{}", key.bits),
        Kind::Ed25519 => algorithm == "ssh-ed25519",
        Kind::SkEcdsa => matches!(
            algorithm,
            "sk-ecdsa-sha2-nistp256@openssh.com" | "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"
        ),
        Kind::SkEd25519 => algorithm == "sk-ssh-ed25519@openssh.com",
        Kind::Mldsa44Ed25519 => algorithm == "ssh-mldsa44-ed25519@openssh.com",
    }
}
