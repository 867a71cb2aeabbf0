//! The words of a command: options with their values, and the others.

use super::charts::has_expansion;
use super::command::{Around, owner};
use super::schema::programs::{Program, Subcommand};
use super::{Brings, Carrier, Unknown, UnknownKind, Value, ValueKind, ValueLocation, Via};
use crate::embed::Decoded;
use crate::facts::Word;
use crate::text::Span;

/// The words that are neither an option nor an option's value.
pub(super) fn plain_words<'a>(words: &'a [Word], valued: &[String]) -> impl Iterator<Item = &'a Word> {
    let mut is_value = false;
    words.iter().filter(|word| !word.control).filter(move |word| {
        let found = !is_value && !word.text.starts_with('-');
        is_value = valued.contains(&word.text);
        found
    })
}

/// Go's flag syntax: `-opt` and `--opt` are the same option.
pub(crate) fn canonical(option: &str) -> String {
    let name = option.trim_start_matches('-');
    if name.chars().count() == 1 { format!("-{name}") } else { format!("--{name}") }
}

/// Whether a text is an option and nothing else: `--name`, `-n`.
pub(crate) fn is_option_name(name: &str) -> bool {
    let word = name.trim_start_matches('-');
    name.starts_with('-')
        && word.starts_with(|sign: char| sign.is_ascii_alphanumeric())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Why an option in an expression is not edited.
const ALTERNATIVE: &str = "an expression decides which option is used: change it there";

pub(super) struct Options<'a> {
    pub(super) subcommand: &'a Subcommand,
    pub(super) around: &'a Around<'a>,
    pub(super) scope: usize,
    /// Whether its other words count too.
    pub(super) words: bool,
    pub(super) out: Vec<Carrier>,
    pub(super) unknowns: Vec<Unknown>,
    /// Variables that it takes words from.
    pub(super) wants: Vec<Box<str>>,
    pub(super) wakes: bool,
}

