//! What sshd does when it starts: it reads its files in order, follows Includes, and ends at the first thing it refuses.

use super::keyword::Key;
use super::kind::Value;
use super::number::{self, Port};
use super::refusal::{Fault, Refusal, Trouble};
use super::set::Set;
use super::sheet::{Entry, Place, Sheets, Statement, to_u32};
use crate::facts::sshd::{Config, Content, DEPTH_LIMIT, Expansion, Version};
use crate::source::{HostText, Obstacle, Source};
use std::collections::HashMap;

/// As many lines are read, those of a file that is included twice twice.
const MOST_LINES: usize = 2_000_000;
/// MAX_PORTS and MAX_SUBSYSTEMS of servconf.h.
const MOST: usize = 256;

/// Reads the files as sshd does.
pub(super) struct Start<'c> {
    pub(super) config: &'c Config,
    pub(super) version: &'c Version,
    pub(super) sheets: Sheets,
    numbers: HashMap<HostText, u32>,
    /// The files that each Include came to, in order, as sshd keeps them for logins; none for a pattern without any.
    pub(super) cache: Vec<(HostText, Option<u32>)>,
    /// The statements in force, in the order in which they are taken.
    pub(super) taken: Vec<u32>,
    set: Set,
    subsystems: Vec<Vec<u8>>,
    ports: usize,
    /// True if ports were given on the command line: the files' do not count.
    pub(super) ports_given: bool,
    /// ListenAddress lines that 8.2 and 8.3 had to give ports to before the last file was read: after how many taken.
    pub(super) early_ports: Vec<usize>,
    complaints: Vec<(Option<Source>, Vec<u8>)>,
    lines: usize,
}

/// How Match lines count in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As they say.
    Plain,
    /// Never: the file is included by a block that does not apply.
    Never,
}

impl<'c> Start<'c> {
    pub(super) fn new(config: &'c Config, version: &'c Version) -> Self {
        Self {
            config,
            version,
            sheets: Sheets::default(),
            numbers: HashMap::new(),
            cache: Vec::new(),
            taken: Vec::new(),
            set: Set::default(),
            subsystems: Vec::new(),
            ports: 0,
            ports_given: false,
            early_ports: Vec::new(),
            complaints: Vec::new(),
            lines: 0,
        }
    }

    /// An option of the command line: the first one that is wrong ends sshd.
    pub(super) fn option(&mut self, option: &HostText) -> Result<(), Trouble> {
        let Some(entry) = self.sheets.option(option, self.version, &self.config.names) else {
            return Ok(());
        };
        let bad = match entry {
            Entry::Fault(fault) | Entry::Unknown { counts: fault, .. } => {
                self.fault(None, &fault)?
            }
            Entry::Setting { statement, .. } => self.setting(statement, true)?,
            Entry::Gone { .. } | Entry::Match(_) | Entry::Include { .. } => false,
        };
        match bad {
            true => Err(self.refuse(None, Vec::new()).into()),
            false => Ok(()),
        }
    }

    /// A port of the command line (`-p`).
    pub(super) fn port(&mut self, option: &HostText) -> Result<(), Trouble> {
        let port = match number::port(&HostText::to_bytes(option.raw()), &self.config.names) {
            Port::Is(number) => u16::try_from(number).ok().filter(|number| *number > 0),
            Port::Unknown => {
                let what =
                    format!("the port called {}, which was not looked up", option.raw()).into();
                return Err(Obstacle::NotModelled { what }.into());
            }
        };
        let refuse = |message: &str| vec![message.as_bytes().to_vec()];
        if self.ports >= MOST {
            return Err(self.refuse(None, refuse("too many ports.")).into());
        }
        let Some(port) = port else {
            return Err(self.refuse(None, refuse("Bad port number.")).into());
        };
        self.ports_given = true;
        self.ports += 1;
        self.taken.push(to_u32(self.sheets.statements.len()));
        self.sheets.statements.push(Statement {
            place: Place::CommandLine(format!("-p {}", option.raw()).into()),
            key: Key::Port,
            value: Some(Value::Ports(vec![port])),
            faults: Vec::new(),
        });
        Ok(())
    }

    /// The files.
    pub(super) fn files(&mut self) -> Result<u32, Trouble> {
        let main = self.sheet(&self.config.main.clone())?;
        let mut active = true;
        self.file(main, Mode::Plain, &mut active, 0)?;
        Ok(main)
    }

