//! What may give environment to a script besides: another step before it, the shell that reads it, a line of another text.

use super::super::paths::below;
use super::super::schema::{BroughtBy, Site};
use super::super::{Brings, Container, ScopeKind, Unknown, UnknownKind};
use super::Trees;
use crate::facts::{NodeId, ScalarStyle};
use crate::text::Span;

/// What a mapping or list, or one around it, brings to scripts in it: how it is named, and the byte after which it does.
pub(super) type BroughtNodes = Option<(String, Span, usize)>;

/// Parts of a call that are looked at.
const MOST_PARTS: usize = 32;

/// Lines of one text that are named.
const MOST_LINES: usize = 3;

impl Trees<'_> {
    /// What `id` runs in, where something around it or before it may give it environment: in `around`.
    pub(super) fn brought_to(
        &mut self,
        site: &Site,
        id: NodeId,
        around: Option<Container>,
    ) -> Option<Container> {
        let around = self.called_with(id, around);
        if site.brought_by.is_empty() {
            return around;
        }
        let start = self.tree.span(id)?.start();
        // What is known of a mapping around it says the rest; sites with the same list have the same key.
        let key = std::ptr::from_ref(site).addr();
        let (mut open, mut found) = (Vec::new(), None);
        for at in self.tree.around(id) {
            if let Some(known) = self.brought.get(&(at, key)) {
                found.clone_from(known);
                break;
            }
            open.push(at);
        }
        for at in open.into_iter().rev() {
            // What is nearest to the script counts.
            if let Some(new) = self.brings(site, at) {
                found = Some(new);
            }
            self.brought.insert((at, key), found.clone());
        }
        let Some((written, span, _)) = found.filter(|(_, _, behind)| *behind <= start) else { return around };
        let scope = self.survey.scope(ScopeKind::Container, self.context.doc, span);
        let unknown =
            Unknown::new(UnknownKind::Environment, Brings::Anything, &written, self.context.doc, span);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.within = around.as_ref().map(|around| around.scope);
            it.add_unknown(unknown);
        }
        Some(Container { scope, direct: false, ..around.unwrap_or_default() })
    }

    /// What the text `id` runs in, where a call makes one script of it and of what is not visible here:
    /// `format("%s\n%s", file("env.sh"), <<EOT …)`, `templatefile("x.sh", { command = "…" })`.
    fn called_with(&mut self, id: NodeId, around: Option<Container>) -> Option<Container> {
        let (mut at, mut found) = (id, None);
        while let Some(parent) =
            self.tree.parent(at).filter(|_| self.context.language.values_are_expressions())
        {
            let key = self.tree.key_text(parent).unwrap_or_default();
            if key == "templatefile()" {
                found = self.tree.children(parent).first().copied();
                break;
            }
            if matches!(key, "format()" | "join()" | "concat()") {
                let opaque = |part: &&NodeId| {
                    **part != at
                        && (self.tree.is_computed(**part)
                            || self
                                .tree
                                .scalar(**part)
                                .is_some_and(|it| it.style == ScalarStyle::Plain && it.opaque))
                };
                found = self.tree.children(parent).iter().take(MOST_PARTS).find(opaque).copied();
            }
            // An object ends the expression, unless it is an argument of a template.
            let is_argument = || {
                let call = self.tree.parent(parent).and_then(|call| self.tree.key_text(call));
                call == Some("templatefile()")
            };
            let is_part =
                self.tree.is_computed(parent) || self.tree.is_sequence(parent) || key.ends_with("()");
            if found.is_some() || !is_part && !is_argument() {
                break;
            }
            at = parent;
        }
        let Some(part) = found else { return around };
        let unknown = self.target(None).unknown(UnknownKind::Script, Brings::Anything, self.tree, part);
        let scope = self.survey.scope(ScopeKind::Container, self.context.doc, unknown.span);
        if let Some(it) = self.survey.scope_mut(scope) {
            it.within = around.as_ref().map(|around| around.scope);
            it.add_unknown(unknown);
        }
        Some(Container { scope, direct: false, ..around.unwrap_or_default() })
    }

    /// What the mapping or list `at` brings.
    fn brings(&self, site: &Site, at: NodeId) -> BroughtNodes {
        let is_list = self.tree.is_sequence(at);
        site.brought_by.iter().filter(|by| by.earlier == is_list || by.block.is_some()).find_map(|by| {
            if let Some(block) = &by.block {
                // Each block of the same name is an entry of its own.
                let blocks = self.tree.children(at).iter().filter(|child| self.tree.is_key(**child, block));
                return blocks.copied().find_map(|child| {
                    let value = below(self.tree, child, &by.key)?;
                    let scalar = self.tree.scalar(value);
                    let is_unseen = scalar.map_or(self.tree.is_computed(value), |it| {
                        it.opaque && it.style == ScalarStyle::Plain
                    });
                    let span = self.tree.span(value).filter(|_| is_unseen)?;
                    Some((span.of(self.context.text).to_owned(), span, span.end()))
                });
            }
            if !is_list {
                return self.brought_at(by, at).map(|(text, span)| (text, span, 0));
            }
            let items = self.tree.children(at).iter();
            items.map(|item| self.tree.resolve(*item)).find_map(|item| {
                let (text, span) = self.brought_at(by, item)?;
                Some((text, span, span.end()))
            })
        })
    }

    fn brought_at(&self, by: &BroughtBy, at: NodeId) -> Option<(String, Span)> {
        let value = below(self.tree, at, &by.key)?;
        let text = match self.tree.scalar(value) {
            Some(scalar) => scalar.text.to_owned(),
            None => {
                let words = self.tree.children(value).iter();
                let words = words.map(|word| self.tree.scalar(*word).map_or("$", |it| it.text));
                words.collect::<Vec<_>>().join(" ")
            }
        };
        let plain = text.trim();
        let brings = !plain.is_empty() && !by.except.iter().any(|like| like.is_like(plain));
        Some((text, self.tree.span(value)?)).filter(|_| brings)
    }

    /// Lines of a text that set variables for all commands of the file.
    pub(super) fn environment_in_text(&mut self, site: &Site, id: NodeId) {
        let has_mark = |text: &str| site.contains.iter().any(|mark| text.contains(mark.as_str()));
        let is_plain = |text: &str| site.except.iter().any(|like| like.is_like(text));
        if self.tree.scalar(id).is_none_or(|it| !has_mark(it.text) || is_plain(it.text)) {
            return;
        }
        let Some(decoded) = self.parsed.decode(id) else { return };
        let mut at = 0;
        let lines = decoded.text.split_inclusive('\n').map(|line| {
            at += line.len();
            (at - line.len(), line.trim_end())
        });
        let reads = |text: &str| {
            let signed = self.context.sites.signed();
            signed.flat_map(|program| &program.reads).any(|name| text.contains(&name.to_ascii_lowercase()))
        };
        // `variable=NAME]value`: another name says that it is none of theirs.
        let brings = |line: &str| {
            let sets = |(at, mark): (usize, &str)| {
                let behind = line.get(at + mark.len()..).unwrap_or_default();
                let Some((name, _)) = behind.split_once(']').filter(|_| mark.ends_with('=')) else {
                    return true;
                };
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.;=".contains(&byte);
                !name.bytes().all(plain) || reads(&name.to_ascii_lowercase().replace('.', "_"))
            };
            site.contains.iter().any(|mark| line.match_indices(mark.as_str()).any(sets))
        };
        let found: Vec<(Span, String)> = lines
            .filter(|(_, line)| brings(line))
            .take(MOST_LINES)
            .map(|(start, line)| (Span::new(start, start + line.len()), line.trim().to_owned()))
            .collect();
        let Some((first, _)) = found.first() else { return };
        let doc = self.context.doc;
        let scope = self.survey.scope(ScopeKind::Variables, doc, decoded.segments.to_outer(*first));
        for (span, written) in found {
            let (kind, span) = (UnknownKind::Environment, decoded.segments.to_outer(span));
            if let Some(it) = self.survey.scope_mut(scope) {
                it.add_unknown(Unknown::new(kind, Brings::Anything, &written, doc, span));
            }
        }
    }
}
