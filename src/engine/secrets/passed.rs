//! What loops, calls, pipes and files of a text give to names: by position, rather than by a name beside the value.

use super::given::{At, hash};
use crate::engine::documents::EmbeddedDocument;
use crate::facts::{Command, Facts, Word};
use crate::text::{Notation, Span};
use regex::bytes::{Captures, Regex};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Items of a loop, arguments of a call, words of a line that are looked at.
const MOST: usize = 32;

/// How much text is looked through for the items of a loop or the arguments of a call.
const NEAR: usize = 600;

/// A regular expression for the bytes of a text: names are ASCII.
fn bytes(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("(?-u){pattern}")).ok()
}

/// The names of a loop, before its items: `for x in`, `foreach ($x in`, `for (const x of`, `for /f "…" %%x in`, `{% for x in`.
static LOOP: LazyLock<Option<Regex>> = LazyLock::new(|| {
    bytes(concat!(
        r#"(?i)\b(?:for|foreach|select)\b[ \t]*(?:/[fdrl][ \t]+(?:"[^"\n]*"[ \t]+)?)?\(?[ \t]*(?:(?:const|let|var|my)\b)?[ \t]*"#,
        r"([$%]{0,2}[A-Za-z_]\w*(?:[ \t]*,[ \t]*\$?[A-Za-z_]\w*){0,4})[ \t]+(?:in|of)\b[ \t]*"
    ))
});

/// The name of a block or function that gets each item of what is before it: `.each do |x|`, `.forEach(x =>`; `$_` after a pipe.
static EACH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    bytes(concat!(
        r"(?i)\.(?:each|map|foreach|each_with_index|flat_map)\b[ \t]*(?:do\b|\{|\()?[ \t]*[|(]?[ \t]*([A-Za-z_]\w*)",
        r"|\|[ \t]*(?:ForEach-Object|foreach|%)[ \t]*\{"
    ))
});

/// The definition of a function: its name and its parameters.
static DEFINED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let params = r"\(([^(){}]{0,300})\)";
    let ways = [
        format!(
            r"\b(?:def|function|func|fn|sub|fun|proc|macro)[ \t]+(?:\w+[.:])?([A-Za-z_][\w-]*[?!]?)[ \t]*{params}"
        ),
        format!(
            r"\b([A-Za-z_]\w*)[ \t]*=[ \t]*(?:async[ \t]+)?(?:function\b[ \t]*)?{params}[^=\n{{]{{0,40}}(?:=>|\{{)"
        ),
        r"\b([A-Za-z_]\w*)[ \t]*=[ \t]*(?:lambda[ \t]+)?([a-z]\w*)[ \t]*(?:=>|:[ \t])".to_owned(),
        r"\b[Ff]unction[ \t]+(?:\w+:)?([A-Za-z_][\w-]*)[ \t]*\{\s*[Pp]aram[ \t]*\(([^{}]{0,300}?)\)\s*\n"
            .to_owned(),
        r"\bdef[ \t]+([A-Za-z_]\w*)[ \t]+([a-z]\w*(?:[ \t]*,[ \t]*[a-z]\w*){0,8})[ \t]*\n".to_owned(),
        format!(r"\b([A-Za-z_]\w*)[ \t]*{params}[^=\n{{;]{{0,40}}\{{"),
    ];
    bytes(&format!("(?:{})", ways.join("|")))
});

/// Several names that get a value each: `a, b = "x", "y"`, `const [a, b] = …`.
static UNPACKED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r"\$?[A-Za-z_]\w*";
    bytes(&format!(
        r"(?m)^[ \t]*(?:(?:const|let|var|local|my)\b[ \t]*)?[\[(]?[ \t]*({name}(?:[ \t]*,[ \t]*{name}){{1,8}})[ \t]*[\])}}]?[ \t]*:?=[ \t]*[\[(]?"
    ))
});