impl Options<'_> {
    /// Takes in the command itself: the last word of its subcommand's name, or the program where it has none.
    pub(super) fn name(&mut self, program: &Program, word: &Word, arguments: &[Word]) {
        if !self.words {
            return;
        }
        let named = self.subcommand.name.split_whitespace().count();
        let at = plain_words(arguments, &program.valued).take(named).last().unwrap_or(word);
        let name = owner(program, self.subcommand);
        self.push(Via::Command, name, at);
    }

    /// Whether it is an option that fixes remove, and its value with it.
    fn goes(&self, name: &String) -> bool {
        let Subcommand { telling, hinting, removable, .. } = self.subcommand;
        [telling, hinting, removable].into_iter().any(|names| names.contains(name))
    }

    /// Whether a shell reads the words.
    fn is_read_by_shell(&self) -> bool {
        self.around.context.language.is_shell() && !self.around.context.given.no_shell
    }

    /// Adds a word that changes a variable, which the fix would no longer do.
    fn effect(&mut self, word: &Word, name: &String) {
        if word.opaque && self.goes(name) && self.is_read_by_shell() && assigns(&word.text) {
            self.unknown(UnknownKind::Effect, word);
        }
    }

    /// Adds a word that may be anything.
    fn unknown(&mut self, kind: UnknownKind, word: &Word) {
        let written = word.span.of(self.around.text());
        let doc = self.around.context.doc;
        self.unknowns.push(Unknown::new(kind, Brings::Anything, written, doc, word.span));
    }

    /// Adds a word that is not an option.
    fn push(&mut self, via: Via, name: String, word: &Word) {
        let name_span = part_span(word, Span::new(0, word.text.len()), self.around);
        self.out.push(Carrier {
            doc: self.around.context.doc,
            scope: self.scope,
            written: word.text.clone(),
            ..Carrier::new(via, name, name_span, word_value(word), word.node)
        });
    }

    /// Takes in the options in an expression: `${newer ? '--token' : '--registration-token'}`.
    fn alternatives(&mut self, word: &Word) {
        // What a language takes apart by itself is read there.
        if self.around.parsed.facts().tree.is_computed(word.node) {
            return;
        }
        let text = word.span.of(self.around.text());
        // In a substitution they are the options of another program, unless it prints them.
        let substitution = text.find("$(");
        for (at, quote) in text.match_indices(['\'', '"', '`']) {
            let behind = text.get(at + 1..).unwrap_or_default();
            let length =
                behind.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
            let (written, rest) = behind.split_at(length);
            let name = canonical(written);
            let before = text.get(..at).unwrap_or_default().trim_end();
            // The first one is the quote of the word itself.
            if at == 0 || substitution.is_some_and(|start| start < at) && !before.ends_with("echo") {
                continue;
            }
            let known = self.subcommand.valued.contains(&name) || self.subcommand.flags.contains(&name);
            if !written.starts_with("--")
                || !known
                || !(rest.starts_with(quote) || rest.starts_with(['=', ' ']))
            {
                continue;
            }
            let name_span = Span::new(at + 1, at + 1 + length).shifted(word.span.start());
            self.out.push(Carrier {
                written: written.to_owned(),
                doc: self.around.context.doc,
                scope: self.scope,
                sealed: Some(ALTERNATIVE.to_owned()),
                ..Carrier::new(Via::Option, name, name_span, Value::elsewhere(word.span), word.node)
            });
        }
    }

    /// Whether what runs the command replaces a word: `%i` of systemd.
    fn is_replaced(&self, word: &Word) -> bool {
        let opens = self.around.context.given.expressions.as_deref();
        opens.is_some_and(|opens| opens.len() == 1 && word.text.starts_with(opens))
    }

    /// Whether a word without quotes is one word all the same: a variable with such a value.
    fn is_one_word(&self, word: &Word) -> bool {
        let (variables, text) = (self.around.context.variables, self.around.text());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.,:/+=@".contains(&byte);
        let value = self.around.literal(&word.text).filter(|value| value.bytes().all(plain));
        value.is_some()
            && !variables.mentions(text, "IFS")
            && self.around.changes(&word.text, word.span).is_none()
    }

    /// Adds options that may replace others: which of them is used is not visible.
    pub(super) fn instead(&mut self, words: &[Word]) {
        for word in words {
            let written = word.text.split('=').next().unwrap_or_default();
            let name_span = part_span(word, Span::new(0, written.len()), self.around);
            self.out.push(Carrier {
                written: written.to_owned(),
                doc: self.around.context.doc,
                scope: self.scope,
                sealed: Some(ALTERNATIVE.to_owned()),
                ..Carrier::new(
                    Via::Option,
                    canonical(written),
                    name_span,
                    Value::elsewhere(word.span),
                    word.node,
                )
            });
        }
    }

    /// Takes in a template tag, `--{locked,paused}` and `--lock?d`, of which a shell makes options, and `@OPTIONS@`.
    fn is_unknown(&mut self, word: &Word) -> bool {
        let is_several = word.text.starts_with('-') && word.opaque && word.splits;
        let is_glob = || {
            let is_option = word.text.starts_with('-') && option_part(word).contains(['*', '?', '[']);
            is_option && self.is_read_by_shell() && word.span.of(self.around.text()) == word.text
        };
        if word.control {
            self.unknown(UnknownKind::Template, word);
        } else if is_several && option_part(word).contains('{') || is_glob() || is_placeholder(&word.text) {
            self.unknown(UnknownKind::Words, word);
        } else {
            return false;
        }
        true
    }

    pub(super) fn read(&mut self, words: &[Word]) {
        let mut at = 0;
        // The words of the subcommand's name come first.
        let mut named = self.subcommand.name.split_whitespace().count();
        let mut position = 0;
        let (mut stray, mut stopped) = (false, false);
        // Why an option is not edited that is another one's value.
        let mut slip = None;
        for word in words.iter().filter(|word| word.opaque && !word.control) {
            self.alternatives(word);
        }
        while let Some(word) = words.get(at) {
            at += 1;
            if self.is_unknown(word) {
                continue;
            }
            if !word.text.starts_with('-') || word.text == "-" {
                if named > 0 {
                    named -= 1;
                } else if self.words {
                    position += 1;
                    self.push(Via::Argument, position.to_string(), word);
                }
                if word.opaque || self.is_replaced(word) {
                    self.wants.extend(word.expands.clone());
                    self.unknown(UnknownKind::Words, word);
                } else if word.text != self.subcommand.name && !word.text.starts_with('#') {
                    // It stays, and so does what the option parser does: it stops there.
                    stopped |= !stray;
                }
                continue;
            }
            // The option parser stopped at the stray word before, which a fix removes.
            self.wakes |= stray && !stopped;
            let written = option_part(word);
            let name = canonical(written);
            let is_flag = self.subcommand.flags.contains(&name);
            let mut nodes = vec![word.node];
            let sealed = slip.take();
            let value = if let Some((_, value)) = word.text.split_once('=') {
                // `--tag-list=$TAGS` as well: what follows the first blank goes with it.
                if word.splits && self.around.context.language.is_shell() && self.goes(&name) {
                    self.unknown(UnknownKind::Words, word);
                }
                self.effect(word, &name);
                inline_value(word, written.len() + 1, value, self.around)
            } else if is_flag {
                // A boolean takes no word of its own; people write one all the same.
                if let Some(next) = words.get(at).filter(|next| looks_like_boolean(next)) {
                    nodes.push(next.node);
                    at += 1;
                    stray |= self.goes(&name);
                    stopped |= !self.goes(&name) && !stray;
                }
                Value {
                    text: "true".to_owned(),
                    span: Span::at(word.span.end()),
                    kind: ValueKind::Literal,
                    place: ValueLocation::Nowhere,
                    known: None,
                }
            } else if let Some(next) = words.get(at).filter(|next| self.is_option(next)) {
                // The program takes it as the value; people meant the option.
                slip = Some(format!(
                    "`{written}` has no value and takes `{}` as one: give it a value",
                    option_part(next)
                ));
                no_value(word.span.end())
            } else if let Some(next) = words.get(at).filter(|next| takes(self.subcommand, &name, next)) {
                nodes.push(next.node);
                at += 1;
                // `--tag-list $TAGS`: without quotes it may be several words.
                let one = || next.splits && self.goes(&name) && !self.is_one_word(next);
                if self.around.context.language.is_shell() && one() {
                    self.unknown(UnknownKind::Words, next);
                }
                self.effect(next, &name);
                let value = word_value(next);
                // `--tag-list a, b`: the blank was not meant to end the list.
                while value.text.ends_with(',')
                    && let Some(more) = words.get(at).filter(|more| !starts_option(more) && !more.opaque)
                {
                    nodes.push(more.node);
                    at += 1;
                    stray |= self.goes(&name);
                    stopped |= !self.goes(&name) && !stray;
                    if !more.text.ends_with(',') {
                        break;
                    }
                }
                value
            } else {
                no_value(word.span.end())
            };
            let name_span = part_span(word, Span::new(0, written.len()), self.around);
            self.out.push(Carrier {
                via: Via::Option,
                name,
                written: written.to_owned(),
                name_span,
                value,
                doc: self.around.context.doc,
                nodes,
                scope: self.scope,
                shared: false,
                sealed,
                part: None,
            });
        }
    }

    /// Whether a word is an option that shows the command: no value looks like it, and a token follows.
    fn is_option(&self, word: &Word) -> bool {
        let name = option_part(word);
        !word.control && self.subcommand.telling.iter().any(|telling| telling == name)
    }
}

