//! Signals that ask a run to end: what writes files finishes the one in hand first.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

/// What a shell adds to the number of a signal.
const BASE: i32 = 128;

/// The last signal that came; 0 for none.
static SIGNAL: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// Hang-up on Unix, Ctrl-Break on Windows.
#[cfg(unix)]
const THIRD: i32 = signal_hook::consts::SIGHUP;
#[cfg(windows)]
const THIRD: i32 = signal_hook::consts::signal::SIGBREAK;
#[cfg(not(any(unix, windows)))]
const THIRD: i32 = SIGTERM;

/// From now on the first signal is only noted, and a second one ends the program at once. What the caller of the program
/// ignores, as `nohup` does, stays ignored.
pub(crate) fn watch() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let ignored = ignored();
        let again = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, THIRD] {
            let Some(number) = usize::try_from(signal).ok().filter(|number| !ignored(*number)) else {
                continue;
            };
            // In this order: the first signal sets what ends the second. What cannot be watched ends the run at once, as before.
            let _ = flag::register_conditional_shutdown(signal, code(signal), Arc::clone(&again))
                .and_then(|_| flag::register(signal, Arc::clone(&again)))
                .and_then(|_| flag::register_usize(signal, Arc::clone(&SIGNAL), number));
        }
    });
}

/// Whether a signal came: nothing new is to be begun.
pub(crate) fn is_asked() -> bool {
    SIGNAL.load(Ordering::Relaxed) != 0
}

/// The exit code of a run that a signal has ended, as shells give it: 130 for Ctrl-C.
pub(crate) fn exit_code() -> Option<u8> {
    let signal = i32::try_from(SIGNAL.load(Ordering::Relaxed)).ok().filter(|signal| *signal != 0)?;
    u8::try_from(code(signal)).ok()
}

fn code(signal: i32) -> i32 {
    // Windows has no number for Ctrl-Break there.
    BASE + if cfg!(windows) && signal == THIRD { SIGINT } else { signal }
}

/// Says of the number of a signal whether it was ignored when the program began. Where the system does not say it, none was.
fn ignored() -> impl Fn(usize) -> bool {
    let status = if cfg!(target_os = "linux") {
        std::fs::read_to_string("/proc/self/status")
    } else {
        Ok(String::new())
    };
    let status = status.unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    move |signal| (1..=64).contains(&signal) && mask >> (signal - 1) & 1 == 1
}
