//! Which file a unit is, under which names, and what lies over it (systemd.unit(5)): the directories are listed once, all units are
//! found in that.

use super::links::Links;
use super::name::{Kind, Name, base};
use crate::source::{DirEntry, FileKind, Files, HostText, Obstacle};
use std::collections::{BTreeMap, BTreeSet};

/// Where the system's units are looked for: the first file of a name wins whole.
const DIRECTORIES: [&str; 13] = [
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/run/systemd/generator.late",
];

/// What a directory beside the units may end in: drop-ins, and what a unit wants.
const FOLDERS: [&str; 4] = [".d", ".wants", ".requires", ".upholds"];

/// More files over one unit no honest host has.
const DROP_INS: usize = 1_000;

/// Links are followed so often.
const HOPS: usize = 8;

/// The units of a host, by name; nothing is read of them yet.
pub struct Tree<'f> {
    pub(super) files: &'f dyn Files,
    /// The directories, in order.
    pub(super) search: Vec<&'static str>,
    /// Each name's file, by its absolute path, or the name that it is another one for.
    ids: BTreeMap<String, String>,
    /// Each name that has a file, with all the names that lead to it.
    names: BTreeMap<String, Vec<String>>,
    /// The directories that hold a folder, such as `a.service.d`, by its name, in order.
    folders: BTreeMap<String, Vec<&'static str>>,
    /// The links in the directories, by directory: name and target.
    pub(super) links: BTreeMap<&'static str, Vec<(String, String)>>,
    /// The links in the real folders of what units want, by directory.
    pub(super) wants: BTreeMap<&'static str, Vec<String>>,
    /// What could not be seen: it may hold more.
    pub gaps: Vec<Obstacle>,
}

impl<'f> Tree<'f> {
    /// Lists the directories; those below `/run` only of a host that runs.
    pub fn of(files: &'f dyn Files, runs: bool) -> Self {
        let mut tree = Self {
            files,
            search: Vec::new(),
            ids: BTreeMap::new(),
            names: BTreeMap::new(),
            folders: BTreeMap::new(),
            links: BTreeMap::new(),
            wants: BTreeMap::new(),
            gaps: Vec::new(),
        };
        let is_merged = matches!(files.stat("/lib"), Ok(Some(stat)) if stat.kind == FileKind::Link);
        let wanted = |it: &&str| {
            (runs || !it.starts_with("/run/")) && !(is_merged && it.starts_with("/lib/"))
        };
        tree.search = DIRECTORIES.into_iter().filter(wanted).collect();
        let mut links = Links::new(files, &tree.search);
        for directory in tree.search.clone() {
            match files.list(directory) {
                Ok(entries) => tree.take(directory, entries.unwrap_or_default(), &mut links),
                Err(why) => tree.gaps.push(why),
            }
        }
        tree.name_all();
        tree
    }

    fn take(&mut self, directory: &'static str, entries: Vec<DirEntry>, links: &mut Links<'_>) {
        for entry in entries {
            let name = entry.name.raw();
            let path = format!("{directory}/{name}");
            let kind = match entry.kind {
                Some(kind) => Some(kind),
                None => self.noted(self.files.stat(&path)).map(|stat| stat.kind),
            };
            let is_folder = FOLDERS.iter().any(|end| name.ends_with(end));
            match kind {
                Some(FileKind::Directory) if is_folder => {
                    if !name.ends_with(".d") {
                        self.want(directory, &path);
                    }
                    self.folders
                        .entry(name.to_owned())
                        .or_default()
                        .push(directory);
                }
                Some(FileKind::Regular) if Name::of(name).is_some() => {
                    self.ids.entry(name.to_owned()).or_insert(path);
                }
                Some(FileKind::Link) if Name::of(name).is_some() => {
                    let Some(target) = self.noted(self.files.read_link(&path)) else {
                        continue;
                    };
                    let named = (name.to_owned(), target.raw().to_owned());
                    self.links.entry(directory).or_default().push(named);
                    if self.ids.contains_key(name) {
                        continue;
                    }
                    match links.meant(directory, name, target.raw()) {
                        Ok(Some(id)) => drop(self.ids.insert(name.to_owned(), id)),
                        Ok(None) => {}
                        Err(why) => self.gaps.push(why),
                    }
                }
                Some(FileKind::Link) if is_folder => {
                    let there = self.noted(self.files.follow(&path));
                    if there.is_some_and(|stat| stat.kind == FileKind::Directory) {
                        self.folders
                            .entry(name.to_owned())
                            .or_default()
                            .push(directory);
                    }
                }
                _ => {}
            }
        }
    }

