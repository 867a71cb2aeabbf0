//! What holds for every text. Shared by `tests/it/properties` (generated texts), `tests/it/corpus.rs` (texts that once broke
//! something) and the targets of `fuzz/` (texts that nobody thought of).

pub(crate) mod accepted;
mod arguments;
pub(crate) mod invariants;
mod merges;
pub(crate) mod outputs;
mod own_rules;
pub(crate) mod planted;
mod roundtrip;
mod settings;

use invariants::{Holds, Seen};
use runnerlint::engine::{self, Surroundings};
use runnerlint::syntax::{LANGUAGES, Language};
use runnerlint::text::Source;

/// What is tried on bytes that come from a file or a fuzzer.
pub(crate) struct Target {
    /// Its name: a file in `fuzz/fuzz_targets`, a folder in `fuzz/corpus` and `fuzz/regressions`.
    pub(crate) name: &'static str,
    /// What has to hold, and how the bytes are read.
    pub(crate) check: fn(&[u8]) -> Holds,
    /// The bytes that stand for a file.
    pub(crate) seed: fn(&str, &[u8]) -> Vec<u8>,
}

/// Every target there is.
pub(crate) static TARGETS: &[Target] = &[
    Target { name: "parsers", check: parsers, seed: |path, text| language_of(path, text) },
    Target { name: "regions", check: roundtrip::regions, seed: roundtrip::seed },
    Target { name: "engine", check: engine, seed: named },
    Target { name: "fixer", check: fixer, seed: named },
    Target { name: "ignores", check: accepted::ignores, seed: named },
    Target { name: "baseline", check: accepted::baseline, seed: accepted::seed },
    Target { name: "reports", check: outputs::reports, seed: outputs::seed },
    Target { name: "plans", check: outputs::plans, seed: named },
    Target { name: "config", check: settings::config, seed: settings::seed },
    Target { name: "rules", check: own_rules::rules, seed: own_rules::seed },
    Target { name: "masking", check: planted::masking, seed: planted::seed },
    Target { name: "merges", check: merges::merges, seed: planted::seed },
    Target { name: "arguments", check: arguments::arguments, seed: planted::seed },
];

/// The first byte chooses a language, which then reads the rest: nothing panics, and everything lies inside the text.
fn parsers(data: &[u8]) -> Holds {
    let Some((first, rest)) = data.split_first() else { return Ok(()) };
    let Some(language) = LANGUAGES.get(usize::from(*first) % LANGUAGES.len()) else { return Ok(()) };
    let source = Source::new(rest.to_vec());
    for other in LANGUAGES {
        other.recognises(source.text());
    }
    invariants::reads(*language, source.text())
}

fn language_of(path: &str, text: &[u8]) -> Vec<u8> {
    let source = Source::new(text.to_vec());
    let name = runnerlint::syntax::detect(Some(path), source.text()).map(Language::name);
    let index = LANGUAGES.iter().position(|language| Some(language.name()) == name).unwrap_or_default();
    let mut seed = vec![u8::try_from(index).unwrap_or_default()];
    seed.extend_from_slice(text);
    seed
}

/// The first line is the file's name, the rest its bytes. A `?` behind the name sets `--token-value`.
fn file(data: &[u8]) -> (String, bool, &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (name, rest) = data.split_at(at);
    let name = String::from_utf8_lossy(name);
    let path = name.strip_suffix('?').unwrap_or(&name);
    (path.to_owned(), path.len() < name.len(), rest.get(1..).unwrap_or_default())
}

fn named(path: &str, text: &[u8]) -> Vec<u8> {
    let mut seed = path.as_bytes().to_vec();
    seed.push(b'\n');
    seed.extend_from_slice(text);
    seed
}

/// Findings are in order, inside the file, and the same each time.
fn engine(data: &[u8]) -> Holds {
    let (path, token_value, bytes) = file(data);
    let settings = invariants::settings(token_value);
    let around =
        Surroundings { in_chart_templates: path.starts_with("templates/"), ..Surroundings::default() };
    let source = Source::new(bytes.to_vec());
    let linted = engine::lint(&settings, &path, &around, &source);
    invariants::findings(&source, &linted)?;
    let again = engine::lint(&settings, &path, &around, &Source::new(bytes.to_vec()));
    if again.findings != linted.findings || again.notices != linted.notices || again.secrets != linted.secrets
    {
        return Err("a second look sees something else".to_owned());
    }
    Ok(())
}

/// A fix makes what is found go, and nothing else: see [`invariants::fixes`].
fn fixer(data: &[u8]) -> Holds {
    let (path, token_value, bytes) = file(data);
    invariants::fixes(&path, bytes, token_value, &mut Seen::default())
}
