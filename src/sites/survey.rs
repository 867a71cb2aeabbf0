//! Goes through one parsed text and takes in what its sites hold.

use super::assembled::Assembler;
use super::assigned::AssignmentForm;
use super::command::{self, Around, Scripts};
use super::given::of_variable;
use super::linked::Stated;
use super::options::is_placeholder;
use super::programs::{Runs, version_of_image};
use super::started::{has_interactive_shell, included, piped};
use super::value_files::{self, Reads};
use super::{
    Brings, Carrier, Container, EmbeddedContext, EmbeddedText, ScopeKind, Sites, Survey, Unknown,
    UnknownKind, Value, ValueKind, ValueLocation, Variables, Via, trees,
};
use crate::embed::{Codec, Decoded};
use crate::facts::{Command, Facts, Hint, Region, Variable, VariableUse, Word};
use crate::syntax::{Language, Parsed};
use crate::text::{Notation, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What is known around a text.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Hosts, programs and charts that are known.
    pub sites: &'a Sites,
    /// Its index among the texts of the file.
    pub doc: usize,
    /// Its text.
    pub text: &'a str,
    /// The path of the file that it is or becomes, `/`-separated.
    pub path: Option<&'a str>,
    /// The language it is written in.
    pub language: &'static dyn Language,
    /// Other names of charts around the file.
    pub aliases: &'a [String],
    /// What is known of it from its place.
    pub given: &'a EmbeddedContext,
    /// Its variables.
    pub variables: &'a Variables,
    /// Whether a text inside it is read, by its words and by the span that it begins in.
    pub wanted: &'a dyn Fn(&str, Span) -> bool,
    /// Whether anyone asks for the chart value at a dotted path.
    pub names_value: &'a dyn Fn(&str) -> bool,
    /// Whether a rule looks for the variable, whatever reads it.
    pub names_variable: &'a dyn Fn(&str) -> bool,
}

/// Takes in what the text says. [`Survey::inner`] then holds the texts inside it.
pub fn survey(parsed: &dyn Parsed, context: &Context<'_>, survey: &mut Survey) {
    let facts = parsed.facts();
    let before = survey.carriers.len();
    survey.inner.clear();
    let mut regions = Vec::new();
    let piped: BTreeSet<usize> = facts.commands.iter().filter_map(|command| command.piped_from).collect();
    for region in &facts.regions {
        let place = region.decoded.segments.to_outer(Span::at(0));
        if !(context.wanted)(&region.decoded.text, place) || is_printed(region, facts, context.text, &piped) {
            continue;
        }
        let container = reader_of(region, facts).and_then(|reader| {
            let container = context.given.container.as_ref();
            let around = Around { parsed, context, container, control: &facts.control, pieces: None };
            command::around_input(reader, &around, survey)
        });
        regions.push((survey.inner.len(), region));
        survey.inner.push(EmbeddedText {
            decoded: region.decoded.clone(),
            hint: region.hint.clone(),
            what: region.what.to_owned(),
            at: region.opener,
            given: EmbeddedContext {
                expanded: is_expanded(&region.decoded),
                imports: imports_of(region, facts, context),
                container,
                ..EmbeddedContext::default()
            },
        });
    }
    state(facts, context, survey);
    if context.given.line {
        container_line(parsed, context, survey);
        return;
    }
    let scopes = survey.scopes.len();
    let assembler = Assembler::new(facts, context.text, context.sites, context.variables);
    commands(parsed, context, &assembler, survey);
    if survey.has_calls() && !regions.is_empty() {
        let reads = Reads::of(survey, context.doc, &facts.commands);
        let charts: Vec<_> = regions.iter().map(|(inner, region)| (*inner, reads.chart(region))).collect();
        for (inner, chart) in charts {
            if let Some(it) = survey.inner.get_mut(inner).filter(|_| chart.is_some()) {
                it.given.values = chart;
            }
        }
    }
    lines(context, scopes, survey);
    handed_on(parsed, context, survey);
    collected(parsed, context, &assembler, survey);
    variables(facts, context, survey);
    if !facts.tree.is_empty() {
        if context.language.is_flat() {
            trees::read_objects(&facts.tree, parsed, context, survey);
        } else {
            trees::read(&facts.tree, &facts.control, parsed, context, survey);
        }
    }
    if !facts.objects.is_empty() {
        trees::read_objects(&facts.objects, parsed, context, survey);
    }
    included(context, survey);
    sourced(context, before, survey);
    set_elsewhere(facts, context, survey);
    let carriers = survey.carriers.get_mut(before..).unwrap_or_default();
    survey.constants.resolve(carriers);
    let scopes = survey.scopes.get_mut(scopes..).unwrap_or_default();
    survey.constants.resolve_secrets(scopes);
}

