//! The name of a kernel setting, in the one spelling that compares: its path below `/proc/sys`.

use crate::source::HostText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One kernel setting (sysctl(8)), as `net.ipv4.ip_forward` or `net/ipv4/ip_forward`.
///
/// An interface's own dot is a slash in the dotted spelling: `net.ipv4.conf.eth0/1.rp_filter` (sysctl.d(5)).
/// Written, recorded and shown in the dotted spelling.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct SysctlKey(String);

impl SysctlKey {
    /// The key of a name in either spelling.
    ///
    /// # Errors
    /// What is wrong with the name: empty, absolute, or with a part that is empty, `.` or `..`.
    pub fn new(name: &str) -> Result<Self, String> {
        if name.is_empty() {
            return Err("a sysctl name is not empty".to_owned());
        }
        if name.starts_with('/') {
            return Err(format!(
                "`{name}` starts with a slash: a sysctl name is written without /proc/sys/"
            ));
        }
        let path = slashed(name);
        match path
            .split('/')
            .find(|part| matches!(*part, "" | "." | ".."))
        {
            None => Ok(Self(path)),
            Some(part) => Err(format!("`{name}` has `{part}` as a part of its name")),
        }
    }

    /// The path below `/proc/sys`, for comparing.
    pub fn path(&self) -> &str {
        &self.0
    }

    /// The file that holds the running value.
    pub fn proc_path(&self) -> String {
        format!("/proc/sys/{}", self.0)
    }
}

impl TryFrom<String> for SysctlKey {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Self::new(&name)
    }
}

impl From<SysctlKey> for String {
    fn from(key: SysctlKey) -> Self {
        dotted(&key.0)
    }
}

impl fmt::Display for SysctlKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        HostText::from(dotted(&self.0)).fmt(out)
    }
}

/// The spelling with slashes: where the first separator is a dot, dots and slashes change places.
pub(super) fn slashed(name: &str) -> String {
    if name
        .find(['.', '/'])
        .is_some_and(|at| name[at..].starts_with('.'))
    {
        exchanged(name)
    } else {
        name.to_owned()
    }
}

/// The spelling with dots of a path; a path that has none keeps its slashes and gets one in front.
pub(super) fn dotted(path: &str) -> String {
    if path
        .find(['.', '/'])
        .is_some_and(|at| path[at..].starts_with('.'))
    {
        format!("/{path}")
    } else {
        exchanged(path)
    }
}

fn exchanged(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            '.' => '/',
            '/' => '.',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_one_key() {
        for name in [
            "net.ipv4.conf.eth0/1.rp_filter",
            "net/ipv4/conf/eth0.1/rp_filter",
        ] {
            let key = SysctlKey::new(name).unwrap();
            assert_eq!(key.proc_path(), "/proc/sys/net/ipv4/conf/eth0.1/rp_filter");
            assert_eq!(key.to_string(), "net.ipv4.conf.eth0/1.rp_filter");
        }
    }

    #[test]
    fn no_way_out_of_proc_sys() {
        for name in [
            "",
            "/",
            "/proc/sys/x",
            "..",
            "a.//.b",
            "net/../x",
            "net..x",
            "net/./x",
            "kernel.",
            "kernel/",
        ] {
            assert!(SysctlKey::new(name).is_err(), "{name}");
        }
    }

    #[test]
    fn is_recorded_as_it_is_shown() {
        let key = SysctlKey::new("net/ipv4/conf/eth0.1/rp_filter").unwrap();
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(json, "\"net.ipv4.conf.eth0/1.rp_filter\"");
        assert_eq!(serde_json::from_str::<SysctlKey>(&json).unwrap(), key);
        assert!(serde_json::from_str::<SysctlKey>("\"a/../b\"").is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_shown_spelling_reads_back(name in "[a-z./]{1,12}") {
            if let Ok(key) = SysctlKey::new(&name) {
                proptest::prop_assert_eq!(SysctlKey::try_from(String::from(key.clone())), Ok(key));
            }
        }
    }
}
