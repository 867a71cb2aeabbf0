//! What unfolds below the findings of a block: their lines, what to do, the fix.

use super::blocks::HtmlBlock;
use super::writer::{Attribute, Html, Link};
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fixer::diff::{Changes, Side};
use crate::mask::Mask;
use crate::report::window::Window;
use crate::report::{fix_reason, stated};
use crate::run::CheckedFile;
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Lines around a finding.
const CONTEXT: usize = 2;
/// Lines of a block's excerpts that are shown.
const EXCERPT_LINES: usize = 60;
/// Lines of a fix that are shown.
const FIX_LINES: usize = 40;
/// Characters of a line of a fix that are shown.
const WIDTH: usize = 300;

/// The folded part of a block.
pub(super) fn write(
    file: &CheckedFile,
    mask: &Mask,
    block: &HtmlBlock<'_>,
    changes: &mut Changes,
    html: &mut Html,
) {
    let findings = || block.findings.iter().map(|(_, finding)| *finding);
    html.tag("details", |html| {
        html.tag("summary", |html| html.text("Details"));
        excerpts(file, mask, block, html);
        let related = findings().flat_map(|it| &it.related).filter(|it| !it.text.is_empty());
        let places = related.map(|it| {
            let line = file.source.line_at(it.span.start()) + 1;
            format!("{} (line {line})", mask.prose(&it.text))
        });
        texts("Place", places, html);
        texts("What to do", findings().map(|it| mask.prose(&it.help)), html);
        fixes(file, mask, block, changes, html);
        let refused = findings().filter_map(|it| stated(it.fix.as_ref().err()?));
        texts("No fix", refused.map(|it| mask.prose(&it)), html);
        docs(block, html);
    });
}

/// The texts of a block, each once: a sentence, or a list if there are several.
fn texts(head: &'static str, texts: impl Iterator<Item = String>, html: &mut Html) {
    let mut seen = BTreeSet::new();
    let texts: Vec<String> = texts.filter(|text| !text.is_empty() && seen.insert(text.clone())).collect();
    match &*texts {
        [] => {}
        [text] => paragraph(head, text, html),
        _ => {
            html.tag("p", |html| html.tag("strong", |html| html.text(&format!("{head}:"))));
            html.tag("ul", |html| texts.iter().for_each(|text| html.tag("li", |html| html.prose(text))));
        }
    }
}

fn paragraph(head: &'static str, text: &str, html: &mut Html) {
    html.tag("p", |html| {
        html.tag("strong", |html| html.text(&format!("{head}: ")));
        html.prose(text);
    });
}

/// A link for each page about the rules of a block.
fn docs(block: &HtmlBlock<'_>, html: &mut Html) {
    let mut pages: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (_, finding) in block.findings.iter().filter(|(_, it)| it.url.starts_with("https://")) {
        pages.entry(&finding.url).or_default().insert(&finding.rule);
    }
    for (url, rules) in pages {
        let rules: Vec<&str> = rules.into_iter().collect();
        html.tag("p", |html| {
            html.tag("strong", |html| html.text("Docs: "));
            html.link(Link::Web(url), &[], |html| html.text(&rules.join(", ")));
        });
    }
}

const fn code_block(label: &str) -> [Attribute<'_>; 3] {
    // The keyboard must reach a region that scrolls.
    [("role", "group"), ("tabindex", "0"), ("aria-label", label)]
}

/// The lines of all findings of a block, each line once; where they are far apart, in several excerpts.
fn excerpts(file: &CheckedFile, mask: &Mask, block: &HtmlBlock<'_>, html: &mut Html) {
    let source = &file.source;
    let mut ranges: Vec<(usize, usize, Vec<&Finding>)> = Vec::new();
    for (_, finding) in &block.findings {
        let line = source.line_at(finding.span.start());
        let (first, last) = (line.saturating_sub(CONTEXT), line + CONTEXT);
        match ranges.last_mut() {
            Some(range) if first <= range.1 + 1 => {
                range.1 = range.1.max(last);
                range.2.push(finding);
            }
            _ => ranges.push((first, last, vec![finding])),
        }
    }
    let mut left = EXCERPT_LINES;
    for (first, last, findings) in ranges {
        if left == 0 {
            return html.tag("p", |html| html.text("…"));
        }
        let last = last.min(first + left - 1);
        left -= last + 1 - first;
        excerpt(file, mask, (first, last), &findings, html);
    }
}

