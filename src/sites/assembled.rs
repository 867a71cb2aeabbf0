//! Commands that take words from arrays, strings, positional parameters and functions: put together from their pieces.

use super::options::canonical;
use super::variables::{POSITIONAL, Variables};
use super::{Brings, Piece, Sites, Unknown, UnknownKind};
use crate::facts::{Command, Facts, Word, WordList};
use crate::text::{Cover, Span};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// Words that commands of one text may take from elsewhere: real scripts never come near.
const MOST_WORDS: usize = 200_000;

/// The words of one text that commands take from elsewhere.
pub(super) struct Assembler<'a> {
    facts: &'a Facts,
    text: &'a str,
    variables: &'a Variables,
    sites: &'a Sites,
    /// Options without a value of their own.
    flags: BTreeSet<&'a str>,
    /// Lists by name, in the order of the text.
    by_name: BTreeMap<&'a str, Vec<usize>>,
    /// Names of the functions.
    function_names: BTreeSet<&'a str>,
    budget: Cell<usize>,
    /// The first command that took a list, by its scope.
    takers: RefCell<BTreeMap<usize, usize>>,
}

/// The words before the bodies of functions: `name() {`, `function name {`.
fn function_names<'t>(facts: &Facts, text: &'t str) -> BTreeSet<&'t str> {
    let name = |body: &Span| {
        let before = text.get(..body.start())?;
        let signs = |c: char| c.is_whitespace() || matches!(c, '{' | '(' | ')');
        before.trim_end_matches(signs).rsplit(|c: char| c.is_whitespace() || c == ';').next()
    };
    facts.functions.iter().filter_map(name).filter(|name| !name.is_empty()).collect()
}

/// A command put together from its pieces.
pub(super) struct Assembled {
    /// The command with all words in their places.
    pub(super) command: Command,
    /// Lists that it takes, by index, in the order of their words.
    lists: Vec<usize>,
    seen: BTreeSet<usize>,
    /// Those of which it is not sure whether, or how, they are set.
    unsure: BTreeSet<usize>,
    /// The words that take them.
    uses: Vec<Span>,
    /// Options that may replace those of the command: `OPT=--token` in one branch, another in the next.
    pub(super) alternatives: Vec<Word>,
}

