//! Which entry takes the place of which: dpkg's database has one slot for each name and architecture.

use super::{Package, State};
use crate::source::HostText;
use std::collections::{BTreeSet, HashMap};

/// The entries so far.
#[derive(Default)]
pub(super) struct Slots {
    packages: Vec<Package>,
    by_key: HashMap<(HostText, HostText), usize>,
    /// Of each name the entries that are more than a wish.
    instances: HashMap<HostText, BTreeSet<usize>>,
}

impl Slots {
    /// Adds an entry, or puts it in the place of the one with its name and architecture, which it gives back.
    pub fn put(&mut self, package: Package) -> Option<Package> {
        let key = (package.name.clone(), package.architecture.clone());
        let index = self.by_key.get(&key).copied();
        self.set(index, package)
    }

    /// Adds an entry of the journal. It takes the place of the only instance of its name even if that has another
    /// architecture, unless both may stand beside each other (`parse_find_pkg_slot` of dpkg).
    pub fn update(&mut self, package: Package) {
        let only = match self.instances.get(&package.name) {
            Some(instances) if instances.len() == 1 => instances.first().copied(),
            _ => None,
        };
        let beside = |index: &usize| {
            use super::MultiArch::Same;
            self.packages[*index].multi_arch == Same && package.multi_arch == Same
        };
        match only.filter(|index| !beside(index)) {
            Some(index) => drop(self.set(Some(index), package)),
            None => drop(self.put(package)),
        }
    }

    fn set(&mut self, index: Option<usize>, package: Package) -> Option<Package> {
        let index = index.unwrap_or(self.packages.len());
        let instances = self.instances.entry(package.name.clone()).or_default();
        match package.state {
            State::NotInstalled => instances.remove(&index),
            _ => instances.insert(index),
        };
        let key = (package.name.clone(), package.architecture.clone());
        let Some(place) = self.packages.get_mut(index) else {
            self.by_key.insert(key, index);
            self.packages.push(package);
            return None;
        };
        let old = std::mem::replace(place, package);
        self.by_key
            .remove(&(old.name.clone(), old.architecture.clone()));
        self.by_key.insert(key, index);
        Some(old)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.packages.len()
    }

    /// The entries, sorted by name and architecture.
    pub fn into_packages(mut self) -> Vec<Package> {
        self.packages
            .sort_by(|a, b| (&a.name, &a.architecture).cmp(&(&b.name, &b.architecture)));
        self.packages
    }
}
