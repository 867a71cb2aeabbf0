//! The words for why there is no fix, and why a fix is unsafe.

use crate::finding::{Caution, Fix, Refusal, Safety};
use crate::sites::{Brings, UnknownKind};
use crate::unit::UnknownPlace;

/// The text for a rule that has no fix and no reason for that.
const NO_FIX: &str = "the rule has no fix";
/// The text for a fix that no row of its rule calls safe.
const NOT_SAFE: &str = "review the change: its rule does not say that it is safe";

/// Why there is no fix, as a clause; never empty.
pub fn refusal(refusal: &Refusal) -> String {
    let text = clause(refusal);
    if text.trim().is_empty() { NO_FIX.to_owned() } else { text }
}

/// Why there is no fix, if there is more to say than that the rule has none.
pub fn stated(refused: &Refusal) -> Option<String> {
    Some(refusal(refused)).filter(|text| text != NO_FIX)
}

fn clause(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unstated => NO_FIX.to_owned(),
        Refusal::Rule(text) | Refusal::Sealed(text) => text.clone(),
        Refusal::Unknown { because, places } => {
            let places = unknowns(places.iter()).join("; ");
            if because.is_empty() { places } else { format!("{places}: {because}") }
        }
        Refusal::NotEditable(refused) => refused.reason().to_owned(),
        Refusal::NameNotEditable { name, line, reason } => {
            format!("`{}` (line {line}) cannot be edited: {}", name.replace('`', "'"), reason.reason())
        }
        Refusal::NotExpanded { value, language } => {
            let next = match *language {
                "hcl" => "give `--token-value` a reference such as `var.runner_token`",
                _ => "put the runner's `glrt-` token here, or another expression",
            };
            format!("nothing expands `{value}` here: {next}")
        }
        Refusal::ByHand { because, rename, remove } => {
            let rename = rename.iter().map(|(old, new)| format!("replace `{old}` with `{new}`"));
            let names = remove.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let remove = (!remove.is_empty()).then(|| format!("remove {names}"));
            format!("{because}: {}", rename.chain(remove).collect::<Vec<_>>().join(", "))
        }
        Refusal::UsedElsewhere { written, line } => {
            format!("`{}` (line {line}) also uses this value", written.replace('`', "'"))
        }
        Refusal::SharedVariables => "several commands share these variables: change all of them".to_owned(),
        Refusal::Suppressed { line } => format!("suppressed by the comment in line {line}"),
        Refusal::SuppressedSibling { name, line } => {
            format!("the registration also has `{name}`, which the comment in line {line} suppresses")
        }
        Refusal::Alternatives { new: (new, new_line), old: (old, old_line) } => format!(
            "`{new}` (line {new_line}) and `{old}` (line {old_line}) are alternatives: remove the one with the registration token"
        ),
        Refusal::Mistaken { line } => {
            format!("the suppression in line {line} may be meant for it: correct that comment first")
        }
        Refusal::NeededName => "another rule id of this suppression is needed".to_owned(),
        Refusal::NotSelected { rule } => {
            format!("the registration also needs `{rule}`, which is not selected")
        }
        Refusal::RulesNotSelected => "the rules that report it are not selected".to_owned(),
        Refusal::OtherCase => "the rule has no fix for this case".to_owned(),
        Refusal::Together { name, line } => {
            format!("`{name}` (line {line}) has no fix, and they are fixed together or not at all")
        }
        Refusal::TokenFirst { line } => format!(
            "migrate the registration token in line {line} first: this setting may belong to the same runner"
        ),
        Refusal::SameRunner { name, line } => {
            format!(
                "`{name}` (line {line}) has no fix and may belong to the same runner: change both together"
            )
        }
        Refusal::PartlyRead => "the rest of this file was not checked".to_owned(),
        Refusal::TooManyFindings => "this file exceeds the limit of findings that can be fixed".to_owned(),
        Refusal::Baselined => "it is in the baseline; a run without the baseline fixes it".to_owned(),
        Refusal::BaselinedSibling { rule, registration } => {
            let with = if *registration { "of the same registration" } else { "at the same place" };
            format!("`{rule}` {with} is in the baseline")
        }
        Refusal::Before(first) => format!("{} (before the fixes of this run)", self::refusal(first)),
        Refusal::Dropped(reason) => format!("fix dropped: {reason}"),
    }
}

/// Why a fix is unsafe, or its manual step; nothing for a safe one.
pub fn fix_reason(fix: &Fix) -> Option<String> {
    match fix.safety {
        Safety::Safe => None,
        Safety::Unsafe => Some(cautions(&fix.cautions).unwrap_or_else(|| NOT_SAFE.to_owned())),
    }
}

