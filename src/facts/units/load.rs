//! A unit read: its file, then its drop-ins, up to where systemd gives one up.

use super::name::{Kind, Name, base};
use super::state::Install;
use super::{Load, Setting, Tree, Unit, exec, parse, specifier};
use crate::source::{HostText, Obstacle, Source};
use std::collections::BTreeSet;

/// No honest unit file comes near this, in bytes; systemd has no bound but memory.
const LIMIT: u64 = 1 << 20;

impl Tree<'_> {
    /// The name of its own of a unit that goes by another one too, where both lead to the same file. Nothing is read for that.
    pub fn own_name(&self, name: &str) -> Option<String> {
        let (path, _) = self.find(name)?;
        let id = id_of(name, &path);
        let is_same = || self.find(&id).is_some_and(|(own, _)| own == path);
        (id != name && is_same()).then_some(id)
    }

    /// A unit with all that lies over it; none if there is no such file.
    ///
    /// # Errors
    /// If one of its files cannot be read: what it says is then not known.
    pub fn load(&self, name: &str) -> Result<Option<Unit>, Obstacle> {
        let Some((path, names)) = self.find(name) else {
            return Ok(None);
        };
        // A file that is gone since, or a link that leads nowhere: systemd then knows no such unit.
        let Some(text) = self.text(&path)? else {
            return Ok(None);
        };
        let id = id_of(name, &path);
        let mut unit = Unit {
            name: id.as_str().into(),
            fragment: path.as_str().into(),
            aliases: names
                .iter()
                .filter(|it| **it != id)
                .map(HostText::from)
                .collect(),
            ..Unit::default()
        };
        unit.linked = self.target_of(&path).map(HostText::from);
        let mut install = Install::default();
        install.take(&text, &path);
        if text.is_empty() {
            unit.load = Load::Masked;
        } else if let Some(load) = unit.take(&text, &path) {
            unit.load = load;
            unit.settings.clear();
        }
        self.lay_over(&mut unit, &names)?;
        if unit.load != Load::Masked {
            for path in self.over_install(&id)? {
                let text = self.files.read(&path, LIMIT)?.unwrap_or_default();
                install.take(&text, &path);
            }
        }
        unit.state = self.state(&id, &unit, &install);
        Ok(Some(unit))
    }

    /// What the file of a unit says; nothing behind a link to `/dev/null`, which need not be opened.
    pub(super) fn text(&self, path: &str) -> Result<Option<Vec<u8>>, Obstacle> {
        match self.target(path) {
            Some("/dev/null") => Ok(Some(Vec::new())),
            _ => self.files.read(path, LIMIT),
        }
    }

    /// Where a file leads that is a link out of the directories.
    fn target_of(&self, path: &str) -> Option<&str> {
        self.target(path)
            .filter(|it| it.starts_with('/') && *it != "/dev/null")
    }

    /// Where the link in one of the directories leads.
    fn target(&self, path: &str) -> Option<&str> {
        let (directory, name) = path.rsplit_once('/')?;
        let links = self.links.get(directory)?;
        let (_, target) = links.iter().find(|(link, _)| link == name)?;
        Some(target)
    }

    fn lay_over(&self, unit: &mut Unit, names: &BTreeSet<String>) -> Result<(), Obstacle> {
        let id = unit.name.raw().to_owned();
        for path in self.over(&id, names, ".d")? {
            // An error in a drop-in costs the rest of that drop-in.
            if unit.load == Load::Loaded
                && let Some(text) = self.files.read(&path, LIMIT)?
            {
                let _ = unit.take(&text, &path);
            }
            // systemd asks for those of a masked unit too, and shows them.
            if matches!(unit.load, Load::Loaded | Load::Masked) {
                unit.drop_ins.push(path.into());
            }
        }
        if unit.load == Load::Loaded {
            if let Some(why) = unit.verified() {
                let at = Source::file(unit.fragment.clone());
                unit.load = Load::BadSetting { at, why };
            }
            for end in [".wants", ".requires", ".upholds"] {
                for path in self.over(&id, names, end)? {
                    unit.links.extend(self.wanted(&id, &path)?);
                }
            }
        }
        Ok(())
    }

    /// The unit that a link in a folder of wants is about; none if it is masked there.
    fn wanted(&self, id: &str, path: &str) -> Result<Option<HostText>, Obstacle> {
        let Some(target) = self.files.read_link(path)? else {
            return Ok(None);
        };
        let name = base(path);
        let Some(own) = Name::of(name).filter(|_| target.raw() != "/dev/null") else {
            return Ok(None);
        };
        let instance = Name::of(id)
            .and_then(|it| it.instance)
            .filter(|it| !it.is_empty());
        Ok(match (own.kind(), instance) {
            (Kind::Template, None) => None,
            (Kind::Template, Some(instance)) => Some(own.with_instance(instance).into()),
            _ => Some(name.into()),
        })
    }
}

