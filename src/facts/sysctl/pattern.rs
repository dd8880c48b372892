//! The left side of a sysctl.d(5) line: a key, or a glob(7) over keys, matched as glibc does in the C locale.

use super::key::{SysctlKey, dotted, slashed};
use crate::facts::fnmatch;
use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name on one line of sysctl.d(5), normalised as systemd-sysctl does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SysctlPattern(String);

impl SysctlPattern {
    /// The pattern of a name as it is written in a file.
    ///
    /// # Errors
    /// The name has a `..`: systemd refuses it, save at the start of an absolute name in some versions.
    pub fn new(name: &str) -> Result<Self, String> {
        let path = slashed(name);
        let parts: Vec<&str> = path
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        if parts.contains(&"..") {
            return Err("`..` in a sysctl name".to_owned());
        }
        Ok(Self(parts.join("/")))
    }

    /// True if nothing is left of the name: systemd-sysctl then writes to a directory, in vain.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True if it is expanded against the keys that the kernel has.
    pub fn is_glob(&self) -> bool {
        self.0.contains(['*', '?', '['])
    }

    /// True if it spells out this key.
    pub fn names(&self, key: &SysctlKey) -> bool {
        self.0 == key.path()
    }

    /// True if it spells out this key or is a glob over it.
    pub fn matches(&self, key: &SysctlKey) -> bool {
        if self.names(key) {
            return true;
        }
        let mut parts = key.path().split('/');
        self.is_glob()
            && self.0.split('/').all(|pattern| {
                parts.next().is_some_and(|part| {
                    // No wildcard takes a leading dot.
                    (!part.starts_with('.') || pattern.starts_with(['.', '\\']))
                        && fnmatch::matches(pattern.as_bytes(), part.as_bytes(), false)
                })
            })
            && parts.next().is_none()
    }
}

impl TryFrom<String> for SysctlPattern {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::new(&name)
    }
}

impl From<SysctlPattern> for String {
    fn from(pattern: SysctlPattern) -> Self {
        dotted(&pattern.0)
    }
}

impl fmt::Display for SysctlPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        HostText::from(dotted(&self.0)).fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(pattern: &str, key: &str) -> bool {
        SysctlPattern::new(pattern)
            .unwrap()
            .matches(&SysctlKey::new(key).unwrap())
    }

    #[test]
    fn names_are_normalised_as_systemd_does() {
        for (written, path) in [
            ("net.ipv4.conf.eth0/1.x", "net/ipv4/conf/eth0.1/x"),
            ("net/ipv4/conf/eth0.1/x", "net/ipv4/conf/eth0.1/x"),
            ("/net//ipv4/./x/", "net/ipv4/x"),
            (".net..x.", "net/x"),
            ("/a.b/c", "a.b/c"),
            ("", ""),
            ("/.", ""),
        ] {
            let pattern = SysctlPattern::new(written).unwrap();
            assert_eq!(pattern.0, path, "{written}");
            assert_eq!(
                SysctlPattern::try_from(String::from(pattern.clone())),
                Ok(pattern)
            );
        }
        assert!(SysctlPattern::new("net/../kernel/x").is_err());
    }

    #[test]
    fn globs_match_as_glibc_does() {
        for (pattern, key, expected) in [
            (
                "net.ipv4.conf.*.rp_filter",
                "net.ipv4.conf.eth0.rp_filter",
                true,
            ),
            (
                "net.ipv4.conf.*.rp_filter",
                "net.ipv4.conf.eth0/1.rp_filter",
                true,
            ),
            (
                "net.ipv4.*.rp_filter",
                "net.ipv4.conf.eth0.rp_filter",
                false,
            ),
            ("net.ipv4.conf.*", "net.ipv4.conf.eth0.rp_filter", false),
            ("net/ipv4/conf/eth?/x", "net/ipv4/conf/eth0/x", true),
            ("net/ipv4/conf/eth[!0-3]/x", "net/ipv4/conf/eth2/x", false),
            ("net/ipv4/conf/eth[!0-3]/x", "net/ipv4/conf/eth4/x", true),
            ("net/ipv4/conf/[]e]th0/x", "net/ipv4/conf/eth0/x", true),
            ("net/ipv4/conf/[[:alpha:]]*/x", "net/ipv4/conf/eth0/x", true),
            (
                "net/ipv4/conf/[[:digit:]]*/x",
                "net/ipv4/conf/eth0/x",
                false,
            ),
            ("net/ipv4/conf/*/x", "net/ipv4/conf/.hid/x", false),
            ("net/ipv4/conf/?hid/x", "net/ipv4/conf/.hid/x", false),
            ("net/ipv4/conf/.*/x", "net/ipv4/conf/.hid/x", true),
            ("net/*/conf/[eth0/x", "net/ipv4/conf/[eth0/x", true),
            ("net/*/conf/e\\th0/x", "net/ipv4/conf/eth0/x", true),
            ("net/ipv4/conf/*a*b/x", "net/ipv4/conf/xaab/x", true),
            ("net/ipv4/conf/[a-]/x", "net/ipv4/conf/-/x", true),
            ("net/ipv4/conf/eth[.]1/x", "net/ipv4/conf/eth.1/x", true),
            ("net/ipv4/conf/[[=e=]]th0/x", "net/ipv4/conf/eth0/x", true),
        ] {
            assert_eq!(hit(pattern, key), expected, "{pattern} over {key}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_panics(pattern in "[a*?\\[\\]!^:/.\\\\-]{0,12}", key in "[a/.\\[-]{1,8}") {
            if let (Ok(pattern), Ok(key)) = (SysctlPattern::new(&pattern), SysctlKey::new(&key)) {
                let _ = pattern.matches(&key);
            }
        }
    }
}
