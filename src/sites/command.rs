//! A command of a program that rules speak of: its options and variables as carriers.

use super::accepted::{AcceptedCommand, accepted, subcommand_of};
use super::assembled::{Assembled, Assembler};
use super::given::read_given;
use super::options::{Options, canonical};
use super::programs::{EnvironmentArgument, Invocation, Outer, Runs, resolve, version_of_image};
use super::schema::programs::{Program, SecretCommand, Subcommand};
use super::survey::Context;
use super::{
    Brings, Carrier, Container, ScopeKind, Sites, Survey, Unknown, UnknownKind, Value, ValueLocation, Via,
};
use super::{releases, requests};
use crate::facts::{Command, Word};
use crate::syntax::Parsed;
use crate::text::Span;
use std::collections::BTreeSet;

/// What is around a command.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    /// The text it is in.
    pub(super) parsed: &'a dyn Parsed,
    pub(super) context: &'a Context<'a>,
    /// The container whose command line it is or is part of.
    pub(super) container: Option<&'a Container>,
    /// Tags of template blocks.
    pub(super) control: &'a [Span],
    /// Where words of the command come from elsewhere: its pieces.
    pub(super) pieces: Option<(&'a Assembler<'a>, &'a Assembled)>,
}

impl<'a> Around<'a> {
    pub(super) fn text(&self) -> &'a str {
        self.context.text
    }

    pub(super) fn sites(&self) -> &'a Sites {
        self.context.sites
    }

    /// The literal that is the value of the variable in `expansion`, where the text shows it.
    pub(super) fn literal(&self, expansion: &str) -> Option<String> {
        self.context.variables.literal(expansion, self.text(), &self.parsed.facts().variables)
    }

    /// What may have given the variable in `expansion` another value at `at`.
    pub(super) fn changes(&self, expansion: &str, at: Span) -> Option<Unknown> {
        self.context.changes(self.parsed.facts(), expansion, at)
    }
}

/// As [`read`] for a command that was put together from pieces; `false` if it is none that rules speak of.
pub(super) fn read_assembled(command: &Command, around: &Around<'_>, survey: &mut Survey) -> bool {
    let direct = around.container.filter(|container| container.direct);
    let image = direct.and_then(|container| container.image.as_deref());
    let found = resolve(around.sites(), &command.words, &command.assignments, image, around.text());
    if !found.scripts.is_empty() {
        return false;
    }
    // First, since words in pieces belong to what takes them first, and custom rules may know such a program too.
    let is_release = releases::read_command(command, &found, around, survey);
    let accepted = accepted(around.sites(), &found, command, around.text());
    if let Some(accepted) = &accepted {
        read_accepted(command, &found, accepted, around, survey);
    }
    accepted.is_some() || is_release
}

/// The words of a command that are shell text.
#[derive(Default)]
pub(super) struct Scripts<'a> {
    pub(super) words: Vec<&'a Word>,
    /// Whether the variables of the script around them reach what they run.
    pub(super) reached: bool,
    /// What they run in.
    pub(super) container: Option<Container>,
}

/// Takes in what `command` gives to a program that rules speak of, or to the scripts among its words.
pub(super) fn read<'a>(command: &'a Command, around: &Around<'a>, survey: &mut Survey) -> Scripts<'a> {
    // A script in a container runs what it names, not the image's program.
    let direct = around.container.filter(|container| container.direct);
    let image = direct.and_then(|container| container.image.as_deref());
    let mut found = resolve(around.sites(), &command.words, &command.assignments, image, around.text());
    for outer in std::mem::take(&mut found.outer) {
        read_outer(command, &outer, around, survey);
    }
    if !found.scripts.is_empty() {
        let container = environment(command, &found, around, survey);
        let reached = !found.is_isolated && !found.is_remote;
        return Scripts { words: found.scripts, reached, container };
    }
    if let Some(accepted) = accepted(around.sites(), &found, command, around.text()) {
        read_accepted(command, &found, &accepted, around, survey);
    } else {
        read_image_variables(command, &found, around, survey);
    }
    read_secret(command, &found, around, survey);
    releases::read_command(command, &found, around, survey);
    requests::read(&found, around, survey);
    Scripts::default()
}

