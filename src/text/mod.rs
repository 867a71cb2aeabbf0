//! Bytes, spans and edits: the base of all other modules.

mod copies;
mod cover;
mod edit;
mod literals;
mod source;
mod span;
mod token_value;
mod words;

pub(crate) use copies::Copies;
pub use cover::{Cover, first_overlap};
pub use edit::{Edit, EditSet, Moves, Overlap};
pub use literals::Notation;
pub(crate) use literals::{
    Lexed, is_identifier, is_named, lex, lex_authority, lex_field, lex_line, lex_value,
};
pub use source::{Eol, Position, Source};
pub use span::Span;
pub(crate) use token_value::HCL_ROOTS;
pub use token_value::{EXPRESSIONS, NEVER_A_TOKEN, TokenForm, TokenValue};
pub(crate) use words::Words;

/// A text that a file, its documents and their trees share.
pub type SharedText = std::sync::Arc<str>;
