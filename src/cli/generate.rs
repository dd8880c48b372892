//! `seaworthy generate`: files that are made from the types, so that they cannot go stale.

use super::args::{Generate as Args, Generated};
use super::output;
use crate::exit::Exit;
use crate::report;
use anyhow::Error;

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let text = match args.what {
        Generated::ReportSchema => report::schema()?,
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}
