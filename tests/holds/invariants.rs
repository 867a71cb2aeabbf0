//! What holds for every text.

use runnerlint::embed::Decoded;
use runnerlint::engine::{Settings, Surroundings};
use runnerlint::finding::{Finding, Linted, Safety};
use runnerlint::fixer::{self, Fixed};
use runnerlint::rules::BUILT_IN;
use runnerlint::syntax::Language;
use runnerlint::text::{Edit, Source, Span};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// `Err` with what does not hold.
pub(crate) type Holds = Result<(), String>;

macro_rules! hold {
    ($what:expr, $($why:tt)+) => {
        if !$what {
            return Err(format!($($why)+));
        }
    };
}

/// How much of what is checked happened, to see that the generators are worth their time.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) texts: usize,
    pub(crate) found: usize,
    pub(crate) fixed: usize,
}

/// As users have them, with or without `--token-value`.
pub(crate) fn settings(token_value: bool) -> Settings {
    Settings { token_value: token_value.then(|| "$KEEP_NEW".to_owned()), ..Settings::default() }
}

/// Lints and fixes `bytes` in every way, and checks what came out.
pub(crate) fn fixes(path: &str, bytes: &[u8], token_value: bool, seen: &mut Seen) -> Holds {
    let settings = settings(token_value);
    let around = Surroundings::default();
    let source = Source::new(bytes.to_vec());
    let linted = fixer::lint(&settings, path, &around, &source);
    findings(&source, &linted)?;
    seen.texts += 1;
    seen.found += usize::from(!linted.findings.is_empty());
    for unsafe_too in [false, true] {
        let fixed = fixer::fix(&settings, path, &around, Source::new(bytes.to_vec()), unsafe_too);
        let after = Source::new(fixed.text.clone());
        seen.fixed += usize::from(unsafe_too && !fixed.fixed.is_empty());
        (|| {
            let again = fixer::lint(&settings, path, &around, &after);
            findings(&after, &again)?;
            fix(&source, &linted, &fixed, unsafe_too)?;
            let (left, found) = (names(&fixed.remaining.findings), names(&again.findings));
            hold!(left == found, "what is left is not what is found afterwards: {left:?} {found:?}");
            let twice = fixer::fix(&settings, path, &around, Source::new(fixed.text.clone()), unsafe_too);
            let shown = String::from_utf8_lossy(&twice.text);
            hold!(twice.text == fixed.text, "a second fix changes the text again:\n{shown}");
            parses(path, &source, &after)
        })()
        .map_err(|why: String| format!("{why}\n--- after fix (unsafe: {unsafe_too})\n{}", after.text()))?;
    }
    Ok(())
}

fn names(findings: &[Finding]) -> Vec<(usize, &str, bool)> {
    findings.iter().map(|it| (it.span.start(), it.rule.as_str(), it.fix.is_ok())).collect()
}

/// Findings are in order, have names, and lie inside the file, as their edits do.
pub(crate) fn findings(source: &Source, linted: &Linted) -> Holds {
    let order = |pair: &[Finding]| (pair[0].span, &pair[0].rule) <= (pair[1].span, &pair[1].rule);
    hold!(linted.findings.windows(2).all(order), "findings are not in order");
    let known = spelled();
    let mut units: BTreeMap<&str, Option<&[Edit]>> = BTreeMap::new();
    for finding in &linted.findings {
        hold!(finding.span.end() <= source.bytes().len(), "a span ends behind the file");
        // Quotes and line continuations in the middle of a name are part of how it is written.
        let name = finding.span.of(source.text()).replace(['"', '\'', '\\', '`', '^', '\n', '\r'], "");
        hold!(!name.is_empty(), "{}: a finding without a name", finding.rule);
        let last = name.trim_start_matches('-').rsplit('.').next().unwrap_or_default();
        let carrier = matches!(finding.rule.split('-').next(), Some("helm" | "secret" | "env"))
            || matches!(finding.rule.as_str(), "register-registration-token" | "register-server-option");
        // A command that is a key of several lines is told as a whole, and so is an expression with an option in it.
        let whole = name.starts_with("${") || name.contains("gitlab-runner");
        let told = whole || known.contains(last);
        hold!(!carrier || told, "{}: {name:?} is no name", finding.rule);
        let edits = finding.fix.as_ref().ok().map(|fix| &*fix.edits);
        hold!(!finding.suppressed || edits.is_none(), "what is accepted has a fix");
        if let Some(unit) = &finding.unit {
            let same = units.entry(unit).or_insert(edits);
            hold!(*same == edits, "unit {unit} has several fixes");
        }
        let mut end = 0;
        for edit in edits.unwrap_or_default() {
            hold!(edit.span.start() >= end, "edits overlap or are not in order: {edits:?}");
            end = edit.span.end();
        }
        hold!(end <= source.bytes().len(), "an edit ends behind the file");
    }
    Ok(())
}

