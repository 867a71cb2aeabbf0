//! Programs in general-purpose languages, whose strings may contain commands. Only strings and comments are recognized, not
//! what a program does: so findings can be shown, but never be fixed.

mod added;
mod family;
mod join;
mod names;
mod objects;
mod scan;

use super::{CommentStyle, Data, Language, Parsed, Removal};
use crate::embed::{Decoded, NoEdit};
use crate::facts::{DataTree, FactProblem, Facts, NodeId};
use crate::text::{Edit, Notation, SharedText};
use family::Family;
pub(super) use family::{
    AWK, BICEP, CSHARP, CUE, GO, GROOVY, JAVA, JAVASCRIPT, JSONNET, KOTLIN, LUA, NIX, PERL, PHP, PUPPET,
    PYTHON, RUBY, RUST, SWIFT,
};

/// Why nothing in a program is edited.
const SEALED: &str = "program code builds this command";

/// The hash tables of a script of PowerShell.
pub(super) fn hash_tables(text: &SharedText) -> DataTree {
    let found = scan::scan(text, &family::POWERSHELL);
    let objects = family::POWERSHELL.objects;
    objects
        .map_or_else(DataTree::default, |objects| objects::read(text, &family::POWERSHELL, objects, &found))
}

impl Language for Family {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn file_names(&self) -> &'static [&'static str] {
        self.files
    }

    fn recognises(&self, text: &str) -> bool {
        let first = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
        first
            .strip_prefix("#!")
            .is_some_and(|line| line.split([' ', '/', '\t']).any(|word| self.interpreters.contains(&word)))
    }

    fn notation(&self) -> Notation {
        Notation::Code
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        match self.line_comments.first() {
            Some(&"#") => &[CommentStyle::HASH],
            Some(&"//") => &[CommentStyle::SLASHES],
            Some(&"--") => &[CommentStyle::DASHES],
            _ => &[],
        }
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        let shared = text;
        let text: &str = &shared;
        let mut facts = Facts::default();
        let found = scan::scan(text, self);
        if let Some(objects) = self.objects {
            facts.objects = objects::read(&shared, self, objects, &found);
        }
        facts.regions = join::regions(text, self, &found);
        facts.comments = found.comments;
        let deep = |offset| FactProblem { offset, message: "nested too deep to be read".to_owned() };
        facts.notices = found.deep.map(deep).into_iter().collect();
        Box::new(Strings { facts })
    }
}

struct Strings {
    facts: Facts,
}

impl Parsed for Strings {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn decode(&self, _node: NodeId) -> Option<Decoded> {
        None
    }

    fn remove(&self, _nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        Err(NoEdit::new(SEALED))
    }

    fn set(&self, _node: NodeId, _value: &str) -> Result<Vec<Edit>, NoEdit> {
        Err(NoEdit::new(SEALED))
    }

    fn insert_after(&self, _node: NodeId, _key: &str, _value: &str) -> Result<Vec<Edit>, NoEdit> {
        Err(NoEdit::new(SEALED))
    }

    fn data(&self) -> Data<'_> {
        Box::new(std::iter::empty())
    }
}
