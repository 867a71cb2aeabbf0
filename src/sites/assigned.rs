//! Variables of a text that its reader puts into the texts inside it: a Makefile's, `vars` of Ansible, `variables:` of CI files.

use super::{Brings, Carrier, ScopeKind, Sites, Survey, Unknown, UnknownKind, ValueKind, Variables, Via};
use crate::text::Span;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// How the texts inside read a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AssignmentForm {
    /// `$(NAME)` and `${NAME}`: make puts it in.
    Make,
    /// `{{ NAME }}`
    Template,
    /// `$NAME` and `${NAME}`: it is in the environment.
    Environment,
}

/// The literal that a variable is given, where it is given one; nothing where it is given more.
#[derive(Clone, Debug)]
struct Assigned {
    literal: Option<String>,
    span: Span,
}

/// Variables by the text, the form and the name.
#[derive(Debug, Default)]
pub(super) struct Assignments(BTreeMap<(usize, AssignmentForm, Box<str>), Assigned>);

/// `NAME=` of a script.
static SET: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?-u)([A-Za-z_][A-Za-z0-9_]*)=").ok());

/// Longer values are not tokens.
const LONGEST: usize = 1024;

impl Assignments {
    /// Takes in that the text `doc` gives a variable a value: a literal, or an expression.
    pub(super) fn add(
        &mut self,
        doc: usize,
        form: AssignmentForm,
        name: &str,
        literal: Option<&str>,
        span: Span,
    ) {
        let literal = literal.filter(|it| !it.is_empty() && it.len() <= LONGEST).map(str::to_owned);
        let key = (doc, form, Box::from(name));
        let again = |it: &mut Assigned| it.literal = None;
        self.0.entry(key).and_modify(again).or_insert(Assigned { literal, span });
    }

    fn get(&self, doc: usize, form: AssignmentForm, name: &str) -> Option<&Assigned> {
        self.0.get(&(doc, form, Box::from(name)))
    }
}

/// The ways to read the variable in an expression that is nothing else.
fn read_by(expression: &str) -> Vec<(AssignmentForm, &str)> {
    let inside = |open: &str, close: &str| expression.strip_prefix(open)?.strip_suffix(close);
    let braces = inside("${", "}");
    let all = [
        (AssignmentForm::Make, inside("$(", ")").or(braces)),
        (AssignmentForm::Template, inside("{{", "}}").map(str::trim)),
        (AssignmentForm::Environment, braces.or_else(|| expression.strip_prefix('$'))),
    ];
    let is_name = |name: &&str| {
        let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !name.is_empty() && name.bytes().all(part)
    };
    all.into_iter().filter_map(|(form, name)| Some((form, name.filter(is_name)?))).collect()
}

impl Survey {
    /// Gives the options and variables of commands what the texts around them put in. `parent` is the text around a text, `text` what
    /// it says.
    pub(crate) fn put_in<'t>(
        &mut self,
        sites: &Sites,
        parent: &dyn Fn(usize) -> Option<usize>,
        text: &dyn Fn(usize) -> &'t str,
    ) {
        self.assign_variables();
        if self.assigned.0.is_empty() {
            return;
        }
        let mut overridden = Vec::new();
        // What scripts of a text set themselves.
        let mut scripts: BTreeMap<usize, (BTreeSet<&str>, Variables)> = BTreeMap::new();
        let is_read = |it: &&mut Carrier| {
            matches!(it.via, Via::Option | Via::Variable)
                && it.value.kind == ValueKind::Opaque
                && it.value.known.is_none()
        };
        for carrier in self.carriers.iter_mut().filter(is_read) {
            let expression = carrier.value.text.trim_matches('"');
            let mut around = std::iter::successors(parent(carrier.doc), |doc| parent(*doc));
            let found = around.find_map(|doc| {
                let all = read_by(expression).into_iter();
                let mut all =
                    all.filter_map(|(form, name)| Some((form, name, self.assigned.get(doc, form, name)?)));
                all.next().map(|(form, name, it)| (doc, form, name, it))
            });
            let Some((doc, form, name, Assigned { literal: Some(literal), span })) = found else { continue };
            if form == AssignmentForm::Environment {
                let set = |names: regex::Captures<'t>| names.get(1).map(|name| name.as_str());
                let all =
                    || SET.iter().flat_map(|set| set.captures_iter(text(doc))).filter_map(set).collect();
                let (set, variables) = scripts.entry(doc).or_insert_with(|| (all(), Variables::default()));
                if set.contains(name) || variables.is_set_otherwise(name, text(doc)) {
                    continue;
                }
            }
            if sites.takes_token(carrier) {
                let place = Unknown::new(UnknownKind::Override, Brings::Token, name, doc, *span);
                overridden.push((carrier.scope, place));
            }
            carrier.value.known = Some(literal.clone());
        }
        for (scope, place) in overridden {
            if let Some(it) = self.scope_mut(scope) {
                it.add_unknown(place);
            }
        }
    }

    /// Variables of `variables:`, which reach all scripts of their text.
    fn assign_variables(&mut self) {
        for carrier in self.carriers.iter().filter(|it| it.via == Via::Variable) {
            let scope = self.scopes.get(carrier.scope);
            if scope.is_none_or(|it| it.kind != ScopeKind::Variables || it.expands.is_none()) {
                continue;
            }
            let literal = (carrier.value.kind == ValueKind::Literal).then_some(carrier.value.text.as_str());
            self.assigned.add(
                carrier.doc,
                AssignmentForm::Environment,
                &carrier.name,
                literal,
                carrier.name_span,
            );
        }
    }
}

impl Sites {
    /// Whether a command takes its token there.
    fn takes_token(&self, carrier: &Carrier) -> bool {
        let mut all = self.signed();
        match carrier.via {
            Via::Variable => all.any(|program| program.reads.contains(&carrier.name)),
            _ => all
                .flat_map(|program| &program.subcommands)
                .any(|it| it.telling.contains(&carrier.name) || it.removable.contains(&carrier.name)),
        }
    }
}
