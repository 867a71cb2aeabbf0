//! The lines of a file with marks, for `full`: several places in one frame, in the width of the terminal.

use super::picture::{Picture, theme};
use super::window::{Window, line_text};
use super::{Style, wrap};
use crate::finding::Severity;
use crate::mask::Mask;
use crate::text::{Source, Span};
use miette::LabeledSpan;
use std::fmt;

/// Lines between two marks that are shown: marks that are further apart have a gap between them.
const NEAR: usize = 5;
/// Marks in one row.
const MARKS: usize = 8;
/// Marks in one picture: miette looks at all of them for each line.
const MARKS_AT_ONCE: usize = 32;
/// Lines of the frame.
const FRAME: usize = 2;
/// Columns between a mark and its text.
const LEAD: usize = 4;
/// Columns that a text must have next to its mark.
const TEXT: usize = 30;
/// Columns before a mark where the beginning of its line is cut.
const BEFORE: usize = 24;

/// A place to mark.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    /// In the file; what is in its first line is marked.
    pub(super) span: Span,
    /// Its text; may be empty.
    pub(super) text: String,
    pub(super) severity: Severity,
}

/// A line, or a part of a long one.
struct Row {
    /// From 0.
    line: usize,
    part: Span,
    spots: Vec<Spot>,
}

/// Rows that are drawn at once.
struct Part {
    rows: Vec<Row>,
    /// Whether a sign before it shows that lines are skipped.
    gap: bool,
}

/// How an excerpt is drawn.
pub(super) struct Excerpt<'a> {
    pub(super) source: &'a Source,
    pub(super) mask: &'a Mask,
    pub(super) style: Style,
}

