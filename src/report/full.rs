//! A block for each registration, and for each finding that belongs to none.

use super::excerpt::{Excerpt, Spot};
use super::words::headline;
use super::{Run, Style, blocks, fix_reason, stated, wrap};
use crate::catalogue::Catalogue;
use crate::escape;
use crate::finding::{Finding, Fix, Refusal, Safety};
use crate::fixer::diff::{Block, Changes, Side};
use crate::mask::Mask;
use crate::run::CheckedFile;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};

/// Lines of a fix that are shown in one block.
const FIX_LINES: usize = 40;
/// The same for the fix of a custom rule, which may change several places.
const OWN_FIX_LINES: usize = 12;
/// Reasons for no fix that are shown in one block.
const REASONS: usize = 3;
/// Places that are named in one block.
const PLACES: usize = 4;
/// Columns of the frame around a title, next to the digits of a line.
const FRAMED: usize = 7;
/// Lines that a block may have, without its fix, before lines between the marks are skipped: see `most_lines`.
const FRAME: usize = 10;
const FINDING: usize = 3;

pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in run.files {
        let blocks = blocks(&file.linted.findings);
        if blocks.is_empty() {
            continue;
        }
        let mask = file.mask(run.show_secrets);
        let mut changes = Changes::default();
        for findings in &blocks {
            let side = Side { source: &file.source, mask: &mask };
            let shown = ReportShown { run, file, mask: &mask, findings };
            let text = shown.draw(side, &mut changes).map_err(io::Error::other)?;
            writeln!(out, "{text}")?;
        }
    }
    Ok(())
}

/// What a block shows.
struct ReportShown<'a> {
    run: &'a Run<'a>,
    file: &'a CheckedFile,
    mask: &'a Mask,
    /// Of one registration, by position; at least one.
    findings: &'a [&'a Finding],
}

