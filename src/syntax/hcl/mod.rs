//! HCL: Terraform, OpenTofu, Terragrunt, Packer, Nomad.
//!
//! The tree is that of Terraform's JSON form. `resource "helm_release" "x" { … }` is a key `resource` with a mapping
//! with the key `helm_release`, and that one with the key `x`; a block that is repeated is a key that is repeated.
//! Objects are mappings, lists are sequences, strings and here-documents are scalars; `${…}` stays in them as it is
//! written. Any other expression is a scalar as it is written, opaque, except for those that contain more:
//!
//! | written | in the tree |
//! |---|---|
//! | `f(a, b)` | mapping with the key `f()`, a sequence of the arguments |
//! | `c ? a : b` | mapping with the key `if()`, a sequence of `c`, `a`, `b` |
//! | `[for x in xs : f(x)]` | mapping with the key `for()`, a sequence of `xs` and what comes after the `:` |
//! | `f(a) + b` | mapping with the key `op()`, a sequence of the terms |
//! | `f(a).b[0]` | mapping with the key `op()`, a sequence of `f(a)` |
//! | `(a)` | `a` |
//!
//! Each such mapping has the tag [`COMPUTED`](crate::facts::COMPUTED): it is one value like any other.
//!
//! The reader is our own. It goes on after errors and takes linear time; the published parser refuses a file whole and
//! compares each key of an object with all others. The tests use that parser, and the results must agree.

mod align;
mod expression;
mod lex;
mod raw;
mod read;
mod recognise;
mod relocate;
mod string;
#[cfg(test)]
mod tests;
mod value;
mod write;

use super::entries::Entries;
use super::template::{self, Tag, TagRole};
use super::yaml::lines;
use super::{CommentStyle, Data, Datum, Language, Move, Moved, Parsed, Removal};
use crate::embed::{Decoded, NoEdit};
use crate::facts::{Comment, FactProblem, Facts, NodeId};
use crate::text::{Edit, EditSet, Notation, SharedText, Span};
use lex::{HclTokenKind, Token};
use raw::HclBuilt;
use string::HclString;

/// HCL.
pub(super) struct Hcl;

impl Language for Hcl {
    fn name(&self) -> &'static str {
        "hcl"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["terraform", "tf", "tfvars", "opentofu", "tofu", "terragrunt", "nomad", "packer"]
    }

    fn file_names(&self) -> &'static [&'static str] {
        &["*.tf", "*.hcl", "*.tfvars", "*.nomad", "*.tofu", ".terraformrc", "terraform.rc"]
    }

    fn recognises(&self, text: &str) -> bool {
        recognise::looks_like_hcl(text)
    }

    fn notation(&self) -> Notation {
        Notation::Code
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

    fn values_are_expressions(&self) -> bool {
        true
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        Box::new(ParsedHcl::of(text))
    }
}

/// A text that has been read.
struct ParsedHcl {
    text: SharedText,
    tokens: Vec<Token>,
    /// Template expressions of another engine that were masked.
    tags: Vec<Tag>,
    problems: Vec<FactProblem>,
    /// The lines of the problems.
    loose: Vec<Span>,
    facts: Facts,
    built: HclBuilt,
}

/// Tokens and what was read from them.
fn read_all(text: &str) -> (Vec<Token>, read::HclItems) {
    let (tokens, problems) = lex::tokens(text);
    let plain: Vec<Token> =
        tokens.iter().copied().filter(|token| token.kind != HclTokenKind::Comment).collect();
    let mut read = read::read(text, &plain);
    read.problems.extend(problems);
    read.problems.sort_by_key(|problem| problem.offset);
    (tokens, read)
}

