//! What a link among the units is: another name for a unit, or a unit that is kept elsewhere.

use super::name::{Kind, Name, base};
use crate::source::{FileKind, Files, Obstacle};
use std::collections::BTreeMap;

/// As many links as the kernel follows on one path.
const HOPS: usize = 40;

/// Follows links, and remembers where directories lead.
pub(super) struct Links<'f> {
    files: &'f dyn Files,
    /// The directories of units, as they are written and as they are without links.
    search: Vec<String>,
    known: BTreeMap<String, Option<String>>,
}

impl<'f> Links<'f> {
    pub(super) fn new(files: &'f dyn Files, search: &[&'static str]) -> Self {
        let mut links = Self {
            files,
            search: search.iter().map(|it| (*it).to_owned()).collect(),
            known: BTreeMap::new(),
        };
        // On a system whose /lib is a link to /usr/lib links are still written so.
        links.search.push("/lib/systemd/system".to_owned());
        for directory in links.search.clone() {
            if let Ok(Some(real)) = links.real(&directory)
                && !links.search.contains(&real)
            {
                links.search.push(real);
            }
        }
        links
    }

    /// The name that a link stands for, or its own path where it leads out of the directories; none for one that systemd does
    /// not take.
    pub(super) fn meant(
        &mut self,
        directory: &str,
        name: &str,
        target: &str,
    ) -> Result<Option<String>, Obstacle> {
        let own = format!("{directory}/{name}");
        if target == "/dev/null" {
            return Ok(Some(own));
        }
        let whole = match target.starts_with('/') {
            true => target.to_owned(),
            false => format!("{directory}/{target}"),
        };
        let (parent, last) = whole.rsplit_once('/').unwrap_or(("", &whole));
        if matches!(last, "" | "." | "..") {
            return Ok(Some(own));
        }
        let Some(parent) = self.real(parent)? else {
            return Ok(None);
        };
        let within = |it: &String| parent == *it || parent.starts_with(&format!("{it}/"));
        if !self.search.iter().any(within) {
            return Ok(Some(own));
        }
        Ok(is_valid(name, last).then(|| last.to_owned()))
    }

    /// A directory without links; where a part is missing the rest stands as it is written. None where links lead in a circle.
    fn real(&mut self, path: &str) -> Result<Option<String>, Obstacle> {
        if let Some(known) = self.known.get(path) {
            return Ok(known.clone());
        }
        let real = self.walked(path)?;
        self.known.insert(path.to_owned(), real.clone());
        Ok(real)
    }

    fn walked(&self, path: &str) -> Result<Option<String>, Obstacle> {
        let mut parts: Vec<String> = path.rsplit('/').map(str::to_owned).collect();
        let mut real = String::new();
        let mut hops = 0;
        while let Some(part) = parts.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    real.truncate(real.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let next = format!("{real}/{part}");
            let stat = self.files.stat(&next)?;
            let target = match stat.is_some_and(|stat| stat.kind == FileKind::Link) {
                true => self.files.read_link(&next)?,
                false => None,
            };
            let Some(target) = target else {
                real = next;
                continue;
            };
            hops += 1;
            if hops > HOPS {
                return Ok(None);
            }
            if target.raw().starts_with('/') {
                real.clear();
            }
            parts.extend(target.raw().rsplit('/').map(str::to_owned));
        }
        Ok(Some(real))
    }
}

/// Whether a name may stand for another.
fn is_valid(name: &str, target: &str) -> bool {
    let (Some(from), Some(to)) = (Name::of(name), Name::of(base(target))) else {
        return false;
    };
    let kinds = match (from.kind(), to.kind()) {
        (Kind::Instance, Kind::Instance) => from.instance == to.instance,
        (Kind::Instance, Kind::Template) => true,
        (one, other) => one == other,
    };
    from.may_alias() && name != target && kinds && from.suffix == to.suffix
}
