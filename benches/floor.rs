//! The least that a search of a tree can take: a program that only walks it, reads each file once and looks for three words in it,
//! beside `runnerlint` and ripgrep, in milliseconds by the clock, the least of many rounds in turns.
//!
//! `cargo bench --bench floor -- FOLDER…`; needs `rg`.

#![expect(clippy::print_stdout, reason = "it prints a table")]

use aho_corasick::packed::Searcher;
use ignore::{WalkBuilder, WalkState};
use std::cell::RefCell;
use std::env;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const WORDS: [&str; 3] = ["runnerRegistrationToken", "registration-token", "REGISTRATION_TOKEN"];
const ROUNDS: usize = 30;
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;
/// The argument that makes this the program that only searches.
const ONCE: &str = "--once";

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; PIECE]);
}

/// How many files have one of the words. (One that is cut where two pieces meet is missed: this is about the time.)
fn search(folder: &Path) -> usize {
    let Some(words) = Searcher::new(WORDS) else { return 0 };
    let found = AtomicUsize::new(0);
    let has_word = |path: &Path| {
        BUFFER.with_borrow_mut(|buffer| {
            let mut file = File::open(path)?;
            loop {
                let length = file.read(buffer)?;
                let piece = buffer.get(..length).unwrap_or_default();
                let found = words.find(piece).is_some();
                if found || piece.len() < PIECE {
                    return io::Result::Ok(found);
                }
            }
        })
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    WalkBuilder::new(folder).standard_filters(false).threads(threads).build_parallel().run(|| {
        Box::new(|entry| {
            if entry.is_ok_and(|it| {
                it.file_type().is_some_and(|kind| kind.is_file()) && has_word(it.path()).unwrap_or_default()
            }) {
                found.fetch_add(1, Ordering::Relaxed);
            }
            WalkState::Continue
        })
    });
    found.into_inner()
}

fn take(program: &Path, args: &[&str], folder: &Path) -> Duration {
    let start = Instant::now();
    let status = Command::new(program).args(args).arg(folder).stdout(Stdio::null()).status();
    status.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    start.elapsed()
}

fn main() {
    let args: Vec<String> = env::args().skip(1).filter(|it| it != "--bench").collect();
    if let [once, folder] = &args[..]
        && once == ONCE
    {
        println!("{}", search(Path::new(folder)));
        return;
    }
    let Ok(this) = env::current_exe() else { return };
    let ours = PathBuf::from(env!("CARGO_BIN_EXE_runnerlint"));
    let words = WORDS.map(|word| ["-e", word]).concat();
    let rg = [&["-uu", "-l"], &words[..]].concat();
    println!("{:<24} {:>9} {:>11} {:>9}", "folder", "floor ms", "runnerlint", "rg -uu");
    for folder in args.iter().map(Path::new) {
        let mut least = [Duration::MAX; 3];
        for _ in 0..ROUNDS {
            let took = [
                take(&this, &[ONCE], folder),
                take(&ours, &["check", "-q", "--no-ignore", "-f", "json"], folder),
                take(Path::new("rg"), &rg, folder),
            ];
            least = [0, 1, 2].map(|at| least[at].min(took[at]));
        }
        let [floor, ours, rg] = least.map(|it| it.as_secs_f64() * 1e3);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        println!("{name:<24} {floor:>9.1} {ours:>11.1} {rg:>9.1}");
    }
}
