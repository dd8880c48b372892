//! Puts the checks of several texts together, as trees with places, and tunes them.

use super::document::Tuning;
use super::ids::{Ids, MISTAKES};
use super::set::Setting;
use crate::yaml::{Entry, Key, Kind, Map, Mistake, Node, Spanned, decode};
use serde::de::IgnoredAny;
use std::collections::HashMap;

/// The checks and waivers of all texts that were read so far.
#[derive(Default)]
pub(super) struct Merged {
    pub(super) entries: Vec<CheckEntry>,
    pub(super) waivers: Vec<Node>,
    /// Where in `entries` an id stands.
    index: HashMap<String, usize>,
    /// A text is missing, or a part of one: ids that nobody knows may be in there.
    pub(super) incomplete: bool,
}

/// One check as it stands after tuning.
pub(super) struct CheckEntry {
    pub(super) node: Node,
    /// Why it is switched off, where it is.
    pub(super) off: Option<Spanned<String>>,
}

impl CheckEntry {
    pub(super) fn id(&self) -> &str {
        let id = self.node.as_map().and_then(|map| map.get("id"));
        id.and_then(Node::as_str).unwrap_or_default()
    }

    /// Its tags, as far as they can be read.
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        let tags = self.node.as_map().and_then(|map| map.get("tags"));
        let tags = tags.and_then(Node::as_list).unwrap_or_default();
        tags.iter().filter_map(Node::as_str)
    }
}

impl Merged {
    pub(super) fn ids(&self) -> Ids<'_> {
        Ids::new(self.entries.iter().map(CheckEntry::id), !self.incomplete)
    }

    /// Adds an entry of `checks`. One that has no usable id is kept too, so that its other mistakes are found.
    pub(super) fn add(&mut self, node: Node, mistakes: &mut Vec<Mistake>) {
        let entry = CheckEntry { node, off: None };
        let id = entry.id().to_owned();
        if id.is_empty() {
            // It has one, and it cannot be read.
            self.incomplete = true;
        } else if let Some(before) = self.index.get(&id).and_then(|at| self.entries.get(*at)) {
            let place = |entry: &CheckEntry| {
                let id = entry.node.as_map().and_then(|map| map.get("id"));
                id.unwrap_or(&entry.node).place.clone()
            };
            let (first, again) = (place(before), place(&entry));
            let help = match first.text.name() == again.text.name() {
                true => "give it another id",
                false => "to change an inherited check, use `tune`",
            };
            let mistake = Mistake::error(again, format!("there is a check `{id}` already"));
            mistakes.push(mistake.also(first, "the first one").help(help));
            return;
        } else {
            self.index.insert(id, self.entries.len());
        }
        self.entries.push(entry);
    }

    /// Applies a `tune` mapping.
    pub(super) fn tune(&mut self, node: &Node, mistakes: &mut Vec<Mistake>) {
        let Some(map) = mapping(node, "`tune` is a mapping of check ids", mistakes) else {
            return;
        };
        for Entry { key, value } in map.iter() {
            if mistakes.len() > MISTAKES {
                return;
            }
            match self.index.get(&key.name) {
                Some(at) => {
                    if let Some(entry) = self.entries.get_mut(*at) {
                        entry.tune(value, mistakes);
                    }
                }
                None => self.ids().require(&key.name, &key.place, mistakes),
            }
        }
    }

    /// Applies one `--set`.
    pub(super) fn set(&mut self, setting: Setting, mistakes: &mut Vec<Mistake>) {
        let Setting { check, parameter } = setting;
        match self.index.get(&check.name) {
            Some(at) => {
                if let Some(entry) = self.entries.get_mut(*at) {
                    entry.replace_parameter(parameter);
                }
            }
            None => self.ids().require(&check.name, &check.place, mistakes),
        }
    }
}

impl CheckEntry {
    /// Puts a parameter in the place of the one with its name.
    fn replace_parameter(&mut self, parameter: Entry) {
        let Kind::Map(entry) = &mut self.node.kind else {
            return;
        };
        match entry.get_mut("with") {
            Some(Node {
                kind: Kind::Map(with),
                ..
            }) => drop(with.insert(parameter)),
            // The mistake that stands there is told when the check is read.
            Some(with) if !with.is_null() => {}
            _ => {
                let place = parameter.key.place.clone();
                let mut with = Map::default();
                with.insert(parameter);
                let key = Key {
                    name: "with".to_owned(),
                    place: place.clone(),
                };
                let kind = Kind::Map(with);
                entry.insert(Entry {
                    key,
                    value: Node { place, kind },
                });
            }
        }
    }