fn spelled() -> BTreeSet<&'static str> {
    let unit = &BUILT_IN.units[0];
    let spellings =
        [&unit.new, &unit.old].into_iter().chain(unit.settings.iter().map(|setting| &setting.spelled));
    let all = spellings.flat_map(|it| [&it.option, &it.variable, &it.chart, &it.chart_flat, &it.secret]);
    all.flatten().map(|name| name.trim_start_matches('-').rsplit('.').next().unwrap_or_default()).collect()
}

/// A fix takes all findings of a unit or none, makes no new ones, and changes no byte outside of its edits.
fn fix(source: &Source, linted: &Linted, fixed: &Fixed, unsafe_too: bool) -> Holds {
    // A literal may go with the value that it stands in.
    let count = |findings: &[Finding]| findings.iter().filter(|finding| finding.unit.is_some()).count();
    let (before, left, gone) =
        (count(&linted.findings), count(&fixed.remaining.findings), count(&fixed.fixed));
    let ready =
        |finding: &&Finding| finding.fix.as_ref().is_ok_and(|fix| unsafe_too || fix.safety == Safety::Safe);
    hold!(before == left + gone, "{before} findings became {gone} fixed and {left} left");
    hold!(!fixed.fixed.is_empty() || fixed.text == source.bytes(), "the text changed and nothing was fixed");
    if let Some(finding) = fixed.remaining.findings.iter().find(ready) {
        return Err(format!("{} is left although it has a fix", finding.rule));
    }
    let mut edits: Vec<&Edit> = Vec::new();
    let mut together: BTreeSet<(usize, &str)> = BTreeSet::new();
    for finding in linted.findings.iter().filter(ready) {
        edits.extend(finding.fix.iter().flat_map(|fix| fix.edits.iter()));
        together.insert((finding.span.start(), &finding.rule));
    }
    edits.sort();
    edits.dedup();
    let apart = edits.windows(2).all(|pair| pair[0].span.end() <= pair[1].span.start());
    let done: BTreeSet<_> = fixed.fixed.iter().map(|it| (it.span.start(), it.rule.as_str())).collect();
    // What only a later pass could fix may stand where something else stood before.
    if apart && done == together && fixed.fixed.len() == together.len() {
        let mut text = Vec::new();
        let mut at = 0;
        for edit in edits {
            text.extend_from_slice(&source.bytes()[at..edit.span.start()]);
            text.extend_from_slice(edit.replacement.as_bytes());
            at = edit.span.end();
        }
        text.extend_from_slice(&source.bytes()[at..]);
        hold!(text == fixed.text, "the text is not what the edits make of it");
    }
    Ok(())
}

/// What an independent parser reads before, it reads afterwards, and what is not deprecated is still there.
fn parses(path: &str, before: &Source, after: &Source) -> Holds {
    let ending = std::path::Path::new(path).extension().and_then(|it| it.to_str());
    if !matches!(ending, Some("yaml" | "yml" | "json")) && path != "user-data" {
        return Ok(());
    }
    // YAML 1.1, which the other parser reads, has more line ends.
    if before.text().contains(['\u{85}', '\u{2028}', '\u{2029}']) {
        return Ok(());
    }
    let Some(old) = kept_values(before.text()) else { return Ok(()) };
    let Some(new) = kept_values(after.text()) else { return Err("it is YAML no more".to_owned()) };
    hold!(old == new, "values that nobody spoke of changed: {old:?} {new:?}");
    Ok(())
}

