//! A command of a program that rules speak of: its options and variables as carriers.

use super::programs::{Given, Invocation, Runs, resolve, version_of_image};
use super::schema::{SecretCommand, Subcommand};
use super::{Carrier, Container, DATA, Place, ScopeKind, Survey, Value, ValueKind, Via};
use crate::facts::{Command, Variable, Word};
use crate::text::Span;

/// What is around a command.
pub(super) struct Around<'a> {
    /// The text it stands in.
    pub(super) doc: usize,
    pub(super) text: &'a str,
    /// The container whose command line it is or stands in.
    pub(super) container: Option<&'a Container>,
    /// Whether a template block lies in it.
    pub(super) control: &'a [Span],
    /// Whether a line end is a blank like any other.
    pub(super) no_shell: bool,
}

/// Takes in what `command` gives to a program that rules speak of. Hands back the words that are shell text.
pub(super) fn read<'a>(command: &'a Command, around: &Around<'a>, survey: &mut Survey) -> Vec<&'a Word> {
    // A script in a container runs what it names, not the image's program.
    let direct = around.container.filter(|container| container.direct);
    let image = direct.and_then(|container| container.image.as_deref());
    let found = resolve(&command.words, &command.assignments, image, around.text);
    if !found.scripts.is_empty() {
        return found.scripts;
    }
    let Some(subcommand) = accepted(&found, command) else {
        read_image_variables(command, &found, around, survey);
        read_secret(command, &found, around, survey);
        return Vec::new();
    };
    let known = matches!(found.program, Runs::Known(_));
    let scope = survey.scope(ScopeKind::Command, around.doc, command.span);
    let mut options =
        Options { subcommand, around, scope, known, out: Vec::new(), opaque: false, wakes: false };
    options.read(found.arguments);
    let stray = options.out.len();
    options.read(&command.stray);
    let (opaque, wakes) = (options.opaque, options.wakes);
    let broken = options.out.len() > stray && !around.no_shell;
    survey.carriers.append(&mut options.out);
    let whole = command.stray.iter().fold(command.span, |span, word| span.hull(word.span));
    let crossed = around.control.iter().any(|tag| tag.overlaps(whole));
    if let Some(it) = survey.scope_mut(scope) {
        it.container = around.container.map(|container| container.scope);
        it.evident = true;
        it.opaque = opaque || crossed || found.environment_file;
        it.wakes = wakes;
        it.broken = broken;
        it.own = true;
        it.version = found.image.as_deref().and_then(version_of_image);
    }
    if let Some(it) = around.container.and_then(|container| survey.scope_mut(container.scope)) {
        it.evident = true;
        it.own |= direct.is_some();
    }
    for given in &found.variables {
        read_given(given, around, scope, false, survey);
    }
    Vec::new()
}

/// `docker run -e REGISTRATION_TOKEN=x IMAGE`, with no command that registers in view: the image's own may.
fn read_image_variables(command: &Command, found: &Invocation<'_>, around: &Around<'_>, survey: &mut Survey) {
    if !matches!(found.program, Runs::Known(_)) {
        return;
    }
    if found.variables.is_empty() || around.container.is_some_and(|container| container.direct) {
        return;
    }
    let scope = survey.scope(ScopeKind::Container, around.doc, command.span);
    if let Some(it) = survey.scope_mut(scope) {
        it.evident = true;
    }
    for given in &found.variables {
        read_given(given, around, scope, true, survey);
    }
}

