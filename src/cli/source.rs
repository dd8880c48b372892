//! Which policy and which host a command is about.

use super::args::{HostArgs, PolicyArgs};
use super::output::Mistakes;
use crate::facts::{Facts, record};
use crate::host::{Host, caller_files};
use crate::policy::{Loaded, Policy, Selection, Words, load_selecting};
use crate::source::Files;
use anyhow::{Context, Error, anyhow, bail};
use jiff::Timestamp;
use std::io::Read;

/// Where an administrator puts the policy of a host.
const SYSTEM_POLICY: &str = "/etc/seaworthy/policy.yaml";
const DEFAULT_POLICY: &str = "trading-bot";
const POLICY_LIMIT: u64 = 1 << 20;
/// A large host has tens of thousands of sockets, packages and files.
const FACTS_LIMIT: u64 = 256 << 20;

/// The host to look at.
pub(super) fn host(args: &HostArgs) -> Result<Host, Error> {
    match (&args.root, &args.fixture) {
        (Some(root), _) => Host::root(root).map_err(Error::msg),
        (None, Some(fixture)) => Host::fixture(fixture).map_err(Error::msg),
        (None, None) => Ok(Host::live()),
    }
}

/// Facts that were taken before.
pub(super) fn facts(path: &str) -> Result<Facts, Error> {
    let bytes = match path {
        "-" => stdin(FACTS_LIMIT)?,
        path => match caller_files().read(path, FACTS_LIMIT).map_err(Error::msg)? {
            Some(bytes) => bytes,
            None => bail!("{path}: there is no such file"),
        },
    };
    record::read(&bytes).map_err(|why| anyhow!("{path}: {why}"))
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
        Some("-") => Loaded::Text("<stdin>".to_owned(), stdin(POLICY_LIMIT)?),
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

fn stdin(limit: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = std::io::stdin()
        .lock()
        .take(limit + 1)
        .read_to_end(&mut bytes);
    read.context("standard input")?;
    if bytes.len() as u64 > limit {
        bail!("standard input: larger than {limit} bytes");
    }
    Ok(bytes)
}
