//! Tells from the bytes alone that no rule can match: most files of a repository are never parsed.

use crate::rules::BUILT_IN;
use aho_corasick::{AhoCorasick, AhoCorasickKind, packed};
use std::sync::LazyLock;

/// The literals that rules need, found in two steps: one pass of a vectorised search tells most files apart; only what
/// passes it is looked at by all literals.
struct Prefilter {
    /// A few literals without one of which no rule can match.
    telling: Search,
    /// The words of the lists, each once.
    literals: Vec<String>,
    /// For each rule the lists of which it needs one literal each, by index.
    needs: Vec<Vec<Vec<usize>>>,
    /// All literals. Built only when a file asks.
    all: LazyLock<Option<AhoCorasick>>,
}

enum Search {
    /// One pass at the speed of memory; for few literals, on a processor that can.
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
    /// No search could be built: every file is looked at.
    None,
}

impl Search {
    fn new(literals: &[String]) -> Self {
        let automaton = || AhoCorasick::new(literals).map_or(Self::None, Self::Automaton);
        // What it cannot search for, an empty literal, is left to the automaton.
        packed::Searcher::new(literals).map_or_else(automaton, Self::Packed)
    }

    fn is_match(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Packed(packed) => packed.find(bytes).is_some(),
            Self::Automaton(automaton) => automaton.is_match(bytes),
            Self::None => true,
        }
    }
}

static PREFILTER: LazyLock<Prefilter> = LazyLock::new(|| {
    let rules = &BUILT_IN.rules;
    // The list of a rule that tells the most: the one whose commonest literal is rarest.
    let rarest = |needs: &'static Vec<Vec<String>>| {
        needs.iter().max_by_key(|list| list.iter().map(|literal| rarity(literal)).min().unwrap_or_default())
    };
    let telling = distinct(rules.iter().filter_map(|rule| rarest(&rule.needs)).flatten());
    let literals = distinct(rules.iter().flat_map(|rule| rule.needs.iter().flatten()));
    let index = |literal: &String| literals.binary_search(literal).ok();
    let indices = |list: &Vec<String>| list.iter().filter_map(index).collect();
    Prefilter {
        telling: Search::new(&telling),
        needs: rules.iter().map(|rule| rule.needs.iter().map(indices).collect()).collect(),
        all: LazyLock::new(|| automaton(&PREFILTER.literals)),
        literals,
    }
});

/// The longer a literal, and the more of it is no small letter, the fewer files have it: `register` stands in many more
/// than `-locked`.
fn rarity(literal: &str) -> usize {
    literal.len() + 2 * literal.bytes().filter(|byte| !byte.is_ascii_lowercase()).count()
}

fn distinct(literals: impl Iterator<Item = &'static String>) -> Vec<String> {
    let mut literals: Vec<String> = literals.cloned().collect();
    literals.sort();
    literals.dedup();
    literals
}

fn automaton(literals: &[String]) -> Option<AhoCorasick> {
    AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(literals).ok()
}

/// Whether some rule finds all that it needs.
pub(super) fn is_relevant(bytes: &[u8]) -> bool {
    let prefilter = &*PREFILTER;
    if !prefilter.telling.is_match(bytes) {
        return false;
    }
    let Some(all) = prefilter.all.as_ref() else { return true };
    let mut known = vec![false; prefilter.literals.len()];
    for found in all.find_overlapping_iter(bytes) {
        let Some(known_already) = known.get_mut(found.pattern().as_usize()) else { continue };
        if std::mem::replace(known_already, true) {
            continue;
        }
        let is_known = |literal: &usize| known.get(*literal).is_some_and(|it| *it);
        let is_met = |needs: &Vec<Vec<usize>>| needs.iter().all(|list| list.iter().any(is_known));
        if prefilter.needs.iter().any(is_met) {
            return true;
        }
    }
    false
}

/// Whether a text inside a file that [`is_relevant`] may hold part of a match: what a rule needs may be spread over
/// several texts, the variable in one item of a script and the command in the next.
pub(super) fn may_contribute(text: &str) -> bool {
    is_mentioned(text.as_bytes())
}

/// Whether any literal of any rule stands in these bytes.
pub(super) fn is_mentioned(bytes: &[u8]) -> bool {
    PREFILTER.all.as_ref().is_none_or(|all| all.is_match(bytes))
}
