//! Tells from the bytes alone that no rule can match: most files of a repository are never parsed.

use super::grams::{self, Grams};
use crate::rules::Rule;
use aho_corasick::{AhoCorasick, AhoCorasickKind, packed};
use memchr::memmem::Finder;
use std::mem::replace;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// With more literals the packed search takes a third longer, and a whole tree a twentieth.
const FAST: usize = 32;
/// With more literals, telling which of them are needed would take too long.
const MANY: usize = 256;
/// What a table of all steps costs to make, in steps of a search. It is made when as much was spent on searches for each literal
/// by itself, each of which costs a step for so many bytes, and so many to begin.
const TABLE: usize = 6_000_000;
const BYTES: usize = 16;
const BEGIN: usize = 40;
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
    /// Whether each is looked for by itself until a table is worth its making.
    is_small: bool,
    /// Each of `all` by itself: soon built, and quick for few.
    finders: OnceLock<Vec<Finder<'static>>>,
    /// All of them together. Built only when a file asks, and where there are few when many bytes were looked at: see [`TABLE`].
    automaton: OnceLock<Option<AhoCorasick>>,
    /// The steps that searches took so far.
    spent: AtomicUsize,
}

/// How literals are looked for.
enum How<'a> {
    Each(&'a [Finder<'static>]),
    Together(&'a AhoCorasick),
    /// No search could be built.
    Unknown,
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
            && let Some(packed) = packed::Searcher::new(in_groups(literals))
        {
            return Self::Packed(packed);
        }
        if literals.len() <= MANY
            && let Some(packed) = packed::Searcher::new(in_groups(&fewer(literals)))
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
            is_small: all.len() <= MANY && all.iter().map(String::len).sum::<usize>() <= SMALL,
            finders: OnceLock::new(),
            automaton: OnceLock::new(),
            spent: AtomicUsize::new(0),
            all,
        }
    }

    /// How all literals are looked for in so many `bytes`.
    fn how(&self, bytes: usize) -> How<'_> {
        let kind = if self.is_small { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
        let spent = self.spent.fetch_add(self.all.len() * (bytes / BYTES + BEGIN), Ordering::Relaxed);
        if self.is_small && spent < TABLE {
            let finder = |literal: &String| Finder::new(literal.as_bytes()).into_owned();
            return How::Each(self.finders.get_or_init(|| self.all.iter().map(finder).collect()));
        }
        let build = || AhoCorasick::builder().kind(Some(kind)).build(&self.all).ok();
        self.automaton.get_or_init(build).as_ref().map_or(How::Unknown, How::Together)
    }

    fn is_mentioned(&self, bytes: &[u8]) -> bool {
        match self.how(bytes.len()) {
            How::Each(finders) => finders.iter().any(|finder| finder.find(bytes).is_some()),
            How::Together(all) => all.is_match(bytes),
            How::Unknown => true,
        }
    }

    fn is_relevant(&self, bytes: &[u8]) -> bool {
        self.telling.is_match(bytes)
            && match self.how(bytes.len()) {
                How::Each(finders) => {
                    let mut known = Known::new(finders, bytes);
                    self.needs.iter().any(|needs| is_met(needs, |literal| known.stands(literal)))
                }
                How::Together(all) => {
                    let mut known = vec![false; self.all.len()];
                    let mut found = all.find_overlapping_iter(bytes);
                    found.any(|found| {
                        let is_new =
                            known.get_mut(found.pattern().as_usize()).is_some_and(|it| !replace(it, true));
                        let stands = |literal: usize| known.get(literal).is_some_and(|it| *it);
                        is_new && self.needs.iter().any(|needs| is_met(needs, stands))
                    })
                }
                How::Unknown => true,
            }
    }

    /// The rules that find all that they need, by index.
    fn active(&self, bytes: &[u8]) -> Vec<usize> {
        if !self.telling.is_match(bytes) {
            return Vec::new();
        }
        let rules = |mut stands: &mut dyn FnMut(usize) -> bool| {
            let rules = self.needs.iter().enumerate();
            rules.filter(|(_, needs)| is_met(needs, &mut stands)).map(|(index, _)| index).collect()
        };
        match self.how(bytes.len()) {
            How::Each(finders) => {
                let mut known = Known::new(finders, bytes);
                rules(&mut |literal| known.stands(literal))
            }
            How::Together(all) => {
                let mut known = vec![false; self.all.len()];
                for found in all.find_overlapping_iter(bytes) {
                    if let Some(known) = known.get_mut(found.pattern().as_usize()) {
                        *known = true;
                    }
                }
                rules(&mut |literal| known.get(literal).is_some_and(|it| *it))
            }
            How::Unknown => (0..self.needs.len()).collect(),
        }
    }
}

