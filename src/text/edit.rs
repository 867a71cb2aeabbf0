use super::Span;
use std::fmt;
use std::ops::Range;

/// Replaces the bytes below `span` by `replacement`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes in its place; empty for a deletion.
    pub replacement: String,
}

impl Edit {
    /// Replaces `span` by `replacement`.
    pub fn replace(span: Span, replacement: impl Into<String>) -> Self {
        Self { span, replacement: replacement.into() }
    }

    /// Deletes `span`.
    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }

    /// Whether nothing comes in the place of what goes.
    pub fn is_deletion(&self) -> bool {
        self.replacement.is_empty()
    }
}

/// Two edits want the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The span that was there first.
    pub existing: Span,
}

impl fmt::Display for Overlap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "overlaps another edit at bytes {}..{}", self.existing.start(), self.existing.end())
    }
}

impl std::error::Error for Overlap {}

/// Edits of one text: sorted, never overlapping, applied all at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditSet {
    edits: Vec<Edit>,
}

impl EditSet {
    /// Takes an edit in. The same edit twice is one edit.
    ///
    /// # Errors
    /// [`Overlap`] if another edit holds some of the same bytes, or inserts at the same place.
    pub fn insert(&mut self, edit: Edit) -> Result<(), Overlap> {
        if let Some(at) = self.place(&edit)? {
            self.edits.insert(at, edit);
        }
        Ok(())
    }

    /// Where `edit` goes; nowhere if it does nothing, or is there.
    fn place(&self, edit: &Edit) -> Result<Option<usize>, Overlap> {
        if edit.span.is_empty() && edit.replacement.is_empty() {
            return Ok(None);
        }
        let at = self.edits.partition_point(|other| other.span < edit.span);
        let near = self.edits.iter().skip(at.saturating_sub(1)).take(2);
        for other in near {
            if other == edit {
                return Ok(None);
            }
            if other.span.overlaps(edit.span) || other.span == edit.span {
                return Err(Overlap { existing: other.span });
            }
        }
        Ok(Some(at))
    }

    /// Takes all of `edits` in, or none of them.
    ///
    /// # Errors
    /// As [`EditSet::insert`].
    pub fn insert_all(&mut self, edits: impl IntoIterator<Item = Edit>) -> Result<(), Overlap> {
        let mut all = Self::default();
        for edit in edits {
            self.place(&edit)?;
            all.insert(edit)?;
        }
        for edit in all.edits {
            self.insert(edit)?;
        }
        Ok(())
    }

    /// The edits, by position.
    pub fn iter(&self) -> impl Iterator<Item = &Edit> {
        self.edits.iter()
    }

    /// The edits that overlap `span` or adjoin it.
    pub fn near(&self, span: Span) -> impl Iterator<Item = &Edit> {
        let first = self.edits.partition_point(|edit| edit.span.end() < span.start());
        self.edits.iter().skip(first).take_while(move |edit| edit.span.start() <= span.end())
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// What stays of a text of `len` bytes: before each edit, and behind the last one.
    pub fn kept(&self, len: usize) -> impl DoubleEndedIterator<Item = Range<usize>> + ExactSizeIterator {
        let count = self.edits.len() + 1;
        (0..count).map(move |at| {
            let before = at.checked_sub(1).and_then(|before| self.edits.get(before));
            let start = before.map_or(0, |edit| edit.span.end());
            start..self.edits.get(at).map_or(len, |edit| edit.span.start())
        })
    }

    /// The text after all edits; bytes outside of them are copied as they are.
    pub fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut edits = self.edits.iter();
        for kept in self.kept(bytes.len()) {
            out.extend_from_slice(bytes.get(kept).unwrap_or_default());
            out.extend_from_slice(edits.next().map_or(&[], |edit| edit.replacement.as_bytes()));
        }
        out
    }

    /// As [`EditSet::apply`], in the room of the text itself: a large one is not there twice.
    pub fn apply_within(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let moves = self.moves();
        let before = bytes.len();
        let (came, went) = moves.before.last().copied().unwrap_or_default();
        let Some(after) = (before + came).checked_sub(went) else { return self.apply(&bytes) };
        if self.kept(before).any(|kept| kept.start > kept.end || kept.end > before) {
            return self.apply(&bytes);
        }
        bytes.resize(before.max(after), 0);
        // What stays, and where it goes.
        let pieces = || {
            let kept = self.kept(before).zip(&moves.before);
            kept.map(|(kept, (came, went))| (kept.start + came - went, kept))
        };
        // What moves towards the start goes first, from the start on; then the rest, from the end on. So nothing is written
        // over that is still to move.
        for (to, piece) in pieces().filter(|(to, piece)| *to < piece.start) {
            bytes.copy_within(piece, to);
        }
        for (to, piece) in pieces().rev().filter(|(to, piece)| *to > piece.start) {
            bytes.copy_within(piece, to);
        }
        for (edit, (came, went)) in self.edits.iter().zip(&moves.before) {
            let start = edit.span.start() + came - went;
            if let Some(place) = bytes.get_mut(start..start + edit.replacement.len()) {
                place.copy_from_slice(edit.replacement.as_bytes());
            }
        }
        bytes.truncate(after);
        bytes
    }

