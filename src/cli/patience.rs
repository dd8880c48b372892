//! Doing what is usually done at once, and saying so at a terminal when it is not.

use super::output;
use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long a person waits before being told what is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does the work.
pub(super) fn patiently<T>(work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let (done, waiting) = channel::<()>();
    let watch = thread::spawn(move || {
        if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            output::note("reading the host takes longer than usual …\n");
        }
    });
    let result = work();
    drop(done);
    // It ends at once: its channel is closed.
    let _ = watch.join();
    result
}
