//! The macro behind the table of facts: from one entry a fact it makes the question, the answer, and the place where
//! that is kept. What the facts are stands in `facts`; nothing here knows one.

macro_rules! facts {
    (
        one {$(
            $(#[$one_doc:meta])*
            $One:ident => $one:ident: $OneValue:ty, $one_name:literal, on [$($one_need:ident),*];
        )*}
        keyed {$(
            $(#[$many_doc:meta])*
            $Many:ident($Key:ty) => $many:ident: $ManyValue:ty, $many_name:literal, on [$($many_need:ident),*];
        )*}
    ) => {
        /// What a check wants to know of the host: the key under which a fact is kept.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Request {
            $($(#[$one_doc])* $One,)*
            $($(#[$many_doc])* $Many($Key),)*
        }

        /// The names of the kinds of facts, as `facts NAME` takes them.
        pub const NAMES: &[&str] = &[$($one_name,)* $($many_name,)*];

        impl Request {
            /// The requests whose answers its collector needs: they are collected in an earlier wave.
            pub fn stands_on(&self) -> &'static [Self] {
                match self {
                    $(Self::$One => &[$(Self::$one_need),*],)*
                    $(Self::$Many(_) => &[$(Self::$many_need),*],)*
                }
            }

            /// The name of its kind: one of [`NAMES`].
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$One => $one_name,)*
                    $(Self::$Many(_) => $many_name,)*
                }
            }

            /// The request that a person writes as `NAME` or, where there is one fact for each key, `NAME=KEY`; none
            /// for the bare name of such a kind, which asks for whatever is asked of it.
            ///
            /// # Errors
            /// Why the name is none, or the key no key of it.
            pub fn named(word: &str) -> Result<Option<Self>, String> {
                let (name, key) = match word.split_once('=') {
                    Some((name, key)) => (name, Some(key)),
                    None => (word, None),
                };
                match (name, key) {
                    $(($one_name, None) => Ok(Some(Self::$One)),)*
                    $(($one_name, Some(_)) => Err(format!("there is one fact `{name}`, and no key to it")),)*
                    $(($many_name, None) => Ok(None),)*
                    $(($many_name, Some(key)) => {
                        let key: StrDeserializer<'_, serde::de::value::Error> = key.into_deserializer();
                        let key = <$Key>::deserialize(key).map_err(|why| format!("{word}: {why}"))?;
                        Ok(Some(Self::$Many(key)))
                    })*
                    _ => Err(format!("there is no fact `{name}`")),
                }
            }
        }

        impl fmt::Display for Request {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$One => out.write_str($one_name),)*
                    $(Self::$Many(key) => write!(out, "{} {key}", $many_name),)*
                }
            }
        }

        /// The answer to one request.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Answer {
            $(#[doc = concat!("To [`Request::", stringify!($One), "`].")] $One(Fact<$OneValue>),)*
            $(#[doc = concat!("To [`Request::", stringify!($Many), "`].")] $Many($Key, Fact<$ManyValue>),)*
        }

        impl Answer {
            /// The answer "could not be seen" to any request.
            pub fn unknown(request: &Request, obstacle: Obstacle) -> Self {
                match request {
                    $(Request::$One => Self::$One(obstacle.into()),)*
                    $(Request::$Many(key) => Self::$Many(key.clone(), obstacle.into()),)*
                }
            }
        }

        /// Everything that was collected. A fact that was never asked for is unknown, never empty.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Facts {
            /// How, when and by whom they were taken.
            pub about: About,
            $(#[serde(default, skip_serializing_if = "Option::is_none")] $one: Option<Fact<$OneValue>>,)*
            $(#[serde(default, skip_serializing_if = "BTreeMap::is_empty")] $many: BTreeMap<$Key, Fact<$ManyValue>>,)*
        }

        impl Facts {
            /// No facts yet.
            pub fn new(about: About) -> Self {
                Self {
                    about,
                    $($one: None,)*
                    $($many: BTreeMap::new(),)*
                }
            }

            /// The same, without the kinds that are not among the names.
            #[must_use]
            pub fn only(mut self, names: &BTreeSet<&str>) -> Self {
                $(self.$one = self.$one.filter(|_| names.contains($one_name));)*
                $(self.$many.retain(|_, _| names.contains($many_name));)*
                self
            }

            /// Keeps an answer.
            pub fn keep(&mut self, answer: Answer) {
                match answer {
                    $(Answer::$One(fact) => self.$one = Some(fact),)*
                    $(Answer::$Many(key, fact) => drop(self.$many.insert(key, fact)),)*
                }
            }

            $(
                $(#[$one_doc])*
                ///
                /// # Errors
                /// [`Unjudged::Unknown`] if nobody asked for it.
                pub fn $one(&self) -> Result<&Fact<$OneValue>, Unjudged> {
                    self.$one.as_ref().ok_or_else(|| not_asked(&Request::$One))
                }
            )*
            $(
                $(#[$many_doc])*
                ///
                /// # Errors
                /// [`Unjudged::Unknown`] if nobody asked for it.
                pub fn $many(&self, key: &$Key) -> Result<&Fact<$ManyValue>, Unjudged> {
                    self.$many.get(key).ok_or_else(|| not_asked(&Request::$Many(key.clone())))
                }
            )*
        }
    };
}

pub(super) use facts;