impl Excerpt<'_> {
    /// Draws `spots` below `title`, in at most `lines` lines if they can be fewer without some of the lines between the marks.
    pub(super) fn draw(&self, spots: Vec<Spot>, title: &str, lines: usize) -> Result<String, fmt::Error> {
        let spots = self.apart(spots);
        let last = spots.last().map_or(0, |spot| self.source.line_at(spot.span.start()));
        let digits = (last + 1).to_string().len();
        let parts = self.parts(self.rows(spots, digits), lines);
        let chars = theme(self.style).characters;
        let pad = " ".repeat(digits + 2);
        let bar = chars.hbar.to_string();
        let mut out = format!("{pad}{}{bar}{title}\n", chars.ltop);
        for part in &parts {
            if part.gap {
                out.push_str(&format!("{pad}{}\n", self.style.gap()));
            }
            let own = part.rows.last().map_or(digits, |row| (row.line + 1).to_string().len());
            for line in self.part(&part.rows, digits)? {
                out.push_str(" ".repeat(digits.saturating_sub(own)).as_str());
                out.push_str(&line);
                out.push('\n');
            }
        }
        out.push_str(&format!("{pad}{}{}\n", chars.lbot, bar.repeat(4)));
        Ok(out)
    }

    /// The spots in the order of the file, each within its line and apart from the others.
    fn apart(&self, mut spots: Vec<Spot>) -> Vec<Spot> {
        spots.sort_by_key(|spot| (spot.span.start(), spot.severity));
        let mut apart: Vec<Spot> = Vec::with_capacity(spots.len());
        for mut spot in spots {
            let start = spot.span.start();
            let line = line_text(self.source, self.source.line_at(start));
            let inside = Span::new(start.min(line.end()), spot.span.end().min(line.end()).max(start));
            let text = inside.of(self.source.text()).trim_end();
            spot.span = Span::new(inside.start(), inside.start() + text.len());
            match apart.last_mut() {
                // Two findings of one place.
                Some(last) if last.span.start() == spot.span.start() => {
                    last.severity = last.severity.max(spot.severity);
                    last.span = if last.span.len() > spot.span.len() { last.span } else { spot.span };
                    if !last.text.is_empty() && !spot.text.is_empty() {
                        last.text.push('\n');
                    }
                    last.text.push_str(&spot.text);
                }
                Some(last) if last.span.end() > spot.span.start() => {
                    let before = Span::new(last.span.start(), spot.span.start());
                    let text = before.of(self.source.text()).trim_end();
                    last.span = Span::new(before.start(), before.start() + text.len());
                    apart.push(spot);
                }
                _ => apart.push(spot),
            }
        }
        apart
    }

    /// Columns of a line after its number.
    fn room(&self, digits: usize) -> usize {
        self.style.width.saturating_sub(digits + LEAD)
    }

    /// Columns of a line with a text, which are more where no terminal breaks it.
    fn text_room(&self, room: usize) -> usize {
        room + self.style.text_width().saturating_sub(self.style.width)
    }

    fn rows(&self, spots: Vec<Spot>, digits: usize) -> Vec<Row> {
        let room = self.room(digits);
        let mut rows: Vec<Row> = Vec::new();
        for spot in spots {
            let line = self.source.line_at(spot.span.start());
            let whole = line_text(self.source, line);
            let begin = match rows.last_mut() {
                Some(row) if row.line == line => {
                    if row.spots.len() < MARKS && self.fits(row.part.start(), &spot, room) {
                        row.spots.push(spot);
                        continue;
                    }
                    spot.span.start()
                }
                _ => whole.start(),
            };
            let from = if begin == whole.start() && self.fits(begin, &spot, room) {
                begin
            } else {
                self.before(whole, spot.span.start())
            };
            let to = self.end(from, whole, room);
            rows.push(Row { line, part: Span::new(from, to), spots: vec![spot] });
        }
        rows
    }

    /// Whether `spot` and its text have room in a row that begins at `from`.
    fn fits(&self, from: usize, spot: &Spot, room: usize) -> bool {
        let (bar, end) = self.place(from, spot, room);
        let most = self.text_room(room);
        let text = spot.text.lines().map(|line| wrap::columns(line, most)).max().unwrap_or_default();
        let words = wrap::tie(&spot.text, most);
        let word = words.split_ascii_whitespace().map(|word| wrap::columns(word, most)).max();
        let least = word.unwrap_or_default().max(TEXT.min(room / 2)).min(text);
        end <= room && bar + LEAD + least <= most
    }

    /// The columns, in a row that begins at `from`, of the middle and the end of a mark.
    fn place(&self, from: usize, spot: &Spot, room: usize) -> (usize, usize) {
        let text = self.source.text();
        let cut = from > line_text(self.source, self.source.line_at(from)).start();
        let cut = if cut { self.ellipsis() } else { 0 };
        let start = cut + wrap::columns(Span::new(from, spot.span.start()).of(text), room);
        let width = wrap::columns(spot.span.of(text), room).max(1);
        (start + width / 2, start + width)
    }

    fn ellipsis(&self) -> usize {
        wrap::columns(self.style.ellipsis(), usize::MAX)
    }

    /// Where the row of a mark begins that is too far in its line: at a word, if there is one.
    fn before(&self, line: Span, mark: usize) -> usize {
        let before = Span::new(line.start(), mark.max(line.start())).of(self.source.text());
        let mut start = before.len();
        let mut nearest = None;
        for (at, c) in before.char_indices().rev().take(BEFORE) {
            start = at;
            if c == ' ' {
                nearest = Some(at);
                break;
            }
        }
        let few = || before.char_indices().rev().take(BEFORE / 4).last().map_or(start, |(at, _)| at);
        line.start() + if start == 0 { 0 } else { nearest.unwrap_or_else(few) }
    }

    /// Where a row ends that begins at `from`.
    fn end(&self, from: usize, line: Span, room: usize) -> usize {
        let text = Span::new(from, line.end().max(from)).of(self.source.text());
        let room = room.saturating_sub(if from > line.start() { self.ellipsis() } else { 0 });
        if wrap::columns(text, room) <= room {
            return line.end().max(from);
        }
        from + wrap::fitting(text, room.saturating_sub(self.ellipsis()))
    }

    /// Rows that are drawn at once: of lines that follow each other, with the lines between near marks as far as `lines` allows.
    fn parts(&self, rows: Vec<Row>, lines: usize) -> Vec<Part> {
        let digits = rows.last().map_or(1, |row| (row.line + 1).to_string().len());
        let height = |row: &Row| 2 + self.texts(row, digits).iter().map(Vec::len).sum::<usize>();
        let is_far = |pair: &[Row]| matches!(pair, [a, b] if b.line > a.line + NEAR + 1);
        let far = rows.windows(2).filter(|pair| is_far(pair)).count();
        let mut left = lines.saturating_sub(FRAME + far + rows.iter().map(height).sum::<usize>());
        let mut parts: Vec<Part> = Vec::new();
        let mut marks = 0;
        for row in rows {
            let mut part = Part { rows: Vec::new(), gap: false };
            if let Some(last) = parts.last_mut()
                && let Some(line) = last.rows.last().map(|last| last.line)
                && row.line > line
            {
                let between = row.line - line - 1;
                let has_room = marks + row.spots.len() <= MARKS_AT_ONCE;
                if between <= NEAR && between <= left && has_room {
                    left -= between;
                    for line in line + 1..row.line {
                        let whole = line_text(self.source, line);
                        let to = self.end(whole.start(), whole, self.room(digits));
                        let part = Span::new(whole.start(), to);
                        last.rows.push(Row { line, part, spots: Vec::new() });
                    }
                    marks += row.spots.len();
                    last.rows.push(row);
                    continue;
                }
                // Where there is no room at all, the numbers of the lines say it.
                part.gap = between > NEAR || between > 0 && left > 0;
                left -= usize::from(part.gap && between <= NEAR);
            }
            marks = row.spots.len();
            part.rows.push(row);
            parts.push(part);
        }
        parts
    }

    /// The lines of the texts of a row.
    fn texts(&self, row: &Row, digits: usize) -> Vec<Vec<String>> {
        let room = self.room(digits);
        let texts = row.spots.iter().map(|spot| {
            let (bar, _) = self.place(row.part.start(), spot, room);
            let width = self.text_room(room).saturating_sub(bar + LEAD).max(TEXT.min(room / 2));
            let lines = spot.text.lines().map(|text| wrap::fill(text, width, ("", "")));
            lines.flat_map(|lines| lines.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
        });
        texts.collect()
    }

    /// The lines of a part.
    fn part(&self, rows: &[Row], digits: usize) -> Result<Vec<String>, fmt::Error> {
        let shown = rows.iter().map(|row| (row.line, row.part));
        let window = Window::of_rows(self.source, self.mask, shown, self.style.ellipsis());
        let mut labels = Vec::new();
        for row in rows {
            for (spot, text) in row.spots.iter().zip(self.texts(row, digits)) {
                let Some(at) = window.locate(self.source, spot.span) else { continue };
                let text = Some(text.join("\n")).filter(|text| !text.is_empty());
                labels.push((LabeledSpan::new_with_span(text, at.range()), spot.severity));
            }
        }
        Picture { message: String::new(), help: None, window, labels }.excerpt(self.style)
    }
}
