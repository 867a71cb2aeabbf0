//! Tokens never leave in an output: they are shown as `*` of the same width.

use crate::escape;
use crate::text::{Copies, Source, Span, Words};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as STANDARD;

/// A token literal in a file: the prefixes are GitLab's own.
const IN_SOURCE: Words<'static> = Words {
    prefixes: &[b"glrt-", b"GR1348941"],
    first: |byte| is_part(byte) && byte != b'.',
    part: is_part,
    least: 1,
    apart: true,
};
/// The same in a sentence, where a word such as `glrt-prefixed` is none.
const IN_PROSE: Words<'static> = Words { first: is_part, least: 10, ..IN_SOURCE };

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Shorter values are not searched for: they occur by chance.
const SHORTEST_VALUE: usize = 8;

/// Hides the tokens of one file.
#[derive(Debug, Default)]
pub struct Mask {
    show: bool,
    /// Every value that stood in the place of a token.
    values: Vec<String>,
    search: Option<Copies>,
    /// Bytes of the file, sorted, apart from each other.
    hidden: Vec<Span>,
}

impl Mask {
    /// Hides `secrets`, their values wherever else they stand, and each token literal in `source`;
    /// nothing at all if `show` is set.
    pub fn new(show: bool, source: &Source, secrets: &[Span]) -> Self {
        Self::without_source(show).after(source, secrets)
    }

    /// The mask for the same file after a change: what was hidden before stays hidden, wherever it stands now.
    #[must_use]
    pub fn after(&self, source: &Source, secrets: &[Span]) -> Self {
        let show = self.show;
        if show {
            return Self { show, ..Self::default() };
        }
        let text = source.text();
        let mut values = values(source, secrets);
        values.extend(self.values.iter().cloned());
        values.sort_unstable();
        values.dedup();
        let search = Copies::of(&values);
        let mut hidden = secrets.to_vec();
        hidden.extend(IN_SOURCE.find(text.as_bytes()));
        hidden.extend(copies(search.as_ref(), text));
        Self { show, values, search, hidden: union(hidden) }
    }

    /// Hides `value` as well, wherever it comes.
    #[must_use]
    pub fn with(mut self, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !self.show && value.len() >= SHORTEST_VALUE) {
            self.values.extend(spellings(value));
            self.values.sort_unstable();
            self.values.dedup();
            self.search = Copies::of(&self.values);
        }
        self
    }

    /// Hides `spans` of the source too, but not other copies of what is there: they may be many, and long.
    #[must_use]
    pub fn hiding(mut self, spans: &[Span]) -> Self {
        if !self.show {
            self.hidden.extend_from_slice(spans);
            self.hidden = union(self.hidden);
        }
        self
    }

    /// Hides what looks like a token and the values of `secrets`, in texts that are not of the file.
    pub fn of_values(source: &Source, secrets: &[Span]) -> Self {
        let values = values(source, secrets);
        Self { search: Copies::of(&values), values, ..Self::default() }
    }

    /// Hides only what looks like a token.
    pub fn without_source(show: bool) -> Self {
        Self { show, ..Self::default() }
    }

    /// Whether `text` holds something to hide.
    pub fn is_secret(&self, text: &str) -> bool {
        !self.show
            && (!IN_SOURCE.find(text.as_bytes()).is_empty()
                || copies(self.search.as_ref(), text).next().is_some())
    }

    /// A sentence of ours that may quote a file: tokens hidden, control characters escaped, on one line.
    pub fn prose(&self, text: &str) -> String {
        let text = escape::inline(text);
        if self.show {
            return text.into_owned();
        }
        let mut spans = IN_PROSE.find(text.as_bytes());
        spans.extend(copies(self.search.as_ref(), &text));
        String::from_utf8_lossy(&star(text.as_bytes(), 0, &union(spans))).into_owned()
    }

    /// Text that comes into the file by an edit.
    pub fn inserted(&self, text: &str) -> String {
        if self.show {
            return text.to_owned();
        }
        let mut spans = IN_SOURCE.find(text.as_bytes());
        spans.extend(copies(self.search.as_ref(), text));
        String::from_utf8_lossy(&star(text.as_bytes(), 0, &union(spans))).into_owned()
    }

    /// The bytes of the file that are hidden, sorted, apart from each other.
    pub fn hidden(&self) -> &[Span] {
        &self.hidden
    }

    /// Whether the byte at `offset` of the file is to be hidden.
    pub fn hides(&self, offset: usize) -> bool {
        let at = self.hidden.partition_point(|span| span.end() <= offset);
        self.hidden.get(at).is_some_and(|span| span.start() <= offset)
    }

    /// The bytes of the file below `span`, tokens hidden; line endings stay.
    pub fn excerpt(&self, bytes: &[u8], span: Span) -> Vec<u8> {
        let part = bytes.get(span.range()).unwrap_or_default();
        let first = self.hidden.partition_point(|hidden| hidden.end() <= span.start());
        let last = self.hidden.partition_point(|hidden| hidden.start() < span.end());
        star(part, span.start(), self.hidden.get(first..last).unwrap_or_default())
    }
}

/// Where one of the values stands.
fn copies<'a>(search: Option<&'a Copies>, text: &'a str) -> impl Iterator<Item = Span> + use<'a> {
    let found = search.into_iter().flat_map(move |search| search.find(text));
    found.filter(|span| !is_reference(text.as_bytes(), *span))
}

