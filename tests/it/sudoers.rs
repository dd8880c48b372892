//! sudoers as read here against the real cvtsudoers: what every entry says, and in which lines sudo sees a mistake.
//!
//! `SEAWORTHY_SUDOERS` sets how many files are made up (150), `SEAWORTHY_SUDOERS_SEED` from which seed on (1).

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, not their helpers"
)]

mod effect;
mod generate;
mod shape;

use crate::support::{number, tests};
use seaworthy::facts::sudoers::{Sudoers, read};
use seaworthy::source::{
    DirEntry, FileKind, FileStat, Files, HostText, MapFiles, Obstacle, Source,
};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// File and line.
type Place = (String, u32);

/// What cvtsudoers makes of a file, and the lines that it complains of.
fn cvtsudoers(directory: &Path, file: &str) -> Option<(Option<Value>, Vec<Place>)> {
    let output = Command::new("cvtsudoers")
        .args(["-f", "json", file])
        .current_dir(directory)
        .env("LC_ALL", "C")
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    // Some of its lines are no JSON: members where elements must be.
    let mended: Vec<String> = text
        .lines()
        .map(|line| {
            let bare = line.trim();
            let loose = ["\"runchroot\":", "\"runcwd\":", "\"role\":", "\"type\":"];
            match loose.iter().any(|name| bare.starts_with(name)) {
                true => match bare.strip_suffix(',') {
                    Some(bare) => format!("{{{bare}}},"),
                    None => format!("{{{bare}}}"),
                },
                false => line.to_owned(),
            }
        })
        .collect();
    let complaints = String::from_utf8_lossy(&output.stderr);
    let complaint = |line: &str| {
        let mut parts = line.splitn(4, ':');
        let file = parts.next()?.to_owned();
        let line = parts.next()?.parse().ok()?;
        parts.next()?.parse::<u32>().ok()?;
        Some((file, line))
    };
    let complaints: Vec<_> = complaints.lines().filter_map(complaint).collect();
    // A list of Defaults of which it knows none is broken JSON: then only the complaints count.
    let json = serde_json::from_str(&mended.join("\n")).ok();
    Some((json, complaints))
}

/// A directory of this machine, whose files are root's whoever runs the tests.
struct Directory<'a>(&'a Path);

impl Files for Directory<'_> {
    fn read(&self, path: &str, _: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        Ok(std::fs::read(self.0.join(&path[1..])).ok())
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        let Ok(entries) = std::fs::read_dir(self.0.join(&path[1..])) else {
            return Ok(None);
        };
        let entry = |entry: std::io::Result<std::fs::DirEntry>| DirEntry {
            name: entry.unwrap().file_name().to_str().unwrap().into(),
            kind: None,
        };
        Ok(Some(entries.map(entry).collect()))
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        let stat = MapFiles::new([("/file", "")]).stat("/file")?.unwrap();
        Ok(std::fs::metadata(self.0.join(&path[1..]))
            .ok()
            .map(|it| FileStat {
                kind: if it.is_dir() {
                    FileKind::Directory
                } else {
                    FileKind::Regular
                },
                ..stat
            }))
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        self.stat(path)
    }

    fn read_link(&self, _: &str) -> Result<Option<HostText>, Obstacle> {
        Ok(None)
    }
}

fn lines(sudoers: &Sudoers) -> Vec<Place> {
    let place = |at| match sudoers.place(at) {
        Source::File { path, line } => (
            path.raw().trim_start_matches('/').to_owned(),
            line.unwrap_or(0),
        ),
        _ => (String::new(), 0),
    };
    sudoers.errors.iter().map(|it| place(it.at)).collect()
}

/// Reads the file both ways and holds them against each other; false where there is no cvtsudoers.
fn agree(directory: &Path, file: &str, what: &str) -> bool {
    let Some((theirs, complaints)) = cvtsudoers(directory, file) else {
        return false;
    };
    let ours = read(&Directory(directory), &format!("/{file}"), "vps")
        .unwrap()
        .unwrap();
    let mut mistakes = lines(&ours);
    // What it says of an include that is not there has no place.
    mistakes.retain(|at| {
        complaints.contains(at) || !ours.errors.iter().any(|it| it.why.contains("no such file"))
    });
    assert_eq!(
        mistakes,
        complaints,
        "{what}\n{:?}\n{}",
        ours.errors,
        shown(directory, file)
    );
    if let Some(theirs) = theirs {
        let (mut ours, mut theirs) = (shape::ours(&ours), shape::theirs(&theirs));
        // Settings that it does not know, or whose value it does not like, it leaves out.
        let made = |line: &String| {
            generate::NAMES
                .iter()
                .any(|name| line.contains(&format!("\"{name}\"")))
        };
        if !ours.iter().filter(|it| it.starts_with("default")).all(made) {
            ours.retain(|it| !it.starts_with("default"));
            theirs.retain(|it| !it.starts_with("default"));
        }
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{what}\n{}", shown(directory, file));
        }
        assert_eq!(
            ours.len(),
            theirs.len(),
            "{what}\n{}",
            shown(directory, file)
        );
    }
    true
}

fn shown(directory: &Path, file: &str) -> String {
    let bytes = std::fs::read(directory.join(file)).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn cases_are_read_as_cvtsudoers_reads_them() {
    let directory = tests().join("sudo");
    for file in ["sudoers", "t1", "inc1"] {
        if !agree(&directory, file, file) {
            println!("skipped: no cvtsudoers");
        }
    }
    let expected = std::fs::read(directory.join("cvt.json")).unwrap();
    let expected = shape::theirs(&serde_json::from_slice(&expected).unwrap());
    let ours = read(&Directory(&directory), "/sudoers", "vps")
        .unwrap()
        .unwrap();
    assert_eq!(shape::ours(&ours), expected);
}

#[test]
fn made_up_files_are_read_as_cvtsudoers_reads_them() {
    let first = number("SEAWORTHY_SUDOERS_SEED", 1);
    let temporary = tempfile::tempdir().unwrap();
    for seed in first..first + number("SEAWORTHY_SUDOERS", 150) {
        let text = generate::file(seed as u64);
        std::fs::write(temporary.path().join("s"), text).unwrap();
        if !agree(temporary.path(), "s", &format!("seed {seed}")) {
            println!("skipped: no cvtsudoers");
            return;
        }
    }
}
