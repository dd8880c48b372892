//! A public key as SSH writes it in binary (RFC 4253, 6.6): its type, its real size and its fingerprint.
//!
//! Read as sshkey.c does. Whether a point lies on its curve is not computed: nobody has the other half of one that does not.

use super::base64;
use crate::facts::sshd::Version;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// What a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// RSA.
    Rsa,
    /// DSA, always of 1024 bits or so.
    Dss,
    /// ECDSA over NIST's curves.
    Ecdsa,
    /// Ed25519.
    Ed25519,
    /// ECDSA in a security key.
    SkEcdsa,
    /// Ed25519 in a security key.
    SkEd25519,
    /// ML-DSA-44 together with Ed25519.
    Mldsa44Ed25519,
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKey {
    /// What it is made of.
    pub kind: Kind,
    /// Its size as ssh-keygen(1) tells it: of RSA and DSA the bits of the modulus.
    pub bits: u32,
    /// `SHA256:…`, as ssh-keygen(1) prints it.
    pub fingerprint: String,
    /// True for a certificate of the key. In a file of keys it lets nobody in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub certificate: bool,
}

/// Why something is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// Another type than the word before it says, or none that this version knows.
    Type,
    /// RSA of fewer bits than sshd ever takes.
    Short,
    /// Not formed like a key.
    Form,
}

/// The type and curve that a word stands for: a name of sshkey.c.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Type {
    kind: Kind,
    curve: &'static str,
    certificate: bool,
}

/// The fewest bits of RSA that sshd takes (SSH_RSA_MINIMUM_MODULUS_SIZE).
const FEWEST: u32 = 1024;
/// SSHBUF_MAX_BIGNUM, in bytes.
const LONGEST: usize = 16_384 / 8;
const CURVES: [(&str, u32); 3] = [("nistp256", 256), ("nistp384", 384), ("nistp521", 521)];
const MLDSA44_ED25519: usize = 1312 + 32;

impl Type {
    /// The type of that name, where this version knows it.
    pub(super) fn named(name: &[u8], version: &Version) -> Option<Self> {
        let name = std::str::from_utf8(name).ok()?;
        let plain = |kind, curve| Self {
            kind,
            curve,
            certificate: false,
        };
        let (stem, certificate) = match name.strip_suffix("-cert-v01@openssh.com") {
            Some(stem) => (stem.to_owned(), true),
            None => (name.to_owned(), false),
        };
        // The name of a security key's certificate has the domain once, at its end.
        let stem = match certificate && (stem.contains("sk-") || stem.contains("mldsa")) {
            true => stem + "@openssh.com",
            false => stem,
        };
        let found = match stem.as_str() {
            "ssh-rsa" | "rsa-sha2-256" | "rsa-sha2-512" => plain(Kind::Rsa, ""),
            "ssh-dss" if !version.since(10, 0) => plain(Kind::Dss, ""),
            "ssh-ed25519" => plain(Kind::Ed25519, ""),
            "ecdsa-sha2-nistp256" => plain(Kind::Ecdsa, CURVES[0].0),
            "ecdsa-sha2-nistp384" => plain(Kind::Ecdsa, CURVES[1].0),
            "ecdsa-sha2-nistp521" => plain(Kind::Ecdsa, CURVES[2].0),
            "sk-ssh-ed25519@openssh.com" => plain(Kind::SkEd25519, ""),
            "sk-ecdsa-sha2-nistp256@openssh.com" => plain(Kind::SkEcdsa, CURVES[0].0),
            "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"
                if version.since(8, 4) && (!certificate || version.since(10, 3)) =>
            {
                plain(Kind::SkEcdsa, CURVES[0].0)
            }
            "ssh-mldsa44-ed25519@openssh.com" if version.since(10, 4) => {
                plain(Kind::Mldsa44Ed25519, "")
            }
            _ => return None,
        };
        Some(Self {
            certificate,
            ..found
        })
    }

    /// The type that stands in the blob itself, where a short name does too.
    fn within(name: &[u8], version: &Version) -> Option<Self> {
        Self::named(name, version).or_else(|| {
            let long: &[u8] = match name.to_ascii_uppercase().as_slice() {
                b"RSA" => b"ssh-rsa",
                b"DSA" => b"ssh-dss",
                b"ED25519" => b"ssh-ed25519",
                b"ED25519-SK" => b"sk-ssh-ed25519@openssh.com",
                b"MLDSA44-ED25519" => b"ssh-mldsa44-ed25519@openssh.com",
                _ => return None,
            };
            Self::named(long, version)
        })
    }

    fn name(self) -> String {
        match self.kind {
            Kind::Rsa => "ssh-rsa".to_owned(),
            Kind::Dss => "ssh-dss".to_owned(),
            Kind::Ed25519 => "ssh-ed25519".to_owned(),
            Kind::SkEd25519 => "sk-ssh-ed25519@openssh.com".to_owned(),
            Kind::Mldsa44Ed25519 => "ssh-mldsa44-ed25519@openssh.com".to_owned(),
            Kind::Ecdsa => format!("ecdsa-sha2-{}", self.curve),
            Kind::SkEcdsa => format!("sk-ecdsa-sha2-{}@openssh.com", self.curve),
        }
    }
}

