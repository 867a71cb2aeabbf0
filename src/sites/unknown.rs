//! What a registration may get from a place that cannot be read as a plain value.

use super::{Carrier, Scope};
use crate::text::{Span, first_overlap};
use serde::Serialize;

/// A place that may give a token or a setting to a registration, and that cannot be read as a plain value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What the place is.
    pub kind: UnknownKind,
    /// What it may bring.
    pub brings: Brings,
    /// As written: `"$@"`, `base.yaml`, `--reuse-values`.
    pub written: String,
    /// The text that it is in, by index.
    pub doc: usize,
    /// Its bytes there.
    pub span: Span,
}

/// What an unknown may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Brings {
    /// A token, never a setting.
    Token,
    /// Settings, never a token.
    Settings,
    /// Tokens and settings.
    Anything,
}

impl Brings {
    /// Whether it may be a token.
    pub fn token(self) -> bool {
        self != Self::Settings
    }

    /// Whether it may be a setting.
    pub fn settings(self) -> bool {
        self != Self::Token
    }

    fn with(self, other: Self) -> Self {
        if self == other { self } else { Self::Anything }
    }
}

/// Kinds of unknowns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownKind {
    /// A word of the command that may be more words: `"$@"`, `$OPTS`, `{{ flags }}`.
    Words,
    /// A word that sets a variable while it is expanded: `${TAGS:=a}`.
    Effect,
    /// A variable, array or function elsewhere that the command takes words from.
    Collected,
    /// A template tag that decides what is there.
    Template,
    /// A program before the known one, which may add words.
    Wrapper,
    /// A file or object with environment variables: `env_file`, `envFrom`, a sourced script.
    Environment,
    /// More values for the same release: files, ConfigMaps, other documents.
    Values,
    /// An option that keeps the values that the release has: `--reuse-values`.
    KeptValues,
    /// A mapping, or the name of an entry, from an expression: `local.runners`, `merge(…)`.
    Expression,
    /// An alias or a merge key that was followed: what it brings is known, and is written elsewhere.
    Alias,
    /// An expression that is a line or an element of the same script.
    Script,
    /// What another file may define too: this one is merged into it.
    Overlay,
    /// A variable that gets another value where the file is run so: `make NAME=value`.
    Override,
}

/// Unknowns that are named for one scope; what further ones may bring is added to the last one.
const MOST: usize = 16;

/// Longer texts are cut: the line says where to look.
const LONGEST: usize = 80;

/// Words of a command that are elsewhere.
#[derive(Clone, Debug)]
pub struct Piece {
    /// How it is named, and where.
    pub place: Unknown,
    /// The bytes of its words.
    pub words: Span,
    /// Whether it cannot be edited.
    pub stays: bool,
    /// The first command that takes it too, by its scope: what is found in it belongs to that one.
    pub first: Option<usize>,
    /// Whether its words are added to those of its name, rather than replacing them.
    pub adds: bool,
    /// The branch that it is in: the `if` or `case`, and where the branch begins.
    pub branch: Option<(usize, usize)>,
}

impl Piece {
    /// Whether a command never takes both: each gives all words of one name, or they are in two branches of one `if` or `case`.
    pub fn excludes(&self, other: &Self) -> bool {
        let replaces = !self.adds && !other.adds && self.place.written == other.place.written;
        let apart = self.branch.zip(other.branch).is_some_and(|(a, b)| a.0 == b.0 && a.1 != b.1);
        self.place.doc == other.place.doc && self.words != other.words && (replaces || apart)
    }
}

impl Scope {
    /// The piece that the bytes `span` of the text `doc` are in.
    pub fn piece(&self, doc: usize, span: Span) -> Option<&Piece> {
        let before = |piece: &Piece| (piece.place.doc, piece.words.start()) <= (doc, span.start());
        let behind = self.pieces.partition_point(before);
        let last = behind.checked_sub(1).and_then(|last| self.pieces.get(last));
        last.filter(|piece| piece.place.doc == doc && piece.words.contains(span))
    }

    /// Whether the carrier belongs to another command already.
    pub fn has_again(&self, carrier: &Carrier) -> bool {
        self.piece(carrier.doc, carrier.name_span).is_some_and(|piece| piece.first.is_some())
    }

    /// Adds an unknown.
    pub(crate) fn add_unknown(&mut self, unknown: Unknown) {
        if self.unknowns.contains(&unknown) {
            return;
        }
        if self.unknowns.len() >= MOST
            && let Some(last) = self.unknowns.last_mut()
        {
            last.brings = last.brings.with(unknown.brings);
            return;
        }
        self.unknowns.push(unknown);
    }

    /// Adds the first of the template tags `control` that is in `span` of the text `doc`, if there is one.
    pub(crate) fn add_template(&mut self, control: &[Span], span: Span, doc: usize, text: &str) {
        if let Some(tag) = first_overlap(control, span) {
            self.add_unknown(Unknown::new(UnknownKind::Template, Brings::Anything, tag.of(text), doc, tag));
        }
    }

    /// Whether something may bring a token.
    pub fn may_get_token(&self) -> bool {
        self.unknowns.iter().any(|unknown| unknown.brings.token())
    }
}

impl Unknown {
    /// An unknown written as `text` at `span` of the text `doc`; of several lines the first one is kept.
    pub(crate) fn new(kind: UnknownKind, brings: Brings, text: &str, doc: usize, span: Span) -> Self {
        let line = text.trim().lines().next().unwrap_or_default().trim_end();
        let written = match line.char_indices().nth(LONGEST) {
            // A part of a word could be the beginning of a token, which nothing would hide.
            Some((end, _)) => {
                let part = |c: char| c.is_ascii_alphanumeric() || "_-.+/=".contains(c);
                format!("{}…", line.get(..end).unwrap_or_default().trim_end_matches(part))
            }
            None => line.to_owned(),
        };
        Self { kind, brings, written, doc, span }
    }
}
