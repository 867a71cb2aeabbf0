//! Expressions of programs and templates: words are names, strings are literals.

use super::shape::{self, is_identifier};
use super::{Lexer, Literal, Notation, SHORTEST, Stop, Usage};
use crate::text::Span;

/// Functions that give back what they are given, or one of several.
const TRANSPARENT: &[&str] = &[
    "default",
    "d",
    "coalesce",
    "ternary",
    "or",
    "and",
    "nvl",
    "try",
    "first",
    "compact",
    "orelse",
    "orelseget",
    "iif",
    "either",
    "ifnull",
    "b64dec",
    "b64enc",
    "base64decode",
    "base64encode",
    "b64decode",
    "b64encode",
    "quote",
    "squote",
    "sensitive",
    "nonsensitive",
    "tostring",
    "trim",
    "trimspace",
    "chomp",
    "strip",
    "str",
    "string",
    "print",
    "concat",
    "one",
    "element",
    "tolist",
    "toset",
    "upper",
    "lower",
    "unwrap_or",
    "unwraporelse",
    "unwrapor",
    "value_or",
    "secret",
    "toyaml",
    "tojson",
    "jsonencode",
    "yamlencode",
];

/// Functions that look up a name: the argument after the name is the default value.
const LOOKUPS: &[&str] = &[
    "get",
    "fetch",
    "dig",
    "getordefault",
    "getproperty",
    "getenv",
    "lookup",
    "env",
    "environ",
    "getattr",
    "pop",
    "setdefault",
    "hiera",
    "findproperty",
];

/// Functions that take an element of their first argument, in Go's templates.
const HOLDERS: &[&str] = &["get", "index", "pluck", "first", "last", "values"];

/// Functions that print a part of a template, which their first argument names.
const PARTS: &[&str] = &["include", "template", "partial"];

/// Words between values.
const OPERATORS: &[&str] = &[
    "or", "and", "else", "if", "unless", "then", "not", "return", "elif", "elsif", "with", "range", "yield",
    "await", "when", "case", "do", "end", "set", "let", "var", "const", "val", "def", "my", "local",
    "export", "echo",
];

/// Words that compare.
const COMPARISONS: &[&str] = &["is", "in", "eq", "ne", "lt", "gt", "le", "ge", "contains", "startswith"];

/// What came last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// Nothing: an expression, an argument or an entry begins.
    Start,
    Word,
    Text,
    /// A closing bracket.
    Closed,
    Operator,
    Comparison,
}

/// An open bracket, or the whole expression.
#[derive(Debug)]
struct LiteralLevel {
    bracket: u8,
    /// The function whose arguments it contains.
    callee: Option<String>,
    index: usize,
    /// The first word, which may be a function whose arguments follow without brackets.
    head: Option<String>,
    heads: usize,
    last: Last,
    usage: Usage,
}

impl LiteralLevel {
    fn new(bracket: u8, callee: Option<String>, usage: Usage) -> Self {
        Self { bracket, callee, index: 0, head: None, heads: 0, last: Last::Start, usage }
    }

    /// Another argument, entry or branch begins.
    fn restart(&mut self, last: Last) {
        self.head = None;
        self.heads = 0;
        self.last = last;
    }

    /// What something is used for that comes now.
    fn now(&self) -> Usage {
        let usage = match &self.callee {
            Some(callee) => argument(callee, self.index, self.usage),
            None => self.usage,
        };
        let usage = match &self.head {
            Some(head) if matches!(self.last, Last::Word | Last::Text | Last::Closed) => {
                // In Go's templates it has no default.
                if head == "lookup" { Usage::Argument } else { argument(head, self.heads, usage) }
            }
            _ => usage,
        };
        if usage == Usage::Value && self.last == Last::Comparison { Usage::Argument } else { usage }
    }
}

