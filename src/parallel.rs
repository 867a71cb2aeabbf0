//! Work on many things, by several threads.

use std::iter::Flatten;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{thread, vec};

/// So few are not worth a thread.
const FEW: usize = 16;

/// A thread for each processor, if it is not said how many.
pub(crate) fn threads(wanted: Option<NonZeroUsize>) -> usize {
    wanted.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
}

/// Lets `threads` threads, this one among them, do `work` and waits for them. `work` is all that no other thread has begun.
pub(crate) fn work(threads: usize, work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 1..threads {
            // Without another thread, this one does all of it.
            let _ = thread::Builder::new().spawn_scoped(scope, &work);
        }
        work();
    });
}

/// What `make` makes of each of `items`, in their order, by `threads` threads.
pub(crate) fn map<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    make: impl Fn(&T) -> R + Sync,
) -> Flatten<vec::IntoIter<Vec<R>>> {
    let threads = if items.len() <= FEW { 1 } else { threads };
    let next = AtomicUsize::new(0);
    let parts = Mutex::new(Vec::new());
    work(threads, || {
        loop {
            let start = next.fetch_add(FEW, Ordering::Relaxed);
            let Some(rest) = items.get(start..).filter(|rest| !rest.is_empty()) else { break };
            let part: Vec<R> = rest.iter().take(FEW).map(&make).collect();
            parts.lock().unwrap_or_else(PoisonError::into_inner).push((start, part));
        }
    });
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_unstable_by_key(|(start, _)| *start);
    parts.into_iter().map(|(_, part)| part).collect::<Vec<_>>().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_that_of_the_items() {
        for (threads, count) in [(0, 40), (1, 40), (2, 0), (2, 1), (3, 16), (2, 17), (5, 100), (2, 1001)] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = (0..count).map(|item| item * 2).collect();
            assert!(super::map(threads, &items, |item| item * 2).eq(doubled));
        }
    }
}
