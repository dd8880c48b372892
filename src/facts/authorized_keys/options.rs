//! The options before a key: sshauthopt_parse of auth-options.c.

use super::expiry::{self, Expiry};
use super::{Reader, notice};
use crate::secret::{mask_assignment, mask_text};
use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a line's options mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// As they are typed, values without quotes, commands and environments masked.
    pub written: Vec<HostText>,
    /// The key signs certificates, and does not log in itself.
    pub cert_authority: bool,
    /// Ports may not be forwarded.
    pub no_forwarding: bool,
    /// The command that runs whatever was asked for, masked.
    pub command: Option<Forced>,
    /// The hosts and networks that it may come from.
    pub from: Option<HostText>,
    /// The names that a certificate must have one of, in place of the account's.
    pub principals: Option<HostText>,
    /// When it ends.
    pub expires: Option<Expiry>,
}

/// A forced command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forced {
    /// The command, masked.
    pub command: HostText,
    /// True if it only prints something and ends: the "Please login as" of cloud images.
    pub is_notice: bool,
}

impl Options {
    /// True if nobody gets anything by such a line: it prints a notice, and forwards nothing.
    pub fn is_notice(&self) -> bool {
        self.no_forwarding && self.command.as_ref().is_some_and(|it| it.is_notice)
    }
}

/// SSH_AUTHOPT_ENV_MAX and SSH_AUTHOPT_PERMIT_MAX; one more is let through.
const ENVIRONMENTS: usize = 1024 + 1;
const PERMITS: usize = 4096 + 1;
/// NI_MAXHOST.
const HOST: usize = 1025;

/// Flags, and whether `no-` may stand before them: in the order in which sshd tries them, each as a prefix.
const FLAGS: [(&str, bool); 9] = [
    ("restrict", false),
    ("cert-authority", false),
    ("port-forwarding", true),
    ("agent-forwarding", true),
    ("x11-forwarding", true),
    ("touch-required", true),
    ("verify-required", true),
    ("pty", true),
    ("user-rc", true),
];

const VALUES: [&str; 8] = [
    "command",
    "principals",
    "from",
    "expiry-time",
    "environment",
    "permitopen",
    "permitlisten",
    "tunnel",
];

/// What stands at the start of a line, up to the first blank outside of quotes.
pub(super) fn parse(text: &[u8], reader: &Reader) -> Result<Options, &'static str> {
    let mut options = Options::default();
    let mut rest = text;
    let (mut names, mut permits) = (BTreeSet::new(), [0_usize; 2]);
    while !matches!(rest.first(), None | Some(b' ' | b'\t')) {
        if let Some((name, on, behind)) = flag(rest, reader) {
            rest = behind;
            match name {
                "restrict" => options.no_forwarding = true,
                "cert-authority" => options.cert_authority = true,
                "port-forwarding" => options.no_forwarding = !on,
                _ => {}
            }
            let no = if on { "" } else { "no-" };
            options.written.push(format!("{no}{name}").into());
        } else if let Some((name, behind)) = named(rest) {
            let (value, behind) = dequoted(behind)?;
            rest = behind;
            let shown = HostText::from_bytes(&value);
            let mut written = shown.clone();
            match name {
                "command" => {
                    written = mask_text(&shown);
                    let forced = Forced {
                        command: written.clone(),
                        is_notice: notice::is_notice(&value),
                    };
                    once(&mut options.command, forced, "two commands")?;
                }
                "principals" => once(&mut options.principals, shown, "two lists of principals")?,
                "from" => once(&mut options.from, shown, "two lists of hosts")?,
                "expiry-time" => {
                    let new = expiry::parse(&value, reader).ok_or("no such time")?;
                    options.expires = Some(options.expires.map_or(new, |old| old.min(new)));
                }
                "environment" => {
                    written = environment(&value, &mut names, reader)?;
                }
                "permitopen" => permit(&value, false, &mut permits[0], reader)?,
                "permitlisten" => permit(&value, true, &mut permits[1], reader)?,
                _ => tunnel(&value)?,
            }
            let quoted = format!("{name}=\"{}\"", written.raw());
            options.written.push(quoted.into());
        }
        match rest.first() {
            None | Some(b' ' | b'\t') => break,
            Some(b',') => rest = &rest[1..],
            Some(_) => return Err("an option that sshd does not know"),
        }
        if rest.is_empty() {
            return Err("nothing behind the last comma");
        }
    }
    Ok(options)
}

