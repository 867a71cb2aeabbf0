//! Tells from the bytes alone that no rule can match: most files of a repository are never parsed.

use super::grams::{self, Grams};
use crate::rules::Rule;
use aho_corasick::{AhoCorasick, AhoCorasickKind, packed};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// With more literals the packed search takes twice the time.
const FAST: usize = 32;
/// With more literals, telling which of them are needed would take too long.
const MANY: usize = 256;
/// So many bytes are looked at before a table of all steps is worth its making.
const WORTH: usize = 1 << 19;
/// How many bytes the literals have at most that such a table is made of: it has a line for each.
const SMALL: usize = 4096;
/// How long and how rare a literal has to be to stand for others that begin with it.
const LONG: usize = 9;
const RARE: usize = 14;

/// The literals of all rules. Those of the rules that are built in are few, and searched for by themselves, so that a user's
/// own rules slow nothing down but their own search.
pub(crate) struct Prefilter {
    built_in: Literals,
    own: Literals,
}

impl Prefilter {
    /// Of `rules`, the first `built_in` of which are built in.
    pub(crate) fn of(rules: &[Rule], built_in: usize) -> Self {
        let (first, own) = rules.split_at(built_in.min(rules.len()));
        Self { built_in: Literals::of(first), own: Literals::of(own) }
    }

    /// Whether a piece of a file holds any of the literals without one of which the file is not relevant. Pieces overlap
    /// by [`Prefilter::overlap`] bytes.
    pub(crate) fn may_hold(&self, piece: &[u8]) -> bool {
        self.built_in.telling.is_match(piece) || self.own.telling.is_match(piece)
    }

    /// So many bytes at the end of a piece may be the start of a literal.
    pub(crate) fn overlap(&self) -> usize {
        self.built_in.longest.max(self.own.longest).saturating_sub(1)
    }

    /// Whether some rule finds all that it needs.
    pub(crate) fn is_relevant(&self, bytes: &[u8]) -> bool {
        self.built_in.is_relevant(bytes) || self.own.is_relevant(bytes)
    }

    /// Tells whether a text inside `file` may hold part of a match: whether any literal of any rule stands in it. What a rule
    /// needs may be spread over several texts, the variable in one item of a script and the command in the next. Rules of a
    /// user's own that find nothing in the file ask for no text in it.
    pub(crate) fn within<'a>(&'a self, file: &[u8]) -> impl Fn(&str) -> bool + use<'a> {
        let own = self.own.is_relevant(file);
        move |text| {
            self.built_in.is_mentioned(text.as_bytes()) || own && self.own.is_mentioned(text.as_bytes())
        }
    }

    /// Whether these bytes may hold values that only another file tells whose they are: those of the chart that the rules
    /// that are built in speak of.
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

/// The literals that some rules need, found in two steps: one pass of a fast search tells most files apart; only what
/// passes it is looked at by all literals.
struct Literals {
    /// A few literals without one of which no rule can match.
    telling: Search,
    /// How many bytes the longest of them has.
    longest: usize,
    /// The words of the lists, each once.
    all: Vec<String>,
    /// For each rule the lists of which it needs one literal each, by index.
    needs: Vec<Vec<Vec<usize>>>,
    /// All literals. Built only when a file asks.
    automaton: OnceLock<Option<AhoCorasick>>,
    /// The same with a table of all steps, a third of the time for each byte. Built only when many bytes were looked at.
    quick: OnceLock<Option<AhoCorasick>>,
    /// How many bytes were looked at.
    looked_at: AtomicUsize,
}

enum Search {
    /// One pass at the speed of memory; for few literals, on a processor that can.
    Packed(packed::Searcher),
    /// The same for some more: those that begin alike are one. What that finds is asked for by the whole literals.
    Merged(packed::Searcher, Vec<String>, OnceLock<Option<packed::Searcher>>),
    Automaton(AhoCorasick),
    /// Many literals: the long ones by pieces of them, the others as above.
    Many(Grams, Box<Search>),
    /// There are no rules.
    Nothing,
    /// No search could be built: every file is looked at.
    None,
}

