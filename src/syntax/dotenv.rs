//! Dotenv files: `NAME=value` lines.

use super::{CommentStyle, Data, Datum, Language, Parsed, Removal};
use crate::embed::{Codec, Decoded, Decoder, NoEdit, Quoting};
use crate::facts::{Comment, Facts, NodeId, Variable};
use crate::text::{Edit, SharedText, Span};

/// Files of environment variables: `.env`, `env_file:` of compose, `EnvironmentFile=` of systemd.
#[derive(Debug)]
pub(super) struct Dotenv;

impl Language for Dotenv {
    fn name(&self) -> &'static str {
        "dotenv"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["env", "envfile", "env-file"]
    }

    fn file_names(&self) -> &'static [&'static str] {
        &[".env", ".env.*", "*.env", "env", "env_file", "envfile", "environment"]
    }

    fn recognises(&self, text: &str) -> bool {
        let mut fits = 0_usize;
        let mut other = 0_usize;
        for line in
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).take(50)
        {
            if assignment(line).is_some_and(|(_, _, value)| is_value(line.get(value..).unwrap_or_default())) {
                fits += 1;
            } else {
                other += 1;
            }
        }
        fits > 0 && fits > other * 4
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        &[CommentStyle::HASH_ALONE]
    }

    fn is_environment(&self) -> bool {
        true
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        Box::new(DotenvFile::read(&text))
    }
}

/// Whether a value is one that a shell would not take for an assignment before a command.
fn is_value(value: &str) -> bool {
    let value = value.trim();
    value.starts_with(['"', '\'', '$', '{', '<']) || !value.contains([' ', ';', '(', '`'])
}

/// Start and end of the name and start of the value in `[export ]NAME=value`.
fn assignment(line: &str) -> Option<(usize, usize, usize)> {
    let blank = line.len() - line.trim_start_matches(['\u{feff}', ' ', '\t']).len();
    let rest = line.get(blank..)?;
    let export = rest
        .strip_prefix("export")
        .filter(|rest| rest.starts_with([' ', '\t']))
        .map_or(0, |after| rest.len() - after.trim_start_matches([' ', '\t']).len());
    let start = blank + export;
    let name = line.get(start..)?;
    let len = name.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'))?;
    let first = name.chars().next()?;
    if len == 0 || !(first.is_ascii_alphabetic() || first == '_') {
        return None;
    }
    let behind = name.get(len..)?;
    let sign = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    behind.trim_start_matches([' ', '\t']).strip_prefix('=')?;
    let value = start + len + sign + 1;
    let rest = line.get(value..)?;
    Some((start, start + len, value + rest.len() - rest.trim_start_matches([' ', '\t']).len()))
}

/// A line that gives a variable a value.
#[derive(Debug)]
struct DotenvLine {
    /// The line (or lines, where the value is quoted over several) with its line end.
    lines: Span,
    /// `NAME=value`, from the name or its `export`.
    whole: Span,
    value: Span,
}

/// A file that has been read.
#[derive(Debug)]
struct DotenvFile {
    text: SharedText,
    facts: Facts,
    entries: Vec<DotenvLine>,
}

impl DotenvFile {
    fn read(text: &SharedText) -> Self {
        let mut file = Self { text: text.clone(), facts: Facts::default(), entries: Vec::new() };
        // Once no quote closes a value, none further on does either: each search is made once.
        let mut endless = [false; 2];
        let mut at = 0;
        while at < text.len() {
            let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |len| at + len + 1);
            at = file.line(at, end, &mut endless);
        }
        file
    }

    /// Reads the line at `start..end`; where the next one begins.
    fn line(&mut self, start: usize, end: usize, endless: &mut [bool; 2]) -> usize {
        let text: &str = &self.text;
        let line = text.get(start..end).unwrap_or_default();
        let bare = line.trim_end_matches(['\n', '\r']);
        let blank = bare.len() - bare.trim_start_matches(['\u{feff}', ' ', '\t']).len();
        if bare.get(blank..).is_some_and(|rest| rest.starts_with('#')) {
            let span = Span::new(start + blank, start + bare.len());
            self.facts.comments.push(Comment { span, own_line: true });
            return end;
        }
        let Some((name, name_end, value)) = assignment(bare) else { return end };
        let rest = bare.get(value..).unwrap_or_default();
        let value_start = start + value;
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let closed = quote.and_then(|quote| {
            let seen = endless.get_mut(usize::from(quote == '"'))?;
            let close = if *seen { None } else { closing(text, value_start + 1, quote) };
            *seen |= close.is_none();
            close
        });
        let (value_end, lines_end) = match closed {
            Some(close) => {
                let tail = text.get(close + 1..).and_then(|rest| rest.find('\n'));
                (close + 1, tail.map_or(text.len(), |len| close + 1 + len + 1))
            }
            None => {
                let len = rest.find(" #").or_else(|| rest.find("\t#")).unwrap_or(rest.len());
                (value_start + rest.get(..len).unwrap_or_default().trim_end().len(), end)
            }
        };
        let tail = text.get(value_end..lines_end).unwrap_or_default();
        if let Some(sign) =
            tail.find('#').filter(|sign| tail.get(..*sign).is_some_and(|t| t.trim().is_empty()))
        {
            let comment = Span::new(value_end + sign, value_end + tail.trim_end_matches(['\n', '\r']).len());
            self.facts.comments.push(Comment { span: comment, own_line: false });
        }
        let value_span = Span::new(value_start, value_end);
        let raw = value_span.of(text);
        let single = closed.is_some() && quote == Some('\'');
        let opaque = raw.contains("{{") || raw.contains("<%") || !single && is_expansion(raw);
        let name_span = Span::new(start + name, start + name_end);
        let node = NodeId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        let value = decode(text, value_span).text;
        self.facts.variables.push(Variable {
            node,
            name: name_span.of(text).to_owned(),
            name_span,
            value,
            value_span,
            opaque,
            exported: true,
        });
        let whole = Span::new(start + blank, value_end);
        self.entries.push(DotenvLine { lines: Span::new(start, lines_end), whole, value: value_span });
        lines_end
    }
}