/// The name that a unit goes by: its file's, with the instance.
fn id_of(name: &str, path: &str) -> String {
    let end = base(path);
    let instance = Name::of(name)
        .and_then(|it| it.instance)
        .filter(|it| !it.is_empty());
    match (
        Name::of(end).filter(|it| it.kind() == Kind::Template),
        instance,
    ) {
        (Some(template), Some(instance)) => template.with_instance(instance),
        _ => end.to_owned(),
    }
}

impl Unit {
    /// Takes the assignments of a file, up to one that systemd cannot live with.
    fn take(&mut self, text: &[u8], path: &str) -> Option<Load> {
        let section = match self.kind() {
            "service" => "Service",
            "socket" => "Socket",
            "timer" => "Timer",
            "path" => "Path",
            "mount" => "Mount",
            "swap" => "Swap",
            _ => "Unit",
        };
        let parsed = parse(text, path);
        for setting in parsed.settings {
            let named = setting.section.raw();
            if !["Unit", "Install", section].contains(&named) {
                continue;
            }
            if let Some(why) = self.fatal(&setting) {
                let at = setting.source.clone();
                // The commands before the one in error stay.
                if setting.key.raw().starts_with("Exec") {
                    self.settings.push(setting);
                }
                return Some(Load::BadSetting { at, why });
            }
            self.settings.push(setting);
        }
        let (line, why) = parsed.broken?;
        Some(Load::Error {
            at: Source::line(path, line),
            why,
        })
    }

