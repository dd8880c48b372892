//! What holds: for everybody, or for one login, each value with the lines that decide it and those they shadow.

use super::fold::{Folded, fold, over};
use super::keyword::Key;
use super::kind::{Kind, Value};
use super::print::print;
use super::program::Taken;
use super::sheet::{Place, Statement};
use super::{Block, Model, Refusal, Trouble};
use crate::source::{HostText, Obstacle, Source};
use serde::Serialize;

/// Every setting as it holds for one login, or before any.
#[derive(Clone, Debug)]
pub struct Effective<'m> {
    pub(super) model: &'m Model,
    pub(super) taken: Taken,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its keyword, as this version prints it.
    pub keyword: String,
    /// The values, a line of `sshd -T` each. None where it prints none: an empty list.
    pub values: Vec<HostText>,
    /// What decides it: the lines that made the value together. None means that it is the default.
    pub decided_by: Vec<Origin>,
    /// Lines in force that set it too, and lost.
    pub shadowed: Vec<Origin>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A line of a file.
    Line {
        /// Its place.
        source: Source,
        /// The Match block that it stands in, by its number among [`Model::match_blocks`].
        block: Option<usize>,
    },
    /// The command line: the option as it was given.
    CommandLine(HostText),
}

impl Setting {
    /// True if no line sets it.
    pub fn is_default(&self) -> bool {
        self.decided_by.is_empty()
    }

    /// The lines that `sshd -T` prints of it.
    pub fn lines(&self) -> impl Iterator<Item = HostText> {
        let line = |value: &HostText| format!("{} {}", self.keyword, value.raw()).into();
        self.values.iter().map(line)
    }

    /// The value where there is one: the first of several.
    pub fn value(&self) -> Option<&str> {
        self.values.first().map(HostText::raw)
    }
}

impl<'m> Effective<'m> {
    /// The model that it is of.
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// A setting by its keyword, whatever its case; an alias counts. Nothing if this version knows none of that name.
    ///
    /// # Errors
    /// Why its value cannot be told.
    pub fn get(&self, keyword: &str) -> Result<Option<Setting>, Obstacle> {
        match Key::named(keyword, &self.model.version) {
            Some(key) => self.setting(key).map(Some),
            None => Ok(None),
        }
    }

    /// A setting.
    ///
    /// # Errors
    /// Why its value cannot be told.
    pub fn setting(&self, key: Key) -> Result<Setting, Obstacle> {
        let model = self.model;
        let (global, numbers) = model.global_fold(key);
        let (own, own_numbers) = self.own(key)?;
        let value = match (own.value, global.value) {
            (Some(own), global) => Some(over(own, global)),
            (None, global) => global,
        };
        let unclear = || Obstacle::NotModelled {
            what: format!(
                "{} with one number, which leaves the other one to chance before OpenSSH 10.1",
                key.row().name
            )
            .into(),
        };
        if matches!(value, Some(Value::Blocks(_, None))) && !model.version.since(10, 1) {
            return Err(unclear());
        }
        let values = match key {
            Key::ListenAddress => model
                .listen
                .clone()?
                .into_iter()
                .map(HostText::from)
                .collect(),
            _ => {
                let lines = self.printed(key, value.as_ref());
                lines
                    .iter()
                    .map(|line| HostText::from_bytes(line))
                    .collect()
            }
        };
        let winners: &[usize] = if own.deciding.is_empty() {
            &global.deciding
        } else {
            &[]
        };
        let mut decided_by = Vec::new();
        let mut shadowed = Vec::new();
        for (at, number) in own_numbers.iter().enumerate() {
            let list = if own.deciding.contains(&at) {
                &mut decided_by
            } else {
                &mut shadowed
            };
            list.push(model.origin(*number));
        }
        for (at, number) in numbers.iter().enumerate() {
            // A `Match all` counts both before a login and for it.
            if own_numbers.contains(number) {
                continue;
            }
            let list = match winners.contains(&at) {
                true => &mut decided_by,
                false => &mut shadowed,
            };
            list.push(model.origin(*number));
        }
        if own.deciding.is_empty()
            && let Some(other) = model.forced(key)
        {
            shadowed.append(&mut decided_by);
            decided_by.extend(other);
        }
        Ok(Setting {
            keyword: key.printed(&model.version),
            values,
            decided_by,
            shadowed,
        })
    }

    /// All that `sshd -T` of this version prints, line by line.
    ///
    /// # Errors
    /// Why some value cannot be told.
    pub fn plain(&self) -> Result<Vec<HostText>, Obstacle> {
        let mut lines = Vec::new();
        for (_, setting) in self.settings() {
            lines.extend(setting?.lines());
        }
        Ok(lines)
    }

    /// Every setting that this version prints, in its order.
    pub fn settings(&self) -> impl Iterator<Item = (Key, Result<Setting, Obstacle>)> {
        let version = &self.model.version;
        let keys = Key::ALL.iter().filter(|key| key.is_printed(version));
        keys.map(|key| (*key, self.setting(*key)))
    }

