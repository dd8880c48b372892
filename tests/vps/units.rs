//! Units against what systemd itself makes of their files: of those that Debian ships, and of drawn ones.

mod draw;

use crate::vps::Vps;
use draw::{Dice, family};
use seaworthy::facts::units::{Command, Escapes, FileState, Load, Machine, Unit, Units};
use seaworthy::source::HostText;
use std::collections::{BTreeMap, BTreeSet};

const PROPERTIES: &str = "Id,Names,LoadState,FragmentPath,DropInPaths,User,Group,ExecStart,ExecStartPre,Environment,\
    NoNewPrivileges,ProtectSystem,ProtectHome,PrivateTmp,CapabilityBoundingSet,AmbientCapabilities,UMask,Wants,Requires";

/// What is compared of a unit.
type Shown = BTreeMap<&'static str, String>;

fn facts(vps: &Vps) -> (Units, Machine) {
    let facts = vps.seaworthy("facts units");
    let known = &facts["facts"]["units"]["known"]["value"];
    let units: Units = serde_json::from_value(known.clone()).expect("units");
    assert_eq!(units.units.gaps, []);
    let text = |key: &str| {
        facts["facts"]["about"][key]
            .as_str()
            .unwrap_or_default()
            .into()
    };
    let machine = Machine {
        hostname: text("hostname"),
        kernel: Some(text("kernel")),
    };
    (units, machine)
}

fn command(it: &Command) -> String {
    let argv: Vec<&str> = it.argv.iter().map(HostText::raw).collect();
    format!("{}|{}|{}", it.path.raw(), argv.join(" "), it.may_fail)
}

fn sorted(texts: impl IntoIterator<Item = impl Into<String>>) -> String {
    let all: BTreeSet<String> = texts.into_iter().map(Into::into).collect();
    all.into_iter().collect::<Vec<_>>().join(" ")
}

/// On this system /lib is a link to /usr/lib.
fn path(text: &str) -> String {
    match text.starts_with("/lib/") {
        true => format!("/usr{text}"),
        false => text.to_owned(),
    }
}

fn ours(unit: &Unit, machine: &Machine) -> Shown {
    let mut shown = Shown::new();
    let names = [&unit.name].into_iter().chain(&unit.aliases);
    shown.insert("Id", unit.name.raw().to_owned());
    shown.insert("FragmentPath", unit.fragment.raw().to_owned());
    let load = match unit.load {
        Load::Loaded => "loaded",
        Load::Masked => "masked",
        Load::BadSetting { .. } => "bad-setting",
        Load::Error { .. } => "error",
    };
    shown.insert("LoadState", load.to_owned());
    if matches!(unit.load, Load::BadSetting { .. } | Load::Error { .. }) {
        return shown;
    }
    shown.insert("Names", sorted(names.map(HostText::raw)));
    shown.insert(
        "DropInPaths",
        unit.drop_ins
            .iter()
            .map(HostText::raw)
            .collect::<Vec<_>>()
            .join(" "),
    );
    if unit.load == Load::Masked || unit.kind() != "service" {
        return shown;
    }
    let all = |key| {
        unit.commands("Service", key, machine)
            .iter()
            .map(|(it, _)| command(it))
            .collect::<Vec<_>>()
            .join("\n")
    };
    shown.insert("ExecStart", all("ExecStart"));
    shown.insert("ExecStartPre", all("ExecStartPre"));
    let user = |key| {
        unit.last("Service", key)
            .and_then(|it| unit.filled(it.raw(), machine))
            .unwrap_or_default()
    };
    // A dynamic user is called after the unit where he has no name.
    if !unit.has("DynamicUser") {
        shown.insert("User", user("User"));
        shown.insert("Group", user("Group"));
    }
    let environment = unit.environment(machine);
    shown.insert("Environment", sorted(environment.into_keys()));
    let flag = |key| if unit.has(key) { "yes" } else { "no" }.to_owned();
    shown.insert("NoNewPrivileges", flag("NoNewPrivileges"));
    shown.insert("PrivateTmp", flag("PrivateTmp"));
    shown.insert("ProtectSystem", unit.protect_system().to_owned());
    shown.insert("ProtectHome", unit.protect_home().to_owned());
    shown.insert(
        "CapabilityBoundingSet",
        unit.bounding_set().count_ones().to_string(),
    );
    shown.insert(
        "AmbientCapabilities",
        unit.ambient_set().count_ones().to_string(),
    );
    let umask = unit.last("Service", "UMask").map_or("0022", HostText::raw);
    shown.insert(
        "UMask",
        format!("{:04o}", u32::from_str_radix(umask, 8).unwrap()),
    );
    shown
}

