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
            let places = places.iter().map(unknown).collect::<Vec<_>>().join("; ");
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
    let reasons: Vec<String> = cautions.iter().map(caution).filter(|it| !it.is_empty()).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

fn caution(caution: &Caution) -> String {
    match caution {
        Caution::Rule(text) => text.clone(),
        Caution::Unknown(place) => unknown(place),
        Caution::CarriageReturn => {
            "bash reads the CR at the end of the line as part of the last word".to_owned()
        }
        Caution::Replaced { name, line } => format!("`{name}` (line {line}) is no longer used"),
        Caution::Comments => "it removes a comment".to_owned(),
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
pub fn unknown(place: &UnknownPlace) -> String {
    let UnknownPlace { kind, brings, written, line } = place;
    let brings = match brings {
        Brings::Token => "a token",
        Brings::Settings => "settings",
        Brings::Anything => "a token or settings",
    };
    let at = format!("`{}` (line {line})", written.replace('`', "'"));
    match kind {
        UnknownKind::Words | UnknownKind::Wrapper => format!("{at} may contain more options"),
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
