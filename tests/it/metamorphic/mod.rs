//! Metamorphic tests: variants of every case with a fix, in which something that was in view is no more. What is found stays
//! found, and a fix never gets safer. The tables are in `expressions.rs`, `unknowns.rs` and `moved.rs`; a new language or site
//! joins by a row.
//!
//! `META=text cargo test --test it metamorphic::` runs only the variants whose name contains `text`.

mod check;
mod expressions;
mod moved;
mod unseen;
mod value;

use crate::cases::{self, Case};
use crate::counts::assert_count;
use check::check;
use expressions::{EXPRESSIONS, Expression};
use moved::{MOVED, Moved, Parts};
use runnerlint::config::Settings;
use runnerlint::engine::Surroundings;
use runnerlint::finding::{Finding, Linted};
use runnerlint::fixer::lint;
use runnerlint::text::Source;
use runnerlint::unit::FoundUnit;
use std::collections::BTreeSet;
use std::path::Path;
use unseen::{Tokens, UNSEEN, Unseen};

/// Variants that are not compared, by two parts of their names.
const EXCEPTIONS: &[(&str, &str)] = &[
    // An entry of a list goes as a whole: what the alias stands for is in view.
    ("resets in helmfile", ": alias in"),
    ("values that a merge key brings to a helmfile release", ": alias in"),
    // A here-document of values is text of the script: an alias in it is of no document of its own.
    ("a values file of another item of the script", ": alias in"),
    ("a values file that other items change", ": alias in"),
    ("a values file of cloud-init", ": alias in"),
    ("Helm values in a variable of an Argo CD plugin", ": alias in"),
    // The quotes of m4 and those of the shell are the same.
    ("m4 includes a file", ": backquotes in"),
    // The call shows what the function gets: nothing.
    ("another function that is called in between may change the array", "\"$@\""),
    // In a string that is run, `@name` is no splat.
    ("PowerShell, ", "@MadeUp"),
    // The call shows what the function gets: nothing.
    ("sourced after a function that registers", "\"$@\""),
    // The words after the first one of a dead `-r $X` go with it.
    ("a random text beside a filled new option is dead", ""),
    // The commands of a hook are not read with the environment of their container.
    ("lifecycle hook", "envFrom"),
    // The calls show what the function gets.
    ("literal-flows.yaml", "\"$@\""),
    // Variables before a function are variables of its own: two places may set them.
    ("a function that hands its arguments on", "a setting in the environment"),
    // `token-both-keys` finds it then.
    ("a Runner resource and its Secret", "in line 6"),
    // The reason names the script; the plan does not, for it asks who answers.
    ("interactive register with server options", "made-up.sh"),
];

/// Rules that find a literal, and nothing in its place.
const LITERALS: &[&str] = &[
    "config-registration-token",
    "leaked-registration-token",
    "token-both-keys",
    "token-in-template",
    "token-missing-key",
    "token-newline",
    "token-only-verified",
    "unused-suppression",
];

/// A case with a fix, and what is found in it.
pub(crate) struct Original {
    case: Case,
    linted: Linted,
}

/// A text that was made of a case.
pub(crate) struct Variant<'a> {
    original: &'a Original,
    name: String,
    text: String,
    what: What,
}

