//! The capabilities that a file gives to whoever runs it (capabilities(7), `security.capability`).

use serde::{Deserialize, Serialize};
use std::fmt;

/// The capabilities of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileCapabilities {
    /// One bit a capability, by its number in `linux/capability.h`.
    pub permitted: u64,
    /// Likewise: given only to who has it to hand on.
    pub inheritable: u64,
    /// True if the program has the permitted ones from its start.
    pub effective: bool,
}

/// The capabilities of Linux by their numbers, without `cap_` (capabilities(7)).
pub const CAPABILITIES: [&str; 41] = [
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
];

impl FileCapabilities {
    /// The value of `security.capability`, of its version 2 or 3. None if it is of another form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| {
            let bytes = bytes.get(at * 4..at * 4 + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?))
        };
        let wide = |low, high| Some(u64::from(word(low)?) | u64::from(word(high)?) << 32);
        let magic = word(0)?;
        // Version 3 ends in the root of the user namespace for which it counts.
        if !matches!((magic >> 24, bytes.len()), (2, 20) | (3, 24)) {
            return None;
        }
        Some(Self {
            permitted: wide(1, 3)?,
            inheritable: wide(2, 4)?,
            effective: magic & 1 != 0,
        })
    }

    fn listed(bits: u64) -> String {
        let name = |bit: u32| match CAPABILITIES.get(bit as usize) {
            Some(name) => format!("cap_{name}"),
            None => format!("cap_{bit}"),
        };
        let set = (0..u64::BITS).filter(|bit| bits >> bit & 1 != 0);
        set.map(name).collect::<Vec<_>>().join(",")
    }

    fn bits(list: &str) -> Option<u64> {
        let bit = |name: &str| {
            let name = name.strip_prefix("cap_")?;
            let known = CAPABILITIES.iter().position(|known| *known == name);
            let bit = known.map_or_else(|| name.parse().ok(), |bit| u32::try_from(bit).ok())?;
            1_u64.checked_shl(bit)
        };
        let names = list.split(',').filter(|name| !name.is_empty());
        names.map(bit).try_fold(0, |bits, bit| Some(bits | bit?))
    }
}

/// `cap_net_raw=ep`, and behind a blank what it inherits: `cap_net_raw=i`.
impl fmt::Display for FileCapabilities {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = if self.effective { "ep" } else { "p" };
        write!(out, "{}={letters}", Self::listed(self.permitted))?;
        if self.inheritable != 0 {
            write!(out, " {}=i", Self::listed(self.inheritable))?;
        }
        Ok(())
    }
}

impl TryFrom<String> for FileCapabilities {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is no list of capabilities, as in `cap_net_raw,cap_kill=ep`");
        let mut all = Self {
            permitted: 0,
            inheritable: 0,
            effective: false,
        };
        for part in text.split(' ') {
            let (list, letters) = part.split_once('=').ok_or_else(wrong)?;
            let bits = Self::bits(list).ok_or_else(wrong)?;
            match letters {
                "p" => all.permitted = bits,
                "ep" => (all.permitted, all.effective) = (bits, true),
                "i" => all.inheritable = bits,
                _ => return Err(wrong()),
            }
        }
        Ok(all)
    }
}

impl From<FileCapabilities> for String {
    fn from(capabilities: FileCapabilities) -> Self {
        capabilities.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_setcap_wrote() {
        // setcap cap_net_raw,cap_bpf=ep
        let mut bytes = vec![
            1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0,
        ];
        let capabilities = FileCapabilities::from_bytes(&bytes).unwrap();
        assert_eq!(capabilities.to_string(), "cap_net_raw,cap_bpf=ep");
        assert_eq!(
            FileCapabilities::try_from(capabilities.to_string()),
            Ok(capabilities)
        );
        bytes[3] = 3;
        assert_eq!(FileCapabilities::from_bytes(&bytes), None);
        bytes.extend([0; 4]);
        assert_eq!(FileCapabilities::from_bytes(&bytes), Some(capabilities));
        for odd in ["=p cap_kill,cap_63=i", "cap_kill=p cap_kill=i"] {
            let read = FileCapabilities::try_from(odd.to_owned()).unwrap();
            assert_eq!(read.to_string(), odd);
        }
        for bad in [
            "",
            "cap_kill",
            "cap_x=p",
            "cap_64=p",
            "kill=p",
            "cap_kill=q",
        ] {
            assert!(FileCapabilities::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
