//! Markdown: its code blocks, fenced or indented, in lists and quotes.

use super::{Data, Datum, Language, Parsed, Removal};
use crate::embed::{Codec, Decoded, Decoder, NoEdit};
use crate::facts::{Comment, Facts, Hint, NodeId, Region};
use crate::text::{Edit, SharedText, Span};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Markdown.
pub(super) struct Markdown;

/// Info strings that say that it is text, not which.
const PLAIN: &[&str] = &["", "text", "txt", "plain", "plaintext", "output", "none", "code", "terminal"];

impl Language for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["md"]
    }

    fn file_names(&self) -> &'static [&'static str] {
        &["*.md", "*.markdown", "*.mdx", "*.mkd", "*.rmd", "readme"]
    }

    fn recognises(&self, text: &str) -> bool {
        text.lines().take(40).any(|line| line.starts_with("```"))
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        let text: &str = &text;
        let mut facts = Facts::default();
        let mut open: Option<(Hint, Span, Vec<Span>)> = None;
        for (event, range) in
            Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES).into_offset_iter()
        {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let start = range.start;
                    let end =
                        text.get(start..).and_then(|rest| rest.find('\n')).map_or(range.end, |at| start + at);
                    open = Some((hint(&kind), Span::new(start, end), Vec::new()));
                }
                Event::Text(_) => {
                    if let Some((_, _, pieces)) = &mut open {
                        pieces.push(range.into());
                    }
                }
                Event::End(TagEnd::CodeBlock) => {
                    if let Some((hint, opener, pieces)) = open.take() {
                        facts.regions.push(region(text, hint, opener, &pieces));
                    }
                }
                Event::Html(_) | Event::InlineHtml(_) => comment(text, range.into(), &mut facts.comments),
                _ => {}
            }
        }
        Box::new(Blocks { facts })
    }
}

/// Takes the comment that begins in a piece of HTML; it may go on over the next lines.
fn comment(text: &str, html: Span, comments: &mut Vec<Comment>) {
    let piece = html.of(text);
    let start = html.start() + piece.len() - piece.trim_start().len();
    let inside = comments.last().is_some_and(|last| start < last.span.end());
    if !piece.trim_start().starts_with("<!--") || inside {
        return;
    }
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.find("-->").map_or(text.len(), |at| start + at + "-->".len());
    let line = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t', '>']);
    let own_line = line.is_empty() || line.ends_with('\n');
    comments.push(Comment { span: Span::new(start, end), own_line });
}

fn hint(kind: &CodeBlockKind<'_>) -> Hint {
    let CodeBlockKind::Fenced(info) = kind else { return Hint::Content };
    let name = info.split([' ', ',', '{', '\t']).next().unwrap_or_default().to_ascii_lowercase();
    if PLAIN.contains(&name.as_str()) { Hint::Content } else { Hint::Language(name) }
}

fn region(text: &str, hint: Hint, opener: Span, pieces: &[Span]) -> Region {
    let mut decoder = Decoder::default();
    for piece in pieces {
        decoder.verbatim(text, *piece);
    }
    let outer = match (pieces.first(), pieces.last()) {
        (Some(first), Some(last)) => first.hull(*last),
        _ => Span::at(opener.end()),
    };
    // What the container (a list, a quote) writes before each line of the block.
    let prefix = pieces.get(1).map_or("", |piece| {
        let line = text.get(..piece.start()).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        Span::new(line, piece.start()).of(text)
    });
    let codec = Codec::Fence { prefix: prefix.to_owned() };
    Region { hint, decoded: decoder.finish(outer, codec), opener, what: "code block", reader: None }
}

struct Blocks {
    facts: Facts,
}

impl Parsed for Blocks {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn decode(&self, _node: NodeId) -> Option<Decoded> {
        None
    }

    fn remove(&self, _nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        Err(NoEdit::new("Markdown has no entries"))
    }

    fn set(&self, _node: NodeId, _value: &str) -> Result<Vec<Edit>, NoEdit> {
        Err(NoEdit::new("Markdown has no entries"))
    }

    fn insert_after(&self, _node: NodeId, _key: &str, _value: &str) -> Result<Vec<Edit>, NoEdit> {
        Err(NoEdit::new("Markdown has no entries"))
    }

    fn data(&self) -> Data<'_> {
        let blocks = self.facts.regions.iter();
        Box::new(blocks.map(|region| Datum {
            span: region.opener,
            kind: 0,
            value: format!("block {:?}", region.hint).into(),
        }))
    }
}
