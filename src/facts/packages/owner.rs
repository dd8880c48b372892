//! Whose a path is: the answer as a type.

use crate::source::{HostText, Obstacle};
use serde::{Deserialize, Serialize};

/// The packages that a path belongs to. Nobody owns it for certain only where there is no gap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Owners {
    /// Who says so; sorted. Those of a directory may be hundreds.
    pub owners: Vec<Owner>,
    /// The diversion that the path is one end of (dpkg-divert(1)).
    pub diversion: Option<Diversion>,
    /// What could not be read: each may hide an owner.
    pub gaps: Vec<Obstacle>,
}

/// A package that claims a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    /// How.
    pub claim: Claim,
    /// Name of the package.
    pub package: HostText,
    /// Its architecture.
    pub architecture: HostText,
    /// The path as its list has it.
    pub listed: HostText,
}

/// How a package claims a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// Its list has the path: these, and no others, `dpkg -S` prints.
    Listed,
    /// Its list has the path's other name on a host where `/bin` is a link to `/usr/bin`, and its kin.
    Alias,
    /// Its list has another path, whose files a diversion moves to this one.
    Diverted,
}

/// Files of other packages that are moved out of the way of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diversion {
    /// Where the lists have them.
    pub from: HostText,
    /// Where they are.
    pub to: HostText,
    /// The package whose own file stays; none for a diversion of the administrator, which moves every package's.
    pub by: Option<HostText>,
}

impl Owners {
    /// Those whose file is the one at the path: not those from which a diversion took the place.
    pub fn holders(&self) -> impl Iterator<Item = &Owner> {
        let moved = |owner: &Owner| {
            let there =
                |diversion: &Diversion| owner.claim != Claim::Diverted && diversion.moves(owner);
            self.diversion.as_ref().is_some_and(there)
        };
        self.owners.iter().filter(move |owner| !moved(owner))
    }
}

impl Diversion {
    /// True if it moves what the owner's list has. dpkg looks for the very path, no alias.
    pub(super) fn moves(&self, owner: &Owner) -> bool {
        self.from == owner.listed && self.by.as_ref() != Some(&owner.package)
    }
}
