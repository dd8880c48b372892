//! The command line: one file a subcommand, each the whole pipeline readable top to bottom.

mod args;
mod check;
mod explain;
mod facts;
mod generate;
mod output;
mod patience;
mod policy;
mod source;
mod trace;

use crate::collect::THREAD_PREFIX;
use crate::exit::Exit;
use args::{Args, Command};
use clap::Parser;
use std::{panic, thread};

/// Runs the program with the arguments of the process.
pub fn main() -> Exit {
    quiet_collectors();
    let args = match Args::try_parse() {
        Ok(args) => args,
        // Help and version are answers, and go to stdout; the rest is a mistake in the usage.
        Err(error) => {
            let answered = !error.use_stderr();
            let printed = error.print().is_ok();
            return if answered && printed {
                Exit::Clean
            } else {
                Exit::CouldNotRun
            };
        }
    };
    output::colours(args.color);
    let done = match args.command {
        Command::Check(check) => check::run(&check),
        Command::Facts(facts) => facts::run(&facts),
        Command::Trace(args) => trace::run(&args.what),
        Command::Explain(explain) => explain::run(&explain),
        Command::Policy(policy) => policy::run(&policy.command),
        Command::Generate(generate) => generate::run(&generate),
    };
    done.unwrap_or_else(|error| {
        output::complain(&error);
        Exit::CouldNotRun
    })
}

/// A collector that panics is reported as an unknown fact; the hook's message would say it twice.
fn quiet_collectors() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let collector = thread::current()
            .name()
            .is_some_and(|name| name.starts_with(THREAD_PREFIX));
        if !collector {
            usual(info);
        }
    }));
}
