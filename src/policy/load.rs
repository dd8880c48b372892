//! Finds a policy, reads it and everything that it extends, and makes one valid policy of them.

use super::merge::Merged;
use super::{Check, Policy, Waiver, builtin, set};
use crate::source::{Files, PolicySource};
use crate::yaml::{Entry, Kind, Map, Mistake, Node, Place, Spanned, Text, decode, parse};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// What is read of one policy file at most. The built-in ones together have a tenth of it.
const FILE_LIMIT: u64 = 1 << 20;
/// How many texts a policy may consist of.
const TEXTS_LIMIT: usize = 64;
const KEYS: [&str; 7] = [
    "policy", "title", "requires", "extends", "checks", "tune", "waivers",
];

/// Where the text of a policy comes from.
pub enum Loaded {
    /// A file of the caller's, or a built-in name.
    Named(String),
    /// Bytes that were read already, and what to call them (`<stdin>`).
    Text(String, Vec<u8>),
}

/// Reads a policy. `files` are the caller's own, also where another host is judged.
///
/// # Errors
/// Every mistake in it and in what it extends, each at its place.
pub fn load(
    from: Loaded,
    files: &dyn Files,
    sets: &[String],
    now: Timestamp,
) -> Result<Policy, Vec<Mistake>> {
    let mut reader = Reader {
        files,
        seen: Vec::new(),
        open: Vec::new(),
        sources: Vec::new(),
        merged: Merged::default(),
        mistakes: Vec::new(),
    };
    let top = match from {
        Loaded::Named(name) => reader.named(&name, None),
        Loaded::Text(name, bytes) => reader.text(&name, &bytes),
    };
    for word in sets {
        match set::read(word) {
            Ok(setting) => reader.merged.set(setting, &mut reader.mistakes),
            Err(mistakes) => reader.mistakes.extend(mistakes),
        }
    }
    let Reader {
        sources,
        merged,
        mut mistakes,
        ..
    } = reader;
    let ids = merged.ids();
    let mut checks = Vec::new();
    for entry in merged.entries() {
        match Check::read(&entry.node, entry.off.clone(), &ids) {
            Ok(check) => checks.push(check),
            Err(more) => mistakes.extend(more),
        }
    }
    let mut waivers = Vec::new();
    let mut warnings = Vec::new();
    for node in merged.waivers() {
        match Waiver::read(node, ids.iter().map(String::as_str)) {
            Ok(waiver) if waiver.holds_at(now) => waivers.push(waiver),
            Ok(waiver) => {
                let text = format!(
                    "the waiver of {} ran out on {}: it no longer applies",
                    waiver.check, waiver.expires
                );
                warnings.push(Mistake::warning(waiver.place, text));
            }
            Err(more) => mistakes.extend(more),
        }
    }
    match top {
        Some(top) if mistakes.is_empty() => Ok(Policy {
            name: top.name,
            title: top.title,
            sources,
            checks,
            waivers,
            warnings,
        }),
        _ => {
            // One text after the other, each from top to bottom.
            let order = |mistake: &Mistake| {
                sources
                    .iter()
                    .position(|source| source.path == mistake.at.text.name())
            };
            mistakes.sort_by_key(|mistake| (order(mistake), mistake.at.span.start));
            Err(mistakes)
        }
    }
}

/// The head of a policy's text.
struct Head {
    name: String,
    title: String,
}

