//! Branches of templates: what a condition decides, and what its other branches are.

use super::LintedFile;
use crate::facts::Facts;
use crate::rules::{ActionRow, Rule, When};
use crate::sites::Carrier;
use crate::text::Span;
use std::rc::Rc;

/// Branches around one place that are looked at.
const DEEPEST: usize = 64;

/// Bytes of other branches that are searched in one file.
const MOST_SEARCHED: usize = 64 << 20;

/// The branches of the template tags of one text.
#[derive(Debug, Default)]
pub(super) struct Branches {
    /// By their start.
    list: Vec<GuardBranch>,
    /// The branches of each condition, by index.
    conditions: Vec<Vec<usize>>,
}

/// What is between two tags of a condition.
#[derive(Debug)]
struct GuardBranch {
    span: Span,
    /// The tag that begins it.
    tag: Span,
    /// Whether it may not be there: not so in `{{ define }}`.
    conditional: bool,
    condition: usize,
    /// The branch around it, by index.
    around: Option<usize>,
}

/// What a tag does.
enum GuardTag<'t> {
    /// It opens a block of that name.
    Opens(&'t str),
    Else,
    /// It ends a block, of that name where there is one.
    Ends(&'t str),
}

fn read(tag: &str) -> Option<GuardTag<'_>> {
    let inside = tag.trim_start_matches(|sign: char| !sign.is_ascii_alphabetic());
    let signs = tag.get(..tag.len() - inside.len()).unwrap_or_default();
    let word = inside.split(|sign: char| !sign.is_ascii_alphanumeric()).next()?;
    // `{{/if}}`, `<% list.each do |item| %>`
    if signs.contains('/') {
        return Some(GuardTag::Ends(word));
    }
    match word {
        "else" | "elif" | "elsif" | "elseif" | "when" => Some(GuardTag::Else),
        "if" | "unless" | "with" | "range" | "for" | "case" | "define" | "block" | "macro" | "filter" => {
            Some(GuardTag::Opens(word))
        }
        _ if word.starts_with("end") => Some(GuardTag::Ends(word.strip_prefix("end")?)),
        _ if inside.contains(" do ") => Some(GuardTag::Opens("for")),
        _ => None,
    }
}

impl Branches {
    fn of(facts: &Facts, text: &str) -> Self {
        let mut branches = Self::default();
        // The open branches, with the names of their blocks.
        let mut open: Vec<(usize, &str)> = Vec::new();
        for tag in &facts.control {
            match read(tag.of(text)) {
                Some(GuardTag::Opens(name)) => {
                    branches.conditions.push(Vec::new());
                    let condition = branches.conditions.len() - 1;
                    let conditional = !matches!(name, "define" | "block" | "macro" | "filter");
                    let around = open.last().map(|(at, _)| *at);
                    let at = branches.begin(*tag, text.len(), conditional, condition, around);
                    open.push((at, name));
                }
                Some(GuardTag::Else) => {
                    let Some((last, name)) = open.pop() else { continue };
                    branches.end(last, *tag);
                    let Some(GuardBranch { condition, around, .. }) = branches.list.get(last) else {
                        continue;
                    };
                    let (condition, around) = (*condition, *around);
                    open.push((branches.begin(*tag, text.len(), true, condition, around), name));
                }
                Some(GuardTag::Ends(name)) => {
                    let ends = |(_, opened): &mut (usize, &str)| name.is_empty() || *opened == name;
                    if let Some((last, _)) = open.pop_if(ends) {
                        branches.end(last, *tag);
                    }
                }
                None => {}
            }
        }
        branches
    }

    fn begin(
        &mut self,
        tag: Span,
        end: usize,
        conditional: bool,
        condition: usize,
        around: Option<usize>,
    ) -> usize {
        let span = Span::new(tag.end(), end);
        self.list.push(GuardBranch { span, tag, conditional, condition, around });
        let at = self.list.len() - 1;
        if let Some(condition) = self.conditions.get_mut(condition) {
            condition.push(at);
        }
        at
    }

    fn end(&mut self, branch: usize, tag: Span) {
        if let Some(branch) = self.list.get_mut(branch) {
            branch.span = Span::new(branch.span.start(), tag.start());
        }
    }

    /// The branches around the byte `at` that decide whether it is there, inside out, by index.
    fn around(&self, at: usize) -> impl Iterator<Item = (usize, &GuardBranch)> {
        let before = self.list.partition_point(|branch| branch.span.start() <= at);
        let get = |index: usize| Some((index, self.list.get(index)?));
        let last = before.checked_sub(1).and_then(get);
        std::iter::successors(last, move |(_, branch)| get(branch.around?))
            .take(DEEPEST)
            .filter(move |(_, branch)| branch.conditional && at < branch.span.end())
    }