fn is_expansion(raw: &str) -> bool {
    raw.bytes().zip(raw.bytes().skip(1)).any(|(byte, next)| {
        byte == b'$' && (next.is_ascii_alphabetic() || matches!(next, b'_' | b'{' | b'('))
    })
}

/// Offset of the quote that closes a value.
fn closing(text: &str, from: usize, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.get(from..)?.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            _ if letter == quote => return Some(from + at),
            // The next assignment begins: the quote was part of the value.
            '\n' if text
                .get(from + at + 1..)
                .is_some_and(|rest| assignment(rest.lines().next().unwrap_or_default()).is_some()) =>
            {
                return None;
            }
            _ => {}
        }
    }
    None
}

/// The value at `span`, without its quotes and escapes.
fn decode(text: &str, span: Span) -> Decoded {
    let raw = span.of(text);
    let mut decoder = Decoder::default();
    let quote = raw.chars().next().filter(|first| matches!(first, '"' | '\''));
    let quoted = quote.filter(|quote| raw.len() > 1 && raw.ends_with(*quote));
    let inner = if quoted.is_some() { Span::new(span.start() + 1, span.end() - 1) } else { span };
    let mut from = inner.start();
    if quoted == Some('"') {
        let mut letters = inner.of(text).char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let Some((next_at, next)) = (if letter == '\\' { letters.next() } else { None }) else {
                continue;
            };
            let start = inner.start() + at;
            let end = inner.start() + next_at + next.len_utf8();
            let meant = match next {
                'n' => "\n",
                't' => "\t",
                '"' => "\"",
                '\\' => "\\",
                '$' => "$",
                _ => continue,
            };
            decoder.verbatim(text, Span::new(from, start));
            decoder.decoded(meant, Span::new(start, end));
            from = end;
        }
    }
    decoder.verbatim(text, Span::new(from, inner.end()));
    let quoting = match quoted {
        Some('"') => Quoting::Double,
        Some(_) => Quoting::Single,
        None => Quoting::Bare,
    };
    decoder.finish(span, Codec::ShellWord { pieces: vec![(inner, quoting)] })
}

impl Parsed for DotenvFile {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn decode(&self, node: NodeId) -> Option<Decoded> {
        Some(decode(&self.text, self.entries.get(node.0 as usize)?.value))
    }

    fn remove(&self, nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        let mut removal = Removal::default();
        let mut nodes = nodes.to_vec();
        nodes.sort_unstable();
        nodes.dedup();
        for node in nodes {
            let Some(entry) = self.entries.get(node.0 as usize) else {
                return Err(NoEdit::new("its line was not found"));
            };
            let mut span = entry.lines;
            let mark =
                usize::from(span.start() == 0 && self.text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
            span = Span::new(span.start() + mark, span.end());
            // The last line without a line end takes the one before it.
            if span.end() == self.text.len() && !self.text.ends_with('\n') && span.start() > mark {
                let before = self.text.get(..span.start()).unwrap_or_default();
                let kept =
                    before.strip_suffix('\n').map_or(before, |b| b.strip_suffix('\r').unwrap_or(b)).len();
                span = Span::new(kept, span.end());
            }
            match removal.edits.last_mut() {
                Some(last) if last.span.end() >= span.start() => last.span = last.span.hull(span),
                _ => removal.edits.push(Edit::delete(span)),
            }
            removal.gone.push(entry.whole);
        }
        Ok(removal)
    }

    fn set(&self, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
        let Some(entry) = self.entries.get(node.0 as usize) else {
            return Err(NoEdit::new("its line was not found"));
        };
        if value.contains(['\n', '\r']) {
            return Err(NoEdit::new("a value cannot contain a line break"));
        }
        let plain =
            value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:@,=+${}".contains(&b) || b >= 0x80);
        let written = if plain {
            value.to_owned()
        } else if !value.contains(['"', '\\']) {
            format!("\"{value}\"")
        } else if !value.contains('\'') {
            format!("'{value}'")
        } else {
            return Err(NoEdit::new("a dotenv file cannot contain it"));
        };
        Ok(vec![Edit::replace(entry.value, written)])
    }

    fn insert_after(&self, node: NodeId, key: &str, value: &str) -> Result<Vec<Edit>, NoEdit> {
        let Some(entry) = self.entries.get(node.0 as usize) else {
            return Err(NoEdit::new("its line was not found"));
        };
        let plain = value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./:@,=+".contains(&b));
        if !plain {
            return Err(NoEdit::new("the value needs quotes"));
        }
        let eol = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let lines = entry.lines.of(&self.text);
        let written =
            if lines.ends_with('\n') { format!("{key}={value}{eol}") } else { format!("{eol}{key}={value}") };
        Ok(vec![Edit::replace(Span::at(entry.lines.end()), written)])
    }

    fn data(&self) -> Data<'_> {
        let entries = self.entries.iter().zip(&self.facts.variables);
        Box::new(entries.map(|(entry, variable)| Datum {
            span: entry.whole,
            kind: 0,
            value: format!("variable:{}={}", variable.name, variable.value).into(),
        }))
    }
}
