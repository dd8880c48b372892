//! What Docker's daemon is configured with: the parts of `/etc/docker/daemon.json` that a check asks for (dockerd(8)).
//!
//! What it was started with stands in its process's argv. Registry mirrors, proxies and their passwords are not kept.

use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// The settings of `daemon.json`; what it leaves out is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct DockerConfig {
    /// Where it takes orders: `unix:///run/docker.sock`, `tcp://127.0.0.1:2375`, `fd://`.
    pub hosts: Vec<HostText>,
    /// Whether whoever gives orders over TCP must show a certificate.
    #[serde(rename = "tlsverify")]
    pub tls_verify: Option<bool>,
    /// Where it tells its metrics.
    #[serde(rename = "metrics-addr")]
    pub metrics_address: Option<HostText>,
}

/// Reads the text of `daemon.json`.
///
/// # Errors
/// What is wrong with it; dockerd does not start then.
pub fn parse(text: &[u8]) -> Result<DockerConfig, String> {
    if text.trim_ascii().is_empty() {
        return Ok(DockerConfig::default());
    }
    // What is no object is none either to dockerd, though serde would take a list for one.
    if !text.trim_ascii().starts_with(b"{") {
        return Err("not what dockerd takes: no object".to_owned());
    }
    serde_json::from_slice(text).map_err(|why| format!("not what dockerd takes: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_the_rest_is_left_out() {
        let text = br#"{"hosts": ["fd://", "tcp://0.0.0.0:2376"], "tlsverify": true, "proxies": {"http-proxy": "http://u:p@h"}}"#;
        let config = parse(text).unwrap();
        assert_eq!((config.hosts.len(), config.tls_verify), (2, Some(true)));
        assert_eq!(parse(b" \n").unwrap(), DockerConfig::default());
        for wrong in [&b"{"[..], b"[]", br#"{"tlsverify": "yes"}"#, b"\xff"] {
            assert!(parse(wrong).is_err());
        }
    }
}
