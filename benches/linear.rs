//! How time grows with the text: each shape of `tests/shapes` once, ten and a hundred times as large.
//!
//! `cargo bench --bench linear -- WORD…` for the shapes (or file names) with a word in their name only. `--base 16` sets the smallest size.
//! A line ends with `!` where ten times the text took more than 20 times the time.

#![expect(clippy::print_stdout, reason = "it prints a table")]

#[path = "../tests/shapes/mod.rs"]
mod shapes;

use runnerlint::engine::{Settings, Surroundings};
use runnerlint::fixer;
use runnerlint::text::Source;
use shapes::Shape;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What this thread has computed so far: other work on the machine does not count where the system tells.
fn clock(start: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|it| it.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Linting with trials of all fixes and with the positions of all findings, then fixing.
fn measure(path: &str, text: String) -> Duration {
    let (settings, around) = (Settings::default(), Surroundings::default());
    let source = Source::new(text.into_bytes());
    let start = Instant::now();
    let before = clock(start);
    for finding in fixer::lint(&settings, path, &around, &source).findings {
        black_box(source.position(finding.span.start()));
    }
    fixer::fix(&settings, path, &around, source, true);
    clock(start).saturating_sub(before)
}

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let mut base = 160;
    if let Some(at) = words.iter().position(|word| word == "--base") {
        base = words.get(at + 1).and_then(|it| it.parse().ok()).unwrap_or(base);
        words.drain(at..(at + 2).min(words.len()));
    }
    // Rules are loaded once.
    measure("a.sh", "gitlab-runner register --locked\n".to_owned());
    println!(
        "{:<40} {:<16} {:>9} {:>9} {:>9} {:>6} {:>6}",
        "shape", "file", "1x ms", "10x ms", "100x ms", "10/1", "100/10"
    );
    let mut take = |shapes: &[Shape<'_>]| {
        for (name, path, shape) in shapes {
            if !words.is_empty() && !words.iter().any(|word| name.contains(word) || path.contains(word)) {
                continue;
            }
            let [one, ten, hundred] =
                [1, 10, 100].map(|times| measure(path, shape(base * times)).as_secs_f64() * 1e3);
            // The clock ticks every few milliseconds.
            let steps = [ten / one.max(4.0), hundred / ten.max(4.0)];
            let sign = if steps[1] > 20.0 && hundred > 100.0 { " !" } else { "" };
            println!(
                "{name:<40} {path:<16} {one:>9.2} {ten:>9.2} {hundred:>9.2} {:>6.1} {:>6.1}{sign}",
                steps[0], steps[1]
            );
        }
    };
    shapes::shells(&mut take);
    shapes::yamls(&mut take);
    shapes::others(&mut take);
    shapes::lines_and_programs(&mut take);
    shapes::many_of_each(&mut take);
    shapes::blocks(&mut take);
}
