//! Where sudo looks: its main file, the files that it includes, and which of them it takes.

use super::parser::Parser;
use super::{File, Sudoers};
use crate::source::{FileKind, FileStat, Files, HostText, Obstacle, Source};
use std::collections::VecDeque;

/// All the files together are no larger: a hundred thousand lines fit.
const LIMIT: u64 = 6 << 20;
/// As many files are met.
const MOST_FILES: usize = 1000;
/// What sudo's own stack holds when it gives up.
const DEEPEST: usize = 144;

/// Reads sudoers from its main file on; `None` if there is no such file. `host` is the host's name without its domain.
///
/// # Errors
/// An [`Obstacle`] if the main file could not be looked at.
pub fn read(files: &dyn Files, main: &str, host: &str) -> Result<Option<Sudoers>, Obstacle> {
    let Some(stat) = files.follow(main)? else {
        return Ok(None);
    };
    let mut reader = Reader {
        files,
        host,
        met: vec![File {
            path: main.into(),
            passed_over: None,
        }],
        gaps: Vec::new(),
        left: LIMIT,
        waiting: Vec::new(),
    };
    if let Some(why) = insecure(&stat, FileKind::Regular) {
        return Ok(Some(Sudoers {
            refused: Some(format!("sudo refuses {main}: it is {why}")),
            files: reader.met,
            ..Sudoers::default()
        }));
    }
    let Some(text) = files.read(main, LIMIT)? else {
        return Ok(None);
    };
    reader.left -= text.len() as u64;
    Ok(Some(Parser::new(reader).run(&text)))
}

/// Why sudo does not take a file or directory with this owner and mode (`sudo_secure_fd` in its source).
pub fn insecure(stat: &FileStat, kind: FileKind) -> Option<&'static str> {
    if stat.kind != kind {
        return Some("not a regular file or directory");
    }
    match stat {
        stat if stat.uid != 0 => Some("not root's"),
        stat if stat.mode & 0o002 != 0 => Some("world-writable"),
        stat if stat.mode & 0o020 != 0 && stat.gid != 0 => {
            Some("writable by a group other than root's")
        }
        _ => None,
    }
}

/// A file that was read: its number and text.
type Text = (u32, Vec<u8>);

/// What reads files for the parser, within bounds.
pub(super) struct Reader<'a> {
    files: &'a dyn Files,
    host: &'a str,
    met: Vec<File>,
    gaps: Vec<Obstacle>,
    left: u64,
    /// For each file that is being read, below the main one: the names that follow it in its directory.
    waiting: Vec<VecDeque<String>>,
}

