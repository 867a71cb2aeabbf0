//! Commands that send a request: `curl -X POST URL`.

use super::command::Around;
use super::programs::Invocation;
use super::{Carrier, Place, Survey, Value, ValueKind, Via};
use crate::facts::Word;

/// Takes in the request that a command sends: its method is the name of what carries it, its URL the value.
pub(super) fn read(found: &Invocation<'_>, around: &Around<'_>, survey: &mut Survey) {
    let known = around
        .context
        .sites
        .data
        .programs
        .requests
        .iter()
        .find(|known| known.names.iter().any(|name| name.eq_ignore_ascii_case(found.name)));
    let Some(known) = known else { return };
    let is = |names: &[String], option: &str| names.iter().any(|name| name.eq_ignore_ascii_case(option));
    let mut method = None;
    let mut posts = false;
    let mut places: Vec<&Word> = Vec::new();
    let mut words = found.arguments.iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        let (option, inline) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let glued = known.method.iter().find_map(|name| text.strip_prefix(name.as_str()));
        if is(&known.method, option) {
            method = inline.map(str::to_owned).or_else(|| words.next().map(|next| next.text.clone()));
        } else if let Some(glued) =
            glued.filter(|rest| rest.len() < 8 && rest.chars().all(|c| c.is_ascii_uppercase()))
        {
            method = Some(glued.to_owned());
        } else if is(&known.posts, option) {
            posts = true;
            if inline.is_none() {
                words.next();
            }
        } else if is(&known.valued, option) {
            if inline.is_none() {
                words.next();
            }
        } else if known.method_word && !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase()) {
            method = Some(text.to_owned());
        } else if text.contains('/') || option.ends_with("ri") && text.starts_with('-') {
            places.push(word);
        }
    }
    let method = method.unwrap_or_else(|| if posts { "POST" } else { "GET" }.to_owned()).to_ascii_uppercase();
    let scope = survey.places(around.context.doc);
    for word in places {
        let value = Value {
            text: word.text.clone(),
            span: word.span,
            kind: if word.opaque { ValueKind::Opaque } else { ValueKind::Literal },
            place: Place::Node(word.node),
            known: None,
        };
        survey.carriers.push(Carrier {
            doc: around.context.doc,
            scope,
            ..Carrier::new(Via::Request, method.clone(), word.span, value, word.node)
        });
    }
}
