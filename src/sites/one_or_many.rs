//! How a list is written that most often has one item. The build script compiles it too.

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, IntoDeserializer as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// One value where a list of one is meant. The compact form always holds a list.
pub(crate) fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Form<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Form<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("one value or a list")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            T::deserialize(text.into_deserializer()).map(|one| vec![one])
        }

        // `17` and `true` are words where words are expected.
        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_bool<E: de::Error>(self, is: bool) -> Result<Self::Value, E> {
            self.visit_str(if is { "true" } else { "false" })
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map)).map(|one| vec![one])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut many = Vec::new();
            while let Some(item) = items.next_element()? {
                many.push(item);
            }
            Ok(many)
        }
    }

    if deserializer.is_human_readable() {
        deserializer.deserialize_any(Form(PhantomData))
    } else {
        Vec::deserialize(deserializer)
    }
}
