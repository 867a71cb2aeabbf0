//! How languages write comments.

/// A way to write a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommentStyle {
    /// What begins one.
    pub open: &'static str,
    /// What ends one; empty where the line ends it.
    pub close: &'static str,
    /// Whether one may come after something else on a line.
    pub behind: bool,
}

impl CommentStyle {
    pub(super) const HASH: Self = Self { open: "#", close: "", behind: true };
    /// Where the rest of a line belongs to the value, or to the shell.
    pub(super) const HASH_ALONE: Self = Self { behind: false, ..Self::HASH };
    pub(super) const SLASHES: Self = Self { open: "//", ..Self::HASH };
    pub(super) const SEMICOLON: Self = Self { open: ";", ..Self::HASH_ALONE };
    pub(super) const EXCLAMATION: Self = Self { open: "!", ..Self::HASH_ALONE };
    pub(super) const DASHES: Self = Self { open: "--", ..Self::HASH };
    pub(super) const REM: Self = Self { open: "REM", ..Self::HASH_ALONE };
    pub(super) const HTML: Self = Self { open: "<!--", close: " -->", behind: false };
}
