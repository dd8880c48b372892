//! `/etc/docker/daemon.json`, bounded.

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::docker_config::{DockerConfig, parse};
use crate::host::Host;
use crate::source::{Obstacle, Source};

const FILE: &str = "/etc/docker/daemon.json";
const LIMIT: u64 = 1 << 20;

/// Reads it.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<DockerConfig> {
    let source = Source::file(FILE);
    let text = super::os::in_sight(facts, FILE).and_then(|()| host.files().read(FILE, LIMIT));
    match text.map(|text| text.map(|text| parse(&text))) {
        Ok(Some(Ok(value))) => Fact::Known { value, source },
        Ok(Some(Err(why))) => Obstacle::Unparsable {
            at: source,
            why: why.into(),
        }
        .into(),
        Ok(None) => Fact::Absent { looked_at: source },
        Err(why) => why.into(),
    }
}
