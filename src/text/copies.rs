//! Copies of some values in a text.

use super::Span;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::memmem::Finder;
use std::iter;

/// So few values are searched for one by one: what takes the least to build is the fastest in one small file.
const FEW: usize = 8;
/// For so many, the search that takes the least to build is fast enough.
const SOME: usize = 100;

/// Finds the longest of some values wherever one of them stands.
#[derive(Debug)]
pub(crate) enum Copies {
    Few(Vec<Finder<'static>>),
    Many(AhoCorasick),
}

impl Copies {
    /// Of `values`; `None` if there are none. Empty ones are found nowhere.
    pub(crate) fn of(values: &[String]) -> Option<Self> {
        let values: Vec<&str> = values.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
        if values.is_empty() {
            return None;
        }
        if values.len() <= FEW {
            return Some(Self::Few(values.iter().map(|value| Finder::new(*value).into_owned()).collect()));
        }
        let kind = (values.len() <= SOME).then_some(AhoCorasickKind::NoncontiguousNFA);
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(kind)
            .build(&values)
            .ok()
            .map(Self::Many)
    }

    /// Where they stand in `text`, from the left, apart from each other.
    pub(crate) fn find<'a>(&'a self, text: &'a str) -> Box<dyn Iterator<Item = Span> + 'a> {
        match self {
            Self::Few(values) => Box::new(one_by_one(values, text.as_bytes())),
            Self::Many(values) => Box::new(values.find_iter(text).map(|found| found.range().into())),
        }
    }
}

fn one_by_one<'a>(values: &'a [Finder<'static>], text: &'a [u8]) -> impl Iterator<Item = Span> + use<'a> {
    let next = |value: &Finder<'_>, from: usize| {
        let start = from + value.find(text.get(from..)?)?;
        Some((start, usize::MAX - value.needle().len()))
    };
    // Where each value stands next, the longest of those at one place first.
    let mut places: Vec<Option<(usize, usize)>> = values.iter().map(|value| next(value, 0)).collect();
    iter::from_fn(move || {
        let (start, length) = places.iter().flatten().min().map(|(at, rest)| (*at, usize::MAX - rest))?;
        let end = start + length;
        for (place, value) in places.iter_mut().zip(values) {
            if place.is_some_and(|(at, _)| at < end) {
                *place = next(value, end);
            }
        }
        Some(Span::new(start, end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_by_one_or_all_at_once_is_the_same(
            text in "[abc]{0,40}",
            values in prop::collection::vec("[abc]{1,4}", 1..FEW),
        ) {
            let few = Copies::of(&values).unwrap();
            let all = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values).unwrap();
            let expected: Vec<Span> = Copies::Many(all).find(&text).collect();
            prop_assert!(matches!(few, Copies::Few(_)));
            prop_assert_eq!(few.find(&text).collect::<Vec<_>>(), expected);
        }
    }
}
