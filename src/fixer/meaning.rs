//! What a text means, before and after a fix.

use crate::syntax::{Data, Datum};
use crate::text::{Cover, Edit, EditSet, Span};

/// What a fix does to one text.
#[derive(Default)]
pub(super) struct Change {
    pub(super) edits: EditSet,
    /// Those that may change what the text means.
    pub(super) loud: EditSet,
    /// The bytes whose meaning is removed.
    pub(super) gone: Vec<Span>,
}

/// A piece before and after a fix.
pub(super) type Difference<'o, 'n> = (Option<Datum<'o>>, Option<Datum<'n>>);

impl Change {
    /// Whether `new` means the same as `old`, except for what is removed. Where `replaced`, each replacement may consist of
    /// more or fewer pieces than what was there.
    pub(super) fn leads_to(&self, old: Data<'_>, new: Data<'_>, replaced: bool) -> bool {
        self.difference(old, new, replaced).is_none()
    }

    /// The first piece of `old` that is another one in `new`, with what replaces it; one of them may be missing.
    pub(super) fn difference<'o, 'n>(
        &self,
        old: Data<'o>,
        new: Data<'n>,
        replaced: bool,
    ) -> Option<Difference<'o, 'n>> {
        let mut gone = self.gone.clone();
        if replaced {
            gone.extend(self.loud.iter().filter(|edit| !edit.replacement.is_empty()).map(|edit| edit.span));
        }
        let gone = Cover::of(gone);
        let mut expected = old.filter(|datum| !gone.holds(datum.span));
        // What an edit inserts between two old pieces is new by intention.
        let moves = self.edits.moves();
        let is_new = |edit: &&Edit| edit.span.is_empty() || replaced && !edit.replacement.is_empty();
        let insertions = self.loud.iter().filter(is_new);
        let written = insertions.map(|edit| {
            let start = moves.of(edit.span.start());
            Span::new(start, start + edit.replacement.len())
        });
        let written = Cover::of(written.collect());
        let mut found = new.filter(|datum| !written.holds(datum.span));
        let is_same = |old: &Datum<'_>, new: &Datum<'_>| (old.kind, &old.value) == (new.kind, &new.value);
        loop {
            match (expected.next(), found.next()) {
                (None, None) => return None,
                (Some(old), Some(new)) if is_same(&old, &new) || self.touches(&old) => {}
                difference => return Some(difference),
            }
        }
    }

    /// Whether an edit makes an old piece another one.
    fn touches(&self, old: &Datum<'_>) -> bool {
        let touches = |edit: &Edit| {
            edit.span.overlaps(old.span) || edit.span.is_empty() && old.span.contains(edit.span)
        };
        self.loud.near(old.span).any(touches)
    }
}
