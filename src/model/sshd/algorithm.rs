//! Lists of algorithms: which each version has and offers, and what `+`, `-` and `^` make of them (kex.c, sshkey.c).

use super::pattern::{PatternList, Said};
use crate::facts::sshd::{Flavour, Version};

/// A kind of algorithm, in the order in which sshd puts its lists together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `Ciphers`.
    Cipher,
    /// `MACs`.
    Mac,
    /// `KexAlgorithms`.
    Kex,
    /// Kinds of keys and signatures.
    Key,
    /// Signatures of authorities on certificates: `CASignatureAlgorithms`.
    Authority,
}

const CIPHERS: &str = "3des-cbc aes128-cbc aes192-cbc aes256-cbc <8.5:rijndael-cbc@lysator.liu.se aes128-ctr aes192-ctr aes256-ctr \
     aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com";

const MACS: &str = "hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 umac-64@openssh.com umac-128@openssh.com \
     hmac-sha1-etm@openssh.com hmac-sha1-96-etm@openssh.com hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com \
     hmac-md5-etm@openssh.com hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com umac-128-etm@openssh.com";

const KEX: &str = "diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256 diffie-hellman-group16-sha512 \
     diffie-hellman-group18-sha512 diffie-hellman-group-exchange-sha1 diffie-hellman-group-exchange-sha256 ecdh-sha2-nistp256 \
     ecdh-sha2-nistp384 ecdh-sha2-nistp521 10.5:mlkem768nistp256-sha256 curve25519-sha256 curve25519-sha256@libssh.org \
     <8.5:sntrup4591761x25519-sha512@tinyssh.org 9.9:sntrup761x25519-sha512 8.5:sntrup761x25519-sha512@openssh.com \
     9.9:mlkem768x25519-sha256";

/// As sshkey.c lists them since 9.2; before, the certificates came last.
const KEYS: &str = "ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com sk-ssh-ed25519-cert-v01@openssh.com \
     10.4<10.6:ssh-mldsa44-ed25519@openssh.com \
     10.4<10.6:ssh-mldsa44-ed25519-cert-v01@openssh.com 10.6:ssh-mldsa44-ed25519 10.6:ssh-mldsa44-ed25519-cert ecdsa-sha2-nistp256 \
     ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384 ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521 \
     ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256@openssh.com sk-ecdsa-sha2-nistp256-cert-v01@openssh.com \
     webauthn-sk-ecdsa-sha2-nistp256@openssh.com 10.3:webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com \
     <9.8:ssh-dss <9.8:ssh-dss-cert-v01@openssh.com ssh-rsa ssh-rsa-cert-v01@openssh.com rsa-sha2-256 \
     rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512 rsa-sha2-512-cert-v01@openssh.com";

const OLD_KEYS: &str = "ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com sk-ssh-ed25519-cert-v01@openssh.com \
     ssh-rsa rsa-sha2-256 rsa-sha2-512 ssh-dss ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 \
     sk-ecdsa-sha2-nistp256@openssh.com 8.4:webauthn-sk-ecdsa-sha2-nistp256@openssh.com ssh-rsa-cert-v01@openssh.com \
     rsa-sha2-256-cert-v01@openssh.com rsa-sha2-512-cert-v01@openssh.com ssh-dss-cert-v01@openssh.com \
     ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521-cert-v01@openssh.com \
     sk-ecdsa-sha2-nistp256-cert-v01@openssh.com";

/// Other names that are taken for plain kinds of keys up to 9.8, and then match nothing.
const SHORT_NAMES: [&str; 6] = ["ed25519", "ed25519-sk", "ecdsa", "ecdsa-sk", "rsa", "dsa"];

const OFFERED_CIPHERS: &str = "chacha20-poly1305@openssh.com 10.0:aes128-gcm@openssh.com 10.0:aes256-gcm@openssh.com aes128-ctr aes192-ctr \
     aes256-ctr <10.0:aes128-gcm@openssh.com <10.0:aes256-gcm@openssh.com";

const OFFERED_MACS: &str = "umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com \
     hmac-sha1-etm@openssh.com umac-64@openssh.com umac-128@openssh.com hmac-sha2-256 hmac-sha2-512 hmac-sha1";

const OFFERED_KEX: &str = "10.0:mlkem768x25519-sha256 9.9:sntrup761x25519-sha512 9.0:sntrup761x25519-sha512@openssh.com \
     9.9<10.0:mlkem768x25519-sha256 curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 \
     ecdh-sha2-nistp521 8.9<9.0:sntrup761x25519-sha512@openssh.com <10.0:diffie-hellman-group-exchange-sha256 \
     <10.0:diffie-hellman-group16-sha512 <10.0:diffie-hellman-group18-sha512 <10.0:diffie-hellman-group14-sha256";