    /// Whether `after` is `before` after all edits; told without another copy of it.
    pub fn lead_to(&self, before: &[u8], after: &[u8]) -> bool {
        self.keep(before.len(), after, |old, kept| before.get(old) == Some(kept))
    }

    /// Whether `after` may come of a text of `len` bytes by all edits: what they write is there, and `is_kept` says so of the
    /// bytes between. It is given each range of the old text that stays, and what stands in its place.
    pub fn keep<'a>(
        &self,
        len: usize,
        after: &'a [u8],
        mut is_kept: impl FnMut(Range<usize>, &'a [u8]) -> bool,
    ) -> bool {
        let mut left = after;
        let mut edits = self.edits.iter();
        for old in self.kept(len) {
            let Some((kept, rest)) = left.split_at_checked(old.len()) else { return false };
            let written = edits.next().map_or("", |edit| &edit.replacement);
            let Some(rest) = rest.strip_prefix(written.as_bytes()) else { return false };
            if old.start > len || !is_kept(old, kept) {
                return false;
            }
            left = rest;
        }
        left.is_empty()
    }

    /// The edits that make `before` of what these make of it. Where one begins or ends inside a character it comes out
    /// otherwise: ask [`EditSet::lead_to`].
    #[must_use]
    pub fn undo(&self, before: &str) -> Self {
        let moves = self.moves();
        let edits = self.edits.iter().zip(&moves.before).map(|(edit, (came, went))| {
            let start = edit.span.start() + came - went;
            let written = Span::new(start, start + edit.replacement.len());
            Edit::replace(written, edit.span.of(before))
        });
        Self { edits: edits.collect() }
    }

    /// Where bytes of the old text stand in the new one.
    pub fn moves(&self) -> Moves<'_> {
        let mut before = Vec::with_capacity(self.edits.len() + 1);
        let mut balance = (0, 0);
        for edit in &self.edits {
            before.push(balance);
            balance = (balance.0 + edit.replacement.len(), balance.1 + edit.span.len());
        }
        before.push(balance);
        Moves { before, edits: &self.edits }
    }
}

/// Where bytes stand after edits.
#[derive(Clone, Debug)]
pub struct Moves<'e> {
    edits: &'e [Edit],
    /// Bytes that came and bytes that went before each edit, and with all of them.
    before: Vec<(usize, usize)>,
}

impl Moves<'_> {
    /// Where byte `offset` of the old text stands in the new one; inside a replaced span, where its replacement begins.
    pub fn of(&self, offset: usize) -> usize {
        let done =
            |edit: &Edit| edit.span.end() <= offset && !(edit.span.is_empty() && edit.span.start() == offset);
        let at = self.edits.partition_point(done);
        let (came, went) = self.before.get(at).copied().unwrap_or_default();
        let inside = self.edits.get(at).map(|edit| edit.span.start()).filter(|start| *start < offset);
        inside.unwrap_or(offset) + came - went
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_together_and_refuse_to_overlap() {
        let mut set = EditSet::default();
        set.insert(Edit::delete(Span::new(4, 8))).unwrap();
        set.insert(Edit::replace(Span::new(0, 3), "ONE")).unwrap();
        assert_eq!(set.insert(Edit::delete(Span::new(6, 9))).unwrap_err().existing, Span::new(4, 8));
        assert_eq!(set.insert(Edit::delete(Span::new(2, 4))).unwrap_err().existing, Span::new(0, 3));
        assert_eq!(set.apply(b"one two three"), b"ONE three");
        assert!(set.lead_to(b"one two three", b"ONE three"));
        for other in ["one three", "ONE thre", "ONE threee", "ONE two three", ""] {
            assert!(!set.lead_to(b"one two three", other.as_bytes()), "{other}");
        }
        assert!(set.undo("one two three").lead_to(b"ONE three", b"one two three"));
        let moves = set.moves();
        assert_eq!((moves.of(0), moves.of(6), moves.of(8), moves.of(10)), (0, 4, 4, 6));
    }

    #[test]
    fn edits_side_by_side_are_undone() {
        let mut set = EditSet::default();
        let edits =
            [Edit::delete(Span::new(2, 4)), Edit::delete(Span::new(4, 6)), Edit::replace(Span::at(1), "+")];
        set.insert_all(edits).unwrap();
        let after = set.apply("abcdéf".as_bytes());
        assert_eq!(after, b"a+bf");
        assert_eq!(set.undo("abcdéf").apply(&after), "abcdéf".as_bytes());
    }

    #[test]
    fn edits_go_in_all_together_or_not_at_all() {
        let mut set = EditSet::default();
        set.insert(Edit::delete(Span::new(4, 8))).unwrap();
        let before = set.clone();
        set.insert_all([Edit::delete(Span::new(0, 2)), Edit::delete(Span::new(6, 9))]).unwrap_err();
        set.insert_all([Edit::delete(Span::new(0, 2)), Edit::delete(Span::new(1, 3))]).unwrap_err();
        assert_eq!(set, before);
        set.insert_all([Edit::delete(Span::new(9, 12)), Edit::delete(Span::new(4, 8))]).unwrap();
        assert_eq!(set.iter().count(), 2);
    }
}