/// A variable of PowerShell that gets values, not the output of a command.
static VALUES: LazyLock<Option<Regex>> =
    LazyLock::new(|| bytes(r#"\$(?:\w+:)?([A-Za-z_]\w*)[ \t]*\+?=[ \t]*["'@\[]"#));

/// What gives a name a value in words: the cmdlets of PowerShell, a credential of systemd.
static SET: LazyLock<Option<Regex>> = LazyLock::new(|| {
    bytes(concat!(
        r#"(?i)\b(?:(?:Set|New)-Variable|sv|nv)[ \t]+(?:-Name[ \t]+)?["']?([A-Za-z_]\w*)["']?[ \t]+(?:-Value[ \t]+)?"#,
        r"|\bSetCredential=([\w.-]+):"
    ))
});

/// What gives the result of a function.
static RETURNS: LazyLock<Option<Regex>> = LazyLock::new(|| bytes(r"\breturn\b[ \t]+"));

/// A label that is called, a function of make's that is called, and their arguments.
static CALLED: LazyLock<Option<Regex>> =
    LazyLock::new(|| bytes(r"(?i)\bcall[ \t]+:[\w-]+[ \t]+|\$[({]call[ \t]+[\w.-]+,"));

/// A named part of a template: `{{ define "x" }}…{{ end }}`.
static NAMED: LazyLock<Option<Regex>> =
    LazyLock::new(|| bytes(r#"\{\{-?[ \t]*(?:define|block)[ \t]+"([\w.-]+)"[^}\n]{0,80}\}\}\s*"#));

/// Words before an open parenthesis that call nothing.
const NO_FUNCTIONS: &[&str] =
    &["if", "for", "while", "switch", "catch", "return", "function", "elif", "match", "with"];

/// Commands that print what they are given.
const PRINTING: &[&str] = &["echo", "printf", "print"];

/// How the content of a file is named.
pub(super) fn file(path: &str) -> Option<String> {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    (!name.is_empty() && !name.contains(['$', '*', '?'])).then(|| format!("file/{name}"))
}

/// How a positional parameter is named: of the function whose body begins at `function`, or of none.
pub(in crate::engine) fn position(function: usize, number: usize) -> String {
    format!("@{function}:{number}")
}

/// The body of the function that `at` is in: where it begins.
pub(in crate::engine) fn function_at(facts: &Facts, at: usize) -> usize {
    let behind = facts.functions.partition_point(|body| body.start() <= at);
    // Functions are seldom in functions.
    let near = facts.functions.get(behind.saturating_sub(8)..behind).unwrap_or_default();
    near.iter().rev().find(|body| body.contains(Span::at(at))).map_or(0, |body| body.start())
}

/// Collects the places.
pub(super) struct PassedWords<'a> {
    doc: usize,
    document: &'a EmbeddedDocument,
    text: &'a str,
    notation: Notation,
    pub(super) list: Vec<(u64, At)>,
}

impl<'a> PassedWords<'a> {
    pub(super) fn new(doc: usize, document: &'a EmbeddedDocument) -> Self {
        let (text, notation) = (&*document.text, document.language.notation());
        Self { doc, document, text, notation, list: Vec::new() }
    }

    fn add(&mut self, name: &str, at: At) {
        self.list.push((hash(name), at));
    }

    /// All that the text passes on.
    pub(super) fn find(mut self) -> Vec<(u64, At)> {
        self.commands();
        self.loops();
        self.names();
        for (whole, _) in self.captured(&CALLED, "call") {
            let make = whole.of(self.text).ends_with(',');
            let ends = if make { Ends::Bracket } else { Ends::Words };
            for (index, span) in arguments(self.text, whole.end(), ends).into_iter().enumerate() {
                self.add("@", At::Span(self.doc, span));
                self.add(&position(0, index + 1), At::Span(self.doc, span));
            }
        }
        self.calls();
        self.list
    }

    /// What is like `pattern` in a text that contains `sign`: all of it, and its first group.
    fn captured(&self, pattern: &LazyLock<Option<Regex>>, sign: &str) -> Vec<(Span, Option<&'a str>)> {
        let text = self.text;
        if memchr::memmem::find(text.as_bytes(), sign.as_bytes()).is_none() {
            return Vec::new();
        }
        let all = pattern.iter().flat_map(|it| it.captures_iter(text.as_bytes()));
        all.filter_map(|found| {
            let group = found.iter().skip(1).flatten().next();
            Some((Span::from(found.get(0)?.range()), group.and_then(|group| text.get(group.range()))))
        })
        .collect()
    }

    /// What loops give to their names.
    fn loops(&mut self) {
        for (whole, names) in self.captured(&LOOP, " ") {
            for name in names.unwrap_or_default().split(',') {
                self.items(name.trim_matches(['$', '%', ' ', '\t']), whole.end());
            }
        }
        for sign in [".", "|"] {
            for (whole, name) in self.captured(&EACH, sign) {
                let start = line_start(self.text, whole.start());
                match name {
                    Some(name) => self.add(name, At::Value(self.doc, start)),
                    None => self.words("_", start, whole.start()),
                }
            }
        }
    }

    /// What statements give to names that are not right before the value.
    fn names(&mut self) {
        for (whole, names) in self.captured(&UNPACKED, "=") {
            let values = arguments(self.text, whole.end(), Ends::Line);
            for (name, span) in names.unwrap_or_default().split(',').zip(values) {
                self.add(name.trim_matches(['$', ' ', '\t']), At::Span(self.doc, span));
            }
        }
        for (sign, named) in [("V", false), ("v", false), ("SetCredential", true)] {
            for (whole, name) in self.captured(&SET, sign) {
                let name = name.unwrap_or_default();
                if named {
                    self.add(&format!("file/{name}"), At::Field(self.doc, whole.end()));
                } else {
                    self.add(name, At::Value(self.doc, whole.end()));
                }
            }
        }
        let shell = self.notation == Notation::Shell;
        for (whole, name) in self.captured(&VALUES, if shell { "$" } else { "\0" }) {
            let start = whole.end() - 1;
            let line = self.text.get(start..end_of_line(self.text, start)).unwrap_or_default();
            for (at, _) in line.match_indices(['"', '\'']).step_by(2).take(MOST) {
                self.add(name.unwrap_or_default(), At::Field(self.doc, start + at + 1));
            }
        }
        for (whole, name) in self.captured(&NAMED, "{{") {
            let name = name.unwrap_or_default();
            self.add(name.rsplit('.').next().unwrap_or(name), At::Field(self.doc, whole.end()));
        }
    }

    /// What commands of a shell print into files, variables and pipes.
    fn commands(&mut self) {
        let document = self.document;
        let facts = document.parsed.facts();
        let bodies: BTreeMap<usize, &str> = facts
            .functions
            .iter()
            .filter_map(|body| Some((body.start(), name_before(self.text.get(..body.start())?)?)))
            .collect();
        for (index, command) in facts.commands.iter().enumerate() {
            let Some((program, words)) = command.words.split_first() else { continue };
            let name = program.text.as_str();
            if PRINTING.contains(&name)
                && let Some(function) = bodies.get(&function_at(facts, command.span.start()))
            {
                let called = format!("call/{function}");
                for word in words.iter().filter(|word| !word.text.contains('%')) {
                    // `$(NAME)` may be a variable too.
                    self.add(function, At::Span(self.doc, word.span));
                    self.add(&called, At::Span(self.doc, word.span));
                }
            }
            if matches!(name, "read" | "mapfile" | "readarray") {
                self.read(facts, index, command, words);
            }
            if name == "printf"
                && let Some([option, variable, format @ ..]) = words.get(..)
                && option.text == "-v"
            {
                for word in format.iter().filter(|word| !word.text.contains('%')) {
                    self.add(&variable.text, At::Span(self.doc, word.span));
                }
            }
            let target = command.redirects.iter().find(|it| it.operator.ends_with('>'));
            let target = target.map(|it| it.target.text.as_str());
            let written = if name == "tee" { words.last().map(|it| it.text.as_str()) } else { target };
            let Some(name) = written.and_then(file) else { continue };
            for span in self.given(facts, index, command) {
                self.add(&name, At::Span(self.doc, span));
            }
            for word in words.iter().filter(|_| PRINTING.contains(&program.text.as_str())) {
                self.add(&name, At::Span(self.doc, word.span));
            }
        }
    }

    /// Words that a command reads: of its here-documents and here-strings, and what is printed into it.
    fn given(&self, facts: &Facts, index: usize, command: &Command) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for redirect in command.redirects.iter().filter(|it| it.operator.ends_with("<<<")) {
            spans.extend(inner_words(self.text, redirect.target.span));
        }
        for region in facts.regions.iter().filter(|it| it.reader.is_none_or(|it| it == index)).take(MOST) {
            spans.extend(inner_words(self.text, region.decoded.segments.outer()));
        }
        let before = command.piped_from.and_then(|before| facts.commands.get(before));
        let prints = |it: &&Command| it.words.first().is_some_and(|it| PRINTING.contains(&it.text.as_str()));
        let printed = before.filter(prints).into_iter().flat_map(|it| it.words.iter().skip(1)).take(MOST);
        spans.extend(printed.flat_map(|word| inner_words(self.text, word.span)));
        spans
    }

    /// `read -r NAME NAME`: each line gives its words in their order.
    fn read(&mut self, facts: &Facts, index: usize, command: &Command, words: &[Word]) {
        let mut names: Vec<&str> = Vec::new();
        let mut is_value = false;
        for word in words {
            let option = word.text.starts_with('-');
            if !option && !is_value {
                names.push(&word.text);
            }
            is_value = option && word.text.ends_with(['p', 'd', 'n', 't', 'u', 'N']) && word.text != "-t";
        }
        let spans = self.given(facts, index, command);
        let array = words.iter().any(|word| word.text.starts_with('-') && word.text.contains('a'));
        let whole = array || command.words.first().is_some_and(|it| it.text != "read");
        let mut column = 0;
        let mut before = None;
        for span in spans {
            let between = before.and_then(|end| self.text.get(end..span.start())).unwrap_or("\n");
            column = if between.contains('\n') { 0 } else { column + 1 };
            before = Some(span.end());
            let name = if whole { names.last() } else { names.get(column) };
            if let Some(name) = name {
                self.add(name, At::Span(self.doc, span));
            }
        }
    }

    /// The items of a loop, which begin at `at`.
    fn items(&mut self, name: &str, at: usize) {
        if self.notation == Notation::Shell {
            let end = end_of_line(self.text, at);
            let line = self.text.get(at..end).unwrap_or_default();
            let end =
                [" do ", ";", "{"].iter().filter_map(|sign| line.find(sign)).min().unwrap_or(line.len());
            self.words(name, at, at + end);
        } else {
            self.add(name, At::Code(self.doc, at));
        }
    }

    /// Each word between two bytes.
    fn words(&mut self, name: &str, from: usize, to: usize) {
        let separates =
            |sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'' | ',' | '(' | ')' | '@' | '|');
        let text = self.text.get(from..to).unwrap_or_default();
        let mut at = from;
        for word in text.split(separates).take(2 * MOST) {
            let start = at;
            at = start + word.len();
            at += self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            if !word.is_empty() && !PRINTING.contains(&word) {
                self.add(name, At::Field(self.doc, start));
            }
        }
    }

    /// Arguments of functions, by the parameters of their definitions.
    fn calls(&mut self) {
        let mut defined: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
        let text = self.text;
        if !text.contains('(') && !text.contains("def ") {
            return;
        }
        for found in DEFINED.iter().flat_map(|it| it.captures_iter(text.as_bytes())) {
            let Some((name, parameters)) = definition(text, &found) else { continue };
            if NO_FUNCTIONS.contains(&name) {
                continue;
            }
            let all = parameters.split(',').map(names_of).filter(|it| !is_receiver(it)).collect();
            // What begins a class takes its arguments.
            let class = matches!(name, "__init__" | "initialize" | "constructor");
            let name =
                if class { class_before(text, found.get(0).map_or(0, |it| it.start())) } else { Some(name) };
            let Some(name) = name else { continue };
            defined.insert(name, all);
            let behind = found.get(0).map_or(0, |it| it.end());
            let near = near(text, behind);
            if let Some(result) = RETURNS.as_ref().and_then(|it| it.find(near.as_bytes())) {
                self.add(&format!("call/{name}"), At::Value(self.doc, behind + result.end()));
            }
        }
        if defined.is_empty() {
            return;
        }
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'?' | b'!');
        let bytes = text.as_bytes();
        let mut at = 0;
        // Calls in calls are not looked through again and again.
        let mut left = 4 * text.len() + NEAR;
        while let Some(offset) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| is_part(*byte)))
        {
            let start = at + offset;
            let end = start
                + bytes.get(start..).map_or(0, |rest| rest.iter().take_while(|byte| is_part(**byte)).count());
            at = end;
            let Some(parameters) = text.get(start..end).and_then(|name| defined.get(name)) else { continue };
            let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t']);
            let defines = ["def", "function", "func", "fn", "sub", "fun", "proc", "macro"];
            if defines.iter().any(|word| before.ends_with(word)) {
                continue;
            }
            let brackets = bytes.get(end) == Some(&b'(');
            let begins = before.is_empty() || before.ends_with(['\n', ';', '{', '(', '|', '&']);
            if !brackets && (!begins || !matches!(bytes.get(end), Some(b' ' | b'\t'))) {
                continue;
            }
            let words = !brackets && self.notation == Notation::Shell;
            let mut index = 0;
            let mut option: Option<&str> = None;
            let Some(rest) = left.checked_sub(NEAR.min(text.len() - end)) else { return };
            let ends = if words {
                Ends::Words
            } else if brackets {
                Ends::Bracket
            } else {
                Ends::Line
            };
            let arguments = arguments(text, end + usize::from(brackets), ends);
            let last = arguments.last().map_or(end, |it: &Span| it.end());
            left = rest + NEAR.min(text.len() - end) - (last - end).min(NEAR);
            for span in arguments {
                let argument = span.of(text);
                if let Some(name) = option.take() {
                    self.add(name, At::Span(self.doc, span));
                    continue;
                }
                if words && let Some(name) = argument.strip_prefix('-') {
                    option = parameters.iter().flatten().find(|it| it.eq_ignore_ascii_case(name)).copied();
                    continue;
                }
                for name in parameters.get(index).into_iter().flatten() {
                    self.add(name, At::Span(self.doc, span));
                }
                index += 1;
            }
        }
    }
}

