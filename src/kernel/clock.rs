//! What the kernel says of its own clock (adjtimex(2)).

use serde::{Deserialize, Serialize};

/// The state of the kernel's clock. Errors are against the true time, as whoever keeps the clock told the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// The most that it may be wrong, in microseconds. It grows by 500 a second until somebody sets it anew, and ends at
    /// [`Clock::UNKEPT`], where it also starts.
    pub max_error_us: u64,
    /// How wrong it is thought to be, in microseconds.
    #[serde(default)]
    pub estimated_error_us: u64,
    /// What is left to be corrected, in microseconds; below zero where the clock is ahead.
    #[serde(default)]
    pub offset_us: i64,
    /// The flag `STA_UNSYNC`: chronyd without `rtcsync` leaves it set while it keeps the clock, so that it proves nothing.
    #[serde(default)]
    pub unsynchronised: bool,
}

impl Clock {
    /// The bound at which the kernel gives up, in microseconds (`NTP_PHASE_LIMIT`, 16 s): nobody keeps the clock.
    pub const UNKEPT: u64 = 16_000_000;

    /// True if somebody has told the kernel the time in the last hours: what `timedatectl` calls synchronised.
    pub fn is_kept(&self) -> bool {
        self.max_error_us < Self::UNKEPT
    }

    /// The most that it may be wrong by all that is known, in microseconds.
    pub fn bound_us(&self) -> u64 {
        let known = self.offset_us.unsigned_abs().max(self.estimated_error_us);
        self.max_error_us.max(known)
    }
}
