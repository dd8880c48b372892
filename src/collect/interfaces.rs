//! The network of the namespace that the tool runs in, as rtnetlink(7) has it.

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::interfaces::Interfaces;
use crate::host::Host;
use crate::source::{Obstacle, Source};

/// Reads it.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Interfaces> {
    let read = || -> Result<Interfaces, Obstacle> {
        super::os::runs(host)?;
        super::os::in_sight(facts, "/sys/class/net")?;
        Ok(Interfaces::of(host.network()?))
    };
    match read() {
        Ok(value) => Fact::Known {
            value,
            source: Source::kernel("rtnetlink"),
        },
        Err(obstacle) => Fact::Unknown(obstacle),
    }
}
