//! How time grows with the text: each shape of `tests/shapes` once, ten and a hundred times as large.
//!
//! `cargo bench --bench linear -- WORD…` for the shapes (or file names) with a word in their name only. `--base 16` sets the smallest
//! size. `--modes` runs the program in each mode of `tests/shapes/modes.txt` too. A line ends with `!` where ten times the text took more
//! than 20 times the time; a shape ends where one step took more than ten seconds or two GB.

#![expect(clippy::print_stdout, reason = "it prints a table")]

#[path = "../tests/shapes/mod.rs"]
mod shapes;

use runnerlint::engine::{Settings, Surroundings};
use runnerlint::fixer;
use runnerlint::text::Source;
use shapes::Shape;
use shapes::modes::{modes, session};
use std::fs;
use std::hint::black_box;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// One step may take as long.
const LONGEST: Duration = Duration::from_secs(10);

/// What this thread has computed so far: other work on the machine does not count where the system tells.
fn clock(start: Instant) -> Duration {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|it| it.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// The same of all programs that ended.
fn clock_of_programs(start: Instant) -> Duration {
    let told = fs::read_to_string("/proc/self/stat").ok();
    // The name of the program may hold blanks.
    let ticks = told.and_then(|it| {
        let mut fields = it.rsplit(')').next()?.split_whitespace().skip(13);
        Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
    });
    ticks.map_or_else(|| start.elapsed(), |ticks| Duration::from_millis(ticks * 10))
}

/// Linting with trials of all fixes and with the positions of all findings, then fixing.
fn measure(path: &str, text: String) -> Option<Duration> {
    let (settings, around) = (Settings::default(), Surroundings::default());
    let source = Source::new(text.into_bytes());
    let start = Instant::now();
    let before = clock(start);
    for finding in fixer::lint(&settings, path, &around, &source).findings {
        black_box(source.position(finding.span.start()));
    }
    fixer::fix(&settings, path, &around, source, true);
    let took = clock(start).saturating_sub(before);
    (took < LONGEST).then_some(took)
}

/// A run of the program; nothing where it was stopped.
fn measure_program(arguments: &[&str], path: &str, text: &str) -> Option<Duration> {
    let folder = tempfile::tempdir().ok()?;
    fs::write(folder.path().join(path), text).ok()?;
    let input = folder.path().join("input");
    let is_lsp = arguments == ["lsp"];
    let told = if is_lsp { session(&folder.path().to_string_lossy(), path, text) } else { String::new() };
    fs::write(&input, told).ok()?;
    let start = Instant::now();
    let before = clock_of_programs(start);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -v 2097152; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_runnerlint")]);
    command.args(arguments);
    if !is_lsp {
        command.args(["--isolated", path]);
    }
    command.current_dir(folder.path()).stdin(fs::File::open(&input).ok()?);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let status = loop {
        if let Some(status) = child.try_wait().ok()? {
            break status;
        }
        if start.elapsed() > 2 * LONGEST {
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    };
    matches!(status.code(), Some(0 | 1)).then(|| clock_of_programs(start).saturating_sub(before))
}

/// Measures three sizes, prints a line, and says whether the time grew too fast.
fn line(name: &str, what: &str, all: bool, base: usize, take: &dyn Fn(usize) -> Option<Duration>) -> bool {
    let mut steps = Vec::new();
    for times in [1, 10, 100] {
        let Some(took) = take(base * times) else { break };
        steps.push(took.as_secs_f64() * 1e3);
    }
    let [one, ten, hundred] = *steps else {
        println!(
            "{name:<40} {what:<44} stopped at {}x !",
            10_usize.pow(u32::try_from(steps.len()).unwrap_or(0))
        );
        return true;
    };
    // The clock ticks every few milliseconds.
    let ratios = [ten / one.max(10.0), hundred / ten.max(10.0)];
    let grows = ratios[1] > 20.0 && hundred > 250.0;
    if all || grows {
        let sign = if grows { " !" } else { "" };
        println!(
            "{name:<40} {what:<44} {one:>9.2} {ten:>9.2} {hundred:>9.2} {:>6.1} {:>6.1}{sign}",
            ratios[0], ratios[1]
        );
    }
    grows
}

fn main() {
    let mut words: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    let mut base = 160;
    if let Some(at) = words.iter().position(|word| word == "--base") {
        base = words.get(at + 1).and_then(|it| it.parse().ok()).unwrap_or(base);
        words.drain(at..(at + 2).min(words.len()));
    }
    let with_modes = words.iter().any(|word| word == "--modes");
    words.retain(|word| word != "--modes");
    // Rules are loaded once.
    measure("a.sh", "gitlab-runner register --locked\n".to_owned());
    println!(
        "{:<40} {:<44} {:>9} {:>9} {:>9} {:>6} {:>6}",
        "shape", "file or mode", "1x ms", "10x ms", "100x ms", "10/1", "100/10"
    );
    let (mut runs, mut grew) = (0, 0);
    let mut take = |shapes: &[Shape<'_>]| {
        for (name, path, shape) in shapes {
            if !words.is_empty() && !words.iter().any(|word| name.contains(word) || path.contains(word)) {
                continue;
            }
            runs += 1;
            grew += usize::from(line(name, path, true, base, &|count| measure(path, shape(count))));
            for mode in modes().filter(|_| with_modes) {
                let run = |count| measure_program(&mode, path, &shape(count));
                runs += 1;
                grew += usize::from(line(name, &mode.join(" "), false, base, &run));
            }
        }
    };
    shapes::shells(&mut take);
    shapes::yamls(&mut take);
    shapes::others(&mut take);
    shapes::lines_and_programs(&mut take);
    shapes::many_of_each(&mut take);
    shapes::blocks(&mut take);
    shapes::grown(&mut take);
    println!("{runs} runs, {grew} grow faster than the text");
}
