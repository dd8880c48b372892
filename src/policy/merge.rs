//! Puts the checks of several texts together, as trees with places, and tunes them.

use super::set::Setting;
use crate::yaml::{Entry, Key, Kind, Map, Mistake, Node, decode};

/// The keys that a tuning may have.
const TUNABLE: [&str; 5] = ["with", "severity", "title", "why", "off"];

/// The checks and waivers of all texts that were read so far.
#[derive(Default)]
pub(super) struct Merged {
    entries: Vec<CheckEntry>,
    waivers: Vec<Node>,
}

/// One check as it stands after tuning.
pub(super) struct CheckEntry {
    id: String,
    pub(super) node: Node,
    /// Why it is switched off, where it is.
    pub(super) off: Option<String>,
}

impl Merged {
    pub(super) fn entries(&self) -> &[CheckEntry] {
        &self.entries
    }

    pub(super) fn waivers(&self) -> &[Node] {
        &self.waivers
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.entries.iter().map(|entry| entry.id.clone()).collect()
    }

    /// Adds an entry of `checks`. One that has no usable id is kept too, so that its other mistakes are found.
    pub(super) fn add(&mut self, node: Node, mistakes: &mut Vec<Mistake>) {
        let id_node = node.as_map().and_then(|map| map.get("id"));
        let id = id_node.and_then(Node::as_str).unwrap_or("").to_owned();
        let before = self
            .entries
            .iter()
            .find(|entry| !id.is_empty() && entry.id == id);
        if let (Some(before), Some(id_node)) = (before, id_node) {
            let same_text = before.node.place.text.name() == node.place.text.name();
            let help = if same_text {
                "give it another id"
            } else {
                "to change an inherited check, use `tune`"
            };
            let mistake = Mistake::error(
                id_node.place.clone(),
                format!("there is a check `{id}` already"),
            );
            mistakes.push(
                mistake
                    .also(before.node.place.clone(), "the first one")
                    .help(help),
            );
            return;
        }
        self.entries.push(CheckEntry {
            id,
            node,
            off: None,
        });
    }

    pub(super) fn waive(&mut self, node: Node) {
        self.waivers.push(node);
    }

    /// Applies a `tune` mapping.
    pub(super) fn tune(&mut self, node: &Node, mistakes: &mut Vec<Mistake>) {
        let Kind::Map(map) = &node.kind else {
            mistakes.push(Mistake::error(
                node.place.clone(),
                "`tune` is a mapping of check ids",
            ));
            return;
        };
        for Entry {
            key: id,
            value: tuning,
        } in map.iter()
        {
            let ids = self.ids();
            let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id.name) else {
                let mistake = Mistake::error(
                    id.place.clone(),
                    format!("there is no check `{}` to tune", id.name),
                );
                mistakes.push(mistake.near(&id.name, ids.iter().map(String::as_str)));
                continue;
            };
            match &tuning.kind {
                Kind::Map(tuning) => entry.tune(tuning, mistakes),
                _ => mistakes.push(Mistake::error(
                    tuning.place.clone(),
                    "a tuning is a mapping, such as `{ severity: low }`",
                )),
            }
        }
    }

    /// Applies one `--set`.
    pub(super) fn set(&mut self, setting: Setting, mistakes: &mut Vec<Mistake>) {
        let ids = self.ids();
        match self
            .entries
            .iter_mut()
            .find(|entry| entry.id == setting.check)
        {
            Some(entry) => entry.replace_parameter(setting.parameter),
            None => {
                let text = format!("there is no check `{}`", setting.check);
                let mistake = Mistake::error(setting.place, text);
                mistakes.push(mistake.near(&setting.check, ids.iter().map(String::as_str)));
            }
        }
    }
}

impl CheckEntry {
    /// Puts a parameter in the place of the one with its name.
    fn replace_parameter(&mut self, parameter: Entry) {
        let Kind::Map(entry) = &mut self.node.kind else {
            return;
        };
        if let Some(Node {
            kind: Kind::Map(with),
            ..
        }) = entry.get_mut("with")
        {
            with.insert(parameter);
            return;
        }
        let place = parameter.key.place.clone();
        let mut with = Map::default();
        with.insert(parameter);
        let key = Key {
            name: "with".to_owned(),
            place: place.clone(),
        };
        entry.insert(Entry {
            key,
            value: Node {
                place,
                kind: Kind::Map(with),
            },
        });
    }

    fn tune(&mut self, tuning: &Map, mistakes: &mut Vec<Mistake>) {
        for Entry { key, value } in tuning.iter() {
            match (key.name.as_str(), &value.kind) {
                ("off", _) => match switch(value) {
                    Some(off) => self.off = off,
                    None => {
                        let text =
                            "`off` takes the reason, or `false` to switch the check on again";
                        mistakes.push(Mistake::error(value.place.clone(), text));
                    }
                },
                ("with", Kind::Map(parameters)) => {
                    for parameter in parameters.iter() {
                        self.replace_parameter(parameter.clone());
                    }
                }
                ("with", _) => mistakes.push(Mistake::error(
                    value.place.clone(),
                    "`with` is a mapping of parameters",
                )),
                ("severity" | "title" | "why", _) => {
                    if let Kind::Map(entry) = &mut self.node.kind {
                        entry.insert(Entry {
                            key: key.clone(),
                            value: value.clone(),
                        });
                    }
                }
                (unknown, _) => {
                    let mistake =
                        Mistake::error(key.place.clone(), format!("`{unknown}` cannot be tuned"));
                    mistakes.push(mistake.near(unknown, TUNABLE));
                }
            }
        }
    }
}

/// `off: REASON` switches a check off, `off: false` on again; nothing else makes sense.
fn switch(node: &Node) -> Option<Option<String>> {
    let switch = decode::<bool>(node).ok();
    if switch == Some(false) {
        return Some(None);
    }
    let reason = node
        .as_str()
        .filter(|reason| switch.is_none() && !reason.trim().is_empty());
    reason.map(|reason| Some(reason.to_owned()))
}
