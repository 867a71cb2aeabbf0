//! The words without which a rule finds nothing, told from what it looks for.

use super::super::{Match, Rule, RuleData, Spelling, Unit};
use crate::sites::{Expression, Pattern, Requirement, SiteData, Step};
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};

/// Shorter words tell nothing.
const SHORTEST: usize = 3;
/// More words than this are no list, they are a dictionary.
const MOST: usize = 64;

/// Lists of words, one of each of which has to stand in a file; `None` if none can be told.
pub(super) fn of(rule: &Rule, data: &RuleData, sites: &SiteData) -> Option<Vec<Vec<String>>> {
    let unit = match &rule.unit {
        Some(name) => data.units.iter().find(|unit| unit.unit == *name),
        None => data.units.first(),
    };
    let lists: Vec<Vec<Vec<String>>> =
        rule.matches.iter().map(|found| of_match(found, unit, sites)).collect();
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

fn of_match(found: &Match, unit: Option<&Unit>, sites: &SiteData) -> Vec<Vec<String>> {
    let mut lists = Vec::new();
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
    // What a value or the document has to be stands in the file as well, unless it is written with escapes.
    add(Some(found.when.is.clone()));
    found.when.document.iter().for_each(|wanted| add(Some(required(wanted))));
    lists
}

fn required(wanted: &Requirement) -> Vec<String> {
    if wanted.is.is_empty() { vec![last(&wanted.key)] } else { wanted.is.clone() }
}

/// A list that tells something: no short words, nothing that might be written in another way.
fn telling(mut words: Vec<String>) -> Option<Vec<String>> {
    words.sort();
    words.dedup();
    let plain = |word: &String| {
        word.len() >= SHORTEST && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b))
    };
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

/// The longest part of a glob that stands for itself.
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

/// Literals one of which every match of the expression begins or ends with.
fn literals(expression: &Expression) -> Option<Vec<String>> {
    if let Some(literal) = expression.literal() {
        return Some(vec![literal]);
    }
    let hir = regex_syntax::parse(expression.as_str()).ok()?;
    let extract = |kind: ExtractKind| {
        let mut found = Extractor::new().kind(kind).extract(&hir);
        found.optimize_for_prefix_by_preference();
        words(&found)
    };
    let (prefixes, suffixes) = (extract(ExtractKind::Prefix), extract(ExtractKind::Suffix));
    let shortest =
        |words: &Option<Vec<String>>| words.iter().flatten().map(String::len).min().unwrap_or_default();
    if shortest(&prefixes) >= shortest(&suffixes) { prefixes } else { suffixes }
}

fn words(found: &Seq) -> Option<Vec<String>> {
    let literals = found.literals()?.iter();
    literals.map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok()).collect()
}
