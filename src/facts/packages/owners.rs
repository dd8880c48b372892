//! The search for the owners of paths: one pass over the lists of files of all packages.
//!
//! A list is megabytes in all: it is read once, line by line in place, and nothing is kept of it but what was asked for.

use super::{Claim, Diversion, MOST_GAPS, MultiArch, Owner, Owners, Package, State, diversions};
use crate::fact::Listing;
use crate::source::{Files, HostText, Obstacle, Source};
use std::collections::HashMap;
use std::io::BufRead;

/// Ten times the largest list of Debian.
const LIST_LIMIT: u64 = 32 << 20;
const SMALL_LIMIT: u64 = 1 << 20;

/// The directories that usr-merge makes links, to those of their name below `/usr`.
const MERGED: [&str; 7] = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "libo32"];

/// Who owns each of the paths by the database in the directory `admin`, whose entries are `packages`: the answers in the
/// order of the paths. What is listed of a package that is not installed does not count, as to `dpkg -S`.
///
/// # Errors
/// An [`Obstacle`] if the database has a form that this tool does not know.
pub fn owners(
    files: &dyn Files,
    admin: &str,
    packages: &Listing<Package>,
    paths: &[&HostText],
) -> Result<Vec<Owners>, Obstacle> {
    let with_arch = has_architectures(files, admin)?;
    let mut gaps = packages.gaps.clone();
    let aliases = Aliases::of(files, &mut gaps);
    let diversions = read_diversions(files, admin).unwrap_or_else(|gap| {
        gaps.push(gap);
        Vec::new()
    });
    let mut search = Search::default();
    for path in paths {
        search.want(path, &aliases, &diversions);
    }
    for package in packages
        .items
        .iter()
        .filter(|package| package.state != State::NotInstalled)
    {
        let list = list_path(admin, package, with_arch);
        let read = match files.read(&list, LIST_LIMIT) {
            Ok(Some(text)) => search
                .list(&text, package)
                .map_err(|why| Obstacle::Unparsable {
                    at: Source::file(&list),
                    why: why.into(),
                }),
            // Of these only configuration is left, and often no list.
            Ok(None) if package.state == State::ConfigFiles => Ok(()),
            Ok(None) => Err(Obstacle::Failed {
                at: Source::file(&list),
                why: "there is no such file".into(),
            }),
            Err(obstacle) => Err(obstacle),
        };
        gaps.extend(read.err());
    }
    Ok(search.done(gaps))
}

/// True if the lists of packages that may be installed for several architectures carry theirs in their name.
fn has_architectures(files: &dyn Files, admin: &str) -> Result<bool, Obstacle> {
    let path = format!("{admin}/info/format");
    match files
        .read(&path, SMALL_LIMIT)?
        .as_deref()
        .map(<[u8]>::trim_ascii)
    {
        None | Some(b"0") => Ok(false),
        Some(b"1") => Ok(true),
        Some(_) => Err(Obstacle::NotModelled {
            what: format!("the form of dpkg's database that {path} tells").into(),
        }),
    }
}

fn list_path(admin: &str, package: &Package, with_arch: bool) -> String {
    let (name, arch) = (package.name.raw(), package.architecture.raw());
    match package.multi_arch {
        MultiArch::Same if with_arch => format!("{admin}/info/{name}:{arch}.list"),
        _ => format!("{admin}/info/{name}.list"),
    }
}

fn read_diversions(files: &dyn Files, admin: &str) -> Result<Vec<Diversion>, Obstacle> {
    let path = format!("{admin}/diversions");
    let text = files.read(&path, SMALL_LIMIT)?.unwrap_or_default();
    diversions::parse(&text).map_err(|why| Obstacle::Unparsable {
        at: Source::file(path),
        why: why.into(),
    })
}

/// A path as dpkg compares it, without its first slash: of `/` and `./` in front nothing counts.
pub(super) fn canonical(mut path: &[u8]) -> &[u8] {
    while let Some(rest) = path.strip_prefix(b"/").or_else(|| path.strip_prefix(b"./")) {
        path = rest;
    }
    path
}

