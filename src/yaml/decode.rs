//! Tree → serde types, with every mistake of a node in one go.
//!
//! serde stops at its first error. So a mistake is noted, the entry at fault is left out, and the node is decoded
//! again; a key that is missing gets a *hole*, which agrees to be whatever is asked. What goes wrong only because
//! something was left out is an echo and is not told.

mod access;
mod fault;
mod from_node;
mod hole;
#[cfg(test)]
mod tests;
mod words;

use super::{Mistake, Node, parse::MISTAKES};
use fault::{Fault, Spot, What};
use from_node::FromNode;
use serde::de::DeserializeOwned;
use std::collections::{HashMap, HashSet};

/// Each round costs a decoding of the whole node, so nobody may have too many.
const ROUNDS: usize = 4 * MISTAKES;

/// The value that a node stands for.
///
/// Any scalar is text if text is asked for, as written (`no`, `0600`); a yes or no is only `true` or `false`; numbers
/// are plain and decimal; nothing, `~` and `null` are the absence of an option.
///
/// # Errors
/// All mistakes, in the order of the text, at most 50.
pub fn decode<T: DeserializeOwned>(root: &Node) -> Result<T, Vec<Mistake>> {
    let mut lacking = Lacking::default();
    let mut mistakes = Vec::new();
    for _ in 0..ROUNDS {
        let fault = match T::deserialize(FromNode::new(root, &lacking)) {
            Ok(value) if mistakes.is_empty() => return Ok(value),
            Ok(_) => break,
            Err(fault) => fault.or_at(Spot::Value(root)),
        };
        if !lacking.is_echo(&fault) {
            mistakes.push(words::mistake(&fault, root));
        }
        if mistakes.len() == MISTAKES || !lacking.repair(&fault, root) {
            break;
        }
    }
    mistakes.sort_by(|a, b| {
        let order = |mistake: &Mistake| (mistake.at.line, mistake.at.span.start);
        (a.at.text.name(), order(a)).cmp(&(b.at.text.name(), order(b)))
    });
    Err(mistakes)
}

/// What decoding does without after the mistakes so far. Nodes are told apart by where they lie in memory: one
/// text may be merged into several places.
#[derive(Default)]
struct Lacking<'n> {
    /// Values left out, of mappings with their keys.
    left_out: HashSet<*const Node>,
    /// Keys that are missing from a mapping.
    holes: HashMap<*const Node, Vec<&'static str>>,
    /// Keys whose misspelling has been told.
    misspelt: HashSet<(*const Node, &'n str)>,
}

impl<'n> Lacking<'n> {
    fn lacks(&self, node: &Node) -> bool {
        self.left_out.contains(&std::ptr::from_ref(node))
    }

    fn holes(&self, node: &Node) -> &[&'static str] {
        self.holes
            .get(&std::ptr::from_ref(node))
            .map_or(&[], Vec::as_slice)
    }

    /// Whether something below a node was left out or is a hole.
    fn touches(&self, node: &Node) -> bool {
        let below = |child: &Node| self.lacks(child) || self.touches(child);
        !self.holes(node).is_empty()
            || node.as_list().is_some_and(|list| list.iter().any(below))
            || node
                .as_map()
                .is_some_and(|map| map.iter().any(|entry| below(&entry.value)))
    }

    fn is_echo(&self, fault: &Fault<'n>) -> bool {
        match (&fault.at, &fault.what) {
            (_, What::Echo) | (Some(Spot::Hole(_)), _) => true,
            (Some(Spot::Value(node)), What::Missing(name)) => {
                self.misspelt.contains(&(std::ptr::from_ref(*node), name))
                    || self.holes(node).contains(name)
                    || node
                        .as_map()
                        .and_then(|map| map.get(name))
                        .is_some_and(|value| self.lacks(value))
            }
            (Some(Spot::Value(node)), _) => self.touches(node),
            _ => false,
        }
    }

    /// Makes another round worth while; false if none is.
    fn repair(&mut self, fault: &Fault<'n>, root: &'n Node) -> bool {
        let culprit = match fault.at {
            Some(Spot::Key { map, entry }) => {
                if let Some(meant) = fault.meant() {
                    self.misspelt.insert((map, meant));
                }
                &entry.value
            }
            Some(Spot::Value(node)) => {
                if let What::Missing(name) = fault.what
                    && !self.holes(node).contains(&name)
                {
                    self.holes.entry(node).or_default().push(name);
                    return true;
                }
                node
            }
            Some(Spot::Hole(owner)) => owner,
            None => root,
        };
        !std::ptr::eq(culprit, root) && self.left_out.insert(culprit)
    }
}