/// Whether a word is a name that is replaced by any words before the command runs: `@OPTIONS@`, `__OPTIONS__`.
pub(super) fn is_placeholder(text: &str) -> bool {
    let inner = ["@", "__"].iter().find_map(|sign| text.strip_prefix(*sign)?.strip_suffix(*sign));
    inner.is_some_and(|name| {
        name.starts_with(|sign: char| sign.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// What a shell sets while it expands a word: `${TAGS:=a}`, `$((count++))`.
fn assigns(text: &str) -> bool {
    let is_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    let sets_default = text.match_indices("${").any(|(at, _)| {
        let behind = text.get(at + 2..).unwrap_or_default().trim_start_matches(is_name);
        behind.strip_prefix(':').unwrap_or(behind).starts_with('=')
    });
    let computes = text.find("$((").or_else(|| text.find("$["));
    let computed = computes.and_then(|at| text.get(at..)).unwrap_or_default();
    let is_assignment = |(at, _): (usize, &str)| {
        let before = computed.get(..at).unwrap_or_default();
        let behind = computed.get(at + 1..).unwrap_or_default();
        !behind.starts_with('=') && !before.ends_with(['=', '!', '<', '>'])
            || before.ends_with("<<")
            || before.ends_with(">>")
    };
    sets_default
        || computed.contains("++")
        || computed.contains("--")
        || computed.match_indices('=').any(is_assignment)
}

/// No value at all, after the byte `at`.
fn no_value(at: usize) -> Value {
    let (text, span) = (String::new(), Span::at(at));
    Value { text, span, kind: ValueKind::Empty, place: ValueLocation::Nowhere, known: None }
}

/// What is before the `=` of an option.
fn option_part(word: &Word) -> &str {
    word.text.split('=').next().unwrap_or_default()
}

/// Whether `option` takes the word after it as its value: a known one does, whatever it looks like.
fn takes(subcommand: &Subcommand, option: &str, next: &Word) -> bool {
    let known = subcommand.valued.iter().any(|valued| valued == option);
    !next.control && (known || !starts_option(next))
}

fn starts_option(word: &Word) -> bool {
    word.text.starts_with("--") && !word.opaque
}

/// The words that Go reads as a boolean. An expression is none: it may be more options.
fn looks_like_boolean(word: &Word) -> bool {
    !word.control
        && !word.opaque
        && matches!(
            word.text.trim_start_matches('='),
            "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False"
        )
}

/// Where `part` of a word's text is: quotes may be before it and in it.
pub(super) fn part_span(word: &Word, part: Span, around: &Around<'_>) -> Span {
    if word.span.of(around.text()) == word.text {
        return part.shifted(word.span.start());
    }
    let same = |decoded: &Decoded| decoded.text.get(part.range()) == word.text.get(part.range());
    let decoded = around.parsed.decode(word.node).filter(same);
    if let Some(decoded) = decoded {
        return decoded.segments.to_outer(part);
    }
    // A word inside a substitution: it is shown, and stays.
    let mut bytes = word.span.of(around.text()).bytes().enumerate().filter(|(_, b)| !b"'\"\\`".contains(b));
    let start = bytes.clone().nth(part.start()).map_or(0, |(at, _)| at);
    let end = bytes.nth(part.end().saturating_sub(1)).map_or(word.span.len(), |(at, _)| at + 1);
    Span::new(start, end).shifted(word.span.start())
}

fn word_value(word: &Word) -> Value {
    Value {
        text: word.text.clone(),
        span: word.span,
        kind: kind_of(&word.text, word.opaque),
        place: ValueLocation::Node(word.node),
        known: None,
    }
}

fn inline_value(word: &Word, skip: usize, value: &str, around: &Around<'_>) -> Value {
    let name = part_span(word, Span::new(0, skip), around);
    Value {
        text: value.to_owned(),
        span: Span::new(name.end(), word.span.end()),
        kind: kind_of(value, word.opaque),
        place: within(word, skip),
        known: None,
    }
}

pub(super) fn within(word: &Word, skip: usize) -> ValueLocation {
    ValueLocation::Within(word.node, Span::new(skip, word.text.len()))
}

pub(super) fn kind_of(text: &str, opaque: bool) -> ValueKind {
    // `'$TOKEN'` with quotes of its own: whatever reads it first, those letters are not meant.
    let opaque = opaque || has_expansion(text);
    match (text.is_empty(), opaque) {
        (true, _) => ValueKind::Empty,
        (false, true) => ValueKind::Opaque,
        (false, false) => ValueKind::Literal,
    }
}