impl<'a> Assembler<'a> {
    pub(super) fn new(facts: &'a Facts, text: &'a str, sites: &'a Sites, variables: &'a Variables) -> Self {
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, list) in facts.word_lists.iter().enumerate().filter(|(_, list)| !list.name.is_empty()) {
            by_name.entry(&list.name).or_default().push(index);
        }
        let flags = || sites.signed().flat_map(|program| &program.subcommands).flat_map(|it| &it.flags);
        let flags = if by_name.is_empty() { BTreeSet::new() } else { flags().map(String::as_str).collect() };
        Self {
            facts,
            text,
            variables,
            sites,
            flags,
            function_names: if by_name.is_empty() { BTreeSet::new() } else { function_names(facts, text) },
            by_name,
            budget: Cell::new(MOST_WORDS),
            takers: RefCell::default(),
        }
    }

    /// `command` with the words that it takes from elsewhere in the same text; nothing where it takes none.
    pub(super) fn assemble(&self, command: &Command) -> Option<Assembled> {
        let known =
            |word: &Word| word.expands.as_ref().is_some_and(|name| self.by_name.contains_key(&**name));
        if !command.words.iter().any(known) {
            return None;
        }
        let mut out = Assembled {
            command: Command { words: Vec::new(), ..command.clone() },
            lists: Vec::new(),
            seen: BTreeSet::new(),
            unsure: BTreeSet::new(),
            uses: Vec::new(),
            alternatives: Vec::new(),
        };
        self.splice(&command.words, command.span.start(), &mut out);
        (!out.uses.is_empty()).then_some(out)
    }

    /// Adds `words`, and instead of a variable its value.
    fn splice(&self, words: &'a [Word], at: usize, out: &mut Assembled)
    where
        Self: 'a,
    {
        // Words that are still to come, the next one last.
        let mut open: Vec<(&[Word], usize, usize)> = vec![(words, 0, at)];
        while let Some((words, index, at)) = open.pop() {
            let Some(word) = words.get(index) else { continue };
            open.push((words, index + 1, at));
            let Some(lists) = self.lists(word, at, out) else {
                out.command.words.push(word.clone());
                continue;
            };
            out.uses.push(word.span);
            for list in lists.into_iter().rev() {
                let Some(found) = self.facts.word_lists.get(list) else { continue };
                self.budget.set(self.budget.get().saturating_sub(found.words.len() + 1));
                open.push((&found.words, word.skips, found.span.start()));
            }
        }
    }

    /// The lists whose words `word` expands to, if that is known.
    fn lists(&self, word: &Word, at: usize, out: &mut Assembled) -> Option<Vec<usize>> {
        let name: &str = word.expands.as_deref()?;
        let (lists, sure) = self.choose(name, at)?;
        let get = |index: &usize| self.facts.word_lists.get(*index);
        let found = || lists.iter().filter_map(get);
        if found().any(|list| !word.splits && (!list.is_text || list.words.len() > 1)) {
            return None;
        }
        // Which words are left out can be said of one list, or of each call's own.
        let skipped =
            |list: &WordList| list.words.get(..word.skips).unwrap_or_default().iter().any(|it| it.splits);
        let each = |list: &WordList| &*list.name == POSITIONAL && list.block == list.function;
        if word.skips > 0 && (found().any(skipped) || lists.len() > 1 && !found().all(each)) {
            return None;
        }
        if self.is_value(out.command.words.last(), found())
            || lists.iter().any(|list| out.seen.contains(list))
        {
            return None;
        }
        let otherwise = self.variables.is_set_otherwise(name, self.text);
        let imports = &self.variables.imports;
        let changes = |list: &usize| {
            let given = (name, get(list).map_or(0, |list| list.span.start()));
            imports.changes(self.facts, self.sites, given, at).is_some()
        };
        let unsure = lists.iter().zip(&sure).filter(|(list, sure)| otherwise || !**sure || changes(list));
        out.unsure.extend(unsure.map(|(list, _)| *list));
        out.lists.extend(&lists);
        out.seen.extend(&lists);
        // Each of several ends with an option that takes the word after it: one of them does.
        let takes = |list: &WordList| !list.adds && list.words.last().is_some_and(|it| self.takes_next(it));
        if lists.len() > 1 && lists.iter().filter_map(get).all(takes) {
            let (first, others) = lists.split_first()?;
            let others = others.iter().filter_map(get).flat_map(|list| &list.words);
            out.alternatives.extend(others.filter(|it| it.text.starts_with('-')).cloned());
            return Some(vec![*first]);
        }
        Some(lists)
    }

    /// Whether it is an option that takes the next word.
    fn takes_next(&self, word: &Word) -> bool {
        word.text.starts_with('-')
            && word.text.len() > 1
            && !word.text.contains('=')
            && !word.opaque
            && !self.flags.contains(canonical(&word.text).as_str())
    }

    /// Whether a word after `before` is the value of an option, rather than an option itself.
    fn is_value<'w>(&self, before: Option<&Word>, mut lists: impl Iterator<Item = &'w WordList>) -> bool {
        let Some(before) = before else { return false };
        let option = |list: &WordList| list.words.first().is_some_and(|word| word.text.starts_with('-'));
        self.takes_next(before) && !lists.any(option)
    }

    /// The lists that `name` may stand for at `at`, in their order, and of each whether it surely does.
    fn choose(&self, name: &str, at: usize) -> Option<(Vec<usize>, Vec<bool>)> {
        let all = self.by_name.get(name)?;
        self.budget.set(self.budget.get().checked_sub(all.len() + 1)?);
        let function = self.function_at(at);
        let get = |index: &usize| self.facts.word_lists.get(*index);
        let is_candidate = |index: &&usize| {
            get(index).is_some_and(|list| {
                let own = function.unwrap_or_else(|| Span::new(0, self.text.len()));
                let called = list.block == own && name == POSITIONAL && function.is_some();
                let before = list.span.start() < at;
                if name == POSITIONAL {
                    list.function == own && (called || before)
                } else {
                    before || list.function != own
                }
            })
        };
        let candidates: Vec<usize> = all.iter().filter(is_candidate).copied().collect();
        let is_sure = |index: &usize| {
            get(index).is_some_and(|list| {
                let called = function.is_some_and(|own| list.function == own && list.block == own);
                !list.is_conditional && (list.block.contains(Span::at(at)) || called)
            })
        };
        let is_base = |index: &usize| is_sure(index) && get(index).is_some_and(|list| !list.adds);
        let base = candidates.iter().rposition(is_base);
        let mut chosen = candidates.get(base.unwrap_or(0)..).unwrap_or_default().to_vec();
        // What another function sets counts only where one is called after the last value.
        let own = function.unwrap_or_else(|| Span::new(0, self.text.len()));
        let is_own = |index: &usize| get(index).is_some_and(|list| list.function == own);
        if let Some(set) = base.and_then(|base| candidates.get(base)).filter(|it| is_own(it)).and_then(get)
            && !chosen.iter().all(is_own)
            && !self.calls_between(set.span.end(), at)
        {
            chosen.retain(is_own);
        }
        let based = base.is_some() || chosen.len() == 1;
        let sure = chosen.iter().map(|list| based && is_sure(list)).collect();
        (!chosen.is_empty()).then_some((chosen, sure))
    }

    /// Whether a command that begins between these offsets may be a function of the text, or run code that is not seen.
    fn calls_between(&self, from: usize, to: usize) -> bool {
        let commands = &self.facts.commands;
        let first = commands.partition_point(|command| command.span.start() < from);
        let between = commands.get(first..).unwrap_or_default().iter();
        let between = between.take_while(|command| command.span.start() < to);
        let calls = |command: &Command| {
            let program = command.words.first();
            program.is_some_and(|word| {
                word.opaque
                    || matches!(word.text.as_str(), "eval" | "source" | ".")
                    || self.function_names.contains(word.text.as_str())
            })
        };
        between.into_iter().any(|command| {
            let left = self.budget.get().checked_sub(1);
            self.budget.set(left.unwrap_or_default());
            left.is_none() || calls(command)
        })
    }

    /// The body of the function that `at` is in.
    fn function_at(&self, at: usize) -> Option<Span> {
        let behind = self.facts.functions.partition_point(|body| body.start() <= at);
        // Functions are seldom in functions.
        let before = self.facts.functions.get(behind.saturating_sub(8)..behind).unwrap_or_default();
        before.iter().rev().find(|body| body.contains(Span::at(at))).copied()
    }

    /// The pieces of the command `scope`, by the place of their words, and those of which it is not sure what they give.
    pub(super) fn take(&self, assembled: &Assembled, scope: usize, doc: usize) -> (Vec<Piece>, Vec<Unknown>) {
        let (mut pieces, mut unsure) = (Vec::new(), Vec::new());
        let mut takers = self.takers.borrow_mut();
        let used_elsewhere = self.used_elsewhere(assembled);
        for index in &assembled.lists {
            let Some(list) = self.facts.word_lists.get(*index) else { continue };
            let first = *takers.entry(*index).or_insert(scope);
            let (kind, name) = (UnknownKind::Collected, self.name(list));
            let place = Unknown::new(kind, Brings::Anything, name, doc, list.span);
            if assembled.unsure.contains(index) {
                unsure.push(place.clone());
            }
            // Not each call may give a token.
            let one_of_many = list.is_conditional && &*list.name == POSITIONAL && list.block == list.function;
            let (Some(a), Some(b)) = (list.words.first(), list.words.last()) else { continue };
            pieces.push(Piece {
                place,
                words: a.span.hull(b.span),
                stays: list.is_text || one_of_many || used_elsewhere.contains(&*list.name),
                first: (first != scope).then_some(first),
                adds: list.adds,
                branch: list.choice.map(|choice| (choice, list.block.start())),
            });
        }
        pieces.sort_by_key(|piece| piece.words);
        (pieces, unsure)
    }

    /// How a list is named to people: of a statement or a call only the start, since its words may be secrets.
    fn name(&self, list: &WordList) -> &'a str {
        let written = list.span.of(self.text);
        let start = written.split_ascii_whitespace().next().unwrap_or(written);
        if written.starts_with("set --") { "set --" } else { start.trim_end_matches(['=', '+', '@']) }
    }

    /// Names of the lists that something else than the command and the lists themselves reads.
    fn used_elsewhere(&self, assembled: &Assembled) -> BTreeSet<&'a str> {
        let get = |index: &usize| self.facts.word_lists.get(*index);
        let mut names: BTreeSet<(&'a str, usize)> = BTreeSet::new();
        let mut spans: Vec<Span> = assembled.uses.clone();
        for list in assembled.lists.iter().filter_map(get) {
            let own = if &*list.name == POSITIONAL { list.function.start() } else { 0 };
            names.insert((&list.name, own));
            if let (Some(first), Some(last)) = (list.words.first(), list.words.last()) {
                spans.push(first.span.hull(last.span));
            }
        }
        let cover = Cover::of(spans);
        let is_other = |(name, own): &&(&'a str, usize)| {
            let reads = self.variables.reads(name, self.text);
            let Some(left) = self.budget.get().checked_sub(reads.len()) else { return true };
            self.budget.set(left);
            let positional = *name == POSITIONAL;
            let mut reads = reads.iter().filter(|at| !cover.holds(Span::new(**at, **at + 1)));
            reads.any(|at| !positional || self.function_at(*at).map_or(0, Span::start) == *own)
        };
        names.iter().filter(is_other).map(|(name, _)| *name).collect()
    }

    /// Whether a command has taken the list of that index.
    pub(super) fn is_taken(&self, list: usize) -> bool {
        self.takers.borrow().contains_key(&list)
    }
}
