//! Booted real systems: what the program says of a Debian server, and what is really so there.
//!
//! Asleep unless `SEAWORTHY_VPS=1`. `tests/README.md` says what it needs and how a scene is written.
//!
//! - `vps`: boots a system, runs commands inside
//! - `fresh`: the image as it was installed

// A test that cannot go on has nobody to return an error to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod client;
mod fresh;
mod logins;
mod vps;
