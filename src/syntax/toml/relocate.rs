//! Gives entries other paths: a table gets another header, an entry a dotted key.

use super::{ParsedToml, write};
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::syntax::entries::EntryStyle;
use crate::syntax::yaml::lines;
use crate::syntax::{Move, Moved};
use crate::text::{Edit, Eol, Span};
use std::collections::{BTreeMap, BTreeSet};
use toml_parser::parser::EventKind;

/// As [`super::super::Parsed::relocate`].
pub(super) fn relocate(document: &ParsedToml, moves: &[Move]) -> Result<Moved, NoEdit> {
    let nodes: BTreeSet<NodeId> = moves.iter().map(|it| it.node).collect();
    let mut headers = None;
    let mut out = Moved::default();
    for it in moves {
        let layout = document.built.layouts.get(it.node.0 as usize);
        let layout = layout.ok_or_else(|| NoEdit::new("its position was not found"))?;
        document.check(layout.entry)?;
        if let EntryStyle::Parts(parts) = &layout.form {
            let headers = headers.get_or_insert_with(|| self::headers(document));
            table(document, it, parts, headers, &mut out)?;
        } else {
            entry(document, it, layout.entry, &nodes, &mut out)?;
        }
    }
    Ok(out)
}

/// The keys of each header, by where it begins.
fn headers(document: &ParsedToml) -> BTreeMap<usize, Vec<Span>> {
    let mut headers: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
    let mut open = None;
    for event in &document.reading.events {
        let span = Span::new(event.span().start(), event.span().end());
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => open = Some(span.start()),
            EventKind::StdTableClose | EventKind::ArrayTableClose => open = None,
            EventKind::SimpleKey => {
                if let Some(start) = open {
                    headers.entry(start).or_default().push(span);
                }
            }
            _ => {}
        }
    }
    headers
}

/// The keys of the nodes from the top to `id`, as they are written.
fn keys(document: &ParsedToml, id: NodeId) -> Result<Vec<String>, NoEdit> {
    let tree = &document.facts.tree;
    let mut keys =
        tree.around(id).filter_map(|at| tree.key_text(at)).map(write::key).collect::<Result<Vec<_>, _>>()?;
    keys.reverse();
    Ok(keys)
}

/// Writes the new path into the headers of a table and of those in it.
fn table(
    document: &ParsedToml,
    it: &Move,
    parts: &[Span],
    headers: &BTreeMap<usize, Vec<Span>>,
    out: &mut Moved,
) -> Result<(), NoEdit> {
    if it.value.is_some() {
        return Err(NoEdit::new("only a single value can be changed"));
    }
    let old = keys(document, it.node)?.len();
    let mut path = keys(document, it.into)?;
    for key in &it.path {
        path.push(write::key(key)?);
    }
    for part in parts {
        let named = headers.get(&part.start()).filter(|keys| keys.len() >= old);
        let span = named.and_then(|keys| Some(keys.first()?.hull(*keys.get(old.checked_sub(1)?)?)));
        let span = span.ok_or_else(|| NoEdit::new("it is not written as a table of its own"))?;
        document.check(span)?;
        replace(span, path.join("."), out);
    }
    Ok(())
}

/// An insertion and a deletion: what is written has as many parts as it likes.
fn replace(span: Span, text: String, out: &mut Moved) {
    out.edits.push(Edit::replace(Span::at(span.start()), text));
    out.edits.push(Edit::delete(span));
    out.gone.push(span);
}

/// The comment that is the rest of the line after `at`, with the spaces before it.
fn trailing(document: &ParsedToml, at: usize) -> &str {
    let comments = &document.facts.comments;
    let next = comments.partition_point(|comment| comment.span.start() < at);
    let end = comments.get(next).map_or(at, |comment| comment.span.end());
    let rest = document.text.get(at..end).unwrap_or_default();
    let is_next = rest.trim_start_matches([' ', '\t']).starts_with('#');
    if is_next && !rest.contains('\n') { rest } else { "" }
}

/// Writes an entry with a dotted key.
fn entry(
    document: &ParsedToml,
    it: &Move,
    entry: Span,
    nodes: &BTreeSet<NodeId>,
    out: &mut Moved,
) -> Result<(), NoEdit> {
    let (text, facts) = (&*document.text, &document.facts.tree);
    let span = facts.span(it.node).unwrap_or_default();
    let key = it.path.iter().map(|key| write::key(key)).collect::<Result<Vec<_>, _>>()?.join(".");
    if facts.parent(it.node) == Some(it.into) {
        let own = facts.key(it.node).ok_or_else(|| NoEdit::new("an item of a list has no name"))?.span;
        let is_quoted = own.start() > entry.start();
        let own = if is_quoted { Span::new(own.start() - 1, own.end() + 1) } else { own };
        if own.start() != entry.start() {
            return Err(NoEdit::new("its key has several parts"));
        }
        replace(own, key, out);
        if let Some(value) = &it.value {
            out.edits.push(Edit::replace(span, value.clone()));
        }
        return Ok(());
    }
    let value = it.value.as_deref().unwrap_or_else(|| span.of(text));
    let written = format!("{key} = {value}");
    if it.value.is_none() {
        out.kept.push(span);
    }
    let layout = |id: &NodeId| document.built.layouts.get(id.0 as usize);
    let on_lines = |id: &&NodeId| {
        !nodes.contains(id)
            && layout(id).is_some_and(|it| matches!(it.form, EntryStyle::Lines | EntryStyle::Item))
    };
    match facts.children(it.into).iter().rev().find(on_lines) {
        Some(last) => {
            let on_lines = |id: &NodeId| layout(id).is_some_and(|it| it.form == EntryStyle::Lines);
            let mut written = written;
            if on_lines(last) {
                written.push_str(trailing(document, entry.end()));
            }
            if let Some(comments) = it.comments.filter(|_| on_lines(last)) {
                let eol = Eol::of(text).as_str();
                let lines: Vec<&str> = comments.of(text).lines().map(str::trim).collect();
                written = format!("{}{eol}{written}", lines.join(eol));
                out.comments.push(comments);
            }
            out.edits.extend(document.with_entries(|entries| entries.insert_after(*last, &written))?);
        }
        None => {
            let header = layout(&it.into).and_then(|layout| match &layout.form {
                EntryStyle::Parts(parts) => parts.iter().find(|part| part.of(text).starts_with('[')).copied(),
                _ => None,
            });
            let header = header.ok_or_else(|| NoEdit::new("no entry can be added there"))?;
            let end = lines::next_line(text, header.start());
            let eol = Eol::of(text).as_str();
            let ended = text.get(..end).is_some_and(|before| before.ends_with('\n'));
            let line = if ended { format!("{written}{eol}") } else { format!("{eol}{written}") };
            out.edits.push(Edit::replace(Span::at(end), line));
        }
    }
    out.remove.push(it.node);
    Ok(())
}
