//! dpkg's directory of the host, or why its packages cannot be told.

use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::packages::{self, Owners, PackageSystem, Packages};
use crate::host::Host;
use crate::source::{HostText, Obstacle, Source};

const ADMIN: &str = "/var/lib/dpkg";

/// Reads what is installed. A host has packages of some system: that none is found is no answer.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Packages> {
    let read = || {
        super::os::in_sight(facts, ADMIN)?;
        let (os, _) = facts
            .os()
            .and_then(Fact::known)
            .map_err(Unjudged::obstacle)?;
        let (place, beside) = PackageSystem::of(host.files(), &os.release)?;
        let packages = packages::read(host.files(), ADMIN)?;
        Ok((Packages { packages, beside }, Source::file(place)))
    };
    read().into()
}

/// Looks for the owners of one path in the lists of all packages.
pub(super) fn owner(host: &Host, facts: &Facts, path: &HostText) -> Fact<Owners> {
    let read = || {
        if !path.raw().starts_with('/') {
            return Err(Obstacle::Failed {
                at: Source::file(path.clone()),
                why: "not an absolute path".into(),
            });
        }
        let (known, _) = facts
            .packages()
            .and_then(Fact::known)
            .map_err(Unjudged::obstacle)?;
        let found = packages::owners(host.files(), ADMIN, &known.packages, &[path])?;
        Ok(found.into_iter().next().unwrap_or_default())
    };
    let source = Source::file(format!("{ADMIN}/info"));
    read().map(|value| (value, source)).into()
}
