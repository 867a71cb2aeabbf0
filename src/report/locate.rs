use crate::text::{Position, Source};

/// Offsets to lines and columns; quick for offsets that come in order, on lines of any length.
pub(super) struct Locator<'a> {
    source: &'a Source,
    last: Option<Position>,
}

impl<'a> Locator<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, last: None }
    }

    /// As [`Source::position`].
    pub(super) fn at(&mut self, offset: usize) -> Position {
        let offset = offset.min(self.source.bytes().len());
        let line = self.source.line_at(offset) + 1;
        let position = match self.last.filter(|last| last.line == line && last.offset <= offset) {
            Some(last) => {
                let between = self.source.text().get(last.offset..offset);
                let columns = between.map_or(offset - last.offset, |text| text.chars().count());
                Position { line, column: last.column + columns, offset }
            }
            None => self.source.position(offset),
        };
        // Not inside of a byte order mark, where counting on would count it.
        if offset >= self.source.text_start() {
            self.last = Some(position);
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_source_in_any_order() {
        let source = Source::new("\u{feff}aé b\r\nc\u{1f600}d\n".as_bytes().to_vec());
        let mut locator = Locator::new(&source);
        let offsets: Vec<usize> = source.text().char_indices().map(|(at, _)| at).collect();
        for at in offsets.iter().chain(offsets.iter().rev()) {
            assert_eq!(locator.at(*at), source.position(*at));
        }
    }
}