/// All scalars with `keep` that are no command lines, in their order; `None` if it is no YAML.
fn kept_values(text: &str) -> Option<Vec<String>> {
    let mut kept = texts(text.trim_start_matches('\u{feff}'))?;
    kept.retain(|text| is_kept(text));
    Some(kept)
}

/// All texts, keys too, as another parser reads them, in their order; `None` if it is no YAML.
pub(crate) fn texts(text: &str) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let mut waiting = vec![serde_yaml::Value::deserialize(document).ok()?];
        while let Some(value) = waiting.pop() {
            match value {
                serde_yaml::Value::String(text) => texts.push(text),
                serde_yaml::Value::Sequence(items) => waiting.extend(items.into_iter().rev()),
                serde_yaml::Value::Mapping(entries) => {
                    let all: Vec<_> = entries.into_iter().flat_map(|(key, value)| [key, value]).collect();
                    waiting.extend(all.into_iter().rev());
                }
                _ => {}
            }
        }
    }
    Some(texts)
}

/// Whether a value is no part of a command line, nor a text in another language.
fn is_kept(text: &str) -> bool {
    text.contains("keep")
        && !text.contains(['-', '$', '{', '='])
        && !text.contains("Url")
        && !text.contains("example")
        && !text.starts_with("GR1348941")
}

/// YAML takes a `\r` alone for a line end; elsewhere it is none.
pub(crate) fn has_lone_return(text: &str) -> bool {
    text.replace("\r\n", "").contains('\r')
}

/// What `language` reads lies in `text`, and every text inside it on the bytes that its segments name.
pub(crate) fn reads(language: &dyn Language, text: &str) -> Holds {
    let parsed = language.parse(text.into());
    let facts = parsed.facts();
    let exact = !has_lone_return(text);
    for region in &facts.regions {
        decoded(text, &region.decoded)?;
    }
    for node in facts.tree.ids() {
        if let Some(inner) = parsed.decode(node) {
            decoded(text, &inner)?;
            let scalar = facts.tree.scalar(node).map(|scalar| scalar.text);
            // The value of a unit's entry is told without its line end; its text keeps it, for edits.
            let same = |text: &str| match language.name() {
                "systemd" => text.trim() == inner.text.trim(),
                _ => *text == inner.text,
            };
            hold!(!exact || scalar.is_none_or(same), "decoded {:?}, read {scalar:?}", inner.text);
        }
    }
    for word in facts.commands.iter().flat_map(|command| &command.words) {
        hold!(word.span.end() <= text.len() && !word.span.is_empty(), "a word is nowhere");
        if let Some(inner) = parsed.decode(word.node) {
            decoded(text, &inner)?;
        }
    }
    for datum in parsed.data() {
        hold!(text.get(datum.span.range()).is_some(), "{datum:?} is nowhere");
    }
    Ok(())
}

fn decoded(host: &str, decoded: &Decoded) -> Holds {
    let (mut inner, mut outer) = (0, decoded.segments.outer().start());
    for segment in decoded.segments.iter() {
        hold!(segment.inner.start() == inner, "segments leave out inner bytes {inner}..");
        hold!(segment.outer.start() >= outer, "segments go back: {segment:?}");
        let (there, here) = (host.get(segment.outer.range()), decoded.text.get(segment.inner.range()));
        hold!(there.is_some() && here.is_some(), "a segment cuts a character: {segment:?}");
        hold!(!segment.verbatim || there == here, "not the same bytes: {here:?} {there:?}");
        (inner, outer) = (segment.inner.end(), segment.outer.end());
    }
    hold!(inner == decoded.text.len(), "segments end before the text does");
    hold!(outer <= decoded.segments.outer().end(), "segments go beyond their place");
    let words = decoded.text.split_whitespace().map(|word| {
        let start = word.as_ptr() as usize - decoded.text.as_ptr() as usize;
        Span::new(start, start + word.len())
    });
    for word in words {
        let there = decoded.segments.to_outer(word).of(host);
        let plain = decoded.segments.iter().any(|it| it.verbatim && it.inner.contains(word));
        hold!(!there.is_empty(), "{:?} is nowhere", word.of(&decoded.text));
        hold!(!plain || there == word.of(&decoded.text), "{:?} is at {there:?}", word.of(&decoded.text));
    }
    Ok(())
}
