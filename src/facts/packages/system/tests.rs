use super::*;
use crate::source::{Denial, MapFiles};

fn release(id: &str, like: &str) -> OsRelease {
    OsRelease::parse(format!("ID={id}\nID_LIKE=\"{like}\"\n").as_bytes())
}

fn of(
    files: &MapFiles,
    id: &str,
    like: &str,
) -> Result<(&'static str, Vec<PackageSystem>), Obstacle> {
    PackageSystem::of(files, &release(id, like))
}

fn not_modelled(what: &str) -> Obstacle {
    Obstacle::NotModelled { what: what.into() }
}

const STATUS: (&str, &str) = ("/var/lib/dpkg/status", "");
const IMAGE: (&str, &str) = ("/var/lib/dpkg/status.d/base", "");
const RPM: (&str, &str) = ("/var/lib/rpm/rpmdb.sqlite", "");
const SYSIMAGE: (&str, &str) = ("/usr/lib/sysimage/rpm/rpmdb.sqlite", "");
const APK: (&str, &str) = ("/lib/apk/db/installed", "");
const USR_APK: (&str, &str) = ("/usr/lib/apk/db/installed", "");
const PACMAN: (&str, &str) = ("/var/lib/pacman/local/bash-5.2-1/desc", "");

#[test]
fn dpkg_is_read() {
    assert_eq!(
        of(&MapFiles::new([STATUS]), "debian", ""),
        Ok((STATUS.0, Vec::new()))
    );
    assert_eq!(
        of(&MapFiles::new([STATUS, RPM]), "kali", "debian"),
        Ok((STATUS.0, vec![Rpm]))
    );
    assert_eq!(
        of(&MapFiles::new([IMAGE]), "debian", ""),
        Ok(("/var/lib/dpkg/status.d", Vec::new()))
    );
    assert_eq!(
        of(&MapFiles::new([STATUS, APK]), "ours", ""),
        Ok((STATUS.0, vec![Apk]))
    );
}

#[test]
fn the_others_are_recognised() {
    for (file, id, like, what) in [
        (RPM, "rhel", "fedora", "packages of rpm (/var/lib/rpm)"),
        (
            SYSIMAGE,
            "opensuse-leap",
            "suse opensuse",
            "packages of rpm (/usr/lib/sysimage/rpm)",
        ),
        (APK, "alpine", "", "packages of apk (/lib/apk/db/installed)"),
        (USR_APK, "wolfi", "", "packages of apk (/usr/lib/apk/db)"),
        (
            PACMAN,
            "arch",
            "",
            "packages of pacman (/var/lib/pacman/local)",
        ),
    ] {
        let files = MapFiles::new([file]);
        assert_eq!(of(&files, id, like), Err(not_modelled(what)));
        assert_eq!(of(&files, "ours", ""), Err(not_modelled(what)));
        // A Fedora may have dpkg installed, and its database is not the host's.
        assert_eq!(
            of(&MapFiles::new([file, STATUS]), id, like),
            Err(not_modelled(what))
        );
    }
}

#[test]
fn none_is_no_answer() {
    let nothing = MapFiles::new([("/etc/passwd", "")]);
    assert!(matches!(
        of(&nothing, "ours", ""),
        Err(Obstacle::Failed { .. })
    ));
    assert!(matches!(
        of(&nothing, "debian", ""),
        Err(Obstacle::Failed { .. })
    ));
    // Nor is another system's database that lies about.
    assert!(matches!(
        of(&MapFiles::new([STATUS]), "fedora", ""),
        Err(Obstacle::Failed { .. })
    ));
    assert!(matches!(
        of(&MapFiles::new([RPM]), "debian", ""),
        Err(Obstacle::Failed { .. })
    ));
}

/// A tree in which one place cannot be looked at.
struct Hidden(MapFiles, &'static str);

impl Files for Hidden {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        self.0.read(path, limit)
    }

    fn list(&self, path: &str) -> Result<Option<Vec<crate::source::DirEntry>>, Obstacle> {
        self.0.list(path)
    }

    fn stat(&self, path: &str) -> Result<Option<crate::source::FileStat>, Obstacle> {
        match path.starts_with(self.1) {
            true => Err(denied()),
            false => self.0.stat(path),
        }
    }

    fn follow(&self, path: &str) -> Result<Option<crate::source::FileStat>, Obstacle> {
        self.stat(path)
    }

    fn read_link(&self, path: &str) -> Result<Option<crate::source::HostText>, Obstacle> {
        self.0.read_link(path)
    }
}

fn denied() -> Obstacle {
    Obstacle::Denied {
        at: Source::file("/hidden"),
        by: Denial::NeedsRoot,
    }
}

#[test]
fn what_is_hidden_is_unknown() {
    let hidden = |file, place, id| {
        PackageSystem::of(&Hidden(MapFiles::new([file]), place), &release(id, ""))
    };
    assert_eq!(hidden(STATUS, "/var/lib/dpkg", "debian"), Err(denied()));
    assert_eq!(hidden(RPM, "/var/lib/dpkg", "ours"), Err(denied()));
    assert_eq!(
        hidden(RPM, "/var/lib/dpkg", "fedora"),
        Err(not_modelled("packages of rpm (/var/lib/rpm)"))
    );
    assert_eq!(
        hidden(STATUS, "/var/lib/rpm", "ours"),
        Ok((STATUS.0, Vec::new()))
    );
}
