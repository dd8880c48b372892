//! Swap space: `/proc/swaps`, fstab(5), and what block devices stand on (`/sys/class/block`).

mod beneath;

use crate::fact::Fact;
use crate::facts::Facts;
use crate::facts::swaps::{Beneath, FstabSwap, Swap, Swaps, active, crypttab_names, fstab_swaps};
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
    let mut swaps = Swaps {
        swaps: running(host)?.unwrap_or_default().into_iter().collect(),
    };
    let crypttab = host.files().read(CRYPTTAB, LIMIT);
    let fstab = host.files().read(FSTAB, LIMIT);
    match (fstab, crypttab) {
        (Ok(fstab), Ok(crypttab)) => {
            let names = crypttab_names(&crypttab.unwrap_or_default());
            for line in fstab_swaps(&fstab.unwrap_or_default(), FSTAB) {
                let swap = configured(host, line, &names);
                let device = end(host.files(), swap.path.raw());
                let is_known = |it: &Swap| end(host.files(), it.path.raw()) == device;
                if !swaps.swaps.items.iter().any(is_known) {
                    swaps.swaps.items.push(swap);
                }
            }
        }
        (Err(obstacle), _) | (_, Err(obstacle)) => swaps.swaps.gaps.push(obstacle),
    }
    Ok(swaps)
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
        let readable = match is_file {
            true => readable(files, path.raw()),
            false => Ok(false),
        };
        Ok(Swap {
            source: Source::file(ACTIVE),
            active: true,
            beneath: beneath.into(),
            readable: readable.into(),
            path,
        })
    };
    Ok(Some(found.into_iter().map(swap).collect()))
}

/// What fstab has for the next boot.
fn configured(host: &Host, line: FstabSwap, encrypted: &[HostText]) -> Swap {
    let files = host.files();
    let path = device(line.spec.raw());
    let name = path.strip_prefix("/dev/mapper/").unwrap_or_default();
    let beneath = match encrypted.iter().find(|known| known.raw() == name) {
        Some(name) => Ok(Beneath::Encrypted(name.clone())),
        None => super::os::runs(host)
            .map_err(|_| Obstacle::NeedsLiveHost {
                what: format!("what lies beneath {path}").into(),
            })
            .and_then(|()| match files.follow(&path)? {
                Some(_) if path.starts_with("/dev/") => of_device(files, &path),
                Some(_) => of_file(files, &path),
                None => Err(Obstacle::Failed {
                    at: line.source.clone(),
                    why: format!("{path} is not there").into(),
                }),
            }),
    };
    Swap {
        active: false,
        source: line.source,
        beneath: beneath.into(),
        readable: readable(files, &path).into(),
        path: path.into(),
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

/// Whether accounts other than root can read a file: by its mode, and where they may enter every directory above it.
fn readable(files: &dyn Files, path: &str) -> Result<bool, Obstacle> {
    let Some(stat) = files.stat(path)? else {
        return Ok(false);
    };
    let by_group = stat.mode & 0o040 != 0 && stat.gid != 0;
    let is_open = stat.mode & 0o004 != 0 || by_group || stat.uid != 0;
    if stat.kind != FileKind::Regular || !is_open {
        return Ok(false);
    }
    for (at, _) in path.match_indices('/').skip(1) {
        let above = files.stat(&path[..at])?;
        let others_enter = |mode: u32| mode & 0o001 != 0 || (by_group && mode & 0o010 != 0);
        if stat.uid == 0 && above.is_some_and(|it| !others_enter(it.mode)) {
            return Ok(false);
        }
    }
    Ok(true)
}
