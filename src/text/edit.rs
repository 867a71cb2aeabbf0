use super::Span;
use std::fmt;

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
        if edit.span.is_empty() && edit.replacement.is_empty() {
            return Ok(());
        }
        let at = self.edits.partition_point(|other| other.span < edit.span);
        let near = self.edits.iter().skip(at.saturating_sub(1)).take(2);
        for other in near {
            if *other == edit {
                return Ok(());
            }
            if other.span.overlaps(edit.span) || other.span == edit.span {
                return Err(Overlap { existing: other.span });
            }
        }
        self.edits.insert(at, edit);
        Ok(())
    }

    /// Takes all of `edits` in, or none of them.
    ///
    /// # Errors
    /// As [`EditSet::insert`].
    pub fn insert_all(&mut self, edits: impl IntoIterator<Item = Edit>) -> Result<(), Overlap> {
        let mut next = self.clone();
        for edit in edits {
            next.insert(edit)?;
        }
        *self = next;
        Ok(())
    }

    /// The edits, by position.
    pub fn iter(&self) -> impl Iterator<Item = &Edit> {
        self.edits.iter()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The text after all edits; bytes outside of them are copied as they are.
    pub fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for edit in &self.edits {
            out.extend_from_slice(bytes.get(done..edit.span.start()).unwrap_or_default());
            out.extend_from_slice(edit.replacement.as_bytes());
            done = edit.span.end();
        }
        out.extend_from_slice(bytes.get(done..).unwrap_or_default());
        out
    }

    /// Where byte `offset` of the old text stands in the new one; inside a replaced span, where its replacement begins.
    pub fn moved(&self, offset: usize) -> usize {
        let mut grown = 0;
        let mut shrunk = 0;
        for edit in &self.edits {
            if edit.span.end() <= offset && !(edit.span.is_empty() && edit.span.start() == offset) {
                grown += edit.replacement.len();
                shrunk += edit.span.len();
            } else if edit.span.start() < offset {
                return edit.span.start() + grown - shrunk;
            } else {
                break;
            }
        }
        offset + grown - shrunk
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
        assert_eq!((set.moved(0), set.moved(8), set.moved(10)), (0, 4, 6));
    }
}
