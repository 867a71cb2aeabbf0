//! Unified diffs, of a whole file or of what one fix changes, with tokens hidden.

use crate::escape;
use crate::finding::Fix;
use crate::mask::Mask;
use crate::text::{Edit, EditSet, Source, Span};
use imara_diff::{Algorithm, Diff, Hunk, InternedInput};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

/// Lines around a change.
const CONTEXT: u32 = 3;

/// Bytes that are shown of the lines that change together, and before the first change where they are longer.
const MOST_SHOWN: usize = 4096;
const SHOWN_BEFORE: usize = 60;

/// One side of a diff: a text and what to hide in it.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The text.
    pub source: &'a Source,
    /// What to hide in it.
    pub mask: &'a Mask,
}

impl Side<'_> {
    fn line(&self, line: usize) -> Span {
        self.source.line_span(line)
    }

    fn push_lines(&self, diff: &mut Unified, sign: u8, lines: Range<u32>, for_terminal: bool) {
        for line in lines {
            self.push(diff, sign, line as usize, for_terminal);
        }
    }

    fn push(&self, diff: &mut Unified, sign: u8, line: usize, for_terminal: bool) {
        let span = self.line(line);
        let shown = self.mask.excerpt(self.source.bytes(), span);
        diff.is_masked |= self.source.bytes().get(span.range()) != Some(&*shown);
        let out = &mut diff.text;
        out.push(sign);
        if for_terminal {
            let text = String::from_utf8_lossy(&shown);
            out.extend(
                text.trim_end_matches(['\r', '\n']).chars().map(escape::visible).collect::<String>().bytes(),
            );
            out.push(b'\n');
        } else {
            out.extend_from_slice(&shown);
        }
        if !shown.ends_with(b"\n") {
            out.extend_from_slice(if for_terminal { b"" } else { b"\n" });
            out.extend_from_slice(b"\\ No newline at end of file\n");
        }
    }
}

/// A unified diff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unified {
    /// Its lines; empty if both sides are equal.
    pub text: Vec<u8>,
    /// Whether something in it is hidden, so that it cannot be applied.
    pub is_masked: bool,
}

/// The unified diff of a file.
///
/// With `for_terminal` nothing in it makes the terminal act; without, it can be applied, provided that nothing is hidden.
pub fn unified(path: &str, old: Side<'_>, new: Side<'_>, for_terminal: bool) -> Unified {
    let input = InternedInput::new(old.source.bytes(), new.source.bytes());
    let mut diff = Diff::compute(Algorithm::Myers, &input);
    diff.postprocess_lines(&input);
    let lines = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
    let mut out = Unified::default();
    for group in with_context(diff.hunks(), lines) {
        if out.text.is_empty() {
            let names = format!("--- {}\n+++ {}\n", name("a/", path), name("b/", path));
            out.text.extend_from_slice(names.as_bytes());
        }
        push_header(&mut out.text, &group);
        let mut at = group.before.start;
        for change in &group.changes {
            old.push_lines(&mut out, b' ', at..change.before.start, for_terminal);
            old.push_lines(&mut out, b'-', change.before.clone(), for_terminal);
            new.push_lines(&mut out, b'+', change.after.clone(), for_terminal);
            at = change.before.end;
        }
        old.push_lines(&mut out, b' ', at..group.before.end, for_terminal);
    }
    out
}

/// Changes near each other, with the lines around them. Lines from 0.
struct DiffGroup {
    before: Range<u32>,
    after: Range<u32>,
    changes: Vec<Hunk>,
}

/// `lines`: of the old text.
fn with_context(changes: impl Iterator<Item = Hunk>, lines: u32) -> Vec<DiffGroup> {
    let mut groups: Vec<DiffGroup> = Vec::new();
    for change in changes {
        let end = change.before.end.saturating_add(CONTEXT).min(lines);
        let behind = end - change.before.end;
        match groups
            .last_mut()
            .filter(|group| change.before.start <= group.before.end.saturating_add(CONTEXT))
        {
            Some(group) => {
                group.before.end = end;
                group.after.end = change.after.end + behind;
                group.changes.push(change);
            }
            None => {
                let ahead = change.before.start.min(CONTEXT);
                groups.push(DiffGroup {
                    before: change.before.start - ahead..end,
                    after: change.after.start - ahead..change.after.end + behind,
                    changes: vec![change],
                });
            }
        }
    }
    groups
}

