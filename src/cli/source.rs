//! Which policy and which host a command is about.

use super::args::PolicyArgs;
use super::output::Mistakes;
use crate::host::{Host, caller_files};
use crate::policy::{Loaded, Policy, Selection, Words, load_selecting};
use crate::source::Files;
use anyhow::{Context, Error, bail};
use jiff::Timestamp;
use std::io::Read;
use std::path::Path;

/// Where an administrator puts the policy of a host.
const SYSTEM_POLICY: &str = "/etc/seaworthy/policy.yaml";
const DEFAULT_POLICY: &str = "trading-bot";
const STDIN_LIMIT: u64 = 1 << 20;

/// The host to look at.
pub(super) fn host(fixture: Option<&Path>) -> Result<Host, Error> {
    match fixture {
        None => Ok(Host::live()),
        Some(directory) => Host::fixture(directory).map_err(Error::msg),
    }
}

/// The policy to judge by: as asked, else the system's, else the built-in one.
pub(super) fn policy(args: &PolicyArgs, now: Timestamp) -> Result<Policy, Error> {
    policy_selecting(args, &[], &[], now).map(|(policy, _)| policy)
}

/// The policy to judge by, and which of its checks were asked for.
pub(super) fn policy_selecting(
    args: &PolicyArgs,
    only: &[String],
    skip: &[String],
    now: Timestamp,
) -> Result<(Policy, Selection), Error> {
    let files = caller_files();
    let from = match args.policy.as_deref() {
        Some("-") => Loaded::Text("<stdin>".to_owned(), stdin()?),
        Some(name) => Loaded::Named(name.to_owned()),
        // A policy that is there and cannot be read must not be replaced by another one in silence.
        None => match files.stat(SYSTEM_POLICY) {
            Ok(None) => Loaded::Named(DEFAULT_POLICY.to_owned()),
            Ok(Some(_)) | Err(_) => Loaded::Named(SYSTEM_POLICY.to_owned()),
        },
    };
    let set = &args.set;
    let words = Words { set, only, skip };
    load_selecting(from, &files, words, now).map_err(|mistakes| Mistakes(mistakes).into())
}

fn stdin() -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = std::io::stdin()
        .lock()
        .take(STDIN_LIMIT + 1)
        .read_to_end(&mut bytes);
    read.context("standard input")?;
    if bytes.len() as u64 > STDIN_LIMIT {
        bail!("standard input: larger than {STDIN_LIMIT} bytes");
    }
    Ok(bytes)
}
