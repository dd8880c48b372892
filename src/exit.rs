//! Exit codes as a type.

use std::process::ExitCode;

/// How a run ends. The numbers are an interface that people script against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done, and nothing fails at or above the threshold.
    Clean,
    /// 1: something fails at or above the threshold.
    Fails,
    /// 2: could not run: usage, policy, input or output.
    CouldNotRun,
    /// 3: nothing fails, but something at or above the threshold could not be seen.
    Unproven,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Fails => 1,
            Exit::CouldNotRun => 2,
            Exit::Unproven => 3,
        })
    }
}
