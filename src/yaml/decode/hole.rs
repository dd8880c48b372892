//! Something that is missing from the text and has been told: it agrees to be whatever is asked, so that decoding
//! gets on to the next mistake. What it yields is thrown away.

use super::fault::{Fault, Spot};
use crate::yaml::{Node, spanned};
use serde::{
    Deserializer,
    de::{
        DeserializeSeed, Visitor,
        value::{MapDeserializer, SeqDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};

/// A hole in this node.
#[derive(Clone, Copy)]
pub(super) struct Hole<'n>(pub &'n Node);

type Result<'n, T> = std::result::Result<T, Fault<'n>>;

impl<'n> Hole<'n> {
    pub fn fill<'de, T: DeserializeSeed<'de>>(self, seed: T) -> Result<'n, T::Value> {
        seed.deserialize(self)
            .map_err(|fault| fault.or_at(Spot::Hole(self.0)))
    }
}

impl<'de, 'n> serde::de::IntoDeserializer<'de, Fault<'n>> for Hole<'n> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! agree {
    ($($method:ident => $visit:ident($($value:expr)?),)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
            visitor.$visit($($value)?)
        })*
    };
}

impl<'de, 'n> Deserializer<'de> for Hole<'n> {
    type Error = Fault<'n>;

    agree! {
        deserialize_any => visit_unit(),
        deserialize_bool => visit_bool(false),
        deserialize_i8 => visit_u64(1),
        deserialize_i16 => visit_u64(1),
        deserialize_i32 => visit_u64(1),
        deserialize_i64 => visit_u64(1),
        deserialize_u8 => visit_u64(1),
        deserialize_u16 => visit_u64(1),
        deserialize_u32 => visit_u64(1),
        deserialize_u64 => visit_u64(1),
        deserialize_f32 => visit_u64(1),
        deserialize_f64 => visit_u64(1),
        deserialize_char => visit_char('x'),
        deserialize_str => visit_str("x"),
        deserialize_string => visit_str("x"),
        deserialize_option => visit_none(),
        deserialize_seq => visit_seq(SeqDeserializer::new(std::iter::empty::<Self>())),
        deserialize_map => visit_map(MapDeserializer::new(std::iter::empty::<(Self, Self)>())),
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<'n, V::Value> {
        spanned::hand(name, &self.0.place);
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<'n, V::Value> {
        visitor.visit_seq(SeqDeserializer::new(std::iter::repeat_n(self, length)))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<'n, V::Value> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<'n, V::Value> {
        visitor.visit_map(MapDeserializer::new(
            fields.iter().map(|name| (*name, self)),
        ))
    }

    /// Only a variant without a value: a hole within it might never come to an end.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<'n, V::Value> {
        visitor.visit_enum(StrDeserializer::new(
            variants.first().copied().unwrap_or_default(),
        ))
    }

    forward_to_deserialize_any! {
        i128 u128 bytes byte_buf unit unit_struct identifier ignored_any
    }
}
