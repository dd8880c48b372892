//! What the sshd that runs was started with (`--daemon`).

use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::sshd_daemons::{Daemon, Started};
use crate::source::Obstacle;
use anyhow::{Error, anyhow};

/// The options of the host's own daemon: that of its service where several run.
///
/// # Errors
/// That none runs, or that several do of which none is the service's: whose options are meant, only the user knows.
pub(super) fn started(facts: &Facts) -> Result<Result<Started, Obstacle>, Error> {
    let daemons = match facts.sshd_daemons().and_then(Fact::known) {
        Ok((seen, _)) => &seen.daemons,
        Err(why) => return Ok(Err(why.obstacle())),
    };
    let of_service = |it: &&Daemon| {
        let unit = it.unit.as_ref().map_or("", |unit| unit.raw());
        matches!(unit, "ssh.service" | "sshd.service")
    };
    let own = daemons.items.iter().find(of_service);
    let daemon = match (own, daemons.items.as_slice(), daemons.gaps.first()) {
        (Some(own), ..) => own,
        (None, [only], _) => only,
        (None, _, Some(gap)) => return Ok(Err(gap.clone())),
        (None, [], None) => return Err(anyhow!("--daemon: no sshd runs here")),
        (None, several, None) => {
            let pids: Vec<String> = several.iter().map(|it| it.pid.to_string()).collect();
            return Err(anyhow!(
                "--daemon: several sshd run ({}), none of them of ssh.service: give -f and -o yourself (`seaworthy facts sshd-daemons`)",
                pids.join(", ")
            ));
        }
    };
    Ok(daemon.started.get().cloned().map_err(Unjudged::obstacle))
}
