//! A policy: checks, tunings and waivers, read from YAML and valid by construction.
//!
//! Reading goes in one direction: `reader` finds the texts and follows `extends`, `merge` puts the checks of all
//! of them together and tunes them as trees with places, `check` and `waiver` decode each tree, so that a mistake is
//! reported at the line that made it, also where that line was inherited. All mistakes come at once. `document` is what
//! a file may hold; `schema`, `reference` and `show` say it to editors and people.

mod builtin;
mod check;
mod document;
mod ids;
mod load;
mod merge;
mod reader;
mod reference;
mod schema;
mod select;
mod set;
mod show;
mod trust;
mod waiver;

pub use builtin::{BUILTINS, Builtin};
pub use check::{Check, Severities};
pub use load::{Loaded, Words, load, load_selecting};
pub use reference::reference;
pub use schema::schema;
pub use select::Selection;
pub use waiver::Waiver;

use crate::source::PolicySource;
use crate::yaml::{Mistake, Place};

/// A policy, resolved.
pub struct Policy {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub title: String,
    /// Where the two stand.
    head: [Place; 2],
    /// The texts that it was read from, itself first.
    pub sources: Vec<PolicySource>,
    /// Its checks, in the order in which the texts have them. Those that are off are among them.
    pub checks: Vec<Check>,
    /// Its waivers that still hold.
    pub waivers: Vec<Waiver>,
    /// What is odd about it, without being wrong.
    pub warnings: Vec<Mistake>,
}

impl Policy {
    /// The check of that id.
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }
}
