//! What the kernel answers, row by row: interfaces, addresses, routes, sockets.
//!
//! A leaf of plain words: `host` fills these rows from the running kernel or reads them from a fixture's manifest, facts
//! keep them, models reason about them. Nothing here asks or judges. Whatever may be left out in a manifest has a default.

pub mod network;
mod socket;

pub use socket::{Protocol, Socket};
