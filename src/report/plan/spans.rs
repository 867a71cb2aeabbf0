//! Text of a file in Markdown: code spans, in which there is no HTML, link or mention.

use crate::escape::inline;
use crate::plan::words::WordPiece;

/// Characters that a cell of a table shows of a text.
const LONGEST_CELL: usize = 60;

/// A sentence. The file's text is code.
pub(super) fn sentence(pieces: &[WordPiece]) -> String {
    let text = |piece: &WordPiece| match piece {
        WordPiece::Words(words) => words.clone(),
        WordPiece::Code(text) => code(text),
    };
    pieces.iter().map(text).collect()
}

/// One of our sentences that quotes a file between backquotes.
pub(in crate::report) fn prose(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in inline(text).split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
        } else {
            out.extend(part.chars().flat_map(|c| {
                let special = "\\*_[]<>&#|!~@$".contains(c);
                special.then_some('\\').into_iter().chain([c])
            }));
        }
    }
    out
}

/// A code span: its fence is longer than any run of backquotes inside.
pub(in crate::report) fn code(text: &str) -> String {
    span(&inline(text))
}

/// A code span for a cell of a table: cut, and with `\u{7c}` for `|`, which would end the cell in any spelling.
pub(super) fn cell(text: &str) -> String {
    let text = inline(text);
    let mut cut: String = text.chars().take(LONGEST_CELL).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    span(&cut.replace('|', "\\u{7c}"))
}

fn span(text: &str) -> String {
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // A space on both sides is removed, and keeps the text from the fence.
    let edge = |at: Option<char>| at.is_some_and(|c| c == '`' || c == ' ');
    let pad = if edge(text.chars().next()) || edge(text.chars().next_back()) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}
