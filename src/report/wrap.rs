//! Text in the width of a terminal: nothing is broken inside a word, a path or a code span.

use std::borrow::Cow;
use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

/// Replaces a space at which no line may end, while lines are filled.
const TIED: char = '\u{a0}';
/// Columns of a tab.
const TAB: usize = 4;

/// `text` without a space at which a line may end.
pub(super) fn tied(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// `text` with the spaces of its code spans tied; a span that is wider than `width` stays as it is.
pub(super) fn tie(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('`').peekable();
    let mut is_code = false;
    while let Some(part) = parts.next() {
        let is_closed = parts.peek().is_some();
        let fits = is_code && is_closed && display_width(part) + 2 <= width;
        out.push_str(&if fits { Cow::Owned(tied(part)) } else { Cow::Borrowed(part) });
        if is_closed {
            out.push('`');
        }
        is_code = !is_code;
    }
    out
}

/// `text` with its tied spaces as they were.
pub(super) fn untie(text: &str) -> String {
    text.replace(TIED, " ")
}

/// `text` in lines of at most `width` columns: the first one begins with `first`, each other one with `rest`.
pub(super) fn fill(text: &str, width: usize, (first, rest): (&str, &str)) -> String {
    let room = width.saturating_sub(display_width(rest).max(display_width(first)));
    let options = Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    untie(&textwrap::fill(&tie(text, room), options))
}

/// Columns of a line of a file, counted up to a few more than `most`.
pub(super) fn columns(text: &str, most: usize) -> usize {
    let mut sum = 0;
    for c in text.chars() {
        sum += width(c);
        if sum > most {
            break;
        }
    }
    sum
}

/// Bytes of `text` that take at most `most` columns.
pub(super) fn fitting(text: &str, most: usize) -> usize {
    let mut sum = 0;
    for (at, c) in text.char_indices() {
        sum += width(c);
        if sum > most {
            return at;
        }
    }
    text.len()
}

fn width(c: char) -> usize {
    match c {
        ' '..='~' => 1,
        '\t' => TAB,
        c => display_width(c.encode_utf8(&mut [0; 4])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_path_or_code_span_is_broken() {
        let text =
            "set it in `gitlab-runner register` or in deploy/some-long-path/values.yaml (see `a b`) too";
        insta::assert_snapshot!(fill(text, 34, ("help: ", "      ")), @r"
        help: set it in
              `gitlab-runner register` or
              in
              deploy/some-long-path/values.yaml
              (see `a b`) too
        ");
        // A code span that no line has room for is broken at a space.
        assert_eq!(fill("x `aaaa bbbb cccc`", 12, ("", "")), "x `aaaa bbbb\ncccc`");
        assert_eq!(fill("a ` b", 3, ("", "")), "a `\nb");
    }

    #[test]
    fn columns_are_those_of_a_terminal() {
        assert_eq!((columns("aß\t語", 99), columns("aaaa", 2)), (8, 3));
        assert_eq!((fitting("a語b", 2), fitting("a語b", 3), fitting("ab", 9)), (1, 4, 2));
    }
}
