//! What a text means, before and after a fix.

use crate::syntax::{Data, Datum};
use crate::text::{Cover, Edit, EditSet, Span};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// What a fix does to one text.
#[derive(Default)]
pub(super) struct Change {
    pub(super) edits: EditSet,
    /// Those that may change what the text means.
    pub(super) loud: EditSet,
    /// The bytes whose meaning goes.
    pub(super) gone: Vec<Span>,
}

impl Change {
    /// Whether the text means the same afterwards but for what goes.
    pub(super) fn leads_to(&self, old: Data<'_>, new: Data<'_>) -> bool {
        let mut found = self.found(new);
        let mut expected = self.expected(old);
        loop {
            match (expected.next(), found.next()) {
                (None, None) => return true,
                (Some(old), Some(new)) if is_same(&old, &new) || self.touches(&old) => {}
                _ => return false,
            }
        }
    }

    /// What is left of what the text meant.
    fn expected<'d>(&self, old: Data<'d>) -> impl Iterator<Item = Datum<'d>> {
        let gone = Cover::of(self.gone.clone());
        old.filter(move |datum| !gone.holds(datum.span))
    }

    /// What the result means, without what an edit wrote between two old pieces: that is new by intention.
    fn found<'d>(&self, new: Data<'d>) -> impl Iterator<Item = Datum<'d>> {
        let moves = self.edits.moves();
        let insertions = self.loud.iter().filter(|edit| edit.span.is_empty());
        let written = insertions.map(|edit| {
            let start = moves.of(edit.span.start());
            Span::new(start, start + edit.replacement.len())
        });
        let written = Cover::of(written.collect());
        new.filter(move |datum| !written.holds(datum.span))
    }

    /// Whether an edit makes an old piece another one.
    fn touches(&self, old: &Datum<'_>) -> bool {
        let touches = |edit: &Edit| {
            edit.span.overlaps(old.span) || edit.span.is_empty() && old.span.contains(edit.span)
        };
        self.loud.near(old.span).any(touches)
    }
}

fn is_same(old: &Datum<'_>, new: &Datum<'_>) -> bool {
    (old.kind, &old.value) == (new.kind, &new.value)
}

/// What a text has to mean after a change, told in little room: a large file takes several times its size where it is read,
/// and so it need not be kept while its result is.
pub(super) struct Digest {
    /// The key of the hashes. Nobody who writes a file knows it.
    key: RandomState,
    parts: Vec<Part>,
}

enum Part {
    /// So many pieces as they were, told by their hash.
    Same(usize, u64),
    /// So many pieces that the change touches.
    Touched(usize),
}

impl Digest {
    /// Of what is left of `old` by `change`.
    pub(super) fn of(old: Data<'_>, change: &Change) -> Self {
        let key = RandomState::new();
        let mut parts = Vec::new();
        let mut run = (0, key.build_hasher());
        for datum in change.expected(old) {
            if change.touches(&datum) {
                if run.0 > 0 {
                    parts.push(Part::Same(run.0, run.1.finish()));
                    run = (0, key.build_hasher());
                }
                match parts.last_mut() {
                    Some(Part::Touched(count)) => *count += 1,
                    _ => parts.push(Part::Touched(1)),
                }
            } else {
                run.0 += 1;
                add(&mut run.1, &datum);
            }
        }
        parts.push(Part::Same(run.0, run.1.finish()));
        parts.shrink_to_fit();
        Self { key, parts }
    }

    /// As [`Change::leads_to`].
    pub(super) fn leads_to(&self, new: Data<'_>, change: &Change) -> bool {
        let mut found = change.found(new);
        let goes_on = self.parts.iter().all(|part| match part {
            Part::Touched(count) => found.by_ref().take(*count).count() == *count,
            Part::Same(count, hash) => {
                let mut hasher = self.key.build_hasher();
                let same = found.by_ref().take(*count).map(|datum| add(&mut hasher, &datum)).count();
                same == *count && hasher.finish() == *hash
            }
        });
        goes_on && found.next().is_none()
    }
}

