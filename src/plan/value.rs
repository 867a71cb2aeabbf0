//! What a setting is as a field of `POST /user/runners`.

use crate::rules::{Setting, Takes, UnitKind};
use crate::unit::SourcedValue;

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlannedValue {
    /// Text.
    Text(String),
    /// Words.
    List(Vec<String>),
    /// Yes or no.
    Flag(bool),
    /// A number; of seconds, for a time.
    Number(u64),
    /// To be filled in: an expression, or a literal that the field does not accept.
    FillIn(String),
}

/// The value of a field, with remarks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FieldValue {
    /// The value; `None` if it is empty.
    pub value: Option<PlannedValue>,
    /// Remarks, in our own words.
    pub notes: Vec<&'static str>,
}

/// Reads a value as a field. `hide` masks tokens.
pub(super) fn read(setting: &Setting, given: &SourcedValue, hide: &dyn Fn(&str) -> String) -> FieldValue {
    let mut notes = Vec::new();
    if given.stray {
        notes.push(
            "`register` ignores the word after the option, and reads no option after it: a boolean option takes its value only with `=`",
        );
    }
    let Some(text) = given.literal() else {
        return FieldValue { value: Some(PlannedValue::FillIn(hide(&given.text))), notes };
    };
    let text = text.trim();
    if text.is_empty() || setting.nothing.iter().any(|nothing| nothing == text) {
        return FieldValue { value: None, notes };
    }
    let value = match setting.takes {
        Takes::Text => PlannedValue::Text(hide(text)),
        Takes::List => match list(text) {
            words if words.is_empty() => return FieldValue { value: None, notes },
            words => PlannedValue::List(words.iter().map(|word| hide(word)).collect()),
        },
        Takes::Boolean => boolean(text).map_or_else(|| PlannedValue::FillIn(hide(text)), PlannedValue::Flag),
        Takes::Word => {
            word(setting, text).map_or_else(|| PlannedValue::FillIn(hide(text)), PlannedValue::Text)
        }
        Takes::Seconds => {
            seconds(text).map_or_else(|| PlannedValue::FillIn(hide(text)), PlannedValue::Number)
        }
    };
    match &value {
        PlannedValue::Number(number) if *number < setting.least => {
            notes.push("GitLab accepts 600 seconds or more: minutes may have been meant");
        }
        PlannedValue::FillIn(_) => notes.push("the field does not accept this value"),
        _ => {}
    }
    FieldValue { value: Some(value), notes }
}

/// What the road `kind` sends for a setting that the file does not set, where the fields `set` have values.
pub(super) fn unset(setting: &Setting, set: &[&str], kind: UnitKind) -> Option<PlannedValue> {
    let own = setting.unset_in.iter().find(|it| it.unit.contains(&kind)).map(|it| &it.value);
    let beside = || setting.unset_beside.iter().find(|(field, _)| set.contains(&field.as_str()));
    let text = own.or_else(|| beside().map(|(_, value)| value)).or(setting.unset.as_ref())?;
    Some(constant(text))
}

/// A value of the rules' data for that setting.
pub(super) fn read_constant(setting: &Setting, text: &str) -> PlannedValue {
    match setting.takes {
        Takes::Seconds => seconds(text).map_or_else(|| constant(text), PlannedValue::Number),
        _ => constant(text),
    }
}

/// A value of the rules' data.
pub(super) fn constant(text: &str) -> PlannedValue {
    boolean(text).map_or_else(|| PlannedValue::Text(text.to_owned()), PlannedValue::Flag)
}

/// `a, b,,a` is `a` and `b`.
fn list(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    for word in text.split([',', '\n']).map(str::trim).filter(|word| !word.is_empty()) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// Go's spellings, and those of YAML 1.1.
fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" | "yes" | "y" | "on" => Some(true),
        "false" | "f" | "0" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

fn word(setting: &Setting, text: &str) -> Option<String> {
    if setting.words.iter().any(|word| word == text) {
        return Some(text.to_owned());
    }
    let meant = boolean(text)?;
    setting.booleans.iter().find(|(is, _)| *is == meant).map(|(_, word)| word.clone())
}

/// `3600`, and other spellings: `1h`, `1h 30m`, `90 minutes`.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    if let Ok(number) = rest.parse() {
        return Some(number);
    }
    let mut sum = 0u64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (name, after) = after.split_at_checked(end)?;
        let factor = match name.to_ascii_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            _ => return None,
        };
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(factor)?)?;
        rest = after.trim_start();
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;
    use crate::text::Position;

    fn read_as(field: &str, text: &str) -> Option<PlannedValue> {
        let setting = rules::registration().settings.iter().find(|it| it.field == field).unwrap();
        let position = Position { line: 1, column: 1, offset: 0 };
        let given =
            SourcedValue { text: text.to_owned(), opaque: false, known: None, stray: false, position };
        read(setting, &given, &str::to_owned).value
    }

    #[test]
    fn values_get_the_form_of_the_field() {
        let text = |text: &str| Some(PlannedValue::Text(text.to_owned()));
        let list =
            |words: &[&str]| Some(PlannedValue::List(words.iter().map(|it| (*it).to_owned()).collect()));
        let fill = |text: &str| Some(PlannedValue::FillIn(text.to_owned()));
        for (field, written, value) in [
            ("tag_list", "docker, linux,,docker", list(&["docker", "linux"])),
            ("tag_list", " , ", None),
            ("run_untagged", "T", Some(PlannedValue::Flag(true))),
            ("locked", "no", Some(PlannedValue::Flag(false))),
            ("locked", "maybe", fill("maybe")),
            ("access_level", "true", text("ref_protected")),
            ("access_level", "False", text("not_protected")),
            ("access_level", "ref_protected", text("ref_protected")),
            ("access_level", "protected", fill("protected")),
            ("maximum_timeout", "3600", Some(PlannedValue::Number(3600))),
            ("maximum_timeout", "1h 30m", Some(PlannedValue::Number(5400))),
            ("maximum_timeout", "90 minutes", Some(PlannedValue::Number(5400))),
            ("maximum_timeout", "0", None),
            ("maximum_timeout", "1.5h", fill("1.5h")),
            ("maximum_timeout", "99999999999999999999h", fill("99999999999999999999h")),
            ("paused", "1", Some(PlannedValue::Flag(true))),
            ("maintenance_note", "ask the team", text("ask the team")),
            ("maintenance_note", "", None),
        ] {
            assert_eq!(read_as(field, written), value, "{field} {written}");
        }
    }
}