/// Takes in what scripts may set that a shell reads first, by variables among the carriers from `first` on.
fn sourced(context: &Context<'_>, first: usize, survey: &mut Survey) {
    let programs = &context.sites.data.programs;
    let reads = |it: &Carrier| {
        programs.sourced.contains(&it.name)
            || programs.sourced_interactive.contains(&it.name) && has_interactive_shell(context.text)
    };
    let found = survey.carriers.get(first..).unwrap_or_default().iter();
    let found: Vec<_> = found
        .filter(|it| it.via == Via::Variable && it.value.kind != ValueKind::Empty && reads(it))
        .map(|it| (it.scope, it.name.clone(), it.name_span))
        .collect();
    for (scope, name, span) in found {
        let unknown = Unknown::new(UnknownKind::Environment, Brings::Anything, &name, context.doc, span);
        if let Some(it) = survey.scope_mut(scope) {
            it.add_unknown(unknown);
        }
    }
}

/// Takes in the commands that give variables to what other commands of the text run in.
fn set_elsewhere(facts: &Facts, context: &Context<'_>, survey: &mut Survey) {
    let programs = &context.sites.data.programs;
    let read = |word: &Word| {
        let mut reads = context.sites.signed().flat_map(|program| &program.reads);
        word.text.split_once('=').is_some_and(|(name, _)| reads.any(|it| it == name))
    };
    let sets = |command: &&Command| {
        let mut words = command.words.iter();
        let Some(name) = words.next().map(|word| word.text.rsplit('/').next().unwrap_or_default()) else {
            return false;
        };
        let known = programs.setters.iter().find(|it| it.names.iter().any(|known| known == name));
        let Some(known) = known
            .filter(|it| it.words.iter().all(|known| words.next().is_some_and(|word| word.text == *known)))
        else {
            return false;
        };
        words.any(|word| {
            let option = word.text.split('=').next().unwrap_or_default();
            known.from.iter().any(|from| from == option) || read(word) || word.splits
        })
    };
    let Some(command) = facts.commands.iter().find(sets) else { return };
    let scope = survey.scope(ScopeKind::Variables, context.doc, command.span);
    let place = value_files::place(UnknownKind::Environment, context.doc, command, context.text);
    if let Some(it) = survey.scope_mut(scope) {
        it.add_unknown(place);
    }
}

/// Whether a shell replaces the expressions in it.
fn is_expanded(decoded: &Decoded) -> bool {
    matches!(decoded.segments.codec(), Codec::Heredoc { quoted: false, .. })
}

/// The command that runs a here-document as a script, on this machine.
fn reader_of<'f>(region: &Region, facts: &'f Facts) -> Option<&'f Command> {
    let reader = region.reader.and_then(|index| facts.commands.get(index))?;
    let remote = reader.words.iter().any(|word| word.text == "ssh");
    (is_script(region) && !remote).then_some(reader)
}

fn is_script(region: &Region) -> bool {
    matches!(&region.hint, Hint::Language(name) if name == "shell")
}

/// What the text around a script may set in its environment. What is written to a file or sent elsewhere has another one.
fn imports_of(region: &Region, facts: &Facts, context: &Context<'_>) -> Vec<Unknown> {
    let reader = region.reader.and_then(|index| facts.commands.get(index));
    if !is_script(region) || reader.is_some() && reader_of(region, facts).is_none() {
        return Vec::new();
    }
    context.imports(facts, None, region.opener.start())
}

