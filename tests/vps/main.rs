//! Booted real systems: what the program says of a Debian server, and what is really so there.
//!
//! Asleep unless `SEAWORTHY_VPS=1`. `tests/README.md` says what it needs and how a scene is written.
//!
//! - `vps`: boots a system, runs commands inside
//! - `client`: real logins, from the other end of a wire
//! - `report`: what scenes ask of a report
//! - `fresh`: the server as it was installed
//! - `fixes`: the steps of a finding, done
//! - `logins`: which logins work, and what `ssh-password-login` says of them
//! - `doors`: SSH, su and the console in every combination of what decides, from `combination`
//! - `crash`: core files, and the limits that allow them
//! - `daemons`: which sshd runs, how it was started, and what it listens on
//! - `agreement`: facts against the tools that are at home there
//! - `units`: units against what systemd itself makes of their files

// A test that cannot go on has nobody to return an error to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod agreement;
mod client;
#[allow(
    dead_code,
    reason = "what reads the table that is written here uses the rest"
)]
mod combination;
mod crash;
mod daemons;
mod doors;
mod fixes;
mod fresh;
mod logins;
mod report;
mod units;
mod vps;
