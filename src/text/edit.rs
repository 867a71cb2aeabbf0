use super::Span;
use std::fmt;

/// Replaces the bytes below `span` by `replacement`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes to remove.
    pub span: Span,
    /// The text that replaces them; empty for a deletion.
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

    /// The same change of `text` without what stays at both ends, so that it carries no more than it must.
    #[must_use]
    pub fn trimmed(self, text: &str) -> Self {
        let old = self.span.of(text);
        let same = |(a, b): &(char, char)| a == b;
        let start: usize =
            old.chars().zip(self.replacement.chars()).take_while(same).map(|(sign, _)| sign.len_utf8()).sum();
        let (old, new) =
            (old.get(start..).unwrap_or_default(), self.replacement.get(start..).unwrap_or_default());
        let ends = old.chars().rev().zip(new.chars().rev()).take_while(same);
        let end: usize = ends.map(|(sign, _)| sign.len_utf8()).sum();
        let span = Span::new(self.span.start() + start, self.span.end() - end);
        Self::replace(span, new.get(..new.len() - end).unwrap_or_default())
    }

    /// Whether the edit only removes text.
    pub fn is_deletion(&self) -> bool {
        self.replacement.is_empty()
    }
}

/// Two edits change the same bytes.
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
    /// [`Overlap`] if another edit contains some of the same bytes, or inserts at the same place.
    pub fn insert(&mut self, edit: Edit) -> Result<(), Overlap> {
        if let Some(at) = self.place(&edit)? {
            self.edits.insert(at, edit);
        }
        Ok(())
    }

    /// The index at which to insert `edit`; none if it does nothing, or is there already.
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

    /// Adds all of `edits`, or none of them.
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

    /// The text after all edits; bytes outside of them are copied as they are.
    pub fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        self.pieces(bytes).for_each(|piece| out.extend_from_slice(piece));
        out
    }

    /// Whether `after` is `before` after all edits.
    pub fn lead_to(&self, before: &[u8], after: &[u8]) -> bool {
        let mut rest = Some(after);
        for piece in self.pieces(before) {
            rest = rest.and_then(|rest| rest.strip_prefix(piece));
        }
        rest.is_some_and(<[u8]>::is_empty)
    }

    /// The text after all edits, in the pieces that stay and those that are inserted.
    fn pieces<'t>(&'t self, bytes: &'t [u8]) -> impl Iterator<Item = &'t [u8]> {
        let mut from = 0;
        let before = self.edits.iter().flat_map(move |edit| {
            let kept = bytes.get(from..edit.span.start()).unwrap_or_default();
            from = edit.span.end();
            [kept, edit.replacement.as_bytes()]
        });
        let end = self.edits.last().map_or(0, |edit| edit.span.end());
        before.chain([bytes.get(end..).unwrap_or_default()])
    }

    /// Where bytes of the old text are in the new one.
    pub fn moves(&self) -> Moves<'_> {
        let mut before = Vec::with_capacity(self.edits.len() + 1);
        let mut starts = Vec::with_capacity(self.edits.len());
        let mut balance = (0, 0);
        for edit in &self.edits {
            starts.push(edit.span.start() + balance.0 - balance.1);
            before.push(balance);
            balance = (balance.0 + edit.replacement.len(), balance.1 + edit.span.len());
        }
        before.push(balance);
        Moves { before, starts, edits: &self.edits }
    }
}

/// Where bytes are after edits.
#[derive(Clone, Debug)]
pub struct Moves<'e> {
    edits: &'e [Edit],
    /// Bytes that came and bytes that went before each edit, and with all of them.
    before: Vec<(usize, usize)>,
    /// Where each edit begins in the new text.
    starts: Vec<usize>,
}

impl Moves<'_> {
    /// Where byte `offset` of the old text is in the new one; inside a replaced span, where its replacement begins.
    pub fn of(&self, offset: usize) -> usize {
        let done =
            |edit: &Edit| edit.span.end() <= offset && !(edit.span.is_empty() && edit.span.start() == offset);
        let at = self.edits.partition_point(done);
        let (came, went) = self.before.get(at).copied().unwrap_or_default();
        let inside = self.edits.get(at).map(|edit| edit.span.start()).filter(|start| *start < offset);
        inside.unwrap_or(offset) + came - went
    }

    /// Where byte `offset` of the new text was in the old one; inside a replacement, where the replaced span begins.
    pub fn back(&self, offset: usize) -> usize {
        let at = self.starts.partition_point(|start| *start <= offset);
        let Some(edit) = at.checked_sub(1).and_then(|last| self.edits.get(last)) else { return offset };
        let (came, went) = self.before.get(at).copied().unwrap_or_default();
        let end = edit.span.end() + came - went;
        if offset < end { edit.span.start() } else { offset + went - came }
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
        let moves = set.moves();
        assert_eq!((moves.of(0), moves.of(6), moves.of(8), moves.of(10)), (0, 4, 4, 6));
        assert_eq!((moves.back(0), moves.back(2), moves.back(4), moves.back(6)), (0, 0, 8, 10));
    }

    #[test]
    fn edits_side_by_side_all_apply() {
        let mut set = EditSet::default();
        let edits =
            [Edit::delete(Span::new(2, 4)), Edit::delete(Span::new(4, 6)), Edit::replace(Span::at(1), "+")];
        set.insert_all(edits).unwrap();
        assert_eq!(set.apply("abcdéf".as_bytes()), b"a+bf");
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
