//! Limits on core dumps: of a process (proc_pid_limits(5)), and of logins (limits.conf(5)).

use crate::source::{HostText, Source};
use serde::{Deserialize, Serialize};

/// A line that sets how much a login's programs may dump.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLimit {
    /// Whose: a user, `@group`, `%group`, `*`, or a range of numbers.
    pub domain: HostText,
    /// The soft limit in bytes.
    pub bytes: u64,
    /// Where.
    pub source: Source,
}

/// The soft limit of core files in `/proc/PID/limits`, in bytes.
pub fn soft_core_limit(text: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(text);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    }
}

/// The lines of limits.conf(5) that set the soft limit of core files. pam_limits passes over a value that it does not
/// understand, and over whatever stands behind the fourth word.
pub fn session_limits(text: &[u8], path: &str) -> Vec<SessionLimit> {
    let text = String::from_utf8_lossy(text);
    let lines = (1..).zip(text.lines());
    let limit = |(number, line): (u32, &str)| {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let [domain, kind, item, value, ..] = words.as_slice() else {
            return None;
        };
        let sets_soft = matches!(kind.to_ascii_lowercase().as_str(), "soft" | "-");
        if !sets_soft || !item.eq_ignore_ascii_case("core") {
            return None;
        }
        let bytes = match value.to_ascii_lowercase().as_str() {
            "-1" | "-" | "unlimited" | "infinity" => u64::MAX,
            // In units of 1024 bytes.
            number => number.parse::<u64>().ok()?.saturating_mul(1024),
        };
        Some(SessionLimit {
            domain: (*domain).into(),
            bytes,
            source: Source::line(path, number),
        })
    };
    lines.filter_map(limit).collect()
}
