//! Sets of capabilities as settings write them (systemd.exec(5), `CapabilityBoundingSet=`).

use super::{Escapes, Unit, words};
use crate::source::CAPABILITIES;

const ALL: u64 = (1 << CAPABILITIES.len()) - 1;

/// Settings that take capabilities away, with the numbers of those.
const TAKING: [(&str, u64); 4] = [
    ("PrivateDevices", 1 << 27 | 1 << 17),
    ("ProtectKernelModules", 1 << 16),
    ("ProtectKernelLogs", 1 << 34),
    ("ProtectClock", 1 << 25 | 1 << 35),
];

impl Unit {
    /// The capabilities that its processes can ever have, a bit for each number, with what other settings take away.
    pub fn bounding_set(&self) -> u64 {
        let own = self.capabilities("CapabilityBoundingSet", ALL);
        let taken = TAKING.iter().filter(|(key, _)| self.has(key));
        taken.fold(own, |own, (_, bits)| own & !bits)
    }

    /// The capabilities that its processes are started with, whoever they run as (`AmbientCapabilities=`).
    pub fn ambient_set(&self) -> u64 {
        self.capabilities("AmbientCapabilities", 0)
    }

    fn capabilities(&self, key: &str, initial: u64) -> u64 {
        let mut set = initial;
        for setting in self.assignments("Service", key) {
            let (inverts, text) = match setting.value.raw().strip_prefix('~') {
                Some(rest) => (true, rest),
                None => (false, setting.value.raw()),
            };
            let words = words(&text.into(), Escapes::Kept).unwrap_or_default();
            let named = words.iter().filter_map(|word| bit(word.raw()));
            let named = named.fold(0, |all, bit| all | bit);
            // The first assignment replaces what was there before any, and so does one that names none.
            set = match (named == 0 || set == initial, inverts) {
                (true, true) => ALL & !named,
                (true, false) => named,
                (false, true) => set & !named,
                (false, false) => set | named,
            };
        }
        set
    }
}

fn bit(word: &str) -> Option<u64> {
    if let Ok(number) = word.parse::<usize>() {
        return (number < CAPABILITIES.len()).then(|| 1 << number);
    }
    let name = word.to_ascii_lowercase();
    let name = name.strip_prefix("cap_")?;
    let at = CAPABILITIES.iter().position(|it| *it == name)?;
    Some(1 << at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::units::parse;

    #[test]
    fn sets_are_made_added_to_and_taken_from() {
        let bounding = |text: &str| {
            let text = format!("[Service]\n{text}");
            let settings = parse(text.as_bytes(), "u").settings;
            Unit {
                settings,
                ..Unit::default()
            }
            .bounding_set()
        };
        assert_eq!(bounding(""), ALL);
        assert_eq!(bounding("CapabilityBoundingSet=\n"), 0);
        assert_eq!(
            bounding("CapabilityBoundingSet=CAP_CHOWN cap_kill\nCapabilityBoundingSet=~CAP_KILL\n"),
            1
        );
        assert_eq!(bounding("CapabilityBoundingSet=~CAP_CHOWN\n"), ALL & !1);
        assert_eq!(
            bounding("CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=~\n"),
            ALL
        );
        assert_eq!(bounding("PrivateDevices=yes\n"), ALL & !(1 << 27 | 1 << 17));
    }
}
