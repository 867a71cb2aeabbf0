//! Reads types from a plain text in one pass and without places: hundreds of rules are read at each start, and nothing is
//! wrong with them. Where it fails, [`super::spanned`] reads again and says why.

use super::spanned::{DEEPEST, Keys, meaning};
use crate::syntax::Item;
use serde::de::value::StrDeserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, IntoDeserializer as _, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use std::cell::Cell;
use std::fmt;

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

    /// How many items the sequence has that begins here, and where its end stands.
    fn measure(self) -> Result<(usize, usize), Unlike> {
        let start = self.at.get();
        let mut count = 0;
        while *self.peek()? != Item::End {
            self.skip()?;
            count += 1;
        }
        Ok((count, self.at.replace(start)))
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
            Item::Mapping => visitor.visit_map(Inside { value: self, left: 0 }),
            Item::Sequence => {
                // Without the number, a list of one has room for four, which is most of what a rule takes.
                let (count, end) = self.measure()?;
                let value = visitor.visit_seq(Inside { value: self, left: count })?;
                // Who knows how many there are does not ask for one more.
                if self.at.get() == end {
                    self.next()?;
                }
                if self.at.get() == end + 1 { Ok(value) } else { Err(Unlike) }
            }
            Item::End => Err(Unlike),
        }
    }
}

/// What a mapping or a sequence holds. Who reads a mapping asks until nothing comes, so its end is always taken.
struct Inside<'i, 't> {
    value: Value<'i, 't>,
    /// How many items of a sequence are to come.
    left: usize,
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
        self.left = self.left.saturating_sub(1);
        seed.deserialize(self.value.below()?).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
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

#[cfg(test)]
mod tests {
    use super::super::spanned::Reader;
    use super::*;
    use crate::rules::{Rule, RuleText};
    use crate::sites::{Host, Programs};
    use crate::syntax;
    use serde::Serialize;

    /// Reads a text in both ways: what both read has to be the same, and what one refuses the other has to refuse.
    /// Whether it was read.
    fn both<T: DeserializeOwned + Serialize>(text: &str, keys: Keys) -> bool {
        let compact = |value: &T| postcard::to_stdvec(value).unwrap();
        let quick = syntax::plain_items(text).and_then(|items| read::<T>(&items, keys));
        let parsed = syntax::named("yaml").unwrap().parse(text.into());
        let tree = &parsed.facts().tree;
        let spanned = tree.roots.first().and_then(|top| Reader::of(tree).read::<T>(*top, keys).ok());
        assert_eq!(quick.as_ref().map(compact), spanned.as_ref().map(compact), "{text}");
        quick.is_some()
    }

    #[test]
    fn both_ways_read_the_same() {
        let text_keys = Keys::Only(&["id", "why", "examples"]);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        let mut rules = 0;
        for file in crate::walk::rule_files(&folder).unwrap() {
            let text = crate::walk::read_rules(&file.text).unwrap();
            let mut parts = file.inside.split('/');
            match parts.next() {
                Some("sites") => assert!(both::<Host>(&text, Keys::All), "{}", file.path),
                Some(name) if name != "units" && parts.next().is_some() => {
                    assert!(both::<Rule>(&text, Keys::Without(&["why", "examples"])), "{}", file.path);
                    assert!(both::<RuleText>(&text, text_keys), "{}", file.path);
                    rules += 1;
                }
                _ => {}
            }
        }
        assert!(rules > 15);
        let start = "id: a-b\ntitle: t\nsummary: s\nhelp: h\nseverity: []\n";
        for (rest, is_read) in [
            ("match:\n  - entry: [a.b, 17, true]\n    when: {is: [1.10, ~x], below: 1.20}\n", true),
            ("match: []\nsince: 1.10\n", true),
            (
                "match:\n  - {variable: 17}\n  - {literal: 'a\\.b', when: {markdown: true, all: [{}, {is: no}]}}\n",
                true,
            ),
            ("match: ~\n", false),
            ("match: {variable: A}\n", false),
            ("match:\n  - {variables: A}\n", false),
            ("match: []\nmatch: []\n", false),
            ("title: ~\n", false),
            ("match: []\nother: 1\n", false),
            ("match:\n  - {literal: '('}\n", false),
            ("match:\n  - {suppression: nothing}\n", false),
        ] {
            assert_eq!(both::<Rule>(&format!("{start}{rest}"), Keys::Without(&["why"])), is_read, "{rest}");
        }
        assert!(both::<RuleText>(
            "why: |\n  a\n\n  b\nid: a-b\nmatch: {a: [b]}\nexamples:\n- ok: >-\n    c\n    d\n",
            text_keys
        ));
        assert!(both::<Programs>(
            "programs:\n  - {name: a, files: [a], subcommands: [{name: b}]}\n",
            Keys::All
        ));
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(!both::<Rule>(&format!("{start}match: {deep}\n"), Keys::All));
    }
}