/// A file's name as git writes and reads it: in quotes if it has a character that must not be shown, and with a tab after
/// it if a space could be its end.
fn name(side: &str, path: &str) -> String {
    if path.chars().any(escape::is_dangerous) {
        let mut quoted = format!("\"{side}");
        for c in path.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if escape::is_dangerous(c) => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        quoted.push_str(&format!("\\{byte:03o}"));
                    }
                }
                c => quoted.push(c),
            }
        }
        quoted.push('"');
        return quoted;
    }
    format!("{side}{path}{}", if path.contains(' ') { "\t" } else { "" })
}

fn push_header(out: &mut Vec<u8>, group: &DiffGroup) {
    let side = |lines: &Range<u32>| match lines.len() {
        // An empty side names the line before it.
        0 => format!("{},0", lines.start),
        1 => format!("{}", lines.start + 1),
        count => format!("{},{count}", lines.start + 1),
    };
    out.extend_from_slice(format!("@@ -{} +{} @@\n", side(&group.before), side(&group.after)).as_bytes());
}

/// Lines that a fix changes together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// First changed line, from 0.
    pub line: usize,
    /// The removed lines, without line endings, tokens hidden, safe to show.
    pub old: Vec<String>,
    /// Lines that come.
    pub new: Vec<String>,
}

impl Block {
    /// Whether it is at `line` (from 0) or directly next to it.
    pub fn is_near(&self, line: usize) -> bool {
        line + 1 >= self.line && line <= self.line + self.old.len()
    }
}

/// What the fixes of a file change: computed once for all findings of a unit, which share their edits.
#[derive(Debug, Default)]
pub struct Changes(HashMap<*const Edit, Rc<[Block]>>);

impl Changes {
    /// What `fix` changes.
    pub fn of(&mut self, side: Side<'_>, fix: &Fix) -> Rc<[Block]> {
        let known = self.0.entry(fix.edits.as_ptr());
        Rc::clone(known.or_insert_with(|| blocks(side, &fix.edits).into()))
    }
}

/// What `edits` change, line by line, without a look at the rest of the file.
fn blocks(side: Side<'_>, edits: &[Edit]) -> Vec<Block> {
    let mut set = EditSet::default();
    if set.insert_all(edits.iter().cloned()).is_err() {
        return Vec::new();
    }
    let source = side.source;
    let mut groups: Vec<(usize, usize, Vec<Edit>)> = Vec::new();
    for edit in set.iter() {
        let first = source.line_at(edit.span.start());
        let mut last = source.line_at(edit.span.end());
        // Whole lines are removed: the one after them stays as it is.
        if last > first && source.line_span(last).start() == edit.span.end() && ends_line(source, edit) {
            last -= 1;
        }
        match groups.last_mut() {
            Some(group) if first <= group.1 => {
                group.1 = group.1.max(last);
                group.2.push(edit.clone());
            }
            _ => groups.push((first, last, vec![edit.clone()])),
        }
    }
    groups.into_iter().filter_map(|(first, last, edits)| block(side, first, last, &edits)).collect()
}

fn ends_line(source: &Source, edit: &Edit) -> bool {
    edit.replacement.ends_with('\n')
        || (edit.replacement.is_empty()
            && source.line_span(source.line_at(edit.span.start())).start() == edit.span.start())
}