/// The name and the parameters that one of the ways to define a function captures.
fn definition<'t>(text: &'t str, found: &Captures<'_>) -> Option<(&'t str, &'t str)> {
    let mut groups = found.iter().skip(1).flatten().map(|it| text.get(it.range()).unwrap_or_default());
    Some((groups.next()?, groups.next().unwrap_or_default()))
}

/// The names in one parameter: `tok`, `[string]$tok = "x"`, `tok: str`, `String tok`.
fn names_of(parameter: &str) -> Vec<&str> {
    let parameter = parameter.split('=').next().unwrap_or_default();
    let parameter = parameter.rsplit(']').next().unwrap_or_default();
    let parameter = parameter.split(':').next().unwrap_or_default();
    let words = parameter.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
    words.filter(|word| word.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_')).collect()
}

/// Whether a parameter is the object of a method.
fn is_receiver(names: &[&str]) -> bool {
    matches!(names, ["self" | "cls"])
}

/// The name of the class that a method before `at` belongs to.
fn class_before(text: &str, at: usize) -> Option<&str> {
    let from = (at.saturating_sub(NEAR)..=at).find(|at| text.is_char_boundary(*at))?;
    let before = text.get(from..at)?;
    let name = before.get(before.rfind("class ")? + "class ".len()..)?;
    name.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next()
}

/// The name before the body of a function of a shell.
fn name_before(before: &str) -> Option<&str> {
    let signs = |sign: char| sign.is_whitespace() || matches!(sign, '{' | '(' | ')');
    before.trim_end_matches(signs).rsplit(|sign: char| sign.is_whitespace() || sign == ';').next()
}

/// Where arguments end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// With the line; they are words.
    Words,
    /// With the line; commas are between them.
    Line,
    /// With a bracket; commas are between them.
    Bracket,
}