    /// The other branches of the condition that `branch` belongs to.
    fn others(&self, branch: usize) -> impl Iterator<Item = &GuardBranch> {
        let condition = self.list.get(branch).and_then(|it| self.conditions.get(it.condition));
        let others = condition.into_iter().flatten().filter(move |other| **other != branch);
        others.filter_map(|other| self.list.get(*other))
    }
}

/// Whether a rule says itself what it does with guarded places.
pub(super) fn decides(rule: &Rule) -> bool {
    let matches = rule.matches.iter().map(|found| &found.when);
    let rows = rule.severity.iter().map(|row| &row.when).chain(rule.actions.iter().map(|row| &row.when));
    let mut open: Vec<&When> = matches.chain(rows).chain(rule.safety.iter().map(|row| &row.when)).collect();
    while let Some(when) = open.pop() {
        if when.guarded.is_some() {
            return true;
        }
        open.extend(when.all.iter().chain(&when.any).chain(when.not.as_deref()));
    }
    false
}

/// What fixes of a rule would write instead of `carrier`, and what must be there as well.
fn written<'r>(
    rule: &'r Rule,
    carrier: &'r Carrier,
) -> impl Iterator<Item = (&'r ActionRow, &'r str, Option<&'r str>)> {
    rule.actions.iter().flat_map(|row| {
        let path = row.moves.as_deref().or(row.move_beside.as_deref());
        let moved = path.map(|path| path.rsplit('.').next().unwrap_or(path));
        let names = [row.rename.as_deref(), moved, row.replace.as_deref()];
        let set = row.set.as_deref().map(|value| (row, value, Some(carrier.written.as_str())));
        names.into_iter().flatten().map(move |name| (row, name, None)).chain(set)
    })
}

/// Whether `text` has `word` as a word of its own.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |sign: Option<char>| sign.is_some_and(|it| it.is_alphanumeric() || "_-./".contains(it));
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let behind = text.get(at + word.len()..).and_then(|behind| behind.chars().next());
            !is_part(before) && !is_part(behind)
        })
}

impl LintedFile<'_> {
    fn branches(&self, doc: usize) -> Rc<Branches> {
        let mut known = self.caches.branches.borrow_mut();
        let read = || {
            let document = self.documents.get(doc);
            document.map_or_else(Branches::default, |it| Branches::of(it.parsed.facts(), &it.text))
        };
        Rc::clone(known.entry(doc).or_insert_with(|| Rc::new(read())))
    }

    /// The places of `carrier` in its text and the texts around it.
    fn places_of(&self, carrier: &Carrier) -> Vec<(usize, usize)> {
        let mut places = Vec::new();
        let mut next = Some((carrier.doc, carrier.name_span.start()));
        while let Some((doc, at)) = next {
            places.push((doc, at));
            let document = self.documents.get(doc);
            next = document.and_then(|it| Some((it.parent?, it.place.as_ref()?.1.start())));
        }
        places
    }

    /// The template tag nearest to `carrier` that decides whether it is there, and its line.
    pub(super) fn branch_tag(&self, carrier: &Carrier) -> Option<(String, usize)> {
        self.places_of(carrier).into_iter().find_map(|(doc, at)| {
            let tag = self.branches(doc).around(at).next()?.1.tag;
            let start = self.documents.to_host(doc, tag).start();
            let text = tag.of(&self.documents.get(doc)?.text).lines().next()?.to_owned();
            Some((text, self.source.position(start).line))
        })
    }

    /// Whether another branch of a condition around `carrier` has already what `rule` would write there. `fill` completes the
    /// texts of the rule.
    pub(super) fn is_guarded(
        &self,
        rule: &Rule,
        carrier: &Carrier,
        fill: impl Fn(&ActionRow, &str) -> String,
    ) -> bool {
        let has = |doc: usize, branch: usize, branches: &Branches, (new, beside): (String, Option<&str>)| {
            let key = (doc, branch, format!("{new}\n{}", beside.unwrap_or_default()));
            if let Some(known) = self.caches.guarded.borrow().get(&key) {
                return *known;
            }
            let Some(document) = self.documents.get(doc) else { return false };
            let found = branches.others(branch).any(|other| {
                let searched = self.caches.searched.get().saturating_add(other.span.len());
                self.caches.searched.set(searched);
                let text = other.span.of(&document.text);
                searched < MOST_SEARCHED
                    && has_word(text, &new)
                    && beside.is_none_or(|beside| has_word(text, beside))
            });
            self.caches.guarded.borrow_mut().insert(key, found);
            found
        };
        self.places_of(carrier).into_iter().any(|(doc, at)| {
            let branches = self.branches(doc);
            let around = branches.around(at).map(|(index, _)| index);
            let around: Vec<usize> = around.collect();
            around.into_iter().any(|branch| {
                written(rule, carrier)
                    .any(|(row, new, beside)| has(doc, branch, &branches, (fill(row, new), beside)))
            })
        })
    }
}
