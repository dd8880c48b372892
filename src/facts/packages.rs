//! The packages of a host: what dpkg has installed, the order of its versions, and which package owns a path.
//!
//! Types and parsers. The readers of dpkg's directory take `&dyn Files` and that directory; where it is, and which of the
//! systems of packages a host has, is asked by the collector.

mod diversions;
mod dpkg;
mod entry;
mod owner;
mod owners;
mod slots;
mod stanza;
mod system;
mod version;

pub use dpkg::read;
pub use owner::{Claim, Diversion, Owner, Owners};
pub use owners::owners;
pub use system::PackageSystem;
pub use version::DebVersion;

use crate::fact::Listing;
use crate::source::{HostText, Source};
use serde::{Deserialize, Serialize};

/// What dpkg knows of packages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packages {
    /// Every entry of its database, sorted by name and architecture: also of packages that were removed, see
    /// [`Package::state`].
    pub packages: Listing<Package>,
    /// Databases of other systems that are there too, and were not read.
    pub beside: Vec<PackageSystem>,
}

impl Packages {
    /// The package of that name, if more of it is there than its configuration.
    pub fn there(&self, name: &str) -> Option<&Package> {
        let gone = |it: &Package| matches!(it.state, State::NotInstalled | State::ConfigFiles);
        let mut all = self.packages.items.iter();
        all.find(|it| it.name.raw() == name && !gone(it))
    }
}

/// One entry of dpkg's database (dpkg-query(1)).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// Its name, in the small letters that dpkg makes of it.
    pub name: HostText,
    /// Its architecture, `all` where it has none of its own; empty where the entry does not say.
    pub architecture: HostText,
    /// Its version; only what is not installed, or half so, may have none.
    pub version: Option<DebVersion>,
    /// What the administrator wants of it.
    pub want: Want,
    /// True if it is broken and has to be installed again (`reinstreq`).
    pub reinstall_required: bool,
    /// How far it is installed.
    pub state: State,
    /// The source package that it was built from.
    pub source: HostText,
    /// The version of that source package: the own one where the entry does not say.
    pub source_version: Option<DebVersion>,
    /// Whether it may be installed for several architectures.
    pub multi_arch: MultiArch,
    /// File and line where its entry begins.
    pub at: Source,
}

/// What the administrator wants of a package: the first word of its `Status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Want {
    /// Nobody said.
    Unknown,
    /// To be installed and kept up to date.
    Install,
    /// To stay as it is: updates pass it by.
    Hold,
    /// To be removed, its configuration kept.
    Deinstall,
    /// To be removed with its configuration.
    Purge,
}

/// How far a package is installed: the last word of its `Status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing of it is there.
    NotInstalled,
    /// Removed but for its configuration.
    ConfigFiles,
    /// Its installation began and did not end.
    HalfInstalled,
    /// Its files are there, not configured.
    Unpacked,
    /// Its configuration began and did not end.
    HalfConfigured,
    /// It waits for the triggers of another package.
    TriggersAwaited,
    /// Its own triggers wait.
    TriggersPending,
    /// Installed.
    Installed,
}

/// `Multi-Arch`: how instances for several architectures go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MultiArch {
    /// Not at all.
    No,
    /// Several may be installed beside each other.
    Same,
    /// It may serve packages of other architectures that say so.
    Allowed,
    /// It serves packages of all architectures.
    Foreign,
}

/// As many mistakes of a database are told; then it is not read further.
const MOST_GAPS: usize = 100;