/// What a script that `command` reads from standard input runs in: `docker exec -i -e NAME=value box sh <<EOF`.
pub(super) fn around_input(command: &Command, around: &Around<'_>, survey: &mut Survey) -> Option<Container> {
    let found = resolve(around.sites(), &command.words, &command.assignments, None, around.text());
    environment(command, &found, around, survey)
}

/// The environment that `command` gives to the script that it runs, as a scope around it.
fn environment(
    command: &Command,
    found: &Invocation<'_>,
    around: &Around<'_>,
    survey: &mut Survey,
) -> Option<Container> {
    let doc = around.context.doc;
    let unknown = |kind, text: &str, span| Unknown::new(kind, Brings::Anything, text, doc, span);
    let words = |kind, words: &[&Word]| -> Vec<Unknown> {
        words.iter().map(|word| unknown(kind, word.span.of(around.text()), word.span)).collect()
    };
    let mut unknowns = words(UnknownKind::Environment, &found.imports);
    unknowns.extend(words(UnknownKind::Words, &found.opaque));
    unknowns.extend(words(UnknownKind::Wrapper, found.appends.as_slice()));
    let files = found.environment_files.iter();
    unknowns.extend(files.map(|(text, span)| unknown(UnknownKind::Environment, text, *span)));
    if unknowns.is_empty() && found.variables.is_empty() {
        return around.container.map(|container| Container { direct: false, ..container.clone() });
    }
    let scope = survey.scope(ScopeKind::Container, doc, command.span);
    if let Some(it) = survey.scope_mut(scope) {
        it.within = around.container.map(|container| container.scope);
        for unknown in unknowns {
            it.add_unknown(unknown);
        }
    }
    for given in &found.variables {
        read_given(given, around, scope, true, survey);
    }
    let image = found.image.clone().or_else(|| around.container.and_then(|it| it.image.clone()));
    Some(Container { image, scope, direct: false })
}

/// The options of a program that runs another one.
fn read_outer(command: &Command, outer: &Outer<'_>, around: &Around<'_>, survey: &mut Survey) {
    let Some(program) = around.sites().data.programs.programs.get(outer.program) else { return };
    let Some(subcommand) = subcommand_of(program, outer.arguments) else { return };
    let scope = survey.scope(ScopeKind::Command, around.context.doc, command.span);
    let mut options = Options {
        subcommand,
        around,
        scope,
        words: program.words,
        out: Vec::new(),
        unknowns: Vec::new(),
        wants: Vec::new(),
        wakes: false,
    };
    options.name(program, outer.word, outer.arguments);
    options.read(outer.arguments);
    let mut out = options.out;
    for carrier in &mut out {
        let sealed = &around.context.given.sealed;
        if carrier.sealed.is_none() || sealed.is_some() {
            carrier.sealed.clone_from(sealed);
        }
    }
    survey.carriers.append(&mut out);
    if let Some(it) = survey.scope_mut(scope) {
        it.belongs_to(&owner(program, subcommand));
    }
}

/// `program subcommand`, as rules and units name it.
pub(super) fn owner(program: &Program, subcommand: &Subcommand) -> String {
    format!("{} {}", program.name, subcommand.name).trim_end().to_owned()
}

