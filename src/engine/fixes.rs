//! The fix of a unit: what its findings do, combined and mapped to the bytes of the file.

use super::documents::EmbeddedDocument;
use super::findings::Hit;
use super::moves::{self, Moving};
use super::renames::{self, RenamedName};
use super::{LintedFile, change, comments, reasons, token, uses, words};
use crate::embed::NoEdit;
use crate::facts::NodeId;
use crate::finding::{Refusal, Safety};
use crate::rules::{ActionRow, Class, MemberRole, NewValue, Registration, View};
use crate::sites::{Carrier, ValueLocation, Via};
use crate::syntax::{Move, Removal};
use crate::text::{Cover, Edit, EditSet, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The fix of one unit.
#[derive(Clone, Debug)]
pub(crate) struct UnitFix {
    /// The unit, as its findings name it.
    pub(crate) unit: String,
    /// How safe it is.
    pub(crate) safety: Safety,
    /// What it does.
    pub(crate) plan: EditPlan,
}

/// Edits, text by text.
#[derive(Clone, Debug, Default)]
pub(crate) struct EditPlan {
    /// Of the file's bytes: all that must be written.
    pub(crate) edits: Arc<[Edit]>,
    /// The same for each text that is touched, by its index.
    pub(crate) texts: BTreeMap<usize, TextEdits>,
    /// The first comment that is removed with what is next to it.
    pub(crate) comment: Option<String>,
    /// Whether another word becomes the last one of its line, and gets the carriage return of the line end.
    pub(crate) ends_with_return: bool,
    /// The names that it writes, each where it may be only once.
    pub(crate) names: Vec<RenamedName>,
    /// What is written instead of a token, by its carrier.
    pub(crate) tokens: BTreeMap<usize, String>,
    /// What it was put together from, where it may be put together with others.
    wanted: Option<Arc<AllWanted>>,
}

/// What is wanted of each text, by its index.
type AllWanted = BTreeMap<usize, WantedEdits>;

impl EditPlan {
    /// What is done to the text called `doc`.
    pub(super) fn text(&mut self, doc: usize) -> &mut TextEdits {
        self.texts.entry(doc).or_default()
    }
}

impl EditPlan {
    /// Adds what another plan does, except the edits of the file.
    pub(super) fn join(&mut self, other: &Self) {
        for (doc, text) in &other.texts {
            let own = self.text(*doc);
            own.edits.extend(text.edits.iter().cloned());
            own.silent.extend(text.silent.iter().cloned());
            own.gone.extend(&text.gone);
            own.kept.extend(&text.kept);
        }
        self.comment = self.comment.take().or_else(|| other.comment.clone());
        self.ends_with_return |= other.ends_with_return;
        self.names.extend(other.names.iter().cloned());
    }
}

/// The edits of one text.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextEdits {
    /// In bytes of the text.
    pub(crate) edits: Vec<Edit>,
    /// Those of comments: the text means the same without them.
    pub(crate) silent: Vec<Edit>,
    /// The bytes whose meaning is removed.
    pub(crate) gone: Vec<Span>,
    /// Values among them that are written again.
    pub(crate) kept: Vec<Span>,
}

/// Findings of a unit that are tried alone, to say which one cannot be edited.
const MOST_ALONE: usize = 8;

#[derive(Clone, Debug, Default)]
struct WantedEdits {
    remove: Vec<NodeId>,
    /// Parts of words to remove, by the word.
    parts: BTreeMap<NodeId, Parts>,
    edits: Vec<Edit>,
    /// Items of lists of scripts that lose their last command.
    items: BTreeSet<NodeId>,
    /// The bytes of expressions that are replaced, and others whose meaning is removed with an edit.
    gone: Vec<Span>,
    /// The aliases that bring what is removed to the registration.
    aliases: Vec<Span>,
    /// Entries that get another path.
    moves: Vec<Move>,
    /// New names, by where they are.
    names: Vec<RenamedName>,
    /// What replaces a token, by its carrier.
    tokens: BTreeMap<usize, String>,
}

