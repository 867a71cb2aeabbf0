//! Writes text into shell words and here-documents.

use super::NoEdit;
use crate::text::Span;

/// How a stretch of a shell word is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Without quotes.
    Bare,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `$'…'`
    AnsiC,
    /// An expansion or a template expression: quoting begins again inside of it.
    Expression,
    /// PowerShell or cmd, with any quotes.
    Foreign,
}

pub(super) const PIECES: &str = "the shell word around it is put together from several pieces";

pub(super) fn encode_word(
    host: &str,
    span: Span,
    text: &str,
    pieces: &[(Span, Quoting)],
) -> Result<String, NoEdit> {
    if text.contains(['\n', '\r']) && !matches!(quoting_at(span, pieces)?, Quoting::Single | Quoting::Double)
    {
        return Err(NoEdit::new("the shell word cannot contain a line break"));
    }
    match quoting_at(span, pieces)? {
        Quoting::Single if text.contains('\'') => {
            Err(NoEdit::new("a single-quoted shell word cannot contain `'`"))
        }
        Quoting::Single if has_expansion(text) && !host_has_expansion(host, span) => {
            Err(NoEdit::new("nothing expands in single quotes"))
        }
        Quoting::Single => Ok(text.to_owned()),
        // Its pieces are all alike to us, regardless of their quotes.
        Quoting::Foreign | Quoting::Expression if span.of(host).contains(['"', '\'']) => {
            Err(NoEdit::new(PIECES))
        }
        Quoting::Double => Ok(escape_double(text)),
        Quoting::Bare | Quoting::AnsiC | Quoting::Expression | Quoting::Foreign => {
            if text.bytes().all(is_plain) || is_expansion(text) {
                Ok(text.to_owned())
            } else {
                Err(NoEdit::new("the shell word needs different quotes"))
            }
        }
    }
}

/// The quoting of the one piece that contains `span`.
fn quoting_at(span: Span, pieces: &[(Span, Quoting)]) -> Result<Quoting, NoEdit> {
    let holds = |piece: &&(Span, Quoting)| {
        piece.0.contains(span) && (span.is_empty() || piece.0.start() <= span.start())
    };
    let mut holding = pieces.iter().filter(holds);
    let found = match (holding.next(), holding.next()) {
        (Some(one), None) => Some(one.1),
        (Some(one), Some(other)) if one.1 == other.1 => Some(one.1),
        // Verbatim pieces with escapes between them, all in the same quotes.
        (None, _) => {
            let mut within = pieces.iter().filter(|piece| piece.0.overlaps(span)).map(|piece| piece.1);
            within.next().filter(|first| within.all(|other| other == *first))
        }
        _ => None,
    };
    found.ok_or_else(|| NoEdit::new(PIECES))
}

/// Whether the text after `span` would be quoted in another way without it: `span` begins in one kind of quotes and
/// ends in another.
pub(super) fn crosses_quotes(span: Span, pieces: &[(Span, Quoting)]) -> bool {
    let first = pieces.get(pieces.partition_point(|piece| piece.0.end() <= span.start()));
    let behind = pieces.partition_point(|piece| piece.0.start() < span.end());
    let last = behind.checked_sub(1).and_then(|last| pieces.get(last));
    // In an expansion the kind is not known.
    let known = |quoting: Quoting| !matches!(quoting, Quoting::Expression | Quoting::Foreign);
    first.zip(last).is_some_and(|(first, last)| known(first.1) && known(last.1) && first.1 != last.1)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./:@,=+%".contains(&byte)
}

fn has_expansion(text: &str) -> bool {
    text.bytes().enumerate().any(|(at, byte)| {
        byte == b'$'
            && text
                .as_bytes()
                .get(at + 1)
                .is_some_and(|next| next.is_ascii_alphabetic() || b"_{".contains(next))
    })
}

/// Whether what is removed from `host` had an expansion itself, so that the text inside expects one there.
fn host_has_expansion(host: &str, span: Span) -> bool {
    has_expansion(span.of(host))
}

