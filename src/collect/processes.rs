//! `/proc/PID/…` of every process, in one pass for everyone who needs it.
//!
//! Processes come and go while they are read. One that goes is no gap; one whose number is given to another in between is
//! read again.

mod halves;
mod one;

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::os::HidePid;
use crate::facts::processes::{Process, Processes, Status, boot_time};
use crate::host::Host;
use crate::source::{Denial, Obstacle, Source};
pub(super) use halves::{in_halves, pids};
pub(super) use one::Reader;
use one::namespaces;

const PROC: &str = "/proc";
/// The line of interrupts grows with processors and devices.
const STAT_LIMIT: u64 = 4 << 20;
/// More processes than that are not read: each takes up to 5 KiB in the facts.
const MOST: usize = 20_000;

/// Reads the processes.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Processes> {
    let processes = read(host, facts);
    processes.map(|value| (value, Source::file(PROC))).into()
}

fn read(host: &Host, facts: &Facts) -> Result<Processes, Obstacle> {
    super::os::runs(host)?;
    super::os::in_sight(facts, PROC)?;
    let files = host.files();
    let mut pids = pids(files)?;
    if pids.is_empty() {
        return Err(Obstacle::Failed {
            at: Source::file(PROC),
            why: "no process is to be seen, not even this one".into(),
        });
    }
    pids.sort_unstable();
    let mut gaps: Vec<Obstacle> = hidden(host, facts, &pids)?.into_iter().collect();
    if pids.len() > MOST {
        pids.truncate(MOST);
        gaps.push(Obstacle::NotModelled {
            what: format!("more than {MOST} processes").into(),
        });
    }
    let reader = Reader::of(host);
    let shares = in_halves(&pids, "processes", |pids| -> Listing<Process> {
        pids.filter_map(|pid| reader.process(*pid).transpose())
            .collect()
    });
    let mut processes = Listing::default();
    for share in shares {
        let share = share?;
        processes.items.extend(share.items);
        processes.gaps.extend(share.gaps);
    }
    processes.items.sort_by_key(|process| process.pid);
    // What is kept from us for one reason is one gap.
    processes.gaps.extend(gaps);
    processes.gaps.sort();
    processes.gaps.dedup();
    Ok(Processes {
        processes,
        here: namespaces(files, "/proc/self").into(),
    })
}

impl<'h> Reader<'h> {
    /// For whoever must read a process again, or one that was not there yet.
    pub(super) fn of(host: &'h Host) -> Self {
        Self::new(host.files(), booted(host))
    }
}

fn booted(host: &Host) -> Result<jiff::Timestamp, Obstacle> {
    let path = "/proc/stat";
    let missing = |why: &str| Obstacle::Failed {
        at: Source::file(path),
        why: why.into(),
    };
    let text = host.files().read(path, STAT_LIMIT)?;
    let text = text.ok_or_else(|| missing("there is no such file"))?;
    boot_time(&text).ok_or_else(|| missing("it does not say when the host was booted"))
}

/// What `hidepid=` keeps from whoever may not trace everybody. Whatever else hides processes, PID 1 is always there.
fn hidden(host: &Host, facts: &Facts, pids: &[u32]) -> Result<Option<Obstacle>, Obstacle> {
    let hidepid = match facts.os().and_then(Fact::known) {
        Ok((os, _)) => os.proc.hidepid,
        Err(Unjudged::Unknown(obstacle)) => return Err(obstacle),
        Err(Unjudged::NotApplicable { .. }) => HidePid::Off,
    };
    if pids.first() == Some(&1) && (hidepid == HidePid::Off || may_trace(host)?) {
        return Ok(None);
    }
    let by = match host.euid() {
        0 => Denial::EvenRoot,
        _ => Denial::NeedsRoot,
    };
    Ok(Some(Obstacle::Denied {
        at: Source::file(PROC),
        by,
    }))
}

fn may_trace(host: &Host) -> Result<bool, Obstacle> {
    // Of a user namespace's own root, capabilities do not count for processes outside of it.
    const FIRST_USER_NAMESPACE: u64 = 0xEFFF_FFFD;
    let own = host.files().read("/proc/self/status", one::LIMIT)?;
    let own = own.and_then(|text| Status::parse(&text));
    let user = namespaces(host.files(), "/proc/self")?.user;
    Ok(own.is_some_and(|own| own.may_trace())
        && user.is_none_or(|number| number == FIRST_USER_NAMESPACE))
}