/// `kubectl create secret generic NAME --from-literal=KEY=value`
fn read_secret(command: &Command, found: &Invocation<'_>, around: &Around<'_>, survey: &mut Survey) {
    let writes = |known: &&SecretCommand| {
        let mut words = found.arguments.iter().filter(|word| !word.text.starts_with('-'));
        known.names.iter().any(|name| name == found.name)
            && known.words.iter().all(|word| words.any(|it| it.text == *word))
    };
    let Some(known) = DATA.programs.secrets.iter().find(writes) else { return };
    let scope = survey.scope(ScopeKind::Secret, around.doc, command.span);
    if let Some(it) = survey.scope_mut(scope) {
        it.evident = true;
        it.opaque = around.control.iter().any(|tag| tag.overlaps(command.span));
    }
    let mut words = found.arguments.iter();
    while let Some(word) = words.next() {
        let inline = word.text.strip_prefix(known.literal.as_str());
        let given = match inline.map(|rest| rest.starts_with('=')) {
            Some(true) => Given::Word { option: None, word, skip: known.literal.len() + 1 },
            Some(false) if word.text == known.literal => match words.next() {
                Some(value) => Given::Word { option: Some(word), word: value, skip: 0 },
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

/// Options collected in an array or a string. They count where the text shows the command: with the program and the
/// subcommand in it, or among the words themselves.
pub(super) fn read_collected(words: &[Word], around: &Around<'_>, survey: &mut Survey) {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
    for program in &DATA.programs.programs {
        for subcommand in &program.subcommands {
            let telling = words.iter().any(|word| {
                let option = canonical(word.text.split('=').next().unwrap_or_default());
                subcommand.telling.contains(&option) || subcommand.hinting.contains(&option)
            });
            let shown =
                program.files.iter().any(|file| !file.contains('*') && around.text.contains(file.as_str()))
                    && around.text.contains(subcommand.name.as_str());
            if !telling || !shown {
                continue;
            }
            let scope = survey.scope(ScopeKind::Command, around.doc, first.span.hull(last.span));
            let mut options = Options {
                subcommand,
                around,
                scope,
                known: false,
                out: Vec::new(),
                opaque: true,
                wakes: false,
            };
            options.read(words);
            // A substitution in the string is a command of its own.
            let known = |carrier: &Carrier| {
                let same = |other: &Carrier| other.doc == carrier.doc && other.name_span == carrier.name_span;
                survey.carriers.iter().any(same)
            };
            options.out.retain(|carrier| !known(carrier));
            for carrier in &mut options.out {
                carrier.sealed = Some("the command is put together from several pieces".to_owned());
            }
            survey.carriers.append(&mut options.out);
            if let Some(it) = survey.scope_mut(scope) {
                it.evident = true;
                it.opaque = true;
            }
            return;
        }
    }
}

/// The program and subcommand, if it is a command that rules speak of: a known program, or enough signs of one.
fn accepted(found: &Invocation<'_>, command: &Command) -> Option<&'static Subcommand> {
    let programs = &DATA.programs.programs;
    if let Runs::Known(index) = found.program {
        let program = programs.get(index)?;
        let word = first_word(found.arguments, &program.valued)?;
        let subcommand = program.subcommands.iter().find(|subcommand| subcommand.name == word.text)?;
        return Some(subcommand);
    }
    if found.program == Runs::Foreign {
        return None;
    }
    let words = || found.arguments.iter().chain(&command.stray);
    let has = |names: &[String]| {
        words().any(|word| {
            let option = canonical(word.text.split('=').next().unwrap_or_default());
            names.contains(&option)
        })
    };
    programs.iter().find_map(|program| {
        let word = first_word(found.arguments, &program.valued)?;
        let subcommand = program.subcommands.iter().find(|subcommand| subcommand.name == word.text)?;
        let supported = has(&subcommand.supporting);
        let enough = match found.program {
            Runs::Variable => has(&subcommand.telling) || has(&subcommand.hinting) && supported,
            _ => supported && (has(&subcommand.telling) || has(&subcommand.hinting)),
        };
        enough.then_some(subcommand)
    })
}

/// The first word that is neither an option nor an option's value.
fn first_word<'a>(words: &'a [Word], valued: &[String]) -> Option<&'a Word> {
    let mut is_value = false;
    words.iter().filter(|word| !word.control).find(|word| {
        let found = !is_value && !word.text.starts_with('-');
        is_value = valued.contains(&word.text);
        found
    })
}

/// Go's flag syntax: `-opt` and `--opt` are the same option.
fn canonical(option: &str) -> String {
    let name = option.trim_start_matches('-');
    if name.chars().count() == 1 { format!("-{name}") } else { format!("--{name}") }
}

struct Options<'a> {
    subcommand: &'a Subcommand,
    around: &'a Around<'a>,
    scope: usize,
    known: bool,
    out: Vec<Carrier>,
    opaque: bool,
    wakes: bool,
}

impl Options<'_> {
    fn read(&mut self, words: &[Word]) {
        let mut at = 0;
        let mut stray = false;
        while let Some(word) = words.get(at) {
            at += 1;
            if word.control {
                self.opaque = true;
                continue;
            }
            if !word.text.starts_with('-') || word.text == "-" {
                if word.opaque {
                    self.opaque = true;
                } else if word.text != self.subcommand.name && !word.text.starts_with('#') {
                    stray = true;
                }
                continue;
            }
            // The option parser stopped at the stray word before.
            self.wakes |= stray;
            let written = word.text.split('=').next().unwrap_or_default();
            let name = canonical(written);
            let is_flag = self.subcommand.flags.contains(&name);
            let mut nodes = vec![word.node];
            let value = if let Some((_, value)) = word.text.split_once('=') {
                inline_value(word, written.len() + 1, value, self.around.text)
            } else if is_flag {
                // A boolean takes no word of its own; people write one all the same.
                if let Some(next) = words.get(at).filter(|next| looks_like_boolean(next)) {
                    nodes.push(next.node);
                    at += 1;
                    stray = true;
                }
                Value {
                    text: "true".to_owned(),
                    span: Span::at(word.span.end()),
                    kind: ValueKind::Literal,
                    place: Place::Nowhere,
                }
            } else if let Some(next) = words.get(at).filter(|next| takes(self.subcommand, &name, next)) {
                nodes.push(next.node);
                at += 1;
                let value = word_value(next);
                // `--tag-list a, b`: the blank was not meant to end the list.
                while value.text.ends_with(',')
                    && let Some(more) = words.get(at).filter(|more| !starts_option(more) && !more.opaque)
                {
                    nodes.push(more.node);
                    at += 1;
                    stray = true;
                    if !more.text.ends_with(',') {
                        break;
                    }
                }
                value
            } else {
                Value {
                    text: String::new(),
                    span: Span::at(word.span.end()),
                    kind: ValueKind::Empty,
                    place: Place::Nowhere,
                }
            };
            // A bare `-r` says little where the program is a variable.
            if !self.known && name.len() == 2 {
                continue;
            }
            let name_span = part_span(word, written, self.around.text);
            self.out.push(Carrier {
                via: Via::Option,
                name,
                written: written.to_owned(),
                name_span,
                value,
                doc: self.around.doc,
                nodes,
                scope: self.scope,
                shared: false,
                sealed: None,
            });
        }
    }
}

/// Whether `option` takes the word behind it as its value: a known one does, whatever it looks like.
fn takes(subcommand: &Subcommand, option: &str, next: &Word) -> bool {
    let known = subcommand.valued.iter().any(|valued| valued == option);
    !next.control && (known || !starts_option(next))
}

fn starts_option(word: &Word) -> bool {
    word.text.starts_with("--") && !word.opaque
}

fn looks_like_boolean(word: &Word) -> bool {
    !word.control
        && (matches!(
            word.text.trim_start_matches('='),
            "true" | "false" | "True" | "False" | "TRUE" | "FALSE" | "yes" | "no" | "0" | "1"
        ) || word.opaque && !word.text.starts_with('-'))
}

/// Where `part` of a word's text stands: it may have quotes before it.
fn part_span(word: &Word, part: &str, text: &str) -> Span {
    let raw = word.span.of(text);
    let at = raw.find(part).unwrap_or_default();
    Span::new(word.span.start() + at, word.span.start() + at + part.len())
}

fn word_value(word: &Word) -> Value {
    Value {
        text: word.text.clone(),
        span: word.span,
        kind: kind_of(&word.text, word.opaque),
        place: Place::Node(word.node),
    }
}

fn inline_value(word: &Word, skip: usize, value: &str, text: &str) -> Value {
    let behind = word.span.of(text).find('=').map_or(0, |at| at + 1);
    let span = Span::new(word.span.start() + behind, word.span.end());
    Value { text: value.to_owned(), span, kind: kind_of(value, word.opaque), place: within(word, skip) }
}

fn within(word: &Word, skip: usize) -> Place {
    Place::Within(word.node, Span::new(skip, word.text.len()))
}

pub(super) fn kind_of(text: &str, opaque: bool) -> ValueKind {
    match (text.is_empty(), opaque) {
        (true, _) => ValueKind::Empty,
        (false, true) => ValueKind::Opaque,
        (false, false) => ValueKind::Literal,
    }
}

fn read_given(given: &Given<'_>, around: &Around<'_>, scope: usize, shared: bool, survey: &mut Survey) {
    match given {
        Given::Assignment(variable) => survey.carriers.push(of_variable(variable, around.doc, scope, shared)),
        Given::Word { option, word, skip } => {
            let Some(text) = word.text.get(*skip..) else { return };
            // `-e NAME` hands on what the shell has.
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            let handed_on = name.len() == text.len();
            let name_span = part_span(word, name, around.text);
            survey.carriers.push(Carrier {
                via: Via::Variable,
                name: name.to_owned(),
                written: name.to_owned(),
                name_span,
                value: Value {
                    text: value.to_owned(),
                    span: word.span,
                    kind: if handed_on { ValueKind::Opaque } else { kind_of(value, word.opaque) },
                    place: if handed_on { Place::Nowhere } else { within(word, skip + name.len() + 1) },
                },
                doc: around.doc,
                nodes: option.iter().map(|option| option.node).chain([word.node]).collect(),
                scope,
                shared,
                sealed: None,
            });
        }
    }
}

pub(super) fn of_variable(variable: &Variable, doc: usize, scope: usize, shared: bool) -> Carrier {
    Carrier {
        via: Via::Variable,
        name: variable.name.clone(),
        written: variable.name.clone(),
        name_span: variable.name_span,
        value: Value {
            text: variable.value.clone(),
            span: variable.value_span,
            kind: kind_of(&variable.value, variable.opaque),
            place: Place::Node(variable.node),
        },
        doc,
        nodes: vec![variable.node],
        scope,
        shared,
        sealed: None,
    }
}