/// Whether what was found is the name of a variable that is used: `$NAME`, `${NAME}`. Somebody wrote the name alone in the
/// place of a token elsewhere; a token is no name in capitals.
pub(crate) fn is_reference(text: &[u8], found: Span) -> bool {
    let name = text.get(found.range()).unwrap_or_default();
    let before = text.get(..found.start()).unwrap_or_default();
    let behind = text.get(found.end());
    let used = before.ends_with(b"$") || before.ends_with(b"${");
    let in_name = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    used && name.iter().all(in_name)
        && !behind.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

fn values(source: &Source, secrets: &[Span]) -> Vec<String> {
    let values = secrets.iter().map(|span| span.of(source.text()).trim());
    let mut values: Vec<String> =
        values.filter(|it| it.len() >= SHORTEST_VALUE).flat_map(spellings).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// How a token may be written elsewhere: as it is, in base64 (with the line end that `echo` adds), out of base64.
fn spellings(value: &str) -> Vec<String> {
    let mut spellings = vec![value.to_owned(), STANDARD.encode(value), STANDARD.encode(format!("{value}\n"))];
    let decoded = STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    spellings.extend(decoded.map(|it| it.trim().to_owned()).filter(|it| it.len() >= SHORTEST_VALUE));
    spellings
}

/// Sorted, and joined where they touch.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.into_iter().filter(|span| !span.is_empty()) {
        match out.last_mut() {
            Some(last) if last.end() >= span.start() => *last = last.hull(span),
            _ => out.push(span),
        }
    }
    out
}

/// `part`, which begins at `base`, with a star for each code point below `hidden`.
fn star(part: &[u8], base: usize, hidden: &[Span]) -> Vec<u8> {
    let mut out = Vec::with_capacity(part.len());
    let mut done = 0;
    for span in hidden {
        let start = span.start().saturating_sub(base).clamp(done, part.len());
        let end = span.end().saturating_sub(base).clamp(start, part.len());
        out.extend_from_slice(part.get(done..start).unwrap_or_default());
        for byte in part.get(start..end).unwrap_or_default() {
            match byte {
                b'\n' | b'\r' => out.push(*byte),
                // The later bytes of a code point: it has its star.
                0x80..=0xbf => {}
                _ => out.push(b'*'),
            }
        }
        done = end;
    }
    out.extend_from_slice(part.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new(text.as_bytes().to_vec())
    }

    #[test]
    fn secrets_their_copies_and_token_literals_are_hidden() {
        let text = "token: pässwort1\n# old: pässwort1\nglrt-abc_D.e and GR1348941xyz, a `glrt-` token\n";
        let at = text.find("pässwort1").unwrap();
        let source = source(text);
        let mask = Mask::new(false, &source, &[Span::new(at, at + "pässwort1".len())]);
        let all = Span::new(0, text.len());
        assert_eq!(
            String::from_utf8(mask.excerpt(text.as_bytes(), all)).unwrap(),
            "token: *********\n# old: *********\n************ and ************, a `glrt-` token\n"
        );
        assert_eq!(mask.prose("remove pässwort1"), "remove *********");
        assert!(mask.hides(at) && !mask.hides(at - 1));
        assert!(mask.is_secret("x=pässwort1") && !mask.is_secret("--token"));
        let open = Mask::new(true, &source, &[Span::new(at, at + 5)]);
        assert_eq!(open.excerpt(text.as_bytes(), all), text.as_bytes());
        assert_eq!(open.prose("pässwort1\n"), "pässwort1\\n");
    }

    #[test]
    fn a_name_in_the_place_of_a_token_hides_no_variable() {
        let text =
            "--token RUNNER_TOKEN; echo \"$RUNNER_TOKEN ${RUNNER_TOKEN}\" RUNNER_TOKEN $RUNNER_TOKEN_2\n";
        let at = text.find("RUNNER_TOKEN").unwrap();
        let source = source(text);
        let mask = Mask::new(false, &source, &[Span::new(at, at + "RUNNER_TOKEN".len())]);
        assert_eq!(
            String::from_utf8(mask.excerpt(text.as_bytes(), Span::new(0, text.len()))).unwrap(),
            "--token ************; echo \"$RUNNER_TOKEN ${RUNNER_TOKEN}\" ************ $************_2\n"
        );
        assert_eq!(mask.prose("set $RUNNER_TOKEN"), "set $RUNNER_TOKEN");
        assert!(mask.is_secret("RUNNER_TOKEN") && !mask.is_secret("$RUNNER_TOKEN"));
    }

    #[test]
    fn a_secret_cut_by_the_excerpt_stays_hidden() {
        let text = "aa glrt-0123456789 bb";
        let mask = Mask::new(false, &source(text), &[]);
        assert_eq!(mask.excerpt(text.as_bytes(), Span::new(8, 20)), b"********** b");
        assert_eq!(mask.excerpt(text.as_bytes(), Span::new(30, 40)), b"");
    }

    #[test]
    fn prose_keeps_words_that_are_no_tokens() {
        let mask = Mask::without_source(false);
        assert_eq!(mask.prose("use a glrt-prefixed token"), "use a glrt-prefixed token");
        assert_eq!(mask.prose("has glrt-0123456789abcdef"), "has *********************");
    }
}
