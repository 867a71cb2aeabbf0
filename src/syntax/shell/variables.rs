//! Commands that give variables a value: `export`, `declare`, `set`, `: "${NAME:=value}"`.

use super::dialect::Dialect;
use super::scan;
use super::script::{ScriptFacts, ShellNodeKind};
use super::{setters, word};
use crate::facts::{Variable, VariableUse, Word};
use crate::text::Span;

/// Adds the variables that commands set, and finds out which ones the environment has.
pub(super) fn collect(out: &mut ScriptFacts, text: &str, dialect: Dialect) {
    let mut found = Vec::new();
    let mut named = Vec::new();
    let mut exported: Vec<String> = Vec::new();
    let mut all_from = None;
    for index in 0..out.commands.len() {
        let Some(raw) = out.commands.get(index) else { break };
        let statement = raw.statement;
        let words: Vec<Word> = raw.command.words.iter().filter(|word| !word.control).cloned().collect();
        let Some((program, arguments)) = words.split_first() else { continue };
        let name = program.text.to_ascii_lowercase();
        match name.as_str() {
            "export" | "declare" | "typeset" | "local" | "readonly" if dialect == Dialect::Sh => {
                let options = |letter: char| {
                    arguments
                        .iter()
                        .any(|a| a.text.starts_with('-') && !a.text.contains('=') && a.text.contains(letter))
                };
                let exports = name == "export" && !options('n') || name != "export" && options('x');
                mark_declares(out, statement);
                for argument in arguments {
                    if let Some(variable) = assignment(out, text, argument, statement, exports) {
                        found.push(variable);
                    } else if !argument.text.starts_with('-') {
                        exported.extend(exports.then(|| argument.text.clone()));
                        named.extend(named_by(argument, text, exports));
                    }
                }
            }
            "unset" if dialect == Dialect::Sh => {
                mark_declares(out, statement);
                named.extend(arguments.iter().filter_map(|argument| named_by(argument, text, false)));
            }
            "set" if dialect == Dialect::Sh => {
                let texts: Vec<&str> = arguments.iter().map(|word| word.text.as_str()).collect();
                let all = texts.iter().any(|t| t.starts_with('-') && !t.starts_with("--") && t.contains('a'))
                    || texts.windows(2).any(|pair| pair == ["-o", "allexport"]);
                if all {
                    all_from.get_or_insert(program.span.start());
                }
                // `set NAME=value` of cmd, where the rest of the text gives no sign of it.
                if let [argument] = arguments
                    && !argument.text.starts_with(['-', '+'])
                    && let Some(variable) = assignment(out, text, argument, statement, true)
                {
                    mark_declares(out, statement);
                    found.push(variable);
                }
            }
            "set" if dialect == Dialect::Cmd && arguments.len() > 1 => {
                found.extend(whole_line(out, text, (program, arguments), statement));
            }
            "set" if dialect == Dialect::Cmd => {
                if let [argument] = arguments
                    && let Some(variable) = assignment(out, text, argument, statement, true)
                {
                    mark_declares(out, statement);
                    found.push(variable);
                }
            }
            "setx" if dialect != Dialect::Sh => {
                if let [name, value, ..] = arguments {
                    let node =
                        out.node(ShellNodeKind::Value, name.span.hull(value.span), value.span, statement);
                    found.push(Variable {
                        node,
                        name: name.text.clone(),
                        name_span: name.span,
                        value: value.text.clone(),
                        value_span: value.span,
                        opaque: value.opaque,
                        exported: true,
                    });
                }
            }
            ":" if dialect == Dialect::Sh => {
                mark_declares(out, statement);
                for argument in arguments {
                    found.extend(default(out, text, argument, statement));
                }
            }
            _ => {}
        }
        found.extend(setters::variable(out, text, (program, arguments), statement, dialect));
    }
    out.facts.variables.append(&mut found);
    out.facts.named.append(&mut named);
    exported.sort();
    for variable in &mut out.facts.variables {
        let named = exported.binary_search(&variable.name).is_ok();
        let after = all_from.is_some_and(|from| from < variable.name_span.start());
        variable.exported |= named || after;
    }
    out.facts.variables.sort_by_key(|variable| variable.name_span);
}

