//! What the fuzz targets share. Their bodies are in `tests/holds`, so that `cargo test` replays what they found.

#[expect(dead_code, reason = "seeds are written by tests/it/corpus.rs")]
#[path = "../../tests/holds/mod.rs"]
mod holds;

/// Checks one input.
///
/// # Panics
/// If something does not hold.
pub fn check(target: &str, data: &[u8]) {
    let target = holds::TARGETS.iter().find(|it| it.name == target).expect("a target of tests/holds");
    if let Err(why) = (target.check)(data) {
        panic!("{}: {why}", target.name);
    }
}