/// Whether a here-document is only shown to people: `cat` prints it, and nothing else reads it.
fn is_printed(region: &Region, facts: &Facts, text: &str, piped: &BTreeSet<usize>) -> bool {
    let Some((index, reader)) = region.reader.and_then(|index| Some((index, facts.commands.get(index)?)))
    else {
        return false;
    };
    let prints = reader.words.first().is_some_and(|word| word.text == "cat" || word.text == "echo");
    let before = text.get(..reader.span.start()).unwrap_or_default().trim_end();
    let captured = before.ends_with("$(") || before.ends_with('`') || before.ends_with("<(");
    prints && region.hint == Hint::Content && !captured && !piped.contains(&index)
}

/// A longer value of a variable is not part of a command, in bytes.
const LONGEST_VALUE: usize = 4096;

/// Takes in variables that another text may read: those of a script, a Makefile's, and what a text is the value of.
fn state(facts: &Facts, context: &Context<'_>, survey: &mut Survey) {
    let has_options =
        |text: &str| text.len() <= LONGEST_VALUE && (text.starts_with('-') || text.contains(" -"));
    if let Some(name) = context.given.name.clone().filter(|_| has_options(context.text)) {
        let (span, text) = (Span::new(0, context.text.len()), context.text.to_owned());
        survey.stated.push(Stated { name, doc: context.doc, span, text });
    }
    for variable in facts.variables.iter().filter(|_| context.language.notation() == Notation::Make) {
        let sign = variable.name_span.end()..variable.value_span.start();
        // `?=`: the environment may give it another value; `+=`: it is part of one.
        let sign = context.text.get(sign).unwrap_or_default();
        let literal =
            (!variable.opaque && !sign.contains(['?', '+', '!'])).then_some(variable.value.as_str());
        survey.assigned.add(context.doc, AssignmentForm::Make, &variable.name, literal, variable.name_span);
    }
    for variable in facts.variables.iter().filter(|it| has_options(&it.value)) {
        let (name, text) = (variable.name.as_str().into(), variable.value.clone());
        survey.stated.push(Stated { name, doc: context.doc, span: variable.value_span, text });
    }
}

/// Lines that are named for one command.
pub(super) const MOST_LINES: usize = 3;

/// Lines of a script that the text around it replaces by any text: what they are may set variables for the commands after
/// them, whose scopes begin at `first`.
fn lines(context: &Context<'_>, first: usize, survey: &mut Survey) {
    let is_commands = context.language.is_script() && survey.scopes.len() > first;
    if !is_commands || !context.text.contains(['{', '<', '@', '(']) {
        return;
    }
    let mut start = 0;
    let spans = context.text.split_inclusive('\n').map(|line| {
        let at = start + line.len() - line.trim_start().len();
        start += line.len();
        Span::new(at, at + line.trim().len())
    });
    let opens = context.given.expressions.as_deref();
    let replaced = |text: &str| trees::is_expression(text, opens) || is_included(text);
    let found: Vec<Span> = spans.filter(|line| replaced(line.of(context.text))).collect();
    if found.is_empty() {
        return;
    }
    for scope in survey.scopes.get_mut(first..).unwrap_or_default() {
        if scope.kind != ScopeKind::Command || scope.doc != context.doc {
            continue;
        }
        let before = found.partition_point(|line| line.start() < scope.span.start());
        for line in found.get(before.saturating_sub(MOST_LINES)..before).unwrap_or_default() {
            let (kind, written) = (UnknownKind::Script, line.of(context.text));
            scope.add_unknown(Unknown::new(kind, Brings::Anything, written, context.doc, *line));
            // It looks like a command, too.
            scope.hints.retain(|hint| (hint.doc, hint.span) != (context.doc, *line));
        }
    }
}

/// Whether a line is a template tag that is replaced by any lines: `{% include "x" %}`, `<%= @setup %>`, `include(x)` of m4,
/// `@SETUP@`.
pub(super) fn is_included(line: &str) -> bool {
    let tag = |opens: &[&str], closes: &str| {
        let inner = opens.iter().find_map(|sign| line.strip_prefix(*sign))?;
        inner.strip_suffix(closes).filter(|inner| !inner.contains(closes))
    };
    let m4 = || tag(&["include(", "sinclude(", "m4_include("], ")").is_some_and(|inner| !inner.is_empty());
    let jinja = || {
        let inner = tag(&["{%-", "{%+", "{%"], "%}").map(str::trim_start);
        inner
            .is_some_and(|inner| ["include ", "call ", "include_"].iter().any(|word| inner.starts_with(word)))
    };
    match line.as_bytes().first() {
        Some(b'{') => jinja(),
        Some(b'<') => tag(&["<%=", "<%-"], "%>").is_some(),
        Some(b'@') => is_placeholder(line),
        Some(b'i' | b's' | b'm') => m4(),
        _ => false,
    }
}