/// `set OPTS=--tag-list a` of cmd: the value ends with the line.
fn whole_line(
    out: &mut ScriptFacts,
    text: &str,
    (program, arguments): (&Word, &[Word]),
    statement: usize,
) -> Option<Variable> {
    let (first, last) = (arguments.first()?, arguments.last()?);
    let variable = assignment(out, text, first, statement, true)?;
    let value_span = Span::new(variable.value_span.start(), last.span.end());
    let node = out.node(ShellNodeKind::Statement, program.span.hull(value_span), value_span, statement);
    let value = value_span.of(text).to_owned();
    let opaque = arguments.iter().any(|word| word.opaque);
    Some(Variable { node, value, value_span, opaque, ..variable })
}

/// `NAME` as an argument.
fn named_by(word: &Word, text: &str, exports: bool) -> Option<VariableUse> {
    let raw = word.span.of(text);
    let is_name = !raw.is_empty() && scan::name_len(raw.as_bytes(), 0) == raw.len();
    is_name.then(|| VariableUse { node: word.node, name: raw.to_owned(), span: word.span, exports })
}

fn mark_declares(out: &mut ScriptFacts, statement: usize) {
    if let Some(statement) = out.statements.get_mut(statement) {
        statement.declares = true;
    }
}

/// `NAME=value` as an argument; `"NAME=value"` as cmd writes it.
fn assignment(
    out: &mut ScriptFacts,
    text: &str,
    word: &Word,
    statement: usize,
    exported: bool,
) -> Option<Variable> {
    let raw = word.span.of(text);
    let quote = usize::from(raw.starts_with('"'));
    let start = word.span.start() + quote;
    let bytes = text.as_bytes();
    let name = scan::name_len(bytes, start);
    let plus = usize::from(bytes.get(start + name) == Some(&b'+'));
    if name == 0 || bytes.get(start + name + plus) != Some(&b'=') || start + name >= word.span.end() {
        return None;
    }
    let name_span = Span::new(start, start + name);
    let value_start = start + name + plus + 1;
    let value_end =
        if quote == 1 && raw.len() > 1 && raw.ends_with('"') { word.span.end() - 1 } else { word.span.end() };
    let value_span = Span::new(value_start, value_end);
    let value = word.text.get(name + plus + 1..).unwrap_or_default().to_owned();
    let node = out.node(ShellNodeKind::Part, word.span, value_span, statement);
    Some(Variable {
        node,
        name: name_span.of(text).to_owned(),
        name_span,
        value,
        value_span,
        opaque: word.opaque,
        exported,
    })
}

/// `"${NAME:=value}"`
fn default(out: &mut ScriptFacts, text: &str, word: &Word, statement: usize) -> Option<Variable> {
    let raw = word.span.of(text);
    let quote = usize::from(raw.starts_with('"') && raw.ends_with('"') && raw.len() > 1);
    let inner = raw.get(quote..raw.len() - quote)?;
    let body = inner.strip_prefix("${")?.strip_suffix('}')?;
    let name = scan::name_len(body.as_bytes(), 0);
    let rest = body.get(name..)?;
    let sign = if rest.starts_with(":=") { 2 } else { usize::from(rest.starts_with('=')) };
    if name == 0 || sign == 0 {
        return None;
    }
    let start = word.span.start() + quote + 2;
    let value_span = Span::new(start + name + sign, word.span.end() - quote - 1);
    let value = value_span.of(text);
    let opaque = value.contains(['$', '`']) || value.contains("{{");
    let decoded = word::decode(text, Dialect::Sh, value_span).map_or_else(|| value.to_owned(), |d| d.text);
    let node = out.node(ShellNodeKind::Part, word.span, value_span, statement);
    Some(Variable {
        node,
        name: body.get(..name)?.to_owned(),
        name_span: Span::new(start, start + name),
        value: decoded,
        value_span,
        opaque,
        exported: false,
    })
}
