//! Registrations as data: what a migration plan is made of. Values are as they stand in the file; nothing is hidden yet.

use crate::rules::{Class, UnitKind};
use crate::sites::{Brings, Road, UnknownKind, Via};
use crate::text::{Position, Span};

/// One registration: a command, a chart release's values, a Secret, …
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundUnit {
    /// The unit, as its findings name it. Several commands that share variables share the name.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// The road that makes it.
    pub road: Option<&'static Road>,
    /// Whether a place shows that it registers, with or without a token.
    pub is_shown: bool,
    /// Where it begins.
    pub position: Position,
    /// Languages from the file's own to the innermost.
    pub via: Vec<&'static str>,
    /// What it lies in, innermost: "`script:` item".
    pub place: Option<String>,
    /// The number of the text that it is in, where that text is a value of a chart.
    pub of_chart: Option<usize>,
    /// The name of the Kubernetes object that it is part of.
    pub object: Option<String>,
    /// Places that cannot be read as plain values and that may give it a token or a setting.
    pub unknowns: Vec<UnknownPlace>,
    /// Places of tokens, new and old.
    pub slots: Vec<Slot>,
    /// Server-side settings, in the order of the text.
    pub settings: Vec<Held>,
    /// Bytes of the file with the values that give a chart its settings.
    pub values: Vec<Span>,
    /// What else is said of it, by the name of the fact: `url`, `description`, `executor`, `secret`.
    pub about: Vec<(&'static str, SourcedValue)>,
}

/// A place of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Whether it is the place of the old token.
    pub old: bool,
    /// What carries it.
    pub via: Via,
    /// Its name as written.
    pub written: String,
    /// What it holds.
    pub class: Class,
    /// Its value.
    pub given: SourcedValue,
}

/// A server-side setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its index among the settings of the rules' unit.
    pub setting: usize,
    /// What carries it.
    pub via: Via,
    /// Its canonical name: `runners.tags`.
    pub name: String,
    /// Its value.
    pub given: SourcedValue,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcedValue {
    /// Quotes taken off; as written where it is an expression.
    pub text: String,
    /// Whether it is an expression.
    pub opaque: bool,
    /// What it is when it is used, where the text says so.
    pub known: Option<String>,
    /// Whether it is a switch with a word after it that does not count: `--locked false`.
    pub stray: bool,
    /// Where its name is.
    pub position: Position,
}

impl SourcedValue {
    /// The literal that is used, if it can be known.
    pub fn literal(&self) -> Option<&str> {
        self.known.as_deref().or_else(|| (!self.opaque).then_some(self.text.as_str()))
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        !self.opaque && self.text.trim().is_empty()
    }
}

impl FoundUnit {
    /// What is said of it.
    pub fn about(&self, fact: &str) -> Option<&SourcedValue> {
        self.about.iter().find(|(name, _)| *name == fact).map(|(_, given)| given)
    }
}

/// A place that cannot be read as a plain value, as it is named to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPlace {
    /// What the place is.
    pub kind: UnknownKind,
    /// What it may bring.
    pub brings: Brings,
    /// As written in the file; one line.
    pub written: String,
    /// Its line in the file, from 1.
    pub line: usize,
}

impl UnknownPlace {
    /// The same with its text passed through `change`.
    #[must_use]
    pub fn map_text(&self, change: &dyn Fn(&str) -> String) -> Self {
        Self { written: change(&self.written), ..self.clone() }
    }
}
