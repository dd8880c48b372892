//! The answer of `sshd -T`: one `keyword value` a line.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Every option in effect for one login, by keyword in lower case (OpenSSH prints CamelCase from 10.4 on).
/// Keywords that accumulate, such as `port`, have several values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Options(BTreeMap<String, Vec<String>>);

impl Options {
    /// Reads what `sshd -T` prints. Values are kept as printed, less the blanks around them.
    pub fn parse(printed: &[u8]) -> Self {
        let mut options: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for line in String::from_utf8_lossy(printed).lines() {
            let (keyword, value) = line.split_once(' ').unwrap_or((line, ""));
            if !keyword.is_empty() {
                let values = options.entry(keyword.to_ascii_lowercase()).or_default();
                values.push(value.trim().to_owned());
            }
        }
        Self(options)
    }

    /// All values of a keyword; none where sshd does not print it.
    pub fn all(&self, keyword: &str) -> &[String] {
        let values = self.0.get(&keyword.to_ascii_lowercase());
        values.map_or(&[], Vec::as_slice)
    }

    /// True where sshd printed nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_version_alike() {
        let old = Options::parse(b"port 22\nport 2222\npermitrootlogin without-password\n");
        let new = Options::parse(b"Port 22\nPort 2222\nPermitRootLogin without-password\n");
        assert_eq!(old, new);
        assert_eq!(old.all("Port"), ["22", "2222"]);
        assert_eq!(old.all("PermitRootLogin"), ["without-password"]);
    }

    #[test]
    fn an_option_that_is_not_printed_has_no_value() {
        let options = Options::parse(b"usepam yes\n");
        assert!(options.all("passwordauthentication").is_empty() && !options.is_empty());
    }
}
