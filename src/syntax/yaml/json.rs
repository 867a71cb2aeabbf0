//! JSON with comments, and JSON5: what a reader of YAML would take for text is masked.
//!
//! The masked text has the same length: comments become spaces, `\'` in single quotes becomes `''`.

use crate::text::Span;

/// A text in JSON with comments or JSON5.
#[derive(Debug)]
pub(super) struct Lenient {
    /// Of the same length as the text, for the reader of YAML.
    pub(super) shape: String,
    /// Its comments, in order.
    pub(super) comments: Vec<Span>,
    /// What a reader of YAML still reads in another way: a key without quotes and without a space after its `:`.
    pub(super) tight: Option<usize>,
}

/// Whether the whole text is JSON, JSON with comments or JSON5.
pub(crate) fn is_lenient_json(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.document().is_some()
}

/// The text masked, if it is JSON with comments or JSON5 and a reader of YAML would read it in another way.
pub(super) fn lenient(text: &str) -> Option<Lenient> {
    let is_odd = ["//", "/*", "\\'"].iter().any(|sign| text.contains(sign));
    if !is_odd || !text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[', '/']) {
        return None;
    }
    let mut reader = Reader::new(text);
    reader.document()?;
    if reader.comments.is_empty() && reader.quotes.is_empty() {
        return None;
    }
    let mut shape = text.as_bytes().to_vec();
    for comment in &reader.comments {
        for byte in shape.get_mut(comment.range()).unwrap_or_default() {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
    }
    for at in &reader.quotes {
        if let Some(byte) = shape.get_mut(*at) {
            *byte = b'\'';
        }
    }
    // Only whole comments and ASCII signs were replaced.
    Some(Lenient { shape: String::from_utf8(shape).ok()?, comments: reader.comments, tight: reader.tight })
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// A value, or the end of a list.
    Value,
    /// A key, or the end of a mapping.
    Key,
    /// A `:`
    Colon,
    /// A `,` or the end of the collection.
    Comma,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    comments: Vec<Span>,
    /// Where `\` is before `'`.
    quotes: Vec<usize>,
    /// A key without quotes that has no space after its `:`.
    tight: Option<usize>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, bytes: text.as_bytes(), at, comments: Vec::new(), quotes: Vec::new(), tight: None }
    }

    /// Reads one mapping or list and nothing else; `None` if it is not JSON of any kind.
    fn document(&mut self) -> Option<()> {
        // The brackets that are open.
        let mut open: Vec<u8> = Vec::new();
        let mut next = Next::Value;
        loop {
            self.trivia()?;
            let byte = *self.bytes.get(self.at)?;
            match (next, byte) {
                (Next::Value, b'{' | b'[') => {
                    open.push(byte);
                    self.at += 1;
                    next = if byte == b'{' { Next::Key } else { Next::Value };
                    continue;
                }
                (Next::Value | Next::Comma, b']') if open.last() == Some(&b'[') => self.close(&mut open),
                (Next::Key | Next::Comma, b'}') if open.last() == Some(&b'{') => self.close(&mut open),
                (Next::Value, _) if !open.is_empty() => self.scalar()?,
                (Next::Key, _) => {
                    self.key()?;
                    next = Next::Colon;
                    continue;
                }
                (Next::Colon, b':') => {
                    self.at += 1;
                    next = Next::Value;
                    continue;
                }
                (Next::Comma, b',') => {
                    self.at += 1;
                    next = if open.last() == Some(&b'{') { Next::Key } else { Next::Value };
                    continue;
                }
                _ => return None,
            }
            if open.is_empty() {
                self.trivia()?;
                return (self.at == self.bytes.len()).then_some(());
            }
            next = Next::Comma;
        }
    }

    fn close(&mut self, open: &mut Vec<u8>) {
        open.pop();
        self.at += 1;
    }

    /// Goes past spaces and comments; `None` if a comment does not end.
    fn trivia(&mut self) -> Option<()> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let length = match rest {
                [b' ' | b'\t' | b'\n' | b'\r', ..] => {
                    self.at += 1;
                    continue;
                }
                [b'/', b'/', ..] => rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()),
                [b'/', b'*', ..] => memchr::memmem::find(rest.get(2..)?, b"*/")? + 4,
                _ => return Some(()),
            };
            let end = self.at + length;
            let comment = self.text.get(self.at..end)?.trim_end_matches('\r').len();
            self.comments.push(Span::new(self.at, self.at + comment));
            self.at = end;
        }
    }

    fn key(&mut self) -> Option<()> {
        let start = self.at;
        self.scalar()?;
        let written = self.text.get(start..self.at)?;
        let is_quoted = written.starts_with(['"', '\'']);
        let is_tight = self.bytes.get(self.at) == Some(&b':')
            && self.bytes.get(self.at + 1).is_some_and(|byte| !byte.is_ascii_whitespace());
        if !is_quoted && is_tight {
            self.tight = self.tight.or(Some(start));
        }
        (is_quoted || !written.contains(['.', '+', '-'])).then_some(())
    }

    fn scalar(&mut self) -> Option<()> {
        let start = self.at;
        let quote = *self.bytes.get(start)?;
        if !matches!(quote, b'"' | b'\'') {
            let rest = self.text.get(start..)?;
            let is_bare = |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '$' | '.' | '+' | '-');
            let length = rest.find(|sign: char| !is_bare(sign)).unwrap_or(rest.len());
            self.at += length;
            return (length > 0).then_some(());
        }
        self.at += 1;
        loop {
            match *self.bytes.get(self.at)? {
                b'\\' => {
                    if quote == b'\'' && self.bytes.get(self.at + 1) == Some(&b'\'') {
                        self.quotes.push(self.at);
                    }
                    self.at += 2;
                }
                byte if byte == quote => {
                    self.at += 1;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_lenient_json, lenient};

    #[test]
    fn comments_and_quotes_are_masked() {
        let masked = |text: &str| lenient(text).map(|it| it.shape);
        assert_eq!(
            masked("// a\n{\"a\": 1, /* b\n */ b: '\\'x', // c\r\n}\n").as_deref(),
            Some("    \n{\"a\": 1,     \n    b: '''x',     \r\n}\n")
        );
        for text in [
            "{\"a\": \"http://x\"}",
            "{a: //server/share}",
            "a: [] // b",
            "{\"a\": 1} // b\nc: 2",
            "{",
            "// a",
        ] {
            assert_eq!(masked(text), None, "{text}");
        }
    }

    #[test]
    fn json_of_any_kind_is_one_value() {
        for text in ["{}", "[1, 2,]", "{a: [{b: 'c'}, .5, -Infinity]} // d", "\u{feff}{\"a\": null}"] {
            assert!(is_lenient_json(text), "{text}");
        }
        for text in
            ["", "a", "{a}", "{a: 1 b: 2}", "[1 2]", "{a: 1}]", "[,]", "{{ x }}", "{'a: 1}", "{\"a\": 1} {}"]
        {
            assert!(!is_lenient_json(text), "{text}");
        }
    }
}