fn once<T>(slot: &mut Option<T>, value: T, twice: &'static str) -> Result<(), &'static str> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(twice),
    }
}

fn starts(text: &[u8], with: &str) -> bool {
    text.get(..with.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
}

fn flag<'t>(text: &'t [u8], reader: &Reader) -> Option<(&'static str, bool, &'t [u8])> {
    FLAGS.into_iter().find_map(|(name, may_negate)| {
        if name == "verify-required" && !reader.version.since(8, 4) {
            return None;
        }
        let negated = may_negate && starts(text, "no-");
        let behind = if negated { &text[3..] } else { text };
        starts(behind, name).then(|| (name, !negated, &behind[name.len()..]))
    })
}

fn named(text: &[u8]) -> Option<(&'static str, &[u8])> {
    VALUES.into_iter().find_map(|name| {
        let is_it = starts(text, name) && text.get(name.len()) == Some(&b'=');
        is_it.then(|| (name, &text[name.len() + 1..]))
    })
}

/// A value in its quotes, of which a backslash spares one; and what is behind.
fn dequoted(text: &[u8]) -> Result<(Vec<u8>, &[u8]), &'static str> {
    let mut rest = text.strip_prefix(b"\"").ok_or("no quote before a value")?;
    let mut value = Vec::new();
    loop {
        rest = match rest {
            [] => return Err("no quote behind a value"),
            [b'"', behind @ ..] => return Ok((value, behind)),
            [b'\\', b'"', behind @ ..] => {
                value.push(b'"');
                behind
            }
            [byte, behind @ ..] => {
                value.push(*byte);
                behind
            }
        };
    }
}

fn environment(
    value: &[u8],
    names: &mut BTreeSet<Vec<u8>>,
    reader: &Reader,
) -> Result<HostText, &'static str> {
    const WRONG: &str = "no assignment in environment=";
    // Before 8.7 there was no end to them.
    if names.len() >= ENVIRONMENTS && reader.version.since(8, 7) {
        return Err("too many environment options");
    }
    let at = value.iter().position(|byte| *byte == b'=').ok_or(WRONG)?;
    let (name, assigned) = (&value[..at], &value[at + 1..]);
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if name.is_empty() || !name.iter().all(valid) {
        return Err(WRONG);
    }
    names.insert(name.to_vec());
    let name = String::from_utf8_lossy(name);
    let masked = mask_assignment(&name, &HostText::from_bytes(assigned));
    Ok(format!("{name}={}", masked.raw()).into())
}

/// `HOST:PORT`, `[HOST]:PORT` or, where that is allowed, only a port; `*` for any.
fn permit(
    value: &[u8],
    bare: bool,
    count: &mut usize,
    reader: &Reader,
) -> Result<(), &'static str> {
    if *count >= PERMITS {
        return Err("too many permissions to forward");
    }
    let with_host;
    let value = match bare && !value.contains(&b':') {
        true => {
            with_host = [b"*:", value].concat();
            &with_host
        }
        false => value,
    };
    let end = match value.first() {
        Some(b'[') => value.iter().position(|byte| *byte == b']').map(|at| at + 1),
        _ => value.iter().position(|byte| matches!(byte, b':' | b'/')),
    };
    let (host, rest) = value.split_at(end.unwrap_or(value.len()));
    if value.first() == Some(&b'[') && end.is_none() || host.len() >= HOST {
        return Err("no host in a permission to forward");
    }
    match rest {
        [b':' | b'/', port @ ..] if port == b"*" || reader.is_port(port) => {
            *count += 1;
            Ok(())
        }
        _ => Err("no port in a permission to forward"),
    }
}

fn tunnel(value: &[u8]) -> Result<(), &'static str> {
    const MOST: i64 = 0x7fff_ffff - 2;
    let is_device = value.eq_ignore_ascii_case(b"any") || super::number(value, 0, MOST).is_some();
    is_device.then_some(()).ok_or("no such tunnel device")
}
