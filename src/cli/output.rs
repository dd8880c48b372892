//! Standard output and standard error: colours, closed pipes, complaints.

use super::args::When;
use crate::yaml::{Mistake, draw};
use anyhow::Error;
use std::fmt;
use std::io::{self, IsTerminal, Write};

/// Mistakes in a policy, drawn when they are printed.
#[derive(Debug)]
pub(super) struct Mistakes(pub(super) Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&draw(&self.0, wants_colour(&io::stderr())))
    }
}

impl std::error::Error for Mistakes {}

/// Decides once whether the report is coloured.
pub(super) fn colours(when: When) {
    let colour = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => wants_colour(&io::stdout()),
    };
    colored::control::set_override(colour);
}

/// Does something whose text goes to a file, where colours would be noise.
pub(super) fn without_colours<T>(work: impl FnOnce() -> T) -> T {
    let before = colored::control::SHOULD_COLORIZE.should_colorize();
    colored::control::set_override(false);
    let result = work();
    colored::control::set_override(before);
    result
}

/// NO_COLOR (no-color.org), CLICOLOR_FORCE (bixense.com/clicolors), a dumb terminal, or none at all.
fn wants_colour(stream: &impl IsTerminal) -> bool {
    let is_set =
        |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return false;
    }
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    is_set("CLICOLOR_FORCE") || (stream.is_terminal() && !dumb)
}

/// Writes to standard output. Whoever closes the pipe has read enough.
pub(super) fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Writes to standard error. Where that is closed there is nobody to tell.
pub(super) fn note(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Says why the program could not run.
pub(super) fn complain(error: &Error) {
    match error.downcast_ref::<Mistakes>() {
        Some(mistakes) => note(&format!("{mistakes}\n")),
        None => note(&format!("seaworthy: {error:#}\n")),
    }
}
