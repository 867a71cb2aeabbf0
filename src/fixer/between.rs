use crate::text::{Edit, Span};
use imara_diff::{Algorithm, Diff, InternedInput};
use std::ops::Range;

/// The edits that turn `old` into `new`: sorted, apart from each other, and of words where lines change. What stays of a line
/// is in none of them, so that a token next to a change is not shown again.
pub fn between(old: &str, new: &str) -> Vec<Edit> {
    let (old_lines, new_lines) = (pieces(old, is_line_end), pieces(new, is_line_end));
    let mut out = Vec::new();
    for (gone, come) in changes(&old_lines, &new_lines) {
        let (gone_words, come_words) = (pieces(gone.text, is_word_end), pieces(come.text, is_word_end));
        for (from, to) in changes(&gone_words, &come_words) {
            let start = gone.at + from.at;
            out.push(Edit::replace(Span::new(start, start + from.text.len()), to.text));
        }
    }
    out
}

/// A part of a text, and the byte that it begins at.
#[derive(Clone, Copy, Debug)]
struct TextPart<'a> {
    text: &'a str,
    at: usize,
}

/// A text in pieces, in their order.
struct Fragments<'a> {
    text: &'a str,
    list: Vec<&'a str>,
    /// Where each begins, and where the last one ends.
    starts: Vec<usize>,
}

impl<'a> Fragments<'a> {
    fn part(&self, range: Range<usize>) -> TextPart<'a> {
        let at = |index: usize| self.starts.get(index).copied().unwrap_or(self.text.len());
        let (start, end) = (at(range.start), at(range.end));
        TextPart { text: self.text.get(start..end).unwrap_or_default(), at: start }
    }
}

/// Cuts `text` after each character that `ends` a piece, given the one that follows.
fn pieces(text: &str, ends: fn(char, Option<char>) -> bool) -> Fragments<'_> {
    let mut starts = vec![0];
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if ends(c, chars.peek().map(|(_, next)| *next)) {
            starts.push(at + c.len_utf8());
        }
    }
    if starts.last() != Some(&text.len()) {
        starts.push(text.len());
    }
    let list = starts.windows(2).filter_map(|pair| text.get(*pair.first()?..*pair.last()?)).collect();
    Fragments { text, list, starts }
}

fn is_line_end(c: char, _: Option<char>) -> bool {
    c == '\n'
}

/// Words, what is between them, and each line end by itself.
fn is_word_end(c: char, next: Option<char>) -> bool {
    let kind = |c: char| (c.is_whitespace(), matches!(c, '\r' | '\n'));
    next.is_some_and(|next| kind(c) != kind(next) || c == '\n')
}

/// The removed parts, each with what replaces it.
fn changes<'a>(old: &Fragments<'a>, new: &Fragments<'a>) -> Vec<(TextPart<'a>, TextPart<'a>)> {
    let mut input = InternedInput::default();
    input.update_before(old.list.iter().copied());
    input.update_after(new.list.iter().copied());
    let hunks = Diff::compute(Algorithm::Myers, &input).hunks().collect::<Vec<_>>();
    let range = |range: &Range<u32>| range.start as usize..range.end as usize;
    hunks.iter().map(|hunk| (old.part(range(&hunk.before)), new.part(range(&hunk.after)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::EditSet;

    fn apply(old: &str, edits: &[Edit]) -> String {
        let mut set = EditSet::default();
        set.insert_all(edits.iter().cloned()).unwrap();
        String::from_utf8(set.apply(old.as_bytes())).unwrap()
    }

    #[test]
    fn edits_give_the_new_text_and_keep_off_what_stays() {
        for (old, new) in [
            ("", ""),
            ("a\n", ""),
            ("", "a"),
            ("a b c\n", "a c\n"),
            ("run --token T --locked --url u\n", "run --token T --url u\n"),
            ("a\r\nb\r\nc", "a\r\nc"),
            ("ä 😀 b\nx\n", "ä c 😀\nx\ny"),
            ("a: 1\nb: 2\nc: 3\n", "# no\na: 1\nc: 4\n"),
        ] {
            let edits = between(old, new);
            assert_eq!(apply(old, &edits), new, "{old:?}");
        }
        let edits = between("x\nrun --registration-token SECRET --locked\n", "x\nrun --token SECRET\n");
        assert!(edits.iter().all(|it| !it.replacement.contains("SECRET")), "{edits:?}");
        assert_eq!(edits.len(), 2);
    }
}