/// What was changed, and so what must hold.
enum What {
    /// The value of one name is an expression.
    Expression { row: &'static Expression, name: Name },
    /// Something may bring a token or a setting.
    Unseen(&'static Unseen),
    /// Its options are somewhere else.
    Moved(&'static Moved),
}

impl Variant<'_> {
    /// The row of the tables that it is made by.
    fn row(&self) -> &'static str {
        match &self.what {
            What::Expression { row, .. } => row.name,
            What::Unseen(row) => row.text,
            What::Moved(row) => row.name,
        }
    }
}

/// A name whose value was replaced, by its order among those of its kind.
#[derive(Clone, Copy)]
enum Name {
    Finding(usize),
    Slot { unit: usize, slot: usize },
}

fn read(case: &Case, text: &str) -> Linted {
    let settings = Settings { units: true, ..case.settings() };
    lint(&settings, &case.path, &Surroundings::default(), &Source::new(text.as_bytes().to_vec()))
}

/// The cases whose text alone decides, and that have a fix.
fn originals() -> Vec<Original> {
    let all = cases::all().into_iter().filter(Case::is_plain);
    let read = all.map(|case| Original { linted: read(&case, &case.input), case });
    read.filter(|it| it.linted.findings.iter().any(|it| it.fix.is_ok() && !it.suppressed)).collect()
}

/// What is found, but for rules about literals: rule and name.
fn found(linted: &Linted) -> Vec<&Finding> {
    linted.findings.iter().filter(|it| !LITERALS.contains(&&*it.rule)).collect()
}

/// The only registration of a text, if everything with a fix belongs to it.
fn only_unit(linted: &Linted) -> Option<&FoundUnit> {
    let found = found(linted);
    let unit = unit_of(linted, found.first()?)?;
    found.iter().all(|it| it.unit.as_ref() == Some(&unit.name)).then_some(unit)
}

fn names(findings: &[&Finding]) -> Vec<(String, String)> {
    findings.iter().map(|it| (it.rule.clone(), it.name.clone())).collect()
}

/// The end of a case's file name.
fn extension(case: &Case) -> &str {
    Path::new(&case.path).extension().and_then(|it| it.to_str()).unwrap_or_default()
}

/// The language that a name is written in, as the tables call it.
fn language(via: &[&'static str], case: &Case) -> &'static str {
    let innermost = via.last().copied().unwrap_or_default();
    let extension = extension(case);
    let has = |words: &[&str]| words.iter().any(|word| case.input.to_lowercase().contains(word));
    match (innermost, extension) {
        // What an expandable here-string contains is read twice.
        ("shell", "ps1" | "psm1") if has(&["@\""]) => "",
        ("shell", "ps1" | "psm1") => "powershell",
        ("shell", "bat" | "cmd") => "batch",
        // Which shell reads it is said by the host.
        ("shell", _) if via.len() > 1 && has(&["powershell", "pwsh", "win_", "```ps1", "cmd", "windows"]) => {
            ""
        }
        _ => innermost,
    }
}

/// Every value of every case as every kind of expression.
fn with_expressions(originals: &[Original]) -> Vec<Variant<'_>> {
    originals.iter().flat_map(of_original).collect()
}

/// Every case of one registration with every known unknown.
fn with_unseen(originals: &[Original]) -> Vec<Variant<'_>> {
    let mut variants = Vec::new();
    for original in originals {
        let case = &original.case;
        let Some(unit) = only_unit(&original.linted) else { continue };
        // What is found in Markdown is no registration.
        let is_shell = unit.via.contains(&"markdown") || language(&unit.via, case).is_empty();
        let fitting = |row: &&Unseen| {
            row.units.contains(&unit.kind)
                && row.paths.iter().any(|path| case.path.ends_with(path))
                && case.input.contains(row.sign)
                && match row.tokens {
                    Tokens::Any => true,
                    Tokens::NotNew => unit.slots.iter().all(|slot| slot.old),
                    Tokens::Absent => unit.slots.is_empty(),
                }
        };
        for (index, row) in UNSEEN.iter().enumerate().filter(|(_, row)| !is_shell && fitting(row)) {
            let text = row.at.put(&case.input, row.text).filter(|text| is_whole(text, case));
            let Some(text) = text else { continue };
            let name = format!("{}: {}: unseen {index}: {}", case.file, case.name, row.text.trim());
            variants.push(Variant { original, name, text, what: What::Unseen(row) });
        }
    }
    variants
}

/// Every script with one command with its options elsewhere.
fn with_moved(originals: &[Original]) -> Vec<Variant<'_>> {
    let scripts =
        originals.iter().filter(|it| extension(&it.case) == "sh" && only_unit(&it.linted).is_some());
    let mut variants = Vec::new();
    for original in scripts {
        let case = &original.case;
        let Some(parts) = Parts::of(&case.input) else { continue };
        for row in MOVED {
            let Some(text) = (row.write)(&parts) else { continue };
            let name = format!("{}: {}: moved: {}", case.file, case.name, row.name);
            variants.push(Variant { original, name, text, what: What::Moved(row) });
        }
    }
    variants
}

fn of_original(original: &Original) -> Vec<Variant<'_>> {
    let (case, linted) = (&original.case, &original.linted);
    let settings = found(linted).into_iter().enumerate().map(|(index, finding)| {
        let span = finding.span;
        (Name::Finding(index), span.start()..span.end(), language(&finding.via, case))
    });
    let slots = linted.units.iter().enumerate().flat_map(|(unit, it)| {
        let new = it.slots.iter().enumerate().filter(|(_, slot)| !slot.old);
        new.map(move |(slot, held)| {
            let start = held.given.position.offset;
            let name = Name::Slot { unit, slot };
            (name, start..start + held.written.len(), language(&it.via, case))
        })
    });
    let mut variants = Vec::new();
    for (name, range, language) in settings.chain(slots) {
        let Some(value) = value::of(&case.input, range, language, &case.path) else { continue };
        let fitting =
            |row: &&Expression| row.languages.contains(&language) && row.forms.contains(&value.form);
        for row in EXPRESSIONS.iter().filter(fitting) {
            let mut text = case.input.clone();
            if !fits(&text, &value.range, row.text) {
                continue;
            }
            let needed = row.needs.replace("{}", &text[value.range.clone()]);
            text.replace_range(value.range.clone(), row.text);
            if let Some(text) =
                with_line(&text, value.range.start, &needed).filter(|text| is_whole(text, case))
            {
                let at = case.input[..value.range.start].matches('\n').count() + 1;
                let title = format!("{}: {}: {} in line {at}", case.file, case.name, row.name);
                variants.push(Variant { original, name: title, text, what: What::Expression { row, name } });
            }
        }
    }
    variants
}