/// Why a variable that is written to a file is not edited.
const HANDED_ON: &str = "a command writes it to a file of variables: remove that command too";

/// Variables that a script hands on to later ones by a file: `echo NAME=value >> "$GITHUB_ENV"`.
fn handed_on(parsed: &dyn Parsed, context: &Context<'_>, survey: &mut Survey) {
    let files = &context.sites.data.programs.environment_files;
    let Some(named) = files.iter().find_map(|name| Some((name, context.text.find(name.as_str())?))) else {
        return;
    };
    let facts = parsed.facts();
    if facts.commands.is_empty() {
        return;
    }
    let names_file = |text: &str| files.iter().any(|name| text.contains(name.as_str()));
    let doc = context.doc;
    let scope = survey.scope(ScopeKind::Variables, doc, Span::new(named.1, named.1 + named.0.len()));
    let unknown = |span: Span| {
        Unknown::new(UnknownKind::Environment, Brings::Anything, span.of(context.text), doc, span)
    };
    let mut any = false;
    for command in &facts.commands {
        let to_file =
            |text: &str| names_file(text) && text.contains('$') || names_file(text) && text.contains('%');
        let redirected = command.redirects.iter().find(|it| to_file(&it.target.text));
        let word = command.words.iter().skip(1).find(|word| to_file(&word.text));
        let Some(target) = redirected.map(|it| &it.target).or(word) else { continue };
        any = true;
        let piped = command.piped_from.and_then(|from| facts.commands.get(from));
        let written = piped.unwrap_or(command).words.iter().skip(1);
        let mut written = written.filter(|word| word.span != target.span && !word.text.starts_with('-'));
        let printers = &context.sites.data.programs.printers;
        let is = |command: &Command, names: &[&str]| {
            command.words.first().is_some_and(|it| names.contains(&it.text.as_str()))
        };
        let prints = piped.unwrap_or(command).words.first().is_some_and(|it| printers.contains(&it.text));
        let prints = prints || piped.is_none() && is(command, &["Add-Content"]);
        let keeps = piped.is_none() || is(command, &["tee", "sudo", "Add-Content", "Out-File"]);
        let assigned = match (written.next(), written.next()) {
            (Some(word), None) if !word.splits && prints && keeps => {
                // CircleCI's file is a script.
                let text = word.text.strip_prefix("export ").unwrap_or(&word.text);
                text.split_once('=').map(|pair| (word, pair))
            }
            _ => None,
        };
        let is_name = |name: &str| name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
        match assigned.filter(|(_, (name, value))| is_name(name) && !value.contains(['\n', '\\'])) {
            Some((word, (name, value))) => {
                let kind = super::options::kind_of(value, word.opaque);
                let name_span = parsed.decode(word.node).map_or(word.span, |decoded| {
                    let start = decoded.text.find(name).unwrap_or_default();
                    decoded.segments.to_outer(Span::new(start, start + name.len()))
                });
                let value = Value {
                    text: value.to_owned(),
                    span: word.span,
                    kind,
                    place: ValueLocation::Nowhere,
                    known: None,
                };
                survey.carriers.push(Carrier {
                    doc,
                    scope,
                    shared: true,
                    sealed: Some(HANDED_ON.to_owned()),
                    ..Carrier::new(Via::Variable, name.to_owned(), name_span, value, word.node)
                });
            }
            None => {
                let place = value_files::place(UnknownKind::Environment, doc, command, context.text);
                if let Some(it) = survey.scope_mut(scope) {
                    it.add_unknown(place);
                }
            }
        }
    }
    // A group of commands is redirected.
    let place = unknown(Span::new(named.1, named.1 + named.0.len()));
    if let Some(it) = survey.scope_mut(scope).filter(|_| !any) {
        it.add_unknown(place);
    }
}

