//! Tokens never leave in an output: they are shown as `*` of the same width.

use crate::escape;
use crate::text::{Copies, Lexed, Source, Span, Words, is_identifier, lex_authority};
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
/// Tokens of other kinds, after GitLab's list of prefixes; an administrator may put a prefix of the instance before them.
const OTHER: Words<'static> = Words {
    prefixes: &[
        b"glrt-",
        b"glrtr-",
        b"glpat-",
        b"gldt-",
        b"glcbt-",
        b"glptt-",
        b"glft-",
        b"glimt-",
        b"glagent-",
        b"glwt-",
        b"glsoat-",
        b"glffct-",
        b"gloas-",
        b"GR1348941",
    ],
    first: is_part,
    part: is_part,
    least: 16,
    apart: false,
};
/// The same in a sentence, where a word such as `glrt-prefixed` is none.
const IN_PROSE: Words<'static> = Words { first: is_part, least: 10, ..IN_SOURCE };

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Tokens and passwords that show by their form alone.
fn by_form(text: &str, tokens: Words<'_>) -> Vec<Span> {
    let mut found = tokens.find(text.as_bytes());
    found.extend(OTHER.find(text.as_bytes()).into_iter().filter(|span| is_random(span.of(text))));
    let mut at = 0;
    while let Some(sign) = text.as_bytes().get(at..).and_then(|rest| memchr::memmem::find(rest, b"://")) {
        let host = at + sign + 3;
        let lexed = lex_authority(text, host);
        at = lexed.end.max(host);
        let Some(end) = Span::new(host, at).of(text).rfind('@') else { continue };
        found.extend(passwords(text, Span::new(host, host + end), &lexed));
    }
    found
}

/// What is secret of `user:password`: all but variables.
fn passwords(text: &str, user: Span, lexed: &Lexed) -> Vec<Span> {
    let written = user.of(text);
    let name = written.find(':').map_or(0, |at| at + 1);
    // The last one may go on with the host.
    let literals = lexed.literals.iter().map(|it| it.span).filter(|span| span.start() < user.end());
    let literals = literals.map(|span| Span::new(span.start(), span.end().min(user.end())));
    if written.contains(['$', '{', '`', '<', '%']) {
        let behind = |span: Span| {
            let is_first = span.start() == user.start() && span.of(text).contains(':');
            if is_first { Span::new(user.start() + name, span.end()) } else { span }
        };
        return literals.map(behind).collect();
    }
    let password = Span::new(user.start() + name, user.end());
    // A name alone is a user, unless it looks like a token.
    let is_user = name == 0 && is_identifier(password.of(text));
    let is_secret = !is_user && !password.of(text).starts_with('*');
    is_secret.then_some(password).into_iter().collect()
}

/// Shorter values are not searched for: they occur by chance.
const SHORTEST_VALUE: usize = 8;

/// The name of a file as it is shown: a name may hold a token too. Endings stay, which say what a file is.
pub fn path(name: &str) -> String {
    let mut spans = Vec::new();
    for span in OTHER.find(name.as_bytes()) {
        let token = span.of(name);
        let end = token
            .rsplit_once('.')
            .filter(|(_, ending)| ending.len() <= 10 && ending.bytes().all(|byte| byte.is_ascii_lowercase()));
        let token = end.map_or(token, |(stem, _)| stem);
        spans.extend(is_random(token).then(|| Span::new(span.start(), span.start() + token.len())));
    }
    if spans.is_empty() {
        return name.to_owned();
    }
    String::from_utf8_lossy(&star(name.as_bytes(), 0, &spans)).into_owned()
}

/// Whether [`path`] hides something of a name.
pub fn is_hidden(name: &str) -> bool {
    name.contains(&"*".repeat(OTHER.least))
}

/// Whether a word with one of the prefixes is not a name: `glagent-of-the-cluster` is one.
fn is_random(token: &str) -> bool {
    let body = token.split_once('-').map_or("", |(_, body)| body);
    body.is_empty() || !is_identifier(body) || !body.contains(['-', '_', '.'])
}

/// Hides the tokens of one file.
#[derive(Debug, Default)]
pub struct Mask {
    show: bool,
    /// Every value that was given as a token.
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

