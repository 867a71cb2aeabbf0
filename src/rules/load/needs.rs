//! The words without which a rule finds nothing, derived from what it looks for.

use super::super::{Match, Rule, RuleData, RuleText, Spelling, Unit};
use crate::sites::{Expression, Pattern, Requirement, SiteData, Step};
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Hir, HirKind};

/// Shorter words are in most files; they count only where a rule has no others.
pub(super) const SHORTEST: usize = 3;
/// A list with more words than this is a dictionary.
const MOST: usize = 64;

/// Lists of words, one of each of which has to be in a file; `None` if none can be derived. Short words count where there are
/// no others.
pub(super) fn of(rule: &Rule, data: &RuleData, sites: &SiteData) -> Option<Vec<Vec<String>>> {
    [SHORTEST, 1].into_iter().find_map(|shortest| at_least(shortest, rule, data, sites))
}

fn at_least(shortest: usize, rule: &Rule, data: &RuleData, sites: &SiteData) -> Option<Vec<Vec<String>>> {
    let unit = match &rule.unit {
        Some(name) => data.units.iter().find(|unit| unit.unit == *name),
        None => data.units.first(),
    };
    let lists: Vec<Vec<Vec<String>>> =
        rule.matches.iter().map(|found| of_match(shortest, found, unit, sites)).collect();
    if let [only] = lists.as_slice() {
        return Some(only.clone()).filter(|lists| !lists.is_empty());
    }
    // One of the words of any match: the most telling list of each.
    let mut words = Vec::new();
    for lists in lists {
        let rarity = |list: &Vec<String>| list.iter().map(String::len).min().unwrap_or_default();
        words.extend(lists.into_iter().max_by_key(rarity)?);
    }
    words.sort();
    words.dedup();
    Some(vec![words]).filter(|lists| lists.iter().all(|list| !list.is_empty()))
}

fn of_match(shortest: usize, found: &Match, unit: Option<&Unit>, sites: &SiteData) -> Vec<Vec<String>> {
    let mut lists = Vec::new();
    let telling = |words| telling(shortest, words);
    let mut add = |words: Option<Vec<String>>| lists.extend(words.and_then(telling));
    if !found.entry.is_empty() {
        let last = found.entry.iter().map(last_keys).collect::<Option<Vec<_>>>();
        add(last.map(|keys| keys.concat()));
    }
    if let Some(command) = &found.command {
        let options = command.option.iter().map(|option| option.trim_start_matches('-').to_owned());
        add(Some(options.collect()));
        let subcommands = command.subcommand.iter().filter_map(|name| name.split(' ').next_back());
        add(Some(subcommands.map(str::to_owned).collect()));
        let program = sites.programs.programs.iter().find(|program| program.name == command.program);
        // An image may run it without naming it.
        let named = program.filter(|program| program.images.is_empty() && program.entrypoints.is_empty());
        add(named.map(|program| program.files.iter().map(|glob| fragment(glob)).collect()));
    }
    add(Some(found.variable.clone()));
    add(found.key.as_ref().and_then(literals));
    if let Some(chart) = &found.chart {
        add(Some(chart.value.iter().map(|path| last(path)).collect()));
    }
    add(found.literal.as_ref().and_then(literals));
    add(found.text.as_ref().and_then(|text| literals(&text.pattern)));
    add(found.request.as_ref().and_then(|request| literals(&request.url)));
    if let Some(unit) = unit.filter(|_| found.slot.is_some() || found.setting.is_some()) {
        add(Some(spelled(found, unit)));
    }
    // What a value or the document has to be is in the file as well, unless it is written with escapes.
    add(Some(found.when.is.clone()));
    found.when.document.iter().for_each(|wanted| add(Some(required(wanted))));
    lists
}

fn required(wanted: &Requirement) -> Vec<String> {
    if wanted.is.is_empty() { vec![last(&wanted.key)] } else { wanted.is.clone() }
}

/// A list that says something: no short words, nothing that might be written in another way.
fn telling(shortest: usize, mut words: Vec<String>) -> Option<Vec<String>> {
    words.sort();
    words.dedup();
    let plain = |word: &String| word.len() >= shortest && word.chars().all(is_plain);
    (!words.is_empty() && words.len() <= MOST && words.iter().all(plain)).then_some(words)
}

