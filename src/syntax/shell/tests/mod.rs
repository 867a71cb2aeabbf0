//! Cases, as tables of data.

mod hostile;
mod read;
mod removal;

use super::Script;
use super::dialect::Dialect;
use crate::facts::{NodeId, Word};
use crate::syntax::Parsed;
use crate::text::EditSet;

/// Reads `text` as the shell that it looks like.
fn script(text: &str) -> Script {
    Script::read(text.into(), Dialect::of(text))
}

/// Commands as one string: words between `·`, assignments before a `:`, stray words after a `~`, `|` before a command
/// that reads a pipe, commands between ` / `.
fn commands(text: &str) -> String {
    let script = script(text);
    let join = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join("·");
    let mut out = Vec::new();
    for command in &script.facts().commands {
        let mut line = String::new();
        if command.piped_from.is_some() {
            line.push('|');
        }
        for variable in &command.assignments {
            line += &format!("{}={}:", variable.name, variable.value);
        }
        line += &join(&command.words);
        if !command.stray.is_empty() {
            line += &format!("~{}", join(&command.stray));
        }
        out.push(line);
    }
    out.join(" / ")
}

/// Variables as one string: `*` before those that are exported.
fn variables(text: &str) -> String {
    let script = script(text);
    let show = |variable: &crate::facts::Variable| {
        format!("{}{}={}", if variable.exported { "*" } else { "" }, variable.name, variable.value)
    };
    script.facts().variables.iter().map(show).collect::<Vec<_>>().join(" / ")
}

/// All nodes of words and assignments whose text begins with one of `names`, each with the word after it if that is
/// not an option.
fn options(script: &Script, names: &[&str]) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    for command in &script.facts().commands {
        for list in [&command.words, &command.stray] {
            pick(list, names, &mut nodes);
        }
        let assignments =
            command.assignments.iter().filter(|variable| names.contains(&variable.name.as_str()));
        nodes.extend(assignments.map(|variable| variable.node));
    }
    for list in &script.facts().word_lists {
        pick(&list.words, names, &mut nodes);
    }
    let variables =
        script.facts().variables.iter().filter(|variable| names.contains(&variable.name.as_str()));
    nodes.extend(variables.map(|variable| variable.node));
    nodes
}

fn pick(words: &[Word], names: &[&str], nodes: &mut Vec<NodeId>) {
    for (index, word) in words.iter().enumerate() {
        let name = word.text.split('=').next().unwrap_or_default();
        if !names.contains(&name) || word.control {
            continue;
        }
        nodes.push(word.node);
        if let Some(value) = words
            .get(index + 1)
            .filter(|v| !word.text.contains('=') && !v.text.starts_with('-') && !v.control)
        {
            nodes.push(value.node);
        }
    }
}

/// `text` without the options `names`, or why not.
fn without(text: &str, names: &[&str]) -> Result<String, String> {
    let script = script(text);
    let nodes = options(&script, names);
    assert!(!nodes.is_empty(), "no {names:?} in {text:?}");
    let removal = script.remove(&nodes).map_err(|no| no.reason().to_owned())?;
    let mut edits = EditSet::default();
    edits.insert_all(removal.edits).map_err(|overlap| overlap.to_string())?;
    String::from_utf8(edits.apply(text.as_bytes())).map_err(|error| error.to_string())
}
