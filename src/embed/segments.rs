use super::{Codec, NoEdit};
use crate::text::{Edit, Span};

/// A stretch of inner text and the host bytes that it represents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// In the inner text.
    pub inner: Span,
    /// In the host.
    pub outer: Span,
    /// Whether both are the same bytes; else the host writes an escape or a fold here.
    pub verbatim: bool,
}

/// Ties an inner text to its host. The segments tile the inner text; host bytes between two segments (indentation,
/// `"`, a dropped `\`-newline) belong to no inner byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segments {
    list: Vec<Segment>,
    outer: Span,
    codec: Codec,
}

/// An inner text and its ties to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The inner text.
    pub text: String,
    /// Where it came from.
    pub segments: Segments,
}

impl Decoded {
    /// The text after its first `skip` bytes; empty if they end inside a character.
    #[must_use]
    pub fn behind(self, skip: usize) -> Self {
        let text = self.text.get(skip..).unwrap_or_default().to_owned();
        let keep = |segment: &Segment| {
            let cut = skip.saturating_sub(segment.inner.start());
            let inner = Span::new(
                segment.inner.start().saturating_sub(skip),
                segment.inner.end().saturating_sub(skip),
            );
            let outer = if segment.verbatim {
                Span::new(segment.outer.start() + cut, segment.outer.end())
            } else {
                segment.outer
            };
            (!inner.is_empty()).then_some(Segment { inner, outer, verbatim: segment.verbatim })
        };
        let list: Vec<Segment> = self.segments.list.iter().filter_map(keep).collect();
        let start = list.first().map_or(self.segments.outer.end(), |first| first.outer.start());
        let outer = Span::new(start, self.segments.outer.end());
        Self { text, segments: Segments { list, outer, codec: self.segments.codec } }
    }
}

/// Builds a [`Decoded`] from left to right.
#[derive(Debug, Default)]
pub struct Decoder {
    text: String,
    list: Vec<Segment>,
}

impl Decoder {
    /// Adds the bytes below `outer` to the inner text as they are.
    pub fn verbatim(&mut self, host: &str, outer: Span) {
        let piece = outer.of(host);
        if piece.is_empty() {
            return;
        }
        let inner = Span::new(self.text.len(), self.text.len() + piece.len());
        self.text.push_str(piece);
        match self.list.last_mut() {
            Some(last) if last.verbatim && last.outer.end() == outer.start() => {
                last.inner = last.inner.hull(inner);
                last.outer = last.outer.hull(outer);
            }
            _ => self.list.push(Segment { inner, outer, verbatim: true }),
        }
    }

    /// Adds `text`, which the bytes below `outer` (an escape, a fold) represent.
    pub fn decoded(&mut self, text: &str, outer: Span) {
        if text.is_empty() {
            return;
        }
        let inner = Span::new(self.text.len(), self.text.len() + text.len());
        self.text.push_str(text);
        self.list.push(Segment { inner, outer, verbatim: false });
    }

    /// Adds another inner text of the same host after the text so far.
    pub fn append(&mut self, other: &Decoded) {
        let from = self.text.len();
        self.text.push_str(&other.text);
        let moved = |segment: &Segment| Segment { inner: segment.inner.shifted(from), ..*segment };
        self.list.extend(other.segments.list.iter().map(moved));
    }

    /// Length of the inner text so far, in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether no inner text came yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The inner text, which `codec` writes and which is somewhere in `outer`.
    pub fn finish(self, outer: Span, codec: Codec) -> Decoded {
        Decoded { text: self.text, segments: Segments { list: self.list, outer, codec } }
    }
}

/// Which of two host offsets an inner offset at a gap means.
#[derive(Clone, Copy)]
enum MapSide {
    /// Right after the segment before.
    Before,
    /// At the segment after.
    Behind,
}

impl Segments {
    /// The inner text is the host's text below `outer`.
    pub fn identity(outer: Span) -> Self {
        let inner = Span::new(0, outer.len());
        Self { list: vec![Segment { inner, outer, verbatim: true }], outer, codec: Codec::Verbatim }
    }

    /// The host bytes that contain all of the inner text.
    pub fn outer(&self) -> Span {
        self.outer
    }

    /// How the host writes the inner text.
    pub fn codec(&self) -> &Codec {
        &self.codec
    }

    /// The segments, by position.
    pub fn iter(&self) -> impl Iterator<Item = &Segment> {
        self.list.iter()
    }

    /// The host bytes of an inner span, hull of its pieces: an escape or a fold counts whole.
    pub fn to_outer(&self, inner: Span) -> Span {
        let start = self.offset(inner.start(), MapSide::Behind).0;
        if inner.is_empty() {
            return Span::at(start);
        }
        let end = self.offset(inner.end(), MapSide::Before);
        Span::new(start, end.1)
    }