    /// The Match blocks that apply, by their numbers among [`Model::match_blocks`].
    pub fn blocks(&self) -> Vec<usize> {
        self.taken
            .blocks
            .iter()
            .map(|block| *block as usize)
            .collect()
    }

    /// The Match blocks that may apply, and why that is not known.
    pub fn unsettled(&self) -> Vec<(usize, &Obstacle)> {
        let blocks = self.taken.maybe.iter().map(|block| *block as usize);
        blocks.zip(&self.taken.obstacles).collect()
    }

    /// What ends sshd only once the blocks of a login are taken over: a list of algorithms that comes to nothing, and, from
    /// 9.5 to 10.2, a Subsystem where the files set none, for which it makes no room and crashes.
    pub(super) fn check(&self) -> Result<(), Trouble> {
        let version = &self.model.version;
        let subsystems = |folded: Folded| folded.value.is_some();
        if version.since(9, 5)
            && !version.since(10, 3)
            && subsystems(self.own(Key::Subsystem)?.0)
            && !subsystems(self.model.global_fold(Key::Subsystem).0)
        {
            let setting = self.setting(Key::Subsystem)?;
            let place = setting
                .decided_by
                .into_iter()
                .find_map(|origin| match origin {
                    Origin::Line { source, .. } => Some(source),
                    Origin::CommandLine(_) => None,
                });
            let message =
                "sshd crashes: a Match block sets a Subsystem, and nothing outside of one does";
            return Err(Trouble::Refused(Refusal {
                place,
                messages: vec![message.into()],
            }));
        }
        let is_list = |(number, _): &(u32, Option<u32>)| {
            let kind = self.model.statement(*number).key.row().kind;
            matches!(kind, Kind::Algorithms(_))
        };
        if !self.taken.statements.iter().any(is_list) {
            return Ok(());
        }
        for (key, name) in self.model.list_names() {
            let Kind::Algorithms(family) = key.row().kind else {
                continue;
            };
            let own = self.own(key).map(|(folded, _)| folded.value);
            if let Ok(Some(Value::Text(list))) = own
                && family.assemble(&list, version).is_none()
            {
                let message = format!("assemble_algorithms: {name}: invalid argument");
                return Err(Trouble::Refused(Refusal {
                    place: None,
                    messages: vec![message.into()],
                }));
            }
        }
        Ok(())
    }

    /// The lines of the blocks that apply, folded.
    fn own(&self, key: Key) -> Result<(Folded, Vec<u32>), Obstacle> {
        let model = self.model;
        if !key.is_taken_over(&model.version) {
            return Ok((Folded::default(), Vec::new()));
        }
        let all: Vec<(u32, Option<u32>)> = self
            .taken
            .statements
            .iter()
            .copied()
            .filter(|(number, _)| model.statement(*number).key == key)
            .collect();
        let certain = || {
            all.iter()
                .filter(|(_, by)| by.is_none())
                .map(|(number, _)| *number)
        };
        let numbers: Vec<u32> = certain().collect();
        // Only for one keyword does it matter what stands before.
        let in_order = self.taken.statements.iter().map(|(number, _)| *number);
        let order: Vec<u32> = match key == Key::AuthorizedPrincipalsCommand {
            true => in_order.collect(),
            false => Vec::new(),
        };
        let folded = model.fold(key, &numbers, &order);
        if let Some(obstacle) = all.iter().find_map(|(_, by)| *by) {
            // Whoever comes first stays, whatever a block behind may set.
            let with_all: Vec<u32> = all.iter().map(|(number, _)| *number).collect();
            let other = model.fold(key, &with_all, &order);
            if other.value != folded.value {
                return Err(self.taken.obstacles[obstacle as usize].clone());
            }
        }
        Ok((folded, numbers))
    }

    fn printed(&self, key: Key, value: Option<&Value>) -> Vec<Vec<u8>> {
        let version = &self.model.version;
        if let (Kind::Algorithms(family), Some(Value::Text(list))) = (key.row().kind, value) {
            let mut names = family.assemble(list, version).unwrap_or_default();
            // What is left of the files' list is put together once more for a login, and nothing then means all.
            if names.is_empty() && self.taken_none(key) {
                names = family.assemble(b"", version).unwrap_or_default();
            }
            return vec![names.join(",").into_bytes()];
        }
        if key == Key::KbdInteractiveAuthentication && !version.since(8, 7) && self.taken_none(key)
        {
            // Off by default, and then switched on by another keyword.
            let on = self.model.forced(key).is_some() || matches!(value, Some(Value::Word("yes")));
            return vec![if on { b"yes".to_vec() } else { b"no".to_vec() }];
        }
        // `none` of the files clears a list, that of a block is printed.
        let clears = match key {
            Key::AuthorizedKeysFile | Key::RevokedKeys => version.since(10, 3),
            Key::ChannelTimeout => true,
            _ => false,
        };
        let none = |list: &[Vec<u8>]| matches!(list, [one] if one.eq_ignore_ascii_case(b"none"));
        if clears && self.taken_none(key) && matches!(value, Some(Value::List(list)) if none(list))
        {
            return match key {
                Key::ChannelTimeout => print(key, None, version),
                _ => Vec::new(),
            };
        }
        print(key, value, version)
    }

