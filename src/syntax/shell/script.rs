//! What the lexer writes down.

use super::super::Datum;
use crate::facts::{Command, Facts, NodeId};
use crate::text::Span;

/// What a node is, for those that edit it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ShellNodeKind {
    /// A part of a statement that can be removed: a word, an assignment before a program, an element of an array.
    Part,
    /// A statement of its own that gives a variable a value.
    Statement,
    /// Something whose value can be changed, but that cannot be removed: the target of a redirection, `${X:=value}`.
    Value,
    /// Part of a string: not for editing here.
    Inner,
}

/// What a [`NodeId`] names.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeInfo {
    pub(super) kind: ShellNodeKind,
    pub(super) span: Span,
    /// What [`super::set`] replaces and [`super::word`] decodes.
    pub(super) value: Span,
    /// Index of the statement that contains it.
    pub(super) statement: usize,
}

/// What ends a line without ending the statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BreakKind {
    /// `\` and a line end.
    Continuation,
    /// A line end in an array, or one whose `\` is missing.
    Newline,
    /// The end of a line that contains only a template tag.
    Tag,
}

/// A line end within a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    pub(super) kind: BreakKind,
    /// From the `\` to the start of the next line.
    pub(super) span: Span,
}

/// A simple command, an assignment or an array, as it is in the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Statement {
    /// Assignments, words and redirections, by position.
    pub(super) parts: Vec<Span>,
    /// Template tags among the parts: where, and whether they open (1) or close (-1) a block.
    pub(super) tags: Vec<(usize, i8)>,
    /// Where the lexer found its end: an operator, a comment, the end of its line.
    pub(super) tail: usize,
    /// All of it, delimiters of an array included.
    pub(super) span: Span,
    /// Whether it is the inside of an array.
    pub(super) array: bool,
    /// Whether its words only give variables a value (`export A=b`): without them nothing is left of it.
    pub(super) declares: bool,
    /// Whether it is in backquotes.
    pub(super) backquoted: bool,
}

/// A keyword or an operator between statements.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) span: Span,
    /// Whether a statement must follow it.
    pub(super) opens: bool,
    /// Whether a statement must come before it.
    pub(super) closes: bool,
}

/// A here-document whose reader is known only later.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) opener: Span,
    pub(super) body: Span,
    pub(super) quoted: bool,
    pub(super) strip_tabs: bool,
    pub(super) delimiter: String,
    /// Index of the statement that reads it.
    pub(super) statement: usize,
}

impl Body {
    /// Whether it is PowerShell's.
    pub(super) fn is_here_string(&self) -> bool {
        self.delimiter.ends_with('@') && self.statement == usize::MAX
    }
}

/// A simple command, before commands are put in order.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) command: Command,
    pub(super) statement: usize,
    /// Key of the command whose output it reads: index in [`ScriptFacts::commands`] as it was pushed.
    pub(super) piped_from: Option<usize>,
}

/// What a piece of a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DatumKind {
    Command,
    Word,
    Assignment,
    Array,
    HereDocument,
    Redirection,
    Arithmetic,
    Operator,
    Pattern,
    Tag,
}

/// A [`Datum`] that borrows nothing.
#[derive(Debug)]
pub(super) struct CompactDatum {
    pub(super) span: Span,
    pub(super) kind: DatumKind,
    /// `None` if it is what is written there.
    value: Option<Box<str>>,
}

impl CompactDatum {
    pub(super) fn datum<'t>(&'t self, text: &'t str) -> Datum<'t> {
        let value = self.value.as_deref().unwrap_or_else(|| self.span.of(text));
        Datum { span: self.span, kind: self.kind as u8, value: value.into() }
    }
}

/// All that the lexer writes down.
#[derive(Debug, Default)]
pub(super) struct ScriptFacts {
    pub(super) commands: Vec<Raw>,
    pub(super) statements: Vec<Statement>,
    pub(super) nodes: Vec<NodeInfo>,
    pub(super) breaks: Vec<Break>,
    pub(super) marks: Vec<Mark>,
    pub(super) data: Vec<CompactDatum>,
    pub(super) bodies: Vec<Body>,
    /// Names of functions, and where each name ends.
    pub(super) functions: Vec<(String, usize)>,
    /// Commands, regions and their references are filled in at the end.
    pub(super) facts: Facts,
}

impl ScriptFacts {
    /// A new node.
    pub(super) fn node(&mut self, kind: ShellNodeKind, span: Span, value: Span, statement: usize) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(NodeInfo { kind, span, value, statement });
        id
    }

    /// A new piece of what `text` means.
    pub(super) fn datum(&mut self, text: &str, kind: DatumKind, span: Span, value: &str) {
        let value = (value != span.of(text)).then(|| value.into());
        self.data.push(CompactDatum { span, kind, value });
    }
}
