//! dpkg's database in its directory: `status`, the journal in `updates/` that a running or interrupted dpkg leaves
//! beside it, and `status.d/` of images that were made without dpkg.

use super::entry::{self, Book};
use super::slots::Slots;
use super::stanza::stanzas;
use super::{MOST_GAPS, Package};
use crate::fact::Listing;
use crate::source::{FileKind, Files, HostText, Obstacle, Source};

/// A hundred times what a large host has.
const STATUS_LIMIT: u64 = 64 << 20;
/// For one package.
const STANZA_LIMIT: u64 = 4 << 20;
/// Debian has seventy thousand packages.
const MOST: usize = 200_000;
/// How often a database is read anew that changes under the reading.
const TRIES: usize = 3;

/// The entries of the database in the directory `admin`, such as `/var/lib/dpkg`, as `dpkg-query` would see them.
///
/// dpkg refuses a whole database for one mistake. Here an entry that is not understood, or is there twice, is a gap.
///
/// # Errors
/// An [`Obstacle`] if there is no database, it cannot be read, or it has no entry at all: no system is without one, and
/// nobody shall take an empty file for a host that has nothing installed.
pub fn read(files: &dyn Files, admin: &str) -> Result<Listing<Package>, Obstacle> {
    let status = format!("{admin}/status");
    // dpkg puts a new file in place of the old one, and then removes the journal that it took in.
    let identity = || Ok(files.stat(&status)?.map(|stat| stat.id));
    for _ in 0..TRIES {
        let before = identity()?;
        let reading = Reading::of(files, admin)?;
        if identity()? == before {
            return reading.done(&status);
        }
    }
    Err(failed(
        &status,
        "it changes while it is read: dpkg is at work",
    ))
}

#[derive(Default)]
struct Reading {
    slots: Slots,
    gaps: Vec<Obstacle>,
}

/// Enough was seen that cannot be true.
struct Enough;

impl Reading {
    fn of(files: &dyn Files, admin: &str) -> Result<Self, Obstacle> {
        let mut reading = Self::default();
        let status = format!("{admin}/status");
        let text = files.read(&status, STATUS_LIMIT)?.unwrap_or_default();
        let mut all = || {
            reading.text(&text, &status, Book::Status)?;
            reading.journal(files, &format!("{admin}/updates"))?;
            reading.image(files, &format!("{admin}/status.d"))
        };
        // Where it was enough, the last gap says so.
        let (Ok(()) | Err(Enough)) = all();
        Ok(reading)
    }

    fn done(self, status: &str) -> Result<Listing<Package>, Obstacle> {
        if self.slots.len() == 0 && self.gaps.is_empty() {
            return Err(failed(status, "no package is recorded there"));
        }
        Ok(Listing {
            items: self.slots.into_packages(),
            gaps: self.gaps,
        })
    }

    fn text(&mut self, text: &[u8], path: &str, book: Book) -> Result<(), Enough> {
        for stanza in stanzas(text) {
            let at = |line| Source::line(path, line);
            match entry::package(stanza, book, path) {
                Ok(_) if self.slots.len() >= MOST => {
                    let why = format!("more than {MOST} packages: not read to its end");
                    self.gaps.push(unparsable(at(stanza.line), why));
                    return Err(Enough);
                }
                Ok(package) if book == Book::Journal => self.slots.update(package),
                Ok(package) => self.add(package)?,
                Err(fault) => self.gap(unparsable(at(fault.line), fault.why))?,
            }
        }
        Ok(())
    }

    /// dpkg has no entry twice. Where one is, this tool does not know which counts.
    fn add(&mut self, package: Package) -> Result<(), Enough> {
        let (at, name) = (package.at.clone(), package.name.clone());
        let Some(first) = self.slots.put(package) else {
            return Ok(());
        };
        let why = format!("{}: a second entry, after that in {}", name.raw(), first.at);
        self.gap(unparsable(at, why))
    }

    /// The files whose names are numbers of one length, in the order of these.
    fn journal(&mut self, files: &dyn Files, directory: &str) -> Result<(), Enough> {
        let entries = match files.list(directory) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(obstacle) => return self.gap(obstacle),
        };
        let numbers = entries.iter().map(|entry| entry.name.raw());
        let numbers: Vec<&str> = numbers
            .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
            .collect();
        if numbers
            .windows(2)
            .any(|pair| pair[0].len() != pair[1].len())
        {
            let why = "names of different lengths: their order is not known".to_owned();
            self.gap(unparsable(Source::file(directory), why))?;
        }
        for name in numbers {
            self.file(files, &format!("{directory}/{name}"), Book::Journal)?;
        }
        Ok(())
    }

    fn image(&mut self, files: &dyn Files, directory: &str) -> Result<(), Enough> {
        let entries = match files.list(directory) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(obstacle) => return self.gap(obstacle),
        };
        for entry in entries {
            // Beside the stanza of a package lie the checksums of its files.
            if entry.kind != Some(FileKind::Directory) && !entry.name.raw().ends_with(".md5sums") {
                let path = format!("{directory}/{}", entry.name.raw());
                self.file(files, &path, Book::Image)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, files: &dyn Files, path: &str, book: Book) -> Result<(), Enough> {
        match files.read(path, STANZA_LIMIT) {
            Ok(Some(text)) => self.text(&text, path, book),
            Ok(None) => self.gap(failed(path, "it went while it was to be read")),
            Err(obstacle) => self.gap(obstacle),
        }
    }

    fn gap(&mut self, gap: Obstacle) -> Result<(), Enough> {
        self.gaps.push(gap);
        if self.gaps.len() < MOST_GAPS {
            return Ok(());
        }
        let what = format!(
            "{MOST_GAPS} places of dpkg's database are not understood: not read to its end"
        );
        self.gaps.push(Obstacle::NotModelled { what: what.into() });
        Err(Enough)
    }
}

fn failed(path: &str, why: &str) -> Obstacle {
    Obstacle::Failed {
        at: Source::file(path),
        why: why.into(),
    }
}

fn unparsable(at: Source, why: impl Into<HostText>) -> Obstacle {
    Obstacle::Unparsable {
        at,
        why: why.into(),
    }
}

#[cfg(test)]
mod tests;