impl Reader<'_> {
    pub(super) fn finish(self, sudoers: Sudoers) -> Sudoers {
        Sudoers {
            files: self.met,
            gaps: self.gaps,
            ..sudoers
        }
    }

    /// The file that follows in the directory whose file just ended.
    pub(super) fn next_in_directory(&mut self) -> Option<Text> {
        let mut rest = self.waiting.pop()?;
        let found = self.first_of(&mut rest);
        if found.is_some() {
            self.waiting.push(rest);
        }
        found
    }

    /// The text of an included file, or the first of a directory that sudo takes. `from` is the file that asks for it.
    ///
    /// # Errors
    /// Why sudo complains; it goes on all the same.
    pub(super) fn include(
        &mut self,
        path: &str,
        from: u32,
        depth: usize,
        is_directory: bool,
    ) -> Result<Option<Text>, String> {
        let path = self.expanded(path, from).ok_or("no path")?;
        if depth > DEEPEST {
            return Err("too many levels of includes".to_owned());
        }
        if is_directory {
            let mut names = self.directory(&path)?;
            let found = self.first_of(&mut names);
            if found.is_some() {
                self.waiting.push(names);
            }
            return Ok(found);
        }
        let found = self.text(&path)?;
        if found.is_some() {
            self.waiting.push(VecDeque::new());
        }
        Ok(found)
    }

    fn expanded(&self, path: &str, from: u32) -> Option<String> {
        let quoted = path
            .strip_prefix('"')
            .and_then(|path| path.strip_suffix('"'));
        let path = quoted.unwrap_or(path);
        if path.is_empty() {
            return None;
        }
        let path = path.replace("%h", &self.host.replace('/', "_"));
        if path.starts_with('/') {
            return Some(path);
        }
        let file = self.met.get(from as usize)?.path.raw();
        let directory = file.rfind('/').map_or("", |slash| &file[..=slash]);
        Some(format!("{directory}{path}"))
    }

    fn gap(&mut self, obstacle: Obstacle) {
        if !self.gaps.contains(&obstacle) {
            self.gaps.push(obstacle);
        }
    }

    /// The paths of a directory that sudo looks at, in their order. One that is missing or not safe has none, in silence.
    fn directory(&mut self, path: &str) -> Result<VecDeque<String>, String> {
        let path = path
            .strip_suffix('/')
            .filter(|path| !path.is_empty())
            .unwrap_or(path);
        let stat = match self.files.follow(path) {
            Ok(Some(stat)) => stat,
            Ok(None) => return Ok(VecDeque::new()),
            Err(obstacle) => {
                self.gap(obstacle);
                return Ok(VecDeque::new());
            }
        };
        if let Some(why) = insecure(&stat, FileKind::Directory) {
            self.meet(path, Some(why));
            return Ok(VecDeque::new());
        }
        let entries = match self.files.list(path) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(obstacle) => {
                self.gap(obstacle);
                return Ok(VecDeque::new());
            }
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.name.raw();
            let full = format!("{path}/{name}");
            if name.contains('.') || name.ends_with('~') {
                if !name.starts_with('.') {
                    self.meet(&full, Some("a name with `.` in it or `~` at its end"));
                }
                continue;
            }
            names.push(full);
        }
        names.sort_by(|one, other| HostText::to_bytes(one).cmp(&HostText::to_bytes(other)));
        Ok(names.into())
    }

    /// The first that sudo takes, taken from the front; in a directory it complains of none.
    fn first_of(&mut self, names: &mut VecDeque<String>) -> Option<Text> {
        while let Some(path) = names.pop_front() {
            if let Ok(Some(text)) = self.text(&path) {
                return Some(text);
            }
        }
        None
    }

    fn meet(&mut self, path: &str, passed_over: Option<&str>) -> Option<u32> {
        if self.met.len() >= MOST_FILES {
            self.gap(Obstacle::NotModelled {
                what: format!("more than {MOST_FILES} files of sudoers").into(),
            });
            return None;
        }
        self.met.push(File {
            path: path.into(),
            passed_over: passed_over.map(str::to_owned),
        });
        u32::try_from(self.met.len() - 1).ok()
    }

    /// The text of a file that sudo takes; what cannot be read is a gap.
    fn text(&mut self, path: &str) -> Result<Option<Text>, String> {
        let stat = match self.files.follow(path) {
            Ok(Some(stat)) => stat,
            Ok(None) => return Err(format!("{path}: no such file")),
            Err(obstacle) => {
                self.gap(obstacle);
                return Ok(None);
            }
        };
        if let Some(why) = insecure(&stat, FileKind::Regular) {
            self.meet(path, Some(why));
            return Err(format!("{path} is {why}"));
        }
        let Some(number) = self.meet(path, None) else {
            return Ok(None);
        };
        match self.files.read(path, self.left) {
            Ok(Some(bytes)) => {
                self.left -= bytes.len() as u64;
                Ok(Some((number, bytes)))
            }
            Ok(None) => Ok(None),
            Err(Obstacle::TooLarge {
                at: Source::File { path, .. },
                ..
            }) => {
                let at = Source::File { path, line: None };
                self.gap(Obstacle::TooLarge { at, limit: LIMIT });
                Ok(None)
            }
            Err(obstacle) => {
                self.gap(obstacle);
                Ok(None)
            }
        }
    }
}
