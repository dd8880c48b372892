//! The tree: what stands in a text, as written, and where.

use super::Place;
use std::{collections::HashMap, iter::Flatten, slice};

/// A value of the text and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// From its first to its last character; of a block list or mapping to the end of its last entry.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// Text; what it means is decided by the type that asks for it.
    Scalar {
        /// The text, quotes taken off and escapes resolved; empty where nothing was written.
        text: String,
        /// How it was written.
        style: Style,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping.
    Map(Map),
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As a bare word.
    Plain,
    /// Between single or double quotes.
    Quoted,
    /// As an indented block after `|` or `>`.
    Block,
}

impl Node {
    /// The text of a scalar, however written.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The entries of a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(entries) => Some(entries),
            _ => None,
        }
    }

    /// The mapping.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.kind {
            Kind::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The text of a bare word.
    pub(super) fn as_plain(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar {
                text,
                style: Style::Plain,
            } => Some(text),
            _ => None,
        }
    }

    /// Whether both say the same text for text, wherever and however it is written.
    pub fn says_as(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Scalar { text, .. }, Kind::Scalar { text: same, .. }) => text == same,
            (Kind::List(ours), Kind::List(theirs)) => {
                let mut pairs = ours.iter().zip(theirs);
                ours.len() == theirs.len() && pairs.all(|(one, other)| one.says_as(other))
            }
            (Kind::Map(ours), Kind::Map(theirs)) => {
                let has = |entry: &Entry| {
                    let same = theirs.get(&entry.key.name);
                    same.is_some_and(|same| entry.value.says_as(same))
                };
                ours.len() == theirs.len() && ours.iter().all(has)
            }
            _ => false,
        }
    }

    /// Nothing was written, or `null` or `~`.
    pub fn is_null(&self) -> bool {
        matches!(self.as_plain(), Some("" | "~" | "null"))
    }
}

/// A key and where it stands.
#[derive(Clone, Debug)]
pub struct Key {
    /// The key's text.
    pub name: String,
    /// Its place.
    pub place: Place,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A mapping: its entries in the order of the text, found by key in constant time.
#[derive(Clone, Debug, Default)]
pub struct Map {
    /// Removed entries leave a gap, so that positions in the index stay right.
    entries: Vec<Option<Entry>>,
    index: HashMap<String, usize>,
}

/// The entries that are there, in order.
pub(super) type Iter<'m> = Flatten<slice::Iter<'m, Option<Entry>>>;

impl Map {
    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.get_entry(name).map(|entry| &entry.value)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        let slot = self.entries.get_mut(*self.index.get(name)?)?;
        slot.as_mut().map(|entry| &mut entry.value)
    }

    /// A key with its place, and its value.
    pub fn get_entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(*self.index.get(name)?)?.as_ref()
    }

    /// The entries in order.
    pub fn iter(&self) -> Iter<'_> {
        self.entries.iter().flatten()
    }

    /// Adds an entry at the end, or puts it in the place of the one with its key, which is given back.
    pub fn insert(&mut self, entry: Entry) -> Option<Entry> {
        if let Some(slot) = self
            .index
            .get(&entry.key.name)
            .and_then(|position| self.entries.get_mut(*position))
        {
            return slot.replace(entry);
        }
        self.index
            .insert(entry.key.name.clone(), self.entries.len());
        self.entries.push(Some(entry));
        None
    }

    /// Takes an entry out.
    pub fn remove(&mut self, name: &str) -> Option<Entry> {
        let position = self.index.remove(name)?;
        self.entries.get_mut(position)?.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Text, parse};

    fn map(content: &str) -> Map {
        let text = Text::from_bytes("p.yaml", content.as_bytes()).unwrap();
        match parse(&text).unwrap().unwrap().kind {
            Kind::Map(map) => map,
            other => panic!("{other:?}"),
        }
    }

    fn keys(map: &Map) -> Vec<&str> {
        map.iter().map(|entry| entry.key.name.as_str()).collect()
    }

    #[test]
    fn keeps_the_order_through_changes() {
        let mut one = map("a: 1\nb: 2\nc: 3\n");
        let two = map("b: 20\nd: 4\n");
        assert_eq!(
            one.remove("a")
                .and_then(|e| e.value.as_str().map(str::to_owned)),
            Some("1".into())
        );
        assert!(one.remove("a").is_none());
        for entry in two.iter() {
            one.insert(entry.clone());
        }
        assert_eq!(keys(&one), ["b", "c", "d"]);
        assert_eq!(one.len(), 3);
        assert_eq!(one.get("b").and_then(Node::as_str), Some("20"));
        *one.get_mut("c").unwrap() = two.get("d").unwrap().clone();
        assert_eq!(one.get("c").and_then(Node::as_str), Some("4"));
        one.insert(map("a: 9\n").get_entry("a").unwrap().clone());
        assert_eq!(keys(&one), ["b", "c", "d", "a"]);
    }
}
