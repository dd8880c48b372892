//! The sockets in the file system that dockerd was told to open: by `/etc/docker/daemon.json`, and on the command line of each
//! that runs. Where `docker.socket` opens it (`fd://`) the path stands in the unit.

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::docker_sockets::{is_dockerd, reads_another, socket};
use crate::facts::files::FilesFound;
use crate::facts::processes::{Process, Processes};
use crate::host::{Host, Mode};
use crate::source::{HostText, Source};

/// Finds them.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<FilesFound> {
    let mut paths = Listing::default();
    match facts.docker_config().and_then(Fact::present) {
        Ok(config) => {
            let hosts = config.iter().flat_map(|(config, _)| &config.hosts);
            paths.items.extend(hosts.filter_map(socket));
        }
        Err(why) => paths.gaps.push(why.obstacle()),
    }
    // In an image nothing runs.
    if host.mode() != Mode::Root {
        match facts.processes().and_then(Fact::known) {
            Ok((processes, _)) => told(processes, &mut paths),
            Err(why) => paths.gaps.push(why.obstacle()),
        }
    }
    paths.items.sort();
    paths.items.dedup();
    let mut nodes = super::files::nodes(facts);
    super::files::gather(host, &paths.items, &mut nodes);
    Fact::Known {
        value: FilesFound { paths, nodes },
        source: Source::file("/"),
    }
}

/// What the command lines say.
fn told(all: &Processes, paths: &mut Listing<HostText>) {
    paths.gaps.extend(all.processes.gaps.iter().cloned());
    // A rootless one gives nobody more than its user has, and in a container its paths are others.
    let contained = |it: &Process| it.place.get().is_ok_and(|place| place.container.is_some());
    let daemon = |it: &&Process| is_dockerd(it) && it.uids.effective == 0 && !contained(it);
    for process in all.processes.items.iter().filter(daemon) {
        match process.argv.get().map_err(Unjudged::obstacle) {
            Ok(argv) => {
                paths.items.extend(argv.words.iter().filter_map(socket));
                paths.gaps.extend(reads_another(&argv.words));
            }
            Err(why) => paths.gaps.push(why),
        }
    }
}
