//! systemd's units, read from their files: where they are looked for, what lies over them, and the grammar.
//!
//! What a unit's settings mean belongs to whoever asks for them; here is what the files say, in systemd's order
//! (systemd.unit(5), systemd.syntax(7)).

mod boot;
mod lookup;
mod syntax;

pub use boot::{Boot, Installed, installed, path_of};
pub use lookup::{names, read};
pub use syntax::{Setting, parse};

use crate::source::HostText;

/// The settings of a unit: its own file's, then its drop-ins', in the order in which they apply.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit(pub Vec<Setting>);

impl Unit {
    /// The last value of a setting that holds one value. An empty one takes back what was set.
    pub fn last(&self, section: &str, key: &str) -> Option<&HostText> {
        let wanted = |it: &&Setting| it.section.raw() == section && it.key.raw() == key;
        let setting = self.0.iter().rfind(wanted)?;
        Some(&setting.value).filter(|value| !value.raw().is_empty())
    }
}
