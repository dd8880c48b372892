//! Swap space: `/proc/swaps`, fstab(5), the units that a boot starts, and what block devices stand on (`/sys/class/block`).

mod beneath;

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::files::{End, Nodes};
use crate::facts::processes::Seen;
use crate::facts::swaps::{Beneath, Crypt, Swap, Swaps, active, crypttab, fstab_swaps};
use crate::facts::units::{Boot, Installed, installed, path_of};
use crate::host::Host;
use crate::source::{FileKind, Files, HostText, Obstacle, Source};
use beneath::{of_device, of_file};

const ACTIVE: &str = "/proc/swaps";
const FSTAB: &str = "/etc/fstab";
const CRYPTTAB: &str = "/etc/crypttab";
/// Of each of these, in bytes.
const LIMIT: u64 = 1 << 20;

/// Reads the swap space.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Swaps> {
    read(host, facts)
        .map(|value| (value, Source::file(ACTIVE)))
        .into()
}

fn read(host: &Host, facts: &Facts) -> Result<Swaps, Obstacle> {
    super::os::in_sight(facts, FSTAB)?;
    let mut found = Swaps {
        swaps: running(host)?.unwrap_or_default().into_iter().collect(),
        nodes: Nodes::default(),
    };
    let gaps = &mut found.swaps.gaps;
    let mut crypts = Vec::new();
    match host.files().read(CRYPTTAB, LIMIT) {
        Ok(text) => crypts = crypttab(&text.unwrap_or_default()),
        Err(obstacle) => gaps.push(obstacle),
    }
    // Nothing of the mounts is kept where no file is asked about.
    let mut nodes = super::files::nodes(facts);
    for (path, source) in next_boot(host.files(), gaps) {
        let device = end(host.files(), path.raw());
        let is_known = |it: &Swap| end(host.files(), it.path.raw()) == device;
        if !found.swaps.items.iter().any(is_known) {
            let swap = configured(host, path, source, &crypts, &mut nodes);
            found.swaps.items.push(swap);
        }
    }
    for swap in &mut found.swaps.items {
        if !swap.path.raw().starts_with("/dev/") {
            super::files::gather(host, [&swap.path], &mut nodes);
        }
        if let Seen::Seen(Beneath::Encrypted(name)) = &swap.beneath
            && crypts.iter().any(|it| it.name == *name && !it.encrypts)
        {
            swap.beneath = Seen::Seen(Beneath::Plain(name.clone()));
        }
    }
    if !nodes.is_empty() {
        found.nodes = nodes;
    }
    Ok(found)
}

/// What the next boot makes swap of, and by what: fstab, and units that something wants. A unit is called by the path.
fn next_boot(files: &dyn Files, gaps: &mut Vec<Obstacle>) -> Vec<(HostText, Source)> {
    let mut wanted = Vec::new();
    match Boot::read(files).and_then(|boot| boot.wanted(files, ".swap")) {
        Ok(units) => wanted = units,
        Err(obstacle) => gaps.push(obstacle),
    }
    let mut found = Vec::new();
    let mut by_hand = Vec::new();
    match files.read(FSTAB, LIMIT) {
        Ok(text) => {
            for line in fstab_swaps(&text.unwrap_or_default(), FSTAB) {
                let path: HostText = device(line.spec.raw()).into();
                match line.by_itself {
                    true => found.push((path, line.source)),
                    false => by_hand.push(path),
                }
            }
        }
        Err(obstacle) => gaps.push(obstacle),
    }
    for (unit, link) in wanted {
        let path = path_of(unit.raw());
        match installed(files, unit.raw()) {
            Ok(Installed::Yes) => found.push((path, link)),
            Ok(Installed::No) if by_hand.contains(&path) => found.push((path, link)),
            Ok(Installed::No | Installed::Masked(_)) => {}
            Err(obstacle) => gaps.push(obstacle),
        }
    }
    found
}

/// What the kernel uses; none where there is no kernel.
fn running(host: &Host) -> Result<Option<Vec<Result<Swap, Obstacle>>>, Obstacle> {
    match super::os::runs(host) {
        Err(obstacle) if obstacle.is_by_mode() => return Ok(None),
        other => other?,
    }
    let files = host.files();
    let Some(text) = files.read(ACTIVE, LIMIT)? else {
        // A kernel without swap has no such file; nor has a `/proc` that shows only processes.
        super::os::settings_in_sight(host, "/proc/sys/vm")?;
        return Ok(None);
    };
    let found = active(&text).map_err(|why| Obstacle::Unparsable {
        at: Source::file(ACTIVE),
        why: why.into(),
    })?;
    let swap = |(path, is_file): (HostText, bool)| {
        let beneath = match is_file {
            true => of_file(files, path.raw()),
            false => of_device(files, path.raw()),
        };
        Ok(Swap {
            source: Source::file(ACTIVE),
            active: true,
            beneath: beneath.into(),
            path,
        })
    };
    Ok(Some(found.into_iter().map(swap).collect()))
}

/// One that the next boot makes.
fn configured(
    host: &Host,
    path: HostText,
    source: Source,
    crypts: &[Crypt],
    nodes: &mut Nodes,
) -> Swap {
    let name = path.raw().strip_prefix("/dev/mapper/").unwrap_or_default();
    let beneath = match crypts.iter().find(|known| known.name.raw() == name) {
        Some(known) => Ok(Beneath::Encrypted(known.name.clone())),
        None => super::os::runs(host)
            .map_err(|_| Obstacle::NeedsLiveHost {
                what: format!("what lies beneath {path}").into(),
            })
            .and_then(|()| of_path(host, &path, &source, nodes)),
    };
    Swap {
        active: false,
        source,
        beneath: beneath.into(),
        path,
    }
}

/// What a device stands on, or the file system where a file really is.
fn of_path(
    host: &Host,
    path: &HostText,
    source: &Source,
    nodes: &mut Nodes,
) -> Result<Beneath, Obstacle> {
    let files = host.files();
    let absent = || Obstacle::Failed {
        at: source.clone(),
        why: format!("{path} is not there").into(),
    };
    if path.raw().starts_with("/dev/") {
        files.follow(path.raw())?.ok_or_else(absent)?;
        return of_device(files, path.raw());
    }
    super::files::gather(host, [path], nodes);
    let chain = nodes.walk(path);
    let target = match (&chain.end, chain.target()) {
        (End::Hidden(obstacle), _) => return Err(obstacle.clone()),
        (_, target) => target.ok_or_else(absent)?,
    };
    let is_file = target
        .node
        .is_some_and(|node| node.kind == FileKind::Regular);
    match is_file {
        true => of_file(files, target.path.raw()),
        false => of_device(files, target.path.raw()),
    }
}

/// The path of what fstab(5) names.
fn device(spec: &str) -> String {
    let (tag, value) = spec.split_once('=').unwrap_or(("", spec));
    let value = value.trim_matches('"');
    let folder = match tag {
        "UUID" => "by-uuid",
        "LABEL" => "by-label",
        "PARTUUID" => "by-partuuid",
        "PARTLABEL" => "by-partlabel",
        _ => return spec.to_owned(),
    };
    format!("/dev/disk/{folder}/{value}")
}

/// The device that a link below `/dev` leads to, where it is one.
fn end(files: &dyn Files, path: &str) -> String {
    match files.read_link(path) {
        Ok(Some(target)) => {
            let name = target.raw().rsplit('/').next().unwrap_or_default();
            format!("/dev/{name}")
        }
        _ => path.to_owned(),
    }
}
