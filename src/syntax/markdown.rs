//! Markdown: its code blocks, fenced or indented, in lists and quotes.

use super::{CommentStyle, Data, Datum, Language, Parsed, Removal};
use crate::embed::{Codec, Decoded, Decoder, NoEdit};
use crate::facts::{Comment, Facts, Hint, NodeId, Region};
use crate::text::{Edit, SharedText, Span};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Markdown.
pub(super) struct Markdown;

/// Info strings that say that it is text, not which.
const PLAIN: &[&str] = &["", "text", "txt", "plain", "plaintext", "output", "none", "code", "terminal"];

/// What the pages of forges have in addition to CommonMark.
const EXTENSIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_FOOTNOTES);

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

    fn renders_alike(&self, old: &str, new: &str) -> bool {
        page(old).eq(page(new))
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        &[CommentStyle::HTML]
    }

    fn is_prose(&self) -> bool {
        true
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        let text: &str = &text;
        let mut facts = Facts::default();
        let mut open: Option<(Hint, Span, Vec<Span>)> = None;
        for (event, range) in Parser::new_ext(text, EXTENSIONS).into_offset_iter() {
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

/// What a page shows: all but its HTML comments.
fn page(text: &str) -> impl Iterator<Item = Event<'_>> {
    let mut in_comment = false;
    Parser::new_ext(text, EXTENSIONS).filter(move |event| match event {
        Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => false,
        Event::Html(html) | Event::InlineHtml(html) => {
            // The end of the line may be a piece of its own.
            let is_blank = html.trim().is_empty();
            let is_comment = in_comment || html.trim_start().starts_with("<!--");
            in_comment = is_comment && !html.contains("-->");
            !is_comment && !is_blank
        }
        _ => true,
    })
}

/// The length of the list markers and quote signs that a line begins with, in bytes.
pub(crate) fn container(line: &str) -> usize {
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '>']);
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_number = digits.len() < rest.len() && digits.starts_with(['.', ')']);
        let after = if is_number { digits.get(1..) } else { rest.strip_prefix(['-', '+', '*']) };
        match after.filter(|after| after.starts_with([' ', '\t'])) {
            Some(after) => rest = after,
            None => return line.len() - rest.len(),
        }
    }
}

/// Takes the comment that begins in a piece of HTML; it may continue over the next lines.
fn comment(text: &str, html: Span, comments: &mut Vec<Comment>) {
    let piece = html.of(text);
    let start = html.start() + piece.len() - piece.trim_start().len();
    let inside = comments.last().is_some_and(|last| start < last.span.end());
    if !piece.trim_start().starts_with("<!--") || inside {
        return;
    }
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.find("-->").map_or(text.len(), |at| start + at + "-->".len());
    let before = text.get(..start).unwrap_or_default();
    let before = before.rsplit('\n').next().unwrap_or_default();
    let own_line = container(before) == before.len();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_quotes_before_a_block_are_counted() {
        for (line, length) in [
            ("```sh", 0),
            ("> - ```sh", 4),
            ("  10. ```", 6),
            ("-x", 0),
            ("1.x", 0),
            ("", 0),
            ("- - x", 4),
            (">>x", 2),
        ] {
            assert_eq!(container(line), length, "{line}");
        }
    }

    #[test]
    fn comments_are_not_part_of_a_page() {
        let page = "1. a\n\n   ```sh\n   x\n   ```\n2. b\n";
        for (new, alike) in [
            ("1. a\n\n   <!-- c -->\n   ```sh\n   x\n   ```\n2. b\n", true),
            ("1. a\n\n<!-- c -->\n   ```sh\n   x\n   ```\n2. b\n", false),
            ("<!-- c\nd -->\n1. a\n\n   ```sh\n   x\n   ```\n2. b\n", true),
            ("1. a\n\n   ```sh\n   x # c\n   ```\n2. b\n", false),
        ] {
            assert_eq!(Markdown.renders_alike(page, new), alike, "{new}");
            let crlf = |text: &str| text.replace('\n', "\r\n");
            assert_eq!(Markdown.renders_alike(&crlf(page), &crlf(new)), alike, "{new}");
        }
    }
}