    /// The number of a file; one that cannot be opened ends sshd.
    fn sheet(&mut self, path: &HostText) -> Result<u32, Trouble> {
        if let Some(number) = self.numbers.get(path) {
            return Ok(*number);
        }
        let lines = match self.config.files.get(path) {
            Some(Content::Lines(lines)) => lines,
            Some(Content::Unseen(obstacle)) => return Err(obstacle.clone().into()),
            Some(Content::Absent) => {
                let bytes = HostText::to_bytes(path.raw());
                let message = [&bytes, &b": No such file or directory"[..]].concat();
                return Err(self
                    .refuse(Some(Source::file(path.clone())), vec![message])
                    .into());
            }
            None => return Err(not_recorded(path)),
        };
        let number = self
            .sheets
            .read(path, lines, self.version, &self.config.names);
        self.numbers.insert(path.clone(), number);
        Ok(number)
    }

    fn file(
        &mut self,
        sheet: u32,
        mode: Mode,
        active: &mut bool,
        depth: usize,
    ) -> Result<(), Trouble> {
        if depth > DEPTH_LIMIT {
            let message = b"Too many recursive configuration includes".to_vec();
            return Err(self.refuse(None, vec![message]).into());
        }
        let mut bad = 0;
        let count = self.sheets.sheets[sheet as usize].entries.len();
        self.lines += count;
        if self.lines > MOST_LINES {
            return Err(too_many_lines());
        }
        for index in 0..count {
            // Taken out for a moment: reading on may add files.
            let sheet = &mut self.sheets.sheets[sheet as usize];
            let path = sheet.path.clone();
            let (line, entry) = sheet.entries[index].clone();
            let place = Some(Source::line(path, line));
            bad += usize::from(self.entry(place, &entry, mode, active, depth)?);
        }
        if bad > 0 {
            let path = &self.sheets.sheets[sheet as usize].path;
            let bytes = HostText::to_bytes(path.raw()).into_owned();
            let rest = format!(": terminating, {bad} bad configuration options");
            return Err(self
                .refuse(None, vec![[bytes, rest.into_bytes()].concat()])
                .into());
        }
        if !self.version.since(8, 4) {
            self.early_ports.push(self.taken.len());
        }
        Ok(())
    }

    /// True if the line counts as a bad one.
    fn entry(
        &mut self,
        place: Option<Source>,
        entry: &Entry,
        mode: Mode,
        active: &mut bool,
        depth: usize,
    ) -> Result<bool, Trouble> {
        match entry {
            Entry::Fault(fault) => self.fault(place, fault),
            Entry::Unknown { counts, ends } => {
                self.fault(place, if *active { counts } else { ends })
            }
            Entry::Setting {
                barred: Some(fault),
                ..
            }
            | Entry::Gone {
                barred: Some(fault),
            } if !*active => self.fault(place, fault),
            Entry::Gone { .. } => Ok(false),
            Entry::Setting { statement, .. } => self.setting(*statement, *active),
            Entry::Match(number) => {
                let found = self.sheets.matches[*number as usize].clone();
                let criteria = match found.criteria {
                    Ok(criteria) => criteria,
                    Err(fault) => return self.fault(place, &fault),
                };
                let fits = criteria.iter().all(|it| it.at_start(self.version));
                *active = fits && mode != Mode::Never;
                found
                    .left
                    .map_or(Ok(false), |fault| self.fault(place, &fault))
            }
            Entry::Include {
                words,
                keyword,
                fault,
            } => {
                for word in words {
                    self.include(word, keyword, *active, depth)?;
                }
                fault
                    .as_ref()
                    .map_or(Ok(false), |fault| self.fault(place, fault))
            }
        }
    }

    fn include(
        &mut self,
        word: &[u8],
        keyword: &[u8],
        active: bool,
        depth: usize,
    ) -> Result<(), Trouble> {
        let pattern = pattern(word, keyword, self.version);
        let mode = if active { Mode::Plain } else { Mode::Never };
        let mut found = false;
        let mut at = 0;
        // The list may grow meanwhile.
        while at < self.cache.len() {
            let (own, sheet) = self.cache[at].clone();
            at += 1;
            if own == pattern {
                found = true;
                if let Some(sheet) = sheet {
                    self.file(sheet, mode, &mut active.clone(), depth + 1)?;
                }
            }
        }
        if found {
            return Ok(());
        }
        let paths = match self.config.globs.get(&pattern) {
            Some(Expansion::Paths(paths)) => paths,
            Some(Expansion::Unseen(obstacle)) => return Err(obstacle.clone().into()),
            // Nothing matches a relative pattern, or one that begins with `~`.
            None if !pattern.raw().starts_with('/') => &Vec::new(),
            None => return Err(not_recorded(&pattern)),
        };
        if paths.is_empty() {
            self.cache.push((pattern.clone(), None));
        }
        for path in paths {
            let sheet = self.sheet(path)?;
            self.file(sheet, mode, &mut active.clone(), depth + 1)?;
            self.cache.push((pattern.clone(), Some(sheet)));
        }
        Ok(())
    }