    /// The mask for the same file after a change: what was hidden before stays hidden, wherever it is now.
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
        hidden.extend(by_form(text, IN_SOURCE));
        hidden.extend(copies(search.as_ref(), text));
        Self { show, values, search, hidden: union(hidden) }
    }

    /// Hides these `texts` as well, wherever they come.
    #[must_use]
    pub fn with(mut self, texts: &[String]) -> Self {
        let long = texts.iter().filter(|text| !self.show && text.len() >= SHORTEST_VALUE);
        let before = self.values.len();
        let spelled: Vec<String> = long.flat_map(|text| spellings(text)).collect();
        self.values.extend(spelled);
        if self.values.len() > before {
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
            && (!by_form(text, IN_SOURCE).is_empty() || copies(self.search.as_ref(), text).next().is_some())
    }

    /// The first thing to hide in `text`.
    pub fn first_secret(&self, text: &str) -> Option<Span> {
        if self.show {
            return None;
        }
        let form = by_form(text, IN_SOURCE).into_iter().min();
        form.into_iter().chain(copies(self.search.as_ref(), text).next()).min()
    }

    /// A sentence of ours that may quote a file: tokens hidden, control characters escaped, on one line.
    pub fn prose(&self, text: &str) -> String {
        if self.show {
            return escape::inline(text).into_owned();
        }
        let mut spans = by_form(text, IN_PROSE);
        spans.extend(quoted(text, copies(self.search.as_ref(), text)));
        let hidden = star(text.as_bytes(), 0, &union(spans));
        escape::inline(&String::from_utf8_lossy(&hidden)).into_owned()
    }

    /// Text that comes into the file by an edit.
    pub fn inserted(&self, text: &str) -> String {
        if self.show {
            return text.to_owned();
        }
        let mut spans = by_form(text, IN_SOURCE);
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

/// Where one of the values is.
fn copies<'a>(search: Option<&'a Copies>, text: &'a str) -> impl Iterator<Item = Span> + use<'a> {
    let found = search.into_iter().flat_map(move |search| search.find(text));
    found.filter(|span| !is_name(text.as_bytes(), *span))
}

/// Those of `found`, by position, that a sentence may quote: a word of English is ours unless it is between backquotes.
fn quoted(text: &str, found: impl Iterator<Item = Span>) -> impl Iterator<Item = Span> {
    let (mut at, mut open) = (0, false);
    found.filter(move |span| {
        let between = text.as_bytes().get(at..span.start()).unwrap_or_default();
        open ^= memchr::memchr_iter(b'`', between).count() % 2 == 1;
        at = span.start();
        open || !span.of(text).bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

/// Whether what was found there is a name or part of one: an option, a variable, a key, a path. The same word was written in
/// the place of a token elsewhere. A text that has not the form of a name is hidden wherever it is.
pub(crate) fn is_name(text: &[u8], found: Span) -> bool {
    let name = text.get(found.range()).unwrap_or_default();
    if !str::from_utf8(name).is_ok_and(is_identifier) {
        return false;
    }
    let before = text.get(..found.start()).unwrap_or_default();
    let behind = text.get(found.end()..).unwrap_or_default();
    let in_name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let begins = match before.last() {
        Some(b'-' | b'.' | b'/' | b'$' | b'%' | b'@' | b'~') => false,
        Some(b'{') => !before.ends_with(b"${"),
        byte => !in_name(byte),
    };
    let ends = match behind.first() {
        Some(b'(' | b'/') => false,
        Some(b'=') => behind.starts_with(b"=="),
        Some(b'-' | b'.') => !in_name(behind.get(1)),
        Some(b':') => behind.get(1).is_some_and(|byte| !byte.is_ascii_whitespace()),
        Some(b'"' | b'\'') => !behind.get(1..).is_some_and(|rest| rest.starts_with(b":")),
        byte => !in_name(byte),
    };
    !begins || !ends
}

fn values(source: &Source, secrets: &[Span]) -> Vec<String> {
    let values = secrets.iter().map(|span| span.of(source.text()).trim());
    let mut values: Vec<String> =
        values.filter(|it| it.len() >= SHORTEST_VALUE).flat_map(spellings).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// How a token may be written elsewhere: as it is, in base64 (with the line end that `echo` adds), out of base64 or of the
/// encoding of URLs.
fn spellings(value: &str) -> Vec<String> {
    let mut spellings = vec![value.to_owned(), STANDARD.encode(value), STANDARD.encode(format!("{value}\n"))];
    let decoded = STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.into_iter().chain(decoded_url(value));
    spellings.extend(decoded.map(|it| it.trim().to_owned()).filter(|it| it.len() >= SHORTEST_VALUE));
    spellings
}

/// `%5A`: what a server makes of it.
fn decoded_url(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *byte == b'%').and_then(|it| str::from_utf8(it).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(code.unwrap_or(*byte));
        rest = behind.get(if code.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    let decoded = String::from_utf8(bytes).ok()?;
    (decoded != value).then_some(decoded)
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
            "--token ************; echo \"$RUNNER_TOKEN ${RUNNER_TOKEN}\" ************ $RUNNER_TOKEN_2\n"
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
