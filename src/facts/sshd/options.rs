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

    /// The value of a keyword that has one, in today's spelling: `without-password` is `prohibit-password`.
    pub fn get(&self, keyword: &str) -> Option<&str> {
        match self.all(keyword).first()?.as_str() {
            "without-password" => Some("prohibit-password"),
            value => Some(value),
        }
    }

    /// True where a switch is on.
    pub fn is_on(&self, keyword: &str) -> bool {
        self.get(keyword)
            .is_some_and(|value| value.eq_ignore_ascii_case("yes"))
    }

    /// The ports that sshd would listen on. A ListenAddress may have one of its own, and then `port` says nothing.
    pub fn ports(&self) -> Vec<String> {
        let of_addresses = self.all("listenaddress").iter().filter_map(|address| {
            let (_, port) = address.split_whitespace().next()?.rsplit_once(':')?;
            Some(port.to_owned())
        });
        let mut ports: Vec<String> = of_addresses.collect();
        if ports.is_empty() {
            ports = self.all("port").to_vec();
        }
        ports.sort();
        ports.dedup();
        ports
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
        let new = Options::parse(b"Port 22\nPort 2222\nPermitRootLogin prohibit-password\n");
        for options in [&old, &new] {
            assert_eq!(options.get("PermitRootLogin"), Some("prohibit-password"));
            assert_eq!(options.all("port"), ["22", "2222"]);
        }
    }

    #[test]
    fn a_port_of_an_address_counts() {
        let both = "port 22\nlistenaddress [::]:2222\nlistenaddress 0.0.0.0:2222\n";
        assert_eq!(Options::parse(both.as_bytes()).ports(), ["2222"]);
        assert_eq!(
            Options::parse(b"port 22\nport 2222\n").ports(),
            ["22", "2222"]
        );
    }

    #[test]
    fn an_option_that_is_not_printed_is_not_off() {
        let options = Options::parse(b"usepam yes\n");
        assert!(options.is_on("usepam"));
        assert_eq!(options.get("passwordauthentication"), None);
    }
}
