//! The tests that drive the real program, as a person would type it.
//!
//! - `access`: who can read and replace a file, against users who try
//! - `asked`: what sshd itself is asked, and what comes of it
//! - `checks`: every folder below `tests/checks` is a host whose name states its verdict
//! - `cli`: usage, exit codes, help, streams, colours
//! - `cron`: names that cron and run-parts pass over, against run-parts itself
//! - `files`: the checks about files, on trees that an intruder left
//! - `fixes`: what a finding about sshd says to do, done
//! - `house`: tests about the house: who may use whom, what every check and rule must have
//! - `images`: `--root` on friendly, empty and hostile trees
//! - `interfaces`: the network against ip(8), here and in namespaces
//! - `keywords`: every keyword of sshd that is judged, however it is written
//! - `live`: this machine as it is, read-only under strace, as root and as an ordinary user
//! - `login_table`: the logins that were tried on booted systems, against the model
//! - `memory`: clock, core dumps and swap against who knows better
//! - `mistakes`: every mistake that a policy can have, and what is said of it
//! - `packages`: dpkg's database, versions and owners of paths against the real dpkg
//! - `policies`: what a person meets who writes a policy
//! - `policy_hostile`: texts and files that are made to hang or fill the program
//! - `policy_properties`: what holds for every policy
//! - `policy_schema`: the JSON Schema of policies against a real validator
//! - `policy_trust`: who else could have written a policy
//! - `poses`: listeners that try not to be seen for what they are
//! - `processes`: the processes of this machine, against ps(1) and procfs itself
//! - `recorded`: facts judged elsewhere, reports in files
//! - `reports`: the screens and the JSON of one busy host
//! - `resilience`: collectors that hang, crash, or may not look
//! - `sshd`: the model of sshd against what real daemons said
//! - `sudoers`: sudo's files as the real sudo reads them
//! - `sysctl_oracle`: the model against the real systemd-sysctl
//! - `trace_ssh`: what sshd would do for a login, in three views
//! - `waivers`: what they change and how long they hold

// A test that cannot go on has nobody to return an error to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod access;
mod asked;
mod authorized_keys;
mod checks;
mod cli;
#[path = "../vps/combination.rs"]
#[allow(dead_code, reason = "the scene that tries them uses more of it")]
mod combination;
mod cron;
mod files;
mod fixes;
mod house;
mod images;
mod interfaces;
mod keywords;
mod listeners;
mod live;
mod login_table;
mod memory;
mod mistakes;
mod packages;
mod pam_oracle;
mod policies;
mod policy_hostile;
mod policy_properties;
mod policy_schema;
mod policy_trust;
mod poses;
mod processes;
mod recorded;
mod reports;
mod resilience;
mod sshd;
mod sudoers;
mod support;
mod sysctl_oracle;
mod trace_ssh;
mod waivers;
