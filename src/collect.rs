//! Where on a host the bytes come from: one file a domain, under the names of `facts`.
//!
//! [`collect`] answers a set of requests in waves: a request that stands on others is answered after them. Inside a
//! wave every request has a thread of its own and they share one deadline; whoever is late or panics costs one
//! unknown, and the run goes on.

mod accounts;
mod authorized_keys;
mod clock;
mod core_dumps;
mod cron;
mod docker_config;
mod docker_sockets;
mod executed;
mod files;
mod interface_setting;
mod interfaces;
mod listeners;
mod mounts;
mod os;
mod packages;
mod pam;
mod processes;
mod run;
mod sshd;
mod sshd_daemons;
mod sshd_files;
mod sudoers;
mod swaps;
mod sysctl;
mod units;

use crate::facts::{About, Answer, Facts, Request};
use crate::host::Host;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

pub use run::THREAD_PREFIX;

/// How long one request took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// What was asked.
    pub request: Request,
    /// From the start of its thread to its answer; the whole deadline for one that never came.
    pub took: Duration,
}

/// Answers the requests, and those that they stand on.
pub fn collect(host: &Arc<Host>, requests: BTreeSet<Request>) -> (Facts, Vec<Timing>) {
    let uname = host.uname();
    let about = About {
        mode: host.mode(),
        euid: host.euid(),
        taken: host.now(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        hostname: uname.hostname,
        kernel: uname.release,
    };
    run::in_waves(host, Facts::new(about), requests, answer)
}

fn answer(request: &Request, host: &Arc<Host>, facts: &Facts) -> Answer {
    match request {
        Request::Os => Answer::Os(os::collect(host)),
        Request::Accounts => Answer::Accounts(accounts::collect(host, facts)),
        Request::AuthorizedKeys => Answer::AuthorizedKeys(authorized_keys::collect(host, facts)),
        Request::Sshd => Answer::Sshd(sshd::collect(host, facts)),
        Request::SshdConfig => Answer::SshdConfig(sshd::config(host, facts)),
        Request::SshdDaemons => Answer::SshdDaemons(sshd_daemons::collect(host, facts)),
        Request::SshdFiles => Answer::SshdFiles(sshd_files::collect(host, facts)),
        Request::Interfaces => Answer::Interfaces(interfaces::collect(host, facts)),
        Request::Listeners => Answer::Listeners(listeners::collect(host, facts)),
        Request::Processes => Answer::Processes(processes::collect(host, facts)),
        Request::Sudoers => Answer::Sudoers(sudoers::collect(host, facts)),
        Request::Sysctl(key) => Answer::Sysctl(key.clone(), sysctl::running(host, key)),
        Request::SysctlConfig => Answer::SysctlConfig(sysctl::configured(host, facts)),
        Request::Clock => Answer::Clock(clock::collect(host, facts)),
        Request::CoreDumps => Answer::CoreDumps(core_dumps::collect(host, facts)),
        Request::Swaps => Answer::Swaps(swaps::collect(host, facts)),
        Request::Executed => Answer::Executed(executed::collect(host, facts)),
        Request::Cron => Answer::Cron(cron::collect(host, facts)),
        Request::Units => Answer::Units(units::collect(host, facts)),
        Request::Mounts => Answer::Mounts(mounts::collect(host)),
        Request::Packages => Answer::Packages(packages::collect(host, facts)),
        Request::DockerConfig => Answer::DockerConfig(docker_config::collect(host, facts)),
        Request::DockerSockets => Answer::DockerSockets(docker_sockets::collect(host, facts)),
        Request::Pam => Answer::Pam(pam::collect(host, facts)),
        Request::InterfaceSetting(setting) => {
            Answer::InterfaceSetting(*setting, interface_setting::collect(host, *setting))
        }
        Request::Files(query) => Answer::Files(query.clone(), files::collect(host, facts, query)),
        Request::PackageOwner(path) => {
            Answer::PackageOwner(path.clone(), packages::owner(host, facts, path))
        }
    }
}
