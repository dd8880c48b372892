//! `seaworthy trace`: one question about a host, followed to the line that decides it.

mod ssh;

use super::args::Traced;
use crate::exit::Exit;
use anyhow::Error;

pub(super) fn run(what: &Traced) -> Result<Exit, Error> {
    match what {
        Traced::Ssh(args) => ssh::run(args),
    }
}
