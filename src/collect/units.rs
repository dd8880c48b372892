//! systemd's units: all that could run something, and the instances of templates that something names.

use crate::fact::{Fact, Listing};
use crate::facts::Facts;
use crate::facts::units::{Escapes, Tree, Unit, Units, words};
use crate::host::{Host, Mode};
use crate::source::{Obstacle, Source};
use std::collections::BTreeSet;

const DIRECTORY: &str = "/etc/systemd/system";

/// The types that run something, or want what does.
const TYPES: [&str; 5] = [".service", ".timer", ".socket", ".path", ".target"];

/// So many units no honest host has; a host with more has a gap.
const UNITS: usize = 10_000;

/// Settings of `[Unit]` that name units which are then started too.
const NAMING: [&str; 5] = ["Wants", "Requires", "BindsTo", "Upholds", "OnFailure"];

/// Reads the units.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Units> {
    let source = Source::file(DIRECTORY);
    match super::os::in_sight(facts, DIRECTORY).map(|()| read(host)) {
        Err(why) => Fact::Unknown(why),
        Ok(units) if units.units.items.is_empty() && units.units.gaps.is_empty() => {
            Fact::Absent { looked_at: source }
        }
        Ok(value) => Fact::Known { value, source },
    }
}

fn read(host: &Host) -> Units {
    let tree = Tree::of(host.files(), host.mode() != Mode::Root);
    let mut units = Listing::default();
    let wanted = |name: &&str| TYPES.iter().any(|end| name.ends_with(end));
    let mut to_read: Vec<String> = tree.all().filter(wanted).map(str::to_owned).collect();
    let mut asked: BTreeSet<String> = BTreeSet::new();
    while let Some(name) = to_read.pop() {
        if !asked.insert(name.clone()) {
            continue;
        }
        if asked.len() > UNITS {
            units.gaps.push(Obstacle::NotModelled {
                what: format!("more than {UNITS} units").into(),
            });
            break;
        }
        // Another name for a unit that is read under its own, where that can be.
        if let Some(own) = tree.own_name(&name) {
            to_read.push(own);
            continue;
        }
        match tree.load(&name) {
            Ok(Some(mut unit)) => {
                if unit.name.raw() != name {
                    if matches!(tree.load(unit.name.raw()), Ok(Some(_))) {
                        to_read.push(unit.name.raw().to_owned());
                        continue;
                    }
                    unit.name = name.into();
                    unit.aliases.clear();
                }
                to_read.extend(instances(&unit).filter(|name| wanted(&name.as_str())));
                units.items.push(unit.masked());
            }
            Ok(None) => {}
            Err(why) => units.gaps.push(why),
        }
    }
    units.gaps.extend(tree.gaps);
    units.gaps.sort();
    units.gaps.dedup();
    units.items.sort_by(|one, other| one.name.cmp(&other.name));
    Units { units }
}

/// The instances of templates that a unit names.
fn instances(unit: &Unit) -> impl Iterator<Item = String> {
    let named = NAMING.iter().flat_map(|key| unit.list("Unit", key));
    let named = named.flat_map(|it| words(&it.value, Escapes::Kept).unwrap_or_default());
    let links = unit.links.iter().cloned();
    let all = links.chain(named).map(|it| it.raw().to_owned());
    let all: Vec<String> = all
        .filter(|name| name.contains('@') && !name.contains("@."))
        .collect();
    all.into_iter()
}
