//! The `seaworthy` command: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    seaworthy::cli::main().into()
}
