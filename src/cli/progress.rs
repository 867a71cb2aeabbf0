//! A progress bar for people who wait.

use super::args::CheckArgs;
use super::output;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// A bar on standard error. There is none where it is not seen: with `-q`, with `--no-progress`, and where standard error is
/// no terminal. What standard output is does not matter: the bar never writes there.
pub(super) struct CliProgress {
    bar: ProgressBar,
    waiting: Option<(Sender<()>, JoinHandle<()>)>,
}

impl CliProgress {
    /// `met` counts the files that were found, `repositories` the repositories.
    pub(super) fn start(args: &CheckArgs, met: &Arc<AtomicUsize>, repositories: &Arc<AtomicUsize>) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let wanted = !args.quiet && !args.no_progress && output::stderr_is_terminal() && !output::is_dumb();
        let waiting = wanted.then(|| wait(&bar, Arc::clone(met), Arc::clone(repositories))).flatten();
        Self { bar, waiting }
    }

    /// Says how many files there are.
    pub(super) fn files(&self, count: usize, repositories: usize) {
        self.bar.set_length(count as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} files{msg}") {
            self.bar.set_style(style);
        }
        self.bar.set_message(in_repositories(repositories));
    }

    /// One more file is done.
    pub(super) fn done(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub(super) fn end(self) {
        if let Some((end, thread)) = self.waiting {
            drop(end);
            // A bar that was not drawn is not a reason to fail.
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

/// ` in 12 repositories`; of one there is nothing to say.
fn in_repositories(count: usize) -> String {
    if count > 1 { format!(" in {count} repositories") } else { String::new() }
}

/// Shows the bar after a while; without a thread for it there is no bar.
fn wait(
    bar: &ProgressBar,
    met: Arc<AtomicUsize>,
    repositories: Arc<AtomicUsize>,
) -> Option<(Sender<()>, JoinHandle<()>)> {
    let (end, ended) = channel();
    let bar = bar.clone();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {met}") {
        let write = move |_: &ProgressState, out: &mut dyn Write| {
            let (files, repositories) = (met.load(Ordering::Relaxed), repositories.load(Ordering::Relaxed));
            let _ = write!(out, "{files} files found{}", in_repositories(repositories));
        };
        bar.set_style(style.with_key("met", write));
    }
    let show = move || {
        if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
    };
    let thread = thread::Builder::new().spawn(show).ok()?;
    Some((end, thread))
}
