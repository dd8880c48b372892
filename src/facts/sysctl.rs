//! Kernel settings: what sysctl.d(5) files set at boot, and the form of a running value.
//!
//! Which line wins for a key is `model::sysctl`'s question; where a running value is read is the collector's.

mod key;
mod line;
mod pattern;

pub use key::SysctlKey;
pub use pattern::SysctlPattern;

use crate::source::{DirEntry, FileKind, Files, HostText, Obstacle, Source};
use line::Line;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Where systemd-sysctl looks, the strongest first. `/lib` counts where it is no link to `/usr/lib`; where it is one,
/// its files have the names of those before them and are hidden by them.
const DIRECTORIES: [&str; 5] = [
    "/etc/sysctl.d",
    "/run/sysctl.d",
    "/usr/local/lib/sysctl.d",
    "/usr/lib/sysctl.d",
    "/lib/sysctl.d",
];

/// What a hypervisor or credential store passed to the unit (systemd.system-credentials(7)): read after all files.
const CREDENTIAL: &str = "/run/credentials/systemd-sysctl.service/sysctl.extra";

/// Read by procps' `sysctl -p` and `--system`; by systemd only where a link in a directory brings it there.
const SYSCTL_CONF: &str = "/etc/sysctl.conf";

/// One byte less than the line at which systemd-sysctl gives up on a file (`LONG_LINE_MAX`).
const LIMIT: u64 = (1 << 20) - 1;

/// What the sysctl.d(5) files of a host say, in the order in which systemd-sysctl reads it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SysctlConfig {
    /// The files that are read, in that order; one that masks a weaker file of its name is among them.
    pub files: Vec<HostText>,
    /// The assignments of all files, in that order.
    pub assignments: Vec<Assignment>,
    /// Assignments in `/etc/sysctl.conf` where no link brings that file to systemd: nothing reads them at boot here.
    pub unread: Vec<Assignment>,
    /// Lines that systemd-sysctl logs and passes over.
    pub ignored: Vec<IgnoredLine>,
    /// What could not be read or understood: each may hold the winner.
    pub gaps: Vec<Obstacle>,
}

/// One line that sets a key, or all keys that match a glob.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// What it sets.
    pub pattern: SysctlPattern,
    /// The value as text; `None` for `-key` alone, which keeps globs away from the key.
    pub value: Option<HostText>,
    /// True if a dash in front asks not to mind when the kernel refuses.
    pub ignore_errors: bool,
    /// File and line.
    pub source: Source,
}

impl Assignment {
    /// True if a file of that path would be read before this line's: it would lose against it.
    pub fn comes_after(&self, path: &str) -> bool {
        let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        match &self.source {
            Source::File { path: own, .. } => name(own.raw()) > name(path),
            _ => false,
        }
    }
}

/// The line in its plain form.
impl fmt::Display for Assignment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(out, "{} = {value}", self.pattern),
            None => write!(out, "-{}", self.pattern),
        }
    }
}

/// A line without effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IgnoredLine {
    /// File and line.
    pub source: Source,
    /// Why.
    pub why: String,
}

/// The value of a `/proc/sys` file, or one from a file of sysctl.d(5), so that the two compare: blanks trimmed, and each
/// run of blanks inside one space (the kernel separates by tabs).
pub fn parse_running(text: &[u8]) -> HostText {
    let words: Vec<String> = text
        .split(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0))
        .filter(|word| !word.is_empty())
        .map(|word| HostText::from_bytes(word).raw().to_owned())
        .collect();
    words.join(" ").into()
}

impl SysctlConfig {
    /// What systemd-sysctl would read at boot from this tree of files.
    pub fn read(files: &dyn Files) -> Self {
        let mut config = Self::default();
        let mut linked = false;
        for (directory, entry) in config.listed(files) {
            let path = format!("{directory}/{}", entry.name.raw());
            let end = end_of_links(files, &path);
            linked |= end == SYSCTL_CONF;
            config.take(files, &path, &end, entry.kind);
        }
        match files.read(CREDENTIAL, LIMIT) {
            Ok(None) => {}
            Ok(Some(text)) => config.add(CREDENTIAL, &text),
            Err(obstacle) => config.gaps.push(obstacle),
        }
        if !linked && let Ok(Some(text)) = files.read(SYSCTL_CONF, LIMIT) {
            let mut beside = Self::default();
            beside.add(SYSCTL_CONF, &text);
            config.unread = beside.assignments;
        }
        config
    }

    /// The files to read, by base name in byte order; of one name only the strongest directory's.
    fn listed(&mut self, files: &dyn Files) -> Vec<(&'static str, DirEntry)> {
        let mut by_name = BTreeMap::new();
        for directory in DIRECTORIES {
            match files.list(directory) {
                Ok(entries) => {
                    for entry in entries.unwrap_or_default() {
                        let name = entry.name.raw();
                        if name.ends_with(".conf") && !name.starts_with('.') {
                            by_name.entry(name.to_owned()).or_insert((directory, entry));
                        }
                    }
                }
                Err(obstacle) => self.gaps.push(obstacle),
            }
        }
        by_name.into_values().collect()
    }

    fn take(&mut self, files: &dyn Files, path: &str, end: &str, kind: Option<FileKind>) {
        // Listed it is in any case, so it hides the weaker files of its name.
        let is_directory = files
            .stat(end)
            .is_ok_and(|stat| stat.is_some_and(|stat| stat.kind == FileKind::Directory));
        if end == "/dev/null" || is_directory {
            self.files.push(path.into());
            return;
        }
        match files.read(path, LIMIT) {
            Ok(Some(text)) => self.add(path, &text),
            Ok(None) if kind == Some(FileKind::Link) || end != path => self.files.push(path.into()),
            Ok(None) => self.gaps.push(Obstacle::Failed {
                at: Source::file(path),
                why: "listed, and not found".into(),
            }),
            Err(obstacle) => self.gaps.push(obstacle),
        }
    }

    fn add(&mut self, path: &str, text: &[u8]) {
        self.files.push(path.into());
        for (number, line) in line::parse(text) {
            let source = Source::line(path, number);
            match line {
                Line::Assignment {
                    pattern,
                    value,
                    ignore_errors,
                } => self.assignments.push(Assignment {
                    pattern,
                    value,
                    ignore_errors,
                    source,
                }),
                Line::Ignored(why) => self.ignored.push(IgnoredLine {
                    source,
                    why: why.to_owned(),
                }),
                Line::Unclear(why) => self.gaps.push(Obstacle::Unparsable {
                    at: source,
                    why: why.into(),
                }),
            }
        }
    }
}

/// Where a chain of links ends, as far as it can be followed by name.
fn end_of_links(files: &dyn Files, path: &str) -> String {
    let mut at = path.to_owned();
    for _ in 0..40 {
        match files.stat(&at) {
            Ok(Some(stat)) if stat.kind == FileKind::Link => {}
            _ => break,
        }
        let Ok(Some(target)) = files.read_link(&at) else {
            break;
        };
        let joined = match at.rsplit_once('/') {
            Some((directory, _)) if !target.raw().starts_with('/') => {
                format!("{directory}/{}", target.raw())
            }
            _ => target.raw().to_owned(),
        };
        at = normal(&joined);
    }
    at
}

fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests;