fn read_accepted(
    command: &Command,
    found: &Invocation<'_>,
    accepted: &AcceptedCommand<'_>,
    around: &Around<'_>,
    survey: &mut Survey,
) {
    let direct = around.container.filter(|container| container.direct);
    let AcceptedCommand { program, subcommand, arguments, wrapped, sealed } = *accepted;
    let scope = survey.scope(ScopeKind::Command, around.context.doc, command.span);
    let mut options = Options {
        subcommand,
        around,
        scope,
        words: program.words,
        out: Vec::new(),
        unknowns: Vec::new(),
        wants: Vec::new(),
        wakes: false,
    };
    if let Some(word) = found.word.filter(|_| !wrapped) {
        options.name(program, word, arguments);
    }
    options.read(arguments);
    if let Some((_, assembled)) = around.pieces {
        options.instead(&assembled.alternatives);
    }
    let stray = options.out.len();
    options.read(&command.stray);
    let sealed = (sealed || command.is_assembled)
        .then(|| IN_PIECES.to_owned())
        .or_else(|| around.context.given.sealed.clone());
    let taken = around.pieces.map(|(assembler, it)| assembler.take(it, scope, around.context.doc));
    let (pieces, mut unsure) = taken.unwrap_or_default();
    if let Some(it) = survey.scope_mut(scope) {
        it.pieces = pieces;
    }
    let own = survey.scopes.get(scope);
    let mut changed = Vec::new();
    for carrier in &mut options.out {
        let piece = own.and_then(|own| own.piece(carrier.doc, carrier.name_span));
        if piece.is_some_and(|piece| piece.stays) {
            carrier.sealed = Some(IN_PIECES.to_owned());
        }
        carrier.value.known = around.literal(&carrier.value.text);
        if carrier.value.known.is_some() {
            changed.extend(around.changes(&carrier.value.text, command.span));
        }
        if sealed.is_some() {
            carrier.sealed.clone_from(&sealed);
        }
    }
    survey.wants.extend(options.wants.into_iter().map(|name| (scope, name)));
    let wakes = options.wakes;
    let mut unknowns = options.unknowns;
    unknowns.append(&mut unsure);
    unknowns.append(&mut changed);
    let broken = options.out.len() > stray && !around.context.given.no_shell;
    survey.carriers.append(&mut options.out);
    let whole = command.stray.iter().fold(command.span, |span, word| span.hull(word.span));
    let doc = around.context.doc;
    unknowns.extend(unknowns_of(command, found, (arguments, wrapped), around));
    let facts = around.parsed.facts();
    let hints = around.context.imports(facts, Some(program), command.span.start());
    if let Some(it) = survey.scope_mut(scope) {
        it.within = around.container.map(|container| container.scope);
        it.evident = true;
        it.belongs_to(&owner(program, subcommand));
        it.add_template(around.control, whole, doc, around.text());
        for unknown in unknowns {
            it.add_unknown(unknown);
        }
        it.wakes = wakes;
        it.broken = broken;
        it.own = true;
        it.silent = is_silent(arguments, subcommand) || found.keeps_environment;
        it.hints = hints;
        it.isolated = found.is_isolated;
        it.version = found.image.as_deref().and_then(version_of_image);
    }
    if let Some(it) = around.container.and_then(|container| survey.scope_mut(container.scope)) {
        it.evident = true;
        it.belongs_to(&program.name);
        it.own |= direct.is_some();
    }
    for given in &found.variables {
        read_given(given, around, scope, false, survey);
    }
    read_answers(command, arguments, subcommand, around, survey);
}

/// What may bring words and variables to a command and is not visible.
fn unknowns_of(
    command: &Command,
    found: &Invocation<'_>,
    (arguments, wrapped): (&[Word], bool),
    around: &Around<'_>,
) -> Vec<Unknown> {
    let doc = around.context.doc;
    let mut unknowns = Vec::new();
    let unknown = |kind, text: &str, span| Unknown::new(kind, Brings::Anything, text, doc, span);
    for word in &found.opaque {
        unknowns.push(unknown(UnknownKind::Words, word.span.of(around.text()), word.span));
    }
    for word in &found.imports {
        unknowns.push(unknown(UnknownKind::Environment, word.span.of(around.text()), word.span));
    }
    let before = command.words.len().saturating_sub(arguments.len());
    let mut before = command.words.iter().take(before);
    if wrapped && let Some(word) = before.clone().find(|word| word.opaque).or(before.next()) {
        unknowns.push(unknown(UnknownKind::Wrapper, word.span.of(around.text()), word.span));
    }
    if let Some(word) = found.appends {
        unknowns.push(unknown(UnknownKind::Wrapper, word.span.of(around.text()), word.span));
    }
    // A function or an alias runs instead of a program of the same name.
    let keyword = |word: &&Word| {
        matches!(&*word.text, "then" | "do" | "else" | "!" | "time" | "if" | "while" | "until")
    };
    let first = command.words.iter().find(|word| !word.control && !keyword(word));
    let shadow = first.and_then(|word| around.context.variables.shadow(&word.text, around.text()));
    if let Some(span) = shadow.filter(|_| around.context.language.is_shell()) {
        unknowns.push(unknown(UnknownKind::Wrapper, span.of(around.text()), span));
    }
    let files = found.environment_files.iter();
    unknowns.extend(files.map(|(text, span)| unknown(UnknownKind::Environment, text, *span)));
    unknowns
}

