//! One JSON document; `docs/plan.schema.json` is its schema.

use super::api;
use crate::escape;
use crate::plan::words::plain;
use crate::plan::{
    Field, Group, MigrationPlan, OtherPlace, PlanStep, PlannedRegistration, PlannedState, PlannedValue, Shown,
};
use crate::report::json::JsonOrigin;
use crate::rules::UnitKind;
use crate::sites::{Brings, UnknownKind};
use crate::text::Position;
use crate::unit::UnknownPlace;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The version of the format; grows when a key is removed or changes its meaning.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct JsonPlan<'a> {
    version: u32,
    groups: Vec<Runner<'a>>,
    by_hand: Vec<ByHand<'a>>,
    documentation: Vec<Sample<'a>>,
}

/// A sample in a document.
#[derive(Serialize)]
#[serde(untagged)]
enum Sample<'a> {
    Registration(Box<Registration<'a>>),
    Place(ByHand<'a>),
}

#[derive(Serialize)]
struct Runner<'a> {
    number: usize,
    need: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Said<'a>>,
    /// What to send; `null` where a value must be filled in.
    create: BTreeMap<&'static str, Option<serde_json::Value>>,
    fields: Vec<Explained<'a>>,
    registrations: Vec<Registration<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<JsonOrigin>,
    same_but_for_description: &'a [usize],
    steps: Vec<ToDo>,
}

#[derive(Serialize)]
struct Explained<'a> {
    field: &'static str,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_of: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'a str>,
    notes: &'a [&'static str],
}

/// A registration.
#[derive(Serialize)]
pub(in crate::report) struct Registration<'a> {
    unit: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    fingerprint: &'a str,
    path: &'a str,
    line: usize,
    column: usize,
    kind: UnitKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    road: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    via: &'a [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<&'a str>,
    partial: bool,
    unknowns: Vec<Unseen<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<Said<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    executor: Option<Said<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<Said<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<Said<'a>>,
    tokens: Vec<PlanJsonToken<'a>>,
    settings: Vec<Set<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without_effect: Vec<PlanJsonIdle<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<crate::finding::Safety>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manual: Option<&'a str>,
}

/// A place that cannot be read as a plain value.
#[derive(Serialize)]
struct Unseen<'a> {
    kind: UnknownKind,
    brings: Brings,
    written: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct Said<'a> {
    value: &'a str,
    expression: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'a str>,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Set<'a> {
    field: &'static str,
    name: &'a str,
    #[serde(flatten)]
    said: Said<'a>,
    counts: bool,
}

/// A setting that has no effect where it is.
#[derive(Serialize)]
struct PlanJsonIdle<'a> {
    unit: &'a str,
    field: &'static str,
    name: &'a str,
    place: &'a str,
    #[serde(flatten)]
    said: Said<'a>,
}

#[derive(Serialize)]
struct PlanJsonToken<'a> {
    name: &'a str,
    old: bool,
    holds: crate::rules::Class,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<&'a str>,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct ToDo {
    step: &'static str,
    text: String,
    parts: Vec<String>,
}

#[derive(Serialize)]
struct ByHand<'a> {
    rule: &'a str,
    path: &'a str,
    line: usize,
    column: usize,
    message: &'a str,
    help: &'a str,
}

pub(super) fn write(plan: &MigrationPlan, out: &mut dyn Write) -> io::Result<()> {
    let samples =
        plan.documentation.entries.iter().map(|it| Sample::Registration(Box::new(registration(it))));
    let places = plan.documentation.places.iter().map(|it| Sample::Place(by_hand(it)));
    let document = JsonPlan {
        version: VERSION,
        groups: plan
            .groups
            .iter()
            .enumerate()
            .map(|(index, group)| {
                let repository = group.repository().filter(|_| plan.has_repositories());
                Runner { repository: repository.map(JsonOrigin::of), ..runner(index + 1, group) }
            })
            .collect(),
        by_hand: plan.by_hand.iter().map(by_hand).collect(),
        documentation: samples.chain(places).collect(),
    };
    let json = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    writeln!(out, "{}", escape::json(json))
}