impl ReportShown<'_> {
    fn draw(&self, side: Side<'_>, changes: &mut Changes) -> Result<String, fmt::Error> {
        let style = self.run.style;
        let Some(worst) = worst(self.findings) else { return Ok(String::new()) };
        let mut head = self.head(worst);
        let spots = self.findings.iter().map(|finding| Spot {
            span: finding.span,
            text: self.label(finding, worst),
            severity: finding.severity,
        });
        let mut foot = String::new();
        let title = self.title(worst, &mut foot);
        if !worst.help.is_empty() {
            remark(&mut foot, style, "help", &self.mask.prose(&worst.help));
        }
        let mut diff = String::new();
        self.fix(side, changes, (&mut foot, &mut diff));
        let mut more = String::new();
        remark(&mut more, style, "more", &read_more(worst));
        let most = FRAME + FINDING * self.findings.len();
        // The last line of a block is empty.
        let used = [&head, &foot, &more].iter().map(|text| text.lines().count()).sum::<usize>() + 1;
        let excerpt = Excerpt { source: &self.file.source, mask: self.mask, style };
        head.push_str(&excerpt.draw(spots.collect(), &title, most.saturating_sub(used))?);
        Ok(head + &foot + &diff + &more)
    }

    /// `error[rule]: message`
    fn head(&self, worst: &Finding) -> String {
        let style = self.run.style;
        let name = format!("{}[{}]:", worst.severity.as_str(), worst.rule);
        let name = style.severity(worst.severity, &name);
        wrap::fill(&format!("{name} {}", self.mask.prose(&worst.message)), style.width, ("", "")) + "\n"
    }

    /// `[path:line:column]`, and what it is in: "in this `script:` item (line 3)", after the excerpt where the line is too long.
    fn title(&self, worst: &Finding, foot: &mut String) -> String {
        let (source, style) = (&self.file.source, self.run.style);
        let at = source.position(worst.span.start());
        let title = format!("{}:{}:{}", escape::name(&self.file.path), at.line, at.column);
        let mut places: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        for place in self.findings.iter().flat_map(|finding| &finding.related) {
            let line = source.line_at(place.span.start()) + 1;
            if !place.text.is_empty()
                && seen.insert((place.span.start(), &*place.text))
                && places.len() < PLACES
            {
                places.push(format!("{} (line {line})", self.mask.prose(&place.text)));
            }
        }
        let places = places.join(", ");
        let shown = format!("[{}]", style.strong(&title));
        if places.is_empty() {
            return shown;
        }
        let last = self.findings.last().map_or(0, |finding| source.line_at(finding.span.start()));
        let frame = (last + 1).to_string().len() + FRAMED;
        let width = frame + wrap::columns(&title, style.width) + wrap::columns(&places, style.width);
        if width <= style.width {
            return format!("{shown} {}", style.dim(&places));
        }
        remark(foot, style, "note", &places);
        shown
    }

    /// Why here; for a further finding also what it is.
    fn label(&self, finding: &Finding, worst: &Finding) -> String {
        let reason = self.mask.prose(&finding.label);
        if std::ptr::eq(finding, worst) {
            return reason;
        }
        let head = format!("{}[{}]", finding.severity.as_str(), finding.rule);
        let setting = self.mask.prose(&finding.setting);
        let what = match (setting.is_empty(), reason.is_empty()) {
            (false, true) => setting,
            (false, false) => format!("{setting}: {reason}"),
            (true, false) if finding.message == worst.message => reason,
            (true, _) => headline(finding, self.mask),
        };
        format!("{head}: {what}")
    }

    /// What the fix does, its diff, why it is unsafe; or why there is none.
    fn fix(&self, side: Side<'_>, changes: &mut Changes, (foot, diff): (&mut String, &mut String)) {
        let style = self.run.style;
        let fixed: Vec<(&Finding, &Fix)> =
            self.findings.iter().filter_map(|it| Some((*it, it.fix.as_ref().ok()?))).collect();
        if let Some((_, fix)) = fixed.first() {
            let mut reasons: Vec<String> = Vec::new();
            for reason in fixed.iter().filter_map(|(_, fix)| fix_reason(fix)) {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
            let reasons = reasons.iter().map(|reason| format!("; {}", self.mask.prose(reason)));
            let reasons: String = reasons.collect();
            if fix.safety == Safety::Unsafe && !self.run.unsafe_fixes {
                let what = match fixed.as_slice() {
                    [(_, fix)] => self.mask.prose(&fix.message),
                    fixed => format!("{} changes", fixed.len()),
                };
                remark(foot, style, "unsafe fix", &format!("{what} (shown with `--unsafe-fixes`){reasons}"));
            } else {
                let word = match fix.safety {
                    Safety::Safe => "fix",
                    Safety::Unsafe => "unsafe fix",
                };
                let blocks = changes.of(side, fix);
                // What belongs to a registration has a picture of its own.
                let is_own = self.findings.iter().all(|finding| finding.unit.is_none());
                let is_near = |block: &&Block| is_own || self.is_near(block);
                let near: Vec<&Block> = blocks.iter().filter(is_near).collect();
                let most = if is_own { OWN_FIX_LINES } else { FIX_LINES };
                let more = match blocks.len() - near.len() {
                    0 => String::new(),
                    1 => " (with one more change)".to_owned(),
                    more => format!(" (with {more} more changes)"),
                };
                let message = self.mask.prose(&summary(&fixed));
                remark(foot, style, word, &format!("{message}{more}{reasons}"));
                diff.push_str(&lines_of(&near, most, style));
            }
        }
        for reason in self.refusals() {
            remark(foot, style, "no fix", &reason);
        }
    }

    /// Whether a change is next to a finding of the block, or between two.
    fn is_near(&self, block: &Block) -> bool {
        let line =
            |finding: Option<&&Finding>| finding.map_or(0, |it| self.file.source.line_at(it.span.start()));
        let (first, last) = (line(self.findings.first()), line(self.findings.last()));
        block.line <= last + 1 && block.line + block.old.len() + 1 > first
    }

    /// Why findings have no fix, each reason once; that another finding of the block has none does not count.
    fn refusals(&self) -> Vec<String> {
        let refused: Vec<(&Finding, &Refusal)> =
            self.findings.iter().filter_map(|it| Some((*it, it.fix.as_ref().err()?))).collect();
        let is_own = |refusal: &Refusal| match refusal {
            Refusal::Before(first) => !matches!(**first, Refusal::Together { .. }),
            other => !matches!(other, Refusal::Together { .. }),
        };
        let own = || refused.iter().filter(|(_, refusal)| is_own(refusal));
        let is_shared = own().count() == self.findings.len();
        let mut reasons: Vec<(&Finding, String)> = Vec::new();
        for (finding, refused) in own().chain(refused.iter().take(usize::from(own().next().is_none()))) {
            let Some(reason) = stated(refused) else { continue };
            if !reason.is_empty() && reasons.len() < REASONS && reasons.iter().all(|(_, it)| *it != reason) {
                reasons.push((finding, reason));
            }
        }
        let is_one = reasons.len() == 1;
        let text = |(finding, reason): (&Finding, String)| {
            let reason = self.mask.prose(&reason);
            if finding.name.is_empty() || is_one && (is_shared || self.findings.len() == 1) {
                return reason;
            }
            let line = self.file.source.line_at(finding.span.start()) + 1;
            format!("`{}` (line {line}): {reason}", self.mask.prose(&finding.name).replace('`', "'"))
        };
        reasons.into_iter().map(text).collect()
    }
}