fn theirs(block: &str) -> Shown {
    let mut shown = Shown::new();
    for key in PROPERTIES.split(',') {
        let key = key.trim();
        let values = block
            .lines()
            .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        let values: Vec<&str> = values.collect();
        let one = values.first().copied().unwrap_or_default();
        let text = match key {
            "ExecStart" | "ExecStartPre" => values
                .iter()
                .map(|it| shown_command(it))
                .collect::<Vec<_>>()
                .join("\n"),
            "Names" => sorted(words(one)),
            "FragmentPath" => path(one),
            "DropInPaths" => one.split(' ').map(path).collect::<Vec<_>>().join(" "),
            "CapabilityBoundingSet" | "AmbientCapabilities" => {
                one.split_whitespace().count().to_string()
            }
            "Environment" => sorted(
                words(one)
                    .iter()
                    .map(|it| it.split('=').next().unwrap_or_default()),
            ),
            _ => one.to_owned(),
        };
        shown.insert(key, text);
    }
    shown
}

/// What has odd signs in it systemctl puts in quotes.
fn words(text: &str) -> Vec<String> {
    let words = seaworthy::facts::units::words(&text.into(), Escapes::Strict).expect("words");
    words.iter().map(|it| it.raw().to_owned()).collect()
}

/// `{ path=/bin/x ; argv[]=/bin/x a b ; ignore_errors=no ; …`
fn shown_command(text: &str) -> String {
    let between = |from: &str, to: &str| {
        let (_, rest) = text.split_once(from).unwrap_or_default();
        rest.split_once(to).map_or("", |(it, _)| it).to_owned()
    };
    let fails = between(" ; ignore_errors=", " ; ") == "yes";
    format!(
        "{}|{}|{fails}",
        between("{ path=", " ; argv[]="),
        between(" ; argv[]=", " ; ignore_errors=")
    )
}

