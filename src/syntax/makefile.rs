//! Makefiles: recipes, variables, `define` blocks. What make expands itself stays as it is written; `$$` is a `$` of the
//! shell's.

use super::grouped::{Between, GroupedEntries, GroupedGroup, GroupedSlot};
use super::{CommentStyle, Language, Parsed};
use crate::embed::{Codec, Decoded, Decoder, NoEdit};
use crate::facts::{Comment, Hint, Import, Region, Variable};
use crate::text::{Notation, SharedText, Span};
use std::collections::BTreeSet;

/// Makefiles.
#[derive(Debug)]
pub(super) struct Makefile;

impl Language for Makefile {
    fn name(&self) -> &'static str {
        "makefile"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["make", "mk"]
    }

    fn file_names(&self) -> &'static [&'static str] {
        &["makefile", "makefile.*", "gnumakefile", "*.mk", "*.mak", "*.make"]
    }

    fn recognises(&self, text: &str) -> bool {
        !text.starts_with("#!") && text.lines().take(60).any(|line| line.starts_with(".PHONY:"))
    }

    fn notation(&self) -> Notation {
        Notation::Make
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        &[CommentStyle::HASH_ALONE]
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        let mut reader = Reader {
            file: GroupedEntries::new(text, quote),
            target: Span::default(),
            exported: Vec::new(),
            included: Vec::new(),
            brought: Vec::new(),
        };
        reader.read();
        let Reader { mut file, exported, included, brought, .. } = reader;
        let named: BTreeSet<&str> = exported.iter().map(|(name, _)| name.as_str()).collect();
        let mut defined = BTreeSet::new();
        for variable in &mut file.facts.variables {
            variable.exported |= named.contains("") || named.contains(variable.name.as_str());
            defined.insert(variable.name.as_str());
        }
        // A variable that is removed or renamed would leave its `export`: that shows in the data.
        for (name, datum) in &exported {
            if let Some(datum) = file.data.get_mut(*datum).filter(|_| defined.contains(name.as_str())) {
                datum.value.to_mut().push_str(" defined");
            }
        }
        // What another file sets reaches a recipe where it is exported: all variables, or one that is not set here.
        let exports = exported.iter().any(|(name, _)| !defined.contains(name.as_str()));
        let whole = Span::new(0, file.text.len());
        let import = |span| Import { span, reach: whole, name: "".into(), is_whole: false, value: None };
        let files = included.into_iter().filter(|files| exports || may_export(files.of(&file.text)));
        file.facts.imports = files.chain(brought).map(import).collect();
        file.facts.imports.sort_by_key(|import| import.span);
        Box::new(file)
    }
}

/// A value of a variable.
fn quote(value: &str) -> Result<String, NoEdit> {
    if value.contains(|sign: char| sign.is_control() || matches!(sign, '#' | '\\')) {
        return Err(NoEdit::new("make would read it differently"));
    }
    let name = value.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
    match name {
        // make has the variables of its environment.
        Some(name) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
            Ok(format!("$({name})"))
        }
        _ if value.contains('$') => Err(NoEdit::new("make would expand it")),
        _ => Ok(value.to_owned()),
    }
}

struct Reader {
    file: GroupedEntries,
    /// The rule whose recipe comes.
    target: Span,
    /// Names that are exported by lines of their own, with the index of the line's datum; an empty one for all.
    exported: Vec<(String, usize)>,
    /// Files that are read as part of this one.
    included: Vec<Span>,
    /// What else may export variables: `$(eval …)`, a shell of its own.
    brought: Vec<Span>,
}

impl Reader {
    fn read(&mut self) {
        let text = self.file.text.clone();
        let mut lines = text.split_inclusive('\n').peekable();
        let mut at = 0;
        let mut block: Option<(Span, Vec<Span>)> = None;
        while let Some(raw) = lines.next() {
            let mut pieces = vec![Span::new(at, at + raw.len())];
            at += raw.len();
            let word = raw.split_whitespace().next().unwrap_or_default();
            if let Some(eval) = evaluated(raw) {
                let line = at - raw.len();
                self.brought.push(trimmed(&text, Span::new(line + eval, line + raw.len())));
            }
            if let Some((opener, body)) = &mut block {
                if word == "endef" {
                    let (opener, body) = (*opener, std::mem::take(body));
                    self.script(&body, opener, "`define` block");
                    self.defined(opener, &body);
                    block = None;
                } else {
                    body.append(&mut pieces);
                }
                continue;
            }
            let mut last = raw;
            while is_continued(last) {
                let Some(next) = lines.next() else { break };
                pieces.push(Span::new(at, at + next.len()));
                at += next.len();
                last = next;
            }
            if raw.starts_with('\t') && raw.trim_start_matches(['\t', ' ', '@', '-', '+']).starts_with('#') {
                // A comment of the shell's: alone it would look like a prompt.
                let Some(line) = pieces.first() else { continue };
                self.file.facts.comments.push(Comment { span: trimmed(&text, *line), own_line: true });
            } else if raw.starts_with('\t') {
                self.script(&pieces, self.target, "recipe");
            } else if word == "define" || raw.split_whitespace().nth(1) == Some("define") {
                block = pieces.first().map(|line| (trimmed(&text, *line), Vec::new()));
            } else {
                self.line(&text, &pieces);
            }
        }
    }

