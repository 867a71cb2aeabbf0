//! Reads types from a plain text in one pass and without places: hundreds of rules are read at each start, and nothing is
//! wrong with them. Where it fails, [`super::spanned`] reads again and says why.

use super::spanned::{Keys, meaning};
use crate::syntax::Item;
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::cell::Cell;
use std::fmt;

/// How deep values may lie.
const DEEPEST: usize = 64;

/// Reads the only value of `items`, of its keys those that count.
pub(super) fn read<T: DeserializeOwned>(items: &[Item<'_>], keys: Keys) -> Option<T> {
    let at = Cell::new(0);
    let value = T::deserialize(Value { items, at: &at, depth: 0, keys }).ok()?;
    (at.get() == items.len()).then_some(value)
}

/// It is not so simple.
#[derive(Debug)]
struct Unlike;

impl fmt::Display for Unlike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not what was expected")
    }
}

impl std::error::Error for Unlike {}

impl de::Error for Unlike {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
}

/// The value that begins with the item at `at`.
#[derive(Clone, Copy)]
struct Value<'i, 't> {
    items: &'i [Item<'t>],
    at: &'i Cell<usize>,
    depth: usize,
    keys: Keys,
}

impl<'i, 't> Value<'i, 't> {
    fn peek(self) -> Result<&'i Item<'t>, Unlike> {
        self.items.get(self.at.get()).ok_or(Unlike)
    }

    fn next(self) -> Result<&'i Item<'t>, Unlike> {
        let item = self.peek()?;
        self.at.set(self.at.get() + 1);
        Ok(item)
    }

    fn below(self) -> Result<Self, Unlike> {
        if self.depth < DEEPEST {
            Ok(Self { depth: self.depth + 1, keys: Keys::All, ..self })
        } else {
            Err(Unlike)
        }
    }

    /// How many items the sequence has that begins here.
    fn count(self) -> Result<usize, Unlike> {
        let start = self.at.get();
        let mut count = 0;
        while !self.ends()? {
            self.skip()?;
            count += 1;
        }
        self.at.set(start);
        Ok(count)
    }

    /// Goes behind the value.
    fn skip(self) -> Result<(), Unlike> {
        let mut open = 0_usize;
        loop {
            match self.next()? {
                Item::Mapping | Item::Sequence => open += 1,
                Item::End => open = open.checked_sub(1).ok_or(Unlike)?,
                Item::Scalar { .. } => {}
            }
            if open == 0 {
                return Ok(());
            }
        }
    }

    /// Whether the collection ends here; then the end is taken.
    fn ends(self) -> Result<bool, Unlike> {
        let ends = *self.peek()? == Item::End;
        self.at.set(self.at.get() + usize::from(ends));
        Ok(ends)
    }

    fn read<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlike> {
        match self.next()? {
            item if item.is_null() => visitor.visit_unit(),
            Item::Scalar { text, plain } => meaning(text, *plain, visitor),
            Item::Mapping => visitor.visit_map(Inside { value: self, left: None }),
            // Without the number, a list of one has room for four, which is most of what a rule takes.
            Item::Sequence => visitor.visit_seq(Inside { value: self, left: Some(self.count()?) }),
            Item::End => Err(Unlike),
        }
    }
}

/// What a mapping or a sequence holds. Every visitor asks until nothing comes, so the end is always taken.
struct Inside<'i, 't> {
    value: Value<'i, 't>,
    /// How many items of a sequence are to come.
    left: Option<usize>,
}

impl<'de> MapAccess<'de> for Inside<'_, '_> {
    type Error = Unlike;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unlike> {
        let map = self.value;
        while !map.ends()? {
            let Item::Scalar { text, .. } = map.next()? else { return Err(Unlike) };
            if map.keys.has(text) {
                let text: StrDeserializer<'_, Unlike> = (&**text).into_deserializer();
                return seed.deserialize(text).map(Some);
            }
            map.skip()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unlike> {
        seed.deserialize(self.value.below()?)
    }
}

impl<'de> SeqAccess<'de> for Inside<'_, '_> {
    type Error = Unlike;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unlike> {
        if self.value.ends()? {
            return Ok(None);
        }
        self.left = self.left.and_then(|left| left.checked_sub(1));
        seed.deserialize(self.value.below()?).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        self.left
    }
}

/// Text is text, whatever it would mean by itself: a version may be written `1.10`.
macro_rules! text {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlike> {
            match self.peek()? {
                item if item.is_null() => Err(Unlike),
                Item::Scalar { text, .. } => {
                    self.next()?;
                    visitor.visit_str(text)
                }
                _ => self.read(visitor),
            }
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Value<'_, '_> {
    type Error = Unlike;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlike> {
        self.read(visitor)
    }

    text!(deserialize_str deserialize_string deserialize_char deserialize_identifier);

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlike> {
        if self.peek()?.is_null() {
            self.next()?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unlike> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unlike> {
        let Item::Scalar { text, .. } = self.next()? else { return Err(Unlike) };
        let text: StrDeserializer<'_, Unlike> = (&**text).into_deserializer();
        visitor.visit_enum(text)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unlike> {
        if *self.peek()? == Item::Sequence { Err(Unlike) } else { self.read(visitor) }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlike> {
        self.skip()?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple tuple_struct map
    }
}
