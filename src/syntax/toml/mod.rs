//! TOML: GitLab Runner's `config.toml`, the chart's `runners.config`.
//!
//! `[[runners]]` is a key `runners` with a list of mappings, `[runners.docker]` a mapping in the last one of them; the
//! parts of a dotted key are nested mappings. A mapping that is written in several places has the spans of all of them.
//!
//! A text is parsed as it is; if that fails, with its template expressions masked; if that fails too, the parser goes on
//! after each error. See `read` and `mask`.

mod mask;
mod read;
mod recognise;
mod relocate;
mod string;
#[cfg(test)]
mod tests;
mod tree;
mod write;

use super::entries::Entries;
use super::template::{self, TagRole};
use super::{CommentStyle, Data, Datum, Language, Move, Moved, Parsed, Removal};
use crate::embed::{Decoded, NoEdit};
use crate::facts::{Facts, NodeId};
use crate::text::{Edit, SharedText, Span};
use read::TomlReading;
use toml_parser::parser::EventKind;
use tree::TomlBuilt;

/// TOML.
pub(super) struct Toml;

impl Language for Toml {
    fn name(&self) -> &'static str {
        "toml"
    }

    fn file_names(&self) -> &'static [&'static str] {
        &["*.toml", "pipfile"]
    }

    fn recognises(&self, text: &str) -> bool {
        recognise::looks_like_toml(text)
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

    fn has_null(&self) -> bool {
        false
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        Box::new(ParsedToml::of(text))
    }
}

/// A text that has been read.
struct ParsedToml {
    text: SharedText,
    reading: TomlReading,
    facts: Facts,
    built: TomlBuilt,
}

impl ParsedToml {
    fn of(text: SharedText) -> Self {
        let mut reading = TomlReading::of(&text);
        let mut built = tree::build(&text, &reading);
        let control = reading.masked.as_ref().map_or_else(Vec::new, |masked| {
            masked.tags.iter().filter(|tag| tag.role == TagRole::Control).map(|tag| tag.span).collect()
        });
        if let Some(masked) = &reading.masked {
            built.comments.extend(template::comments(&text, &masked.tags));
            built.comments.sort_by_key(|comment| comment.span);
        }
        let facts = Facts {
            tree: std::mem::take(&mut built.tree),
            comments: std::mem::take(&mut built.comments),
            control,
            notices: std::mem::take(&mut reading.notices),
            ..Facts::default()
        };
        Self { text, reading, facts, built }
    }

    /// Refuses to edit what no parser understood.
    fn check(&self, span: Span) -> Result<(), NoEdit> {
        let loose = &self.reading.loose;
        let next = loose.partition_point(|loose| loose.end() < span.start());
        if loose.get(next).is_some_and(|loose| loose.start() < span.end()) {
            return Err(NoEdit::new("the TOML there is not well-formed"));
        }
        if self.reading.guards(span) {
            return Err(NoEdit::new("a template expression is in the way"));
        }
        Ok(())
    }

    /// Calls `f` with the positions of the entries.
    fn with_entries<T>(&self, f: impl FnOnce(&Entries<'_>) -> T) -> T {
        f(&Entries {
            text: &self.text,
            tree: &self.facts.tree,
            layouts: &self.built.layouts,
            comments: &self.facts.comments,
            breaks_separate: false,
            check: &|span| self.check(span),
        })
    }
}

impl Parsed for ParsedToml {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn decode(&self, node: NodeId) -> Option<Decoded> {
        let place = self.built.places.get(&node)?;
        Some(string::decode(&self.text, &self.reading, *place))
    }

    fn remove(&self, nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        self.with_entries(|entries| entries.remove(nodes))
    }

    fn set(&self, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
        write::set(self, node, value)
    }

    fn insert_after(&self, node: NodeId, key: &str, value: &str) -> Result<Vec<Edit>, NoEdit> {
        let entry = write::entry(key, value)?;
        self.with_entries(|entries| entries.insert_after(node, &entry))
    }

    fn relocate(&self, moves: &[Move]) -> Result<Moved, NoEdit> {
        relocate::relocate(self, moves)
    }

    /// The tokens, strings decoded, without commas and whitespace.
    fn data(&self) -> Data<'_> {
        let datum = move |event: &toml_parser::parser::Event| {
            let span = Span::new(event.span().start(), event.span().end());
            let value = match event.kind() {
                EventKind::Whitespace | EventKind::Comment | EventKind::Newline | EventKind::ValueSep => {
                    return None;
                }
                EventKind::SimpleKey => {
                    format!("key {}", tree::key(&self.text, &self.reading, span, event.encoding()).text)
                }
                EventKind::Scalar => match tree::place(&self.text, span, event.encoding()) {
                    Some(place) => format!("text {}", string::decode(&self.text, &self.reading, place).text),
                    None => format!("value {}", span.of(&self.text)),
                },
                kind => format!("{} {}", kind.description(), span.of(&self.text)),
            };
            Some(Datum { span, kind: 0, value: value.into() })
        };
        Box::new(self.reading.events.iter().filter_map(datum))
    }
}