/// The key in a blob, which must be of this type.
pub(super) fn parse(blob: &[u8], expected: Type, version: &Version) -> Result<PublicKey, NoKey> {
    let mut rest = Reader(blob);
    let found = Type::within(rest.text()?, version).ok_or(NoKey::Type)?;
    if found.certificate {
        rest.string()?; // the nonce
    }
    // What ssh-keygen hashes is the key written anew, however it is written here.
    let mut canon = Vec::new();
    put(&mut canon, found.name().as_bytes());
    let bits = match found.kind {
        Kind::Rsa => {
            let (e, n) = (rest.number()?, rest.number()?);
            put_number(&mut canon, e);
            put_number(&mut canon, n);
            let bits = bits(n);
            if bits < FEWEST {
                return Err(NoKey::Short);
            }
            bits
        }
        Kind::Dss => {
            let p = rest.number()?;
            put_number(&mut canon, p);
            for _ in 0..3 {
                put_number(&mut canon, rest.number()?);
            }
            bits(p)
        }
        Kind::Ecdsa | Kind::SkEcdsa => {
            let (_, bits) = CURVES
                .into_iter()
                .find(|(name, _)| *name == found.curve)
                .ok_or(NoKey::Form)?;
            let (curve, point) = (rest.text()?, rest.string()?);
            let size = bits.div_ceil(8) as usize;
            if curve != found.curve.as_bytes()
                || point.len() != 1 + 2 * size
                || point.first() != Some(&4)
            {
                return Err(NoKey::Form);
            }
            put(&mut canon, curve);
            put(&mut canon, point);
            bits
        }
        Kind::Ed25519 | Kind::SkEd25519 => fixed(&mut rest, &mut canon, 32)?,
        Kind::Mldsa44Ed25519 => fixed(&mut rest, &mut canon, MLDSA44_ED25519)?,
    };
    if matches!(found.kind, Kind::SkEcdsa | Kind::SkEd25519) {
        put(&mut canon, rest.text()?); // the application
    }
    if !found.certificate && !rest.0.is_empty() {
        return Err(NoKey::Form);
    }
    if found != expected {
        return Err(NoKey::Type);
    }
    let digest = Sha256::digest(&canon);
    Ok(PublicKey {
        kind: found.kind,
        bits,
        fingerprint: format!("SHA256:{}", base64::encode(&digest)),
        certificate: found.certificate,
    })
}

fn fixed(rest: &mut Reader, canon: &mut Vec<u8>, size: usize) -> Result<u32, NoKey> {
    let key = rest.string()?;
    if key.len() != size {
        return Err(NoKey::Form);
    }
    put(canon, key);
    Ok(256)
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend(length.to_be_bytes());
    out.extend(bytes);
}

fn put_number(out: &mut Vec<u8>, number: &[u8]) {
    match number.first() {
        Some(first) if first & 0x80 != 0 => put(out, &[&[0], number].concat()),
        _ => put(out, number),
    }
}

fn bits(number: &[u8]) -> u32 {
    let whole = u32::try_from(number.len())
        .unwrap_or(u32::MAX)
        .saturating_mul(8);
    number
        .first()
        .map_or(0, |first| whole - first.leading_zeros())
}

struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn string(&mut self) -> Result<&'b [u8], NoKey> {
        let (length, rest) = self.0.split_first_chunk::<4>().ok_or(NoKey::Form)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (string, rest) = rest.split_at_checked(length).ok_or(NoKey::Form)?;
        self.0 = rest;
        Ok(string)
    }

    /// A string of C: a NUL only at its end.
    fn text(&mut self) -> Result<&'b [u8], NoKey> {
        let string = self.string()?;
        let text = string.strip_suffix(b"\0").unwrap_or(string);
        match text.contains(&0) {
            true => Err(NoKey::Form),
            false => Ok(text),
        }
    }

    /// A number that is not negative, without the zeros before it.
    fn number(&mut self) -> Result<&'b [u8], NoKey> {
        let string = self.string()?;
        let too_long = string.len() > LONGEST + 1
            || (string.len() == LONGEST + 1 && string.first() != Some(&0));
        if too_long || string.first().is_some_and(|first| first & 0x80 != 0) {
            return Err(NoKey::Form);
        }
        let start = string.iter().position(|byte| *byte != 0);
        Ok(&string[start.unwrap_or(string.len())..])
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.kind {
            Kind::Rsa => "RSA",
            Kind::Dss => "DSA",
            Kind::Ecdsa => "ECDSA",
            Kind::Ed25519 => return out.write_str("Ed25519"),
            Kind::SkEcdsa => return out.write_str("ECDSA in a security key"),
            Kind::SkEd25519 => return out.write_str("Ed25519 in a security key"),
            Kind::Mldsa44Ed25519 => return out.write_str("ML-DSA-44 with Ed25519"),
        };
        write!(out, "{name} of {} bits", self.bits)
    }
}
