//! What is read of every process, in two threads where there are many.

use crate::source::{Files, Obstacle};
use std::thread;

/// Fewer are read in less time than a second thread takes to begin.
const MANY: usize = 100;

/// The numbers of all processes, as `/proc` lists them.
pub(in crate::collect) fn pids(files: &dyn Files) -> Result<Vec<u32>, Obstacle> {
    let entries = files.list("/proc")?.unwrap_or_default();
    let pids = entries.iter().map(|entry| entry.name.raw().parse());
    Ok(pids.filter_map(Result::ok).collect())
}

/// Does the work for all items, or for every other one in a thread of its own: what came of each share, an obstacle for
/// one that panicked in the other thread.
pub(in crate::collect) fn in_halves<'i, I: Sync, T: Send>(
    items: &'i [I],
    what: &str,
    work: impl Fn(&mut dyn Iterator<Item = &'i I>) -> T + Sync,
) -> Vec<Result<T, Obstacle>> {
    if items.len() < MANY {
        return vec![Ok(work(&mut items.iter()))];
    }
    thread::scope(|scope| {
        let other = scope.spawn(|| work(&mut items.iter().skip(1).step_by(2)));
        let own = work(&mut items.iter().step_by(2));
        let other = other
            .join()
            .map_err(|_| Obstacle::Crashed { what: what.into() });
        vec![Ok(own), other]
    })
}