const OFFERED_KEYS: &str = "8.5:ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256-cert-v01@openssh.com \
     ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521-cert-v01@openssh.com \
     <8.5:sk-ecdsa-sha2-nistp256-cert-v01@openssh.com <8.5:ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519-cert-v01@openssh.com \
     8.5:sk-ecdsa-sha2-nistp256-cert-v01@openssh.com 10.3:webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com \
     rsa-sha2-512-cert-v01@openssh.com rsa-sha2-256-cert-v01@openssh.com <8.8:ssh-rsa-cert-v01@openssh.com \
     10.6:ssh-mldsa44-ed25519-cert 8.5:ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 \
     <8.5:sk-ecdsa-sha2-nistp256@openssh.com <8.5:ssh-ed25519 sk-ssh-ed25519@openssh.com 8.5:sk-ecdsa-sha2-nistp256@openssh.com \
     10.3:webauthn-sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256 <8.8:ssh-rsa 10.6:ssh-mldsa44-ed25519";

const OFFERED_AUTHORITIES: &str = "8.5:ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 \
     <8.5:sk-ecdsa-sha2-nistp256@openssh.com <8.5:ssh-ed25519 sk-ssh-ed25519@openssh.com 8.5:sk-ecdsa-sha2-nistp256@openssh.com \
     10.3:webauthn-sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256";

/// What Debian's patch for key exchange by GSSAPI knows, and what it offers.
const GSS: [&str; 7] = [
    "gss-gex-sha1-",
    "gss-group1-sha1-",
    "gss-group14-sha1-",
    "gss-group14-sha256-",
    "gss-group16-sha512-",
    "gss-nistp256-sha256-",
    "gss-curve25519-sha256-",
];

pub(super) const GSS_OFFERED: &str = "gss-group14-sha256-,gss-group16-sha512-,gss-nistp256-sha256-,gss-curve25519-sha256-,gss-group14-sha1-,gss-gex-sha1-";

impl Family {
    /// All that this version has.
    pub fn all(self, version: &Version) -> Vec<&'static str> {
        match self {
            Self::Cipher => of_version(CIPHERS, version),
            Self::Mac => of_version(MACS, version),
            Self::Kex => of_version(KEX, version),
            Self::Key if version.since(9, 2) => of_version(KEYS, version),
            Self::Key => of_version(OLD_KEYS, version),
            Self::Authority => {
                let all = Self::Key.all(version).into_iter();
                all.filter(|name| !name.contains("-cert")).collect()
            }
        }
    }

    /// What this version offers where nothing is set.
    pub fn offered(self, version: &Version) -> Vec<&'static str> {
        of_version(
            match self {
                Self::Cipher => OFFERED_CIPHERS,
                Self::Mac => OFFERED_MACS,
                Self::Kex => OFFERED_KEX,
                Self::Key => OFFERED_KEYS,
                Self::Authority => OFFERED_AUTHORITIES,
            },
            version,
        )
    }

    /// Why sshd takes the names of a list, its modifier aside, for none; nothing if it does not.
    ///
    /// # Errors
    /// What it complains of beside the line itself.
    pub(super) fn valid(self, names: &[u8], version: &Version) -> Result<(), Option<Vec<u8>>> {
        if names.is_empty() {
            return Err(None);
        }
        let all = self.all(version);
        let mut found = false;
        // An empty name ends the list for sshd, and what follows is not looked at.
        for name in names
            .split(|byte| *byte == b',')
            .take_while(|name| !name.is_empty())
        {
            found = true;
            let is = |own: &&str| own.as_bytes() == name;
            let good = match self {
                Self::Cipher | Self::Mac => all.iter().any(is),
                Self::Kex => all.iter().any(is) || (has_gss(version) && is_gss(name)),
                Self::Key | Self::Authority => is_key(self, name, version),
            };
            if !good {
                return Err((self == Self::Kex).then(|| {
                    let shown = &name[..name.len().min(100)];
                    [&b"Unsupported KEX algorithm \""[..], shown, b"\""].concat()
                }));
            }
        }
        let strict = version.since(10, 4) && matches!(self, Self::Cipher | Self::Mac);
        if found || !strict { Ok(()) } else { Err(None) }
    }

    /// The list that a value makes of what is offered (kex_assemble_names); none if nothing is left of it.
    pub(super) fn assemble(self, value: &[u8], version: &Version) -> Option<Vec<&'static str>> {
        let offered = self.offered(version);
        let own = self.all(version);
        let offered: Vec<&str> = offered
            .into_iter()
            .filter(|name| own.contains(name))
            .collect();
        let names = |text: &[u8]| -> Vec<Vec<u8>> {
            let names = text.split(|byte| *byte == b',');
            names
                .take_while(|name| !name.is_empty())
                .map(<[u8]>::to_vec)
                .collect()
        };
        let bytes = |names: &[&str]| -> Vec<Vec<u8>> {
            names.iter().map(|name| name.as_bytes().to_vec()).collect()
        };
        let cat = |mut first: Vec<Vec<u8>>, second: Vec<Vec<u8>>| {
            for name in second {
                if !first.contains(&name) {
                    first.push(name);
                }
            }
            first
        };
        let list = match value.split_first() {
            None => return Some(offered),
            Some((b'-', rest)) => {
                let patterns = PatternList::parse(rest);
                let stays = |name: &&str| patterns.says(name.as_bytes()) != Said::Yes;
                return Some(offered.into_iter().filter(stays).collect());
            }
            Some((b'+', rest)) => cat(bytes(&offered), names(rest)),
            // What stands before an empty name is taken as it is, the rest is lost.
            Some((b'^', rest)) => cat(
                rest.split(|byte| *byte == b',')
                    .map(<[u8]>::to_vec)
                    .collect(),
                bytes(&offered),
            ),
            Some(_) => value
                .split(|byte| *byte == b',')
                .map(<[u8]>::to_vec)
                .collect(),
        };
        let mut result: Vec<&'static str> = Vec::new();
        for pattern in &list {
            if pattern.starts_with(b"!") {
                return None;
            }
            let pattern = PatternList::parse(pattern);
            for name in &own {
                if patterns_fit(&pattern, name) && !result.contains(name) {
                    result.push(name);
                }
            }
        }
        (!result.is_empty()).then_some(result)
    }
}