/// Whether the quotes of `row` may be in the line of a value: in a string of the host they would end it.
fn fits(text: &str, value: &std::ops::Range<usize>, row: &str) -> bool {
    let before = text[..value.start].rsplit('\n').next().unwrap_or_default();
    let behind = text[value.end..].split('\n').next().unwrap_or_default();
    let is_in = |quote: char| before.matches(quote).count() % 2 == 1;
    let doubled = before.contains('\'') && behind.contains("''");
    !doubled && !['"', '`', '\''].iter().any(|quote| row.contains(*quote) && is_in(*quote))
}

/// The text with a line at the top of the document that the byte `at` is in; `None` if it is not a mapping from the first column on.
fn with_line(text: &str, at: usize, line: &str) -> Option<String> {
    if line.is_empty() {
        return Some(text.to_owned());
    }
    let start = text.get(..at)?.rfind("---\n").map_or(0, |at| at + 4);
    let head = text.get(start..)?.lines().find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let is_mapping = head.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"') && head.contains(':');
    is_mapping.then(|| format!("{}{line}{}", &text[..start], &text[start..]))
}

/// Whether a host of YAML, TOML or JSON is one still, for another parser.
fn is_whole(text: &str, case: &Case) -> bool {
    let reads = |text: &str| match extension(case) {
        "yaml" | "yml" => serde_yaml::Deserializer::from_str(text)
            .all(|it| <serde_yaml::Value as serde::Deserialize>::deserialize(it).is_ok()),
        "json" => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        _ => true,
    };
    !reads(&case.input) || reads(text)
}

/// The units of a finding.
fn unit_of<'a>(linted: &'a Linted, finding: &Finding) -> Option<&'a FoundUnit> {
    let start = finding.span.start();
    let has = |unit: &&FoundUnit| {
        let settings = unit.settings.iter().map(|it| it.given.position.offset);
        let slots = unit.slots.iter().map(|it| it.given.position.offset);
        settings.chain(slots).any(|at| at == start)
    };
    linted.units.iter().find(has)
}

/// Every variant of these.
fn variants(originals: &[Original]) -> Vec<Variant<'_>> {
    let all = [with_expressions(originals), with_unseen(originals), with_moved(originals)];
    let is_exception = |name: &str| EXCEPTIONS.iter().any(|(a, b)| name.contains(a) && name.contains(b));
    all.into_iter().flatten().filter(|it| !is_exception(&it.name)).collect()
}

/// How many variants there are.
pub(crate) fn count() -> usize {
    variants(&originals()).len()
}

#[test]
fn variants_of_cases_are_found_and_no_safer() {
    let wanted = std::env::var("META").unwrap_or_default();
    let originals = originals();
    let mut variants = variants(&originals);
    if wanted.is_empty() {
        assert_count("variants of cases", variants.len());
    }
    let tried: BTreeSet<&str> = variants.iter().map(Variant::row).collect();
    let rows = EXPRESSIONS.iter().map(|it| it.name).chain(MOVED.iter().map(|it| it.name));
    let unused: Vec<&str> =
        rows.chain(UNSEEN.iter().map(|it| it.text)).filter(|row| !tried.contains(row)).collect();
    assert!(unused.is_empty(), "rows without a case: {unused:?}");
    variants.retain(|it| it.name.contains(&wanted));
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let check_all = |variants: &[Variant<'_>]| {
            variants.iter().map(check).filter(|it| !it.is_empty()).collect::<Vec<_>>()
        };
        let threads: Vec<_> = variants
            .chunks(variants.len().div_ceil(4).max(1))
            .map(|it| scope.spawn(move || check_all(it)))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(
        wrong.is_empty(),
        "\n{}\n{} of {} variants failed",
        wrong.join("\n"),
        wrong.len(),
        variants.len()
    );
}
