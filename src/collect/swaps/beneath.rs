//! What a block device stands on: device mapper, md, loop devices and zram, by sysfs.

use crate::facts::swaps::Beneath;
use crate::source::{Files, HostText, Obstacle, Source};

const CLASS: &str = "/sys/class/block";
const MOUNTS: &str = "/proc/self/mountinfo";
/// Of a file of sysfs, in bytes.
const LIMIT: u64 = 64 << 10;
/// Of the mounts of a host with thousands of containers.
const MOUNTS_LIMIT: u64 = 16 << 20;
/// No honest stack is deeper; a loop device may be made to lie on itself by way of a file system.
const DEPTH: usize = 16;

/// The types of dm-crypt's devices that cryptsetup(8) makes. Others of its names, `CRYPT-INTEGRITY-` and `CRYPT-VERITY-`, hide nothing.
const ENCRYPTED: [&str; 7] = [
    "LUKS1", "LUKS2", "PLAIN", "LOOPAES", "TCRYPT", "BITLK", "FVAULT2",
];

/// What the device at a path below `/dev` stands on.
pub(super) fn of_device(files: &dyn Files, path: &str) -> Result<Beneath, Obstacle> {
    let name = kernel_name(files, path)?;
    stack(files, &format!("{CLASS}/{name}"), DEPTH)
}

/// What the file system of a file stands on.
pub(super) fn of_file(files: &dyn Files, path: &str) -> Result<Beneath, Obstacle> {
    file(files, path, DEPTH)
}

fn file(files: &dyn Files, path: &str, depth: usize) -> Result<Beneath, Obstacle> {
    let at = Source::file(MOUNTS);
    let text = files.read(MOUNTS, MOUNTS_LIMIT)?.unwrap_or_default();
    let mount = mount_of(&text, path).ok_or_else(|| Obstacle::Failed {
        at: at.clone(),
        why: format!("no mount has {path}").into(),
    })?;
    if matches!(mount.fstype.raw(), "tmpfs" | "ramfs") {
        return Ok(Beneath::Memory);
    }
    // btrfs and its kin have a number of their own, and the mount names a device of theirs.
    if mount.number.raw().starts_with("0:") {
        return match mount.device.raw().starts_with("/dev/") {
            true => {
                let name = kernel_name(files, mount.device.raw())?;
                stack(files, &format!("{CLASS}/{name}"), depth)
            }
            false => Err(Obstacle::NotModelled {
                what: format!("what a {} file system stands on", mount.fstype).into(),
            }),
        };
    }
    let link = format!("/sys/dev/block/{}", mount.number.raw());
    let Some(target) = files.read_link(&link)? else {
        return Err(Obstacle::Failed {
            at: Source::file(link),
            why: "there is no such device".into(),
        });
    };
    let name = target.raw().rsplit('/').next().unwrap_or_default();
    stack(files, &format!("{CLASS}/{name}"), depth)
}

/// The name of a device in sysfs: that of its node, unless device mapper gave it another.
fn kernel_name(files: &dyn Files, path: &str) -> Result<String, Obstacle> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let target = files.read_link(path)?;
    let name = last(target.as_ref().map_or(path, HostText::raw));
    if path.starts_with("/dev/mapper/") && target.is_none() {
        for entry in files.list(CLASS)?.unwrap_or_default() {
            let own = format!("{CLASS}/{}/dm/name", entry.name.raw());
            if line(files, &own)?.is_some_and(|own| own.raw() == name) {
                return Ok(entry.name.raw().to_owned());
            }
        }
    }
    Ok(name)
}

/// Follows a device of sysfs down: encrypted as soon as one layer is, plain if any part at the bottom is.
fn stack(files: &dyn Files, directory: &str, depth: usize) -> Result<Beneath, Obstacle> {
    let name: HostText = directory.rsplit('/').next().unwrap_or_default().into();
    let Some(depth) = depth.checked_sub(1) else {
        return Err(Obstacle::NotModelled {
            what: format!("more than {DEPTH} devices, one on the other").into(),
        });
    };
    if files.follow(directory)?.is_none() {
        return Err(Obstacle::Failed {
            at: Source::file(directory),
            why: "there is no such device".into(),
        });
    }
    if line(files, &format!("{directory}/dm/uuid"))?.is_some_and(|it| is_encrypted(it.raw())) {
        let mapped = line(files, &format!("{directory}/dm/name"))?;
        return Ok(Beneath::Encrypted(mapped.unwrap_or(name)));
    }
    // zram may write what it does not expect to be asked for to a device of its own.
    if let Some(backing) = line(files, &format!("{directory}/backing_dev"))? {
        return match backing.raw() {
            "none" => Ok(Beneath::Memory),
            path => stack(
                files,
                &format!("{CLASS}/{}", kernel_name(files, path)?),
                depth,
            ),
        };
    }
    if name.raw().starts_with("zram") {
        return Ok(Beneath::Memory);
    }
    if let Some(path) = line(files, &format!("{directory}/loop/backing_file"))? {
        return file(files, path.raw(), depth);
    }
    let mut found = None;
    for entry in files
        .list(&format!("{directory}/slaves"))?
        .unwrap_or_default()
    {
        match stack(files, &format!("{CLASS}/{}", entry.name.raw()), depth)? {
            Beneath::Plain(disk) => return Ok(Beneath::Plain(disk)),
            other => found = Some(other),
        }
    }
    Ok(found.unwrap_or(Beneath::Plain(name)))
}

/// By the identifier of a device of device mapper's: `CRYPT-TYPE-…`.
fn is_encrypted(uuid: &str) -> bool {
    let kind = uuid
        .strip_prefix("CRYPT-")
        .and_then(|it| it.split('-').next());
    kind.is_some_and(|kind| ENCRYPTED.contains(&kind))
}

fn line(files: &dyn Files, path: &str) -> Result<Option<HostText>, Obstacle> {
    let text = files.read(path, LIMIT)?;
    Ok(text.map(|text| HostText::from_bytes(text.trim_ascii())))
}

struct Mount {
    number: HostText,
    fstype: HostText,
    device: HostText,
}

/// The mount that a path is on: the longest above it, of two the later.
fn mount_of(text: &[u8], path: &str) -> Option<Mount> {
    let mut found: Option<(usize, Mount)> = None;
    for line in String::from_utf8_lossy(text).lines() {
        let Some((mount, filesystem)) = line.split_once(" - ") else {
            continue;
        };
        let mut mount = mount.split(' ').skip(2);
        let (Some(number), Some(at)) = (mount.next(), mount.nth(1)) else {
            continue;
        };
        let at = at.replace("\\040", " ");
        let is_above = path
            .strip_prefix(at.trim_end_matches('/'))
            .is_some_and(|rest| rest.starts_with('/'));
        if !is_above || found.as_ref().is_some_and(|(length, _)| *length > at.len()) {
            continue;
        }
        let mut filesystem = filesystem.split(' ');
        let fstype = filesystem.next().unwrap_or_default().into();
        let device = filesystem.next().unwrap_or_default().into();
        found = Some((
            at.len(),
            Mount {
                number: number.into(),
                fstype,
                device,
            },
        ));
    }
    found.map(|(_, mount)| mount)
}
