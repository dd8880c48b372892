//! The entries of lists, mappings and enums, handed out one by one; an error inside one gets its place here.

use super::{
    fault::{Fault, Spot, What},
    from_node::{FromKey, FromNode},
    hole::Hole,
};
use crate::yaml::{Entry, Map, Node, node::Iter};
use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
        value::StrDeserializer,
    },
};

type Result<'n, T> = std::result::Result<T, Fault<'n>>;

/// The entries of a list.
pub(super) struct List<'n, 'l> {
    owner: FromNode<'n, 'l>,
    entries: std::slice::Iter<'n, Node>,
    /// Each position means something, so what is left out leaves a hole.
    fixed: bool,
    length: usize,
}

impl<'n, 'l> List<'n, 'l> {
    pub fn new(owner: FromNode<'n, 'l>, list: &'n [Node], fixed: bool) -> Self {
        Self {
            owner,
            entries: list.iter(),
            fixed,
            length: list.len(),
        }
    }

    /// Nothing may be left over.
    pub fn end(self) -> Result<'n, ()> {
        let over = self.entries.len();
        if over == 0 {
            return Ok(());
        }
        let expected = format!("a tuple of size {}", self.length - over);
        Err(Fault::new(What::Length(self.length, expected)))
    }
}

impl<'de, 'n> SeqAccess<'de> for &mut List<'n, '_> {
    type Error = Fault<'n>;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<'n, Option<T::Value>> {
        let lacking = self.owner.lacking;
        for node in self.entries.by_ref() {
            if !lacking.lacks(node) {
                let value = seed.deserialize(FromNode::new(node, lacking));
                return value
                    .map(Some)
                    .map_err(|fault| fault.or_at(Spot::Value(node)));
            }
            if self.fixed {
                return Hole(self.owner.node).fill(seed).map(Some);
            }
        }
        Ok(None)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// The entries of a mapping, then its holes.
pub(super) struct Entries<'n, 'l> {
    owner: FromNode<'n, 'l>,
    entries: Iter<'n>,
    holes: std::slice::Iter<'l, &'static str>,
    /// The entry whose key has been handed out; none if that was a hole's.
    current: Option<&'n Entry>,
}

impl<'n, 'l> Entries<'n, 'l> {
    pub fn new(owner: FromNode<'n, 'l>, map: &'n Map) -> Self {
        Self {
            owner,
            entries: map.iter(),
            holes: owner.lacking.holes(owner.node).iter(),
            current: None,
        }
    }

    fn next(&mut self) -> Option<&'n Entry> {
        let lacking = self.owner.lacking;
        self.entries.find(|entry| !lacking.lacks(&entry.value))
    }

    /// That a key has come twice is found after it was handed out.
    pub fn or_at_key(&self, fault: Fault<'n>) -> Fault<'n> {
        match (&fault.what, self.current) {
            (What::Twice(_), Some(entry)) => fault.or_at(Spot::Key {
                map: self.owner.node,
                entry,
            }),
            _ => fault,
        }
    }

    /// Nothing may be left over.
    pub fn end(mut self) -> Result<'n, ()> {
        match self.next() {
            None => Ok(()),
            Some(entry) => {
                let spot = Spot::Key {
                    map: self.owner.node,
                    entry,
                };
                Err(Fault::new(What::Custom("one key too many".to_owned())).or_at(spot))
            }
        }
    }
}

impl<'de, 'n> MapAccess<'de> for &mut Entries<'n, '_> {
    type Error = Fault<'n>;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<'n, Option<K::Value>> {
        let map = self.owner.node;
        self.current = self.next();
        match (
            self.current,
            self.current.is_none().then(|| self.holes.next()).flatten(),
        ) {
            (Some(entry), _) => {
                let key = seed.deserialize(FromKey(&entry.key));
                key.map(Some)
                    .map_err(|fault| fault.or_at(Spot::Key { map, entry }))
            }
            (None, Some(name)) => {
                let key = seed.deserialize(StrDeserializer::new(name));
                key.map(Some)
                    .map_err(|fault: Fault<'n>| fault.or_at(Spot::Hole(map)))
            }
            (None, None) => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<'n, V::Value> {
        match self.current {
            Some(Entry { value, .. }) => seed
                .deserialize(FromNode::new(value, self.owner.lacking))
                .map_err(|fault| fault.or_at(Spot::Value(value))),
            None => Hole(self.owner.node).fill(seed),
        }
    }
}

/// A variant of an enum: its name, and what stands behind it.
pub(super) struct Variant<'n, 'l> {
    pub name: &'n str,
    /// The place of the name.
    pub spot: Spot<'n>,
    pub value: Option<FromNode<'n, 'l>>,
}

impl<'n, 'l> Variant<'n, 'l> {
    fn with<T>(self, take: impl FnOnce(FromNode<'n, 'l>) -> Result<'n, T>) -> Result<'n, T> {
        let Some(value) = self.value else {
            return Err(Fault::new(What::Alone(self.name.to_owned())));
        };
        take(value).map_err(|fault| fault.or_at(Spot::Value(value.node)))
    }
}

impl<'de, 'n, 'l> EnumAccess<'de> for Variant<'n, 'l> {
    type Error = Fault<'n>;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<'n, (V::Value, Self)> {
        match seed.deserialize(StrDeserializer::new(self.name)) {
            Ok(variant) => Ok((variant, self)),
            Err(fault) => Err(Fault::or_at(fault, self.spot)),
        }
    }
}

impl<'de, 'n> VariantAccess<'de> for Variant<'n, '_> {
    type Error = Fault<'n>;

    fn unit_variant(self) -> Result<'n, ()> {
        match self.value {
            Some(_) => self.with(Deserialize::deserialize),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<'n, T::Value> {
        self.with(|value| seed.deserialize(value))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<'n, V::Value> {
        self.with(|value| value.deserialize_tuple(length, visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<'n, V::Value> {
        self.with(|value| value.deserialize_struct("", fields, visitor))
    }
}
