//! Variables given to one command or set by a script, as carriers.

use super::command::Around;
use super::options::{kind_of, part_span, within};
use super::programs::EnvironmentArgument;
use super::{Carrier, SetSegment, Survey, Value, ValueKind, ValueLocation, Via};
use crate::facts::Variable;
use crate::text::Span;

/// Takes in a variable that is given to one command.
pub(super) fn read_given(
    given: &EnvironmentArgument<'_>,
    around: &Around<'_>,
    scope: usize,
    shared: bool,
    survey: &mut Survey,
) {
    match given {
        EnvironmentArgument::Assignment(variable) => {
            let mut carrier = of_variable(variable, around.context.doc, scope, shared);
            carrier.value.known = around.literal(&carrier.value.text);
            let changes = around.changes(&carrier.value.text, carrier.value.span);
            if let (Some(it), Some(changes)) = (survey.scope_mut(scope), changes) {
                it.add_unknown(changes);
            }
            survey.carriers.push(carrier);
        }
        EnvironmentArgument::Name { word, index, all } => {
            let Some(name) = all.get(*index).map(|name| name.of(&word.text)).filter(|it| !it.is_empty())
            else {
                return;
            };
            let name_span = part_span(word, all.get(*index).copied().unwrap_or_default(), around);
            survey.carriers.push(Carrier {
                doc: around.context.doc,
                scope,
                shared,
                part: Some(Box::new(SetSegment { node: word.node, index: *index, all: all.clone() })),
                ..Carrier::new(
                    Via::Variable,
                    name.to_owned(),
                    name_span,
                    Value::elsewhere(word.span),
                    word.node,
                )
            });
        }
        EnvironmentArgument::Word { option, word, skip } => {
            let Some(text) = word.text.get(*skip..) else { return };
            // `-e NAME` hands on what the shell has.
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            let handed_on = name.len() == text.len();
            let name_span = part_span(word, Span::new(*skip, skip + name.len()), around);
            survey.carriers.push(Carrier {
                via: Via::Variable,
                name: name.to_owned(),
                written: name.to_owned(),
                name_span,
                value: Value {
                    text: value.to_owned(),
                    span: word.span,
                    kind: if handed_on { ValueKind::Opaque } else { kind_of(value, word.opaque) },
                    place: if handed_on {
                        ValueLocation::Nowhere
                    } else {
                        within(word, skip + name.len() + 1)
                    },
                    known: None,
                },
                doc: around.context.doc,
                nodes: option.iter().map(|option| option.node).chain([word.node]).collect(),
                scope,
                shared,
                sealed: None,
                part: None,
            });
        }
    }
}

/// A variable with its value.
pub(super) fn of_variable(variable: &Variable, doc: usize, scope: usize, shared: bool) -> Carrier {
    Carrier {
        via: Via::Variable,
        name: variable.name.clone(),
        written: variable.name.clone(),
        name_span: variable.name_span,
        value: Value {
            text: variable.value.clone(),
            span: variable.value_span,
            kind: kind_of(&variable.value, variable.opaque),
            place: ValueLocation::Node(variable.node),
            known: None,
        },
        doc,
        nodes: vec![variable.node],
        scope,
        shared,
        sealed: None,
        part: None,
    }
}
