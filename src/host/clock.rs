//! The state of the kernel's clock: adjtimex(2) without a mode, which only asks.

use super::errno::obstacle;
use crate::kernel::Clock;
use crate::source::{Obstacle, Source};
use nix::errno::Errno;
use nix::libc;
use rtime_clock::adjtime::{Timex, adjtimex};

pub(super) fn source() -> Source {
    Source::kernel("adjtimex")
}

/// Asks the kernel. It needs no privilege.
pub(super) fn read() -> Result<Clock, Obstacle> {
    let mut answer = Timex::new();
    let asked = adjtimex(&mut answer);
    asked.map_err(|error| {
        let errno = error.raw_os_error().unwrap_or_default();
        obstacle(Errno::from_raw(errno), &source())
    })?;
    let Timex(timex) = answer;
    let offset = wide(timex.offset);
    let is_nano = timex.status & libc::STA_NANO != 0;
    Ok(Clock {
        max_error_us: microseconds(timex.maxerror),
        estimated_error_us: microseconds(timex.esterror),
        offset_us: if is_nano { offset / 1000 } else { offset },
        unsynchronised: timex.status & libc::STA_UNSYNC != 0,
    })
}

/// The kernel takes whatever it is told: a number below zero bounds nothing.
fn microseconds(number: impl Into<i64>) -> u64 {
    u64::try_from(number.into()).unwrap_or(Clock::UNKEPT)
}

/// `long` is shorter where the machine's words are.
fn wide(number: impl Into<i64>) -> i64 {
    number.into()
}
