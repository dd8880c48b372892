//! `seaworthy generate`: files that are made from the types, so that they cannot go stale.

use super::args::{Args as Whole, Generate as Args, Generated};
use super::output::{self, Mistakes};
use crate::exit::Exit;
use crate::{policy, report};
use anyhow::Error;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let text = match &args.what {
        Generated::Man => manual()?,
        Generated::Completions { shell } => {
            let mut bytes = Vec::new();
            clap_complete::generate(*shell, &mut Whole::command(), "seaworthy", &mut bytes);
            String::from_utf8(bytes)?
        }
        Generated::Reference => policy::reference().map_err(Mistakes)?,
        Generated::Schema => policy_schema()?,
        Generated::ReportSchema => report::schema()?,
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}

/// The JSON Schema of a policy, a final newline included.
pub(super) fn policy_schema() -> Result<String, Error> {
    Ok(serde_json::to_string_pretty(&policy::schema())? + "\n")
}

/// One page for all: the commands, then each with its options as a section of its own.
fn manual() -> Result<String, Error> {
    let mut command = Whole::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    // Its commands have no pages of their own.
    let whole = String::from_utf8(page)?
        .replace("(1)\n", "\n")
        .replace("seaworthy\\-", "seaworthy ");
    let mut page = whole.into_bytes();
    for part in visible(&command) {
        section(part, &mut page)?;
        for below in visible(part) {
            section(below, &mut page)?;
        }
    }
    Ok(String::from_utf8(page)?)
}

fn visible(command: &Command) -> impl Iterator<Item = &Command> {
    let parts = command.get_subcommands();
    parts.filter(|part| !part.is_hide_set() && part.get_name() != "help")
}

/// A command's own page, one level down.
fn section(command: &Command, page: &mut Vec<u8>) -> Result<(), Error> {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let mut own = Vec::new();
    let man = Man::new(command.clone());
    man.render_synopsis_section(&mut own)?;
    man.render_description_section(&mut own)?;
    if command
        .get_arguments()
        .any(|argument| !argument.is_hide_set())
    {
        man.render_options_section(&mut own)?;
    }
    if command.get_after_help().is_some() {
        man.render_extra_section(&mut own)?;
    }
    let own = String::from_utf8(own)?.replace("\n.SH ", "\n.SS ");
    let own = own
        .strip_prefix(".SH ")
        .map_or(own.clone(), |rest| format!(".SS {rest}"));
    page.extend(format!(".SH \"{}\"\n{own}", name.to_uppercase()).into_bytes());
    Ok(())
}
