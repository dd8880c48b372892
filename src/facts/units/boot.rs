//! Which units a boot starts, as far as links tell: those that `systemctl enable` makes, or that a package ships (systemd.unit(5)).
//!
//! `/run` is left out: what is there is gone at the next boot. So is what one unit's own text wants of another.

use super::name::unescape;
use crate::source::{Files, HostText, Obstacle, Source};

/// Where units are that outlive a boot, the strongest first.
const DIRECTORIES: [&str; 6] = [
    "/etc/systemd/system.control",
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];
/// Targets that every boot of a server comes to.
const EVERY: [&str; 15] = [
    "default",
    "graphical",
    "multi-user",
    "basic",
    "sysinit",
    "local-fs",
    "remote-fs",
    "swap",
    "sockets",
    "timers",
    "paths",
    "getty",
    "runlevel3",
    "runlevel4",
    "runlevel5",
];
/// Those that no ordinary boot comes to: for repairs, and for the way down.
const NO: [&str; 19] = [
    "rescue",
    "emergency",
    "runlevel0",
    "runlevel1",
    "runlevel6",
    "shutdown",
    "reboot",
    "poweroff",
    "halt",
    "kexec",
    "soft-reboot",
    "final",
    "umount",
    "sleep",
    "suspend",
    "hibernate",
    "hybrid-sleep",
    "exit",
    "system-update",
];
/// Of the file of a unit, in bytes.
const LIMIT: u64 = 1 << 20;

/// The directories with such links.
#[derive(Clone, Debug, Default)]
pub struct Boot {
    /// The directory, and whether every boot comes to its unit.
    wants: Vec<(String, bool)>,
}

/// Whether a unit is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installed {
    /// It is.
    Yes,
    /// By that file, an empty one or a link to `/dev/null`, it is never started.
    Masked(Source),
    /// There is no such file.
    No,
}

impl Boot {
    /// Looks for them.
    ///
    /// # Errors
    /// If a directory of units cannot be listed: it may have more.
    pub fn read(files: &dyn Files) -> Result<Self, Obstacle> {
        let mut boot = Self::default();
        let mut is_text_only = None;
        for directory in DIRECTORIES {
            for entry in files.list(directory)?.unwrap_or_default() {
                let name = entry.name.raw();
                if name == "default.target" && is_text_only.is_none() {
                    let target = files.read_link(&format!("{directory}/{name}"))?;
                    is_text_only = target.map(|it| it.raw().ends_with("/multi-user.target"));
                }
                let suffixes = [".wants", ".requires", ".upholds"];
                let Some(unit) = suffixes.iter().find_map(|it| name.strip_suffix(it)) else {
                    continue;
                };
                let target = unit.strip_suffix(".target").unwrap_or_default();
                if !NO.contains(&target) && !target.starts_with("initrd") {
                    let path = format!("{directory}/{name}");
                    boot.wants.push((path, EVERY.contains(&target)));
                }
            }
        }
        if is_text_only == Some(true) {
            boot.wants
                .retain(|(path, _)| !path.contains("/graphical.target."));
        }
        Ok(boot)
    }

    /// The link that has a unit started at every boot.
    ///
    /// # Errors
    /// If one cannot be seen, or if there are only links of units of which it is not known whether a boot comes to them.
    pub fn starts(&self, files: &dyn Files, unit: &str) -> Result<Option<Source>, Obstacle> {
        let mut unclear = None;
        for (directory, is_certain) in &self.wants {
            let link = format!("{directory}/{unit}");
            if !is_link(files, &link)? {
                continue;
            }
            if *is_certain {
                return Ok(Some(Source::file(link)));
            }
            unclear.get_or_insert(link);
        }
        match unclear {
            Some(link) => Err(Obstacle::NotModelled {
                what: format!("whether a boot comes to what {link} is for").into(),
            }),
            None => Ok(None),
        }
    }

