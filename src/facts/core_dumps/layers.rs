//! A configuration file of systemd's with its drop-ins, as `systemd-analyze cat-config` shows them.

use crate::facts::units::parse;
use crate::source::{FileKind, Files, HostText, Obstacle, Source};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where they are looked for, the strongest first.
const DIRECTORIES: [&str; 5] = [
    "/etc/systemd",
    "/run/systemd",
    "/usr/local/lib/systemd",
    "/usr/lib/systemd",
    "/lib/systemd",
];
/// None that is honest comes near it, in bytes.
const LIMIT: u64 = 1 << 20;

/// Some settings of a file and its drop-ins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layered {
    /// In the order in which they apply: the last wins.
    pub lines: Vec<Line>,
    /// What could not be read: it may hold the winner.
    pub gaps: Vec<Obstacle>,
}

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its name.
    pub key: HostText,
    /// Its value as written.
    pub value: HostText,
    /// Where.
    pub source: Source,
}

impl Layered {
    /// The settings of these names in a section of `NAME.conf`: the first such file, then the drop-ins in `NAME.conf.d` by their
    /// names; of two with one name only the stronger directory's.
    ///
    /// systemd before 254 reads the file itself only in `/etc`, where every distribution of that age has it.
    pub fn read(files: &dyn Files, name: &str, section: &str, keys: &[&str]) -> Self {
        let mut found = Self::default();
        let mut paths: Vec<String> = Vec::new();
        for directory in DIRECTORIES {
            let path = format!("{directory}/{name}");
            match files.stat(&path) {
                Ok(None) => continue,
                Ok(Some(_)) => paths.push(path),
                Err(obstacle) => found.gaps.push(obstacle),
            }
            break;
        }
        let mut drop_ins: BTreeMap<HostText, String> = BTreeMap::new();
        for directory in DIRECTORIES {
            let folder = format!("{directory}/{name}.d");
            match files.list(&folder) {
                Ok(entries) => {
                    for entry in entries.unwrap_or_default() {
                        let is_file = entry.kind != Some(FileKind::Directory);
                        let own = entry.name.raw();
                        if is_file && own.ends_with(".conf") && !own.starts_with('.') {
                            let path = format!("{folder}/{own}");
                            drop_ins.entry(entry.name).or_insert(path);
                        }
                    }
                }
                Err(obstacle) => found.gaps.push(obstacle),
            }
        }
        paths.extend(drop_ins.into_values());
        for path in paths {
            match files.read(&path, LIMIT) {
                Ok(text) => {
                    let settings = parse(&text.unwrap_or_default(), &path).settings.into_iter();
                    let wanted = settings
                        .filter(|it| it.section.raw() == section && keys.contains(&it.key.raw()));
                    found.lines.extend(wanted.map(|it| Line {
                        key: it.key,
                        value: it.value,
                        source: it.source,
                    }));
                }
                Err(obstacle) => found.gaps.push(obstacle),
            }
        }
        found
    }

    /// The last line of a key whose value is understood; systemd passes over the others.
    pub fn last(&self, key: &str, understood: impl Fn(&str) -> bool) -> Option<&Line> {
        let wanted = |line: &&Line| line.key.raw() == key && understood(line.value.raw());
        self.lines.iter().rfind(wanted)
    }
}
