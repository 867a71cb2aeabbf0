use super::picture::{CONTEXT, Picture, WIDTH};
use super::window::Window;
use super::{Run, Style, fix_reason, is_open, stated};
use crate::escape;
use crate::finding::{Finding, Fix, Safety, Severity};
use crate::fixer::diff::{Changes, Side};
use crate::mask::Mask;
use crate::run::Checked;
use crate::text::Span;
use miette::LabeledSpan;
use std::fmt;
use std::io::{self, Write};

/// A related place that is more lines away would stand in a picture of its own: it is told in words.
const NEAR: usize = 3;
/// Lines of a fix that are shown for one finding.
const FIX_LINES: usize = 12;

/// A picture for each finding.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in run.files {
        let mut shown = file.linted.findings.iter().filter(|it| is_open(it)).peekable();
        if shown.peek().is_none() {
            continue;
        }
        let mask = file.mask(run.show_secrets);
        let mut changes = Changes::default();
        for finding in shown {
            let text = render(run, file, &mask, finding, &mut changes).map_err(io::Error::other)?;
            writeln!(out, "{text}")?;
        }
    }
    Ok(())
}

fn render(
    run: &Run<'_>,
    file: &Checked,
    mask: &Mask,
    finding: &Finding,
    changes: &mut Changes,
) -> Result<String, fmt::Error> {
    let source = &file.source;
    let line = source.line_at(finding.span.start());
    let path = escape::name(&file.path);
    let mut marks = vec![(finding.span, &*finding.label)];
    let mut notes = Vec::new();
    for related in &finding.related {
        match beside(file, related.span, line, &marks) {
            Some(span) => marks.push((span, &*related.text)),
            None => {
                let line = source.line_at(related.span.start()) + 1;
                notes.push(format!("{} ({path}:{line})", mask.prose(&related.text)));
            }
        }
    }
    let marked: Vec<Span> = marks.iter().map(|(span, _)| *span).collect();
    let lines = marked.iter().map(|span| source.line_at(span.start()));
    let first = lines.clone().min().unwrap_or(line).saturating_sub(CONTEXT);
    let last = lines.max().unwrap_or(line) + CONTEXT;
    let window = Window::new(path.clone().into_owned(), source, mask, (first, last), &marked);
    let labels = marks.iter().enumerate().filter_map(|(index, (span, text))| {
        let place = window.locate(source, *span)?;
        let text = (!text.is_empty()).then(|| mask.prose(text));
        let range = place.range();
        Some(match index {
            0 => LabeledSpan::new_primary_with_span(text, range),
            _ => LabeledSpan::new_with_span(text, range),
        })
    });
    let picture = Picture {
        labels: labels.collect(),
        message: mask.prose(&finding.message),
        help: (!finding.help.is_empty()).then(|| mask.prose(&finding.help)),
        severity: match finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        },
        window,
    };
    let head = format!("{}[{}]", finding.severity.as_str(), finding.rule);
    let mut text = picture.draw(run.style, &head)?;
    for note in notes {
        remark(&mut text, run.style, "note", &note);
    }
    match &finding.fix {
        Ok(fix) => show_fix(&mut text, run, (Side { source, mask }, line), finding, fix, changes),
        Err(refused) => {
            if let Some(reason) = stated(refused) {
                remark(&mut text, run.style, "no fix", &mask.prose(&reason));
            }
        }
    }
    if !finding.url.is_empty() {
        remark(&mut text, run.style, "see", &escape::inline(&finding.url));
    }
    Ok(text)
}

/// What of the related place `span` can be marked near `line`, beside the other marks.
fn beside(file: &Checked, span: Span, line: usize, marks: &[(Span, &str)]) -> Option<Span> {
    let source = &file.source;
    let first = source.line_at(span.start());
    if first.abs_diff(line) > NEAR {
        return None;
    }
    let rest = Span::new(span.start(), span.end().min(source.line_span(first).end())).of(source.text());
    let mut end = span.start() + rest.trim_end().len();
    // Marks on one line must not overlap: this one ends where another begins.
    for (other, _) in marks {
        if other.start() < end && span.start() < other.end() {
            end = other.start();
        }
    }
    let text = source.text().get(span.start()..end)?;
    let end = span.start() + text.trim_end().len();
    (end > span.start()).then(|| Span::new(span.start(), end))
}

fn remark(text: &mut String, style: Style, word: &str, remark: &str) {
    text.push_str(&format!("  {} {remark}\n", style.heading(&format!("{word}:"))));
}

fn show_fix(
    text: &mut String,
    run: &Run<'_>,
    (side, line): (Side<'_>, usize),
    finding: &Finding,
    fix: &Fix,
    changes: &mut Changes,
) {
    let message = side.mask.prose(&fix.message);
    let reason = fix_reason(fix).map(|reason| side.mask.prose(&reason));
    if fix.safety == Safety::Unsafe && !run.unsafe_fixes {
        let hint = format!("{message} (see it with `--unsafe-fixes`)");
        remark(text, run.style, "unsafe fix", &hint);
        return reason.iter().for_each(|reason| remark(text, run.style, "unsafe", reason));
    }
    let word = match fix.safety {
        Safety::Safe => "fix",
        Safety::Unsafe => "unsafe fix",
    };
    let blocks = changes.of(side, fix);
    let near = blocks.partition_point(|block| block.line + block.old.len() < line);
    let near = if blocks.get(near).is_some_and(|block| block.is_near(line)) { near } else { 0 };
    let together = match (&finding.fix_group, &finding.unit) {
        (None, Some(_)) => " in the same registration",
        _ => "",
    };
    let message = match blocks.len().saturating_sub(1) {
        0 => message,
        1 => format!("{message} (with one more change{together})"),
        more => format!("{message} (with {more} more changes{together})"),
    };
    remark(text, run.style, word, &message);
    if let Some(reason) = reason {
        remark(text, run.style, "unsafe", &reason);
    }
    let Some(block) = blocks.get(near) else { return };
    let width = (block.line + block.old.len().max(block.new.len())).to_string().len().max(2);
    let old = block.old.iter().map(|line| ('-', line));
    let new = block.new.iter().map(|line| ('+', line));
    let mut number = block.line;
    for (index, (sign, content)) in old.chain(new).enumerate() {
        if index == FIX_LINES {
            text.push_str(&format!("   {:width$} …\n", ""));
            break;
        }
        number = if index == block.old.len() { block.line + 1 } else { number + 1 };
        let content = crop(content);
        let content = format!("{sign} {content}");
        let content = if sign == '-' { run.style.removed(&content) } else { run.style.added(&content) };
        text.push_str(format!("   {number:width$} {content}").trim_end());
        text.push('\n');
    }
}

/// A line of a fix, cut where nobody reads on.
fn crop(line: &str) -> String {
    match line.char_indices().nth(WIDTH * 2) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn each_finding_is_a_picture_with_its_fix() {
        insta::assert_snapshot!(samples::text(super::write));
    }
}