/// All registrations of a plan; samples in documents are none.
pub(in crate::report) fn registrations(
    plan: &MigrationPlan,
) -> impl Iterator<Item = (Registration<'_>, &PlannedRegistration)> {
    plan.groups.iter().flat_map(|group| &group.entries).map(|entry| (registration(entry), entry))
}

fn runner(number: usize, group: &Group) -> Runner<'_> {
    Runner {
        number,
        need: group.need.as_str(),
        url: group.url.as_ref().map(said),
        create: group.fields.iter().map(|field| (field.name, value(&field.value))).collect(),
        fields: group.fields.iter().map(explained).collect(),
        registrations: group.entries.iter().map(registration).collect(),
        repository: None,
        same_but_for_description: &group.alike,
        steps: group.steps.iter().map(to_do).collect(),
    }
}

fn value(value: &PlannedValue) -> Option<serde_json::Value> {
    Some(match value {
        PlannedValue::List(words) => words.clone().into(),
        PlannedValue::Flag(flag) => (*flag).into(),
        PlannedValue::Number(number) => (*number).into(),
        other => api(other)?.into(),
    })
}

fn explained(field: &Field) -> Explained<'_> {
    let expression = match &field.value {
        PlannedValue::FillIn(text) => Some(text.as_str()),
        _ => None,
    };
    let default_of = field.default;
    let origin = if default_of.is_some() { "default" } else { "file" };
    Explained { field: field.name, origin, default_of, expression, notes: &field.notes }
}

fn registration(entry: &PlannedRegistration) -> Registration<'_> {
    let Position { line, column, .. } = entry.position;
    Registration {
        unit: &entry.unit,
        fingerprint: &entry.fingerprint,
        path: &entry.path,
        line,
        column,
        kind: entry.kind,
        road: entry.road.map(|road| road.road.as_str()),
        state: entry.state.map(PlannedState::as_str),
        via: &entry.via,
        place: entry.place.as_deref(),
        object: entry.object.as_deref(),
        partial: !entry.unknowns.is_empty(),
        unknowns: entry.unknowns.iter().map(unknown).collect(),
        description: entry.description.as_ref().map(said),
        executor: entry.executor.as_ref().map(said),
        url: entry.url.as_ref().map(said),
        secret: entry.secret.as_ref().map(said),
        tokens: entry
            .slots
            .iter()
            .map(|slot| PlanJsonToken {
                name: &slot.name,
                old: slot.old,
                holds: slot.class,
                expression: slot.expression.as_deref(),
                line: slot.position.line,
                column: slot.position.column,
            })
            .collect(),
        settings: entry
            .settings
            .iter()
            .map(|it| Set { field: it.field, name: &it.name, said: said(&it.value), counts: !it.overridden })
            .collect(),
        without_effect: entry
            .without_effect
            .iter()
            .map(|it| PlanJsonIdle {
                unit: &it.unit,
                field: it.setting.field,
                name: &it.setting.name,
                place: &it.place,
                said: said(&it.setting.value),
            })
            .collect(),
        fix: entry.fix.as_ref().ok().copied(),
        manual: entry.fix.as_ref().err().map(String::as_str),
    }
}

fn unknown(place: &UnknownPlace) -> Unseen<'_> {
    Unseen { kind: place.kind, brings: place.brings, written: &place.written, line: place.line }
}

fn said(shown: &Shown) -> Said<'_> {
    let Position { line, column, .. } = shown.position;
    Said { value: &shown.text, expression: shown.opaque, written: shown.written.as_deref(), line, column }
}

fn to_do(step: &PlanStep) -> ToDo {
    let parts = step.parts.iter().map(|part| plain(part)).collect();
    ToDo { step: step.what.as_str(), text: plain(&step.text), parts }
}

fn by_hand(place: &OtherPlace) -> ByHand<'_> {
    let Position { line, column, .. } = place.position;
    ByHand { rule: &place.rule, path: &place.path, line, column, message: &place.message, help: &place.help }
}