/// Those of the directories that are links on this host.
struct Aliases(Vec<&'static str>);

impl Aliases {
    fn of(files: &dyn Files, gaps: &mut Vec<Obstacle>) -> Self {
        let mut is_link = |name: &&str| match files.read_link(&format!("/{name}")) {
            Ok(target) => target.is_some_and(|target| {
                let target = target.raw().trim_end_matches('/');
                target.trim_start_matches('/').strip_prefix("usr/") == Some(*name)
            }),
            Err(gap) => {
                gaps.push(gap);
                false
            }
        };
        Self(MERGED.into_iter().filter(|name| is_link(name)).collect())
    }

    /// The other name of a canonical path.
    fn other(&self, path: &[u8]) -> Option<Vec<u8>> {
        let below = |path: &[u8]| {
            let top = path.split(|byte| *byte == b'/').next().unwrap_or_default();
            top.len() < path.len() && self.0.iter().any(|name| name.as_bytes() == top)
        };
        match path.strip_prefix(b"usr/") {
            Some(rest) => below(rest).then(|| rest.to_vec()),
            None => below(path).then(|| [b"usr/", path].concat()),
        }
    }
}

/// What is looked for, and what was found.
#[derive(Default)]
struct Search {
    answers: Vec<Owners>,
    /// For each canonical path: whose question it answers, and how.
    wanted: HashMap<Vec<u8>, Vec<(usize, Claim)>>,
    /// Which lengths they have: most lines are told apart by theirs.
    lengths: Vec<bool>,
}

impl Search {
    fn want(&mut self, path: &HostText, aliases: &Aliases, diversions: &[Diversion]) {
        let question = self.answers.len();
        let bytes = HostText::to_bytes(path.raw());
        let own = canonical(trim_end(&bytes)).to_vec();
        let other = aliases.other(&own);
        let is = |text: &HostText, path: &Vec<u8>| HostText::to_bytes(text.raw())[1..] == path[..];
        let ends = |path: &Vec<u8>| {
            diversions
                .iter()
                .find(|end| is(&end.from, path) || is(&end.to, path))
        };
        let diversion = ends(&own).or_else(|| other.as_ref().and_then(ends));
        if let Some(moved) = diversion
            && !is(&moved.from, &own)
            && !other.as_ref().is_some_and(|other| is(&moved.from, other))
        {
            let from = HostText::to_bytes(moved.from.raw())[1..].to_vec();
            self.look_for(from, question, Claim::Diverted);
        }
        self.look_for(own, question, Claim::Listed);
        if let Some(other) = other {
            self.look_for(other, question, Claim::Alias);
        }
        self.answers.push(Owners {
            diversion: diversion.cloned(),
            ..Owners::default()
        });
    }

    fn look_for(&mut self, path: Vec<u8>, question: usize, claim: Claim) {
        if self.lengths.len() <= path.len() {
            self.lengths.resize(path.len() + 1, false);
        }
        self.lengths[path.len()] = true;
        self.wanted.entry(path).or_default().push((question, claim));
    }

    /// Goes through the list of one package. A mistake does not keep the rest of the list from being seen.
    fn list(&mut self, text: &[u8], package: &Package) -> Result<(), &'static str> {
        let mut mistake = Ok(());
        if text.contains(&0) {
            mistake = Err("a NUL in the list");
        }
        let mut rest = text;
        while !rest.is_empty() {
            let all = rest;
            // Reading from memory cannot fail.
            let length = rest.skip_until(b'\n').unwrap_or(all.len());
            let line = match all[..length].strip_suffix(b"\n") {
                Some(line) => line,
                None => {
                    mistake = Err("it is cut off, in the middle of a line");
                    &all[..length]
                }
            };
            let line = line.strip_suffix(b"/").unwrap_or(line);
            if line.is_empty() {
                mistake = Err("a line without a path");
            }
            let path = canonical(line);
            if self.lengths.get(path.len()) == Some(&true)
                && let Some(questions) = self.wanted.get(path)
            {
                for (question, claim) in questions {
                    self.answers[*question].add(*claim, package, path);
                }
            }
        }
        mistake
    }

    fn done(self, mut gaps: Vec<Obstacle>) -> Vec<Owners> {
        if let Some(more) = gaps.len().checked_sub(MOST_GAPS)
            && more > 0
        {
            gaps.truncate(MOST_GAPS);
            let what = format!("{more} more places of dpkg's database that are not understood");
            gaps.push(Obstacle::NotModelled { what: what.into() });
        }
        let with = |mut answer: Owners| {
            answer.owners.sort_unstable();
            answer.owners.dedup();
            answer.gaps.clone_from(&gaps);
            answer
        };
        self.answers.into_iter().map(with).collect()
    }
}

impl Owners {
    fn add(&mut self, claim: Claim, package: &Package, path: &[u8]) {
        let owner = Owner {
            claim,
            package: package.name.clone(),
            architecture: package.architecture.clone(),
            listed: HostText::from_bytes(&[b"/", path].concat()),
        };
        // The file of the package that diverts stays where it is.
        let moves = |diversion: &Diversion| diversion.moves(&owner);
        if claim != Claim::Diverted || self.diversion.as_ref().is_some_and(moves) {
            self.owners.push(owner);
        }
    }
}

/// `/` and `/.` at the end of a question do not count.
fn trim_end(mut path: &[u8]) -> &[u8] {
    while path.len() > 1
        && let Some(rest) = path.strip_suffix(b"/").or_else(|| path.strip_suffix(b"/."))
    {
        path = rest;
    }
    path
}

#[cfg(test)]
mod tests;
