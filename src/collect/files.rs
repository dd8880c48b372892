//! The files that patterns name, and every place on the way to them, each looked at once.

use crate::fact::{Fact, Listing};
use crate::facts::Facts;
use crate::facts::files::{
    End, FileQuery, FilesFound, Mounts, Node, Nodes, ROOT_PATH, ROOT_PROGRAMS, Seen, expand,
    is_neighbour, is_roots, root_path,
};
use crate::host::Host;
use crate::source::{FileKind, FileStat, Files, HostText, Obstacle, Source};
use std::collections::BTreeSet;

const LOGIN_DEFS: &str = "/etc/login.defs";
/// It has some ten kilobytes, most of them comments.
const LOGIN_DEFS_LIMIT: u64 = 1 << 20;
/// More files than that are not looked for with one pattern.
const MATCHES: usize = 5_000;
/// More places than that are not looked at for one fact.
const PLACES: usize = 20_000;

/// Answers a query.
pub(super) fn collect(host: &Host, facts: &Facts, query: &FileQuery) -> Fact<FilesFound> {
    let read = || {
        super::os::in_sight(facts, "/")?;
        let mut found = Listing::default();
        for pattern in query.patterns() {
            let paths = match pattern {
                ROOT_PATH => roots(host),
                ROOT_PROGRAMS => {
                    let programs = programs(host);
                    found.gaps.extend(programs.gaps);
                    Ok(programs.items)
                }
                _ => expand(host.files(), pattern, MATCHES),
            };
            match paths {
                Ok(paths) => found.items.extend(paths),
                Err(gap) => found.gaps.push(gap),
            }
        }
        found.items.sort();
        found.items.dedup();
        let mut nodes = nodes(facts);
        gather(host, &found.items, &mut nodes);
        Ok(FilesFound {
            paths: found,
            nodes,
        })
    };
    read().map_or_else(Fact::Unknown, |value| Fact::Known {
        value,
        source: Source::file("/"),
    })
}

fn roots(host: &Host) -> Result<Vec<HostText>, Obstacle> {
    let text = host.files().read(LOGIN_DEFS, LOGIN_DEFS_LIMIT)?;
    Ok(root_path(&text.unwrap_or_default()))
}

/// A thousand and more, most of which one call is enough for.
fn programs(host: &Host) -> Listing<HostText> {
    let files = host.files();
    let mut found = Listing::default();
    let roots = roots(host).unwrap_or_else(|why| {
        found.gaps.push(why);
        Vec::new()
    });
    // Where `/bin` is a link to `/usr/bin` it has the same files.
    let mut seen = BTreeSet::new();
    for directory in roots {
        let directory = directory.raw().trim_end_matches('/');
        let again = |stat: Option<FileStat>| stat.is_none_or(|stat| !seen.insert(stat.id));
        let entries = match files.follow(directory).map(again) {
            Ok(true) => continue,
            Ok(false) => files.list(directory),
            Err(why) => Err(why),
        };
        let entries = entries.unwrap_or_else(|why| {
            found.gaps.push(why);
            None
        });
        let entries = entries.unwrap_or_default();
        if entries.len() > MATCHES {
            found.gaps.push(Obstacle::NotModelled {
                what: format!("more than {MATCHES} files in {directory}").into(),
            });
        }
        for entry in entries.iter().take(MATCHES) {
            let path = format!("{directory}/{}", entry.name.raw());
            if !plain(files, &path, entry.kind).unwrap_or(false) {
                found.items.push(path.into());
            }
        }
    }
    found
}

/// Whether it has nothing to tell; where it cannot be seen, whoever gathers it says so.
fn plain(files: &dyn Files, path: &str, kind: Option<FileKind>) -> Result<bool, Obstacle> {
    // A third of them are links, and the directory says so: their owner and mode are nothing.
    if kind == Some(FileKind::Link) {
        let target = files.read_link(path)?;
        return Ok(target.is_none_or(|target| is_neighbour(&target)));
    }
    Ok(files.stat(path)?.is_none_or(|stat| is_roots(&stat)))
}

/// Nothing seen yet, with what is mounted on this host.
pub(super) fn nodes(facts: &Facts) -> Nodes {
    Nodes::new(match facts.mounts().and_then(Fact::present) {
        Ok(mounts) => mounts.map_or_else(Mounts::default, |(mounts, _)| mounts.clone()),
        Err(why) => Mounts::unseen(why.obstacle()),
    })
}

/// Looks at every place on the way to the paths that was not looked at before: whoever knows paths keeps `nodes` in his fact.
pub(super) fn gather<'p>(
    host: &Host,
    paths: impl IntoIterator<Item = &'p HostText>,
    nodes: &mut Nodes,
) {
    for path in paths {
        while let End::Unseen(place) = nodes.walk(path).end {
            let seen = look(host, &place, nodes);
            nodes.put(place, seen);
        }
    }
}

fn look(host: &Host, place: &HostText, nodes: &Nodes) -> Seen {
    if nodes.len() >= PLACES {
        return Seen::Hidden(Obstacle::NotModelled {
            what: format!("more than {PLACES} files on the way to what was asked for").into(),
        });
    }
    if let Some(mount) = nodes.mount_of(place).filter(|mount| mount.is_beyond()) {
        return Seen::Hidden(Obstacle::NotModelled {
            what: format!(
                "who may do what on {} ({})",
                place.raw(),
                mount.filesystem.raw()
            )
            .into(),
        });
    }
    node(host, place).unwrap_or_else(|why| {
        Seen::Hidden(match (why, place.raw().rsplit_once('/')) {
            // Who may not look may not search the directory: one reason for all that is in it.
            (Obstacle::Denied { by, .. }, Some((directory, _))) if !directory.is_empty() => {
                let at = Source::file(directory);
                Obstacle::Denied { at, by }
            }
            (why, _) => why,
        })
    })
}

fn node(host: &Host, place: &HostText) -> Result<Seen, Obstacle> {
    let Some(inode) = host.files().inspect(place.raw())? else {
        return Ok(Seen::Absent);
    };
    let target = match inode.stat.kind {
        FileKind::Link => match host.files().read_link(place.raw())? {
            Some(target) => Some(target),
            // It went in between.
            None => return Ok(Seen::Absent),
        },
        _ => None,
    };
    Ok(Seen::There(Node::new(inode, target)))
}
