//! `/proc/PID/stat` and `/proc/stat` (proc_pid_stat(5), proc_stat(5)).

use crate::source::HostText;
use jiff::{SignedDuration, Timestamp};

/// Ticks in a second, as the kernel counts them for users: `USER_HZ`, which is 100 wherever Rust runs (alpha and ia64
/// had 1024), whatever the kernel's own `HZ` is.
const TICKS: u64 = 100;

/// `PF_KTHREAD` of include/linux/sched.h.
const KERNEL_THREAD: u64 = 0x0020_0000;

/// What `/proc/PID/stat` says, as far as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The process's number.
    pub pid: u32,
    /// Its name, which may hold anything but a NUL.
    pub name: HostText,
    /// The parent's number.
    pub parent: u32,
    /// Whether it is a thread of the kernel.
    pub is_kernel_thread: bool,
    /// Whether its first thread has ended.
    pub has_ended: bool,
    /// How many threads it has, the first one among them even if it has ended.
    pub threads: u64,
    /// When it was started, in ticks since boot.
    started: u64,
}

impl Stat {
    /// Reads the text; `None` if it is something else.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let open = text.iter().position(|byte| *byte == b'(')?;
        // The name may hold parentheses and blanks; nothing after it does.
        let close = text.iter().rposition(|byte| *byte == b')')?;
        let name = HostText::from_bytes(text.get(open + 1..close)?);
        let pid = std::str::from_utf8(&text[..open]).ok()?;
        let rest = std::str::from_utf8(&text[close + 1..]).ok()?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        // proc_pid_stat(5) counts from the number, which is 1.
        let field = |number: usize| fields.get(number - 3).copied();
        let flags: u64 = field(9)?.parse().ok()?;
        Some(Self {
            pid: pid.trim_ascii().parse().ok()?,
            name,
            parent: field(4)?.parse().ok()?,
            is_kernel_thread: flags & KERNEL_THREAD != 0,
            has_ended: matches!(field(3)?, "Z" | "X" | "x"),
            threads: field(20)?.parse().ok()?,
            started: field(22)?.parse().ok()?,
        })
    }

    /// True if both are of the same process at the same stage of its life: its number may have been given to another
    /// one in between, and what it held goes when its first thread ends.
    pub fn is_same(&self, other: &Self) -> bool {
        let life = |stat: &Self| (stat.pid, stat.started, stat.has_ended);
        life(self) == life(other)
    }

    /// When it was started, on a host that was booted then; `None` beyond the end of time.
    pub fn started(&self, booted: Timestamp) -> Option<Timestamp> {
        let seconds = i64::try_from(self.started / TICKS).ok()?;
        let rest = i64::try_from(self.started % TICKS * 1000 / TICKS).ok()?;
        let since =
            SignedDuration::from_secs(seconds).checked_add(SignedDuration::from_millis(rest));
        booted.checked_add(since?).ok()
    }
}

/// When the host was booted: `btime` of `/proc/stat`.
pub fn boot_time(text: &[u8]) -> Option<Timestamp> {
    let line = text
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"btime "))?;
    let seconds = std::str::from_utf8(line).ok()?.trim().parse().ok()?;
    Timestamp::from_second(seconds).ok()
}
