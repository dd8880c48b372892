//! Whether a unit was enabled: by which links, and where (`systemctl is-enabled`).

use super::name::{Kind, Name, base};
use super::{Load, Tree, Unit, words};
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
}

impl Tree<'_> {
    /// The state of the unit under that name.
    pub(super) fn state(&self, name: &str, unit: &Unit) -> FileState {
        let path = unit.fragment.raw();
        if unit.load == Load::Masked {
            return match path.starts_with("/run/") {
                true => FileState::MaskedRuntime,
                false => FileState::Masked,
            };
        }
        let own = Name::of(name);
        // A link out of the directories of units: what it leads to is the file.
        let links = self
            .links
            .iter()
            .flat_map(|(directory, all)| all.iter().map(move |it| (directory, it)));
        let mut links =
            links.filter(|(directory, (link, _))| path == format!("{directory}/{link}"));
        let path = links.next().map_or(path, |(_, (_, target))| target);
        if name != base(path) && own.is_none_or(|it| it.kind() != Kind::Instance) {
            return FileState::Alias;
        }
        if path.starts_with("/run/systemd/generator") {
            return FileState::Generated;
        }
        if path.starts_with("/run/systemd/transient/") {
            return FileState::Transient;
        }
        let install = Install::of(name, unit);
        if let Some(state) = self.linked(name, path, |link| install.knows(link)) {
            return state;
        }
        if self.linked(name, path, |_| true).is_some() {
            return FileState::Indirect;
        }
        match install {
            Install { rules: true, .. } => FileState::Disabled,
            Install { also: true, .. } => FileState::Indirect,
            _ => FileState::Static,
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

/// What the `[Install]` section says.
struct Install {
    /// The names under which enabling makes links.
    names: Vec<String>,
    rules: bool,
    also: bool,
}

impl Install {
    fn of(name: &str, unit: &Unit) -> Self {
        let values = |key| {
            let settings = unit.list("Install", key).into_iter();
            let words = settings.flat_map(|it| words(&it.value).unwrap_or_default());
            words.map(|it| it.raw().to_owned()).collect::<Vec<String>>()
        };
        let mut names = values("Alias");
        let mut rules = !names.is_empty();
        names.push(name.to_owned());
        let template = Name::of(name).filter(|it| it.kind() == Kind::Template);
        let instance = unit.last("Install", "DefaultInstance").map(HostText::raw);
        names.extend(
            template
                .zip(instance)
                .map(|(it, instance)| it.with_instance(instance)),
        );
        rules |= ["WantedBy", "RequiredBy", "UpheldBy"]
            .iter()
            .any(|key| !values(key).is_empty());
        Self {
            names,
            rules,
            also: !values("Also").is_empty(),
        }
    }

    fn knows(&self, link: &str) -> bool {
        self.names.iter().any(|it| it == link)
    }
}