    /// The units of a type (`.swap`) that a boot starts, or may start, each with its link.
    ///
    /// # Errors
    /// If a directory cannot be listed.
    pub fn wanted(
        &self,
        files: &dyn Files,
        suffix: &str,
    ) -> Result<Vec<(HostText, Source)>, Obstacle> {
        let mut found: Vec<(HostText, Source)> = Vec::new();
        for (directory, _) in &self.wants {
            for entry in files.list(directory)?.unwrap_or_default() {
                let link = format!("{directory}/{}", entry.name.raw());
                let is_known = found.iter().any(|(name, _)| *name == entry.name);
                if entry.name.raw().ends_with(suffix) && !is_known && is_link(files, &link)? {
                    found.push((entry.name, Source::file(link)));
                }
            }
        }
        Ok(found)
    }
}

/// A link to `/dev/null` takes back what a weaker directory wants.
fn is_link(files: &dyn Files, path: &str) -> Result<bool, Obstacle> {
    if files.stat(path)?.is_none() {
        return Ok(false);
    }
    let target = files.read_link(path)?;
    Ok(target.is_none_or(|target| target.raw() != "/dev/null"))
}

/// Whether a unit is there at the next boot.
///
/// # Errors
/// If its file cannot be read.
pub fn installed(files: &dyn Files, unit: &str) -> Result<Installed, Obstacle> {
    for directory in DIRECTORIES {
        let path = format!("{directory}/{unit}");
        if let Some(text) = files.read(&path, LIMIT)? {
            return Ok(match text.is_empty() {
                true => Installed::Masked(Source::file(path)),
                false => Installed::Yes,
            });
        }
    }
    Ok(Installed::No)
}

/// The path that is the name of a mount, swap or device unit (unit_name_to_path). What is no escape stands as it is written.
pub fn path_of(unit: &str) -> HostText {
    let name = unit.rsplit_once('.').map_or(unit, |(name, _)| name);
    match (name, unescape(name)) {
        ("-", _) => "/".into(),
        (_, Some(path)) => format!("/{}", path.raw()).into(),
        (_, None) => format!("/{name}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MapFiles;

    #[test]
    fn names_of_units_are_paths() {
        assert_eq!(path_of("swapfile.swap").raw(), "/swapfile");
        assert_eq!(
            path_of(r"dev-disk-by\x2duuid-1\x2d2.swap").raw(),
            "/dev/disk/by-uuid/1-2"
        );
        assert_eq!(path_of(r"a\x.swap").raw(), r"/a\x");
        assert_eq!(path_of("a.b.swap").raw(), "/a.b");
    }

    #[test]
    fn only_what_every_boot_comes_to_is_certain() {
        let of = |directory: &str| {
            let files = MapFiles::new([(&format!("{directory}/x.service"), "")]);
            let boot = Boot::read(&files).unwrap();
            boot.starts(&files, "x.service").map(|it| it.is_some())
        };
        assert_eq!(of("/etc/systemd/system/multi-user.target.wants"), Ok(true));
        assert_eq!(of("/etc/systemd/system/rescue.target.wants"), Ok(false));
        assert_eq!(of("/run/systemd/system/multi-user.target.wants"), Ok(false));
        assert!(of("/etc/systemd/system/mine.target.wants").is_err());
        assert!(of("/usr/lib/systemd/system/bot.service.requires").is_err());
    }

    #[test]
    fn the_strongest_file_decides() {
        let files = MapFiles::new([
            ("/etc/systemd/system/a.service", ""),
            ("/usr/lib/systemd/system/a.service", "[Service]\n"),
            ("/usr/lib/systemd/system/b.service", "[Service]\n"),
        ]);
        let masked = Installed::Masked(Source::file("/etc/systemd/system/a.service"));
        assert_eq!(installed(&files, "a.service"), Ok(masked));
        assert_eq!(installed(&files, "b.service"), Ok(Installed::Yes));
        assert_eq!(installed(&files, "c.service"), Ok(Installed::No));
    }
}
