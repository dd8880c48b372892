//! Which system of packages a host has.

use crate::facts::os::OsRelease;
use crate::source::{Files, Obstacle, Source};
use serde::{Deserialize, Serialize};

/// A system of packages. Only dpkg's databases are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackageSystem {
    /// Debian, Ubuntu and what derives from them.
    Dpkg,
    /// Fedora, Red Hat, SUSE and theirs.
    Rpm,
    /// Alpine, Wolfi and theirs.
    Apk,
    /// Arch and its.
    Pacman,
}

use PackageSystem::{Apk, Dpkg, Pacman, Rpm};

/// Where each keeps its database.
const PLACES: [(PackageSystem, &str); 7] = [
    (Dpkg, "/var/lib/dpkg/status"),
    (Dpkg, "/var/lib/dpkg/status.d"),
    (Rpm, "/usr/lib/sysimage/rpm"),
    (Rpm, "/var/lib/rpm"),
    (Apk, "/lib/apk/db/installed"),
    (Apk, "/usr/lib/apk/db"),
    (Pacman, "/var/lib/pacman/local"),
];

/// The distributions that others say they are like (`ID_LIKE` of os-release(5)), and some that say nothing.
const FAMILIES: [(PackageSystem, &[&str]); 4] = [
    (Dpkg, &["debian", "ubuntu"]),
    (
        Rpm,
        &[
            "fedora",
            "rhel",
            "centos",
            "suse",
            "opensuse",
            "sles",
            "amzn",
            "mageia",
            "azurelinux",
            "mariner",
            "photon",
        ],
    ),
    (Apk, &["alpine", "wolfi", "chainguard"]),
    (Pacman, &["arch", "archlinux"]),
];

impl PackageSystem {
    /// The system that the host's packages are in, with the place of its database, and others that have one there too.
    ///
    /// It is the one of the distribution's family: a Debian may have rpm installed, a Fedora dpkg. Of a distribution
    /// without a known family it is the first in the order of [`PackageSystem`].
    ///
    /// # Errors
    /// An [`Obstacle`] if none is found, not that of the family, or one that cannot be read here.
    pub fn of(
        files: &dyn Files,
        release: &OsRelease,
    ) -> Result<(&'static str, Vec<Self>), Obstacle> {
        let family = family(release);
        let wanted = |system: Self| family.is_none_or(|family| family == system);
        let mut found: Vec<(Self, &str)> = Vec::new();
        let mut hidden = None;
        for (system, place) in PLACES {
            match files.stat(place) {
                Ok(Some(_)) if found.iter().all(|(known, _)| *known != system) => {
                    found.push((system, place))
                }
                Ok(_) => {}
                Err(obstacle) if wanted(system) => hidden = hidden.or(Some((system, obstacle))),
                Err(_) => {}
            }
        }
        let first = found.iter().find(|(system, _)| wanted(*system)).copied();
        // One that may be there counts before one that is there and comes after it.
        if let Some((system, obstacle)) = hidden
            && first.is_none_or(|(first, _)| system < first)
        {
            return Err(obstacle);
        }
        let Some((system, place)) = first else {
            let why = match family {
                Some(family) => format!("the packages of {} are {}'s, and its database is not there", release.id.raw(), family.name()),
                None => "no database of packages is known here: neither dpkg's nor rpm's, apk's or pacman's".to_owned(),
            };
            return Err(Obstacle::Failed {
                at: Source::file(family.map_or("/", Self::place)),
                why: why.into(),
            });
        };
        if system != Dpkg {
            let what = format!("packages of {} ({place})", system.name());
            return Err(Obstacle::NotModelled { what: what.into() });
        }
        let others = found
            .iter()
            .map(|(other, _)| *other)
            .filter(|other| *other != system);
        Ok((place, others.collect()))
    }

    fn name(self) -> &'static str {
        match self {
            Dpkg => "dpkg",
            Rpm => "rpm",
            Apk => "apk",
            Pacman => "pacman",
        }
    }

    fn place(self) -> &'static str {
        let mut places = PLACES.iter().filter(|(system, _)| *system == self);
        places.next().map_or("/", |(_, place)| place)
    }
}

fn family(release: &OsRelease) -> Option<PackageSystem> {
    let of = |id: &str| {
        // `opensuse-leap`, `sled` and their like name their family in ID_LIKE.
        let mut families = FAMILIES.iter().filter(|(_, ids)| ids.contains(&id));
        families.next().map(|(system, _)| *system)
    };
    std::iter::once(&release.id)
        .chain(&release.id_like)
        .find_map(|id| of(id.raw()))
}

#[cfg(test)]
mod tests;