struct Reader<'a> {
    files: &'a dyn Files,
    /// Texts that are read: a policy that is reached twice loads once.
    seen: Vec<String>,
    /// Texts that are being read: one that is reached again extends itself.
    open: Vec<String>,
    sources: Vec<PolicySource>,
    merged: Merged,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// Reads the policy of that name: a path if it has a slash or ends in .yaml or .yml, else a built-in one.
    fn named(&mut self, name: &str, asked_by: Option<&Place>) -> Option<Head> {
        if is_path(name) {
            let path = beside(name, asked_by);
            return match self.files.read(&path, FILE_LIMIT) {
                Ok(Some(bytes)) => self.text(&path, &bytes),
                Ok(None) => self.missing(asked_by, format!("there is no file {path}"), None),
                Err(obstacle) => self.missing(asked_by, obstacle.to_string(), None),
            };
        }
        match builtin::find(name) {
            Some(found) => self.text(&format!("builtin:{name}"), found.text.as_bytes()),
            None => {
                let text = format!(
                    "there is no built-in policy `{name}`; a file is written with its path (./{name})"
                );
                self.missing(asked_by, text, Some(name))
            }
        }
    }

    fn missing(
        &mut self,
        asked_by: Option<&Place>,
        text: String,
        name: Option<&str>,
    ) -> Option<Head> {
        let nowhere = Text::empty("--policy");
        let place = asked_by
            .cloned()
            .unwrap_or_else(|| Place::beginning(&nowhere));
        let mistake = Mistake::error(place.clone(), text);
        let known = super::BUILTINS.iter().map(|builtin| builtin.name);
        self.mistakes.push(match name {
            Some(name) => mistake.near(name, known),
            None => mistake,
        });
        None
    }

    fn text(&mut self, name: &str, bytes: &[u8]) -> Option<Head> {
        self.seen.push(name.to_owned());
        self.sources.push(PolicySource {
            path: name.to_owned(),
            sha256: Sha256::digest(bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        });
        let text = match Text::from_bytes(name, bytes) {
            Ok(text) => text,
            Err(mistakes) => {
                self.mistakes.extend(mistakes);
                return None;
            }
        };
        match parse(&text) {
            Ok(Some(Node {
                kind: Kind::Map(map),
                place,
            })) => self.document(name, &map, &place),
            Ok(Some(node)) => self.wrong(
                &node.place,
                "a policy is a mapping that begins with `policy: NAME`",
            ),
            Ok(None) => self.wrong(&Place::beginning(&text), "the policy is empty"),
            Err(mistakes) => {
                self.mistakes.extend(mistakes);
                None
            }
        }
    }

    fn wrong(&mut self, place: &Place, text: &str) -> Option<Head> {
        self.mistakes.push(Mistake::error(place.clone(), text));
        None
    }

    fn document(&mut self, name: &str, map: &Map, place: &Place) -> Option<Head> {
        for Entry { key, .. } in map.iter() {
            if !KEYS.contains(&key.name.as_str()) {
                let mistake =
                    Mistake::error(key.place.clone(), format!("unknown key `{}`", key.name));
                self.mistakes.push(mistake.near(&key.name, KEYS));
            }
        }
        self.requires(map);
        self.open.push(name.to_owned());
        for parent in self.list(map, "extends") {
            self.extend(&parent);
        }
        self.open.pop();
        for entry in self.nodes(map, "checks") {
            self.merged.add(entry, &mut self.mistakes);
        }
        if let Some(tune) = map.get("tune") {
            self.merged.tune(tune, &mut self.mistakes);
        }
        for entry in self.nodes(map, "waivers") {
            self.merged.waive(entry);
        }
        let head = (
            self.word(map, "policy", place),
            self.word(map, "title", place),
        );
        match head {
            (Some(name), Some(title)) => Some(Head { name, title }),
            _ => None,
        }
    }

    fn extend(&mut self, parent: &Spanned<String>) {
        let name = if is_path(&parent.value) {
            beside(&parent.value, Some(&parent.place))
        } else {
            format!("builtin:{}", parent.value)
        };
        if self.open.contains(&name) {
            let way = [&self.open[..], &[name]].concat().join(" → ");
            self.wrong(
                &parent.place,
                &format!("a policy that extends itself: {way}"),
            );
        } else if self.seen.len() >= TEXTS_LIMIT {
            self.wrong(&parent.place, "more than 64 policies extend each other");
        } else if !self.seen.contains(&name) {
            self.named(&parent.value, Some(&parent.place));
        }
    }

    fn requires(&mut self, map: &Map) {
        let Some(node) = map.get("requires") else {
            return;
        };
        let ours = version(env!("CARGO_PKG_VERSION"));
        let wanted = node
            .as_str()
            .and_then(|text| version(text.strip_prefix(">=")?.trim()));
        match wanted {
            None => drop(self.wrong(&node.place, "not a version to require, such as \">=0.1\"")),
            Some(wanted) if Some(wanted) > ours => {
                let text = format!(
                    "needs a newer seaworthy than this one, {}",
                    env!("CARGO_PKG_VERSION")
                );
                self.wrong(&node.place, &text);
            }
            Some(_) => {}
        }
    }

    fn word(&mut self, map: &Map, key: &str, place: &Place) -> Option<String> {
        match map.get(key) {
            Some(node) => match decode(node) {
                Ok(word) => Some(word),
                Err(more) => {
                    self.mistakes.extend(more);
                    None
                }
            },
            None => {
                self.mistakes
                    .push(Mistake::error(place.clone(), format!("`{key}` is missing")));
                None
            }
        }
    }

    fn list(&mut self, map: &Map, key: &str) -> Vec<Spanned<String>> {
        let Some(node) = map.get(key) else {
            return Vec::new();
        };
        decode(node).unwrap_or_else(|more| {
            self.mistakes.extend(more);
            Vec::new()
        })
    }

    fn nodes(&mut self, map: &Map, key: &str) -> Vec<Node> {
        match map.get(key) {
            None => Vec::new(),
            Some(Node {
                kind: Kind::List(items),
                ..
            }) => items.clone(),
            Some(node) => {
                self.wrong(&node.place, &format!("`{key}` is a list"));
                Vec::new()
            }
        }
    }
}

fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".yaml") || name.ends_with(".yml")
}

/// A relative path is beside the file that names it.
fn beside(path: &str, asked_by: Option<&Place>) -> String {
    let directory = asked_by.and_then(|place| place.text.name().rsplit_once('/'));
    match directory {
        Some((directory, _)) if !path.starts_with('/') => plain(&format!("{directory}/{path}")),
        _ => path.to_owned(),
    }
}

/// The path without `.` and `NAME/..`, so that one file has one name.
fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            (".", Some(_)) => {}
            ("..", Some(last)) if !["", ".", ".."].contains(last) => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

fn version(text: &str) -> Option<[u64; 3]> {
    let mut parts = [0; 3];
    let mut words = text.split('.');
    for part in &mut parts {
        match words.next() {
            Some(word) => *part = word.parse().ok()?,
            None => break,
        }
    }
    words.next().is_none().then_some(parts)
}
