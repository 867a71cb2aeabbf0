//! Copies of some values in a text.

use super::Span;
use aho_corasick::{AhoCorasick, MatchKind};

/// Finds the longest of some values wherever one of them is.
#[derive(Debug)]
pub(crate) struct Copies(AhoCorasick);

impl Copies {
    /// Of `values`; `None` if there are none. Empty ones are not searched for.
    pub(crate) fn of(values: &[String]) -> Option<Self> {
        let values: Vec<&String> = values.iter().filter(|it| !it.is_empty()).collect();
        if values.is_empty() {
            return None;
        }
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values).ok().map(Self)
    }

    /// The places in `text`, from the left, none of them in another one.
    pub(crate) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Span> + use<'a> {
        self.0.find_iter(text).map(|found| found.range().into())
    }
}