/// Parts of one word to remove.
#[derive(Clone, Debug)]
struct Parts {
    /// What is removed if all of them are.
    nodes: Vec<NodeId>,
    /// All parts of the word, in its decoded text.
    all: Arc<[Span]>,
    gone: BTreeSet<usize>,
}

impl WantedEdits {
    /// Takes in edits that replace text by any number of words: insertions and deletions.
    fn write(&mut self, edits: Vec<Edit>) {
        self.gone.extend(edits.iter().filter(|edit| edit.is_deletion()).map(|edit| edit.span));
        self.edits.extend(edits);
    }

    fn take(&mut self, carrier: &Carrier) {
        let Some(part) = &carrier.part else { return self.remove.extend(&carrier.nodes) };
        let parts = || Parts { nodes: carrier.nodes.clone(), all: part.all.clone(), gone: BTreeSet::new() };
        self.parts.entry(part.node).or_insert_with(parts).gone.insert(part.index);
    }

    /// Adds what is wanted in the same text by another fix.
    fn join(&mut self, other: &Self) {
        self.remove.extend(&other.remove);
        for (word, parts) in &other.parts {
            match self.parts.get_mut(word) {
                Some(own) => own.gone.extend(&parts.gone),
                None => {
                    self.parts.insert(*word, parts.clone());
                }
            }
        }
        self.edits.extend(other.edits.iter().cloned());
        self.items.extend(&other.items);
        self.gone.extend(&other.gone);
        self.aliases.extend(&other.aliases);
        self.moves.extend(other.moves.iter().cloned());
        self.names.extend(other.names.iter().cloned());
        self.tokens.extend(other.tokens.clone());
    }

    /// Writes the entries that move, with the comments above them.
    fn relocate(&mut self, document: &EmbeddedDocument) -> Result<Vec<Span>, NoEdit> {
        if self.moves.is_empty() {
            return Ok(Vec::new());
        }
        for it in &mut self.moves {
            it.comments = comments::of_entry(document, it.node);
        }
        let mut moved = document.parsed.relocate(&self.moves)?;
        self.edits.extend(moved.comments.iter().map(|span| Edit::delete(*span)));
        moved.kept.append(&mut moved.comments);
        self.edits.extend(moved.edits);
        self.gone.extend(moved.gone);
        self.remove.extend(moved.remove);
        Ok(moved.kept)
    }

    /// Removes scripts without commands, where their list has others.
    fn take_items(&mut self, document: &EmbeddedDocument) -> Result<(), NoEdit> {
        let tree = &document.parsed.facts().tree;
        for list in self.items.iter().filter_map(|item| tree.parent(*item)).collect::<BTreeSet<_>>() {
            if tree.children(list).iter().all(|item| self.items.contains(item)) {
                return Err(NoEdit::new("the script would be empty: remove it manually"));
            }
        }
        self.remove.extend(std::mem::take(&mut self.items));
        Ok(())
    }

    /// Removes words that lose all their parts; the others lose each part with one of the commas next to it.
    fn settle(&mut self, document: &EmbeddedDocument) -> Result<(), NoEdit> {
        for (node, parts) in std::mem::take(&mut self.parts) {
            let last = parts.all.len().saturating_sub(1);
            if parts.gone.len() > last {
                self.remove.extend(parts.nodes);
                continue;
            }
            let decoded =
                document.parsed.decode(node).ok_or_else(|| NoEdit::new("the value is not a string"))?;
            let part = |index: usize| parts.all.get(index).copied().unwrap_or_default();
            let mut index = 0;
            while index <= last {
                let run = (index..=last).take_while(|at| parts.gone.contains(at)).count();
                if run > 0 {
                    let behind = index + run;
                    let span = if behind <= last {
                        Span::new(part(index).start(), part(behind).start())
                    } else {
                        Span::new(part(index - 1).end(), part(last).end())
                    };
                    self.edits.push(decoded.segments.edit(
                        &document.text,
                        &decoded.text,
                        &Edit::delete(span),
                    )?);
                }
                index += run.max(1);
            }
        }
        Ok(())
    }
}