    /// Takes a statement, if it is in force; true if it is a bad one.
    fn setting(&mut self, number: u32, active: bool) -> Result<bool, Trouble> {
        let statement = &self.sheets.statements[number as usize];
        let key = statement.key;
        let place = self.sheets.source(&statement.place);
        if let Some(fault) = self.set.first_fault(statement, active, self.ports_given) {
            let fault = fault.clone();
            return self.fault(place, &fault);
        }
        if let Some(fault) = self.one_too_many(number, active) {
            return self.fault(place, &fault);
        }
        let passed_over = key == Key::Port && self.ports_given;
        if !active || passed_over {
            return Ok(false);
        }
        self.set.take(&self.sheets.statements[number as usize]);
        self.taken.push(number);
        Ok(false)
    }

    /// Counts ports and subsystems, of which there may be so many, and before 9.5 each subsystem once.
    fn one_too_many(&mut self, number: u32, active: bool) -> Option<Fault> {
        let statement = &self.sheets.statements[number as usize];
        let at = |text: &str| -> Option<Fault> {
            let name: Vec<u8> = match &statement.place {
                Place::CommandLine(_) => b"command-line line 0".to_vec(),
                Place::Line { sheet, line } => {
                    let path = HostText::to_bytes(self.sheets.sheets[*sheet as usize].path.raw());
                    [&path, format!(" line {line}").as_bytes()].concat()
                }
            };
            Some(Fault::Ends(vec![
                [&name, &b": "[..], text.as_bytes()].concat(),
            ]))
        };
        match &statement.value {
            Some(Value::Ports(ports)) if !self.ports_given && !ports.is_empty() => {
                if self.ports >= MOST {
                    return at("too many ports.");
                }
                self.ports += 1;
            }
            Some(Value::Subsystems(subsystems)) if active => {
                let (name, _) = subsystems.first()?;
                let again = self.subsystems.contains(name);
                if !self.version.since(9, 5) {
                    if self.subsystems.len() >= MOST {
                        return at("too many subsystems defined.");
                    }
                    if again {
                        let name = String::from_utf8_lossy(name);
                        return at(&format!("Subsystem '{name}' already defined."));
                    }
                }
                if !again {
                    self.subsystems.push(name.clone());
                }
            }
            _ => {}
        }
        None
    }

    /// True if the fault only counts.
    fn fault(&mut self, place: Option<Source>, fault: &Fault) -> Result<bool, Trouble> {
        match fault {
            Fault::Unknown(obstacle) => Err(obstacle.clone().into()),
            Fault::Counts(messages) => {
                let messages = messages
                    .iter()
                    .map(|message| (place.clone(), message.clone()));
                self.complaints.extend(messages);
                Ok(true)
            }
            Fault::Ends(messages) => Err(self.refuse(place, messages.clone()).into()),
        }
    }

    /// The end of sshd: what it complained of before, and last of all.
    pub(super) fn refuse(&mut self, place: Option<Source>, messages: Vec<Vec<u8>>) -> Refusal {
        let complaints = std::mem::take(&mut self.complaints);
        let first = complaints.iter().find_map(|(place, _)| place.clone());
        let all = complaints
            .into_iter()
            .map(|(_, message)| message)
            .chain(messages);
        Refusal {
            place: first.or(place),
            messages: all.map(|message| HostText::from_bytes(&message)).collect(),
        }
    }
}

/// The pattern of an Include. 8.2 took the keyword itself for any relative path.
pub(super) fn pattern(word: &[u8], keyword: &[u8], version: &Version) -> HostText {
    let relative = !matches!(word.first(), Some(b'/' | b'~'));
    match relative && !version.since(8, 3) {
        true => Config::pattern(keyword),
        false => Config::pattern(word),
    }
}

fn not_recorded(path: &HostText) -> Trouble {
    Obstacle::NotRecorded {
        request: format!("sshd, {}", path.raw()).into(),
    }
    .into()
}

pub(super) fn too_many_lines() -> Trouble {
    Obstacle::NotModelled {
        what: format!("sshd's files, more than {MOST_LINES} lines with what they include").into(),
    }
    .into()
}
