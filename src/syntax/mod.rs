//! Languages: text in, [`Facts`] out. One file or folder each, and one line in [`LANGUAGES`].

mod comment;
mod dockerfile;
mod dotenv;
mod entries;
mod grouped;
mod hcl;
mod ini;
mod lexical;
mod makefile;
mod markdown;
mod nested;
#[cfg(test)]
mod probe;
mod shell;
mod systemd;
mod template;
mod toml;
mod yaml;

pub use comment::CommentStyle;
pub(crate) use markdown::container;
pub(crate) use yaml::is_lenient_json;

use crate::embed::{Decoded, NoEdit};
use crate::facts::{Facts, NodeId};
use crate::text::{Edit, EditSet, Notation, SharedText, Span};
use std::borrow::Cow;

/// A language: how its texts are recognized, and how they are read.
pub trait Language: Sync {
    /// Its name: lower case, as in rule and site files.
    fn name(&self) -> &'static str;

    /// Other names that it goes by: info strings of Markdown, names in site files.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }

    /// The file names that it owns, in small letters, matched on the last part of the path: at most one `*` matches any
    /// text. Extensions of templates and samples (`.tpl`, `.example`) are removed before.
    fn file_names(&self) -> &'static [&'static str];

    /// Whether a text of unknown name looks like it, from its first lines.
    fn recognises(&self, text: &str) -> bool;

    /// About how many values a text has, estimated from its bytes: the time to read it is in proportion to it.
    fn count(&self, text: &str) -> usize {
        let weight = |byte: u8| match byte {
            b'\n' => 2,
            b',' | b'[' | b'{' => 1,
            _ => 0,
        };
        text.bytes().map(weight).sum()
    }

    /// How its values write expressions.
    fn notation(&self) -> Notation {
        Notation::Text
    }

    /// The ways to write a comment, the usual one first; none where it has no comments.
    fn comment_styles(&self) -> &'static [CommentStyle] {
        &[]
    }

    /// Whether values are expressions, of which a text in quotes is only one.
    fn values_are_expressions(&self) -> bool {
        false
    }

    /// Whether the items of its lists have commas between them.
    fn has_commas(&self) -> bool {
        false
    }

    /// Whether a mapping has each of its keys once.
    fn keys_are_unique(&self) -> bool {
        false
    }

    /// Whether `null` is a value.
    fn has_null(&self) -> bool {
        true
    }

    /// Whether JSON is read as this language.
    fn includes_json(&self) -> bool {
        false
    }

    /// Whether it is prose, which shows code to people.
    fn is_prose(&self) -> bool {
        false
    }

    /// Whether a text of it is the environment of programs.
    fn is_environment(&self) -> bool {
        false
    }

    /// Whether its keys and values are those of any program: only hosts of the language have sites in it.
    fn is_flat(&self) -> bool {
        false
    }

    /// Whether a shell reads its texts.
    fn is_shell(&self) -> bool {
        self.notation() == Notation::Shell
    }

    /// Whether its lines are run one after the other.
    fn is_script(&self) -> bool {
        self.is_shell()
    }

    /// Whether two texts show the same to a reader, except for comments.
    fn renders_alike(&self, _old: &str, _new: &str) -> bool {
        true
    }

    /// Reads a text. Never fails: what cannot be read is in [`Facts::notices`].
    fn parse(&self, text: SharedText) -> Box<dyn Parsed>;
}

/// A text that has been read. It answers what depends on its language.
pub trait Parsed: Send + Sync {
    /// What it says.
    fn facts(&self) -> &Facts;

    /// The text of a scalar or word, to be read as another language; `None` where the node has no text of its own.
    fn decode(&self, node: NodeId) -> Option<Decoded>;

    /// Removes `nodes`, all at once, so that what is left is well formed, without an extra blank line, dangling `\`, comma or
    /// empty parent. A node inside another one of them needs no mention.
    ///
    /// # Errors
    /// [`NoEdit`] if one of them cannot be removed: then none is.
    fn remove(&self, nodes: &[NodeId]) -> Result<Removal, NoEdit>;

    /// Removes nodes that `aliases` bring to where they are used: those may stay without them.
    ///
    /// # Errors
    /// As [`Parsed::remove`].
    fn remove_aliased(&self, nodes: &[NodeId], aliases: &[Span]) -> Result<Removal, NoEdit> {
        let _ = aliases;
        self.remove(nodes)
    }

