//! Evidence and steps that several rules share, worded once.

use super::Invalid;
use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::sysctl::{Assignment, SysctlKey};
use crate::step::{Action, SYSCTL_DROP_IN, Step};

/// The accepted values as a person says them: `1, 2 or 3`.
pub fn any_of<T: ToString>(accept: &[T]) -> String {
    let words: Vec<String> = accept.iter().map(T::to_string).collect();
    match words.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}

/// Sets a kernel setting now and for every boot. Where a file that sorts after our drop-in decides, that line must go
/// first, or the drop-in would lose.
pub fn set_sysctl(
    key: &SysctlKey,
    value: &str,
    decides: Option<&Assignment>,
    danger: Option<&str>,
) -> Vec<Step> {
    let mut steps = Vec::new();
    if let Some(line) = decides.filter(|line| line.comes_after(SYSCTL_DROP_IN)) {
        let text = format!(
            "take {key} out of {}: that file is read after {SYSCTL_DROP_IN}",
            line.source
        );
        steps.push(Step::manual(line.source.to_string(), text));
    }
    let action = Action::SetSysctl {
        target: key.to_string().into(),
        value: value.to_owned(),
    };
    let text = format!("set {key} = {value}");
    let undo = format!("take {key} out of {SYSCTL_DROP_IN} and reboot");
    let step = safe_unless(danger, action, text).verified_by(format!("sysctl {key}"));
    steps.push(step.undone_by(undo));
    steps
}

/// Sets the running value of a kernel setting that the files have right.
pub fn load_sysctl(key: &SysctlKey, running: &str, value: &str, danger: Option<&str>) -> Step {
    let action = Action::run([
        "sysctl".to_owned(),
        "-w".to_owned(),
        format!("{key}={value}"),
    ]);
    let text = format!("set {key} = {value} now; the next boot does it by itself");
    safe_unless(danger, action, text)
        .verified_by(format!("sysctl {key}"))
        .undone_by(format!("sysctl -w {key}={running}"))
}

fn safe_unless(danger: Option<&str>, action: Action, text: String) -> Step {
    match danger {
        Some(danger) => Step::risky(action, danger, text),
        None => Step::safe(action, text),
    }
}

/// Refuses a list of accepted values that is empty.
pub fn some_value<T>(accept: &[T]) -> Result<(), Invalid> {
    match accept.is_empty() {
        true => Err(Invalid {
            parameter: "accept",
            why: "`accept` is empty: no value would be good".to_owned(),
        }),
        false => Ok(()),
    }
}

/// In a container only `net.*` is its own; the rest of the kernel belongs to the machine beneath.
pub fn own_kernel(facts: &Facts, key: &SysctlKey) -> Result<(), Unjudged> {
    match key.path().starts_with("net/") {
        true => facts.os().and_then(Fact::known).map(drop),
        false => own_machine(facts),
    }
}

/// A container has no kernel, no disks and no swap of its own.
pub fn own_machine(facts: &Facts) -> Result<(), Unjudged> {
    let (os, source) = facts.os().and_then(Fact::known)?;
    match os.virtualisation.container() {
        Some(kind) => Err(Unjudged::NotApplicable {
            why: format!("the kernel belongs to the machine that runs this container ({kind})"),
            source: source.clone(),
        }),
        None => Ok(()),
    }
}
