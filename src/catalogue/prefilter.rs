//! Decides from the bytes alone which rules can match: most files of a repository are never parsed.

use super::grams::{self, Grams};
use crate::rules::Rule;
use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::sync::OnceLock;

/// With more words, n-grams are the faster search (`tests/many_rules`).
const MANY: usize = 64;

/// The words that rules need. Those of the built-in rules are searched for on their own, so that custom rules do not change
/// how.
pub(crate) struct Prefilter {
    built_in: CatalogueWords,
    own: CatalogueWords,
}

impl Prefilter {
    /// Of `rules`, the first `built_in` of which are built in.
    pub(crate) fn of(rules: &[Rule], built_in: usize) -> Self {
        let (first, own) = rules.split_at(built_in.min(rules.len()));
        Self { built_in: CatalogueWords::of(first), own: CatalogueWords::of(own) }
    }

    /// Whether the file contains all that some rule needs.
    pub(crate) fn is_relevant(&self, bytes: &[u8]) -> bool {
        !self.built_in.active(bytes).is_empty() || !self.own.active(bytes).is_empty()
    }

    /// Decides whether a text inside `file` may contain part of a match: whether it has any word of any rule. What a rule needs
    /// may be spread over several texts, the variable in one item of a script and the command in the next. Custom rules that
    /// cannot match in the file need no text in it.
    pub(crate) fn within<'a>(&'a self, file: &[u8]) -> impl Fn(&str) -> bool + use<'a> {
        let own = !self.own.active(file).is_empty();
        move |text| {
            self.built_in.is_mentioned(text.as_bytes()) || own && self.own.is_mentioned(text.as_bytes())
        }
    }

    /// Whether these bytes may be values of the chart that the built-in rules refer to, which only another file can show.
    pub(crate) fn may_be_values(&self, bytes: &[u8]) -> bool {
        self.built_in.is_mentioned(bytes)
    }

    /// The rules that find all that they need, by index.
    pub(crate) fn active(&self, bytes: &[u8]) -> Vec<usize> {
        let mut active = self.built_in.active(bytes);
        active.extend(self.own.active(bytes).into_iter().map(|index| self.built_in.needs.len() + index));
        active
    }
}

/// The words of some rules, searched for in two steps: the rare ones first, all others only in the few files that have one.
struct CatalogueWords {
    /// Searches for the words without one of which no rule can match.
    telling: Vec<Search>,
    /// The words of all lists, sorted, each once.
    all: Vec<String>,
    /// All of them, once a file needs it; `None` if there are too many for one automaton: then each is taken for found.
    automaton: OnceLock<Option<AhoCorasick>>,
    /// For each rule the lists of which it needs one word each, by index.
    needs: Vec<Vec<Vec<usize>>>,
}

enum Search {
    /// `None` where the processor can't: then each file is searched for all words.
    Few(Option<Searcher>),
    /// Long words of many rules.
    Ngrams(Grams),
}

impl Search {
    fn of(mut words: Vec<String>) -> Vec<Self> {
        let mut searches = Vec::new();
        if words.len() > MANY {
            let (long, short) = words.into_iter().partition(|word| word.len() >= grams::SHORTEST);
            searches.push(Self::Ngrams(Grams::of(long)));
            words = short;
        }
        if !words.is_empty() {
            searches.push(Self::Few(Searcher::new(words)));
        }
        searches
    }

    fn is_match(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Few(searcher) => searcher.as_ref().is_none_or(|searcher| searcher.find(bytes).is_some()),
            Self::Ngrams(grams) => grams.is_match(bytes),
        }
    }
}

impl CatalogueWords {
    fn of(rules: &[Rule]) -> Self {
        let all = distinct(rules.iter().flat_map(|rule| rule.needs.iter().flatten()));
        let index = |word: &String| all.binary_search(word).ok();
        let indices = |list: &Vec<String>| list.iter().filter_map(index).collect();
        Self {
            telling: Search::of(shortest(distinct(rules.iter().filter_map(rarest_list).flatten()))),
            automaton: OnceLock::new(),
            needs: rules.iter().map(|rule| rule.needs.iter().map(indices).collect()).collect(),
            all,
        }
    }

