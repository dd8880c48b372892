//! Swap space: what memory is written to, whether that is encrypted, and who else may read it.
//!
//! How a block device stands on others is the collector's to follow; here is what was found, and the parsers.

mod fstab;
mod proc_swaps;

pub use fstab::{Crypt, FstabSwap, crypttab, fstab_swaps};
pub use proc_swaps::active;

use super::files::Nodes;
use super::processes::Seen;
use crate::fact::Listing;
use crate::source::{HostText, Source};
use serde::{Deserialize, Serialize};

/// The swap space of a host: what is in use, and what fstab(5) and units (systemd.swap(5)) have for the next boot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Swaps {
    /// One each, those in use first.
    pub swaps: Listing<Swap>,
    /// What lies on the way to those that are files.
    pub nodes: Nodes,
}

/// One swap space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// The path of the device or file, as the kernel, fstab(5) or the name of a unit has it.
    pub path: HostText,
    /// Where that is seen.
    pub source: Source,
    /// True if the kernel uses it now.
    pub active: bool,
    /// What is written there, or why that cannot be said.
    pub beneath: Seen<Beneath>,
}

/// What a block device stands on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beneath {
    /// Memory alone (zram): nothing reaches a disk.
    Memory,
    /// An encrypted device, by its name.
    Encrypted(HostText),
    /// A disk that takes what it gets, by its name.
    Plain(HostText),
}