impl Search {
    fn new(literals: &[String]) -> Self {
        if literals.is_empty() {
            return Self::Nothing;
        }
        // What it cannot search for, an empty literal, is left to the automaton.
        if literals.len() <= FAST
            && let Some(packed) = packed::Searcher::new(literals)
        {
            return Self::Packed(packed);
        }
        if literals.len() <= MANY
            && let Some(packed) = packed::Searcher::new(fewer(literals))
        {
            return Self::Merged(packed, literals.to_vec(), OnceLock::new());
        }
        let (long, short): (Vec<String>, Vec<String>) =
            literals.iter().cloned().partition(|literal| literal.len() >= grams::SHORTEST);
        if !long.is_empty() {
            return Self::Many(Grams::of(long), Box::new(Self::new(&short)));
        }
        let built = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(literals);
        built.map_or(Self::None, Self::Automaton)
    }

    fn is_match(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Packed(packed) => packed.find(bytes).is_some(),
            Self::Merged(packed, whole, exact) => {
                let exact = || exact.get_or_init(|| packed::Searcher::new(whole)).as_ref();
                let finds = |packed: &packed::Searcher| packed.find(bytes).is_some();
                finds(packed) && exact().is_none_or(finds)
            }
            Self::Automaton(automaton) => automaton.is_match(bytes),
            Self::Many(grams, others) => grams.is_match(bytes) || others.is_match(bytes),
            Self::Nothing => false,
            Self::None => true,
        }
    }
}

impl Literals {
    fn of(rules: &[Rule]) -> Self {
        // The list of a rule that tells the most: the one whose commonest literal is rarest.
        let rarest = |rule: &'_ Rule| {
            if rule.needs.len() == 1 {
                return Some(0);
            }
            let lists = rule.needs.iter().enumerate();
            let commonest = |list: &Vec<String>| list.iter().map(|it| rarity(it)).min().unwrap_or_default();
            lists.max_by_key(|(_, list)| commonest(list)).map(|(index, _)| index)
        };
        let telling = rules.iter().filter_map(|rule| rule.needs.get(rarest(rule)?)).flatten();
        let telling = distinct(telling);
        let all = distinct(rules.iter().flat_map(|rule| rule.needs.iter().flatten()));
        let index = |literal: &String| all.binary_search(literal).ok();
        let indices = |list: &Vec<String>| list.iter().filter_map(index).collect();
        Self {
            longest: telling.iter().map(String::len).max().unwrap_or_default(),
            telling: Search::new(&telling),
            needs: rules.iter().map(|rule| rule.needs.iter().map(indices).collect()).collect(),
            automaton: OnceLock::new(),
            quick: OnceLock::new(),
            looked_at: AtomicUsize::new(0),
            all,
        }
    }

    fn automaton(&self) -> Option<&AhoCorasick> {
        self.automaton.get_or_init(|| self.build(AhoCorasickKind::ContiguousNFA)).as_ref()
    }

    fn build(&self, kind: AhoCorasickKind) -> Option<AhoCorasick> {
        AhoCorasick::builder().kind(Some(kind)).build(&self.all).ok()
    }

    /// The search for all literals in `more` bytes.
    fn search(&self, more: usize) -> Option<&AhoCorasick> {
        let is_small = || self.all.iter().map(String::len).sum::<usize>() <= SMALL;
        let table = || if is_small() { self.build(AhoCorasickKind::DFA) } else { None };
        let before = self.looked_at.fetch_add(more, Ordering::Relaxed);
        let quick = if before < WORTH { None } else { self.quick.get_or_init(table).as_ref() };
        quick.or_else(|| self.automaton())
    }

    fn is_mentioned(&self, bytes: &[u8]) -> bool {
        !self.all.is_empty() && self.search(bytes.len()).is_none_or(|all| all.is_match(bytes))
    }

    fn is_relevant(&self, bytes: &[u8]) -> bool {
        self.telling.is_match(bytes) && self.known(bytes, true).is_none_or(|known| self.any_met(&known))
    }

    fn active(&self, bytes: &[u8]) -> Vec<usize> {
        if !self.telling.is_match(bytes) {
            return Vec::new();
        }
        match self.known(bytes, false) {
            Some(known) => {
                let rules = self.needs.iter().enumerate();
                rules.filter(|(_, needs)| is_met(needs, &known)).map(|(index, _)| index).collect()
            }
            None => (0..self.needs.len()).collect(),
        }
    }

    /// Which literals stand there; up to the first that completes what a rule needs, if `one` is enough. `None` if it
    /// cannot be told.
    fn known(&self, bytes: &[u8], one: bool) -> Option<Vec<bool>> {
        let mut known = vec![false; self.all.len()];
        for found in self.search(bytes.len())?.find_overlapping_iter(bytes) {
            let Some(known_already) = known.get_mut(found.pattern().as_usize()) else { continue };
            if !std::mem::replace(known_already, true) && one && self.any_met(&known) {
                break;
            }
        }
        Some(known)
    }

    fn any_met(&self, known: &[bool]) -> bool {
        self.needs.iter().any(|needs| is_met(needs, known))
    }
}

