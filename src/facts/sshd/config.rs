//! sshd's files as they are, with every file that an Include may name: recorded once, to be read as any version would.
//!
//! Nothing is decided here. A pattern counts if either generation of OpenSSH would follow it, so a comment that only the
//! older one sees hides nothing. What could not be read, or lies beyond the bounds, is an obstacle in its place.

use super::lexer::{Era, Words, lines, split, trim_end};
use super::names::Names;
use crate::facts::glob::glob;
use crate::secret::mask_text;
use crate::source::{FileKind, Files, HostText, MapFiles, Obstacle, Source};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What is read of one file at most, in bytes: sshd's own files are a few kilobytes.
const FILE_LIMIT: u64 = 4 << 20;
/// What is read of all files together at most, in bytes.
const TOTAL_LIMIT: u64 = 16 << 20;
/// How many files are read at most.
const FILES_LIMIT: usize = 2_000;
/// SERVCONF_MAX_DEPTH of servconf.c: sshd refuses deeper Includes, so nothing below is ever asked for.
pub const DEPTH_LIMIT: usize = 16;
/// SSHDIR: where a relative Include starts, wherever it stands.
const DIRECTORY: &str = "/etc/ssh";

/// sshd's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where reading begins: `/etc/ssh/sshd_config`, or what `-f` names.
    pub main: HostText,
    /// What is in each file, by its path as the Include names it.
    pub files: BTreeMap<HostText, Content>,
    /// The paths that each pattern of an Include names, in the order in which sshd reads them.
    pub globs: BTreeMap<HostText, Expansion>,
    /// What the host's own tables say of the names in these files.
    pub names: Names,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    /// Its lines, without their newlines; after the last newline one more, which may be empty. Values that look like
    /// secrets are masked. A directory has none: sshd reads it as an empty file.
    Lines(Vec<HostText>),
    /// There is none.
    Absent,
    /// It could not be read.
    Unseen(Obstacle),
}

/// What a pattern names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expansion {
    /// These, which may be none.
    Paths(Vec<HostText>),
    /// That could not be seen.
    Unseen(Obstacle),
}

/// Keywords whose value may be a command or an environment with a secret in it.
const TELLING: [&str; 5] = [
    "setenv",
    "forcecommand",
    "authorizedkeyscommand",
    "authorizedprincipalscommand",
    "subsystem",
];

impl Config {
    /// Reads a configuration and all that it may include.
    pub fn read(files: &dyn Files, main: &str) -> Self {
        let mut config = Self {
            main: main.into(),
            files: BTreeMap::new(),
            globs: BTreeMap::new(),
            names: Names::default(),
        };
        let mut left = TOTAL_LIMIT;
        let mut wave = vec![config.main.clone()];
        let (mut words, mut owners) = (Vec::new(), Vec::new());
        for _ in 0..=DEPTH_LIMIT {
            let mut patterns = Vec::new();
            for path in wave.drain(..) {
                if config.files.contains_key(&path) {
                    continue;
                }
                let content = match config.files.len() < FILES_LIMIT {
                    true => content(files, &path, &mut left),
                    false => Content::Unseen(beyond(format!("more than {FILES_LIMIT} files"))),
                };
                if let Content::Lines(lines) = &content {
                    study(lines, &mut patterns, &mut words);
                    owners.extend(lines.iter().flat_map(behind_tilde));
                }
                config.files.insert(path, content);
            }
            for pattern in patterns {
                let Entry::Vacant(slot) = config.globs.entry(pattern) else {
                    continue;
                };
                let paths = glob(files, slot.key(), FILES_LIMIT);
                wave.extend(paths.iter().flatten().cloned());
                slot.insert(paths.map_or_else(Expansion::Unseen, Expansion::Paths));
            }
        }
        config.names = Names::read(files, &words, &owners);
        config
    }

    /// Where a keyword, in small letters, is set, in any file and whether it counts or not, and the rest of that line.
    pub fn lines_of<'c>(&'c self, wanted: &'c str) -> impl Iterator<Item = (Source, String)> + 'c {
        let files = self
            .files
            .iter()
            .filter_map(|(path, content)| match content {
                Content::Lines(lines) => Some((path, lines)),
                Content::Absent | Content::Unseen(_) => None,
            });
        files.flat_map(move |(path, lines)| {
            (1..).zip(lines).filter_map(move |(number, line)| {
                let bytes = HostText::to_bytes(line.raw());
                let mut words = Words::new(bytes.trim_ascii_start());
                let is_wanted = keyword(&mut words)? == wanted;
                let rest = words.rest().unwrap_or_default();
                let value = String::from_utf8_lossy(rest).trim().to_owned();
                is_wanted.then(|| (Source::line(path.clone(), number), value))
            })
        })
    }

    /// The same with one more file, where an Include would find it: what would hold if somebody wrote it.
    #[must_use]
    pub fn with_file(&self, path: &str, text: &[String]) -> Self {
        let mut with = self.clone();
        let path = HostText::from(path);
        let mut lines: Vec<HostText> = text.iter().map(HostText::from).collect();
        lines.push(HostText::default());
        if let Some(Content::Lines(old)) = with.files.get(&path) {
            lines.truncate(text.len());
            lines.extend(old.iter().cloned());
        }
        with.files.insert(path.clone(), Content::Lines(lines));
        for (pattern, expansion) in &mut with.globs {
            if let Expansion::Paths(paths) = expansion
                && fits(pattern, &path)
                && !paths.contains(&path)
            {
                paths.push(path.clone());
                paths.sort_by(|one, other| {
                    HostText::to_bytes(one.raw()).cmp(&HostText::to_bytes(other.raw()))
                });
            }
        }
        with
    }

