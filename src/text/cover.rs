use super::Span;

/// Spans, to check whether one of them contains another one.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// The start of each, and the furthest end of all up to it.
    furthest: Vec<(usize, usize)>,
}

impl Cover {
    /// Of these spans, in any order; they may overlap.
    pub fn of(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let mut end = 0;
        let furthest = spans.into_iter().map(|span| {
            end = end.max(span.end());
            (span.start(), end)
        });
        Self { furthest: furthest.collect() }
    }

    /// Whether one of them contains all of `span`.
    pub fn holds(&self, span: Span) -> bool {
        let begun = self.furthest.partition_point(|(start, _)| *start <= span.start());
        let last = begun.checked_sub(1).and_then(|last| self.furthest.get(last));
        last.is_some_and(|(_, end)| span.end() <= *end)
    }
}

/// The first of `sorted`, which do not overlap each other, that shares a byte with `span`.
pub fn first_overlap(sorted: &[Span], span: Span) -> Option<Span> {
    let next = sorted.partition_point(|it| it.end() <= span.start());
    sorted.get(next).copied().filter(|it| it.overlaps(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_overlaps_one_of_many() {
        let sorted = [Span::new(2, 4), Span::new(4, 9), Span::new(12, 13)];
        let overlapped = [(0, 3), (3, 5), (8, 20), (12, 13), (5, 5)];
        assert!(
            overlapped.iter().all(|(start, end)| first_overlap(&sorted, Span::new(*start, *end)).is_some())
        );
        let apart = [(0, 2), (9, 12), (13, 20), (4, 4), (0, 0)];
        assert!(!apart.iter().any(|(start, end)| first_overlap(&sorted, Span::new(*start, *end)).is_some()));
    }

    #[test]
    fn a_span_is_held_by_the_longest_that_begins_before_it() {
        let cover = Cover::of(vec![Span::new(10, 12), Span::new(2, 9), Span::new(3, 4)]);
        let held = [(2, 9), (3, 4), (4, 9), (5, 5), (10, 12), (12, 12)];
        assert!(held.iter().all(|(start, end)| cover.holds(Span::new(*start, *end))));
        let not = [(0, 1), (1, 3), (8, 10), (11, 13), (13, 13)];
        assert!(!not.iter().any(|(start, end)| cover.holds(Span::new(*start, *end))));
    }
}