fn is_met(needs: &[Vec<usize>], known: &[bool]) -> bool {
    let is_known = |literal: &usize| known.get(*literal).is_some_and(|it| *it);
    needs.iter().all(|list| list.iter().any(is_known))
}

/// The longer a literal, and the more of it is no small letter, the fewer files have it: `register` stands in many more
/// than `-locked`.
fn rarity(literal: &str) -> usize {
    literal.len() + 2 * literal.bytes().filter(|byte| !byte.is_ascii_lowercase()).count()
}

/// Fewer literals, some of which stand wherever one of `literals` (sorted) does: without those that hold another one, and
/// those that begin alike as one, if what they begin with still tells enough.
fn fewer(literals: &[String]) -> Vec<String> {
    let holds_other = |it: &&String| literals.iter().any(|other| other != *it && it.contains(other.as_str()));
    let mut fewer: Vec<String> = Vec::with_capacity(literals.len());
    for literal in literals.iter().filter(|it| !holds_other(it)) {
        match fewer.last_mut() {
            Some(last) if tells_enough(common_start(last, literal)) => {
                last.truncate(common_start(last, literal).len());
            }
            _ => fewer.push(literal.clone()),
        }
    }
    fewer
}

/// `REGIST` is rare and finds every `REGISTRY`, `registration` is long and an everyday word.
fn tells_enough(start: &str) -> bool {
    start.len() >= LONG && rarity(start) >= RARE
}

fn common_start<'a>(a: &'a str, b: &str) -> &'a str {
    let differs = a.char_indices().zip(b.chars()).find(|((_, a), b)| a != b);
    let end = differs.map_or(a.len().min(b.len()), |((at, _), _)| at);
    a.get(..end).unwrap_or_default()
}

fn distinct<'a>(literals: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut literals: Vec<String> = literals.cloned().collect();
    literals.sort();
    literals.dedup();
    literals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::BUILT_IN;

    fn strings(literals: &[&str]) -> Vec<String> {
        literals.iter().map(|it| (*it).to_owned()).collect()
    }

    #[test]
    fn fewer_literals_stand_wherever_one_of_the_many_does() {
        let many = strings(&[
            "REGISTER_A",
            "REGISTER_LONG_B",
            "ab",
            "abc",
            "légacy-ünit",
            "légacy-örn",
            "registration-a",
            "registration_a",
            "xabx",
        ]);
        let few = fewer(&many);
        assert_eq!(
            few,
            strings(&["REGISTER_", "ab", "légacy-ünit", "légacy-örn", "registration-a", "registration_a"])
        );
        assert!(many.iter().all(|it| few.iter().any(|few| it.contains(few.as_str()))));
        assert_eq!(common_start("é", "è"), "");
        assert_eq!(common_start("same", "same-and-more"), "same");
    }

    #[test]
    fn the_rules_that_are_built_in_are_searched_for_at_the_full_speed() {
        let telling = BUILT_IN.rules.iter().flat_map(|rule| rule.needs.iter()).flatten();
        let known = Prefilter::of(&BUILT_IN.rules, BUILT_IN.rules.len());
        for literal in telling {
            let text = format!("some text around {literal} and more of it");
            // What is relevant is never missed by the first step.
            assert!(!known.is_relevant(text.as_bytes()) || known.may_hold(text.as_bytes()), "{literal}");
        }
        let Search::Merged(few, ..) = &known.built_in.telling else { panic!("no packed search") };
        assert!(few.find(b"registration_").is_some() && !known.may_hold(b"registration_"));
        assert!(known.overlap() < 64);
    }
}