    /// True if some Include would find a file of that path.
    pub fn reads(&self, path: &str) -> bool {
        let path = HostText::from(path);
        self.globs.keys().any(|pattern| fits(pattern, &path))
    }

    /// The pattern by which an Include is recorded: a relative one is below `/etc/ssh`.
    pub fn pattern(word: &[u8]) -> HostText {
        match word.first() {
            Some(b'/' | b'~') => HostText::from_bytes(word),
            _ => HostText::from_bytes(&[DIRECTORY.as_bytes(), b"/", word].concat()),
        }
    }
}

/// True if the pattern of an Include would find a file of that path, if it were there.
fn fits(pattern: &HostText, path: &HostText) -> bool {
    let alone = MapFiles::new([(path.raw(), "")]);
    glob(&alone, pattern, 1).is_ok_and(|found| found.contains(path))
}

fn content(files: &dyn Files, path: &HostText, left: &mut u64) -> Content {
    let mut read = || -> Result<Content, Obstacle> {
        let stat = files.follow(path.raw())?;
        if stat.is_some_and(|stat| stat.kind == FileKind::Directory) {
            return Ok(Content::Lines(Vec::new()));
        }
        let limit = FILE_LIMIT.min(*left);
        let bytes = match files.read(path.raw(), limit) {
            Ok(None) => return Ok(Content::Absent),
            Ok(Some(bytes)) => bytes,
            Err(Obstacle::TooLarge { .. }) if limit < FILE_LIMIT => {
                return Err(beyond(format!("more than {TOTAL_LIMIT} bytes")));
            }
            Err(obstacle) => return Err(obstacle),
        };
        *left -= bytes.len() as u64;
        let lines = bytes.split(|byte| *byte == b'\n');
        Ok(Content::Lines(lines.map(masked).collect()))
    };
    read().unwrap_or_else(Content::Unseen)
}

fn beyond(what: String) -> Obstacle {
    Obstacle::NotModelled {
        what: format!("sshd's files, {what}").into(),
    }
}

/// The line, with what looks like a secret masked behind its keyword.
fn masked(line: &[u8]) -> HostText {
    let own = &line[line
        .iter()
        .take_while(|byte| b" \t\r".contains(byte))
        .count()..];
    let mut words = Words::new(own);
    let tells = keyword(&mut words).is_some_and(|word| TELLING.contains(&word.as_str()));
    match words.rest().filter(|_| tells) {
        None => HostText::from_bytes(line),
        Some(rest) => {
            let front = HostText::from_bytes(&line[..line.len() - rest.len()]);
            let rest = mask_text(&HostText::from_bytes(rest));
            format!("{}{}", front.raw(), rest.raw()).into()
        }
    }
}

/// The keyword of a line, in small letters; its arguments are left.
fn keyword(words: &mut Words<'_>) -> Option<String> {
    let first = words.word()?;
    let word = match first.is_empty() {
        true => words.word()?,
        false => first,
    };
    Some(String::from_utf8_lossy(&word).to_ascii_lowercase())
}

/// Looks for patterns to follow, and for words that may be names of hosts and ports.
fn study(text: &[HostText], patterns: &mut Vec<HostText>, names: &mut Vec<Vec<u8>>) {
    let bytes: Vec<_> = text
        .iter()
        .map(|line| HostText::to_bytes(line.raw()))
        .collect();
    for era in [Era::Old, Era::New] {
        for line in lines(bytes.iter().map(AsRef::as_ref), era) {
            let line = trim_end(&line.text);
            let mut words = Words::new(line);
            match keyword(&mut words).as_deref() {
                Some("include") => {
                    let written = &line[..line.len() - words.rest().unwrap_or_default().len()];
                    let written = Words::new(written).word().unwrap_or_default();
                    let arguments = arguments(&mut words, era);
                    if arguments.iter().any(|word| !word.starts_with(b"/")) {
                        // What 8.2 takes for any relative path: the keyword itself.
                        patterns.push(Config::pattern(&written));
                    }
                    patterns.extend(arguments.iter().map(|word| Config::pattern(word)));
                }
                Some("port" | "listenaddress" | "match" | "permitopen" | "permitlisten") => {
                    let parts = line.split(|byte| b" \t\r\"'=,:[]/".contains(byte));
                    names.extend(parts.filter(|part| !part.is_empty()).map(<[u8]>::to_vec));
                }
                _ => {}
            }
        }
    }
}

/// The names behind each `~`, and none for uid 0 itself.
fn behind_tilde(line: &HostText) -> Vec<Vec<u8>> {
    let bytes = HostText::to_bytes(line.raw());
    let mut parts = bytes.split(|byte| *byte == b'~');
    parts.next();
    let ends = |byte: &u8| b"/ \t\r\"'".contains(byte);
    let name = |part: &[u8]| part.split(ends).next().unwrap_or_default().to_vec();
    let mut names: Vec<Vec<u8>> = parts.map(name).collect();
    if !names.is_empty() {
        names.push(Vec::new());
    }
    names
}

fn arguments(words: &mut Words<'_>, era: Era) -> Vec<Vec<u8>> {
    match era {
        Era::New => split(words.rest().unwrap_or_default()).unwrap_or_default(),
        Era::Old => std::iter::from_fn(|| words.word().filter(|word| !word.is_empty()))
            .map(|word| word.into_owned())
            .collect(),
    }
}

#[cfg(test)]
mod tests;
