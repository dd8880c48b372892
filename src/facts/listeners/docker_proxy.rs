//! docker-proxy: the process that listens on a published port for a container.

use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What stands behind a port that docker-proxy holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proxied {
    /// The container's address.
    pub address: IpAddr,
    /// The container's port.
    pub port: u16,
}

impl Proxied {
    /// Reads it from the command line (`cmd/docker-proxy` of moby): `-container-ip ADDRESS -container-port PORT`, the
    /// options with one dash or two, their values behind a blank or `=`.
    pub fn of(argv: &[HostText]) -> Option<Self> {
        let value = |wanted: &str| {
            let mut words = argv.iter().map(HostText::raw);
            while let Some(word) = words.next() {
                let word = word.trim_start_matches('-');
                match word.split_once('=') {
                    Some((name, value)) if name == wanted => return Some(value),
                    None if word == wanted => return words.next(),
                    _ => {}
                }
            }
            None
        };
        Some(Self {
            address: value("container-ip")?.parse().ok()?,
            port: value("container-port")?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_spellings() {
        let of = |line: &str| {
            let argv: Vec<HostText> = line.split(' ').map(HostText::from).collect();
            Proxied::of(&argv)
        };
        let expected = Some(Proxied {
            address: "172.17.0.2".parse().unwrap(),
            port: 80,
        });
        let line = "/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80 -use-listen-fd";
        assert_eq!(of(line), expected);
        assert_eq!(
            of("docker-proxy --container-ip=172.17.0.2 --container-port=80"),
            expected
        );
        assert_eq!(of("docker-proxy -container-ip"), None);
    }
}