/// Puts the fix of a unit together.
///
/// # Errors
/// [`Refusal`] if one part of it has no place: then there is no fix for any.
pub(super) fn plan(
    file: &LintedFile<'_>,
    view: &View<'_>,
    registration: &Registration,
    hits: &[Hit<'_>],
) -> Result<EditPlan, Refusal> {
    let mut wanted = AllWanted::new();
    for hit in hits {
        let Some(carrier) = file.survey.carriers.get(hit.member.carrier) else { continue };
        if let Some(sealed) = &carrier.sealed {
            return Err(Refusal::Sealed(sealed.clone()));
        }
        if let Some(anchored) = file.survey.anchored.get(&hit.member.carrier) {
            if let Some(other) = anchored.elsewhere {
                return Err(reasons::used_elsewhere(file, carrier.doc, other));
            }
            wanted.entry(carrier.doc).or_default().aliases.extend(&anchored.path);
        }
        if let Some(other) = hit.member.shared_with {
            return Err(reasons::shared(file, other));
        }
        let view = view.of(hit.member);
        let Some(action) = hit.rule.actions.iter().find(|action| view.holds(&action.when)) else { continue };
        act(file, registration, carrier, hit, action, &mut wanted).map_err(|it| named(file, carrier, it))?;
    }
    let own = hits.iter().any(|hit| matches!(hit.member.role, MemberRole::Own(_)));
    let joined = own.then(|| Arc::new(wanted.clone()));
    let plan = assemble(file, wanted).map_err(|reason| {
        let alone = hits.iter().take(MOST_ALONE).find_map(|hit| alone(file, view, registration, hit));
        alone.unwrap_or(Refusal::NotEditable(reason))
    })?;
    Ok(EditPlan { wanted: joined, ..plan })
}

/// Puts several plans together as one: what moves to one place shares the mappings that are new. `None` where one of them was
/// not made by this.
pub(super) fn together<'p>(
    file: &LintedFile<'_>,
    plans: impl Iterator<Item = &'p EditPlan>,
) -> Option<Result<EditPlan, NoEdit>> {
    let mut all = AllWanted::new();
    for plan in plans {
        for (doc, wanted) in plan.wanted.as_deref()? {
            all.entry(*doc).or_default().join(wanted);
        }
    }
    Some(assemble(file, all))
}

/// Why the part of one finding cannot be edited, if it is this part that cannot.
fn alone(
    file: &LintedFile<'_>,
    view: &View<'_>,
    registration: &Registration,
    hit: &Hit<'_>,
) -> Option<Refusal> {
    let carrier = file.survey.carriers.get(hit.member.carrier)?;
    let view = view.of(hit.member);
    let action = hit.rule.actions.iter().find(|action| view.holds(&action.when))?;
    let mut wanted = AllWanted::new();
    act(file, registration, carrier, hit, action, &mut wanted).ok()?;
    assemble(file, wanted).err().map(|reason| named(file, carrier, Refusal::NotEditable(reason)))
}

/// A refusal that says what cannot be edited.
fn named(file: &LintedFile<'_>, carrier: &Carrier, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::NotEditable(reason) => {
            Refusal::NameNotEditable { name: carrier.shown().to_owned(), line: file.line(carrier), reason }
        }
        other => other,
    }
}