/// Whether the words say that it must not ask.
fn is_silent(arguments: &[Word], subcommand: &Subcommand) -> bool {
    let Some(asks) = &subcommand.asks else { return false };
    arguments.iter().any(|word| {
        let (name, value) = word.text.split_once('=').unwrap_or((&word.text, "true"));
        asks.unless.contains(&canonical(name)) && value != "false"
    })
}

/// `echo … | gitlab-runner register`: answers for the questions of a program that asks.
fn read_answers(
    command: &Command,
    arguments: &[Word],
    subcommand: &Subcommand,
    around: &Around<'_>,
    survey: &mut Survey,
) {
    let Some(asks) = &subcommand.asks else { return };
    let silent = is_silent(arguments, subcommand);
    let word = arguments.iter().find(|word| word.text == subcommand.name);
    let answered = command.piped_from.is_some()
        || command.has_here_document
        || command.redirects.iter().any(|redirect| redirect.operator.starts_with('<'));
    let Some(word) = word.filter(|word| answered && !silent && !word.opaque) else { return };
    if survey.gives(&asks.variable) || around.context.variables.mentions(around.text(), &asks.variable) {
        return;
    }
    let scope = survey.places(around.context.doc);
    survey.carriers.push(Carrier {
        doc: around.context.doc,
        scope,
        written: word.text.clone(),
        ..Carrier::new(Via::Named, asks.place.clone(), word.span, Value::elsewhere(word.span), word.node)
    });
}

/// Variables that rules look for, whatever the command runs: `NAME=value make`, `docker run -e NAME=value IMAGE`.
fn read_asked(found: &Invocation<'_>, around: &Around<'_>, survey: &mut Survey) {
    for given in &found.variables {
        if (around.context.names_variable)(given.name()) {
            let scope = survey.places(around.context.doc);
            read_given(given, around, scope, true, survey);
        }
    }
}

/// `docker run -e REGISTRATION_TOKEN=x IMAGE`, with no command that registers in view: the image's own may.
fn read_image_variables(command: &Command, found: &Invocation<'_>, around: &Around<'_>, survey: &mut Survey) {
    if !matches!(found.program, Runs::Known(_)) {
        return read_asked(found, around, survey);
    }
    if found.variables.is_empty() || around.container.is_some_and(|container| container.direct) {
        return;
    }
    let scope = survey.scope(ScopeKind::Container, around.context.doc, command.span);
    if let Some(it) = survey.scope_mut(scope) {
        it.evident = true;
        it.of.extend(around.sites().name_of(found.program));
    }
    let before = survey.carriers.len();
    for given in &found.variables {
        read_given(given, around, scope, true, survey);
    }
    for carrier in
        survey.carriers.iter_mut().skip(before).filter(|it| it.value.place == ValueLocation::Nowhere)
    {
        let facts = around.parsed.facts();
        if around.context.variables.is_given(&carrier.name, around.text(), &facts.variables) {
            carrier.sealed = Some(format!("the script also sets `{}`: rename both", carrier.name));
        }
    }
}

