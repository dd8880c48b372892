//! Environments: `/proc/PID/environ` (proc(5)), and single variables from wherever they are set.

use super::argv::{Words, mask_text, settle_one};
use crate::source::HostText;

/// Ids that the system gives and that look like keys (systemd.exec(5)).
const IDS: &[&str] = &[
    "INVOCATION_ID",
    "MACHINE_ID",
    "BOOT_ID",
    "CONTAINER_ID",
    "JOURNAL_STREAM",
    "container_uuid",
];

/// The variables of an environment, as the kernel keeps it: `NAME=value` with a NUL after each. The values are masked.
/// What is no assignment is a name with an empty value.
pub fn mask_environment(block: &[u8]) -> Vec<(HostText, HostText)> {
    block
        .split(|byte| *byte == 0)
        .filter(|entry| !entry.is_empty())
        .map(|entry| {
            // A name that begins with `=` is legal, if odd.
            let sign = entry
                .iter()
                .skip(1)
                .position(|byte| *byte == b'=')
                .map(|at| at + 1);
            let (name, value) = match sign {
                Some(sign) => (&entry[..sign], &entry[sign + 1..]),
                None => (entry, &[][..]),
            };
            let name = HostText::from_bytes(name);
            let shown = mask_text(&name);
            let value = mask_assignment(name.raw(), &HostText::from_bytes(value));
            // Once more by the name that is shown, or who masks again would find something to do.
            let value = if shown == name {
                value
            } else {
                mask_assignment(shown.raw(), &value)
            };
            (shown, value)
        })
        .collect()
}

/// The value of a variable, masked by its name or, in parts, by its shape.
pub fn mask_assignment(name: &str, value: &HostText) -> HostText {
    let words = Words {
        ids_may_stand: IDS.contains(&name),
        ..Words::default()
    };
    settle_one(value.raw(), |draft, value| {
        words.assigned(draft, name, value)
    })
}
