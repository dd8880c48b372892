//! Facts for reading: a table where there are many of a kind, a tree where there are not.

use super::table::{table, tree};
use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::interfaces::Interfaces;
use crate::facts::listeners::{Listener, Listeners};
use crate::facts::packages::{Package, Packages, Want};
use crate::facts::processes::{Exe, Process, Processes};
use crate::kernel::network::Link;
use crate::model::interfaces::faces;
use crate::model::reach::{Outside, Reach};
use crate::source::Obstacle;
use colored::Colorize;
use serde::Serialize;
use serde_json::Value;

/// All facts that are to be shown, one after the other, each under its name; `facts` are those and what they stand on.
pub(super) fn text(shown: &Facts, facts: &Facts) -> serde_json::Result<String> {
    let mut parts = Vec::new();
    if let Value::Object(all) = serde_json::to_value(shown)? {
        for (name, value) in all.iter().filter(|(name, _)| *name != "about") {
            let own = match name.as_str() {
                "listeners" => known(facts.listeners(), |it| listeners(it, facts)),
                "interfaces" => known(facts.interfaces(), interfaces),
                "packages" => known(facts.packages(), packages),
                "processes" => known(facts.processes(), processes),
                _ => None,
            };
            let title = name.replace('_', "-").to_uppercase();
            let mut part = format!("{}\n", title.bold());
            match own {
                Some(own) => part.push_str(&own),
                None => tree(value, 2, &mut part),
            }
            parts.push(part);
        }
    }
    Ok(parts.join("\n"))
}

fn known<T>(fact: Result<&Fact<T>, Unjudged>, show: impl Fn(&T) -> String) -> Option<String> {
    let (value, _) = fact.and_then(Fact::known).ok()?;
    Some(show(value))
}

fn listeners(all: &Listeners, facts: &Facts) -> String {
    let interfaces = facts.interfaces().and_then(Fact::known);
    let outside = Outside::new(interfaces.map(|(seen, _)| seen), &[]);
    let mut text = rows(all, &all.here.items, |listener| {
        match outside.reach(&listener.socket) {
            Ok(Reach::Loopback) => "this host".to_owned(),
            Ok(Reach::Link) => "its link".to_owned(),
            Ok(Reach::Group) => "a group".to_owned(),
            Ok(Reach::Inside(name)) => name.to_string(),
            Ok(Reach::Public) => "public".to_owned(),
            Err(_) => "?".to_owned(),
        }
    });
    text.push_str(&gaps(&all.here.gaps));
    let silent = |it: &Listing<Listener>| it.items.is_empty() && it.gaps.is_empty();
    let speaking = all
        .elsewhere
        .items
        .iter()
        .filter(|it| !silent(&it.listeners));
    for namespace in speaking {
        let names = namespace
            .names
            .iter()
            .chain(&namespace.units)
            .map(ToString::to_string);
        let containers = namespace
            .containers
            .iter()
            .map(|it| format!("container {}", it.short()));
        let whose: Vec<String> = containers.chain(names).collect();
        let whose = match whose.is_empty() {
            true => String::new(),
            false => format!(" ({})", whose.join(", ")),
        };
        text.push_str(&format!(
            "\n  in network namespace {}{whose}\n",
            namespace.number
        ));
        text.push_str(&rows(all, &namespace.listeners.items, |_| "-".to_owned()));
        text.push_str(&gaps(&namespace.listeners.gaps));
    }
    if !all.elsewhere.gaps.is_empty() {
        text.push_str("\n  in other network namespaces\n");
        text.push_str(&gaps(&all.elsewhere.gaps));
    }
    text
}

fn rows(all: &Listeners, listeners: &[Listener], reach: impl Fn(&Listener) -> String) -> String {
    if listeners.is_empty() {
        return "  nothing listens\n".to_owned();
    }
    let row = |it: &Listener| {
        let place = it.place();
        let address = place
            .rsplit_once(':')
            .map_or(place.as_str(), |(address, _)| address)
            .to_owned();
        let port = format!("{}/{}", it.socket.port, it.socket.protocol);
        [
            port,
            address,
            it.families().to_owned(),
            reach(it),
            all.who(it),
        ]
    };
    let mut rows: Vec<_> = listeners.iter().map(row).collect();
    rows.dedup();
    table(["PORT", "ADDRESS", "TAKES", "FROM", "HELD BY"], &rows)
}

fn processes(all: &Processes) -> String {
    let row = |it: &Process| {
        let exe = match &it.exe {
            Exe::Path(path) => path.to_string(),
            Exe::Deleted(path) => format!("{path} (deleted)"),
            Exe::KernelThread => format!("[{}]", it.name),
            Exe::Ended => format!("{} (ended)", it.name),
            Exe::Unseen(_) => format!("{} (?)", it.name),
        };
        [
            it.pid.to_string(),
            it.uids.effective.to_string(),
            it.within().unwrap_or_default(),
            exe,
        ]
    };
    let rows: Vec<_> = all.processes.items.iter().map(row).collect();
    table(["PID", "USER", "UNIT", "PROGRAM"], &rows) + &gaps(&all.processes.gaps)
}

fn interfaces(all: &Interfaces) -> String {
    let faces = faces(&all.network);
    let row = |link: &Link| {
        let addresses = all.addresses(link.index);
        let addresses = addresses.map(|it| format!("{}/{}", it.address, it.prefix));
        let face = faces.items.iter().find(|face| face.interface == link.index);
        let because = face.into_iter().flat_map(|face| &face.because);
        [
            link.name.to_string(),
            link.kind.to_string(),
            if link.up { "up" } else { "down" }.to_owned(),
            addresses.collect::<Vec<_>>().join(", "),
            because
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", "),
        ]
    };
    let rows: Vec<_> = all.network.links.iter().map(row).collect();
    table(
        [
            "NAME",
            "KIND",
            "STATE",
            "ADDRESSES",
            "FACES THE INTERNET BY",
        ],
        &rows,
    ) + &gaps(&faces.gaps)
}

fn packages(all: &Packages) -> String {
    let row = |it: &Package| {
        let version = it
            .version
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        let held = if it.want == Want::Hold { "held" } else { "" };
        [
            it.name.to_string(),
            version,
            it.architecture.to_string(),
            word(&it.state),
            held.to_owned(),
        ]
    };
    let rows: Vec<_> = all.packages.items.iter().map(row).collect();
    table(["PACKAGE", "VERSION", "FOR", "STATE", ""], &rows) + &gaps(&all.packages.gaps)
}

/// The word by which a choice is recorded.
fn word<T: Serialize>(choice: &T) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// What could not be seen is said where it would have stood.
fn gaps(gaps: &[Obstacle]) -> String {
    gaps.iter()
        .map(|gap| format!("  not seen: {gap} ({})\n", gap.how()))
        .collect()
}
