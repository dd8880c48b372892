//! `/proc/PID/cgroup` (cgroups(7)): the unit and the container that a process belongs to.
//!
//! The unit is found as systemd finds it (cg_path_get_unit): it is the first name after the slices. What stands deeper was
//! put there by somebody to whom the unit was left, a container's own systemd for one.

use super::container::{ContainerRef, container};
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// Where a process was put by its control group. Names are those that whoever made the groups chose: a user can give any to
/// the groups below his own unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The unit of the host's systemd, by the name that systemctl takes. None if it is in none, or if the host is read
    /// from a control group namespace that does not show it.
    pub unit: Option<HostText>,
    /// The unit of the user's own systemd, within `user@UID.service`.
    pub user_unit: Option<HostText>,
    /// The container it runs in. What watches over a container (conmon, an LXC monitor) is not in it.
    pub container: Option<ContainerRef>,
    /// The path of its control group: that of systemd's hierarchy if there is one, else of version 2. Empty without
    /// control groups.
    pub path: HostText,
}

impl Place {
    /// The unit of the user's own systemd, else that of the host's.
    pub fn innermost_unit(&self) -> Option<&HostText> {
        self.user_unit.as_ref().or(self.unit.as_ref())
    }

    /// Reads the text; one without control groups is empty.
    pub fn parse(text: &[u8]) -> Self {
        let lines: Vec<(String, HostText)> = text
            .split(|byte| *byte == b'\n')
            .filter_map(|line| {
                let line = HostText::from_bytes(line);
                let (_, rest) = line.raw().split_once(':')?;
                let (controllers, path) = rest.split_once(':')?;
                // So is a group marked that was removed, and a name may only end so.
                let path = path.strip_suffix(" (deleted)").unwrap_or(path);
                Some((controllers.to_owned(), path.into()))
            })
            .collect();
        // Beside a hierarchy of systemd's, version 2 may hold a container in the unit of its manager.
        let of = |name: &'static str| {
            lines
                .iter()
                .filter(move |(controllers, _)| controllers == name)
        };
        let named = of("name=systemd").chain(of("")).map(|(_, path)| path);
        let path = named
            .clone()
            .find(|path| path.raw() != "/")
            .or(named.clone().next());
        let others = lines.iter().map(|(_, path)| path);
        let mut place = Self {
            container: named
                .chain(others)
                .find_map(|path| container(&components(path))),
            path: path.cloned().unwrap_or_default(),
            ..Self::default()
        };
        (place.unit, place.user_unit) = units(&components(&place.path));
        place
    }
}

/// The names in a path, as they were before cg_escape of systemd. From within a control group namespace, what is outside
/// of it begins with `/..`.
fn components(path: &HostText) -> Vec<&str> {
    path.raw()
        .split('/')
        .filter(|name| !matches!(*name, "" | ".."))
        .map(|name| name.strip_prefix('_').unwrap_or(name))
        .collect()
}

fn units(names: &[&str]) -> (Option<HostText>, Option<HostText>) {
    let Some((unit, below)) = first_unit(names) else {
        return (None, None);
    };
    let is_manager = unit
        .strip_prefix("user@")
        .and_then(|rest| rest.strip_suffix(".service"))
        .is_some_and(|uid| !uid.is_empty() && uid.bytes().all(|byte| byte.is_ascii_digit()));
    let user_unit = first_unit(below)
        .filter(|_| is_manager)
        .map(|(unit, _)| unit);
    (Some(unit.into()), user_unit.map(HostText::from))
}

/// The first name after the slices, if it is a unit's, and what is below.
fn first_unit<'a, 'n>(names: &'a [&'n str]) -> Option<(&'n str, &'a [&'n str])> {
    let slices = names
        .iter()
        .take_while(|name| is_unit(name, &[".slice"]))
        .count();
    let (name, below) = names.get(slices..)?.split_first()?;
    let kinds = [".service", ".scope", ".socket", ".mount", ".swap"];
    is_unit(name, &kinds).then_some((*name, below))
}

/// A valid name (systemd.unit(5)) of a unit of one of these kinds.
fn is_unit(name: &str, kinds: &[&str]) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
    let of_kind = |kind: &&str| name.len() > kind.len() && name.ends_with(*kind);
    name.len() < 256
        && name.chars().all(valid)
        && !name.starts_with('@')
        && kinds.iter().any(of_kind)
}
