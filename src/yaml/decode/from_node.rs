//! A node as serde sees it.

use super::{
    Lacking,
    access::{Entries, List, Variant},
    fault::{Fault, Spot, What},
};
use crate::yaml::{Key, Kind, Node, spanned};
use serde::{
    Deserializer,
    de::{Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};

#[derive(Clone, Copy)]
pub(super) struct FromNode<'n, 'l> {
    pub node: &'n Node,
    pub lacking: &'l Lacking<'n>,
}

type Result<'n, T> = std::result::Result<T, Fault<'n>>;

impl<'n, 'l> FromNode<'n, 'l> {
    pub fn new(node: &'n Node, lacking: &'l Lacking<'n>) -> Self {
        Self { node, lacking }
    }

    fn unfit<T>(self, expected: &str) -> Result<'n, T> {
        Err(Fault::new(What::Unfit(expected.to_owned())))
    }

    fn list<'de, V: Visitor<'de>>(
        self,
        list: &'n [Node],
        fixed: bool,
        visitor: V,
    ) -> Result<'n, V::Value> {
        let mut access = List::new(self, list, fixed);
        let value = visitor.visit_seq(&mut access)?;
        access.end()?;
        Ok(value)
    }

    fn fixed<'de, V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        match &self.node.kind {
            Kind::List(list) => self.list(list, true, visitor),
            _ => self.deserialize_any(visitor),
        }
    }
}

impl<'de, 'n> Deserializer<'de> for FromNode<'n, '_> {
    type Error = Fault<'n>;

    /// As the text suggests; also for a type that asks for something else, which will then say what it expected.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        match &self.node.kind {
            Kind::List(list) => self.list(list, false, visitor),
            Kind::Map(map) => {
                let mut access = Entries::new(self, map);
                let value = visitor.visit_map(&mut access);
                let value = value.map_err(|fault| access.or_at_key(fault))?;
                access.end()?;
                Ok(value)
            }
            Kind::Scalar { text, .. } => match self.node.as_plain() {
                Some(_) if self.node.is_null() => visitor.visit_unit(),
                Some("true") => visitor.visit_bool(true),
                Some("false") => visitor.visit_bool(false),
                Some(plain) if is_whole(plain) => match (plain.parse(), plain.parse()) {
                    (Ok(number), _) => visitor.visit_u64(number),
                    (_, Ok(number)) => visitor.visit_i64(number),
                    _ => visitor.visit_str(plain),
                },
                _ => visitor.visit_str(text),
            },
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        match &self.node.kind {
            // A key with nothing behind it was forgotten rather than meant as an empty text.
            Kind::Scalar { text, .. } if self.node.as_plain() != Some("") => {
                visitor.visit_str(text)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        self.deserialize_str(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        match self
            .node
            .as_plain()
            .filter(|text| is_decimal(text))
            .map(str::parse)
        {
            Some(Ok(number)) => visitor.visit_f64(number),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<'n, V::Value> {
        spanned::hand(name, &self.node.place);
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<'n, V::Value> {
        self.fixed(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<'n, V::Value> {
        self.fixed(visitor)
    }

    /// Never from a list, which serde would take as the fields in their order.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<'n, V::Value> {
        match &self.node.kind {
            Kind::List(_) => self.unfit("a map"),
            _ => self.deserialize_any(visitor),
        }
    }

    /// A variant is its name alone, or a mapping with its name as the only key.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<'n, V::Value> {
        let mut entries = self.node.as_map().into_iter().flat_map(|map| map.iter());
        match (&self.node.kind, entries.next(), entries.next()) {
            (Kind::Map(_), Some(entry), None) if self.lacking.lacks(&entry.value) => {
                Err(Fault::new(What::Echo))
            }
            (Kind::Map(_), Some(entry), None) => visitor.visit_enum(Variant {
                name: &entry.key.name,
                spot: Spot::Key {
                    map: self.node,
                    entry,
                },
                value: Some(Self::new(&entry.value, self.lacking)),
            }),
            (Kind::Scalar { text, .. }, ..) if !self.node.is_null() => {
                visitor.visit_enum(Variant {
                    name: text,
                    spot: Spot::Value(self.node),
                    value: None,
                })
            }
            _ => Err(Fault::new(What::NoVariant(known))),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 unit unit_struct seq map
    }
}

/// A key as serde sees it: text, or a number if one is asked for.
pub(super) struct FromKey<'n>(pub &'n Key);

impl<'n> FromKey<'n> {
    fn number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        match self.0.name.parse() {
            Ok(number) if is_whole(&self.0.name) => visitor.visit_u64(number),
            _ => visitor.visit_str(&self.0.name),
        }
    }
}

macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
            self.number(visitor)
        })*
    };
}

impl<'de, 'n> Deserializer<'de> for FromKey<'n> {
    type Error = Fault<'n>;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<'n, V::Value> {
        visitor.visit_str(&self.0.name)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<'n, V::Value> {
        spanned::hand(name, &self.0.place);
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<'n, V::Value> {
        visitor.visit_enum(StrDeserializer::new(&self.0.name))
    }

    numbers! { deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// A whole number in plain decimal digits; `0600` is none, for nobody knows whether it is octal.
pub(super) fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all && (digits == "0" || !digits.starts_with('0'))
}

/// A number in plain decimal digits, with a fraction or without.
pub(super) fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    is_whole(whole) && !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit())
}
