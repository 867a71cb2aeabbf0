//! The neutral vocabulary that rules match on: a language's only output. Types only.

mod command;
mod node;
mod tree;

pub use command::{Command, Import, Redirect, Variable, VariableUse, Word, WordList};
pub use node::{Node, NodeId, NodeKey, NodeKind, Scalar, ScalarStyle};
pub use tree::{COMPUTED, DataTree};

use crate::embed::Decoded;
use crate::text::Span;

/// What a language says about one text. All spans are of that text.
#[derive(Debug, Default)]
pub struct Facts {
    /// Simple commands, in the order of the text.
    pub commands: Vec<Command>,
    /// Variables that are given a value: assignments of a shell, lines of a dotenv file.
    pub variables: Vec<Variable>,
    /// Words collected in an array (`args=(register --locked)`), or strings that look like part of a command line.
    pub word_lists: Vec<WordList>,
    /// Bodies of functions, in the order of the text.
    pub functions: Vec<Span>,
    /// Variables that are named without a value: `export NAME`, `unset NAME`.
    pub named: Vec<VariableUse>,
    /// Places that may set variables without showing which or what (`. ./env.sh`), in the order of the text.
    pub imports: Vec<Import>,
    /// Keys and values; empty where the language has none.
    pub tree: DataTree,
    /// Keys and values in a program, which are never edited: only hosts of its language are looked for there.
    pub objects: DataTree,
    /// Text in another language that the syntax itself marks: here-documents, code blocks.
    pub regions: Vec<Region>,
    /// Comments, with their sign.
    pub comments: Vec<Comment>,
    /// Template blocks that control what is there (`{{ if }}`, `{% for %}`, `%{ if }`): spans of the tags.
    pub control: Vec<Span>,
    /// What could not be read, for reports.
    pub notices: Vec<FactProblem>,
}

/// Text in another language.
#[derive(Debug)]
pub struct Region {
    /// What the syntax says of its language.
    pub hint: Hint,
    /// The text and where it came from.
    pub decoded: Decoded,
    /// The line that opens it (`<<EOF`, the fence): shown as the place where the text lives.
    pub opener: Span,
    /// What it is called in a message: "here-document", "code block".
    pub what: &'static str,
    /// The command that reads it, by index in [`Facts::commands`].
    pub reader: Option<usize>,
}

/// What is known of a region's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The name of a language or an info string (`bash`, `yml`).
    Language(String),
    /// The name of the file that it becomes.
    File(String),
    /// Nothing; its content decides.
    Content,
    /// Its content decides; where that says nothing, it is this language.
    Likely(&'static str),
}

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From its sign to the end of its text.
    pub span: Span,
    /// Whether only whitespace is before it on its line.
    pub own_line: bool,
}

/// Something that a parser could not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactProblem {
    /// Where reading stopped, byte offset.
    pub offset: usize,
    /// Why, for reports.
    pub message: String,
}
