//! What unfolds below a finding: its lines, its fix, what to do.

use super::{escape, prose};
use crate::finding::{Finding, Fix, Safety};
use crate::fixer::diff::{Changes, Side};
use crate::mask::Mask;
use crate::report::window::Window;
use crate::report::{fix_reason, refusal};
use crate::run::Checked;

/// Lines around a finding.
const CONTEXT: usize = 2;
/// Lines of a fix that are shown.
const FIX_LINES: usize = 40;
/// Characters of a line that are shown.
const WIDTH: usize = 300;

/// The folded part of a finding.
pub(super) fn detail(file: &Checked, mask: &Mask, finding: &Finding, changes: &mut Changes) -> String {
    let mut out = String::from("<details><summary>Details</summary>\n");
    out.push_str(&excerpt(file, mask, finding));
    if !finding.label.is_empty() {
        out.push_str(&paragraph("Why", &mask.prose(&finding.label)));
    }
    for related in finding.related.iter().filter(|it| !it.text.is_empty()) {
        let line = file.source.line_at(related.span.start()) + 1;
        out.push_str(&paragraph("Place", &format!("{} (line {line})", mask.prose(&related.text))));
    }
    if !finding.help.is_empty() {
        out.push_str(&paragraph("What to do", &mask.prose(&finding.help)));
    }
    match &finding.fix {
        Ok(fix) => out.push_str(&repair(file, mask, fix, changes)),
        Err(refused) => {
            let reason = refusal(refused);
            if !reason.is_empty() {
                out.push_str(&paragraph("No fix", &mask.prose(&reason)));
            }
        }
    }
    // Nothing but a web page is worth a link.
    if finding.url.starts_with("https://") {
        let url = escape(&finding.url);
        out.push_str(&format!(
            "<p><a href=\"{url}\" rel=\"noreferrer\">Read on about {}</a></p>\n",
            escape(&finding.rule)
        ));
    }
    out.push_str("</details>");
    out
}

fn paragraph(head: &str, text: &str) -> String {
    format!("<p><strong>{head}:</strong> {}</p>\n", prose(text))
}

fn excerpt(file: &Checked, mask: &Mask, finding: &Finding) -> String {
    let source = &file.source;
    let line = source.line_at(finding.span.start());
    let lines = (line.saturating_sub(CONTEXT), line + CONTEXT);
    let window = Window::new(String::new(), source, mask, lines, &[finding.span]);
    let marked = window.locate(source, finding.span);
    let width = (lines.1 + 1).to_string().len();
    let mut out = String::from("<pre role=\"group\" tabindex=\"0\" aria-label=\"Excerpt\">");
    for (number, start, text) in window.lines() {
        let end = start + text.len();
        let (before, inside, after) = match marked.filter(|mark| start <= mark.start() && mark.end() <= end) {
            Some(mark) => {
                let (before, rest) = text.split_at_checked(mark.start() - start).unwrap_or((text, ""));
                let (inside, after) = rest.split_at_checked(mark.len()).unwrap_or((rest, ""));
                (before, inside, after)
            }
            None => (text, "", ""),
        };
        let mark = if inside.is_empty() { String::new() } else { format!("<mark>{}</mark>", escape(inside)) };
        out.push_str(&format!("<span>{number:>width$}  {}{mark}{}</span>", escape(before), escape(after)));
    }
    out.push_str("</pre>\n");
    out
}

fn repair(file: &Checked, mask: &Mask, fix: &Fix, changes: &mut Changes) -> String {
    let head = match fix.safety {
        Safety::Safe => "Safe fix (<code>--fix</code>)",
        Safety::Unsafe => "Unsafe fix, which needs a person's follow-up (<code>--fix --unsafe-fixes</code>)",
    };
    let mut out = paragraph(head, &mask.prose(&fix.message));
    if let Some(reason) = fix_reason(fix) {
        out.push_str(&paragraph("Unsafe", &mask.prose(&reason)));
    }
    out.push_str("<pre role=\"group\" tabindex=\"0\" aria-label=\"Fix\">");
    let mut left = FIX_LINES;
    for block in changes.of(Side { source: &file.source, mask }, fix).iter() {
        let old = block.old.iter().enumerate().map(|(index, line)| (index, '-', "gone", line));
        let new = block.new.iter().enumerate().map(|(index, line)| (index, '+', "come", line));
        for (index, sign, class, line) in old.chain(new).take(left) {
            let number = block.line + index + 1;
            let shown = escape(&line.chars().take(WIDTH).collect::<String>());
            let cut = if line.chars().nth(WIDTH).is_some() { "…" } else { "" };
            out.push_str(&format!("<span class=\"{class}\">{number} {sign} {shown}{cut}</span>"));
        }
        left = left.saturating_sub(block.old.len() + block.new.len());
        if left == 0 {
            out.push_str("<span>…</span>");
            break;
        }
    }
    out.push_str("</pre>\n");
    out
}
