//! Which settings are taken already: what sshd looks at before it takes a line, and before it complains of one.

use super::keyword::Key;
use super::kind::Value;
use super::refusal::{Fault, When};
use super::sheet::Statement;

/// A set of keys.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Set(u128);

const _: () = assert!(Key::ALL.len() <= 128, "a bit for each key");

impl Set {
    fn has(self, key: Key) -> bool {
        self.0 & (1 << key as u32) != 0
    }

    /// Notes what a statement sets. A list without words sets nothing.
    pub(super) fn take(&mut self, statement: &Statement) {
        let sets = match &statement.value {
            None => false,
            Some(Value::List(list)) => !list.is_empty(),
            Some(_) => true,
        };
        if sets {
            self.0 |= 1 << statement.key as u32;
        }
    }

    /// The first fault of a statement that counts in this state.
    pub(super) fn first_fault(
        self,
        statement: &Statement,
        active: bool,
        ports_given: bool,
    ) -> Option<&Fault> {
        let set = self.has(statement.key);
        let counts = |when: When| match when {
            When::Always => true,
            When::Active => active,
            When::Taken => active && !set,
            When::Unset => !set,
            When::After { first } => set || (active && !first),
            When::Later { first } => !set && active && !first,
            When::NoPorts => !ports_given,
        };
        let mut faults = statement.faults.iter();
        faults
            .find(|(when, _)| counts(*when))
            .map(|(_, fault)| fault)
    }
}
