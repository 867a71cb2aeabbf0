//! Instructions and the lines they take.

use crate::facts::Comment;
use crate::text::Span;

/// An instruction.
#[derive(Debug)]
pub(super) struct Instruction {
    pub(super) keyword: Span,
    /// What comes after the keyword, line by line, without comments and empty lines between continued lines.
    pub(super) arguments: Vec<Span>,
    pub(super) heredocs: Vec<Heredoc>,
    /// All its lines.
    pub(super) lines: Span,
}

/// A here-document.
#[derive(Debug)]
pub(super) struct Heredoc {
    /// `<<EOF`
    pub(super) opener: Span,
    pub(super) delimiter: String,
    pub(super) quoted: bool,
    pub(super) strip_tabs: bool,
    /// Its lines, the delimiter's last.
    pub(super) lines: Vec<Span>,
}

const KEYWORDS: &[&str] = &[
    "FROM",
    "RUN",
    "CMD",
    "LABEL",
    "MAINTAINER",
    "EXPOSE",
    "ENV",
    "ADD",
    "COPY",
    "ENTRYPOINT",
    "VOLUME",
    "USER",
    "WORKDIR",
    "ARG",
    "ONBUILD",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
];

/// The instructions of a Dockerfile, its comments, and the sign that continues a line.
pub(super) fn split(text: &str) -> (Vec<Instruction>, Vec<Comment>, u8) {
    let lines = lines(text);
    let escape = escape_sign(text, &lines);
    let mut out = Vec::new();
    let mut comments = Vec::new();
    let mut at = 0;
    // Once a here-document has no end, others of that name further on have none either.
    let mut endless: Vec<String> = Vec::new();
    while let Some(line) = lines.get(at) {
        let first = at;
        at += 1;
        if note_comment(text, *line, &mut comments) {
            continue;
        }
        let Some(keyword) = keyword(text, *line) else { continue };
        let mut arguments = vec![Span::new(keyword.end(), line.end())];
        let mut last = first;
        let mut continues = is_continued(text, *line, escape);
        while continues {
            let Some(line) = lines.get(at) else { break };
            at += 1;
            if line.of(text).trim().is_empty() || note_comment(text, *line, &mut comments) {
                continue;
            }
            arguments.push(*line);
            last = at - 1;
            continues = is_continued(text, *line, escape);
        }
        at = last + 1;
        let mut heredocs = Vec::new();
        if ["RUN", "COPY", "ADD"].iter().any(|it| keyword.of(text).eq_ignore_ascii_case(it)) {
            heredocs = arguments.iter().flat_map(|line| openers(text, *line)).collect();
            for heredoc in &mut heredocs {
                let end = body_end(text, lines.get(at..).unwrap_or_default(), heredoc, &mut endless);
                let Some(end) = end else { continue };
                heredoc.lines = lines.get(at..=at + end).unwrap_or_default().to_vec();
                at += end + 1;
            }
            heredocs.retain(|heredoc| !heredoc.lines.is_empty());
        }
        let whole = lines.get(at - 1).map_or(*line, |end| line.hull(*end));
        out.push(Instruction { keyword, arguments, heredocs, lines: whole });
    }
    (out, comments, escape)
}

/// All lines, with their line ends.
fn lines(text: &str) -> Vec<Span> {
    let mut at = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    let mut out = Vec::new();
    for line in text.get(at..).unwrap_or_default().split_inclusive('\n') {
        out.push(Span::new(at, at + line.len()));
        at += line.len();
    }
    out
}

/// `# escape=` in the first lines.
fn escape_sign(text: &str, lines: &[Span]) -> u8 {
    for line in lines {
        let Some((name, value)) =
            line.of(text).trim().strip_prefix('#').and_then(|line| line.split_once('='))
        else {
            break;
        };
        if name.trim().eq_ignore_ascii_case("escape") && value.trim() == "`" {
            return b'`';
        }
    }
    b'\\'
}

