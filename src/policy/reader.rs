//! Reads the texts of a policy: files and built-in ones, each once, those that are extended before those that extend.

use super::document::Document;
use super::merge::Merged;
use super::{builtin, trust};
use crate::source::{Files, Obstacle, PolicySource};
use crate::yaml::{Entry, Kind, Map, Mistake, Node, Place, Spanned, Text, decode, nearest, parse};
use sha2::{Digest, Sha256};
use std::path::Path;

/// What is read of one policy file at most. The built-in ones together have a tenth of it.
const FILE_LIMIT: u64 = 1 << 20;
/// How many bytes the texts of a policy may have together: a tree takes some hundred times as much memory.
const BYTES_LIMIT: usize = 4 << 20;
/// How many texts a policy may consist of.
const TEXTS_LIMIT: usize = 64;

pub(super) struct Reader<'a> {
    files: &'a dyn Files,
    /// Texts that are read: a policy that is reached twice loads once.
    seen: Vec<Identity>,
    /// Texts that are being read: one that is reached again extends itself.
    open: Vec<(Identity, String)>,
    /// The size of all texts so far.
    bytes: usize,
    pub(super) texts: Texts,
}

/// What the texts have together.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) sources: Vec<PolicySource>,
    pub(super) merged: Merged,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) warnings: Vec<Mistake>,
}

/// What tells one text from another, by whatever path it is reached.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Identity {
    Builtin(&'static str),
    Path(String),
    File(u64, u64),
}