/// Puts the edits of all texts together.
fn assemble(file: &LintedFile<'_>, mut wanted: AllWanted) -> Result<EditPlan, NoEdit> {
    let mut plan = EditPlan::default();
    let mut host = EditSet::default();
    // A text comes after the one around it, which may lose the item that it is.
    while let Some((doc, mut want)) = wanted.pop_last() {
        let Some(document) = file.documents.get(doc) else { continue };
        want.settle(document)?;
        want.take_items(document)?;
        let mut kept = want.relocate(document)?;
        let mut removal = if want.remove.is_empty() {
            Removal::default()
        } else {
            document.parsed.remove_aliased(&want.remove, &want.aliases)?
        };
        // What moves has its comments with it, or leaves them.
        let moved: BTreeSet<NodeId> = want.moves.iter().map(|it| it.node).collect();
        want.remove.retain(|node| !moved.contains(node));
        let comments = comments::above(document, &removal.edits, &want.remove);
        removal.edits.extend(want.edits);
        plan.text(doc).gone.append(&mut removal.gone);
        plan.text(doc).gone.append(&mut want.gone);
        plan.text(doc).kept.append(&mut kept);
        plan.names.append(&mut want.names);
        plan.tokens.append(&mut want.tokens);
        let item = document.parent.zip(document.item);
        if let Some((parent, item)) = item.filter(|_| document.is_emptied_by(&removal.edits)) {
            plan.text(doc).edits.append(&mut removal.edits);
            wanted.entry(parent).or_default().items.insert(item);
            continue;
        }
        if let Some((what, _)) = &document.place
            && document.parent.and_then(|it| file.documents.get(it)).is_some_and(EmbeddedDocument::is_tree)
            && document.language.is_shell()
            && document.is_emptied_by(&removal.edits)
        {
            return Err(NoEdit::new(format!("the {what} would be empty: remove it manually")));
        }
        removal.edits.sort();
        let mut edits = removal.edits.into_iter().peekable();
        while let Some(edit) = edits.next() {
            // Text that replaces another one is one change of the texts around it.
            let is_instead = |next: &Edit| edit.span.is_empty() && next.span.start() == edit.span.start();
            match edits.next_if(|next| is_instead(next) && next.is_deletion()) {
                Some(removed) => {
                    let instead = Edit::replace(removed.span, edit.replacement.clone());
                    lift(file, doc, &instead, &mut host, &mut plan)?;
                    plan.text(doc).edits.extend([edit, removed]);
                }
                None => {
                    lift(file, doc, &edit, &mut host, &mut plan)?;
                    plan.text(doc).edits.push(edit);
                }
            }
        }
        for edit in comments {
            // A comment that cannot be removed stays.
            if lift(file, doc, &edit, &mut host, &mut plan).is_ok() {
                plan.text(doc).silent.push(edit);
            }
        }
    }
    plan.edits = host.iter().cloned().collect();
    plan.comment = plan.texts.iter().find_map(|(doc, text)| comment(file, *doc, text));
    plan.ends_with_return = plan.texts.iter().any(|(doc, text)| ends_with_return(file, *doc, &text.edits));
    if plan.edits.is_empty() { Err(NoEdit::new("no text has to change")) } else { Ok(plan) }
}

/// Carries an edit of one text to all texts around it; all or nothing.
fn lift(
    file: &LintedFile<'_>,
    doc: usize,
    edit: &Edit,
    host: &mut EditSet,
    plan: &mut EditPlan,
) -> Result<(), NoEdit> {
    let lifted = file.documents.lift(doc, edit, file.source)?;
    for (_, edit) in lifted.iter().filter(|(text, _)| text.is_none()) {
        host.insert(edit.clone()).map_err(|overlap| NoEdit::new(overlap.to_string()))?;
    }
    for (text, edit) in lifted {
        if let Some(text) = text {
            plan.text(text).edits.push(edit);
        }
    }
    Ok(())
}

/// Whether an edit removes the last word of a line that ends with CR LF, where the shell reads the CR as part of a word.
fn ends_with_return(file: &LintedFile<'_>, doc: usize, edits: &[Edit]) -> bool {
    let Some(document) = file.documents.get(doc) else { return false };
    let at_end = |edit: &Edit| {
        let rest = document.text.get(edit.span.end()..).unwrap_or_default();
        edit.replacement.is_empty() && rest.trim_start_matches([' ', '\t']).starts_with("\r\n")
    };
    document.parsed.keeps_carriage_returns() && edits.iter().any(at_end)
}

