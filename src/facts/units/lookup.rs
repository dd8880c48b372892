//! Which file a unit is, and what lies over it (systemd.unit(5)).

use super::{Unit, parse};
use crate::source::{FileKind, Files, HostText, Obstacle};
use std::collections::{BTreeMap, BTreeSet};

/// Where the system's units are looked for: the first file of a name wins whole.
const DIRECTORIES: [&str; 12] = [
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator.late",
];

/// systemd reads no unit file that is larger, in bytes (`LINE_MAX` aside, `READ_FULL_BYTES_MAX` bounds it at 64 MiB;
/// none that is honest comes near this).
const LIMIT: u64 = 1 << 20;

/// The names of all units of a type (`.socket`), sorted.
///
/// # Errors
/// If one of the directories cannot be listed: it may hold more.
pub fn names(files: &dyn Files, suffix: &str) -> Result<Vec<HostText>, Obstacle> {
    let mut names = BTreeSet::new();
    for directory in DIRECTORIES {
        let entries = files.list(directory)?.unwrap_or_default();
        names.extend(entries.into_iter().filter_map(|entry| {
            let is_file = entry.kind != Some(FileKind::Directory);
            (is_file && entry.name.raw().ends_with(suffix)).then_some(entry.name)
        }));
    }
    Ok(names.into_iter().collect())
}

/// A unit with its drop-ins; none if there is no such file, or it is masked.
///
/// # Errors
/// If one of its files cannot be read.
pub fn read(files: &dyn Files, name: &str) -> Result<Option<Unit>, Obstacle> {
    let mut unit = Unit::default();
    let mut found = None;
    for directory in DIRECTORIES {
        let path = format!("{directory}/{name}");
        if let Some(text) = files.read(&path, LIMIT)? {
            found = Some((path, text));
            break;
        }
    }
    match found {
        // Empty, or a link to /dev/null, which reads so: masked.
        Some((_, text)) if text.is_empty() => return Ok(None),
        Some((path, text)) => unit.0 = parse(&text, &path),
        None => return Ok(None),
    }
    for path in drop_ins(files, name)? {
        if let Some(text) = files.read(&path, LIMIT)? {
            unit.0.extend(parse(&text, &path));
        }
    }
    Ok(Some(unit))
}

/// The drop-ins of a unit: of two with the same base name only one counts, that of the more specific folder, then of
/// the earlier directory; all are applied in the order of their base names.
fn drop_ins(files: &dyn Files, name: &str) -> Result<Vec<String>, Obstacle> {
    let mut chosen: BTreeMap<HostText, String> = BTreeMap::new();
    for folder in folders(name) {
        for directory in DIRECTORIES {
            let folder = format!("{directory}/{folder}.d");
            for entry in files.list(&folder)?.unwrap_or_default() {
                if entry.name.raw().ends_with(".conf") {
                    let path = format!("{folder}/{}", entry.name.raw());
                    chosen.entry(entry.name).or_insert(path);
                }
            }
        }
    }
    Ok(chosen.into_values().collect())
}

/// `a-b.socket`, `a-.socket`, `socket`: whose drop-ins count, the most specific first. Of an instance `a@i.socket` also
/// those of `a@.socket`.
fn folders(name: &str) -> Vec<String> {
    let Some((stem, kind)) = name.rsplit_once('.') else {
        return vec![name.to_owned()];
    };
    let mut folders = vec![name.to_owned()];
    let template = stem
        .split_once('@')
        .filter(|(_, instance)| !instance.is_empty());
    folders.extend(template.map(|(stem, _)| format!("{stem}@.{kind}")));
    let dashes = stem.rmatch_indices('-').map(|(at, _)| &stem[..=at]);
    folders.extend(
        dashes
            .filter(|prefix| *prefix != stem)
            .map(|prefix| format!("{prefix}.{kind}")),
    );
    folders.push(kind.to_owned());
    folders
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MapFiles;

    fn values(files: &MapFiles, name: &str) -> Vec<String> {
        let unit = read(files, name).unwrap().unwrap();
        unit.0
            .iter()
            .map(|it| format!("{}={}", it.key, it.value))
            .collect()
    }

    #[test]
    fn the_first_file_wins_and_drop_ins_apply_by_base_name() {
        let files = MapFiles::new([
            ("/etc/systemd/system/a-b.socket", "[S]\nfile=etc"),
            ("/usr/lib/systemd/system/a-b.socket", "[S]\nfile=usr"),
            (
                "/usr/lib/systemd/system/a-b.socket.d/20-x.conf",
                "[S]\nx=specific",
            ),
            ("/etc/systemd/system/socket.d/20-x.conf", "[S]\nx=type"),
            ("/etc/systemd/system/socket.d/99-y.conf", "[S]\ny=type"),
            (
                "/run/systemd/generator/a-.socket.d/10-z.conf",
                "[S]\nz=prefix",
            ),
            ("/etc/systemd/system/a-b.socket.d/readme", "[S]\nno=1"),
        ]);
        assert_eq!(
            values(&files, "a-b.socket"),
            ["file=etc", "z=prefix", "x=specific", "y=type"]
        );
        assert_eq!(names(&files, ".socket").unwrap(), ["a-b.socket".into()]);
    }

    #[test]
    fn an_empty_file_masks() {
        let files = MapFiles::new([
            ("/etc/systemd/system/a.socket", ""),
            ("/usr/lib/systemd/system/a.socket", "[S]\nfile=usr"),
        ]);
        assert_eq!(read(&files, "a.socket").unwrap(), None);
        assert_eq!(read(&files, "b.socket").unwrap(), None);
    }

    #[test]
    fn an_instance_has_its_templates_drop_ins() {
        assert_eq!(
            folders("a-b@c-d.socket"),
            [
                "a-b@c-d.socket",
                "a-b@.socket",
                "a-b@c-.socket",
                "a-.socket",
                "socket"
            ]
        );
    }
}
