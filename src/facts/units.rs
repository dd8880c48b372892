//! systemd's units, read from their files as the system's manager loads them: which file a name is, what lies over it, the grammar, and
//! what the assignments come to (systemd.unit(5), systemd.syntax(7)).
//!
//! What a setting means belongs to whoever asks for it; what starts, and what is executed as whom, to `model::units`. User managers
//! have units of their own, which are not here.

mod boot;
mod capability;
mod environment;
mod exec;
mod links;
mod load;
mod name;
mod setting;
mod specifier;
mod state;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;
mod words;

pub use boot::{Boot, Installed, installed, path_of};
pub use exec::Command;
pub use setting::flag;
pub use specifier::Machine;
pub use state::FileState;
pub use syntax::{Parsed, Setting, parse};
pub use tree::Tree;
pub use words::{Escapes, words};

use crate::fact::Listing;
use crate::secret::mask_unit_setting;
use crate::source::{HostText, Source};
use serde::{Deserialize, Serialize};

/// The units that can run something by themselves: services, and the sockets, timers and paths that start them; and targets, which
/// want them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// By name. A unit with several names is here once; templates are here for themselves, instances where a link names one.
    pub units: Listing<Unit>,
}

/// One unit: its own file, then its drop-ins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// The name that its file gives it.
    pub name: HostText,
    /// Its other names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<HostText>,
    /// Its file.
    pub fragment: HostText,
    /// Where that leads, if it is a link out of systemd's directories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked: Option<HostText>,
    /// The files over it that count, in the order in which they apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop_ins: Vec<HostText>,
    /// Whether systemd takes it.
    pub load: Load,
    /// Whether it was enabled.
    pub state: FileState,
    /// The units that links in its `.wants`, `.requires` and `.upholds` folders name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<HostText>,
    /// Its assignments, in the order in which they apply.
    pub settings: Vec<Setting>,
}

/// Whether systemd takes a unit (`LoadState` of systemctl(1)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Load {
    /// It does.
    #[default]
    Loaded,
    /// It is empty, or a link to /dev/null: nothing can start it.
    Masked,
    /// A setting is in error so that it can never be started.
    BadSetting {
        /// The setting's place, or the file.
        at: Source,
        /// What is wrong.
        why: String,
    },
    /// Its file is no unit file.
    Error {
        /// Where that shows.
        at: Source,
        /// What is wrong.
        why: String,
    },
}

impl Units {
    /// The unit of that name, whichever of its names that is.
    pub fn unit(&self, name: &str) -> Option<&Unit> {
        let all = &self.units.items;
        let at = all.binary_search_by(|it| it.name.raw().cmp(name));
        match at {
            Ok(at) => all.get(at),
            Err(_) => all
                .iter()
                .find(|it| it.aliases.iter().any(|alias| alias.raw() == name)),
        }
    }
}

impl Unit {
    /// Its type: `service`.
    pub fn kind(&self) -> &str {
        self.name.raw().rsplit('.').next().unwrap_or_default()
    }

    /// True for a template, which runs only by its instances.
    pub fn is_template(&self) -> bool {
        name::Name::of(self.name.raw()).is_some_and(|it| it.kind() == name::Kind::Template)
    }

    /// The commands of a setting such as `ExecStart`, each with its place. What cannot be taken apart systemd ignores or refuses, and
    /// so it is not among them.
    pub fn commands<'u>(
        &'u self,
        section: &'u str,
        key: &'u str,
        machine: &Machine,
    ) -> Vec<(Command, &'u Source)> {
        let mut all = Vec::new();
        for setting in self.list(section, key) {
            let line = exec::line(setting.value.raw(), self.name.raw(), self.file(), machine);
            let found = line.commands.into_iter();
            all.extend(found.map(|it| (it, &setting.source)));
        }
        all
    }

    /// The path of its file without links, as far as that is known.
    fn file(&self) -> Option<&str> {
        Some(self.linked.as_ref().unwrap_or(&self.fragment).raw())
    }

    /// A text of this unit with its specifiers filled in; none where one is not known here.
    pub fn filled(&self, text: &str, machine: &Machine) -> Option<String> {
        specifier::filled(text, self.name.raw(), self.file(), machine).ok()
    }

    /// The account that it runs as, as it is written: a name or a number. None is root, and so is what `DynamicUser=` makes
    /// somebody that has no account.
    pub fn user(&self, machine: &Machine) -> Option<String> {
        let user = self.last("Service", "User")?;
        self.filled(user.raw(), machine)
    }

    /// A yes or no with what other settings imply (systemd.exec(5)): `DynamicUser=` makes sure of a sandbox.
    pub fn has(&self, key: &str) -> bool {
        let of_service = |key| self.flag("Service", key).unwrap_or(false);
        let implied = [
            "PrivateTmp",
            "RemoveIPC",
            "NoNewPrivileges",
            "RestrictSUIDSGID",
        ]
        .contains(&key);
        of_service(key) || implied && of_service("DynamicUser")
    }

    /// How it sees the system's files: `no`, `yes`, `full` or `strict`.
    pub fn protect_system(&self) -> &str {
        let own = self
            .last("Service", "ProtectSystem")
            .map_or("no", HostText::raw);
        match flag(own) {
            _ if self.has("DynamicUser") => "strict",
            Some(true) => "yes",
            Some(false) => "no",
            None => own,
        }
    }

    /// How it sees homes: `no`, `yes`, `read-only` or `tmpfs`.
    pub fn protect_home(&self) -> &str {
        let own = self
            .last("Service", "ProtectHome")
            .map_or("no", HostText::raw);
        match flag(own) {
            Some(true) => "yes",
            Some(false) if self.has("DynamicUser") => "read-only",
            Some(false) => "no",
            None => own,
        }
    }

    /// The same without secrets.
    #[must_use]
    pub fn masked(mut self) -> Self {
        for setting in self.settings.iter_mut().filter(|it| may_hold_a_secret(it)) {
            setting.value = mask_unit_setting(setting.key.raw(), &setting.value);
        }
        self
    }
}

/// Names of units and plain words are no secrets; to look for one in them takes longer than to read them.
fn may_hold_a_secret(setting: &Setting) -> bool {
    let names = [
        "After",
        "Before",
        "Wants",
        "Requires",
        "BindsTo",
        "PartOf",
        "Conflicts",
        "WantedBy",
        "RequiredBy",
        "Also",
        "Alias",
        "Documentation",
        "CapabilityBoundingSet",
        "SystemCallFilter",
        "RestrictAddressFamilies",
    ];
    let value = setting.value.raw();
    let is_word = value.len() <= 16
        && value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_plain = value.parse::<u64>().is_ok() || flag(value).is_some();
    let of_word = [
        "Type",
        "Restart",
        "KillMode",
        "StandardOutput",
        "StandardInput",
        "StandardError",
        "ProtectSystem",
        "ProtectHome",
    ];
    let key = setting.key.raw();
    !(is_plain || names.contains(&key) || is_word && of_word.contains(&key))
}