fn commands(parsed: &dyn Parsed, context: &Context<'_>, assembler: &Assembler<'_>, survey: &mut Survey) {
    let facts = parsed.facts();
    let container = context.given.container.as_ref();
    let readers: BTreeMap<usize, &Command> =
        facts.commands.iter().filter_map(|reader| Some((reader.piped_from?, reader))).collect();
    for (index, command) in facts.commands.iter().enumerate() {
        if let Some(reader) = readers.get(&index) {
            piped(command, reader, parsed, context, survey);
        }
        if let Some(assembled) = assembler.assemble(command) {
            let pieces = Some((assembler, &assembled));
            let around = Around { parsed, context, container, control: &facts.control, pieces };
            if command::read_assembled(&assembled.command, &around, survey) {
                continue;
            }
        }
        read_command(command, parsed, context, container, &facts.control, survey);
    }
}

/// Options collected in an array or a string, for a command that is put together from them.
fn collected(parsed: &dyn Parsed, context: &Context<'_>, assembler: &Assembler<'_>, survey: &mut Survey) {
    let facts = parsed.facts();
    if facts.word_lists.is_empty() {
        return;
    }
    // A substitution in the string is a command of its own.
    let same = survey.carriers.iter().rev().take_while(|carrier| carrier.doc == context.doc);
    let mut known: BTreeSet<Span> = same.map(|carrier| carrier.name_span).collect();
    let shown = command::shown(context.sites, context.text);
    for (_, list) in facts.word_lists.iter().enumerate().filter(|(index, _)| !assembler.is_taken(*index)) {
        let container = context.given.container.as_ref();
        let around = Around { parsed, context, container, control: &facts.control, pieces: None };
        command::read_collected(&list.words, &around, &shown, &mut known, survey);
    }
}

/// Takes in a command, and the shell text among its words.
pub(super) fn read_command(
    command: &Command,
    parsed: &dyn Parsed,
    context: &Context<'_>,
    container: Option<&Container>,
    control: &[Span],
    survey: &mut Survey,
) {
    let around = Around { parsed, context, container, control, pieces: None };
    let Scripts { words, reached, container } = command::read(command, &around, survey);
    for word in words {
        if let Some((decoded, sealed)) = parsed.decode(word.node).and_then(|decoded| script(decoded, command))
        {
            let at = word.span.start();
            let imports = if reached { context.imports(parsed.facts(), None, at) } else { Vec::new() };
            survey.inner.push(EmbeddedText {
                decoded,
                hint: Hint::Language("shell".to_owned()),
                what: "quoted command".to_owned(),
                // Its opening quote: the word may be long.
                at: Span::new(word.span.start(), word.span.start() + 1),
                given: EmbeddedContext {
                    container: container.clone(),
                    sealed: sealed.map(str::to_owned).or_else(|| context.given.sealed.clone()),
                    imports,
                    ..EmbeddedContext::default()
                },
            });
        }
    }
}

/// Why the command of an alias is not edited.
const ALIAS: &str = "commands may add options to the alias: change it there";

/// The shell text in a word of `command`: of `alias NAME=…` what is after the name.
fn script(decoded: Decoded, command: &Command) -> Option<(Decoded, Option<&'static str>)> {
    if command.words.first().is_none_or(|word| word.text != "alias") {
        return Some((decoded, None));
    }
    let name = decoded.text.find('=')?;
    Some((decoded.behind(name + 1), Some(ALIAS)))
}