impl ParsedHcl {
    fn of(text: SharedText) -> Self {
        let (mut tokens, mut read) = read_all(&text);
        let mut tags = Vec::new();
        if !read.problems.is_empty() {
            tags = template::tags(&text, false);
            tags.retain(|tag| !tag.span.of(&text).starts_with("%{"));
        }
        if !tags.is_empty() {
            let (masked, again) = read_all(&mask(&text, &tags));
            if again.problems.len() <= read.problems.len() {
                (tokens, read) = (masked, again);
            } else {
                tags.clear();
            }
        }
        let mut built = raw::build(&text, &read.nodes, 0, &|span| template::touches(&tags, span));
        let before = std::iter::once(None).chain(tokens.iter().map(Some));
        let comments = before.zip(&tokens).filter(|(_, token)| token.kind == HclTokenKind::Comment).map(
            |(before, token)| {
                let own_line = before.is_none_or(|before| before.kind == HclTokenKind::Newline);
                Comment { span: token.span, own_line }
            },
        );
        let mut comments: Vec<Comment> = comments.chain(template::comments(&text, &tags)).collect();
        comments.sort_by_key(|comment| comment.span);
        let first = read.problems.first().map(|problem| FactProblem {
            offset: problem.offset,
            message: format!("{}; the rest was read as far as possible", problem.message),
        });
        let facts = Facts {
            tree: std::mem::take(&mut built.tree),
            comments,
            control: tags.iter().filter(|tag| tag.role == TagRole::Control).map(|tag| tag.span).collect(),
            notices: first.into_iter().collect(),
            ..Facts::default()
        };
        let mut loose: Vec<Span> = Vec::new();
        for problem in &read.problems {
            if loose.last().is_none_or(|last| last.end() < problem.offset) {
                let start = lines::line_start(&text, problem.offset);
                loose.push(Span::new(start, lines::line_end(&text, problem.offset)));
            }
        }
        Self { text, tokens, tags, problems: read.problems, loose, facts, built }
    }

    /// Refuses to edit what was not understood.
    fn check(&self, span: Span) -> Result<(), NoEdit> {
        let next = self.loose.partition_point(|loose| loose.end() < span.start());
        if self.loose.get(next).is_some_and(|loose| loose.start() < span.end()) {
            return Err(NoEdit::new("the HCL there is not well-formed"));
        }
        if template::guards(&self.tags, span) {
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
            breaks_separate: true,
            check: &|span| self.check(span),
        })
    }
}

/// `text` with spaces for tags on lines of their own and a word for the others.
fn mask(text: &str, tags: &[Tag]) -> String {
    let mut shape = text.as_bytes().to_vec();
    let mut rest = tags.iter().peekable();
    while let Some(tag) = rest.next() {
        let before = text.get(lines::line_start(text, tag.span.start())..tag.span.start());
        let mut run = vec![tag.span];
        let mut end = tag.span.end();
        while let Some(next) = rest.next_if(|next| lines::skip_blanks(text, end) == next.span.start()) {
            run.push(next.span);
            end = next.span.end();
        }
        let behind = text.get(end..lines::line_end(text, end)).unwrap_or_default().trim_start();
        let own = before.is_some_and(|before| before.trim().is_empty())
            && (behind.is_empty() || behind.starts_with(['#', '/']));
        for span in run {
            for byte in shape.get_mut(span.range()).unwrap_or_default() {
                if !own {
                    *byte = b'x';
                } else if !matches!(byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
    }
    // Whole expressions are written over by ASCII, so this stays UTF-8.
    String::from_utf8(shape).unwrap_or_else(|_| text.to_owned())
}

impl Parsed for ParsedHcl {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn decode(&self, node: NodeId) -> Option<Decoded> {
        Some(string::decode(&self.text, *self.built.places.get(&node)?))
    }

    fn remove(&self, nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        self.with_entries(|entries| entries.remove(nodes))
    }

    fn set(&self, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
        write::set(self, node, value)
    }

    fn insert_after(&self, node: NodeId, key: &str, value: &str) -> Result<Vec<Edit>, NoEdit> {
        let entry = write::entry(self, node, key, value)?;
        self.with_entries(|entries| entries.insert_after(node, &entry))
    }

    fn align(&self, edits: &EditSet) -> Vec<Edit> {
        align::align(self, edits)
    }

    fn relocate(&self, moves: &[Move]) -> Result<Moved, NoEdit> {
        relocate::relocate(self, moves)
    }

    /// The tokens, strings decoded, without commas, comments and line breaks. Errors are included.
    fn data(&self) -> Data<'_> {
        let datum = move |token: &Token| {
            let span = token.span;
            let value = match token.kind {
                HclTokenKind::Comment | HclTokenKind::Newline | HclTokenKind::Sign(b',') => return None,
                HclTokenKind::Quoted | HclTokenKind::Heredoc => {
                    let place = HclString { span, heredoc: token.kind == HclTokenKind::Heredoc };
                    format!("text {}", string::decode(&self.text, place).text)
                }
                _ => format!("= {}", span.of(&self.text)),
            };
            Some(Datum { span, kind: 0, value: value.into() })
        };
        let problem = |problem: &FactProblem| Datum {
            span: Span::at(problem.offset),
            kind: 0,
            value: problem.message.clone().into(),
        };
        Box::new(self.tokens.iter().filter_map(datum).chain(self.problems.iter().map(problem)))
    }
}
