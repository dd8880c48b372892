//! What the assignments of a unit come to: of a setting with one value the last valid one, of a list all since it was emptied.

use super::{Setting, Unit};
use crate::source::HostText;

/// What a setting may hold, as far as that decides which of its assignments count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Yes or no; an empty one is neither, and ignored.
    Flag,
    /// Yes, no or one of these words; an empty one is ignored.
    FlagOr(&'static [&'static str]),
    /// One of these words; an empty one is ignored.
    Word(&'static [&'static str]),
    /// Permission bits in octal digits.
    Mode,
    /// Anything; an empty one takes back what was set.
    Text,
}

fn holds(key: &str) -> Holds {
    match key {
        "NoNewPrivileges"
        | "DynamicUser"
        | "PrivateTmp"
        | "PrivateDevices"
        | "PrivateNetwork"
        | "PrivateUsers"
        | "PrivateIPC"
        | "ProtectKernelTunables"
        | "ProtectKernelModules"
        | "ProtectKernelLogs"
        | "ProtectClock"
        | "ProtectHostname"
        | "ProtectControlGroups"
        | "MemoryDenyWriteExecute"
        | "RestrictRealtime"
        | "RestrictSUIDSGID"
        | "LockPersonality"
        | "RemoveIPC"
        | "RemainAfterExit"
        | "DefaultDependencies"
        | "Accept"
        | "Persistent"
        | "PermissionsStartOnly"
        | "RootDirectoryStartOnly"
        | "WakeSystem"
        | "MakeDirectory"
        | "SendSIGKILL"
        | "RefuseManualStart" => Holds::Flag,
        "ProtectSystem" => Holds::FlagOr(&["full", "strict"]),
        "ProtectHome" => Holds::FlagOr(&["read-only", "tmpfs"]),
        "Type" => Holds::Word(&[
            "simple",
            "exec",
            "forking",
            "oneshot",
            "dbus",
            "notify",
            "notify-reload",
            "idle",
        ]),
        "Restart" => Holds::Word(&[
            "no",
            "on-success",
            "on-failure",
            "on-abnormal",
            "on-watchdog",
            "on-abort",
            "always",
        ]),
        "ProtectProc" => Holds::Word(&["noaccess", "invisible", "ptraceable", "default"]),
        "ProcSubset" => Holds::Word(&["all", "pid"]),
        "KeyringMode" => Holds::Word(&["inherit", "private", "shared"]),
        "KillMode" => Holds::Word(&["control-group", "process", "mixed", "none"]),
        "NotifyAccess" => Holds::Word(&["none", "main", "exec", "all"]),
        "DevicePolicy" => Holds::Word(&["auto", "closed", "strict"]),
        "UMask"
        | "SocketMode"
        | "RuntimeDirectoryMode"
        | "StateDirectoryMode"
        | "CacheDirectoryMode"
        | "LogsDirectoryMode"
        | "ConfigurationDirectoryMode" => Holds::Mode,
        _ => Holds::Text,
    }
}

impl Holds {
    fn takes(self, value: &str) -> bool {
        match self {
            Self::Flag => flag(value).is_some(),
            Self::FlagOr(words) => flag(value).is_some() || words.contains(&value),
            Self::Word(words) => words.contains(&value),
            Self::Mode => {
                let digits = value.trim_start_matches('0');
                let octal = digits.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
                !value.is_empty() && octal && digits.len() <= 4
            }
            Self::Text => true,
        }
    }
}

/// A yes or no as systemd reads it (systemd.syntax(7)).
pub fn flag(word: &str) -> Option<bool> {
    let is = |all: &[&str]| all.iter().any(|it| word.eq_ignore_ascii_case(it));
    if is(&["1", "yes", "y", "true", "t", "on"]) {
        Some(true)
    } else if is(&["0", "no", "n", "false", "f", "off"]) {
        Some(false)
    } else {
        None
    }
}

impl Unit {
    /// The assignments to a setting, in the order in which they apply.
    pub fn assignments<'u>(
        &'u self,
        section: &'u str,
        key: &'u str,
    ) -> impl DoubleEndedIterator<Item = &'u Setting> {
        let wanted = move |it: &&Setting| it.section.raw() == section && it.key.raw() == key;
        self.settings.iter().filter(wanted)
    }

    /// The assignment that decides a setting with one value: the last that is valid, none if that is empty.
    pub fn deciding<'u>(&'u self, section: &'u str, key: &'u str) -> Option<&'u Setting> {
        let kind = holds(key);
        let mut all = self.assignments(section, key);
        let setting = all.rfind(|it| kind.takes(it.value.raw()))?;
        Some(setting).filter(|it| !it.value.raw().is_empty())
    }

    /// The value of a setting with one value.
    pub fn last<'u>(&'u self, section: &'u str, key: &'u str) -> Option<&'u HostText> {
        self.deciding(section, key).map(|it| &it.value)
    }

    /// A yes or no; none where nothing valid is said.
    pub fn flag(&self, section: &str, key: &str) -> Option<bool> {
        self.last(section, key).and_then(|it| flag(it.raw()))
    }

    /// The assignments to a setting that is a list, all since an empty one took back what was before.
    pub fn list<'u>(&'u self, section: &'u str, key: &'u str) -> Vec<&'u Setting> {
        let mut all: Vec<&Setting> = Vec::new();
        for setting in self.assignments(section, key) {
            match setting.value.raw() {
                "" => all.clear(),
                _ => all.push(setting),
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::units::parse;

    fn unit(text: &str) -> Unit {
        Unit {
            settings: parse(text.as_bytes(), "u").settings,
            ..Unit::default()
        }
    }

    #[test]
    fn what_is_invalid_leaves_what_was() {
        let unit = unit(
            "[Service]\nNoNewPrivileges=yes\nNoNewPrivileges=yes # x\nNoNewPrivileges=\n\
             ProtectSystem=strict\nProtectSystem=Strict\nUser=a\nUser=\nUMask=0077\nUMask=88\nType=x\n",
        );
        assert_eq!(unit.flag("Service", "NoNewPrivileges"), Some(true));
        assert_eq!(
            unit.last("Service", "ProtectSystem").unwrap().raw(),
            "strict"
        );
        assert_eq!(unit.last("Service", "UMask").unwrap().raw(), "0077");
        assert_eq!(unit.last("Service", "User"), None);
        assert_eq!(unit.last("Service", "Type"), None);
    }

    #[test]
    fn an_empty_assignment_empties_a_list() {
        let unit = unit(
            "[Service]\nExecStart=/a\nExecStart=\nExecStart=/b\nExecStart=/c\n[Unit]\nExecStart=/d\n",
        );
        let values: Vec<&str> = unit
            .list("Service", "ExecStart")
            .iter()
            .map(|it| it.value.raw())
            .collect();
        assert_eq!(values, ["/b", "/c"]);
    }
}
