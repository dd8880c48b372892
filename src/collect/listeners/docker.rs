//! The names of Docker's containers, as its own files have them.

use crate::facts::processes::{ContainerRef, Engine};
use crate::host::Host;
use crate::source::HostText;
use serde::Deserialize;

/// It holds the container's environment too, of which nothing is kept.
const LIMIT: u64 = 1 << 20;

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "Name")]
    name: String,
}

/// The name of a container, without the slash that Docker writes before it. None where it cannot be read: the id says
/// enough.
pub(super) fn name(host: &Host, container: &ContainerRef) -> Option<HostText> {
    if container.engine != Engine::Docker {
        return None;
    }
    let path = format!(
        "/var/lib/docker/containers/{}/config.v2.json",
        container.id.raw()
    );
    let text = host.files().read(&path, LIMIT).ok().flatten()?;
    let config: Config = serde_json::from_slice(&text).ok()?;
    Some(config.name.trim_start_matches('/').into())
}