/// Cautions in one clause; `None` if there is nothing to say.
pub(super) fn cautions(cautions: &[Caution]) -> Option<String> {
    let mut reasons: Vec<String> = Vec::new();
    let is_place = |it: &Caution| matches!(it, Caution::Unknown(_));
    for run in cautions.chunk_by(|a, b| is_place(a) && is_place(b)) {
        let places: Vec<&UnknownPlace> = run.iter().filter_map(place).collect();
        reasons.extend(run.iter().filter(|it| !is_place(it)).map(caution).filter(|it| !it.is_empty()));
        reasons.extend(unknowns(places));
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn place(caution: &Caution) -> Option<&UnknownPlace> {
    match caution {
        Caution::Unknown(place) => Some(place),
        _ => None,
    }
}

/// What places may bring, each name once with its lines: "`ARGS` (lines 4 and 6)".
fn unknowns<'a>(places: impl IntoIterator<Item = &'a UnknownPlace>) -> Vec<String> {
    let mut named: Vec<(&UnknownPlace, Vec<usize>)> = Vec::new();
    for place in places {
        let is_same = |it: &UnknownPlace| {
            (it.kind, it.brings, &it.written) == (place.kind, place.brings, &place.written)
        };
        match named.iter_mut().find(|(it, _)| is_same(it)) {
            Some((_, lines)) => lines.push(place.line),
            None => named.push((place, vec![place.line])),
        }
    }
    let mut said: Vec<(&UnknownPlace, Vec<String>)> = Vec::new();
    for (place, lines) in named {
        let at = format!("`{}` ({})", place.written.replace('`', "'"), in_lines(&lines));
        // The sentence has the places at its end.
        let is_listed = |it: &UnknownPlace| {
            let listed =
                matches!(it.kind, UnknownKind::Collected | UnknownKind::Environment | UnknownKind::Values);
            listed && it.kind == place.kind
        };
        match said.iter_mut().find(|(it, _)| is_listed(it)) {
            Some((_, all)) => all.push(at),
            None => said.push((place, vec![at])),
        }
    }
    said.iter().map(|(place, all)| unknown(place, &listed(all))).collect()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(all: &[String]) -> String {
    match all.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// `line 4`, `lines 4 and 6`, `lines 4, 6 and 9`.
pub(super) fn in_lines(lines: &[usize]) -> String {
    let mut lines = lines.to_vec();
    lines.sort_unstable();
    lines.dedup();
    let all: Vec<String> = lines.iter().map(usize::to_string).collect();
    format!("{} {}", if all.len() > 1 { "lines" } else { "line" }, listed(&all))
}

fn caution(caution: &Caution) -> String {
    match caution {
        Caution::Rule(text) => text.clone(),
        Caution::Unknown(place) => unknowns([place]).concat(),
        Caution::CarriageReturn => {
            "bash reads the CR at the end of the line as part of the last word".to_owned()
        }
        Caution::Replaced { name, line } => format!("`{name}` (line {line}) is no longer used"),
        Caution::Comment(text) => format!("it removes the comment `{}`", text.replace('`', "'")),
        Caution::Apart { name, line } => {
            format!("`{name}` (line {line}) of the same document has no fix: change it as well")
        }
        Caution::SameRunner { name, line } => {
            format!("`{name}` (line {line}) may belong to the same runner")
        }
        Caution::Branch { tag, line } => {
            format!("the template tag `{}` (line {line}) decides whether it is used", tag.replace('`', "'"))
        }
        Caution::Markdown => "it changes documentation".to_owned(),
    }
}

/// What a place may bring: "`base.yaml` (line 14) may set a token or settings".
fn unknown(place: &UnknownPlace, at: &str) -> String {
    let UnknownPlace { kind, brings, .. } = place;
    let brings = match brings {
        Brings::Token => "a token",
        Brings::Settings => "settings",
        Brings::Anything => "a token or settings",
    };
    match kind {
        UnknownKind::Words | UnknownKind::Wrapper => format!("{at} may contain more options"),
        UnknownKind::Effect => format!("{at} also sets a variable, which the fix would no longer do"),
        UnknownKind::Collected => format!("arguments also come from {at}"),
        UnknownKind::Template => format!("the template tag {at} decides what is there"),
        UnknownKind::Environment => format!("environment variables also come from {at}"),
        UnknownKind::Values => format!("values also come from {at}"),
        UnknownKind::KeptValues => format!("{at} keeps the values that the release has"),
        UnknownKind::Alias => format!("the alias {at} brings values from elsewhere in this file"),
        UnknownKind::Script => format!("{at} may set variables in the same script"),
        UnknownKind::Overlay => format!("another file may also define {at}: this file is merged into it"),
        UnknownKind::Override => format!("{at} can be overridden where this file is used"),
        UnknownKind::Expression => format!("{at} may contain {brings}"),
    }
}