    /// The links in a folder of what a unit wants.
    fn want(&mut self, directory: &'static str, path: &str) {
        let entries = self.noted(self.files.list(path)).unwrap_or_default();
        let links = entries
            .into_iter()
            .filter(|it| it.kind == Some(FileKind::Link));
        let names = links.map(|it| it.name.raw().to_owned());
        self.wants.entry(directory).or_default().extend(names);
    }

    /// What was seen; what could not be is kept as a gap.
    fn noted<T>(&mut self, seen: Result<Option<T>, Obstacle>) -> Option<T> {
        seen.unwrap_or_else(|why| {
            self.gaps.push(why);
            None
        })
    }

    /// Every name, with the names that lead to it.
    fn name_all(&mut self) {
        let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in self.ids.keys() {
            let Some(path) = self.file_of(name) else {
                continue;
            };
            let end = base(path);
            // A link from an instance to a template is another name for that instance alone.
            let own = Name::of(name).filter(|it| it.kind() == Kind::Instance);
            let to = Name::of(end).filter(|it| it.kind() == Kind::Template);
            let end = match (own.and_then(|it| it.instance), to) {
                (Some(instance), Some(to)) => to.with_instance(instance),
                _ => end.to_owned(),
            };
            // What is masked, or not there, has no other names.
            let is_there = || matches!(self.text(path), Ok(Some(text)) if !text.is_empty());
            if end == *name || is_there() {
                names.entry(end).or_default().push(name.clone());
            }
        }
        self.names = names;
    }

    /// The file behind a name, over at most eight links; of an instance that a link names also the template's.
    fn file_of(&self, name: &str) -> Option<&str> {
        let mut id = self.ids.get(name)?;
        for _ in 0..HOPS {
            if id.starts_with('/') {
                return Some(id);
            }
            id = match self.ids.get(id) {
                Some(next) => next,
                None => self.ids.get(&Name::of(id)?.template())?,
            };
        }
        None
    }

