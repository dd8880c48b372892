//! Rows that the kernel answers with: plain, typed, as they are.
//!
//! `host` fills them, a fixture's manifest spells them out, and facts keep them. What they mean for anyone belongs to
//! facts and models.

mod socket;

pub use socket::{Protocol, Socket};
