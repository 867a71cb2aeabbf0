//! Chart values whose keys come by aliases and merge keys: the fixed file gives the chart what the other one gave, without what is
//! deprecated.

use super::invariants::{self, Holds, Seen};
use runnerlint::engine::Surroundings;
use runnerlint::fixer;
use runnerlint::text::Source;
use serde_yaml::{Mapping, Value};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What is in a mapping, with its key first.
const ENTRIES: [(&str, &str); 9] = [
    ("maximumTimeout", "3600"),
    ("tags", "a"),
    ("locked", "false"),
    ("runUntagged", "\"yes\""),
    ("protected", "true"),
    ("executor", "kubernetes"),
    ("keep", "a"),
    ("keepMore", "[a, b]"),
    ("tags", "\"a,b\""),
];

const SETTINGS: [&str; 5] = ["maximumTimeout", "tags", "locked", "runUntagged", "protected"];
const TOKENS: [&str; 2] = ["runnerRegistrationToken", "runnerToken"];
const TOKEN: &str = "glrt-made-up-token-0001";

/// Each byte chooses what comes next: anchored mappings, then the values.
pub(super) fn merges(data: &[u8]) -> Holds {
    let text = text(&mut data.iter().copied());
    let Some(before) = chart_values(&text) else { return Ok(()) };
    invariants::fixes("values.yaml", text.as_bytes(), false, &mut Seen::default())
        .map_err(|why| format!("{why}\n--- before\n{text}"))?;
    for unsafe_too in [false, true] {
        let settings = invariants::settings(false);
        let source = Source::new(text.clone().into_bytes());
        let fixed = fixer::fix(&settings, "values.yaml", &Surroundings::default(), source, unsafe_too);
        let after = String::from_utf8_lossy(&fixed.text).into_owned();
        compare(&before, &after)
            .map_err(|why| format!("{why} (unsafe: {unsafe_too})\n--- before\n{text}\n--- after\n{after}"))?;
    }
    Ok(())
}

fn compare(before: &Value, after: &str) -> Holds {
    let Some(after) = chart_values(after) else { return Err("it is YAML no more".to_owned()) };
    let (kept, left) = (kept(before), kept(&after));
    if kept != left {
        return Err(format!("values changed: {kept:?} became {left:?}"));
    }
    let old = |values: &Value| values.get(TOKENS[0]).is_some_and(|it| it.as_str() == Some(TOKEN));
    let new = |values: &Value| values.get(TOKENS[1]).is_some_and(|it| it.as_str() == Some(TOKEN));
    if (old(before) || new(before)) && !old(&after) && !new(&after) {
        return Err("the token is lost".to_owned());
    }
    let (was, is) = (settings(before), settings(&after));
    if !new(before) && new(&after) && !is.is_empty() {
        return Err(format!("the new token is in place, and {is:?} stay"));
    }
    if old(before) && !new(before) && !new(&after) && was != is {
        return Err(format!("settings went, and the old token stays: {was:?} {is:?}"));
    }
    Ok(())
}

/// Settings of the runner, as the chart gets them.
fn settings(values: &Value) -> BTreeSet<&'static str> {
    let runners = values.get("runners");
    SETTINGS.into_iter().filter(|name| runners.is_some_and(|it| it.get(*name).is_some())).collect()
}

/// All values but those that a fix may take out, with the mappings that hold nothing else.
fn kept(values: &Value) -> Value {
    match values {
        Value::Mapping(entries) => {
            let name = |key: &Value| key.as_str().unwrap_or_default().to_owned();
            let is_kept = |key: &Value| !SETTINGS.contains(&&*name(key)) && !TOKENS.contains(&&*name(key));
            let all = entries.iter().filter(|(key, _)| is_kept(key));
            let all = all.map(|(key, value)| (key.clone(), kept(value)));
            Value::Mapping(all.filter(|(_, value)| *value != Value::Mapping(Mapping::new())).collect())
        }
        Value::Sequence(items) => Value::Sequence(items.iter().map(kept).collect()),
        other => other.clone(),
    }
}

/// The values with all that is merged into them, as another parser reads them.
fn chart_values(text: &str) -> Option<Value> {
    let values: Value = serde_yaml::from_str(text).ok()?;
    Some(merged(&values))
}

fn merged(value: &Value) -> Value {
    let Value::Mapping(entries) = value else {
        let Value::Sequence(items) = value else { return value.clone() };
        return Value::Sequence(items.iter().map(merged).collect());
    };
    let mut all = Mapping::new();
    for (key, value) in entries.iter().filter(|(key, _)| key.as_str() != Some("<<")) {
        all.insert(key.clone(), merged(value));
    }
    let sources = match entries.get("<<") {
        Some(Value::Sequence(items)) => items.clone(),
        Some(only) => vec![only.clone()],
        None => Vec::new(),
    };
    for source in &sources {
        if let Value::Mapping(more) = merged(source) {
            for (key, value) in more {
                all.entry(key).or_insert(value);
            }
        }
    }
    Value::Mapping(all)
}

fn text(bytes: &mut impl Iterator<Item = u8>) -> String {
    let mut text = String::new();
    let anchors = usize::from(next(bytes) % 5);
    for index in 0..anchors {
        if next(bytes).is_multiple_of(3) {
            text += "# of all\n";
        }
        let _ = writeln!(text, "x-{index}: &a{index}");
        entries(&mut text, "  ", index, bytes);
    }
    let how = next(bytes);
    if anchors > 0 && how & 1 != 0 {
        let _ = writeln!(text, "<<: *a{}", usize::from(next(bytes)) % anchors);
    }
    text += "gitlabUrl: https://gitlab.example.com/\n";
    match how >> 1 & 7 {
        0 => {}
        1 => text += &format!("runnerToken: {TOKEN}\n"),
        2 => text += &format!("x-token: &token {TOKEN}\nrunnerRegistrationToken: *token\n"),
        3 => text += &format!("runnerRegistrationToken: {TOKEN}\nrunnerToken: \"\"\n"),
        _ => text += &format!("runnerRegistrationToken: {TOKEN}\n"),
    }
    if anchors > 0 && how & 16 != 0 {
        let _ = writeln!(text, "runners: *a{}", usize::from(next(bytes)) % anchors);
    } else if how & 32 == 0 {
        text += "runners:\n";
        entries(&mut text, "  ", anchors, bytes);
    }
    if anchors > 0 && how & 64 != 0 {
        let _ = writeln!(text, "other: *a{}", usize::from(next(bytes)) % anchors);
    }
    text
}

/// Entries of a mapping that may use the anchors below `anchors`.
fn entries(text: &mut String, indent: &str, anchors: usize, bytes: &mut impl Iterator<Item = u8>) {
    let mut names = BTreeSet::new();
    if anchors > 0 {
        let (first, second) = (usize::from(next(bytes)) % anchors, usize::from(next(bytes)) % anchors);
        match next(bytes) % 4 {
            0 => _ = writeln!(text, "{indent}<<: *a{first}"),
            1 => _ = writeln!(text, "{indent}<<: [*a{first}, *a{second}]"),
            2 => _ = writeln!(text, "{indent}part: *a{first}"),
            _ => {}
        }
    }
    for _ in 0..next(bytes) % 5 {
        let (name, value) = ENTRIES[usize::from(next(bytes)) % ENTRIES.len()];
        if names.insert(name) {
            let _ = writeln!(text, "{indent}{name}: {value}");
        }
    }
    // No mapping is empty.
    let _ = writeln!(text, "{indent}name: keep");
}

fn next(bytes: &mut impl Iterator<Item = u8>) -> u8 {
    bytes.next().unwrap_or_default()
}
