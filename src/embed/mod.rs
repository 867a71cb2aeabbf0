//! Text inside text: which host bytes a decoded text came from, and how an edit of it is written back.
//!
//! A host language decodes a scalar, a quoted word or a here-document into a [`Decoded`]: the inner text, and
//! [`Segments`] that tie each inner byte to host bytes. A span of the inner text is shown at its host bytes; an edit of
//! the inner text becomes an edit of the host, or a [`NoEdit`] that says why the host has no place for it.

mod codec;
mod hcl;
mod segments;
mod shell;
mod toml;
mod yaml;

pub use codec::Codec;
pub use segments::{Decoded, Decoder, Segment, Segments};
pub use shell::Quoting;

/// What a decoded text has for a value that the strings of a program do not show.
pub const UNKNOWN: &str = "${_}";

use std::borrow::Cow;
use std::fmt;

/// Why an edit cannot be made, as a clause for messages: "the value is folded over several lines".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoEdit(Cow<'static, str>);

impl NoEdit {
    /// A refusal with its reason.
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self(reason.into())
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoEdit {}