    fn tune(&mut self, tuning: &Node, mistakes: &mut Vec<Mistake>) {
        let help = "a tuning is a mapping, such as `{ severity: low }`";
        let Some(map) = mapping(tuning, help, mistakes) else {
            return;
        };
        if let Err(more) = decode::<Tuning>(tuning) {
            mistakes.extend(more);
        }
        for Entry { key, value } in map.iter() {
            match key.name.as_str() {
                "off" => match switch(value) {
                    Ok(off) => self.off = off,
                    Err(mistake) => mistakes.push(*mistake),
                },
                "severity" | "title" | "why" => {
                    if let Kind::Map(entry) = &mut self.node.kind {
                        entry.insert(Entry {
                            key: key.clone(),
                            value: value.clone(),
                        });
                    }
                }
                _ => {}
            }
        }
        // What is replaced comes first, in whatever order they stand.
        for (name, change) in [
            ("with", Change::Replace),
            ("with+", Change::Add),
            ("with-", Change::Take),
        ] {
            let Some(parameters) = map.get(name) else {
                continue;
            };
            let help = format!("`{name}` is a mapping of parameters");
            let Some(parameters) = mapping(parameters, &help, mistakes) else {
                continue;
            };
            for parameter in parameters.iter() {
                match change {
                    Change::Replace => self.replace_parameter(parameter.clone()),
                    Change::Add | Change::Take => {
                        self.change_list(parameter, change, mistakes);
                    }
                }
            }
        }
    }

    /// Adds to or takes from a parameter that is a list.
    fn change_list(&mut self, parameter: &Entry, change: Change, mistakes: &mut Vec<Mistake>) {
        let Entry { key, value } = parameter;
        let Some(given) = value.as_list() else {
            mistakes.extend(decode::<Vec<IgnoredAny>>(value).err().unwrap_or_default());
            return;
        };
        let id = self.id().to_owned();
        let with = match &mut self.node.kind {
            Kind::Map(entry) => entry.get_mut("with"),
            _ => None,
        };
        let with = match with.map(|with| &mut with.kind) {
            Some(Kind::Map(with)) => Some(with),
            _ => None,
        };
        let names: Vec<String> = with
            .iter()
            .flat_map(|with| with.iter())
            .map(|e| e.key.name.clone())
            .collect();
        let Some(present) = with.and_then(|with| with.get_mut(&key.name)) else {
            match change {
                Change::Take => {
                    let text = format!("`{id}` has no parameter `{}` to take from", key.name);
                    let known = names.iter().map(String::as_str);
                    mistakes.push(Mistake::error(key.place.clone(), text).near(&key.name, known));
                }
                // Whether the rule knows it is found when the check is read.
                _ => self.replace_parameter(parameter.clone()),
            }
            return;
        };
        let Kind::List(list) = &mut present.kind else {
            let text = format!("`{}` is no list: `with` replaces it", key.name);
            let mistake = Mistake::error(key.place.clone(), text);
            mistakes.push(mistake.also(present.place.clone(), "its value"));
            return;
        };
        for item in given {
            let at = list.iter().position(|one| one.says_as(item));
            match (change, at) {
                (Change::Take, Some(at)) => drop(list.remove(at)),
                (Change::Take, None) => {
                    let text = format!("`{item}` is not in `{}` of `{id}`", key.name);
                    let known = list.iter().filter_map(Node::as_str);
                    let mistake = Mistake::error(item.place.clone(), text)
                        .near(item.as_str().unwrap_or_default(), known)
                        .also(present.place.clone(), "this list");
                    mistakes.push(mistake);
                }
                (_, None) => list.push(item.clone()),
                (_, Some(_)) => {}
            }
        }
        present.place = value.place.clone();
    }
}

/// What a tuning does to a parameter.
#[derive(Clone, Copy)]
enum Change {
    Replace,
    Add,
    Take,
}

fn mapping<'n>(node: &'n Node, help: &str, mistakes: &mut Vec<Mistake>) -> Option<&'n Map> {
    if let Kind::Map(map) = &node.kind {
        return Some(map);
    }
    mistakes.push(Mistake::error(node.place.clone(), help));
    None
}

/// `off: REASON` switches a check off, `off: false` on again. Nothing else makes sense, and `off: no` least of all:
/// who wrote it meant that the check stays on.
fn switch(node: &Node) -> Result<Option<Spanned<String>>, Box<Mistake>> {
    if matches!(decode::<bool>(node), Ok(false)) {
        return Ok(None);
    }
    let reason: Option<Spanned<String>> = decode(node).ok();
    let word = reason
        .as_ref()
        .map(|reason| reason.value.trim().to_lowercase())
        .unwrap_or_default();
    let (message, help) = match word.as_str() {
        "" | "null" | "~" => (
            "`off` takes the reason".to_owned(),
            "write why, such as `off: \"there is no sshd here\"`",
        ),
        "no" | "off" | "n" | "false" => (
            format!("`off` takes the reason, and `{word}` is none"),
            "to switch the check on again write `off: false`",
        ),
        "yes" | "on" | "y" | "true" => (
            format!("`off` takes the reason, and `{word}` is none"),
            "write why, such as `off: \"there is no sshd here\"`",
        ),
        _ => return Ok(reason),
    };
    Err(Box::new(
        Mistake::error(node.place.clone(), message).help(help),
    ))
}
