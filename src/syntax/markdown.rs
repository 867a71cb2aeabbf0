//! Stub, replaced soon.

use super::{Language, Parsed, Removal};
use crate::embed::{Decoded, NoEdit};
use crate::facts::{Facts, NodeId};
use crate::text::Edit;

/// Placeholder.
pub struct Markdown;

impl Language for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }
    fn file_names(&self) -> &'static [&'static str] {
        &[]
    }
    fn recognises(&self, _text: &str) -> bool {
        false
    }
    fn parse(&self, _text: &str) -> Box<dyn Parsed> {
        Box::new(Nothing(Facts::default()))
    }
}

struct Nothing(Facts);

impl Parsed for Nothing {
    fn facts(&self) -> &Facts {
        &self.0
    }
    fn decode(&self, _node: NodeId) -> Option<Decoded> {
        None
    }
    fn remove(&self, _nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        Err(NoEdit::new("no edits"))
    }
    fn set(&self, _node: NodeId, _value: &str) -> Result<Vec<Edit>, NoEdit> {
        Err(NoEdit::new("no edits"))
    }
    fn insert_after(&self, _node: NodeId, _key: &str, _value: &str) -> Result<Vec<Edit>, NoEdit> {
        Err(NoEdit::new("no edits"))
    }
    fn data(&self) -> Vec<super::Datum> {
        Vec::new()
    }
}
