//! Versions of Debian packages (deb-version(7)) and their order, which is dpkg's (`lib/dpkg/version.c`).

use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A version as it is written, ordered as `dpkg --compare-versions` orders: `1.0` and `0:1.00-0` are equal.
///
/// Every text has a place in the order, also one that dpkg refuses ([`DebVersion::refusal`]): what stands before a colon
/// and is no number belongs to the upstream version then, and numbers have no bound.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DebVersion(HostText);

/// Epoch, upstream version and revision. The epoch is its digits: it may be of any length.
struct Parts<'a> {
    epoch: &'a [u8],
    upstream: &'a [u8],
    revision: &'a [u8],
}

impl DebVersion {
    /// The version of that text, whatever it is.
    pub fn new(text: impl Into<HostText>) -> Self {
        Self(text.into())
    }

    /// The text as it is written.
    pub fn text(&self) -> &HostText {
        &self.0
    }

    /// Why dpkg would refuse the version, if it would; one that it only warns of is not refused. A control character is
    /// refused here and not by dpkg: no package has one.
    pub fn refusal(&self) -> Option<&'static str> {
        let text = self.0.raw().trim_matches(BLANKS);
        let (epoch, rest) = match text.split_once(':') {
            Some((epoch, rest)) => (Some(epoch), rest),
            None => (None, text),
        };
        let (upstream, revision) = match rest.rsplit_once('-') {
            Some((upstream, revision)) => (upstream, Some(revision)),
            None => (rest, None),
        };
        if text.is_empty() {
            Some("the version is empty")
        } else if text.contains(|c: char| c.is_ascii_control() || BLANKS.contains(&c)) {
            Some("a blank or a control character in the version")
        } else if epoch.is_some_and(|epoch| !epoch.parse().is_ok_and(|number: i32| number >= 0)) {
            Some("the epoch is no number from 0 to 2147483647")
        } else if upstream.is_empty() {
            Some("no upstream version")
        } else if revision == Some("") {
            Some("nothing after the last hyphen")
        } else {
            None
        }
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

impl std::fmt::Display for DebVersion {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl Ord for DebVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let (own, its) = (
            HostText::to_bytes(self.0.raw()),
            HostText::to_bytes(other.0.raw()),
        );
        let (own, its) = (Parts::of(&own), Parts::of(&its));
        compare(own.epoch, its.epoch)
            .then_with(|| compare(own.upstream, its.upstream))
            .then_with(|| compare(own.revision, its.revision))
    }
}

impl PartialOrd for DebVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for DebVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for DebVersion {}

impl<'a> Parts<'a> {
    fn of(text: &'a [u8]) -> Self {
        let text = text.trim_ascii();
        let colon = text.iter().position(|byte| *byte == b':');
        let (epoch, rest) = match colon.map(|at| (&text[..at], &text[at + 1..])) {
            Some((epoch, rest)) if is_number(epoch) => {
                (epoch.strip_prefix(b"+").unwrap_or(epoch), rest)
            }
            _ => (&b""[..], text),
        };
        let (upstream, revision) = match rest.iter().rposition(|byte| *byte == b'-') {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &b""[..]),
        };
        Self {
            epoch,
            upstream,
            revision,
        }
    }
}

/// strtol(3) takes a plus in front.
fn is_number(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

/// Text and numbers in turn, text by [`rank`], numbers by their value: a part that is missing is "" or 0.
fn compare(mut a: &[u8], mut b: &[u8]) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        loop {
            let (x, y) = (rank(a.first()), rank(b.first()));
            match x.cmp(&y) {
                // A digit or the end on both sides.
                Ordering::Equal if x == 0 => break,
                Ordering::Equal => (a, b) = (&a[1..], &b[1..]),
                decided => return decided,
            }
        }
        let (x, y) = (number(&mut a), number(&mut b));
        match x.len().cmp(&y.len()).then_with(|| x.cmp(y)) {
            Ordering::Equal => {}
            decided => return decided,
        }
    }
    Ordering::Equal
}

/// The tilde sorts before the end, the end before letters, letters before the rest; only a digit or the end has 0.
/// Bytes beyond ASCII stand where dpkg has them on machines with a signed `char`, such as x86: after letters.
fn rank(byte: Option<&u8>) -> i32 {
    match byte {
        None | Some(b'0'..=b'9') => 0,
        Some(b'~') => -1,
        Some(byte) if byte.is_ascii_alphabetic() || !byte.is_ascii() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    }
}

/// Takes the digits in front and gives them without leading zeros.
fn number<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(count);
    *text = rest;
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests;