    /// Why systemd refuses the whole unit for a setting.
    fn fatal(&self, setting: &Setting) -> Option<String> {
        let (key, value) = (setting.key.raw(), setting.value.raw());
        // The one yes or no that systemd is strict about.
        let executes = ["Service", "Socket", "Mount", "Swap"].contains(&setting.section.raw());
        if executes && key == "DynamicUser" && super::flag(value).is_none() {
            return Some(format!("{key}= is neither yes nor no"));
        }
        if value.is_empty() {
            return None;
        }
        let machine = specifier::Machine::default();
        let (name, file) = (self.name.raw(), Some(self.fragment.raw()));
        let filled = |text| specifier::filled(text, name, file, &machine);
        let bad = |what: &str| Some(format!("{key}= {what}"));
        match (setting.section.raw(), key) {
            (
                "Service",
                "ExecCondition" | "ExecStartPre" | "ExecStart" | "ExecStartPost" | "ExecReload"
                | "ExecStop" | "ExecStopPost",
            )
            | ("Socket", "ExecStartPre" | "ExecStartPost" | "ExecStopPre" | "ExecStopPost") => {
                let why = exec::line(value, name, file, &machine).fatal?;
                bad(&format!("is in error: {why}"))
            }
            ("Service" | "Socket" | "Mount" | "Swap", "User" | "Group")
            | ("Socket", "SocketUser" | "SocketGroup") => match filled(value) {
                Ok(value) if !is_account(&value) => bad("names nobody that could be"),
                // Whatever it stands for: what is around it stays.
                Err(specifier::Unfilled::Unknown(_)) if !is_account(value) => {
                    bad("names nobody that could be")
                }
                Err(specifier::Unfilled::Impossible) => {
                    bad("has a specifier that stands for nothing")
                }
                _ => None,
            },
            ("Service" | "Socket" | "Mount" | "Swap", "WorkingDirectory") => {
                let path = value.strip_prefix('-');
                let may_miss = path.is_some();
                match filled(path.unwrap_or(value)) {
                    Ok(path) if path != "~" && !path.starts_with('/') && !may_miss => {
                        bad("is no absolute path")
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Why systemd refuses a unit that it has read; checks of the manager's `service_verify` and its kin.
    fn verified(&self) -> Option<String> {
        let has = |section, key| !self.list(section, key).is_empty();
        let any_since_reset = |section: &str, keys: &[&str]| {
            let wanted =
                |it: &&Setting| it.section.raw() == section && keys.contains(&it.key.raw());
            let last = self.settings.iter().rfind(wanted);
            last.is_some_and(|it| !it.value.raw().is_empty())
        };
        let why = match self.kind() {
            "service" => return self.service_verified(),
            "timer" => {
                let clock = ["OnClockChange", "OnTimezoneChange"];
                let set = any_since_reset("Timer", &TIMES)
                    || clock
                        .iter()
                        .any(|key| self.flag("Timer", key) == Some(true));
                (!set).then_some("it says no time")
            }
            "socket" => (!any_since_reset("Socket", &LISTENS)).then_some("it listens nowhere"),
            "path" => (!any_since_reset("Path", &PATHS)).then_some("it watches nothing"),
            "mount" => (!has("Mount", "What")).then_some("it mounts nothing"),
            _ => None,
        };
        why.map(str::to_owned)
    }

    fn service_verified(&self) -> Option<String> {
        if self.is_template() {
            return None;
        }
        let count = |key| {
            self.commands("Service", key, &specifier::Machine::default())
                .len()
        };
        let starts = count("ExecStart");
        let bus = self.last("Service", "BusName").is_some();
        let kind = match self.last("Service", "Type").map(HostText::raw) {
            Some(kind) => kind,
            None if bus => "dbus",
            None if starts > 0 => "simple",
            None => "oneshot",
        };
        let stays = self.flag("Service", "RemainAfterExit").unwrap_or(false);
        let restart = self.last("Service", "Restart").map_or("no", HostText::raw);
        let acts = self
            .last("Unit", "SuccessAction")
            .is_some_and(|it| it.raw() != "none");
        let why = if starts == 0 && count("ExecStop") == 0 && !acts {
            "it has no ExecStart=, ExecStop= or SuccessAction="
        } else if kind != "oneshot" && starts == 0 {
            "it has no ExecStart="
        } else if starts == 0 && !stays && !acts {
            "it has no ExecStart=, and does not remain after it"
        } else if kind != "oneshot" && starts > 1 {
            "it has more than one ExecStart="
        } else if kind == "oneshot" && matches!(restart, "always" | "on-success") {
            "its Restart= is not allowed with Type=oneshot"
        } else if kind == "dbus" && !bus {
            "Type=dbus takes a BusName="
        } else {
            return None;
        };
        Some(why.to_owned())
    }
}

/// The settings of a timer that say when; an empty one of any takes back all.
const TIMES: [&str; 6] = [
    "OnActiveSec",
    "OnBootSec",
    "OnStartupSec",
    "OnUnitActiveSec",
    "OnUnitInactiveSec",
    "OnCalendar",
];
const LISTENS: [&str; 8] = [
    "ListenStream",
    "ListenDatagram",
    "ListenSequentialPacket",
    "ListenFIFO",
    "ListenNetlink",
    "ListenSpecial",
    "ListenMessageQueue",
    "ListenUSBFunction",
];
const PATHS: [&str; 5] = [
    "PathExists",
    "PathExistsGlob",
    "PathChanged",
    "PathModified",
    "DirectoryNotEmpty",
];

/// Whether a text can be the name of an account, or its number; systemd takes more than useradd(8) does.
fn is_account(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: Result<u32, _> = text.parse();
        let plain = text == "0" || !text.starts_with('0');
        return plain && number.is_ok_and(|it| it != u32::MAX && it != 0xffff);
    }
    let blank_at_end = text.starts_with(' ') || text.ends_with(' ');
    let is_negative = text
        .strip_prefix('-')
        .is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    let bad = |c: char| c.is_ascii_control() || matches!(c, '/' | ':');
    !(blank_at_end || is_negative || text.contains(bad) || text == "." || text == "..")
}