/// What a function does with the argument of that index.
fn argument(callee: &str, index: usize, usage: Usage) -> Usage {
    if usage == Usage::Name {
        return usage;
    }
    let lower = callee.to_ascii_lowercase();
    let name = lower.rsplit(['.', ':', '>']).next().unwrap_or(&lower);
    let of_environment = lower.contains("env");
    match (name, index) {
        // A part of a template prints what it is called with.
        (name, 0) if PARTS.contains(&name) => return Usage::Name,
        (name, _) if PARTS.contains(&name) => return usage,
        // Keys and values by turns.
        ("dict", index) => return if index % 2 == 0 { Usage::Name } else { usage },
        ("set", 2) | ("list" | "tuple" | "toset" | "concat", _) => return usage,
        _ => {}
    }
    match index {
        0 if of_environment => Usage::Name,
        0 if LOOKUPS.contains(&name) => Usage::Argument,
        1 if matches!(name, "lookup" | "getattr") => Usage::Argument,
        _ if of_environment || LOOKUPS.contains(&name) || TRANSPARENT.contains(&name) => usage,
        _ => Usage::Argument,
    }
}

impl Lexer<'_> {
    /// An expression up to `stop`, which is not taken. `loose` where it may be text after all.
    pub(super) fn code(&mut self, stop: Stop, usage: Usage, loose: bool) {
        let mut levels = vec![LiteralLevel::new(0, None, usage)];
        while let Some(byte) = self.peek(0) {
            let count = levels.len();
            let Some(level) = levels.last_mut() else { return };
            let nested = count > 1;
            if !nested && self.is_end(stop) {
                return;
            }
            match byte {
                b'\n' if !nested && stop == Stop::Statement && !self.goes_on(level.last) => return,
                b'\n' => {
                    if level.bracket == b'{' {
                        level.restart(Last::Start);
                    }
                    self.at += 1;
                }
                byte if byte.is_ascii_whitespace() => self.at += 1,
                b'\\' if matches!(self.peek(1), Some(b'"' | b'\'')) => {
                    let usage = self.string_usage(level);
                    let quote = self.peek(1).unwrap_or_default();
                    self.at += 2;
                    self.string(Stop::Escaped(quote), usage);
                    level.last = Last::Text;
                    level.heads += 1;
                }
                b'\\' => self.at += 1,
                // Ruby's `%q(…)`.
                b'%' if let Some(stop) = self.percent_string() => {
                    let usage = self.string_usage(level);
                    self.at += 3;
                    self.string(stop, usage);
                    level.last = Last::Text;
                    level.heads += 1;
                }
                b'"' | b'`' => self.literal(level, byte),
                b'\'' if self.notation != Notation::Hcl => self.literal(level, byte),
                b'<' if self.opens_document() => self.here_document(level.now()),

                b'(' | b'[' | b'{' => {
                    self.at += 1;
                    let next = open(byte, level);
                    levels.push(next);
                }
                b')' | b']' | b'}' => {
                    if !nested && stop == Stop::Statement {
                        return;
                    }
                    self.at += 1;
                    if nested {
                        levels.pop();
                    }
                    if let Some(level) = levels.last_mut() {
                        level.last = Last::Closed;
                        level.heads += 1;
                    }
                }
                b',' => {
                    self.at += 1;
                    level.index += 1;
                    level.restart(Last::Start);
                }
                b'#' if self.is_comment() => {
                    self.take(|byte| byte != b'\n');
                }
                byte if is_word(byte) || byte == b'.' && self.peek(1).is_some_and(is_word) => {
                    self.word(level, loose);
                }
                b'$' | b'@' | b'%' if self.peek(1).is_some_and(is_word) => self.at += 1,
                _ => self.operator(level),
            }
        }
    }

    /// What ends the string that begins with `%q(`, `%Q[`, `%w{`.
    fn percent_string(&self) -> Option<Stop> {
        let is_kind = self.peek(1).is_some_and(|byte| b"qQwW".contains(&byte));
        if !is_kind || self.notation != Notation::Code {
            return None;
        }
        let close = match self.peek(2)? {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            sign @ (b'|' | b'!' | b'/') => sign,
            _ => return None,
        };
        Some(Stop::Byte(close))
    }

    /// Whether a statement continues in the next line.
    fn goes_on(&self, last: Last) -> bool {
        let before = self.text.get(..self.at).unwrap_or_default().as_bytes();
        let tail = before.iter().rev().find(|byte| !matches!(byte, b' ' | b'\t' | b'\r'));
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let next = rest.iter().take(200).find(|byte| !byte.is_ascii_whitespace());
        last == Last::Operator || tail == Some(&b'\\') || next.is_some_and(|byte| b"?|:+.&".contains(byte))
    }

    /// Whether a `#` begins a comment.
    fn is_comment(&self) -> bool {
        self.peek(1).is_none_or(|byte| byte != b'{') && self.notation == Notation::Code
    }

    /// Whether a here-document begins: `<<EOT`, `<<-EOT`, `<<~'EOT'`.
    fn opens_document(&self) -> bool {
        let rest = self.text.get(self.at..).and_then(|rest| rest.strip_prefix("<<")).unwrap_or_default();
        let name = rest.trim_start_matches(['-', '~', '<']).trim_start_matches(['"', '\'']);
        self.notation == Notation::Code
            && name.starts_with(|sign: char| sign.is_ascii_uppercase() || sign == '_')
    }

    fn operator(&mut self, level: &mut LiteralLevel) {
        let signs = self.take(|byte| b"=!<>~?:|&+-*/^;%$@".contains(&byte)).to_owned();
        if signs.is_empty() {
            self.at +=
                self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            return;
        }
        let compares =
            matches!(&*signs, "==" | "!=" | "===" | "!==" | "=~" | "!~" | "<" | ">" | "<=" | ">=" | "<=>");
        // A method of what came before.
        let path = matches!(&*signs, "::" | "->" | "?" | "!")
            && self.peek(0).is_some_and(|byte| is_word(byte) || byte == b'.');
        if path && signs != "?" {
            return;
        }
        level.restart(if compares { Last::Comparison } else { Last::Operator });
    }

    /// A string that begins at a quote.
    fn literal(&mut self, level: &mut LiteralLevel, quote: u8) {
        let usage = self.string_usage(level);
        let (before, reads) = (self.out.literals.len(), self.out.reads.len());
        let triple = [quote; 3];
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.starts_with(&triple) && quote != b'`' {
            self.at += 3;
            self.string(Stop::Triple(quote), usage);
        } else if quote == b'\'' && rest.starts_with(b"''") && !ends_value(rest.get(2)) {
            // An indented string of Nix.
            self.at += 2;
            self.string(Stop::Pair(*b"''"), usage);
        } else {
            self.at += 1;
            self.string(Stop::Byte(quote), usage);
        }
        if usage == Usage::Value && self.is_compared() {
            // What something is compared with is only looked at.
            let found = self.out.literals.split_off(before);
            self.out.literals.extend(found.into_iter().filter(|it| !shape::secrets(&it.text).is_empty()));
        }
        let is_part = level.heads == 0 && level.head.as_deref().is_some_and(|head| PARTS.contains(&head));
        for read in self.out.reads.get_mut(reads..).unwrap_or_default() {
            read.is_value |= is_part && level.usage == Usage::Value;
        }
        level.last = Last::Text;
        level.heads += 1;
    }

    /// What a string is used for that begins here.
    fn string_usage(&self, level: &LiteralLevel) -> Usage {
        let entry = level.bracket == b'{' && level.last == Last::Start;
        if level.bracket == b'i' || entry && self.is_key() { Usage::Name } else { level.now() }
    }

    /// Whether the string that begins here is a key.
    fn is_key(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut rest = rest.trim_start_matches('\\').chars();
        let Some(quote) = rest.next() else { return false };
        // Keys are short.
        let inside = rest.as_str();
        let inside = inside.get(..inside.len().min(200)).unwrap_or_default();
        let Some(end) = inside.find(quote) else { return false };
        let behind = inside.get(end + 1..).unwrap_or_default().trim_start();
        behind.starts_with(':') || behind.starts_with('=') && !behind.starts_with("==")
    }

    fn is_compared(&self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default().trim_start_matches([' ', '\t']);
        ["==", "!=", "=~", "!~"].iter().any(|sign| rest.starts_with(sign))
    }

    fn string(&mut self, stop: Stop, usage: Usage) {
        self.words(stop, usage, true);
        self.close(stop);
    }

    /// `<<EOT`
    fn here_document(&mut self, usage: Usage) {
        self.at += 2;
        self.take(|byte| b"-~<\"'".contains(&byte));
        let name = self.take(is_word).to_owned();
        if name.is_empty() {
            return;
        }
        self.take(|byte| byte != b'\n');
        while self.peek(0) == Some(b'\n') {
            self.at += 1;
            let line = self.text.get(self.at..).unwrap_or_default();
            if line.trim_start_matches([' ', '\t']).starts_with(&name) {
                self.take(|byte| byte != b'\n');
                return;
            }
            self.words(Stop::Line, usage, true);
        }
    }

    /// A word with the attributes and keys after it.
    fn word(&mut self, level: &mut LiteralLevel, loose: bool) {
        let start = self.at;
        let in_path = |byte: u8| is_word(byte) || matches!(byte, b'.' | b'-');
        let dashes = matches!(self.notation, Notation::Hcl);
        let path =
            self.take(|byte| if dashes { in_path(byte) } else { is_word(byte) || byte == b'.' }).to_owned();
        let span = Span::new(start, self.at);
        if self.peek(0).is_some_and(|byte| matches!(byte, b'"' | b'\''))
            && path.len() <= 2
            && !path.starts_with('.')
        {
            // `f"…"`, `@"…"`
            return;
        }
        let word = path.trim_start_matches('.');
        let lower = word.to_ascii_lowercase();
        let calls = self.peek(0) == Some(b'(');
        let begins = matches!(level.last, Last::Start | Last::Operator | Last::Comparison);
        if loose && !calls && word.chars().count() >= SHORTEST && !is_identifier(word) {
            self.out.literals.push(Literal { span, text: path.clone(), is_value: false });
        }
        if COMPARISONS.contains(&lower.as_str()) && !begins && !calls {
            level.restart(Last::Comparison);
            return;
        }
        // `or .x "y"` is a call in Go's templates.
        let head =
            matches!(&*lower, "or" | "and" | "not") && level.last == Last::Start && level.head.is_none();
        if OPERATORS.contains(&lower.as_str()) && !calls && !head && !path.contains('.') {
            level.restart(Last::Operator);
            return;
        }
        if level.head.is_none() && begins {
            level.head = Some(path.clone());
            level.heads = 0;
        } else {
            level.heads += 1;
        }
        // What an element is taken from.
        let holds = level.head.as_deref().is_some_and(|head| HOLDERS.contains(&head)) && level.heads == 1;
        let usage = if holds { level.usage } else { level.now() };
        level.last = Last::Word;
        let read = if calls { path.rsplit_once('.').map_or("", |(object, _)| object) } else { &path };
        let read = read.trim_matches('.').to_owned();
        // A function of the text may give the value.
        if calls && !path.contains('.') && !TRANSPARENT.contains(&&*lower) && !LOOKUPS.contains(&&*lower) {
            self.read(&format!("call/{path}"), usage);
        }
        // `default "x" .y`: a function.
        let is_function = begins && (TRANSPARENT.contains(&&*lower) || LOOKUPS.contains(&&*lower));
        if !is_function && read.bytes().any(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
            self.read(&read, usage);
        }
        if calls {
            level.head = Some(path);
        }
    }
}

/// The level that a bracket opens.
fn open(bracket: u8, level: &mut LiteralLevel) -> LiteralLevel {
    let behind = matches!(level.last, Last::Word | Last::Closed | Last::Text);
    let usage = level.now();
    match bracket {
        b'(' if level.last == Last::Word => {
            let callee = level.head.take();
            // After a pipe or a dot: `x | default('y')`.
            let outer = match &level.callee {
                Some(outer) => argument(outer, level.index, level.usage),
                None => level.usage,
            };
            LiteralLevel::new(b'(', callee, outer)
        }
        b'[' if behind && level.last != Last::Text => LiteralLevel::new(b'i', None, Usage::Name),
        bracket => LiteralLevel::new(bracket, None, usage),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a value has ended before that byte.
fn ends_value(byte: Option<&u8>) -> bool {
    byte.is_none_or(|byte| byte.is_ascii_whitespace() && *byte != b'\n' || b",;)]}.:+|&?=!#".contains(byte))
}
