//! Whether a unit was enabled: by which links, and where (`systemctl is-enabled`).

use super::name::{Kind, Name, base};
use super::{Escapes, Load, Tree, Unit, parse, words};
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// The state of a unit's file (`UnitFileState` of systemctl(1)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// Links in `/etc` start it.
    Enabled,
    /// Links in `/run` start it, until the next boot.
    EnabledRuntime,
    /// Its file is kept elsewhere, and a link in `/etc` makes it a unit.
    Linked,
    /// The same by a link in `/run`.
    LinkedRuntime,
    /// The name is another one for a unit.
    Alias,
    /// Nothing can start it.
    Masked,
    /// The same until the next boot.
    MaskedRuntime,
    /// It can be started, and cannot be enabled: it has no `[Install]`.
    #[default]
    Static,
    /// Not enabled itself, but under another name, or by what it brings along.
    Indirect,
    /// It could be enabled and is not.
    Disabled,
    /// Made by a generator at boot.
    Generated,
    /// Made while the system runs.
    Transient,
    /// A file of it has an error, so that nobody could enable it.
    Bad,
}

impl Tree<'_> {
    /// The state of the unit under that name.
    pub(super) fn state(&self, name: &str, unit: &Unit, install: &Install) -> FileState {
        let path = unit.fragment.raw();
        if unit.load == Load::Masked {
            return match path.starts_with("/run/") {
                true => FileState::MaskedRuntime,
                false => FileState::Masked,
            };
        }
        let own = Name::of(name);
        let path = unit.linked.as_ref().map_or(path, HostText::raw);
        if name != base(path) && own.is_none_or(|it| it.kind() != Kind::Instance) {
            return FileState::Alias;
        }
        if path.starts_with("/run/systemd/generator") {
            return FileState::Generated;
        }
        if path.starts_with("/run/systemd/transient/") {
            return FileState::Transient;
        }
        if install.is_broken {
            return FileState::Bad;
        }
        let names = install.names(name);
        if let Some(state) = self.linked(name, path, |link| names.iter().any(|it| it == link)) {
            return state;
        }
        if self.linked(name, path, |_| true).is_some() {
            return FileState::Indirect;
        }
        if install.has(&["Alias", "WantedBy", "RequiredBy", "UpheldBy"]) {
            FileState::Disabled
        } else if install.has(&["Also"]) {
            FileState::Indirect
        } else {
            FileState::Static
        }
    }

    /// By which links, of those that `wanted` picks by their names, a unit is started.
    fn linked(&self, name: &str, path: &str, wanted: impl Fn(&str) -> bool) -> Option<FileState> {
        let own = Name::of(name)?;
        let (mut in_run, mut anywhere, mut by_etc, mut by_run) = (false, false, false, false);
        // What has the same name in a directory below the unit's own is hidden by it.
        let mut below = false;
        for directory in &self.search {
            let is_run = directory.starts_with("/run/");
            let is_etc = *directory == "/etc/systemd/system";
            let wants = self.wants.get(directory).map_or(&[][..], Vec::as_slice);
            let mut found = wants.iter().any(|link| {
                let of_template =
                    Name::of(link).is_some_and(|it| it.instance.is_some() && it.template() == name);
                (link == name || of_template) && wanted(link)
            });
            for (link, target) in self.links.get(directory).into_iter().flatten() {
                let by_target = base(target) == name;
                let by_name = !below && link == name;
                if by_target && by_name {
                    by_etc |= is_etc;
                    by_run |= is_run;
                } else if by_target || by_name {
                    found |= wanted(link);
                }
            }
            if found && is_etc {
                return Some(FileState::Enabled);
            }
            in_run |= found && is_run;
            anywhere |= found && !is_run;
            below |= path.starts_with(&format!("{directory}/"));
        }
        if in_run {
            Some(FileState::EnabledRuntime)
        } else if anywhere && own.kind() == Kind::Instance {
            Some(FileState::Static)
        } else if by_etc {
            Some(FileState::Linked)
        } else if by_run {
            Some(FileState::LinkedRuntime)
        } else {
            None
        }
    }
}

/// What the `[Install]` sections of a unit's files say, which are read whatever systemd thinks of the rest.
#[derive(Default)]
pub(super) struct Install {
    unit: Unit,
    is_broken: bool,
}

impl Install {
    pub(super) fn take(&mut self, text: &[u8], path: &str) {
        let parsed = parse(text, path);
        let ours = parsed
            .settings
            .into_iter()
            .filter(|it| it.section.raw() == "Install");
        self.unit.settings.extend(ours);
        self.is_broken |= parsed.broken.is_some();
    }

    fn values(&self, key: &str) -> Vec<String> {
        let settings = self.unit.list("Install", key).into_iter();
        let words = settings.flat_map(|it| words(&it.value, Escapes::Kept).unwrap_or_default());
        words.map(|it| it.raw().to_owned()).collect()
    }

    fn has(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| !self.values(key).is_empty())
    }

    /// The names under which enabling makes links.
    fn names(&self, name: &str) -> Vec<String> {
        let mut names = self.values("Alias");
        names.push(name.to_owned());
        let template = Name::of(name).filter(|it| it.kind() == Kind::Template);
        let instance = self
            .unit
            .last("Install", "DefaultInstance")
            .map(HostText::raw);
        names.extend(
            template
                .zip(instance)
                .map(|(it, instance)| it.with_instance(instance)),
        );
        names
    }
}