/// Where to read more: the page of the rule, for a rule of the user's the address that it gives.
fn read_more(worst: &Finding) -> String {
    if worst.url.is_empty() || Catalogue::built_in().rule(&worst.rule).is_some() {
        return format!("runnerlint rules {}", worst.rule);
    }
    escape::inline(&worst.url).into_owned()
}

/// The worst finding, the first of those that are as bad.
fn worst<'a>(findings: &[&'a Finding]) -> Option<&'a Finding> {
    let mut worst: Option<&Finding> = None;
    for finding in findings {
        if worst.is_none_or(|it| it.severity < finding.severity) {
            worst = Some(finding);
        }
    }
    worst
}

/// What the fixes of a block do: "rename `a` to `b` and remove 2 settings".
fn summary(fixed: &[(&Finding, &Fix)]) -> String {
    let (settings, others): (Vec<_>, Vec<_>) = fixed
        .iter()
        .partition(|(finding, fix)| finding.removes.is_some() && fix.message.starts_with("remove"));
    let mut parts: Vec<&str> = Vec::new();
    for (_, fix) in &others {
        if !parts.contains(&&*fix.message) {
            parts.push(&fix.message);
        }
    }
    let count = format!("remove {} settings", settings.len());
    match settings.as_slice() {
        [] => {}
        [(_, fix)] => parts.push(&fix.message),
        _ => parts.push(&count),
    }
    match parts.as_slice() {
        [] => String::new(),
        [part] => (*part).to_owned(),
        [parts @ .., last] => format!("{} and {last}", parts.join(", ")),
    }
}

fn remark(text: &mut String, style: Style, word: &str, remark: &str) {
    let first = format!("  {} ", style.heading(&format!("{word}:")));
    let rest = " ".repeat(word.len() + 4);
    text.push_str(&wrap::fill(remark, style.width, (&first, &rest)));
    text.push('\n');
}

/// The lines of changes, with their numbers.
fn lines_of(blocks: &[&Block], most: usize, style: Style) -> String {
    let mut text = String::new();
    let last = blocks.iter().map(|block| block.line + block.old.len().max(block.new.len())).max();
    let width = last.unwrap_or_default().to_string().len().max(2);
    let room = style.width.saturating_sub(width + 6);
    let all: usize = blocks.iter().map(|block| block.old.len() + block.new.len()).sum();
    let mut left = most;
    for block in blocks {
        let cut = ReportCut::new(block, room, style);
        let old = block.old.iter().enumerate().map(|(index, line)| (index, '-', line));
        let new = block.new.iter().enumerate().map(|(index, line)| (index, '+', line));
        for (index, sign, line) in old.chain(new).take(left) {
            let content = format!("{sign} {}", cut.show(line));
            let content = if sign == '-' { style.removed(&content) } else { style.added(&content) };
            let number = block.line + index + 1;
            text.push_str(format!("   {number:width$} {content}").trim_end());
            text.push('\n');
        }
        left = left.saturating_sub(block.old.len() + block.new.len());
        if left == 0 && all > most {
            let more = if all - most == 1 { "line" } else { "lines" };
            text.push_str(&format!("   {:width$} {} and {} more {more}\n", "", style.ellipsis(), all - most));
            break;
        }
    }
    text
}

/// Which part of long lines is shown: the one with the first difference.
struct ReportCut {
    /// Characters that are not shown.
    skip: usize,
    room: usize,
    ellipsis: &'static str,
}

impl ReportCut {
    fn new(block: &Block, room: usize, style: Style) -> Self {
        let is_long = block.old.iter().chain(&block.new).any(|line| wrap::columns(line, room) > room);
        let pairs = block.old.iter().zip(&block.new);
        let same = pairs.map(|(old, new)| old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count());
        let same = same.min().filter(|_| is_long).unwrap_or_default();
        // The change is in the first third of the line.
        let skip = if same > room * 2 / 3 { same - room / 3 } else { 0 };
        Self { skip, room, ellipsis: style.ellipsis() }
    }

    fn show(&self, line: &str) -> String {
        let start = line.char_indices().nth(self.skip).map_or(line.len(), |(at, _)| at);
        let rest = line.get(start..).unwrap_or_default();
        let before = if start > 0 { self.ellipsis } else { "" };
        let room = self.room.saturating_sub(before.chars().count());
        if wrap::columns(rest, room) <= room {
            return format!("{before}{rest}");
        }
        let end = wrap::fitting(rest, room.saturating_sub(self.ellipsis.chars().count()));
        format!("{before}{}{}", rest.get(..end).unwrap_or_default(), self.ellipsis)
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn each_registration_is_a_block_with_its_fix() {
        insta::assert_snapshot!(samples::text(super::write));
    }
}