    /// All names of units that have a file, or are another name for one, sorted.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().map(String::as_str)
    }

    /// The file of a unit and all the names that it has beside its own.
    pub(super) fn find(&self, name: &str) -> Option<(String, BTreeSet<String>)> {
        let own = Name::of(name)?;
        let template = (own.kind() == Kind::Instance).then(|| own.template());
        let path = self
            .file_of(name)
            .or_else(|| self.file_of(template.as_deref()?))?;
        let mut names = BTreeSet::new();
        self.add_names(own, name, None, &mut names);
        if base(path) != name {
            self.add_names(own, base(path), Some(base(path)), &mut names);
        }
        Some((path.to_owned(), names))
    }

    fn add_names(
        &self,
        own: Name<'_>,
        name: &str,
        file: Option<&str>,
        into: &mut BTreeSet<String>,
    ) {
        let instance = own.instance.filter(|_| own.kind() == Kind::Instance);
        let mut add = |text: &str| {
            let name = Name::of(text);
            match (name.filter(|it| it.kind() == Kind::Template), instance) {
                (Some(template), Some(instance)) => {
                    let text = template.with_instance(instance);
                    let other = self.file_of(&text).map(base);
                    // One that has a file of its own is another unit.
                    if !matches!((other, file), (Some(other), Some(file)) if other != file) {
                        into.insert(text);
                    }
                }
                (Some(_), None) if own.kind() != Kind::Template => {}
                _ => drop(into.insert(text.to_owned())),
            }
        };
        add(name);
        for alias in self.names.get(name).into_iter().flatten() {
            add(alias);
        }
    }

    /// The files that lie over a unit of these names, in the order in which they apply: of two with the same base name only one
    /// counts, that of the more specific folder, then of the earlier directory; all apply in the order of their base names.
    pub(super) fn over(
        &self,
        id: &str,
        names: &BTreeSet<String>,
        end: &str,
    ) -> Result<Vec<String>, Obstacle> {
        let suffix = id.rsplit('.').next().unwrap_or(id);
        let others = names.iter().map(String::as_str).filter(|it| *it != id);
        // Directories come first for each name: those of one name are not torn apart by another's.
        let mut places: Vec<String> = Vec::new();
        for name in [id].into_iter().chain(others) {
            self.place(&folders_of(name), end, &mut places);
        }
        self.place(&[suffix.to_owned()], end, &mut places);
        self.chosen(places, end)
    }

    /// The drop-ins that count when a unit is enabled: only those of its very name, then of its template's.
    pub(super) fn over_install(&self, name: &str) -> Result<Vec<String>, Obstacle> {
        let own = Name::of(name).filter(|it| it.kind() == Kind::Instance);
        let mut places = Vec::new();
        self.place(&[name.to_owned()], ".d", &mut places);
        if let Some(own) = own {
            self.place(&[own.template()], ".d", &mut places);
        }
        self.chosen(places, ".d")
    }

    fn chosen(&self, places: Vec<String>, end: &str) -> Result<Vec<String>, Obstacle> {
        let mut chosen: BTreeMap<HostText, String> = BTreeMap::new();
        for place in places {
            for entry in self.files.list(&place)?.unwrap_or_default() {
                let name = entry.name.raw();
                let counts = end != ".d" || name.ends_with(".conf");
                let is_hidden = name.starts_with('.') || name.ends_with('~');
                if counts && !is_hidden && entry.kind != Some(FileKind::Directory) {
                    let path = format!("{place}/{name}");
                    chosen.entry(entry.name).or_insert(path);
                }
                if chosen.len() > DROP_INS {
                    return Err(Obstacle::NotModelled {
                        what: format!("more than {DROP_INS} files over one unit, in {place}")
                            .into(),
                    });
                }
            }
        }
        Ok(chosen.into_values().collect())
    }

    /// Adds the folders of these names that are there.
    fn place(&self, names: &[String], end: &str, into: &mut Vec<String>) {
        let folders = names.iter().map(|name| format!("{name}{end}"));
        let there = |folder: String| Some((self.folders.get(&folder)?, folder));
        let there: Vec<_> = folders.filter_map(there).collect();
        for directory in &self.search {
            let here = there.iter().filter(|(all, _)| all.contains(directory));
            into.extend(here.map(|(_, folder)| format!("{directory}/{folder}")));
        }
    }
}

/// Whose folders count for a name, the most specific first: `a-b@i.service`, its template, then by its dashes.
fn folders_of(name: &str) -> Vec<String> {
    let mut folders = vec![name.to_owned()];
    let Some(own) = Name::of(name) else {
        return folders;
    };
    if own.kind() == Kind::Instance {
        folders.extend(folders_of(&own.template()));
    }
    if let Some(prefix) = shorter(own.prefix) {
        folders.extend(folders_of(
            &match own.instance.filter(|_| own.kind() == Kind::Instance) {
                Some(instance) => format!("{prefix}@{instance}.{}", own.suffix),
                None => format!("{prefix}.{}", own.suffix),
            },
        ));
    }
    folders
}

/// `a-b` and `a-b-` become `a-`.
fn shorter(prefix: &str) -> Option<&str> {
    let at = prefix.rfind('-').filter(|at| *at > 0)?;
    if at + 1 < prefix.len() {
        return Some(&prefix[..=at]);
    }
    let at = prefix[..at].rfind('-').filter(|at| *at > 0)?;
    Some(&prefix[..=at])
}
