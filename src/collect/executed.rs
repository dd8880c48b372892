//! The places on the way to what units and cron execute, and the interpreters of scripts among it.

use super::files::{gather, nodes};
use crate::fact::{Fact, Listing};
use crate::facts::Facts;
use crate::facts::executed::{Executed, Run};
use crate::facts::files::Nodes;
use crate::facts::units::Machine;
use crate::host::Host;
use crate::model::executed::{by_cron, by_units, interpreters};
use crate::source::{HostText, Obstacle, Source};
use std::collections::BTreeMap;

/// A script that is longer, in bytes, is taken for a program.
const SCRIPT: u64 = 64 << 10;

/// Finds them.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Executed> {
    let mut runs = Listing::default();
    let machine = Machine::of(&facts.about);
    match facts.units().and_then(Fact::present) {
        Ok(Some((units, _))) => {
            let (by_units, gaps) = by_units(units, &machine);
            runs.items.extend(by_units);
            runs.gaps.extend(gaps);
            runs.gaps.extend(units.units.gaps.iter().cloned());
        }
        Ok(None) => {}
        Err(why) => runs.gaps.push(why.obstacle()),
    }
    match facts.cron().and_then(Fact::present) {
        Ok(Some((cron, _))) => {
            runs.items.extend(by_cron(cron));
            runs.gaps
                .extend(cron.tables.gaps.iter().chain(&cron.scripts.gaps).cloned());
        }
        Ok(None) => {}
        Err(why) => runs.gaps.push(why.obstacle()),
    }
    let mut nodes = nodes(facts);
    gather(host, runs.items.iter().map(|it| &it.path), &mut nodes);
    let more = by_scripts(host, &runs.items, &nodes);
    gather(host, more.iter().map(|it| &it.path), &mut nodes);
    runs.items.extend(more);
    runs.items.sort();
    runs.items.dedup();
    Fact::Known {
        value: Executed { runs, nodes },
        source: Source::file("/"),
    }
}

/// The interpreters of those that are scripts. What cannot be read is judged by its own path alone.
fn by_scripts(host: &Host, runs: &[Run], nodes: &Nodes) -> Vec<Run> {
    let mut known: BTreeMap<&HostText, Vec<String>> = BTreeMap::new();
    let mut more = Vec::new();
    for run in runs {
        let found = known.entry(&run.path).or_insert_with(|| {
            let is_there = nodes.walk(&run.path).target().is_some();
            let text: Result<_, Obstacle> = match is_there {
                true => host.files().read(run.path.raw(), SCRIPT),
                false => Ok(None),
            };
            interpreters(&text.ok().flatten().unwrap_or_default())
        });
        more.extend(found.iter().map(|path| Run {
            path: path.into(),
            ..run.clone()
        }));
    }
    more
}
