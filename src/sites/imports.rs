//! What a script imports without showing it: which commands and variables that concerns.

use super::schema::programs::Program;
use super::survey::Context;
use super::{Brings, Sites, Unknown, UnknownKind};
use crate::embed::Decoded;
use crate::facts::{Facts, Import};
use crate::syntax;
use crate::text::Span;
use std::cell::OnceCell;

/// Imports that are named for one command.
pub(super) const MOST_NAMED: usize = 3;

/// Imports near a command of which some do not reach it.
const MOST_NEAR: usize = 16;

/// Imports of some names only that are looked through for a variable.
const MOST_NAMES: usize = 64;

/// The imports of one text that matter, by index: made once, where something asks.
#[derive(Debug, Default)]
pub(super) struct Imports(OnceCell<Known>);

#[derive(Debug)]
struct Known {
    /// Those that may set a variable that a program reads, in the order of the text.
    read: Vec<usize>,
    /// Those of them that also reach commands before them.
    back: Vec<usize>,
    /// Those that may set any variable.
    any: Vec<usize>,
    /// Those that may set some variables.
    some: Vec<usize>,
}

impl Imports {
    fn known(&self, facts: &Facts, sites: &Sites) -> &Known {
        self.0.get_or_init(|| {
            let all = || facts.imports.iter().enumerate();
            let is_read = |import: &Import| sites.signed().any(|program| may_give(program, import));
            let indexes = |filter: &dyn Fn(&Import) -> bool| {
                all().filter(|(_, import)| filter(import)).map(|(index, _)| index).collect()
            };
            let is_any = |import: &Import| import.name.is_empty() && !import.is_whole;
            Known {
                read: indexes(&is_read),
                back: indexes(&|import| is_read(import) && reaches_back(import)),
                any: indexes(&is_any),
                some: indexes(&|import| !is_any(import)),
            }
        })
    }

    /// The nearest imports that may give `program`, or any program, variables in a command at `at`.
    pub(super) fn reaching<'f>(
        &self,
        facts: &'f Facts,
        sites: &Sites,
        program: Option<&Program>,
        at: usize,
    ) -> Vec<&'f Import> {
        if facts.imports.is_empty() {
            return Vec::new();
        }
        let known = self.known(facts, sites);
        let get = |index: &usize| facts.imports.get(*index);
        let start = |index: &usize| get(index).map_or(0, |import| import.span.start());
        let before = known.read.partition_point(|index| start(index) < at);
        let near = known.read.get(before.saturating_sub(MOST_NEAR)..before).unwrap_or_default();
        // Of a function the callers count: what they import, they may import before they call it.
        let behind = if is_in_function(facts, at) { &known.read } else { &known.back };
        let from = behind.partition_point(|index| start(index) <= at);
        let behind = behind.get(from..).unwrap_or_default();
        let reaches = |import: &&Import| {
            let later = import.span.start() > at;
            let given = || program.is_none_or(|program| may_give(program, import));
            (import.reach.contains(Span::at(at)) || later && is_in_function(facts, at)) && given()
        };
        let mut found: Vec<&Import> =
            near.iter().rev().filter_map(get).filter(reaches).take(MOST_NAMED).collect();
        found.reverse();
        let left = MOST_NAMED - found.len().min(MOST_NAMED);
        found.extend(behind.iter().take(MOST_NEAR).filter_map(get).filter(reaches).take(left));
        found
    }

    /// What may give the variable `name`, with a value at `given`, another one before `at`.
    pub(super) fn changes<'f>(
        &self,
        facts: &'f Facts,
        sites: &Sites,
        (name, given): (&str, usize),
        at: usize,
    ) -> Option<&'f Import> {
        if facts.imports.is_empty() {
            return None;
        }
        let known = self.known(facts, sites);
        let get = |index: &usize| facts.imports.get(*index);
        let between = |import: &&Import| {
            let runs_between = import.span.start() > given || reaches_back(import);
            runs_between && (import.reach.contains(Span::at(at)) || is_in_function(facts, at))
        };
        let from = known.any.partition_point(|index| get(index).is_some_and(|it| it.span.start() <= given));
        let any = known.any.get(from..).unwrap_or_default();
        let near = any.iter().take(MOST_NEAR).chain(known.any.first()).filter_map(get).find(between);
        let far = || any.get(MOST_NEAR).and_then(get);
        let some = || known.some.iter().take(MOST_NAMES).filter_map(get);
        let named = || some().find(|import| import.may_set(name) && between(import));
        near.or_else(far).or_else(named).or_else(|| known.some.get(MOST_NAMES).and_then(get))
    }
}

impl Context<'_> {
    /// What a command of `program`, or of any, at `at` may get from places that do not show it; `facts` are those of its text.
    pub(super) fn imports(&self, facts: &Facts, program: Option<&Program>, at: usize) -> Vec<Unknown> {
        let found = self.variables.imports.reaching(facts, self.sites, program, at);
        self.given
            .imports
            .iter()
            .cloned()
            .chain(found.into_iter().map(|import| self.import(import)))
            .collect()
    }

    /// An import as an unknown.
    fn import(&self, import: &Import) -> Unknown {
        self.imported(import.span.of(self.text), import.span)
    }

    /// An import, as written, at `span` of this text.
    fn imported(&self, written: &str, span: Span) -> Unknown {
        let written = written.trim_end_matches(['=', ' ']);
        Unknown::new(UnknownKind::Environment, Brings::Anything, written, self.doc, span)
    }

    /// What a script inside this text leaves in the environment of one that runs after it in the same shell.
    pub(super) fn imports_of(&self, script: &Decoded) -> Vec<Unknown> {
        let Some(shell) = syntax::named("shell") else { return Vec::new() };
        let parsed = shell.parse(script.text.as_str().into());
        let imports = Imports::default();
        let found = imports.reaching(parsed.facts(), self.sites, None, script.text.len());
        let place = |import: &Import| script.segments.to_outer(import.span);
        found.into_iter().map(|it| self.imported(it.span.of(&script.text), place(it))).collect()
    }

    /// What may give the variable in `expansion` another value than the text shows, before `at`.
    pub(super) fn changes(&self, facts: &Facts, expansion: &str, at: Span) -> Option<Unknown> {
        let variables = &facts.variables;
        let given = self.variables.given(expansion, self.text, variables)?;
        let given = (given.name.as_str(), given.name_span.start());
        let import = self.variables.imports.changes(facts, self.sites, given, at.start())?;
        Some(self.import(import))
    }
}

/// Whether a command before it may run after it: in a loop, in a function.
fn reaches_back(import: &Import) -> bool {
    import.reach.start() <= import.span.start()
}

/// Whether it may set a variable of the environment that `program` reads. One that the script names and exports is a finding.
fn may_give(program: &Program, import: &Import) -> bool {
    let any = import.name.is_empty();
    !import.is_whole && (any || program.reads.iter().any(|name| import.may_set(name)))
}

/// Whether `at` is in the body of a function.
pub(super) fn is_in_function(facts: &Facts, at: usize) -> bool {
    let behind = facts.functions.partition_point(|body| body.start() <= at);
    // Functions are seldom in functions.
    let before = facts.functions.get(behind.saturating_sub(8)..behind).unwrap_or_default();
    before.iter().any(|body| body.contains(Span::at(at)))
}
