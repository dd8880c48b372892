//! Where the memory of a program that crashes would land (core(5)): the handler's settings, the limits, and what lies there.
//!
//! Which program the kernel hands a crash to is the setting `kernel.core_pattern`, a fact of its own.

mod layers;
mod limits;
mod setters;

pub use layers::{Layered, Line};
pub use limits::{SessionLimit, session_limits, soft_core_limit};
pub use setters::apport_is_enabled;

use super::processes::Seen;
use crate::fact::Listing;
use crate::source::{HostText, Source};
use serde::{Deserialize, Serialize};

/// What decides over core dumps beside the kernel's pattern, and those that were kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoreDumps {
    /// The settings of coredump.conf(5).
    pub handler: Layered,
    /// `DefaultLimitCORE` of systemd-system.conf(5): what services may dump.
    pub manager: Layered,
    /// The soft limit of the first process, which all inherit that nothing else sets, in bytes; an image has none.
    pub inherited: Seen<u64>,
    /// What limits.conf(5) sets for logins.
    pub sessions: Listing<SessionLimit>,
    /// Programs that set the kernel's pattern at every boot, after sysctl.d(5) was applied.
    pub setters: Listing<Setter>,
    /// Directories with dumps in them.
    pub kept: Listing<Kept>,
}

/// A program that hands itself every crash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setter {
    /// The pattern that it sets, without what the kernel is to fill in.
    pub pattern: HostText,
    /// What starts it at boot.
    pub source: Source,
}

/// Dumps in one directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The directory.
    pub directory: HostText,
    /// How many.
    pub count: usize,
    /// The name of one, the first by name.
    pub example: HostText,
}

/// What systemd-coredump(8) does with a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// It keeps none, because of that line.
    Nothing(Line),
    /// It keeps it in the directory, because of that line or by default.
    In(&'static str, Option<Line>),
}

impl CoreDumps {
    /// What systemd-coredump keeps: the last value that it understands counts.
    pub fn handler_keeps(&self) -> Keeps {
        let storage = self.handler.last("Storage", |value| {
            matches!(value, "none" | "external" | "journal")
        });
        let (key, directory) = match storage.map(|line| (line, line.value.raw())) {
            Some((line, "none")) => return Keeps::Nothing(line.clone()),
            Some((_, "journal")) => ("JournalSizeMax", "/var/log/journal"),
            _ => ("ExternalSizeMax", "/var/lib/systemd/coredump"),
        };
        let size = self.handler.last(key, |value| bytes(value).is_some());
        match size.filter(|line| bytes(line.value.raw()) == Some(0)) {
            Some(line) => Keeps::Nothing(line.clone()),
            None => Keeps::In(directory, storage.cloned()),
        }
    }

    /// A line by which somebody's login may dump: of one domain the last counts.
    pub fn open_session(&self) -> Option<&SessionLimit> {
        let lines = &self.sessions.items;
        let last = |at: usize, line: &SessionLimit| {
            let mut later = lines.iter().skip(at + 1);
            !later.any(|later| later.domain == line.domain)
        };
        let mut open = lines.iter().enumerate().filter(|(_, line)| line.bytes > 0);
        open.find(|(at, line)| last(*at, line))
            .map(|(_, line)| line)
    }

    /// The soft limit that services get by `DefaultLimitCORE`, in bytes, and the line.
    pub fn default_limit(&self) -> Option<(u64, &Line)> {
        let soft = |value: &str| bytes(value.split(':').next().unwrap_or_default());
        let line = self
            .manager
            .last("DefaultLimitCORE", |value| soft(value).is_some())?;
        Some((soft(line.value.raw())?, line))
    }
}

/// A size as systemd reads it (parse_size, to the base 1024): digits with a unit, or `infinity`.
fn bytes(text: &str) -> Option<u64> {
    if text == "infinity" {
        return Some(u64::MAX);
    }
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let shift = match unit.trim() {
        "" | "B" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        "P" => 50,
        "E" => 60,
        _ => return None,
    };
    let number: u64 = digits.parse().ok()?;
    number.checked_mul(1 << shift)
}

/// True for the name of a dump in a directory where systemd-coredump, apport or abrt keep theirs.
pub fn is_dump(name: &str) -> bool {
    name.starts_with("core.") || name.starts_with("ccpp-") || name.ends_with(".crash")
}

#[cfg(test)]
mod tests;