    /// Whether any of the words is in `bytes` without one of which no rule can match.
    fn may_match(&self, bytes: &[u8]) -> bool {
        self.telling.iter().any(|search| search.is_match(bytes))
    }

    fn automaton(&self) -> Option<&AhoCorasick> {
        // The default would be a DFA, which takes a third of the start of the program.
        let kind = Some(AhoCorasickKind::ContiguousNFA);
        self.automaton.get_or_init(|| AhoCorasick::builder().kind(kind).build(&self.all).ok()).as_ref()
    }

    fn is_mentioned(&self, bytes: &[u8]) -> bool {
        self.automaton().is_none_or(|automaton| automaton.is_match(bytes))
    }

    /// The rules that find all that they need, by index.
    fn active(&self, bytes: &[u8]) -> Vec<usize> {
        if !self.may_match(bytes) {
            return Vec::new();
        }
        let mut found = vec![self.automaton().is_none(); self.all.len()];
        for word in self.automaton().iter().flat_map(|automaton| automaton.find_overlapping_iter(bytes)) {
            if let Some(found) = found.get_mut(word.pattern().as_usize()) {
                *found = true;
            }
        }
        let is_found = |word: &usize| found.get(*word).is_some_and(|found| *found);
        let is_met = |needs: &Vec<Vec<usize>>| needs.iter().all(|list| list.iter().any(is_found));
        let rules = self.needs.iter().enumerate();
        rules.filter(|(_, needs)| is_met(needs)).map(|(index, _)| index).collect()
    }
}

/// The list of a rule whose most common word is the rarest.
fn rarest_list(rule: &Rule) -> Option<&Vec<String>> {
    rule.needs.iter().max_by_key(|list| list.iter().map(|word| rarity(word)).min().unwrap_or_default())
}

/// The longer a word, and the more of it is not lowercase letters, the fewer files have it: `register` is in many more than
/// `-locked`.
fn rarity(word: &str) -> usize {
    word.len() + 2 * word.bytes().filter(|byte| !byte.is_ascii_lowercase()).count()
}

fn distinct<'a>(words: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut words: Vec<String> = words.cloned().collect();
    words.sort();
    words.dedup();
    words
}

/// The words without those that contain another one: where `--tag-list` is, `-tag-list` is too.
fn shortest(words: Vec<String>) -> Vec<String> {
    if words.len() > MANY {
        return words;
    }
    let contains_another =
        |word: &String| words.iter().any(|other| other != word && word.contains(other.as_str()));
    words.iter().filter(|word| !contains_another(word)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::BUILT_IN;

    #[test]
    fn the_first_step_misses_no_word_that_makes_a_file_relevant() {
        let known = Prefilter::of(&BUILT_IN.rules, BUILT_IN.rules.len());
        for rule in &BUILT_IN.rules {
            let text = rule.needs.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
            assert!(known.is_relevant(text.as_bytes()), "{}", rule.id);
        }
        assert!(!known.is_relevant(b"registration_ and register"));
    }

    #[test]
    fn many_rules_are_found_as_few_are() {
        let rule = |word: &String| Rule { needs: vec![vec![word.clone()]], ..BUILT_IN.rules[0].clone() };
        let words: Vec<String> =
            (0..MANY).flat_map(|at| [format!("w{at}x"), format!("legacy-{at:04}")]).collect();
        let many = Prefilter::of(&words.iter().map(rule).collect::<Vec<_>>(), 0);
        for (index, word) in words.iter().enumerate() {
            assert_eq!(many.active(format!("a {word}.").as_bytes()), [index], "{word}");
        }
        assert!(many.active(b"legacy-000 w1 w").is_empty());
    }
}
