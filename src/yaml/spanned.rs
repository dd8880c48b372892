//! A decoded value that remembers its place.

use super::Place;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de};
use std::{borrow::Cow, cell::RefCell, fmt, marker::PhantomData};

/// A value and the place it was decoded from. Only [`decode`](super::decode()) can make one, and not inside
/// untagged, internally tagged or flattened types: serde forgets places there.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// Under this name [`Spanned`] asks the decoder for itself; the dollar keeps it apart from any type's name.
const NAME: &str = "$yaml::Spanned";

thread_local! {
    // serde's data model has no room for a place, so the decoder lays it here and the visitor takes it at once.
    static HANDED: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// Lays a place down for the visitor that is called next, if the newtype of that name is [`Spanned`].
pub(super) fn hand(name: &str, place: &Place) {
    if name == NAME {
        HANDED.set(Some(place.clone()));
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Spanned<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value with a place")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(
                self,
                deserializer: D,
            ) -> Result<Self::Value, D::Error> {
                let place = HANDED
                    .take()
                    .ok_or_else(|| de::Error::custom("the place of this value is not known"))?;
                let value = T::deserialize(deserializer)?;
                Ok(Spanned { value, place })
            }
        }
        deserializer.deserialize_newtype_struct(NAME, Visitor(PhantomData))
    }
}

/// The place is no part of the format.
impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Text, decode, parse};
    use std::collections::BTreeMap;

    #[derive(Deserialize, Debug)]
    struct Check {
        id: Spanned<String>,
        ports: Spanned<Vec<Spanned<u16>>>,
        off: Option<Spanned<String>>,
    }

    #[test]
    fn values_keep_their_places() {
        let text = Text::from_bytes("p.yaml", b"id: x\nports:\n- 22\n- 443\n").unwrap();
        let check: Check = decode(&parse(&text).unwrap().unwrap()).unwrap();
        assert_eq!(
            (check.id.value.as_str(), check.id.place.to_string()),
            ("x", "p.yaml:1:5".into())
        );
        assert_eq!(check.ports.place.to_string(), "p.yaml:3:1");
        assert_eq!(check.ports.value[1].value, 443);
        assert_eq!(check.ports.value[1].place.to_string(), "p.yaml:4:3");
        assert!(check.off.is_none());
    }

    #[test]
    fn a_format_without_places_is_refused_not_guessed() {
        assert!(serde_json::from_str::<Spanned<String>>("\"x\"").is_err());
    }

    #[test]
    fn the_schema_is_that_of_the_value() {
        type Plain = BTreeMap<String, Vec<u16>>;
        assert_eq!(
            schemars::schema_for!(Spanned<Plain>),
            schemars::schema_for!(Plain)
        );
    }
}
