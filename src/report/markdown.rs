use super::{Style, wrap};
use crate::escape;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Longer lines are hard to read, however wide the terminal is.
const WIDEST: usize = 100;
/// Narrower ones as well.
const NARROWEST: usize = 40;

/// The widest indent of a paragraph, with the backquotes of a code span.
const INDENT: usize = 6;

/// How a page is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Whether there are colors.
    pub style: Style,
    /// Columns of the terminal.
    pub width: usize,
}

/// A page of Markdown for a terminal: headings stand out, sentences are wrapped, code is indented and whole.
pub fn render(markdown: &str, layout: Layout) -> String {
    let mut page =
        Page { layout, out: String::new(), text: String::new(), code: false, item: false, link: None };
    for event in Parser::new(markdown) {
        page.event(event);
    }
    page.out
}

struct Page {
    layout: Layout,
    out: String,
    /// The paragraph or heading that is being read.
    text: String,
    /// Whether it is code.
    code: bool,
    /// Whether it is an item of a list.
    item: bool,
    /// Where the link that is being read leads to.
    link: Option<String>,
}

impl Page {
    fn event(&mut self, event: Event<'_>) {
        let style = self.layout.style;
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                self.code = true;
            }
            Event::End(TagEnd::CodeBlock) => {
                self.code = false;
                for line in std::mem::take(&mut self.text).lines() {
                    self.out.push_str(format!("    {}", style.heading(line)).trim_end());
                    self.out.push('\n');
                }
                self.out.push('\n');
            }
            Event::End(TagEnd::Heading(_)) => {
                let text = std::mem::take(&mut self.text);
                for line in wrap::fill(&text, self.width(), ("", "")).lines() {
                    self.out.push_str(&format!("{}\n", style.strong(line)));
                }
                self.out.push('\n');
            }
            Event::End(TagEnd::Paragraph) if !self.item => {
                self.flush("  ", "  ");
                self.out.push('\n');
            }
            Event::Start(Tag::Item) => self.item = true,
            Event::End(TagEnd::Item) => {
                self.flush("  - ", "    ");
                self.item = false;
            }
            Event::End(TagEnd::List(_)) => self.out.push('\n'),
            // Links inside the documentation lead nowhere from a terminal.
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.link = dest_url.contains("://").then(|| dest_url.into_string());
            }
            Event::End(TagEnd::Link) => {
                if let Some(url) = self.link.take() {
                    self.text.push_str(&format!(" ({})", escape::inline(&url)));
                }
            }
            Event::Text(text) if self.code => self.text.push_str(&text),
            Event::Text(text) => self.text.push_str(&escape::inline(&text)),
            Event::Code(code) => {
                let mut code = escape::inline(&code).into_owned();
                if wrap::columns(&code, WIDEST) + INDENT < self.width() {
                    code = wrap::tied(&code);
                }
                let shown = if style.colour { style.heading(&code) } else { format!("`{code}`") };
                self.text.push_str(&shown);
            }
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            _ => {}
        }
    }

    /// Writes the paragraph that was read.
    fn flush(&mut self, first: &str, rest: &str) {
        let text = std::mem::take(&mut self.text);
        self.out.push_str(&wrap::fill(text.trim(), self.width(), (first, rest)));
        self.out.push('\n');
    }

    fn width(&self) -> usize {
        self.layout.width.clamp(NARROWEST, WIDEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# an-id\n\nOne `word` and [a link](https://example.com/a), [none](README.md#a), and many more words to be wrapped.\n\n\
                        - first\n- second `x`\n\n## Code\n\n```shell\nif a; then\n  b --long-option --which --is --never --wrapped --whatever\nfi\n```\n";

    #[test]
    fn a_page_is_wrapped_and_code_is_whole() {
        insta::assert_snapshot!(render(PAGE, Layout { style: Style::default(), width: 50 }));
    }

    #[test]
    fn colours_take_no_room() {
        let plain = render(PAGE, Layout { style: Style::default(), width: 50 }).replace('`', "");
        let coloured = render(PAGE, Layout { style: Style { colour: true, ..Style::default() }, width: 50 });
        let lines = |text: &str| text.lines().count();
        assert!(coloured.contains("\x1b[1man-id\x1b[0m"));
        assert!(lines(&coloured) <= lines(&plain));
    }
}
