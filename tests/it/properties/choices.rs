//! Decisions drawn from bytes: a generator asks, proptest shrinks the bytes, and what comes first in a list is simplest.

/// Answers by bytes, and by the simplest answer when they are used up.
pub(crate) struct Choices<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Choices<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn next(&mut self) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(byte)
    }

    /// Less than `bound`, which fits a byte.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.next() % bound.max(1)
    }

    /// A place in `length` bytes or items.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        (self.next() * 256 + self.next()) % length.max(1)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// `true` once in `often` times.
    pub(crate) fn one_in(&mut self, often: usize) -> bool {
        self.below(often) == often - 1
    }

    /// Whether there is nothing left to decide by.
    pub(crate) fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }
}
