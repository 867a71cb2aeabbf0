//! What is wrong in a rule file, in words for its author.

use crate::quote::{self, nearest};
use crate::text::{Source, Span};
use serde::de;
use std::fmt;
use std::sync::Arc;

/// Something wrong in a rule file, with its place.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The file, as shown.
    pub path: String,
    /// Its text.
    pub source: Arc<Source>,
    /// The place.
    pub span: Span,
    /// What is wrong, one sentence without full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Whether the file is outside of the repository: nothing of its text is shown.
    pub outside: bool,
}

impl Problem {
    /// What must not be shown of the text: words that may be secrets, and the value of a key that does not exist.
    pub fn secrets(&self) -> Vec<Span> {
        let text = self.source.text();
        let mut secrets = quote::secrets(text);
        let source = &self.source;
        let line = source.line_at(self.span.start());
        let last = source.line_count().saturating_sub(1);
        let is_ours = |text: &str| text.lines().any(|line| OURS.iter().any(|key| line.starts_with(key)));
        let mut hide = |line: usize, from: usize| {
            let end = source.line_span(line);
            let rest = Span::new(from.clamp(end.start(), end.end()), end.end()).of(text);
            if rest.trim() == ":" {
                return;
            }
            let value = rest.find(": ").map_or(0, |at| at + 2);
            let length = rest.trim_end().len().max(value);
            secrets.push(Span::new(from + value, from + length));
        };
        if self.message.starts_with(UNKNOWN_KEY) {
            hide(line, self.span.end().min(source.line_span(line).end()));
        }
        // It may be a file of anything.
        if !is_ours(text) {
            for line in line.saturating_sub(SHOWN)..=line.saturating_add(SHOWN).min(last) {
                hide(line, source.line_span(line).start());
            }
        }
        secrets
    }

    /// The same without what it quotes of its file, which is outside of the repository.
    #[must_use]
    pub fn without_text(self) -> Self {
        Self { message: quote::without_quotes(&self.message, &[]), help: None, outside: true, ..self }
    }
}

/// How the message about a key that does not exist begins.
const UNKNOWN_KEY: &str = "unknown key";
/// How lines begin in files of rules.
const OURS: &[&str] = &[
    "id:",
    "title:",
    "match:",
    "severity:",
    "examples:",
    "programs:",
    "wrappers:",
    "host:",
    "sites:",
    "unit:",
    "- chart:",
];
/// More lines than an error shows before and after its own.
const SHOWN: usize = 5;

/// Something wrong, before it is known where.
#[derive(Clone, Debug, Default)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) span: Option<Span>,
    /// Whether it is about the key that was read last.
    pub(super) of_key: bool,
    /// A key that is not known, and those that are.
    unknown: Option<(String, &'static [&'static str])>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// At this place, unless it is known better already.
    #[must_use]
    pub(super) fn at(mut self, span: Span) -> Self {
        self.span = self.span.or(Some(span));
        self
    }

    /// The same, where `others` are known as well.
    #[must_use]
    pub(super) fn or_known(self, others: &[&str]) -> Self {
        match &self.unknown {
            Some((name, known)) if !others.is_empty() => {
                let known: Vec<&str> = known.iter().chain(others).copied().collect();
                Self { span: self.span, ..Self::unknown("key", name, &known) }
            }
            _ => self,
        }
    }

    /// A name that is not known, with the nearest one that is.
    pub(super) fn unknown(what: &str, name: &str, known: &[&str]) -> Self {
        let fault = Self::new(format!("unknown {what} `{name}`"));
        match nearest(name, known) {
            Some(nearest) => fault.help(format!("did you mean `{nearest}`?")),
            None if known.is_empty() => fault,
            None => fault.help(format!("known: {}", listed(known))),
        }
    }

    /// A name that a file of the directory of rules must define.
    pub(super) fn undefined(what: &str, name: &str, known: &[&str], file: &str, example: &str) -> Self {
        let fault = Self::unknown(what, name, known);
        let hint = match fault.help.as_deref() {
            Some(help) if help.ends_with('?') => format!("{help} Or define it"),
            Some(help) => format!("{help}; define it"),
            None => "define it".to_owned(),
        };
        let example = example.replace('\n', "\n    ");
        Self { help: Some(format!("{hint} in `{file}`:\n    {example}")), ..fault }
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", words(found)))
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::unknown("word", name, known)
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self { unknown: Some((name.to_owned(), known)), ..Self::unknown("key", name, known) }
    }

    fn missing_field(name: &'static str) -> Self {
        Self::new(format!("`{name}` is missing"))
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self { of_key: true, ..Self::new(format!("duplicate key `{name}`")) }
    }
}

fn words(found: de::Unexpected<'_>) -> String {
    match found {
        de::Unexpected::Map => "a mapping".to_owned(),
        de::Unexpected::Seq => "a list".to_owned(),
        de::Unexpected::Unit => "nothing".to_owned(),
        de::Unexpected::Str(text) => format!("`{text}`"),
        other => other.to_string(),
    }
}