    /// Shell text: each line without its tab and the signs that make itself reads.
    fn script(&mut self, lines: &[Span], opener: Span, what: &'static str) {
        let text: &str = &self.file.text;
        let mut decoder = Decoder::default();
        let mut continues = false;
        for line in lines {
            let raw = line.of(text);
            let tab = usize::from(raw.starts_with('\t'));
            let bare = raw.get(tab..).unwrap_or_default();
            let signs = bare.len() - bare.trim_start_matches(['@', '-', '+', ' ', '\t']).len();
            // `--option` is not a sign; nor is anything on a line that continues another.
            let signs = bare.get(..signs).map_or(0, |signs| signs.find("--").unwrap_or(signs.len()));
            let skip = if continues || bare.get(..signs).is_none_or(|signs| signs.trim().is_empty()) {
                0
            } else {
                signs
            };
            expand(&mut decoder, text, Span::new(line.start() + tab + skip, line.end()));
            continues = is_continued(raw);
        }
        let outer = match (lines.first(), lines.last()) {
            (Some(first), Some(last)) => first.hull(*last),
            _ => return,
        };
        let decoded = decoder.finish(outer, Codec::Recipe);
        self.file.datum(outer, format!("{what} {}", decoded.text));
        self.region(decoded, opener, what);
    }

    /// The variable of a `define` block: its lines may be words of a command.
    fn defined(&mut self, opener: Span, lines: &[Span]) {
        let text: &str = &self.file.text;
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
        let value = first.hull(*last);
        let line = opener.of(text);
        let words = line.split_whitespace().skip_while(|word| *word != "define");
        let Some(name) = words.skip(1).find(|word| *word != "=" && *word != ":=") else { return };
        let Some(at) = line.rfind(name) else { return };
        let name_span = Span::new(at, at + name.len()).shifted(opener.start());
        let (name, value_text) = (name.to_owned(), value.of(text).to_owned());
        let opaque = value_text.contains('$');
        let node = self.file.slot(GroupedSlot { decoded: None, part: None, value: Some(value) });
        self.file.facts.variables.push(Variable {
            node,
            name,
            name_span,
            value: value_text,
            value_span: value,
            opaque,
            exported: false,
        });
    }

    fn region(&mut self, decoded: Decoded, opener: Span, what: &'static str) {
        if !decoded.text.trim().is_empty() {
            let hint = Hint::Language("shell".to_owned());
            self.file.facts.regions.push(Region { hint, decoded, opener, what, reader: None });
        }
    }

    /// A line that is not a recipe: a comment, a variable, a rule.
    fn line(&mut self, text: &str, pieces: &[Span]) {
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else { return };
        let lines = first.hull(*last);
        let bare = trimmed(text, lines);
        let raw = bare.of(text);
        if raw.starts_with('#') {
            self.file.facts.comments.push(Comment { span: bare, own_line: true });
            return;
        }
        self.file.datum(bare, String::new());
        let mut words = raw.split_whitespace();
        if words.next() == Some("export") && !raw.contains('=') {
            let (before, datum) = (self.exported.len(), self.file.data.len() - 1);
            self.exported.extend(words.map(|name| (name.to_owned(), datum)));
            if self.exported.len() == before {
                self.exported.push((String::new(), datum));
            }
        } else if let Some(files) = included(raw) {
            self.included.push(Span::new(bare.end() - files.len(), bare.end()));
        } else if raw.starts_with(".EXPORT_ALL_VARIABLES") {
            self.exported.push((String::new(), self.file.data.len() - 1));
        } else if let Some((name, value)) = assignment(raw) {
            let at = |offset: usize| bare.start() + offset;
            let exported =
                raw.get(..name.start()).is_some_and(|head| head.split_whitespace().any(|it| it == "export"));
            let value = Span::new(at(value), at(value_end(raw, value)));
            if sets_environment(name.of(raw), value.of(text)) {
                self.brought.push(value);
            }
            self.variable(Span::new(at(name.start()), at(name.end())), value, lines, bare, exported);
        } else if let Some(colon) = raw.find(':') {
            self.target = Span::new(bare.start(), bare.start() + colon);
            if let Some(semicolon) = raw.find([';', '#']).filter(|at| raw.as_bytes().get(*at) == Some(&b';'))
            {
                let script = Span::new(bare.start() + semicolon + 1, lines.end());
                self.script(&[script], self.target, "recipe");
            }
        }
    }

