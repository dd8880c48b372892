//! The way to a file, place by place, over what was seen: path_resolution(7) without a system call.

use super::{Mount, Node, Nodes, Seen};
use crate::source::{FileKind, HostText, Obstacle};

/// As many links as the kernel follows in one path.
const LINKS: usize = 40;

/// The way to a path.
#[derive(Clone, Debug)]
pub struct Chain<'n> {
    /// Every place that is looked up, in this order; the first is the root directory. One that is met twice stands here once.
    pub places: Vec<Place<'n>>,
    /// Where it ends.
    pub end: End,
}

/// A name in a directory: what a look-up goes through.
#[derive(Clone, Debug)]
pub struct Place<'n> {
    /// Its path, without a link before its last part.
    pub path: HostText,
    /// What is there; none if nothing is.
    pub node: Option<&'n Node>,
    /// The directory that it is in, by its number in [`Chain::places`]; none for the root.
    pub directory: Option<usize>,
    /// The mount that it is on, and where that begins; none where mounts were not seen, or there are none (an image).
    pub mount: Option<(&'n Mount, HostText)>,
    /// True if something is mounted there: then nobody moves it.
    pub is_mount_point: bool,
}

/// Where a way ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// At what is there, by its number in [`Chain::places`].
    Found(usize),
    /// At a place where nothing is.
    Absent(usize),
    /// At a place that is no directory, though the path goes on.
    NotDirectory(usize),
    /// Nowhere: too many links.
    Loop,
    /// At a place that was not seen.
    Hidden(Obstacle),
    /// At a place where nobody has looked yet.
    Unseen(HostText),
}

impl<'n> Chain<'n> {
    /// What is at its end.
    pub fn target(&self) -> Option<&Place<'n>> {
        match self.end {
            End::Found(number) => self.places.get(number),
            _ => None,
        }
    }

    /// True if something may be at the place, and what was not seen.
    pub fn is_hidden(&self, place: &Place) -> bool {
        matches!(self.end, End::Hidden(_))
            && self
                .places
                .last()
                .is_some_and(|last| last.path == place.path)
    }

    /// The directory of a place.
    pub fn directory_of(&self, place: &Place<'n>) -> Option<&Place<'n>> {
        self.places.get(place.directory?)
    }

    /// What hides how it goes on, or whose it is.
    pub fn obstacle(&self) -> Option<Obstacle> {
        match &self.end {
            End::Hidden(obstacle) => Some(obstacle.clone()),
            End::Unseen(place) => Some(Obstacle::NotRecorded {
                request: place.clone(),
            }),
            End::Found(_) | End::Absent(_) | End::NotDirectory(_) | End::Loop => None,
        }
    }
}

/// The way over what was seen.
pub(super) fn walk<'n>(nodes: &'n Nodes, path: &HostText) -> Chain<'n> {
    let mut walk = Walk {
        nodes,
        places: Vec::new(),
    };
    let end = walk.go(path.raw()).unwrap_or_else(|end| end);
    Chain {
        places: walk.places,
        end,
    }
}

struct Walk<'n> {
    nodes: &'n Nodes,
    places: Vec<Place<'n>>,
}

impl<'n> Walk<'n> {
    fn go(&mut self, path: &str) -> Result<End, End> {
        let root = self.enter("/".to_owned(), None)?;
        let mut here = root;
        let mut names: Vec<String> = names(path);
        let mut links = 0;
        while let Some(name) = names.pop() {
            let place = &self.places[here];
            match place.node {
                Some(node) if node.kind == FileKind::Directory => {}
                Some(_) => return Ok(End::NotDirectory(here)),
                None => return Ok(End::Absent(here)),
            }
            match name.as_str() {
                "." => continue,
                ".." => {
                    here = place.directory.unwrap_or(root);
                    continue;
                }
                _ => {}
            }
            let next = format!("{}/{name}", place.path.raw().trim_end_matches('/'));
            let next = self.enter(next, Some(here))?;
            let target = self.places[next].node.and_then(|node| node.target.as_ref());
            match target {
                Some(target) => {
                    links += 1;
                    if links > LINKS {
                        return Ok(End::Loop);
                    }
                    if target.raw().starts_with('/') {
                        here = root;
                    }
                    names.extend(self::names(target.raw()));
                }
                None => here = next,
            }
        }
        Ok(match self.places[here].node {
            Some(_) => End::Found(here),
            None => End::Absent(here),
        })
    }

    /// The number of the place, which is looked up now unless it was before.
    fn enter(&mut self, path: String, directory: Option<usize>) -> Result<usize, End> {
        let known = |place: &Place| place.path.raw() == path;
        if let Some(number) = self.places.iter().position(known) {
            return Ok(number);
        }
        let mounts = self.nodes.mounts();
        let above = directory.map(|number| &self.places[number]);
        let (mount, is_mount_point) = match above {
            None => (mounts.root().map(|root| (root, "/".into())), true),
            Some(above) => {
                let on = above.mount.as_ref().map(|(mount, _)| *mount);
                match mounts.topmost(&path, on) {
                    Some(mount) => (Some((mount, path.as_str().into())), true),
                    None => {
                        let covered = above.mount.as_ref().is_some_and(|(mount, point)| {
                            mounts.is_covered(&path, point.raw(), mount)
                        });
                        (above.mount.clone(), covered)
                    }
                }
            }
        };
        let path = HostText::from(path);
        let node = match self.nodes.seen.get(&path) {
            None => return Err(End::Unseen(path)),
            Some(Seen::Hidden(obstacle)) => {
                let obstacle = obstacle.clone();
                self.places.push(Place {
                    path,
                    node: None,
                    directory,
                    mount,
                    is_mount_point,
                });
                return Err(End::Hidden(obstacle));
            }
            Some(Seen::Absent) => None,
            Some(Seen::There(node)) => Some(node),
        };
        self.places.push(Place {
            path,
            node,
            directory,
            mount,
            is_mount_point,
        });
        Ok(self.places.len() - 1)
    }
}

/// The names in a path, last first. A slash at the end wants a directory, as `/.` does.
fn names(path: &str) -> Vec<String> {
    let names = path.split('/').filter(|name| !name.is_empty());
    let end = path.ends_with('/').then_some(".");
    end.into_iter()
        .chain(names.rev())
        .map(str::to_owned)
        .collect()
}