/// `name=runner image=gitlab/gitlab-runner command="register -n"`: Ansible's form on one line.
fn container_line(parsed: &dyn Parsed, context: &Context<'_>, survey: &mut Survey) {
    for command in &parsed.facts().commands {
        let value = |key: &str| {
            let mut words = command.words.iter();
            let assigned =
                command.assignments.iter().find(|it| it.name == key).map(|it| (it.node, it.value.clone(), 0));
            assigned.or_else(|| {
                words.find_map(|word| {
                    let text = word.text.strip_prefix(key)?.strip_prefix('=')?.to_owned();
                    Some((word.node, text, key.len() + 1))
                })
            })
        };
        let Some((node, _, skip)) = value("command") else { continue };
        let Some(decoded) = parsed.decode(node) else { continue };
        let image = value("image").map(|(_, text, _)| text);
        let scope = survey.scope(ScopeKind::Container, context.doc, command.span);
        if let Some(it) = survey.scope_mut(scope) {
            let runs = image.as_deref().map_or(Runs::Unknown, |image| context.sites.runs_in(image));
            it.evident = matches!(runs, Runs::Known(_));
            it.of.extend(context.sites.name_of(runs));
            it.foreign = runs == Runs::Foreign;
            it.version = image.as_deref().filter(|_| runs != Runs::Unknown).and_then(version_of_image);
        }
        survey.inner.push(EmbeddedText {
            decoded: decoded.behind(skip),
            hint: Hint::Language("shell".to_owned()),
            what: "`command=`".to_owned(),
            at: Span::new(command.span.start(), command.span.start() + 1),
            given: EmbeddedContext {
                container: Some(Container { image, scope, direct: true }),
                no_shell: true,
                ..EmbeddedContext::default()
            },
        });
    }
}

/// Variables of a shell or of a dotenv file: one scope for all of the text.
fn variables(facts: &Facts, context: &Context<'_>, survey: &mut Survey) {
    // `$NAME = …` of PowerShell is none of the environment.
    let is_signed = |name: Span| context.text.get(..name.start()).is_some_and(|before| before.ends_with('$'));
    let asked =
        |it: &&Variable| !it.exported && (context.names_variable)(&it.name) && !is_signed(it.name_span);
    for variable in facts.variables.iter().filter(asked) {
        let scope = survey.places(context.doc);
        survey.carriers.push(of_variable(variable, context.doc, scope, true));
    }
    let exported = || facts.variables.iter().filter(|variable| variable.exported);
    let passed = passed_on(facts, context);
    let spans =
        || exported().map(|it| it.name_span.hull(it.value_span)).chain(passed.iter().map(|it| it.span));
    let Some(span) = spans().reduce(Span::hull) else { return };
    let scope = survey.scope(ScopeKind::Variables, context.doc, span);
    if let Some(it) = survey.scope_mut(scope) {
        it.add_template(&facts.control, span, context.doc, context.text);
    }
    let mut named: BTreeMap<&str, Vec<&VariableUse>> = BTreeMap::new();
    for name in &facts.named {
        named.entry(&name.name).or_default().push(name);
    }
    for variable in exported() {
        let mut carrier = of_variable(variable, context.doc, scope, true);
        let text = &carrier.value.text;
        carrier.value.known = context.variables.literal(text, context.text, &facts.variables);
        let changes = context.changes(facts, &carrier.value.text, carrier.value.span);
        if let (Some(it), Some(changes)) = (survey.scope_mut(scope), changes) {
            it.add_unknown(changes);
        }
        // Each mention goes with the first value.
        let mentions = named.remove(variable.name.as_str()).unwrap_or_default();
        if !mentions.is_empty() {
            carrier.nodes.extend(mentions.iter().map(|mention| mention.node));
            let spans = mentions.iter().map(|mention| mention.span).collect();
            survey.mentions.insert(survey.carriers.len(), spans);
        }
        survey.carriers.push(carrier);
    }
    survey.carriers.extend(passed.into_iter().map(|it| Carrier {
        doc: context.doc,
        scope,
        shared: true,
        sealed: Some(PASSED_ON.to_owned()),
        ..Carrier::new(Via::Variable, it.name.clone(), it.span, Value::elsewhere(it.span), it.node)
    }));
}

/// Why a variable without a value is not edited.
const PASSED_ON: &str = "its value is not set here: change it where it is set";

/// Variables that programs read and that the script passes on with a value that it does not show.
fn passed_on<'f>(facts: &'f Facts, context: &Context<'_>) -> Vec<&'f VariableUse> {
    let is_read = |name: &String| context.sites.signed().any(|program| program.reads.contains(name));
    let given = |it: &VariableUse| context.variables.is_given(&it.name, context.text, &facts.variables);
    facts.named.iter().filter(|it| it.exports && is_read(&it.name) && !given(it)).collect()
}
