//! Every mistake that a policy can have, one a file, and what a person is told of each.
//!
//! A file of `tests/policies` has one defect and its message is the snapshot of its name. A first line `#: ARGS` gives what
//! is typed beside it. `tests/policies/extended` holds what they extend.

use crate::support::{Done, name, seaworthy, tests};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const SNAPSHOTS: &str = "tests/policies/messages";

fn defects() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("tests/policies").unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut defects: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    defects.sort();
    defects
}

fn defect(path: &Path) -> String {
    name(path).trim_end_matches(".yaml").to_owned()
}

fn run(path: &Path) -> Done {
    let text = std::fs::read(path).unwrap();
    let first = text.split(|byte| *byte == b'\n').next().unwrap();
    let args = std::str::from_utf8(first).ok();
    let args = args.and_then(|line| line.strip_prefix("#: "));
    match args {
        Some(args) => {
            let run = seaworthy(&format!("check {args} -p")).arg(path);
            run.on("hosts/debian-12-hardened").run()
        }
        None => seaworthy("policy lint -p").arg(path).run(),
    }
}

#[test]
fn every_mistake_is_told_at_its_place() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path(tests().join("policies/messages"));
    settings.bind(|| {
        for path in defects() {
            let done = run(&path).exits(2);
            assert_eq!(done.stdout, "", "{}", path.display());
            insta::assert_snapshot!(defect(&path), done.stderr);
        }
    });
}

#[test]
fn every_defect_has_its_message_and_every_message_its_defect() {
    let defects: BTreeSet<String> = defects().iter().map(|path| defect(path)).collect();
    let messages = std::fs::read_dir(SNAPSHOTS).unwrap();
    let messages: BTreeSet<String> = messages
        .map(|entry| name(&entry.unwrap().path()))
        .filter_map(|name| Some(name.strip_suffix(".snap")?.to_owned()))
        .collect();
    let lacking: Vec<_> = defects.difference(&messages).collect();
    assert!(
        lacking.is_empty(),
        "no message of {lacking:?}: INSTA_UPDATE=always cargo test --test it mistakes"
    );
    let orphans: Vec<_> = messages.difference(&defects).collect();
    assert!(
        orphans.is_empty(),
        "no defect of these messages: (cd {SNAPSHOTS} && rm {orphans:?})"
    );
    assert!(defects.len() >= 60);
}

/// What a person needs of a message, whatever its words: the place, the line, the caret.
#[test]
fn a_message_has_a_place_a_line_and_a_caret() {
    for path in defects() {
        let said = run(&path).stderr;
        for message in said.split("\n\n").filter(|part| !part.trim().is_empty()) {
            assert!(
                message.starts_with("error: "),
                "{}:\n{said}",
                path.display()
            );
            let place = message.lines().nth(1).unwrap_or_default();
            let place = place.trim_start().strip_prefix("--> ");
            let numbers = place.map_or(0, |place| {
                let parts = place.rsplitn(3, ':').take(2);
                parts.filter(|part| part.parse::<u32>().is_ok()).count()
            });
            let empty = message.starts_with("error: the policy is empty");
            assert!(numbers == 2 || empty, "{}:\n{said}", path.display());
            assert!(
                message.contains(" ^") || empty,
                "{}:\n{said}",
                path.display()
            );
        }
    }
}