/// Characters of a comment that are shown.
const MOST_SHOWN: usize = 40;

/// The first comment that edits remove.
fn comment(file: &LintedFile<'_>, doc: usize, text: &TextEdits) -> Option<String> {
    let document = file.documents.get(doc)?;
    let comments = &document.parsed.facts().comments;
    // What moves takes its comments along.
    let kept = text.kept.iter().map(|span| Span::new(span.start(), line_end(&document.text, span.end())));
    let kept = Cover::of(kept.collect());
    let taken = text.edits.iter().filter_map(|edit| {
        let next = comments.partition_point(|comment| comment.span.end() <= edit.span.start());
        let near = comments.get(next..).unwrap_or_default().iter();
        let mut inside = near.take_while(|comment| comment.span.overlaps(edit.span));
        inside.find(|comment| !kept.holds(comment.span))
    });
    let text = taken.min_by_key(|comment| comment.span)?.span.of(&document.text);
    let line = text.lines().next().unwrap_or_default().trim();
    let short: String = line.chars().take(MOST_SHOWN).collect();
    Some(if short.len() < text.trim().len() { format!("{short}…") } else { short })
}

/// The end of the line of `at`.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |end| at + end)
}

fn act(
    file: &LintedFile<'_>,
    registration: &Registration,
    carrier: &Carrier,
    hit: &Hit<'_>,
    action: &ActionRow,
    wanted: &mut AllWanted,
) -> Result<(), Refusal> {
    let is_own = matches!(hit.member.role, MemberRole::Own(_));
    for target in &action.remove {
        if target == "self" {
            wanted.entry(carrier.doc).or_default().take(carrier);
        } else {
            for other in slot(file, registration, target) {
                wanted.entry(other.doc).or_default().take(other);
            }
        }
    }
    if let Some(name) = action.rename.as_ref().filter(|_| carrier.via == Via::Command) {
        let edits = words::replace(file, carrier, &hit.fill_row(action, name, carrier), false)?;
        wanted.entry(carrier.doc).or_default().write(edits);
    } else if let Some(name) = &action.rename {
        let name = hit.fill_row(action, name, carrier);
        let edits = change::name(file, carrier, &name)?;
        if is_own {
            renames::check(file, carrier, &name)?;
            let names = renames::written(file, carrier, &name);
            if carrier.via == Via::Variable {
                // It names another line.
                let uses = uses::of(file, carrier).map_err(|it| Refusal::Rule(it.reason().to_owned()))?;
                let is_first = uses.first == Some(hit.member.carrier);
                for (doc, span) in uses.list.iter().filter(|_| is_first) {
                    wanted.entry(*doc).or_default().edits.push(Edit::replace(*span, name.clone()));
                }
            }
            wanted.entry(carrier.doc).or_default().names.extend(names);
        }
        let want = wanted.entry(carrier.doc).or_default();
        want.edits.extend(edits);
        let mentions = file.survey.mentions.get(&hit.member.carrier).into_iter().flatten();
        want.edits.extend(mentions.map(|span| Edit::replace(*span, name.clone())));
    }
    for (target, name) in &action.rename_slots {
        for other in slot(file, registration, target) {
            wanted.entry(other.doc).or_default().edits.push(Edit::replace(other.name_span, name.clone()));
        }
    }
    let value = match action.value {
        Some(NewValue::Empty) => Some(String::new()),
        _ => token_for(file, carrier, hit, action)?.inspect(|token| {
            wanted.entry(carrier.doc).or_default().tokens.insert(hit.member.carrier, token.clone());
        }),
    };
    if let Some(value) = value {
        let mut edits = change::set(file, carrier, &value)?;
        let want = wanted.entry(carrier.doc).or_default();
        if let ([edit], true) = (edits.as_slice(), is_expression(file, carrier)) {
            // It has as many parts as it likes, and so has what replaces it.
            want.gone.push(edit.span);
            edits = vec![
                Edit::replace(Span::at(edit.span.start()), edit.replacement.clone()),
                Edit::delete(edit.span),
            ];
        }
        want.edits.extend(edits);
        // What a substitution in it runs is replaced with it.
        let shell = file.documents.get(carrier.doc).is_some_and(|document| document.language.is_shell());
        let span = carrier.value.span;
        want.gone.extend(shell.then(|| Span::new(span.start() + 1, span.end().saturating_sub(1))));
    }
    if !action.insert.is_empty() {
        let fill = |text: &str| hit.fill_row(action, text, carrier);
        let edits = change::insert(file, carrier, &action.insert, fill)?;
        wanted.entry(carrier.doc).or_default().edits.extend(edits);
    }
    let set = action.set.as_ref().map(|text| hit.fill_row(action, text, carrier));
    if let Some((path, beside)) = new_path(action) {
        let path = hit.fill_row(action, path, carrier);
        let want = wanted.entry(carrier.doc).or_default();
        match moves::plan(file, carrier, &path, beside, set.as_deref(), &mut want.names)? {
            Moving::Entry(it) => want.moves.push(it),
            Moving::Name(edits) => want.edits.extend(edits),
        }
    } else if let Some(value) = set {
        let edits = change::value(file, carrier, &value)?;
        wanted.entry(carrier.doc).or_default().edits.extend(edits);
    }
    if let Some(text) = &action.replace {
        let text = hit.fill_row(action, text, carrier);
        let edits = match carrier.via {
            Via::Command | Via::Option | Via::Argument => words::replace(file, carrier, &text, true)?,
            _ => vec![
                Edit::replace(Span::at(carrier.name_span.start()), text),
                Edit::delete(carrier.name_span),
            ],
        };
        wanted.entry(carrier.doc).or_default().write(edits);
    }
    if let Some(text) = &action.add_option {
        let edits = words::add_option(file, carrier, &hit.fill_row(action, text, carrier))?;
        wanted.entry(carrier.doc).or_default().edits.extend(edits);
    }
    if let Some(position) = action.to_argument {
        let edits = words::to_argument(file, carrier, position)?;
        let want = wanted.entry(carrier.doc).or_default();
        want.edits.extend(edits);
        want.take(carrier);
    }
    Ok(())
}

