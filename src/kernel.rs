//! What the kernel answers, row by row: interfaces, addresses, routes, sockets, the clock.
//!
//! A leaf of plain words: `host` fills these rows from the running kernel or reads them from a fixture's manifest, facts
//! keep them, models reason about them. Nothing here asks or judges. Whatever may be left out in a manifest has a default.

mod clock;
pub mod network;
mod socket;

pub use clock::Clock;
pub use socket::{Protocol, Socket};
