//! cron's rules against the programs that have them.

use crate::support::{Dice, has, number, skip};
use seaworthy::facts::cron::{Flavour, run_parts_passes_over};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// Which names Debian's run-parts(8) takes.
#[test]
fn names_are_those_that_run_parts_takes() {
    if !has("run-parts") || !std::path::Path::new("/etc/debian_version").exists() {
        return skip("no run-parts of Debian");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut dice = Dice(7);
    let mut names = BTreeSet::new();
    for _ in 0..number("SEAWORTHY_NAMES", 300) {
        let length = 1 + dice.roll(7);
        let letters = (0..length)
            .map(|_| dice.pick(&["a", "Z", "0", "-", "_", ".", "~", "#", " ", "é", "\n", ","]));
        names.insert(letters.collect::<String>());
    }
    names.retain(|name| name != "." && name != "..");
    for name in &names {
        let path = folder.path().join(name);
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let output = Command::new("run-parts")
        .arg("--test")
        .arg(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let theirs: BTreeSet<String> = text
        .lines()
        .filter_map(|line| Some(line.rsplit_once('/')?.1.to_owned()))
        .collect();
    let taken = |name: &&String| run_parts_passes_over(Flavour::Debian, name).is_none();
    let ours: BTreeSet<String> = names.iter().filter(taken).cloned().collect();
    assert_eq!(ours, theirs);
    assert!(ours.len() > 10 && ours.len() < names.len());
}
