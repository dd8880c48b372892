//! The ids that a policy may refer to, and what to say of one that it does not have.

use crate::yaml::{Mistake, Place, nearest};
use std::collections::HashSet;

/// Nobody reads more mistakes than this at once, and looking for near names takes time by the product of both.
pub(super) const MISTAKES: usize = 50;

/// The ids of a policy's checks.
pub(super) struct Ids<'a> {
    all: HashSet<&'a str>,
    in_order: Vec<&'a str>,
    /// Whether every text that could have more of them was read.
    complete: bool,
}

impl<'a> Ids<'a> {
    pub(super) fn new(ids: impl Iterator<Item = &'a str>, complete: bool) -> Self {
        let in_order: Vec<&str> = ids.filter(|id| !id.is_empty()).collect();
        Self {
            all: in_order.iter().copied().collect(),
            in_order,
            complete,
        }
    }

    /// Notes a mistake if there is no check of that id. Where a text could not be read it may well be in there, and only
    /// a name that looks like a slip is told.
    pub(super) fn require(&self, id: &str, place: &Place, mistakes: &mut Vec<Mistake>) {
        if self.all.contains(id) {
            return;
        }
        let look = mistakes.len() < MISTAKES;
        let known = self.in_order.iter().copied();
        let near = look.then(|| nearest(id, known)).flatten();
        if near.is_none() && !self.complete {
            return;
        }
        let mistake = Mistake::error(place.clone(), format!("there is no check `{id}`"));
        mistakes.push(match near {
            Some(near) => mistake.help(format!("did you mean `{near}`?")),
            None => mistake.help(self.known()),
        });
    }

    /// Where to look for the right one.
    pub(super) fn known(&self) -> String {
        const FEW: usize = 12;
        match self.in_order.len() {
            0 => "this policy has no checks: what should it extend?".to_owned(),
            1..=FEW => {
                let ids = self.in_order.iter().map(|id| format!("`{id}`"));
                format!("known here: {}", ids.collect::<Vec<_>>().join(", "))
            }
            _ => "`seaworthy policy show` tells the checks of each policy that is extended"
                .to_owned(),
        }
    }
}