    fn variable(&mut self, name: Span, value: Span, lines: Span, whole: Span, exported: bool) {
        let text: &str = &self.file.text;
        let mut decoder = Decoder::default();
        expand(&mut decoder, text, value);
        let decoded = decoder.finish(value, Codec::Recipe);
        let raw = value.of(text);
        let written = name.of(text).to_owned();
        let unquoted = ['"', '\''].iter().find_map(|quote| raw.strip_prefix(*quote)?.strip_suffix(*quote));
        let (shown, opaque) = (unquoted.unwrap_or(raw).to_owned(), raw.contains('$') || raw.contains("{{"));
        let inner = raw.contains([' ', '\t']).then(|| decoded.clone());
        let span = Span::new(name.start(), value.end());
        if let Some(last) = self.file.data.last_mut() {
            last.value = format!("{written}={shown}").into();
        }
        let part = Some((self.file.groups.len(), 0));
        let node = self.file.slot(GroupedSlot { decoded: Some(decoded), part, value: Some(value) });
        self.file.groups.push(GroupedGroup {
            lines,
            span: whole,
            parts: vec![span],
            between: Between::Blanks,
        });
        self.file.facts.variables.push(Variable {
            node,
            name: written,
            name_span: name,
            value: shown,
            value_span: value,
            opaque,
            exported,
        });
        if let Some(inner) = inner {
            self.region(inner, name, "variable");
        }
    }
}

/// The files of `include .env`, `-include x y`.
fn included(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(['-', 's']).strip_prefix("include")?;
    rest.starts_with([' ', '\t']).then_some(rest.trim_start())
}

/// Whether a file of `include` may export variables by itself: a file of variables has no `export`.
fn may_export(files: &str) -> bool {
    files.split_whitespace().any(|file| !file.contains(".env"))
}

/// Where `$(eval …)` begins in a line, if it may export variables.
fn evaluated(line: &str) -> Option<usize> {
    let at = line.find("$(eval ").or_else(|| line.find("${eval "))?;
    let inner = line.get(at..)?.get("$(eval ".len()..)?.trim_start();
    let brings = inner.starts_with('$') || ["export", "include"].iter().any(|word| inner.contains(word));
    brings.then_some(at)
}

/// Whether the shell that reads recipes may set variables: another program than a shell, or one that reads a file first.
fn sets_environment(name: &str, value: &str) -> bool {
    match name {
        "SHELL" => {
            let mut words = value.split_whitespace();
            let program = words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
            // `$(shell which bash)`
            let is_shell = ["sh", "bash", "dash", "zsh", "ksh", "ash", "bash)"].contains(&program)
                || value.starts_with("$(shell ") && value.ends_with("sh)");
            !is_shell || value.contains("rcfile") || value.contains("init-file")
        }
        ".SHELLFLAGS" => value.contains("rcfile") || value.contains("init-file"),
        _ => false,
    }
}

/// Whether an odd number of `\` ends the line.
fn is_continued(line: &str) -> bool {
    let line = line.trim_end_matches(['\n', '\r']);
    (line.len() - line.trim_end_matches('\\').len()) % 2 == 1
}

/// A span without the whitespace around its text.
fn trimmed(text: &str, span: Span) -> Span {
    let raw = span.of(text);
    let start = span.start() + raw.len() - raw.trim_start().len();
    Span::new(start, (span.start() + raw.trim_end().len()).max(start))
}

/// The name, and where the value begins, in `export NAME := value` and `target: NAME = value`.
fn assignment(line: &str) -> Option<(Span, usize)> {
    let equals = line.find('=')?;
    let head = line.get(..equals)?;
    let name_end = head.trim_end_matches([':', '?', '+', '!']).trim_end().len();
    let name = head.get(..name_end)?;
    let start = name.rfind(|sign: char| sign.is_whitespace() || sign == ':').map_or(0, |at| at + 1);
    let name = name.get(start..)?;
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    if name.is_empty() || !name.bytes().all(good) || head.contains(['$', ';', '#', '"', '\'']) {
        return None;
    }
    let behind = line.get(equals + 1..)?;
    Some((Span::new(start, start + name.len()), line.len() - behind.trim_start_matches([' ', '\t']).len()))
}

/// Where a value that begins at `start` ends: before a comment.
fn value_end(line: &str, start: usize) -> usize {
    let value = line.get(start..).unwrap_or_default();
    let comment = value
        .match_indices('#')
        .find(|(at, _)| *at == 0 || !value.get(..*at).is_some_and(|it| it.ends_with('\\')));
    let kept = value.get(..comment.map_or(value.len(), |(at, _)| at)).unwrap_or_default();
    start + kept.trim_end().len()
}

/// The text that make hands on: `$$` becomes `$`. What make expands itself (`$(NAME)`) stays, so that it is read as
/// something unknown.
fn expand(decoder: &mut Decoder, text: &str, span: Span) {
    let bytes = text.as_bytes();
    let (mut from, mut at) = (span.start(), span.start());
    while at < span.end() {
        let meant = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'$'), Some(b'$')) => "$",
            // A shell would read these as redirections and pipes.
            (Some(b'$'), Some(b'<' | b'^' | b'|' | b'%' | b'+')) => "$@",
            _ => {
                at += 1;
                continue;
            }
        };
        decoder.verbatim(text, Span::new(from, at));
        decoder.decoded(meant, Span::new(at, at + 2));
        at += 2;
        from = at;
    }
    decoder.verbatim(text, Span::new(from, span.end()));
}