fn patterns_fit(pattern: &PatternList, name: &str) -> bool {
    pattern.says(name.as_bytes()) == Said::Yes
}

fn is_key(family: Family, name: &[u8], version: &Version) -> bool {
    let all = Family::Key.all(version);
    let plain_only = family == Family::Authority && version.since(9, 4);
    if all.iter().any(|own| own.as_bytes() == name) {
        return !(plain_only && name.windows(5).any(|part| part == b"-cert"));
    }
    let short = |own: &&str| name.eq_ignore_ascii_case(own.as_bytes());
    let is_dsa = name.eq_ignore_ascii_case(b"dsa");
    if !version.since(9, 9) && SHORT_NAMES.iter().any(short) && !(is_dsa && version.since(9, 8)) {
        return true;
    }
    let pattern = PatternList::parse(name);
    all.iter()
        .any(|own| pattern.says(own.as_bytes()) != Said::Nothing)
}

/// True for a build with Debian's patch for key exchange by GSSAPI.
pub(super) fn has_gss(version: &Version) -> bool {
    matches!(version.flavour, Flavour::Debian | Flavour::Ubuntu) && !version.since(10, 4)
}

/// True for a name that Debian's patch takes for one of its own.
pub(super) fn is_gss(name: &[u8]) -> bool {
    GSS.iter().any(|own| name.starts_with(own.as_bytes()))
}

/// The names of a list that a version has: `9.9:` since then, `<10.0:` before that.
fn of_version(list: &'static str, version: &Version) -> Vec<&'static str> {
    list.split_ascii_whitespace()
        .filter_map(|entry| {
            let Some((bounds, name)) = entry.split_once(':') else {
                return Some(entry);
            };
            let (since, before) = bounds.split_once('<').unwrap_or((bounds, ""));
            let is_since = number(since).is_none_or(|since| version.release >= since);
            let is_before = number(before).is_none_or(|before| version.release < before);
            ((is_since || taken_over(name, version)) && is_before).then_some(name)
        })
        .collect()
}

fn number(text: &str) -> Option<(u16, u16)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Debian 12 took the standard name of sntrup761 over into 9.2.
fn taken_over(name: &str, version: &Version) -> bool {
    name == "sntrup761x25519-sha512"
        && version.release == (9, 2)
        && version
            .revision_number("deb12u")
            .is_some_and(|update| update >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assemble(family: Family, value: &str, version: &str) -> Option<String> {
        let version = Version::parse(version).unwrap();
        family
            .assemble(value.as_bytes(), &version)
            .map(|names| names.join(","))
    }

    #[test]
    fn modifiers_work_on_what_is_offered() {
        let of = |value: &str| assemble(Family::Cipher, value, "9.2p1").unwrap();
        assert!(of("+aes128-cbc").ends_with(",aes256-gcm@openssh.com,aes128-cbc"));
        assert!(of("^aes256-ctr").starts_with("aes256-ctr,chacha20"));
        assert_eq!(of("-*gcm*,aes*"), "chacha20-poly1305@openssh.com");
        assert_eq!(
            of("aes256-ctr,aes128-ctr,aes256-ctr"),
            "aes256-ctr,aes128-ctr"
        );
        assert_eq!(of("-*"), "");
        assert_eq!(assemble(Family::Kex, "gss-gex-sha1-", "9.2p1"), None);
    }

    #[test]
    fn names_of_keys_may_be_patterns() {
        let version = Version::parse("9.2p1").unwrap();
        for (names, good) in [
            ("ssh-ed25519", true),
            ("ssh-*", true),
            ("RSA", true),
            ("nothing", false),
            ("ssh-ed25519,,nothing", true),
            ("!ssh-rsa", true),
            ("", false),
        ] {
            assert_eq!(
                Family::Key.valid(names.as_bytes(), &version).is_ok(),
                good,
                "{names}"
            );
        }
        let ten = Version::parse("10.0p1").unwrap();
        assert!(Family::Key.valid(b"ssh-dss", &ten).is_err());
    }
}