    /// True if no block that applies sets it, or what it sets is not taken over.
    fn taken_none(&self, key: Key) -> bool {
        let of_key = |(number, _): &(u32, Option<u32>)| self.model.statement(*number).key == key;
        !key.is_taken_over(&self.model.version) || !self.taken.statements.iter().any(of_key)
    }
}

impl Model {
    pub(super) fn statement(&self, number: u32) -> &Statement {
        &self.sheets.statements[number as usize]
    }

    /// The lines of the files and the command line, folded.
    pub(super) fn global_fold(&self, key: Key) -> (Folded, Vec<u32>) {
        let of_key = self
            .taken
            .iter()
            .copied()
            .filter(|number| self.statement(*number).key == key);
        let numbers: Vec<u32> = of_key.collect();
        (self.fold(key, &numbers, &self.taken), numbers)
    }

    /// `order` are all statements in force, of which `numbers` are those of the key.
    pub(super) fn fold(&self, key: Key, numbers: &[u32], order: &[u32]) -> Folded {
        // From 8.7 to 9.3 AuthorizedPrincipalsCommand looked whether AuthorizedKeysCommand was set, not itself.
        let mixed_up = key == Key::AuthorizedPrincipalsCommand
            && self.version.since(8, 7)
            && !self.version.since(9, 4);
        let statements: Vec<&Statement> = numbers
            .iter()
            .map(|number| self.statement(*number))
            .collect();
        if !mixed_up {
            return fold(key, &statements, &self.version);
        }
        let other = order
            .iter()
            .position(|number| self.statement(*number).key == Key::AuthorizedKeysCommand);
        let before = |number: &u32| {
            let at = order.iter().position(|own| own == number);
            other.is_none_or(|other| at.is_some_and(|at| at < other))
        };
        let last = numbers.iter().rposition(before);
        last.map_or_else(Folded::default, |at| Folded {
            value: statements[at].value.clone(),
            deciding: vec![at],
        })
    }

    /// What makes keyboard-interactive logins possible before 8.7, whatever its own keyword says: the lines of
    /// ChallengeResponseAuthentication, none if it is on by default.
    pub(super) fn forced(&self, key: Key) -> Option<Vec<Origin>> {
        if key != Key::KbdInteractiveAuthentication || self.version.since(8, 7) {
            return None;
        }
        let (folded, numbers) = self.global_fold(Key::ChallengeResponseAuthentication);
        let on = !matches!(folded.value, Some(Value::Word("no")));
        on.then(|| {
            folded
                .deciding
                .iter()
                .map(|at| self.origin(numbers[*at]))
                .collect()
        })
    }

    fn origin(&self, number: u32) -> Origin {
        let statement = self.statement(number);
        match (&statement.place, self.sheets.source(&statement.place)) {
            (Place::CommandLine(option), _) => Origin::CommandLine(option.clone()),
            (Place::Line { .. }, source) => Origin::Line {
                block: self.block_of(number),
                source: source.unwrap_or_else(|| Source::file("")),
            },
        }
    }

    /// The Match block that a statement stands in: the last one above it in its file.
    fn block_of(&self, number: u32) -> Option<usize> {
        let Place::Line { sheet, line } = self.statement(number).place else {
            return None;
        };
        let own = |found: &super::sheet::Match| found.sheet == sheet && found.line < line;
        self.sheets.matches.iter().rposition(own)
    }

    /// Every line that sets a keyword, in force or not, in the order in which their files were first read: each with its
    /// words as they stand.
    pub fn lines_of(&self, key: Key) -> impl Iterator<Item = (Origin, Vec<HostText>)> {
        let numbers = (0..).zip(&self.sheets.statements);
        let of_key = numbers.filter(move |(_, statement)| statement.key == key);
        of_key.map(move |(number, statement)| {
            let lines = print(key, statement.value.as_ref(), &self.version);
            let words = match &statement.value {
                Some(Value::List(list)) => list.clone(),
                Some(_) => lines,
                None => Vec::new(),
            };
            let words = words.iter().map(|word| HostText::from_bytes(word));
            (self.origin(number), words.collect())
        })
    }

    /// The Match lines, in the order in which their files were first read.
    pub fn match_blocks(&self) -> impl Iterator<Item = Block<'_>> {
        self.sheets.matches.iter().map(|found| Block {
            source: Source::line(
                self.sheets.sheets[found.sheet as usize].path.clone(),
                found.line,
            ),
            text: &found.text,
            criteria: found.criteria.as_deref().unwrap_or_default(),
        })
    }
}
