//! YAML, and JSON as the part of it that it is.
//!
//! A text is parsed as it is; if that fails, with its template expressions masked; if that fails too, entry by entry,
//! and at last line by line. See `read`, `mask`, `pieces` and `loose`.

mod data;
mod events;
mod json;
pub(super) mod lines;
mod loose;
mod mask;
mod pieces;
mod read;
mod recognise;
mod relocate;
mod remove;
mod scalar;
#[cfg(test)]
mod tests;
mod tree;
mod write;

use super::template::{self, TagRole};
use super::{CommentStyle, Data, Language, Move, Moved, Parsed, Removal};
use crate::embed::{Decoded, NoEdit};
use crate::facts::{Comment, Facts, NodeId, ScalarStyle};
use crate::text::{Edit, SharedText, Span};
pub(crate) use json::is_lenient_json;
use read::Reading;
use scalar::{ScalarText, Texts};
use std::collections::HashMap;
use tree::{KeyForm, Layout};

/// YAML.
pub(super) struct Yaml;

impl Language for Yaml {
    fn name(&self) -> &'static str {
        "yaml"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["yml", "helm", "json", "jsonc", "json5"]
    }

    fn file_names(&self) -> &'static [&'static str] {
        &[
            "*.yaml",
            "*.yml",
            "*.json",
            "*.jsonc",
            "*.json5",
            "*.code-workspace",
            "*.ign",
            "*.bu",
            "*.sls",
            "user-data",
            "cloud-config",
            ".clang-format",
        ]
    }

    fn recognises(&self, text: &str) -> bool {
        recognise::looks_like_yaml(text)
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        &[CommentStyle::HASH]
    }

    fn has_commas(&self) -> bool {
        true
    }

    fn keys_are_unique(&self) -> bool {
        true
    }

    fn includes_json(&self) -> bool {
        true
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        Box::new(ParsedYaml::of(text))
    }
}

/// A text that has been read.
struct ParsedYaml {
    text: SharedText,
    reading: Reading,
    facts: Facts,
    /// By [`NodeId`].
    layouts: Vec<Layout>,
    /// Of block scalars: columns before each line of content.
    indents: HashMap<NodeId, u32>,
    /// The names of the anchors.
    anchors: Vec<Span>,
    /// The names of the aliases.
    aliases: Vec<Span>,
}

impl ParsedYaml {
    fn of(text: SharedText) -> Self {
        let (mut reading, mut built) = read::read(&text);
        if let Some(masked) = &reading.masked {
            built.comments.extend(template::comments(&text, &masked.tags));
            built.comments.sort_by_key(|comment| comment.span);
        }
        let own_line = |span: &Span| lines::opens_line(&text, span.start());
        built
            .comments
            .extend(reading.json.iter().map(|span| Comment { span: *span, own_line: own_line(span) }));
        let control = reading.masked.as_ref().map_or_else(Vec::new, |masked| {
            let control = masked.tags.iter().filter(|tag| tag.role == TagRole::Control).map(|tag| tag.span);
            // What writes keys decides what is there, too.
            let mut control: Vec<Span> = control.chain(masked.inserted.iter().copied()).collect();
            control.sort_unstable();
            control
        });
        let facts = Facts {
            tree: built.tree,
            comments: built.comments,
            control,
            notices: std::mem::take(&mut reading.notices),
            ..Facts::default()
        };
        let tree::YamlBuilt { layouts, indents, anchors, aliases, .. } = built;
        Self { text, reading, facts, layouts, indents, anchors, aliases }
    }

    fn texts(&self) -> Texts<'_> {
        Texts { text: &self.text, shape: self.reading.shape(&self.text) }
    }

    /// The text whose spaces and comments are between entries: JSON writes comments in its own way.
    fn outline(&self) -> &str {
        if self.reading.json.is_empty() { &self.text } else { self.reading.shape(&self.text) }
    }

    fn layout(&self, id: NodeId) -> Option<Layout> {
        self.layouts.get(id.0 as usize).copied()
    }

    /// The key of `id` as written, with its quotes.
    fn written_key(&self, id: NodeId) -> Option<Span> {
        let (key, layout) = (self.facts.tree.key(id)?.span, self.layout(id)?);
        Some(match layout.key_form {
            KeyForm::Quoted => Span::new(key.start().saturating_sub(1), key.end() + 1),
            KeyForm::Plain | KeyForm::Written => key,
        })
    }

    /// Where and how the scalar `id` is written; `None` if it is not written at all.
    fn place(&self, id: NodeId) -> Option<ScalarText> {
        let (span, style, layout) =
            (self.facts.tree.span(id)?, self.facts.tree.scalar(id)?.style, self.layout(id)?);
        let indent = self.indents.get(&id).copied().unwrap_or_default();
        let is_written = style != ScalarStyle::Plain || !span.is_empty();
        is_written.then_some(ScalarText { span, style, flow: layout.in_flow, indent })
    }

    /// Refuses to edit what no parser understood.
    fn check_read(&self, span: Span) -> Result<(), NoEdit> {
        if self.reading.loose.iter().any(|loose| loose.overlaps(span) || loose.contains(span)) {
            return Err(NoEdit::new("the YAML there is not well-formed"));
        }
        if self.reading.guards(span) {
            return Err(NoEdit::new("a template expression is in the way"));
        }
        Ok(())
    }
}

impl Parsed for ParsedYaml {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn decode(&self, node: NodeId) -> Option<Decoded> {
        Some(scalar::decode(self.texts(), self.place(node)?))
    }

    fn remove(&self, nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        remove::remove(self, nodes, &[])
    }

    fn remove_aliased(&self, nodes: &[NodeId], aliases: &[Span]) -> Result<Removal, NoEdit> {
        remove::remove(self, nodes, aliases)
    }

    fn set(&self, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
        write::set(self, node, value)
    }

    fn insert_after(&self, node: NodeId, key: &str, value: &str) -> Result<Vec<Edit>, NoEdit> {
        write::insert_after(self, node, key, value)
    }

    fn relocate(&self, moves: &[Move]) -> Result<Moved, NoEdit> {
        relocate::relocate(self, moves)
    }

    fn data(&self) -> Data<'_> {
        Box::new(data::of(self))
    }
}
