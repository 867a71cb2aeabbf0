//! The conditions of rules that refer to a place: its value, what is next to it and around it, its file.

use super::LintedFile;
use crate::facts::{DataTree, NodeId};
use crate::rules::{MatchContext, Member, MemberRole, When, version};
use crate::sites::{Carrier, Requirement, Via, accepts, document_of};

/// What is around the members of a unit, or around what a rule found outside of units.
pub(super) struct MatchSurroundings<'a> {
    pub(super) file: &'a LintedFile<'a>,
    /// The product whose versions the rule refers to.
    pub(super) product: &'a str,
    /// Whether another branch of a template condition has already what the rule would write.
    pub(super) guarded: bool,
}

impl MatchContext for MatchSurroundings<'_> {
    fn holds(&self, when: &When, member: Option<&Member>) -> bool {
        let carrier = member.and_then(|member| self.file.survey.carriers.get(member.carrier));
        let is_own = member.is_some_and(|member| matches!(member.role, MemberRole::Own(_)));
        self.judged_by(when)
            && when.guarded.is_none_or(|wanted| wanted == self.guarded)
            && (when.file.is_empty() || when.file.is_match(self.file.path))
            && when.mentions.as_ref().is_none_or(|it| self.file.mentions(it))
            && (!speaks_of_carrier(when)
                || carrier.is_some_and(|carrier| self.of_carrier(when, carrier, is_own)))
    }
}

fn speaks_of_carrier(when: &When) -> bool {
    !when.is.is_empty()
        || when.like.is_some()
        || !when.document.is_empty()
        || !when.beside.is_empty()
        || !when.around.is_empty()
        || !when.option.is_empty()
        || when.argument.is_some()
        || !when.language.is_empty()
}

impl MatchSurroundings<'_> {
    fn judged_by(&self, when: &When) -> bool {
        let target = self.file.settings.target(self.product);
        // Without a version, the newest applies.
        let reaches =
            |limit: &String| target.zip(version(limit)).is_none_or(|(target, limit)| target >= limit);
        when.from.as_ref().is_none_or(reaches) && when.below.as_ref().is_none_or(|limit| !reaches(limit))
    }

    fn of_carrier(&self, when: &When, carrier: &Carrier, is_own: bool) -> bool {
        let text = if is_own { carrier.own_value() } else { carrier.value.text.as_str() };
        let language = || self.file.documents.get(carrier.doc).map(|document| document.language.name());
        // What an alias or a variable of the file is counts as well.
        let known = carrier.value.known.as_deref();
        (when.is.is_empty() || when.is.iter().any(|value| value == text || known == Some(value)))
            && when.like.as_ref().is_none_or(|like| like.is_like(text))
            && (when.language.is_empty()
                || language().is_some_and(|own| when.language.iter().any(|it| it == own)))
            && (when.option.is_empty()
                || self.file.beside(carrier, Via::Option).any(|it| when.option.contains(&it.name)))
            && when.argument.as_ref().is_none_or(|like| {
                self.file.beside(carrier, Via::Argument).any(|it| like.is_like(&it.value.text))
            })
            && self.of_entries(when, carrier)
    }

    fn of_entries(&self, when: &When, carrier: &Carrier) -> bool {
        if when.document.is_empty() && when.beside.is_empty() && when.around.is_empty() {
            return true;
        }
        let Some((tree, id)) = self.node(carrier) else { return false };
        let has = |at: NodeId, wanted: &Requirement| accepts(tree, at, wanted);
        let document = document_of(tree, id);
        let parents = || tree.above(id);
        when.document.iter().all(|wanted| has(document, wanted))
            && when.beside.iter().all(|wanted| parents().next().is_some_and(|at| has(at, wanted)))
            && when.around.iter().all(|wanted| parents().any(|at| has(at, wanted)))
    }

    /// The entry that it is or is in: of its own text, or of the nearest text around that has entries.
    fn node(&self, carrier: &Carrier) -> Option<(&DataTree, NodeId)> {
        let (mut doc, mut offset) = (carrier.doc, carrier.name_span.start());
        loop {
            let document = self.file.documents.get(doc)?;
            let tree = &document.parsed.facts().tree;
            if !tree.is_empty() {
                return Some((tree, tree.innermost(offset)?));
            }
            offset = document.place.as_ref()?.1.start();
            doc = document.parent?;
        }
    }
}
