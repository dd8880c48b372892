//! What is mounted where: `/proc/self/mountinfo` (proc_pid_mountinfo(5)).

use crate::facts::mountinfo::Line;
use crate::source::{HostText, Obstacle};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The mounts that the tool sees, by where they are; several at one place lie one on the other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mounts {
    points: BTreeMap<HostText, Vec<Mount>>,
    /// What something is mounted on: device, blank, path in its file system. It is met through every mount of that.
    covered: BTreeSet<HostText>,
    /// Why they could not be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unseen: Option<Obstacle>,
}

/// One mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// Its number.
    pub id: u32,
    /// The number of the mount that it lies on.
    pub parent: u32,
    /// The device of its file system, `MAJOR:MINOR`.
    pub device: HostText,
    /// The directory of its file system that is mounted.
    pub root: HostText,
    /// The kind of its file system.
    pub filesystem: HostText,
    /// True if nothing can be written through it.
    pub read_only: bool,
}

impl Mounts {
    /// The mounts in the text of the file; lines of another form are passed over.
    pub fn parse(text: &[u8]) -> Self {
        let text = HostText::from_bytes(text);
        let mut points: BTreeMap<HostText, Vec<Mount>> = BTreeMap::new();
        for (point, mount) in text.raw().lines().filter_map(mount) {
            points.entry(point).or_default().push(mount);
        }
        let by_id: BTreeMap<u32, (&HostText, &Mount)> = points
            .iter()
            .flat_map(|(point, mounts)| mounts.iter().map(move |mount| (mount.id, (point, mount))))
            .collect();
        let covered = by_id.values().filter_map(|(point, mount)| {
            let (above, parent) = by_id
                .get(&mount.parent)
                .filter(|(_, it)| it.id != mount.id)?;
            Some(key(parent, &parent.inner(point.raw(), above.raw())?).into())
        });
        Self {
            covered: covered.collect(),
            points,
            unseen: None,
        }
    }

    /// Not seen.
    pub fn unseen(why: Obstacle) -> Self {
        Self {
            unseen: Some(why),
            ..Self::default()
        }
    }

    /// Why they could not be seen, if they could not.
    pub fn obstacle(&self) -> Option<&Obstacle> {
        self.unseen.as_ref()
    }

    /// The mount of the root directory: none if the tool's root is a plain directory of a mount that it cannot see (chroot(2)).
    pub fn root(&self) -> Option<&Mount> {
        let ids: BTreeSet<u32> = self
            .points
            .values()
            .flatten()
            .map(|mount| mount.id)
            .collect();
        let at_root = self.points.get("/")?;
        let lowest = at_root
            .iter()
            .find(|mount| mount.parent == mount.id || !ids.contains(&mount.parent))?;
        Some(self.topmost("/", Some(lowest)).unwrap_or(lowest))
    }

    /// What is mounted at a place of the mount `on`, topmost: none if the place is no mount point.
    pub fn topmost(&self, place: &str, on: Option<&Mount>) -> Option<&Mount> {
        let here = self.points.get(place)?;
        let mut top = None;
        // Where the root's mount is not seen, the mounts on it are those whose parent nobody lists.
        let lies_on = |mount: &&Mount, below: Option<&Mount>| match below {
            Some(below) => mount.parent == below.id && mount.id != below.id,
            None => !self
                .points
                .values()
                .flatten()
                .any(|other| other.id == mount.parent),
        };
        let mut below = on;
        for _ in 0..=here.len() {
            match here.iter().find(|mount| lies_on(mount, below)) {
                Some(mount) => (top, below) = (Some(mount), Some(mount)),
                None => break,
            }
        }
        top
    }

    /// Where else the file of a mount at `place`, which is mounted at `point`, can be met: other mounts of the same directory.
    pub fn elsewhere(&self, place: &str, point: &str, mount: &Mount) -> Vec<HostText> {
        let Some(inner) = mount.inner(place, point) else {
            return Vec::new();
        };
        let mut others = Vec::new();
        for (at, mounts) in &self.points {
            for other in mounts
                .iter()
                .filter(|it| it.device == mount.device && it.id != mount.id)
            {
                if let Some(rest) = below(&inner, other.root.raw()) {
                    others.push(join(at.raw(), rest).into());
                }
            }
        }
        others.retain(|other: &HostText| other.raw() != place);
        others
    }

    /// True if something is mounted on `place` of a mount at `point`, be it met through another mount: nobody moves that.
    pub fn is_covered(&self, place: &str, point: &str, mount: &Mount) -> bool {
        let inner = mount.inner(place, point);
        inner.is_some_and(|inner| self.covered.contains(key(mount, &inner).as_str()))
    }
}

impl Mount {
    /// The path in its file system of a place that is below it, where it is mounted at `point`.
    fn inner(&self, place: &str, point: &str) -> Option<String> {
        below(place, point).map(|rest| join(self.root.raw(), rest))
    }

    /// True if rights are decided elsewhere: by a server, or a program behind it (FUSE). Nothing below it is looked at, for
    /// it may also hang.
    pub fn is_beyond(&self) -> bool {
        let kind = self.filesystem.raw();
        kind.starts_with("fuse")
            || matches!(
                kind,
                "nfs"
                    | "nfs4"
                    | "cifs"
                    | "smb3"
                    | "smbfs"
                    | "9p"
                    | "afs"
                    | "coda"
                    | "ceph"
                    | "ncpfs"
                    | "virtiofs"
                    | "lustre"
                    | "gpfs"
                    | "beegfs"
                    | "orangefs"
                    | "pvfs2"
                    | "vboxsf"
                    | "vmhgfs"
                    | "autofs"
            )
    }
}

fn below<'p>(path: &'p str, top: &str) -> Option<&'p str> {
    let rest = match top {
        "/" => path.strip_suffix('/').or(Some(path)),
        _ => path.strip_prefix(top),
    };
    rest.filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn join(top: &str, rest: &str) -> String {
    match (top.trim_end_matches('/'), rest) {
        ("", "") => "/".to_owned(),
        (top, rest) => format!("{top}{rest}"),
    }
}

fn key(mount: &Mount, inner: &str) -> String {
    format!("{} {inner}", mount.device.raw())
}

/// A mount, and where it is.
fn mount(line: &str) -> Option<(HostText, Mount)> {
    let line = Line::parse(line)?;
    let read_only = |options: &str| options.split(',').any(|option| option == "ro");
    let mount = Mount {
        id: line.id.parse().ok()?,
        parent: line.parent.parse().ok()?,
        device: line.device.into(),
        root: line.root,
        filesystem: line.filesystem,
        read_only: read_only(line.options) || read_only(line.of_filesystem),
    };
    Some((line.at, mount))
}
