//! What a text means, before and after a fix.

use crate::syntax::{Data, Datum};
use crate::text::{Cover, Edit, EditSet, Span};

/// What a fix does to one text.
#[derive(Default)]
pub(super) struct MeaningChange {
    pub(super) edits: EditSet,
    /// Those that may change what the text means.
    pub(super) loud: EditSet,
    /// The bytes whose meaning is removed.
    pub(super) gone: Vec<Span>,
    /// Values among them that are written again.
    pub(super) kept: Vec<Span>,
}

/// Comparisons that a check of what is kept may take, by the pieces of the text.
const MOST_COMPARED: usize = 64;

/// A piece before and after a fix.
pub(super) type Difference<'o, 'n> = (Option<Datum<'o>>, Option<Datum<'n>>);

impl MeaningChange {
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

    /// Whether what is written contains all values that are to be kept, each with its pieces in their order.
    pub(super) fn keeps(&self, old: Data<'_>, new: Data<'_>) -> bool {
        if self.kept.is_empty() {
            return true;
        }
        let moves = self.edits.moves();
        let written = self.loud.iter().filter(|edit| !edit.replacement.is_empty()).map(|edit| {
            let start = moves.of(edit.span.start());
            Span::new(start, start + edit.replacement.len())
        });
        let written = Cover::of(written.collect());
        let pieces = |datum: Datum<'_>| (datum.kind, datum.value.into_owned());
        let new: Vec<_> = new.filter(|datum| written.holds(datum.span)).map(pieces).collect();
        let old: Vec<Datum<'_>> = old.collect();
        let mut left = MOST_COMPARED * (old.len() + new.len());
        let mut next = 0;
        self.kept.iter().all(|kept| {
            let from = old.partition_point(|datum| datum.span.start() < kept.start());
            let inside =
                old.get(from..).unwrap_or_default().iter().take_while(|it| it.span.start() < kept.end());
            let value: Vec<_> = inside.filter(|it| kept.contains(it.span)).collect();
            let is_here = |window: &[(u8, String)]| {
                window.iter().zip(&value).all(|(new, old)| {
                    left = left.saturating_sub(1);
                    left > 0 && new.0 == old.kind && *new.1 == *old.value
                })
            };
            if value.is_empty() {
                return true;
            }
            // Most values are written in the order of the text.
            let windows = new.windows(value.len()).enumerate();
            let mut found = windows.clone().skip(next).chain(windows.take(next));
            let mut is_here = is_here;
            let at = found.find(|(_, window)| is_here(window)).map(|(at, _)| at);
            next = at.map_or(next, |at| at + value.len());
            at.is_some()
        })
    }

    /// Whether an edit makes an old piece another one.
    fn touches(&self, old: &Datum<'_>) -> bool {
        let touches = |edit: &Edit| {
            edit.span.overlaps(old.span) || edit.span.is_empty() && old.span.contains(edit.span)
        };
        self.loud.near(old.span).any(touches)
    }
}
