//! What cron(8) would run: the tables of the system and of users, and the scripts of run-parts(8).
//!
//! Rules are those of Debian's cron and of cronie (RHEL and its kin), whichever is installed; they differ in the names that they pass
//! over and in what an error costs. Which directory a table comes from is the collector's.

mod names;
mod table;
#[cfg(test)]
mod tests;

pub use names::{passed_over, run_parts_passes_over};
pub use table::parse;

use crate::fact::Listing;
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// What cron would run on a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cron {
    /// Which cron there is.
    pub flavour: Flavour,
    /// The tables, in the order in which they are read.
    pub tables: Listing<Table>,
    /// The scripts of `/etc/cron.hourly` and its kin, which root runs. A line of a table or of anacrontab(5) starts them.
    pub scripts: Listing<Script>,
}

/// Which cron a host has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flavour {
    /// Vixie cron as Debian and Ubuntu have it.
    Debian,
    /// cronie: Fedora, RHEL, Arch.
    Cronie,
}

/// One table of jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its file.
    pub path: HostText,
    /// Why cron passes over all of it, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<String>,
    /// Its jobs.
    pub jobs: Vec<Job>,
}

/// One line of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its line, counted from 1.
    pub line: u32,
    /// When it runs, as it is written.
    pub schedule: HostText,
    /// The account that it runs as, by name.
    pub user: HostText,
    /// What the shell is given, without secrets.
    pub command: HostText,
    /// The directories in which its shell looks for programs, by the line `PATH=` before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<HostText>,
}

/// A file in a directory of run-parts(8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Its path.
    pub path: HostText,
    /// Why run-parts passes over it, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignored: Option<String>,
}

impl Cron {
    /// The jobs that cron runs, with their tables.
    pub fn jobs(&self) -> impl Iterator<Item = (&Table, &Job)> {
        let tables = self.tables.items.iter().filter(|it| it.ignored.is_none());
        tables.flat_map(|table| table.jobs.iter().map(move |job| (table, job)))
    }
}