/// The arguments from `at` on: words up to the end of the line, or what is between commas up to the closing bracket.
fn arguments(text: &str, at: usize, ends: Ends) -> Vec<Span> {
    let words = ends == Ends::Words;
    let bytes = near(text, at).as_bytes();
    let mut found = Vec::new();
    let (mut depth, mut quote, mut start) = (0_usize, None, None);
    let mut offset = 0;
    let end = |start: &mut Option<usize>, offset: usize, found: &mut Vec<Span>| {
        if let Some(from) = start.take() {
            let span = Span::new(at + from, at + offset);
            let length = span.of(text).trim_end().len();
            found.push(Span::new(span.start(), span.start() + length));
        }
    };
    while let Some(byte) = bytes.get(offset).copied().filter(|_| found.len() < MOST) {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (Some(_), b'\\') => offset += 1,
            (Some(_), _) => {}
            (None, b'\n' | b';' | b'|' | b'&') if words => break,
            (None, b'\n') if depth == 0 && ends == Ends::Line => break,
            (None, b' ' | b'\t') if words && depth == 0 => {
                end(&mut start, offset, &mut found);
                offset += 1;
                continue;
            }
            (None, b',') if !words && depth == 0 => {
                // An empty argument counts.
                start = start.or(Some(offset));
                end(&mut start, offset, &mut found);
                offset += 1;
                continue;
            }
            (None, b')' | b']' | b'}') if depth == 0 => break,
            (None, b')' | b']' | b'}') => depth -= 1,
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b'"' | b'\'' | b'`') => {
                start = start.or(Some(offset));
                quote = Some(byte);
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            start = start.or(Some(offset));
        }
        offset += 1;
    }
    end(&mut start, offset.min(bytes.len()), &mut found);
    found
}

/// The words in the bytes `span`, without quotes.
pub(super) fn inner_words(text: &str, span: Span) -> Vec<Span> {
    let mut at = span.start();
    let mut found = Vec::new();
    for word in span.of(text).split(|sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'')) {
        let start = at;
        at = start + word.len();
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        if !word.is_empty() && found.len() < 8 * MOST {
            found.push(Span::new(start, start + word.len()));
        }
    }
    found
}

/// The text after `at`, as far as it is looked through.
fn near(text: &str, at: usize) -> &str {
    let end = (at + NEAR).min(text.len());
    (0..4).find_map(|less| text.get(at..end.saturating_sub(less))).unwrap_or_default()
}

fn end_of_line(text: &str, at: usize) -> usize {
    let near = near(text, at);
    at + near.find('\n').unwrap_or(near.len())
}

/// Where the line of `at` begins, or something before it in a long one.
pub(in crate::engine) fn line_start(text: &str, at: usize) -> usize {
    let from = at.saturating_sub(NEAR);
    let before = text.as_bytes().get(from..at).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(if from == 0 { 0 } else { at }, |line| from + line + 1)
}