    /// Gives `node` another value, quoted as the place needs. `value` is an expression of the language of the node
    /// (`$TOKEN` in a shell, `{{ .Values.token }}` in YAML) or plain text.
    ///
    /// # Errors
    /// [`NoEdit`] where the value has no place.
    fn set(&self, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit>;

    /// How a text of this language writes the value of the variable `name`; `None` where it expands none.
    fn expansion(&self, _name: &str) -> Option<String> {
        None
    }

    /// Gives `part` of the decoded text of `node` another value: an expression of the language, quoted as the place needs.
    /// `None` where the value is written as it is.
    fn set_part(&self, _node: NodeId, _part: Span, _value: &str) -> Option<Result<Vec<Edit>, NoEdit>> {
        None
    }

    /// Writes an entry `key` with `value` (plain text) after the entry `node`, in its form.
    ///
    /// # Errors
    /// [`NoEdit`] where the language or the place has no such entries.
    fn insert_after(&self, node: NodeId, key: &str, value: &str) -> Result<Vec<Edit>, NoEdit>;

    /// Gives entries other paths, as [`Move`] says. What they are written with stays: quotes, comments, the order.
    ///
    /// # Errors
    /// [`NoEdit`] where the language or the place has no such path.
    fn relocate(&self, _moves: &[Move]) -> Result<Moved, NoEdit> {
        Err(NoEdit::new("entries of this language cannot be moved"))
    }

    /// The edits of whitespace that keep aligned what was aligned before `edits`.
    fn align(&self, _edits: &EditSet) -> Vec<Edit> {
        Vec::new()
    }

    /// Whether the CR of a line end CR LF is part of the last word of its line for the program that reads the text.
    fn keeps_carriage_returns(&self) -> bool {
        false
    }

    /// What the text means, piece by piece in the order of the text: a fix is verified by comparing this before and after.
    fn data(&self) -> Data<'_>;
}

/// The edits that remove nodes from a text.
#[derive(Debug, Default)]
pub struct Removal {
    /// The edits.
    pub edits: Vec<Edit>,
    /// The removed bytes, as in [`Datum::span`]: each datum inside one of them is removed, and no other.
    pub gone: Vec<Span>,
}

/// An entry that gets another path.
#[derive(Clone, Debug)]
pub struct Move {
    /// The entry.
    pub node: NodeId,
    /// The mapping that it moves into, or that the new mappings for it are created in.
    pub into: NodeId,
    /// The keys from there on: all but the last are those of new mappings.
    pub path: Vec<String>,
    /// Its new value as it is written; none for the one that it has.
    pub value: Option<String>,
    /// The lines of comments above it that go with it.
    pub comments: Option<Span>,
}

/// The edits that give entries other paths.
#[derive(Debug, Default)]
pub struct Moved {
    /// What is written.
    pub edits: Vec<Edit>,
    /// Entries that are written elsewhere, to be removed.
    pub remove: Vec<NodeId>,
    /// As in [`Removal::gone`].
    pub gone: Vec<Span>,
    /// The comments that are written again with their entries, to be removed where they were.
    pub comments: Vec<Span>,
    /// The values that are written again: the same pieces in the same order must be in what is written.
    pub kept: Vec<Span>,
}

/// One piece of what a text means: an event of YAML, a word of a command, an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datum<'t> {
    /// Its bytes; for the start and end of a collection, all bytes of the collection with its key.
    pub span: Span,
    /// What it is, in numbers of the language's own: what differs in it does not mean the same.
    pub kind: u8,
    /// Its decoded value, comparable across texts.
    pub value: Cow<'t, str>,
}

/// What a text means, in the order of the text.
pub type Data<'t> = Box<dyn Iterator<Item = Datum<'t>> + 't>;

/// Every language there is.
pub static LANGUAGES: &[&dyn Language] = &[
    &dockerfile::Dockerfile,
    &makefile::Makefile,
    &systemd::Systemd,
    &shell::Shell,
    &shell::POWERSHELL,
    &shell::CMD,
    &yaml::Yaml,
    &toml::Toml,
    &hcl::Hcl,
    &dotenv::Dotenv,
    &ini::INI,
    &ini::PROPERTIES,
    &markdown::Markdown,
    &lexical::GROOVY,
    &lexical::JAVA,
    &lexical::KOTLIN,
    &lexical::CSHARP,
    &lexical::JAVASCRIPT,
    &lexical::GO,
    &lexical::PYTHON,
    &lexical::RUBY,
    &lexical::PUPPET,
    &lexical::PERL,
    &lexical::PHP,
    &lexical::LUA,
    &lexical::NIX,
    &lexical::JSONNET,
    &lexical::RUST,
    &lexical::SWIFT,
    &lexical::BICEP,
    &lexical::CUE,
    &lexical::AWK,
];

/// The language of that name or alias.
pub fn named(name: &str) -> Option<&'static dyn Language> {
    LANGUAGES.iter().copied().find(|language| language.name() == name || language.aliases().contains(&name))
}

/// Endings that say only that a file is a template or a sample of another one.
const WRAPPINGS: &[&str] = &[
    ".tpl",
    ".tmpl",
    ".gotmpl",
    ".tftpl",
    ".template",
    ".j2",
    ".jinja",
    ".jinja2",
    ".erb",
    ".dist",
    ".example",
    ".sample",
    ".default",
    ".bak",
    ".orig",
    ".new",
    ".old",
    ".save",
    ".in",
    ".tmp",
];

/// Endings that say nothing of the language.
const SILENT: &[&str] =
    &["txt", "conf", "cfg", "config", "in", "inc", "text", "log", "out", "local", "prod", "dev", "d"];

/// Whether a file name is spelled so.
fn is_named(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => name == pattern,
    }
}

/// The language of a text: by the name of its file, where it has one that says it, else by its content.
pub fn detect(path: Option<&str>, text: &str) -> Option<&'static dyn Language> {
    let name = path.map(|path| path.rsplit('/').next().unwrap_or(path)).unwrap_or_default();
    let name = name.to_ascii_lowercase();
    let mut name = name.as_str();
    loop {
        let owns = |language: &&dyn Language| {
            language.file_names().iter().any(|pattern| !name.is_empty() && is_named(pattern, name))
        };
        if let Some(language) = LANGUAGES.iter().copied().find(owns) {
            return Some(language);
        }
        match WRAPPINGS.iter().find_map(|wrapping| name.strip_suffix(wrapping)) {
            Some(inner) => name = inner,
            None => break,
        }
    }
    // The content of a file of another kind (`main.go`) does not count, unless it is a script after all.
    let ending = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, ending)| ending);
    let silent = ending.is_none_or(|ending| SILENT.contains(&ending));
    let mut languages = LANGUAGES.iter().copied();
    languages.find(|language| (silent || text.starts_with("#!")) && language.recognises(text))
}
