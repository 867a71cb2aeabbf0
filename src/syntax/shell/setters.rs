//! Variables that commands of other shells give a value: fish's `set -x`, csh's `setenv`, cmdlets of PowerShell.

use super::dialect::Dialect;
use super::imports::{arguments_of, env_name, is_item_cmdlet, unquoted, value_of};
use super::scan;
use super::script::{ScriptFacts, ShellNodeKind};
use crate::facts::{Variable, Word};
use crate::text::Span;

/// The variable that the command `program` gives a value, as a variable of the environment.
pub(super) fn variable(
    out: &mut ScriptFacts,
    text: &str,
    (program, arguments): (&Word, &[Word]),
    statement: usize,
    dialect: Dialect,
) -> Option<Variable> {
    let words: Vec<&Word> = arguments.iter().collect();
    let name = program.text.to_ascii_lowercase();
    let (name_span, values) = match (dialect, name.as_str()) {
        (Dialect::Sh, "setenv") => (words.first()?.span, words.get(1..)?),
        // `set -gx NAME value` of fish; for bash the words would be positional parameters.
        (Dialect::Sh, "set") => {
            let options = words.iter().take_while(|word| word.text.starts_with('-')).count();
            let exports = |word: &&Word| {
                let letters = word.text.strip_prefix('-').unwrap_or_default();
                let known = letters.len() > 1 && letters.bytes().all(|byte| b"gUlfx".contains(&byte));
                word.text == "--export" || letters.contains('x') && (known || letters == "x")
            };
            words.iter().take(options).any(exports).then_some(())?;
            (words.get(options)?.span, words.get(options + 1..)?)
        }
        (Dialect::PowerShell, name) if is_item_cmdlet(name) => {
            let path = value_of(&words, &["-path", "-literalpath", "-name"])?;
            let name = env_name(&path.text)?;
            let at = path.span.of(text).rfind(name).filter(|_| !name.is_empty())? + path.span.start();
            let behind = words.iter().position(|word| word.span == path.span)?;
            let named = words.iter().position(|word| word.text.eq_ignore_ascii_case("-value"));
            let value = words.get(named.unwrap_or(behind) + 1)?;
            let name = Span::new(at, at + name.len());
            let variable = simple(out, text, (name, value.span, value.opaque), program, statement)?;
            if let Some(node) = out.nodes.get_mut(variable.node.0 as usize) {
                node.kind = ShellNodeKind::Statement;
            }
            return Some(variable);
        }
        (Dialect::PowerShell, name) if name.ends_with("]::setenvironmentvariable") => {
            let (Some(name), Some(value)) = arguments_of(text, program.span.end()) else { return None };
            let inner = unquoted(name.of(text));
            let start = name.start() + usize::from(inner.len() < name.len());
            let opaque = value.of(text).contains(['$', '(']);
            return simple(
                out,
                text,
                (Span::new(start, start + inner.len()), value, opaque),
                program,
                statement,
            );
        }
        _ => return None,
    };
    let (first, last) = (values.first()?, values.last()?);
    let value = first.span.hull(last.span);
    let opaque = values.iter().any(|word| word.opaque) || values.len() > 1;
    let mut variable = simple(out, text, (name_span, value, opaque), program, statement)?;
    if let [only] = values {
        variable.value.clone_from(&only.text);
    }
    let span = program.span.hull(value);
    if let Some(node) = out.nodes.get_mut(variable.node.0 as usize) {
        (node.kind, node.span) = (ShellNodeKind::Statement, span);
    }
    Some(variable)
}

/// A variable with a value that can be changed, but that stays.
fn simple(
    out: &mut ScriptFacts,
    text: &str,
    (name, value, opaque): (Span, Span, bool),
    program: &Word,
    statement: usize,
) -> Option<Variable> {
    let written = name.of(text);
    let is_name = !written.is_empty() && scan::name_len(written.as_bytes(), 0) == written.len();
    let node = out.node(ShellNodeKind::Value, program.span.hull(name).hull(value), value, statement);
    is_name.then(|| Variable {
        node,
        name: written.to_owned(),
        name_span: name,
        value: unquoted(value.of(text)).to_owned(),
        value_span: value,
        opaque,
        exported: true,
    })
}
