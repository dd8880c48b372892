//! `seaworthy policy list|show|lint|schema`.

use super::args::{PolicyArgs, PolicyCommand};
use super::{generate, output, source};
use crate::exit::Exit;
use crate::policy::{BUILTINS, Policy};
use crate::yaml::{Level, draw};
use anyhow::Error;
use jiff::Timestamp;

pub(super) fn run(command: &PolicyCommand) -> Result<Exit, Error> {
    let text = match command {
        PolicyCommand::List => list()?,
        PolicyCommand::Show(args) => source::policy(args, Timestamp::now())?.show(),
        PolicyCommand::Lint(args) => {
            let policy = source::policy(args, Timestamp::now())?;
            if !policy.warnings.is_empty() {
                output::note(&format!("{}\n", draw(&policy.warnings, false)));
            }
            lint(&policy)
        }
        PolicyCommand::Schema => generate::policy_schema()?,
    };
    output::print(&text)?;
    Ok(Exit::Clean)
}

fn list() -> Result<String, Error> {
    let mut text = String::new();
    for builtin in BUILTINS {
        let args = PolicyArgs {
            policy: Some(builtin.name.to_owned()),
            set: Vec::new(),
        };
        let policy = source::policy(&args, Timestamp::now())?;
        text.push_str(&format!(
            "{:<12} {:>3} checks  {}\n",
            builtin.name,
            policy.checks.len(),
            policy.title
        ));
    }
    Ok(text)
}

fn lint(policy: &Policy) -> String {
    let off = policy
        .checks
        .iter()
        .filter(|check| check.off.is_some())
        .count();
    let warnings = policy.warnings.iter();
    let warnings = warnings.filter(|one| one.level == Level::Warning).count();
    let (checks, waivers) = (policy.checks.len(), policy.waivers.len());
    format!(
        "{}: {checks} checks, {off} of them off; {waivers} waivers in force; {warnings} warnings\n",
        policy.name
    )
}