fn note_comment(text: &str, line: Span, comments: &mut Vec<Comment>) -> bool {
    let raw = line.of(text);
    let blanks = raw.len() - raw.trim_start().len();
    let found = raw.trim_start().starts_with('#');
    if found {
        let span = Span::new(line.start() + blanks, line.start() + raw.trim_end().len());
        comments.push(Comment { span, own_line: true });
    }
    found
}

/// The keyword of an instruction that begins on this line; after `ONBUILD`, that of the inner one.
fn keyword(text: &str, line: Span) -> Option<Span> {
    let raw = line.of(text);
    let mut at = 0;
    loop {
        let rest = raw.get(at..)?;
        at += rest.len() - rest.trim_start().len();
        let rest = raw.get(at..)?;
        let len = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = rest.get(..len)?;
        // Of Earthfiles.
        if !word.is_empty() && rest.get(len..)?.trim_end() == ":" && at == raw.len() - raw.trim_start().len()
        {
            return Some(Span::new(line.start() + at, line.start() + at + len + 1));
        }
        let known = KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word)) || word == "DO";
        if !known || !rest.get(len..)?.starts_with([' ', '\t']) {
            return None;
        }
        if !word.eq_ignore_ascii_case("ONBUILD") {
            return Some(Span::new(line.start() + at, line.start() + at + len));
        }
        at += len;
    }
}

fn is_continued(text: &str, line: Span, escape: u8) -> bool {
    line.of(text).trim_end().as_bytes().last() == Some(&escape)
}

/// Bytes of flags (`--mount=…`), spaces and continued lines before the arguments of an instruction.
pub(super) fn flags(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        let behind = text.get(at + blank..).unwrap_or_default();
        if let Some(newline) = behind
            .strip_prefix(['\\', '`'])
            .filter(|it| it.trim_start_matches([' ', '\t', '\r']).starts_with('\n'))
        {
            at += blank + behind.len() - newline.len();
        } else if behind.starts_with("--") {
            at += blank + behind.find(char::is_whitespace).unwrap_or(behind.len());
        } else {
            return at + blank;
        }
    }
}

/// The here-documents that a line opens.
fn openers(text: &str, line: Span) -> Vec<Heredoc> {
    let mut out = Vec::new();
    let raw = line.of(text);
    let mut quote = None;
    let mut at = 0;
    let bytes = raw.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            (None, b'<') if raw.get(at..).is_some_and(|rest| rest.starts_with("<<")) => {
                let start = at;
                at += 2;
                if bytes.get(at) == Some(&b'<') {
                    at += 1;
                    continue;
                }
                let strip_tabs = bytes.get(at) == Some(&b'-');
                at += usize::from(strip_tabs);
                let open = bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
                at += usize::from(open.is_some());
                let rest = raw.get(at..).unwrap_or_default();
                let len = rest
                    .bytes()
                    .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
                    .count();
                let delimiter = rest.get(..len).unwrap_or_default().to_owned();
                at += len + usize::from(open.is_some());
                if !delimiter.is_empty() && !delimiter.starts_with(|first: char| first.is_ascii_digit()) {
                    let opener = Span::new(line.start() + start, line.start() + at);
                    let quoted = open.is_some();
                    out.push(Heredoc { opener, delimiter, quoted, strip_tabs, lines: Vec::new() });
                }
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    out
}

/// Index of the line that ends a here-document.
fn body_end(text: &str, lines: &[Span], heredoc: &Heredoc, endless: &mut Vec<String>) -> Option<usize> {
    if endless.contains(&heredoc.delimiter) || endless.len() > 16 {
        return None;
    }
    let found = lines.iter().position(|line| {
        let line = line.of(text).trim_end_matches(['\n', '\r']);
        let line = if heredoc.strip_tabs { line.trim_start_matches('\t') } else { line };
        line == heredoc.delimiter
    });
    if found.is_none() {
        endless.push(heredoc.delimiter.clone());
    }
    found
}
