//! Copies of some values in a text.

use super::Span;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// The most bytes of values that are searched for: a search takes about a hundred bytes of memory for each.
const MOST_BYTES: usize = 512 * 1024;

/// Finds some values in a text; where several match, the longest.
#[derive(Debug)]
pub(crate) struct Copies(AhoCorasick);

impl Copies {
    /// Of `values`; `None` if there are none. Empty ones are not searched for, nor those beyond [`MOST_BYTES`].
    pub(crate) fn of(values: &[String]) -> Option<Self> {
        let mut rest = MOST_BYTES;
        let mut fits = |value: &&String| {
            let fits = !value.is_empty() && value.len() <= rest;
            rest -= if fits { value.len() } else { 0 };
            fits
        };
        let values: Vec<&String> = values.iter().filter(|value| fits(value)).collect();
        if values.is_empty() {
            return None;
        }
        // Small and quick to build: few texts are searched.
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        AhoCorasick::builder().kind(kind).match_kind(MatchKind::LeftmostLongest).build(&values).ok().map(Self)
    }

    /// The places in `text`, from the left, none of them in another one.
    pub(crate) fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Span> + use<'a> {
        self.0.find_iter(text).map(|found| found.range().into())
    }
}
