//! Work on many small things, on all processors.

use std::num::NonZeroUsize;
use std::thread;

/// So few are not worth a thread.
const FEW: usize = 16;

/// What `work` makes of each of `items`, in their order.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let share = items.len().div_ceil(threads).max(FEW);
    let all = |items: &[T]| items.iter().map(&work).collect::<Vec<_>>();
    let mut parts = items.chunks(share);
    let first = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let all = &all;
        let parts: Vec<_> = parts
            .map(|part| (part, thread::Builder::new().spawn_scoped(scope, move || all(part)).ok()))
            .collect();
        let mut done = all(first);
        // What no thread could do is done here.
        let part = |(part, thread): (&[T], Option<thread::ScopedJoinHandle<'_, Vec<R>>>)| {
            thread.and_then(|thread| thread.join().ok()).unwrap_or_else(|| all(part))
        };
        done.extend(parts.into_iter().flat_map(part));
        done
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_order_is_that_of_the_items() {
        for count in [0, 1, 15, 16, 17, 100, 1001] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(
                super::map(&items, |item| item * 2),
                (0..count).map(|item| item * 2).collect::<Vec<_>>()
            );
        }
    }
}