/// Compares all units, by each of their names; how many, and what differs.
fn compare(vps: &Vps, mut wanted: impl FnMut(&Unit) -> bool) -> (usize, Vec<String>) {
    let (units, machine) = facts(vps);
    let mut differ = Vec::new();
    let all: Vec<&Unit> = units.units.items.iter().filter(|it| wanted(it)).collect();
    let states = vps.sh("systemctl list-unit-files --plain --no-legend --no-pager");
    let states: BTreeMap<&str, &str> = states
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?))
        })
        .collect();
    let mut asked: Vec<(&Unit, &str)> = Vec::new();
    for unit in &all {
        let state = serde_json::to_value(unit.state).unwrap();
        if let Some(theirs) = states.get(unit.name.raw())
            && state != *theirs
            // Another name for an instance whose own file is gone.
            && !unit.name.raw().contains("-al@")
        {
            differ.push(format!(
                "{} UnitFileState ours {state} theirs {theirs}",
                unit.name
            ));
        }
        if unit.is_template() {
            continue;
        }
        asked.push((unit, unit.name.raw()));
        if unit.load == Load::Loaded && unit.state != FileState::Alias {
            // Of an instance it depends on which of its names is asked for first.
            let plain = unit.aliases.iter().filter(|it| !it.raw().contains('@'));
            asked.extend(plain.map(|it| (*unit, it.raw())));
        }
    }
    for part in asked.chunks(100) {
        let names: Vec<String> = part.iter().map(|(_, name)| format!("'{name}'")).collect();
        let done = vps.run(&format!(
            "systemctl show --no-pager --all --property={} -- {}",
            PROPERTIES.replace(' ', ""),
            names.join(" ")
        ));
        let text = done.stdout;
        let blocks: Vec<&str> = text.trim_end().split("\n\n").collect();
        if blocks.len() < part.len() {
            let at = part[blocks.len()].1;
            println!(
                "no answer about {at}: {}\n{}",
                done.stderr,
                files_of(vps, at)
            );
            println!(
                "{}",
                vps.run("cat /proc/1/stat; journalctl -b --no-pager | tail -40")
                    .stdout
            );
        }
        assert_eq!(blocks.len(), part.len(), "{text}");
        for ((unit, name), block) in part.iter().zip(blocks) {
            let theirs = theirs(block);
            let by_other_name = *name != unit.name.raw();
            for (key, ours) in ours(unit, &machine) {
                // What specifiers say depends on the name under which it was asked for first.
                if by_other_name
                    && !["Id", "Names", "LoadState", "FragmentPath", "DropInPaths"].contains(&key)
                {
                    continue;
                }
                // What is masked may be harmless.
                if ours != theirs[key] && !ours.contains("[p") {
                    differ.push(format!(
                        "{name} ({}) {key}\n   ours   {ours:?}\n   theirs {:?}",
                        unit.fragment, theirs[key]
                    ));
                }
            }
        }
    }
    (asked.len(), differ)
}

/// The files of a drawn unit's family.
fn files_of(vps: &Vps, name: &str) -> String {
    let family = name.split('-').next().unwrap_or_default();
    let look = format!(
        "find /etc /run /usr /opt -path '*{family}-*' | sort | while read -r f; do \
         ls -ld \"$f\"; [ -d \"$f\" ] || cat -A \"$f\" || true; done"
    );
    vps.run(&look).stdout
}

#[test]
fn units_are_what_systemd_makes_of_them() {
    let Some(vps) = Vps::boot() else { return };
    let (count, differ) = compare(&vps, |_| true);
    assert!(
        differ.is_empty(),
        "{} of {count}:\n{}",
        differ.len(),
        differ.join("\n")
    );
    assert!(count > 60, "{count}");

    let number = |name: &str, default| {
        std::env::var(name).map_or(default, |it| it.parse().expect("a number"))
    };
    let seed = number("SEAWORTHY_SEED", 1);
    let mut all = 0;
    for round in 0..number("SEAWORTHY_UNITS", 1) {
        let mut dice = Dice(u64::try_from(seed + round).unwrap());
        let drawn: Vec<String> = (0..FAMILIES)
            .map(|number| family(&mut dice, number))
            .collect();

        vps.write("/root/tree.sh", &drawn.concat());
        vps.sh(&format!(
            "{FORGET}cd /; sh /root/tree.sh; systemctl daemon-reload"
        ));
        let (count, differ) = compare(&vps, is_drawn);
        for text in differ.iter().rev().take(4) {
            println!("{text}\n{}", files_of(&vps, text));
        }
        let what = format!("{} of {count} with seed {}", differ.len(), seed + round);
        assert!(differ.is_empty(), "{what}:\n{}", differ.join("\n"));
        assert!(count > FAMILIES, "{what}");
        all += count;
    }
    println!("{all} drawn units, none differs");
}

/// More at once, and systemd needs longer to say what is enabled than systemctl waits.
const FAMILIES: usize = 60;

/// Takes away the units of the round before.
const FORGET: &str = "rm -rf /opt/g*; find /etc/systemd /run/systemd /usr/lib/systemd /usr/local/lib -depth -name 'g[0-9]*' -delete 2>/dev/null || true;";

fn is_drawn(unit: &Unit) -> bool {
    let number = unit.name.raw().strip_prefix('g');
    number.is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
}