    /// The inner offset of the host byte at `outer`; none if no inner byte comes from it.
    pub fn to_inner(&self, outer: usize) -> Option<usize> {
        let next = self.list.partition_point(|segment| segment.outer.end() <= outer);
        let segment = self.list.get(next).filter(|segment| segment.outer.start() <= outer)?;
        let into = if segment.verbatim { outer - segment.outer.start() } else { 0 };
        Some(segment.inner.start() + into)
    }

    /// The host offsets around inner offset `at`: equal unless it is inside an escape or fold.
    fn offset(&self, at: usize, side: MapSide) -> (usize, usize) {
        let index = match side {
            MapSide::Before => self.list.partition_point(|segment| segment.inner.end() < at),
            MapSide::Behind => self.list.partition_point(|segment| segment.inner.end() <= at),
        };
        let Some(segment) = self.list.get(index) else {
            let end = self.list.last().map_or(self.outer.start(), |last| last.outer.end());
            return (end, end);
        };
        let into = at.saturating_sub(segment.inner.start());
        if segment.verbatim || into == 0 {
            let offset = segment.outer.start() + into;
            (offset, offset)
        } else if at >= segment.inner.end() {
            (segment.outer.end(), segment.outer.end())
        } else {
            (segment.outer.start(), segment.outer.end())
        }
    }

    /// The edit of the host that makes `edit` of the inner text.
    ///
    /// # Errors
    /// [`NoEdit`] if an end of the edit is inside an escape, or the host has no way to write the replacement there.
    pub fn edit(&self, host: &str, inner_text: &str, edit: &Edit) -> Result<Edit, NoEdit> {
        if let Some(reason) = self.codec.sealed() {
            return Err(NoEdit::new(reason));
        }
        if edit.is_deletion() {
            return self.delete(host, inner_text, edit.span);
        }
        let before = inner_text.get(..edit.span.start()).unwrap_or_default();
        let is_first = before.bytes().all(|byte| byte == b'\n');
        if is_first && self.codec.finds_indent() && edit.replacement.starts_with([' ', '\t', '\n']) {
            return Err(NoEdit::new("the first line of the block would begin with a space"));
        }
        let side = if edit.span.is_empty() { MapSide::Before } else { MapSide::Behind };
        let start = exact(self.offset(edit.span.start(), side))?;
        if edit.span.is_empty() && before.ends_with('\n') && edit.replacement.ends_with('\n') {
            // Whole lines are inserted: each gets the host's indentation, and the line after them keeps its own.
            let prefix = self.codec.line_prefix();
            let lines = self.codec.encode(host, Span::at(start), &edit.replacement)?;
            let lines = lines.strip_suffix(&*prefix).unwrap_or(&lines);
            return Ok(Edit::replace(Span::at(start), format!("{prefix}{lines}")));
        }
        let end =
            if edit.span.is_empty() { start } else { exact(self.offset(edit.span.end(), MapSide::Before))? };
        let span = Span::new(start, end);
        Ok(Edit::replace(span, self.codec.encode(host, span, &edit.replacement)?))
    }

    fn delete(&self, host: &str, inner_text: &str, mut span: Span) -> Result<Edit, NoEdit> {
        if self.joins_lines(host, inner_text, span) {
            span = span.shifted(1);
        }
        // Whole lines are removed with their indentation: from the end of the line before to the end of the last one. A range
        // that begins inside a line and ends at the start of another one joins the two, without the indentation.
        let begins_line = |at: usize| at == 0 || inner_text.as_bytes().get(at - 1) == Some(&b'\n');
        let (start_side, end_side) = match (begins_line(span.start()), begins_line(span.end()), span.start())
        {
            (true, true, _) if self.codec.drops_lines() => (MapSide::Behind, MapSide::Before),
            (true, true, 0) => (MapSide::Behind, MapSide::Behind),
            (true, true, _) => (MapSide::Before, MapSide::Before),
            (false, true, _) if span.end() < inner_text.len() => (MapSide::Behind, MapSide::Behind),
            _ => (MapSide::Behind, MapSide::Before),
        };
        let start = exact(self.offset(span.start(), start_side))?;
        let end = exact(self.offset(span.end(), end_side))?;
        let span = Span::new(start, end);
        self.codec.delete(span)?;
        Ok(Edit::delete(span))
    }

    /// Whether a deletion begins with a fold (a host line end read as a space) and leaves words after it on its last
    /// host line. Then the space after it is removed instead of the fold, so that no word changes its line.
    fn joins_lines(&self, host: &str, inner_text: &str, span: Span) -> bool {
        let byte = |at: usize| inner_text.as_bytes().get(at);
        let fold = |at: usize| {
            let index = self.list.partition_point(|segment| segment.inner.start() < at);
            self.list.get(index).is_some_and(|segment| {
                !segment.verbatim && segment.inner.start() == at && segment.outer.of(host).contains('\n')
            })
        };
        byte(span.start()) == Some(&b' ')
            && byte(span.end()) == Some(&b' ')
            && fold(span.start())
            && !fold(span.end())
    }
}

fn exact((low, high): (usize, usize)) -> Result<usize, NoEdit> {
    if low == high { Ok(low) } else { Err(NoEdit::new("it would split an escape sequence")) }
}
