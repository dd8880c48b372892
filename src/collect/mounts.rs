//! `/proc/self/mountinfo`, bounded.

use crate::fact::Fact;
use crate::facts::mounts::Mounts;
use crate::host::{Host, Mode};
use crate::source::Source;

const FILE: &str = "/proc/self/mountinfo";
/// That of a host with thousands of containers.
const LIMIT: u64 = 4 << 20;

/// Reads it. What is mounted on the machine that an image is looked at from is not the image's own.
pub(super) fn collect(host: &Host) -> Fact<Mounts> {
    let source = Source::file(FILE);
    if host.mode() == Mode::Root {
        return Fact::Absent { looked_at: source };
    }
    match host.files().read(FILE, LIMIT) {
        Ok(text) => Fact::Known {
            value: Mounts::parse(&text.unwrap_or_default()),
            source,
        },
        Err(why) => why.into(),
    }
}
