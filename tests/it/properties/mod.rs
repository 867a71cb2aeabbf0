//! Properties that hold for every text, tried on generated ones.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test it properties::` tries more texts; `SEEN=1` with `--nocapture` prints how
//! many of them had findings and fixes.

mod choices;
mod oracle;
mod shell;
mod texts;
mod yaml;

use crate::holds::invariants::Seen;
use crate::holds::{accepted, invariants, outputs};
use choices::Choices;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed, TestCaseError, TestError, TestRunner};
use runnerlint::text::Source;
use std::cell::RefCell;

/// Texts for each property, where nobody asks for more.
const FEW: u32 = 80;

/// Checks all that is generated from up to `length` decisions.
fn check<P: AsRef<str>>(length: usize, generate: impl Fn(&mut Choices<'_>) -> (P, Vec<u8>)) {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: asked.unwrap_or(FEW),
        // The same few each time; other ones each time where more are asked for.
        rng_seed: if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(15) },
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let seen = RefCell::new(Seen::default());
    let strategy = (proptest::collection::vec(any::<u8>(), 0..length), any::<bool>());
    let result = TestRunner::new(config).run(&strategy, |(bytes, token_value)| {
        let (path, text) = generate(&mut Choices::new(&bytes));
        let result = oracle::agrees(path.as_ref(), &Source::new(text.clone()))
            .and_then(|()| invariants::fixes(path.as_ref(), &text, token_value, &mut seen.borrow_mut()))
            .and_then(|()| accepted::ignored(path.as_ref(), &text))
            .and_then(|()| outputs::plan_of(path.as_ref(), &text))
            .and_then(|()| {
                let how = bytes.first().copied().unwrap_or_default();
                outputs::reported(path.as_ref(), &text, how, token_value)
            });
        result.map_err(TestCaseError::fail)
    });
    if let Err(TestError::Fail(why, (bytes, token_value))) = result {
        let (path, text) = generate(&mut Choices::new(&bytes));
        let text = String::from_utf8_lossy(&text);
        panic!("{}: {why}\n--- input (token value: {token_value}) {text:?}\n{text}", path.as_ref());
    }
    result.expect("nothing was rejected");
    if std::env::var_os("SEEN").is_some() {
        let seen = seen.borrow();
        println!("{} texts, {} with findings, {} with fixes", seen.texts, seen.found, seen.fixed);
    }
}

#[test]
fn shell_holds() {
    check(160, |c| (c.pick(&["a.sh", "a.sh", "a.ps1", "a.sh.j2", "a.bat"]), shell::script(c).into_bytes()));
}

#[test]
fn yaml_holds() {
    check(400, |c| {
        let (path, text) = yaml::file(c);
        (path, text.into_bytes())
    });
}

#[test]
fn markdown_holds() {
    check(300, |c| ("README.md", texts::markdown(c).into_bytes()));
}

#[test]
fn dotenv_holds() {
    check(60, |c| (".env", texts::dotenv(c).into_bytes()));
}

#[test]
fn damaged_cases_hold() {
    check(40, texts::damaged);
}

#[test]
fn soup_holds() {
    check(150, texts::soup);
}