/// The path that a row moves its finding to, and whether it begins at the mapping that this is in.
fn new_path(action: &ActionRow) -> Option<(&str, bool)> {
    let moves = action.moves.as_deref().map(|path| (path, false));
    moves.or_else(|| action.move_beside.as_deref().map(|path| (path, true)))
}

/// Whether the value is an expression in a language where a text is one of several forms of it: its parts are parts of the
/// text around it.
fn is_expression(file: &LintedFile<'_>, carrier: &Carrier) -> bool {
    let document = file.documents.get(carrier.doc);
    matches!(carrier.value.place, ValueLocation::Node(_))
        && document.is_some_and(|it| it.language.values_are_expressions())
}

/// What replaces the token of `carrier`, as it is written there.
fn token_for(
    file: &LintedFile<'_>,
    carrier: &Carrier,
    hit: &Hit<'_>,
    action: &ActionRow,
) -> Result<Option<String>, Refusal> {
    let replaces =
        action.value == Some(NewValue::Token) && !matches!(hit.member.class, Class::Glrt | Class::Registered);
    let value = file.settings.token_value.as_deref().filter(|_| replaces);
    value.map(|value| token::spelled(file, carrier, value)).transpose()
}

fn slot<'a>(
    file: &'a LintedFile<'_>,
    registration: &'a Registration,
    name: &str,
) -> impl Iterator<Item = &'a Carrier> {
    let role = if name == "new" { MemberRole::New } else { MemberRole::Old };
    let members = registration.members.iter().filter(move |member| member.role == role);
    members.filter_map(|member| file.survey.carriers.get(member.carrier))
}