fn last_keys(pattern: &Pattern) -> Option<Vec<String>> {
    // An item of a list has no name of its own: the list has.
    let named = pattern.0.iter().rev().find(|step| !matches!(step, Step::Item | Step::Any | Step::Deep));
    match named {
        Some(Step::Key(keys)) => Some(keys.clone()),
        _ => None,
    }
}

fn last(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).to_owned()
}

/// The longest part of a glob that is literal.
fn fragment(glob: &str) -> String {
    let parts = glob.split(['*', '?', '[', ']', '{', '}', ',']);
    parts.max_by_key(|part| part.len()).unwrap_or_default().to_owned()
}

fn spelled(found: &Match, unit: &Unit) -> Vec<String> {
    let spellings: Vec<&Spelling> = match (&found.slot, &found.setting) {
        (Some(slot), _) if slot == "new" => vec![&unit.new],
        (Some(_), _) => vec![&unit.old],
        (_, Some(name)) => {
            let wanted = unit.settings.iter().filter(|setting| name == "any" || setting.field == *name);
            wanted.map(|setting| &setting.spelled).collect()
        }
        _ => Vec::new(),
    };
    let names = spellings.iter().flat_map(|it| {
        [
            &it.option,
            &it.variable,
            &it.chart,
            &it.chart_flat,
            &it.secret,
            &it.config,
            &it.operator,
            &it.terraform,
        ]
    });
    names
        .flatten()
        .map(|name| last(name.trim_start_matches('-')))
        .filter(|name| name.len() >= SHORTEST)
        .collect()
}

/// Whether a sign is written as itself everywhere.
fn is_plain(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || "-_./:@".contains(sign)
}

/// Literals one of which is in every match of the expression: at its beginning, at its end, or between.
fn literals(expression: &Expression) -> Option<Vec<String>> {
    if let Some(literal) = expression.literal() {
        return Some(plain_part(&literal).map_or(vec![literal.clone()], |part| vec![part]));
    }
    let hir = regex_syntax::parse(expression.as_str()).ok()?;
    let extract = |kind: ExtractKind| {
        let mut found = Extractor::new().kind(kind).extract(&hir);
        found.optimize_for_prefix_by_preference();
        words(&found)
    };
    let all = [extract(ExtractKind::Prefix), extract(ExtractKind::Suffix), inner(&hir)];
    let is_telling = |words: &Vec<String>| words.iter().all(|word| word.chars().all(is_plain));
    // Of equals the first.
    let telling = all.into_iter().flatten().filter(is_telling).rev();
    telling.max_by_key(|words| words.iter().map(String::len).min().unwrap_or_default())
}

fn words(found: &Seq) -> Option<Vec<String>> {
    let literals = found.literals()?.iter();
    literals.map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok()).collect()
}

/// Literals one of which every match contains somewhere. How deep an expression may be is limited where it is parsed.
fn inner(hir: &Hir) -> Option<Vec<String>> {
    let shortest = |words: &Vec<String>| words.iter().map(String::len).min().unwrap_or_default();
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![plain_part(std::str::from_utf8(&literal.0).ok()?)?]),
        HirKind::Capture(capture) => inner(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => inner(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(inner).max_by_key(shortest),
        HirKind::Alternation(branches) => {
            let branches = branches.iter().map(inner).collect::<Option<Vec<_>>>()?;
            Some(branches.concat()).filter(|words| words.len() <= MOST)
        }
        _ => None,
    }
}

/// The longest part of a text that is written as itself everywhere.
fn plain_part(text: &str) -> Option<String> {
    let parts = text.split(|sign: char| !is_plain(sign));
    parts.max_by_key(|part| part.len()).filter(|part| !part.is_empty()).map(str::to_owned)
}

/// A word of the rule's own example, for a rule whose words cannot be derived.
pub(super) fn proposed(text: &RuleText) -> Option<String> {
    let bad = text.examples.iter().filter(|example| example.bad.is_some());
    let names = bad.clone().flat_map(|example| &example.at);
    let mut texts = names.chain(bad.filter_map(|example| example.bad.as_ref()));
    texts.find_map(|text| plain_part(text).filter(|word| word.len() >= SHORTEST))
}