/// How a text reads before a change, told in little room.
pub(super) struct Wording {
    len: usize,
    /// The key of the hash.
    key: RandomState,
    /// Of what stays of it.
    hash: u64,
}

impl Wording {
    /// Of `old`, which `change` will be done to.
    pub(super) fn of(old: &str, change: &Change) -> Self {
        let key = RandomState::new();
        let mut hasher = key.build_hasher();
        for kept in change.edits.kept(old.len()) {
            hasher.write(old.as_bytes().get(kept).unwrap_or_default());
        }
        Self { len: old.len(), hash: hasher.finish(), key }
    }

    /// Whether `new` comes of it by `change`.
    pub(super) fn leads_to(&self, new: &str, change: &Change) -> bool {
        let mut hasher = self.key.build_hasher();
        let add = |_, kept: &[u8]| {
            hasher.write(kept);
            true
        };
        change.edits.keep(self.len, new.as_bytes(), add) && hasher.finish() == self.hash
    }
}

fn add(hasher: &mut impl std::hash::Hasher, datum: &Datum<'_>) {
    hasher.write_usize(datum.value.len() << 8 | usize::from(datum.kind));
    hasher.write(datum.value.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// A text of `words`, one datum each.
    fn data(words: &[(u8, &'static str)]) -> Vec<Datum<'static>> {
        let mut at = 0;
        let datum = |(kind, word): &(u8, &'static str)| {
            let span = Span::new(at, at + word.len());
            at = span.end() + 1;
            Datum { span, kind: *kind, value: (*word).into() }
        };
        words.iter().map(datum).collect()
    }

    fn words() -> impl Strategy<Value = Vec<(u8, &'static str)>> {
        vec((0..2_u8, prop_oneof![Just(""), Just("a"), Just("b"), Just("ab")]), 0..8)
    }

    proptest! {
        #[test]
        fn a_digest_tells_what_the_texts_tell(
            old in words(),
            new in words(),
            same in any::<bool>(),
            edits in vec((0..12_usize, 0..3_usize, prop_oneof![Just(""), Just("x"), Just("xy")]), 0..3),
            gone in vec((0..12_usize, 0..4_usize), 0..3),
        ) {
            let new = if same { old.clone() } else { new };
            let mut change = Change::default();
            for (start, length, text) in edits {
                let _ = change.loud.insert(Edit::replace(Span::new(start, start + length), text));
            }
            change.gone = gone.into_iter().map(|(start, length)| Span::new(start, start + length)).collect();
            let told = |words: &[(u8, &'static str)]| -> Data<'static> { Box::new(data(words).into_iter()) };
            let digest = Digest::of(told(&old), &change);
            prop_assert_eq!(digest.leads_to(told(&new), &change), change.leads_to(told(&old), told(&new)));
        }

        #[test]
        fn a_wording_tells_what_the_text_tells(
            old in "[ab]{0,8}",
            new in "[ab]{0,8}",
            same in any::<bool>(),
            edits in vec((0..8_usize, 0..3_usize, prop_oneof![Just(""), Just("b"), Just("ba")]), 0..3),
        ) {
            let mut change = Change::default();
            for (start, length, text) in edits {
                let start = start.min(old.len());
                let end = (start + length).min(old.len());
                let _ = change.edits.insert(Edit::replace(Span::new(start, end), text));
            }
            let done = change.edits.apply(old.as_bytes());
            let new = if same { String::from_utf8_lossy(&done).into_owned() } else { new };
            let expected = change.edits.lead_to(old.as_bytes(), new.as_bytes());
            prop_assert_eq!(expected, done == new.as_bytes());
            prop_assert_eq!(Wording::of(&old, &change).leads_to(&new, &change), expected);
            prop_assert_eq!(change.edits.apply_within(old.clone().into_bytes()), done.as_slice());
            prop_assert_eq!(change.edits.undo(&old).apply_within(done), old.as_bytes());
        }
    }
}