fn excerpt(file: &CheckedFile, mask: &Mask, lines: (usize, usize), findings: &[&Finding], html: &mut Html) {
    let spans: Vec<Span> = findings.iter().map(|it| it.span).collect();
    let window = Window::new(String::new(), &file.source, mask, lines, &spans);
    let locate = |finding: &&Finding| Some((window.locate(&file.source, finding.span)?, finding.severity));
    let mut marks: Vec<(Span, Severity)> = findings.iter().filter_map(locate).collect();
    marks.sort_by_key(|(span, _)| (span.start(), span.end()));
    let width = (lines.1 + 1).to_string().len();
    html.element("pre", &code_block("Excerpt"), |html| {
        let mut marks = marks.into_iter().peekable();
        for (number, start, text) in window.lines() {
            html.tag("span", |html| {
                html.text(&format!("{number:>width$}  "));
                let mut done = 0;
                while let Some((mark, severity)) =
                    marks.next_if(|(mark, _)| mark.start() <= start + text.len())
                {
                    // A mark of an earlier line, or one that overlaps the one before it, is not shown again.
                    let Some(from) = mark.start().checked_sub(start).filter(|from| *from >= done) else {
                        continue;
                    };
                    let to = (mark.end() - start).min(text.len());
                    let (Some(before), Some(inside)) = (text.get(done..from), text.get(from..to)) else {
                        continue;
                    };
                    html.source(before);
                    if !inside.is_empty() {
                        html.element("mark", &[("class", severity.as_str())], |html| html.source(inside));
                    }
                    done = to;
                }
                html.source(text.get(done..).unwrap_or_default());
            });
        }
    });
}

/// The fixes of a block. Findings that are fixed together share one, which is shown once.
fn fixes(file: &CheckedFile, mask: &Mask, block: &HtmlBlock<'_>, changes: &mut Changes, html: &mut Html) {
    let mut groups: Vec<(&Fix, Vec<&str>)> = Vec::new();
    for fix in block.findings.iter().filter_map(|(_, finding)| finding.fix.as_ref().ok()) {
        match groups.last_mut() {
            Some((first, messages)) if first.edits == fix.edits && first.safety == fix.safety => {
                if !messages.contains(&&*fix.message) {
                    messages.push(&fix.message);
                }
            }
            _ => groups.push((fix, vec![&fix.message])),
        }
    }
    for (fix, messages) in groups {
        let (head, command) = match fix.safety {
            Safety::Safe => ("Safe fix", "--fix"),
            Safety::Unsafe => ("Unsafe fix", "--fix --unsafe-fixes"),
        };
        let message = mask.prose(&messages.join("; "));
        paragraph(head, &format!("{message} (`{command}`)"), html);
        if let Some(reason) = fix_reason(fix) {
            paragraph("Unsafe", &mask.prose(&reason), html);
        }
        if fix.listed {
            diff(Side { source: &file.source, mask }, fix, changes, html);
        } else {
            html.tag("p", |html| html.text("The fix has more edits than a report lists."));
        }
    }
}

fn diff(side: Side<'_>, fix: &Fix, changes: &mut Changes, html: &mut Html) {
    html.element("pre", &code_block("Fix"), |html| {
        let mut left = FIX_LINES;
        for block in changes.of(side, fix).iter() {
            let old = block.old.iter().enumerate().map(|(index, line)| (index, '-', "removed", line));
            let new = block.new.iter().enumerate().map(|(index, line)| (index, '+', "added", line));
            for (index, sign, class, line) in old.chain(new).take(left) {
                let number = block.line + index + 1;
                let shown: String = line.chars().take(WIDTH).collect();
                let cut = if line.chars().nth(WIDTH).is_some() { "…" } else { "" };
                html.element("span", &[("class", class)], |html| {
                    html.source(&format!("{number} {sign} {shown}{cut}"));
                });
            }
            left = left.saturating_sub(block.old.len() + block.new.len());
            if left == 0 {
                html.tag("span", |html| html.text("…"));
                break;
            }
        }
    });
}