/// Which literals stand in a text, each looked for when somebody asks, and once.
struct Known<'a> {
    finders: &'a [Finder<'static>],
    bytes: &'a [u8],
    told: Vec<Option<bool>>,
}

impl<'a> Known<'a> {
    fn new(finders: &'a [Finder<'static>], bytes: &'a [u8]) -> Self {
        Self { finders, bytes, told: vec![None; finders.len()] }
    }

    fn stands(&mut self, literal: usize) -> bool {
        let (Some(finder), Some(told)) = (self.finders.get(literal), self.told.get_mut(literal)) else {
            return false;
        };
        *told.get_or_insert_with(|| finder.find(self.bytes).is_some())
    }
}

fn is_met(needs: &[Vec<usize>], mut stands: impl FnMut(usize) -> bool) -> bool {
    needs.iter().all(|list| list.iter().any(|literal| stands(*literal)))
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

/// Orders words (sorted) so that those that begin alike come into one group of the packed search. It has eight, or sixteen for
/// more than [`FAST`], hands the words out to them in turn, and stops wherever the first letters of any words of a group,
/// mixed, could stand: in another order it looks at twice as many places.
fn in_groups(words: &[String]) -> impl Iterator<Item = &str> {
    let groups = if words.len() > FAST { 16 } else { 8 };
    let (rows, more) = (words.len() / groups, words.len() % groups);
    let row = move |row: usize| {
        let long = if row < rows { groups } else { more };
        (0..long).filter_map(move |group| words.get(group * rows + group.min(more) + row))
    };
    (0..=rows).flat_map(row).map(String::as_str)
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
    fn all_ways_to_look_for_the_literals_tell_the_same() {
        let literals = || Literals::of(&BUILT_IN.rules);
        let (each, together) = (literals(), literals());
        together.spent.store(TABLE, Ordering::Relaxed);
        assert!(matches!(each.how(9), How::Each(_)) && matches!(together.how(9), How::Together(_)));
        let words: Vec<&str> =
            each.all.iter().map(String::as_str).chain(["x", "\n", "other words"]).collect();
        let mut state = 7_usize;
        let mut found = 0;
        for count in 0..400 {
            let mut text = String::new();
            for _ in 0..count % 9 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(words[(state >> 33) % words.len()]);
            }
            let bytes = text.as_bytes();
            let active = each.active(bytes);
            assert_eq!(active, together.active(bytes), "{text:?}");
            assert_eq!(
                (each.is_relevant(bytes), together.is_relevant(bytes)),
                (!active.is_empty(), !active.is_empty())
            );
            assert_eq!(each.is_mentioned(bytes), together.is_mentioned(bytes), "{text:?}");
            found += active.len();
        }
        assert!(found > 400, "{found}");
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

    #[test]
    fn words_that_begin_alike_are_in_one_group() {
        for count in [0, 1, 7, 8, 9, 31, 32, 33, 64] {
            let words: Vec<String> = (0..count).map(|at| format!("{at:03}")).collect();
            let groups = if count > FAST { 16 } else { 8 };
            let mut found = vec![Vec::new(); groups];
            for (at, word) in in_groups(&words).enumerate() {
                found[at % groups].push(word);
            }
            assert_eq!(found.concat(), words);
        }
    }
}
