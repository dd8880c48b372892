//! What to do about all findings together: the merged steps, ready to copy.

use super::lines::Lines;
use crate::finding::Verdict;
use crate::remediate::{Task, plan as merge};
use crate::report::Report;
use crate::step::Risk;
use colored::Colorize;

/// The tasks that would fix every failure that counts.
pub(super) fn plan(report: &Report, out: &mut Lines) {
    let failing = report
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail && finding.counts());
    let tasks = merge(failing.flat_map(|finding| &finding.remediation));
    if tasks.is_empty() {
        return;
    }
    out.gap();
    out.line(&"FIX, in this order".bold().to_string());
    for (index, task) in tasks.iter().enumerate() {
        show(index + 1, task, out);
    }
}

fn show(number: usize, task: &Task, out: &mut Lines) {
    out.item(&format!("{number}. {}", task.title));
    for line in &task.lines {
        out.verbatim(&line.to_string());
    }
    match &task.risk {
        Risk::Risky { danger } => out.labelled("risk:", danger),
        Risk::Safe | Risk::Manual => {}
    }
    for condition in &task.requires {
        out.labelled("first:", condition);
    }
    labelled_commands("run:", &task.commands, out);
    labelled_commands("verify:", &task.verify, out);
    labelled_commands("undo:", task.undo.as_slice(), out);
}

fn labelled_commands(label: &str, commands: &[crate::source::HostText], out: &mut Lines) {
    for (index, command) in commands.iter().enumerate() {
        out.command(if index == 0 { label } else { "" }, &command.to_string());
    }
}
