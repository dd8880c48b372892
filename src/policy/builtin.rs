//! The policies that are compiled into the binary.

/// A policy that is compiled into the binary.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its name, as `-p` and `extends` take it.
    pub name: &'static str,
    /// Its YAML.
    pub text: &'static str,
}

/// All of them, sorted by name. `trading-bot` is the default.
pub const BUILTINS: &[Builtin] = &[
    Builtin {
        name: "baseline",
        text: include_str!("../../policies/baseline.yaml"),
    },
    Builtin {
        name: "files",
        text: include_str!("../../policies/files.yaml"),
    },
    Builtin {
        name: "kernel",
        text: include_str!("../../policies/kernel.yaml"),
    },
    Builtin {
        name: "listeners",
        text: include_str!("../../policies/listeners.yaml"),
    },
    Builtin {
        name: "ssh",
        text: include_str!("../../policies/ssh.yaml"),
    },
    Builtin {
        name: "trading-bot",
        text: include_str!("../../policies/trading-bot.yaml"),
    },
];

/// The built-in policy of that name.
pub(super) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}