impl<'a> Reader<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self {
            files,
            seen: Vec::new(),
            open: Vec::new(),
            bytes: 0,
            texts: Texts::default(),
        }
    }

    /// Reads the policy of that name: a path if it has a slash or ends in .yaml or .yml, else a built-in one.
    pub(super) fn named(&mut self, name: &str, asked_by: Option<&Place>) -> Option<Document> {
        if !is_path(name) {
            let Some(found) = builtin::find(name) else {
                let known = super::BUILTINS.iter().map(|builtin| builtin.name);
                let text = format!("there is no built-in policy `{name}`");
                let help = match nearest(name, known.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        let known = known.collect::<Vec<_>>().join(", ");
                        format!("built in are {known}; a file is written with its path: ./{name}")
                    }
                };
                return self.missing(asked_by, text, Some(help));
            };
            let identity = Identity::Builtin(found.name);
            if !self.is_new(&identity, &format!("builtin:{name}"), asked_by) {
                return None;
            }
            let name = format!("builtin:{name}");
            return self.text(&name, found.text.as_bytes(), Some(identity));
        }
        let path = beside(name, asked_by);
        match self.files.read(&path, FILE_LIMIT) {
            Ok(Some(bytes)) => {
                let standing = trust::standing(self.files, &path);
                let identity = match standing.id {
                    Some((device, inode)) => Identity::File(device, inode),
                    None => Identity::Path(path.trim_start_matches("./").to_owned()),
                };
                if !self.is_new(&identity, &path, asked_by) {
                    return None;
                }
                if let Some(how) = standing.replaceable {
                    let at = Place::beginning(&Text::empty(&path));
                    let text = format!("another user could replace this policy: {how}");
                    self.texts.warnings.push(Mistake::warning(at, text));
                }
                self.text(&path, &bytes, Some(identity))
            }
            Ok(None) => {
                let help = self.similar(&path);
                self.missing(asked_by, format!("there is no file {path}"), help)
            }
            Err(obstacle) => {
                let pipe = asked_by.is_none() && matches!(obstacle, Obstacle::Refused { .. });
                let help = pipe.then(|| "`-p -` reads a policy from standard input".to_owned());
                self.missing(asked_by, obstacle.to_string(), help)
            }
        }
    }

    /// A policy in the same directory whose name is near.
    fn similar(&self, path: &str) -> Option<String> {
        let path = Path::new(path);
        let directory = path.parent()?.to_string_lossy().into_owned();
        let directory = if directory.is_empty() {
            "."
        } else {
            &directory
        };
        let entries = self.files.list(directory).ok()??;
        let names = entries.iter().map(|entry| entry.name.raw());
        let names = names.filter(|name| name.ends_with(".yaml") || name.ends_with(".yml"));
        let near = nearest(&path.file_name()?.to_string_lossy(), names)?;
        Some(format!(
            "did you mean `{}`?",
            path.with_file_name(near).display()
        ))
    }

    /// Whether a text is still to be read. One that is being read extends itself.
    fn is_new(&mut self, identity: &Identity, name: &str, asked_by: Option<&Place>) -> bool {
        if let (Some(begin), Some(place)) = (
            self.open.iter().position(|(open, _)| open == identity),
            asked_by,
        ) {
            let way = self.open[begin..].iter().map(|(_, name)| name.as_str());
            let way: Vec<&str> = way.chain([name]).collect();
            let text = format!("a policy that extends itself: {}", way.join(" → "));
            self.wrong(place, &text);
            return false;
        }
        !self.seen.contains(identity)
    }

    fn missing(
        &mut self,
        asked_by: Option<&Place>,
        text: String,
        help: Option<String>,
    ) -> Option<Document> {
        let place = match asked_by {
            Some(place) => place.clone(),
            None => Place::beginning(&Text::empty("--policy")),
        };
        let mistake = Mistake::error(place, text);
        self.texts.mistakes.push(match help {
            Some(help) => mistake.help(help),
            None => mistake,
        });
        self.texts.merged.incomplete = true;
        None
    }

    pub(super) fn text(
        &mut self,
        name: &str,
        bytes: &[u8],
        identity: Option<Identity>,
    ) -> Option<Document> {
        let identity = identity.unwrap_or_else(|| Identity::Path(name.to_owned()));
        self.seen.push(identity.clone());
        self.texts.sources.push(PolicySource {
            path: name.to_owned(),
            sha256: Sha256::digest(bytes)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        });
        self.bytes += bytes.len();
        let tree = Text::from_bytes(name, bytes).and_then(|text| {
            if self.bytes > BYTES_LIMIT {
                let message =
                    format!("with this text the policy has more than {BYTES_LIMIT} bytes");
                return Err(vec![Mistake::error(Place::beginning(&text), message)]);
            }
            let nothing = || {
                let empty = Mistake::error(Place::beginning(&text), "the policy is empty");
                vec![empty.help(BEGINS)]
            };
            parse(&text)?.ok_or_else(nothing)
        });
        match tree {
            Ok(mut node) => match &mut node.kind {
                Kind::Map(_) => {
                    self.open.push((identity, name.to_owned()));
                    let document = self.document(node);
                    self.open.pop();
                    document
                }
                _ => {
                    let mistake = Mistake::error(node.place, "a policy is a mapping");
                    self.unreadable(vec![mistake.help(BEGINS)])
                }
            },
            Err(mistakes) => self.unreadable(mistakes),
        }
    }

    fn unreadable(&mut self, mistakes: Vec<Mistake>) -> Option<Document> {
        self.texts.mistakes.extend(mistakes);
        self.texts.merged.incomplete = true;
        None
    }

    fn wrong(&mut self, place: &Place, text: &str) {
        self.texts
            .mistakes
            .push(Mistake::error(place.clone(), text));
        self.texts.merged.incomplete = true;
    }

    fn document(&mut self, mut node: Node) -> Option<Document> {
        let head: Option<Document> = match decode(&node) {
            Ok(head) => Some(head),
            Err(mistakes) => {
                self.texts.mistakes.extend(mistakes);
                None
            }
        };
        let Kind::Map(map) = &mut node.kind else {
            return None;
        };
        if let Some(head) = &head {
            self.requires(head.requires.as_ref());
        }
        // Each by itself, so that a wrong one or a wrong head costs no other.
        let parents = map.get("extends").and_then(Node::as_list);
        for parent in parents.unwrap_or_default() {
            match decode(parent) {
                Ok(parent) => self.extend(&parent),
                Err(_) => self.texts.merged.incomplete = true,
            }
        }
        for entry in self.list(map, "checks") {
            self.texts.merged.add(entry, &mut self.texts.mistakes);
        }
        if let Some(tune) = map.get("tune").filter(|tune| !tune.is_null()) {
            self.texts.merged.tune(tune, &mut self.texts.mistakes);
        }
        let waivers = self.list(map, "waivers");
        self.texts.merged.waivers.extend(waivers);
        head
    }

    fn extend(&mut self, parent: &Spanned<String>) {
        if self.seen.len() >= TEXTS_LIMIT {
            let text = format!("a policy may consist of {TEXTS_LIMIT} texts, and this is one more");
            self.wrong(&parent.place, &text);
        } else {
            self.named(&parent.value, Some(&parent.place));
        }
    }

    fn requires(&mut self, requires: Option<&Spanned<String>>) {
        let Some(Spanned { value, place }) = requires else {
            return;
        };
        let ours = env!("CARGO_PKG_VERSION");
        let wanted = value
            .strip_prefix(">=")
            .and_then(|text| version(text.trim()));
        let mistake = match wanted {
            None => Mistake::error(place.clone(), "not a version to require")
                .help("write the oldest version that will do, such as \">=0.1\""),
            Some(wanted) if Some(wanted) > version(ours) => {
                let text = format!("needs seaworthy {value}, and this one is {ours}");
                Mistake::error(place.clone(), text)
            }
            Some(_) => return,
        };
        self.texts.mistakes.push(mistake);
    }

    /// Takes the entries of a list out of a mapping.
    fn list(&mut self, map: &mut Map, key: &str) -> Vec<Node> {
        let Some(Entry { value, .. }) = map.remove(key) else {
            return Vec::new();
        };
        match value.kind {
            Kind::List(items) => items,
            _ if value.is_null() => Vec::new(),
            _ => {
                let text = format!("`{key}` is a list: each entry begins with a dash");
                self.wrong(&value.place, &text);
                Vec::new()
            }
        }
    }
}

const BEGINS: &str = "it begins with `policy: NAME` and `title: WHAT IT IS FOR`";

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