fn block(side: Side<'_>, first: usize, last: usize, edits: &[Edit]) -> Option<Block> {
    let bytes = side.source.bytes();
    let whole = Span::new(side.line(first).start(), side.line(last).end());
    let span = around(side.source.text(), whole, edits.first()?.span.start());
    let mut after = Vec::new();
    let mut done = span.start();
    for edit in edits.iter().take_while(|edit| edit.span.start() < span.end() || span.is_empty()) {
        after.extend_from_slice(&side.mask.excerpt(bytes, Span::new(done, edit.span.start())));
        after.extend_from_slice(side.mask.inserted(&edit.replacement).as_bytes());
        done = edit.span.end();
    }
    after.extend_from_slice(&side.mask.excerpt(bytes, Span::new(done.min(span.end()), span.end())));
    let lines = |bytes: &[u8]| {
        let mut lines = shown_lines(bytes);
        if let Some(line) = lines.first_mut().filter(|_| span.start() > whole.start()) {
            line.insert(0, '…');
        }
        lines
    };
    let (old, new) = (lines(&side.mask.excerpt(bytes, span)), lines(&after));
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let same_end = (old.iter().skip(same_start).rev())
        .zip(new.iter().skip(same_start).rev())
        .take_while(|(a, b)| a == b)
        .count();
    let middle = |lines: Vec<String>| {
        let keep = lines.len() - same_start - same_end;
        lines.into_iter().skip(same_start).take(keep).collect::<Vec<_>>()
    };
    let block = Block { line: first + same_start, old: middle(old), new: middle(new) };
    (!block.old.is_empty() || !block.new.is_empty()).then_some(block)
}

/// What is shown of the lines `whole`, the first edit of which begins at `edit`: of long ones the beginning of the change.
fn around(text: &str, whole: Span, edit: usize) -> Span {
    if whole.len() <= MOST_SHOWN {
        return whole;
    }
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(edit.saturating_sub(SHOWN_BEFORE).max(whole.start()));
    Span::new(start, boundary(whole.end().min(start + MOST_SHOWN)).max(edit))
}

fn shown_lines(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().map(|line| line.chars().map(escape::visible).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(old: &str, new: &str, for_terminal: bool) -> String {
        let (old, new) = (Source::new(old.as_bytes().to_vec()), Source::new(new.as_bytes().to_vec()));
        let (old_mask, new_mask) = (Mask::new(false, &old, &[]), Mask::new(false, &new, &[]));
        let old = Side { source: &old, mask: &old_mask };
        let new = Side { source: &new, mask: &new_mask };
        String::from_utf8(unified("x/a.sh", old, new, for_terminal).text).unwrap()
    }

    #[test]
    fn a_diff_hides_tokens_and_keeps_line_endings() {
        let old = "1\r\n2\r\n3\r\n4\r\n--registration-token glrt-0123 \\\r\n6";
        let new = "1\r\n2\r\n3\r\n4\r\n--token glrt-0123 \\\r\n6";
        insta::assert_snapshot!(diff(old, new, false).replace('\r', "<CR>"), @r"
        --- a/x/a.sh
        +++ b/x/a.sh
        @@ -2,5 +2,5 @@
         2<CR>
         3<CR>
         4<CR>
        ---registration-token ********* \<CR>
        +--token ********* \<CR>
         6
        \ No newline at end of file
        ");
        assert_eq!(diff("a\n", "a\n", false), "");
    }

    #[test]
    fn a_diff_for_a_terminal_holds_no_escapes() {
        assert!(!diff("\x1b[2Ja\n", "b\n", true).contains('\x1b'));
        assert!(diff("\x1b[2Ja\n", "b\n", false).contains('\x1b'));
    }

    #[test]
    fn headers_count_from_the_line_before_an_empty_side() {
        assert!(diff("a\n", "", false).contains("@@ -1 +0,0 @@"));
        assert!(diff("", "a\nb\n", false).contains("@@ -0,0 +1,2 @@"));
    }

    #[test]
    fn blocks_show_only_the_lines_that_change() {
        let text = "a --tag-list x\nb \\\n  --locked \\\n  c\nd\n";
        let source = Source::new(text.as_bytes().to_vec());
        let mask = Mask::default();
        let side = Side { source: &source, mask: &mask };
        let at = text.find("  --locked").unwrap();
        let edits =
            [Edit::delete(Span::new(1, 14)), Edit::delete(Span::new(at, at + "  --locked \\\n".len()))];
        let found = blocks(side, &edits);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].line, &*found[0].old, &*found[0].new),
            (0, &["a --tag-list x".to_owned()][..], &["a".to_owned()][..])
        );
        assert_eq!((found[1].line, found[1].old.len(), found[1].new.len()), (2, 1, 0));
        assert!(found[1].is_near(2) && found[1].is_near(3) && !found[1].is_near(4));
        assert!(blocks(side, &[Edit::delete(Span::new(0, 5)), Edit::delete(Span::new(3, 9))]).is_empty());
    }
}