/// `kubectl create secret generic NAME --from-literal=KEY=value`
fn read_secret(command: &Command, found: &Invocation<'_>, around: &Around<'_>, survey: &mut Survey) {
    let writes = |known: &&SecretCommand| {
        let mut words = found.arguments.iter().filter(|word| !word.text.starts_with('-'));
        known.names.iter().any(|name| name == found.name)
            && known.words.iter().all(|word| words.any(|it| it.text == *word))
    };
    let Some(known) = around.sites().data.programs.secrets.iter().find(writes) else { return };
    let scope = survey.scope(ScopeKind::Secret, around.context.doc, command.span);
    let mut plain = found.arguments.iter().filter(|word| !word.text.starts_with('-'));
    let names = !known.words.is_empty() && known.words.iter().all(|word| plain.any(|it| it.text == *word));
    let name = plain.next().filter(|word| names && !word.opaque);
    if let Some(it) = survey.scope_mut(scope) {
        it.evident = true;
        if let Some(name) = name {
            it.belongs_to(&name.text);
        }
        it.add_template(around.control, command.span, around.context.doc, around.text());
    }
    let mut words = found.arguments.iter();
    while let Some(word) = words.next() {
        let inline = word.text.strip_prefix(known.literal.as_str());
        let bare = known.literal.is_empty();
        let given = match inline.map(|rest| rest.starts_with('=')) {
            _ if bare && word.text.starts_with('-') => continue,
            _ if bare => EnvironmentArgument::Word { option: None, word, skip: 0 },
            Some(true) => EnvironmentArgument::Word { option: None, word, skip: known.literal.len() + 1 },
            Some(false) if word.text == known.literal => match words.next() {
                Some(value) => EnvironmentArgument::Word { option: Some(word), word: value, skip: 0 },
                None => return,
            },
            _ => continue,
        };
        let before = survey.carriers.len();
        read_given(&given, around, scope, false, survey);
        for carrier in survey.carriers.iter_mut().skip(before) {
            carrier.via = Via::Secret;
        }
    }
}

/// The subcommands that options may show, and whose name is in `text` with that of their program, in any order.
pub(super) fn shown<'a>(sites: &'a Sites, text: &str) -> Vec<&'a Subcommand> {
    let named = |program: &&Program| {
        program.files.iter().any(|file| !file.contains('*') && text.contains(file.as_str()))
    };
    sites
        .signed()
        .filter(named)
        .flat_map(|program| &program.subcommands)
        .filter(|subcommand| text.contains(subcommand.name.as_str()))
        .collect()
}

/// Options collected in an array or a string. They count where the text shows the command: with the program and the
/// subcommand in it, or among the words themselves.
pub(super) fn read_collected(
    words: &[Word],
    around: &Around<'_>,
    shown: &[&Subcommand],
    known: &mut BTreeSet<Span>,
    survey: &mut Survey,
) {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
    for subcommand in shown {
        let telling = words.iter().any(|word| {
            let option = canonical(word.text.split('=').next().unwrap_or_default());
            subcommand.telling.contains(&option) || subcommand.hinting.contains(&option)
        });
        if !telling {
            continue;
        }
        let scope = survey.scope(ScopeKind::Command, around.context.doc, first.span.hull(last.span));
        let mut options = Options {
            subcommand,
            around,
            scope,
            words: false,
            out: Vec::new(),
            unknowns: Vec::new(),
            wants: Vec::new(),
            wakes: false,
        };
        options.read(words);
        options.out.retain(|carrier| known.insert(carrier.name_span));
        for carrier in &mut options.out {
            carrier.sealed = Some(IN_PIECES.to_owned());
        }
        survey.carriers.append(&mut options.out);
        if let Some(it) = survey.scope_mut(scope) {
            it.evident = true;
            let (kind, written) = (UnknownKind::Collected, first.span.of(around.text()));
            it.add_unknown(Unknown::new(kind, Brings::Anything, written, around.context.doc, first.span));
        }
        return;
    }
}

pub(super) const IN_PIECES: &str = "the command is assembled from several strings: change them manually";