/// Whether `text` is one `$NAME` or `${NAME}`.
fn is_expansion(text: &str) -> bool {
    let name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let Some(rest) = text.strip_prefix('$') else { return false };
    match rest.strip_prefix('{') {
        Some(braced) => braced.strip_suffix('}').is_some_and(name),
        None => name(rest),
    }
}

fn escape_double(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        let expands = rest.peek().is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '_' | '{'));
        if matches!(letter, '"' | '\\' | '`') || letter == '$' && !expands {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

pub(super) fn encode_heredoc(
    host: &str,
    span: Span,
    text: &str,
    quoted: bool,
    strip_tabs: bool,
    delimiter: &str,
) -> Result<String, NoEdit> {
    if !quoted && (text.contains(['`', '\\']) || text.contains("$(")) {
        return Err(NoEdit::new("the here-document would expand it"));
    }
    // The delimiter is quoted on purpose where nothing may expand; where something may, a name is what is meant.
    let line_start =
        host.get(..span.start()).is_none_or(|before| before.is_empty() || before.ends_with('\n'));
    if strip_tabs && (line_start && text.starts_with('\t') || text.contains("\n\t")) {
        return Err(NoEdit::new("the here-document removes leading tabs"));
    }
    if ends_heredoc(host, span, text, strip_tabs, delimiter) {
        return Err(NoEdit::new("it would end the here-document"));
    }
    Ok(text.to_owned())
}

/// Whether a line of `text`, with the text next to it in `host`, is the delimiter.
pub(super) fn ends_heredoc(host: &str, span: Span, text: &str, strip_tabs: bool, delimiter: &str) -> bool {
    let before = host.get(..span.start()).unwrap_or_default();
    let behind = host.get(span.end()..).unwrap_or_default();
    let head = before.rsplit('\n').next().unwrap_or_default();
    let tail = behind.split('\n').next().unwrap_or_default();
    // A line that stays as it is ends what it ended before.
    let tail = if text.ends_with('\n') { "-" } else { tail };
    format!("{head}{text}{tail}").split('\n').any(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line = if strip_tabs { line.trim_start_matches('\t') } else { line };
        line == delimiter
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(quoting: Quoting, text: &str) -> Option<String> {
        let whole = Span::new(0, 8);
        encode_word("abcdefgh", Span::new(2, 4), text, &[(whole, quoting)]).ok()
    }

    #[test]
    fn a_replacement_is_written_as_its_quotes_need() {
        let cases = [
            (Quoting::Bare, "--token", Some("--token")),
            (Quoting::Bare, "$TOKEN", Some("$TOKEN")),
            (Quoting::Bare, "a b", None),
            (Quoting::Bare, "a;b", None),
            (Quoting::Single, "--token", Some("--token")),
            (Quoting::Single, "it's", None),
            (Quoting::Single, "\"$TOKEN\"", None),
            (Quoting::Double, "\"$TOKEN\"", Some("\\\"$TOKEN\\\"")),
            (Quoting::Double, "${TOKEN}", Some("${TOKEN}")),
            (Quoting::Double, "$(id)`x`\\", Some("\\$(id)\\`x\\`\\\\")),
            (Quoting::Foreign, "--token", Some("--token")),
            (Quoting::Foreign, "a\"b", None),
        ];
        for (quoting, text, expected) in cases {
            assert_eq!(word(quoting, text).as_deref(), expected, "{quoting:?} {text}");
        }
    }

    #[test]
    fn a_replacement_across_pieces_is_refused() {
        let pieces = [(Span::new(0, 3), Quoting::Single), (Span::new(5, 8), Quoting::Double)];
        assert!(encode_word("abcdefgh", Span::new(1, 6), "x", &pieces).is_err());
    }

    #[test]
    fn a_here_document_keeps_its_end() {
        let host = "cat <<EOF\nabc\nEOF\n";
        let body = Span::new(10, 13);
        assert!(encode_heredoc(host, body, "EOF", true, false, "EOF").is_err());
        assert!(encode_heredoc(host, body, "\tx", true, true, "EOF").is_err());
        assert!(encode_heredoc(host, body, "$(id)", false, false, "EOF").is_err());
        assert_eq!(encode_heredoc(host, body, "$TOKEN", false, false, "EOF").as_deref(), Ok("$TOKEN"));
    }
}
