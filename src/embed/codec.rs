use super::{NoEdit, Quoting, hcl, shell, toml, yaml};
use crate::text::Span;
use std::borrow::Cow;

/// How a host writes an inner text: how to encode a replacement in the host's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codec {
    /// The inner bytes are the host's bytes.
    Verbatim,
    /// A plain YAML scalar; `flow` inside `[]` or `{}`.
    YamlPlain {
        /// Whether it is in a flow collection, where `,[]{}` end it.
        flow: bool,
    },
    /// A YAML scalar in `'…'`.
    YamlSingle,
    /// A YAML (or JSON) scalar in `"…"`.
    YamlDouble,
    /// A YAML block scalar (`|`).
    YamlLiteral {
        /// Columns before each line of content.
        indent: usize,
    },
    /// A YAML block scalar (`>`).
    YamlFolded {
        /// Columns before each line of content.
        indent: usize,
    },
    /// A shell word of one or more pieces; the piece that contains the edit shows how it is quoted.
    ShellWord {
        /// The pieces that have inner text, in host bytes.
        pieces: Vec<(Span, Quoting)>,
    },
    /// The body of a here-document.
    Heredoc {
        /// Whether the delimiter is quoted, so that nothing is expanded.
        quoted: bool,
        /// Whether leading tabs are dropped (`<<-`).
        strip_tabs: bool,
        /// The line that ends the body.
        delimiter: String,
    },
    /// A Markdown code block; `prefix` is what the container writes before each line.
    Fence {
        /// Spaces and `>` signs.
        prefix: String,
    },
    /// Lines that the host joins where a sign ends them (Dockerfile, systemd): the signs are part of the inner text,
    /// comments between the lines are not.
    Continued {
        /// Signs that mean something to the host.
        refused: &'static str,
    },
    /// Text that make expands: `$$` is one `$`.
    Recipe,
    /// Text that is never edited, and why: what else is done to it is unknown.
    Sealed(&'static str),
    /// A TOML string in `"…"`, or in `"""…"""` where `lines`.
    TomlBasic {
        /// Whether it may contain line breaks.
        lines: bool,
    },
    /// A TOML string in `'…'`, or in `'''…'''` where `lines`.
    TomlLiteral {
        /// Whether it may contain line breaks.
        lines: bool,
    },
    /// An HCL string in `"…"`.
    HclQuoted,
    /// The body of an HCL here-document.
    HclHeredoc {
        /// The whitespace that is removed before each line (`<<-`).
        indent: String,
        /// The line that ends the body.
        delimiter: String,
    },
}

impl Codec {
    /// What the host writes before each line.
    pub(super) fn line_prefix(&self) -> Cow<'_, str> {
        match self {
            Self::YamlLiteral { indent } => Cow::Owned(" ".repeat(*indent)),
            Self::Fence { prefix } => Cow::Borrowed(prefix),
            Self::HclHeredoc { indent, .. } => Cow::Borrowed(indent),
            _ => Cow::Borrowed(""),
        }
    }

    /// Whether the first line says where the lines begin.
    pub(super) fn finds_indent(&self) -> bool {
        matches!(self, Self::YamlLiteral { .. } | Self::YamlFolded { .. })
    }

    /// Whether lines of the host between two inner lines stay when one of those is removed.
    pub(super) fn drops_lines(&self) -> bool {
        matches!(self, Self::Continued { .. })
    }

    /// Whether each line of the inner text is a line of the host, so that it can have a comment.
    pub fn keeps_lines(&self) -> bool {
        matches!(
            self,
            Self::Verbatim
                | Self::YamlLiteral { .. }
                | Self::Heredoc { .. }
                | Self::Fence { .. }
                | Self::Recipe
                | Self::TomlBasic { lines: true }
                | Self::TomlLiteral { lines: true }
                | Self::HclHeredoc { .. }
        )
    }

    /// Why nothing of the text can be edited, where that is so.
    pub(super) fn sealed(&self) -> Option<&'static str> {
        if let Self::Sealed(reason) = self { Some(reason) } else { None }
    }

    /// Whether the bytes at `span` of the host can be removed.
    ///
    /// # Errors
    /// [`NoEdit`] where the text after them would be read in another way.
    pub(super) fn delete(&self, span: Span) -> Result<(), NoEdit> {
        match self {
            Self::ShellWord { pieces } if shell::crosses_quotes(span, pieces) => {
                Err(NoEdit::new(shell::PIECES))
            }
            _ => Ok(()),
        }
    }

    /// `replacement`, written so that the host reads it as that text when it takes the place of the bytes below
    /// `span` of `host`. A deletion needs no writing and never comes here.
    ///
    /// # Errors
    /// [`NoEdit`] where the host cannot contain the text at that place.
    pub fn encode(&self, host: &str, span: Span, replacement: &str) -> Result<String, NoEdit> {
        match self {
            Self::Verbatim => Ok(replacement.to_owned()),
            Self::YamlPlain { flow } => yaml::encode_plain(host, span, replacement, *flow),
            Self::YamlSingle => yaml::encode_single(replacement),
            Self::YamlDouble => Ok(yaml::encode_double(replacement)),
            Self::YamlLiteral { indent } => yaml::encode_literal(host, span, replacement, *indent),
            Self::YamlFolded { .. } => yaml::encode_folded(host, span, replacement),
            Self::ShellWord { pieces } => shell::encode_word(host, span, replacement, pieces),
            Self::Heredoc { quoted, strip_tabs, delimiter } => {
                shell::encode_heredoc(host, span, replacement, *quoted, *strip_tabs, delimiter)
            }
            Self::TomlBasic { lines } => Ok(toml::encode_basic(host, span, replacement, *lines)),
            Self::TomlLiteral { lines } => toml::encode_literal(host, span, replacement, *lines),
            Self::HclQuoted => hcl::encode_quoted(host, span, replacement),
            Self::HclHeredoc { indent, delimiter } => {
                hcl::encode_heredoc(host, span, replacement, indent, delimiter)
            }
            Self::Fence { prefix } => Ok(replacement.replace('\n', &format!("\n{prefix}"))),
            Self::Continued { refused } => {
                if replacement.contains(|sign: char| sign.is_control() || refused.contains(sign)) {
                    return Err(NoEdit::new("the line would be read differently"));
                }
                Ok(replacement.to_owned())
            }
            Self::Recipe => {
                if replacement.contains(|sign: char| sign.is_control() || sign == '#') {
                    return Err(NoEdit::new("make would read it differently"));
                }
                Ok(replacement.replace('$', "$$"))
            }
            Self::Sealed(reason) => Err(NoEdit::new(*reason)),
        }
    }
}
