//! What a plain text says, without its places: for files of our own form, most of which nothing is wrong with.

use super::events;
use super::read::is_template;
use crate::facts::ScalarStyle;
use granit_parser as granit;
use std::borrow::Cow;

/// One piece of what a text says, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item<'t> {
    /// A scalar or a key.
    Scalar {
        /// Its decoded text.
        text: Cow<'t, str>,
        /// Whether it has neither quotes nor a block's header.
        plain: bool,
    },
    /// Up to its end, keys and values in turn.
    Mapping,
    /// Items up to its end.
    Sequence,
    /// The end of the innermost of them.
    End,
}

impl Item<'_> {
    /// Whether it means null: nothing, `~` or `null` without quotes.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Scalar { text, plain: true } if is_null(text))
    }
}

/// Whether a plain scalar of that text means null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// What a text says that is one document without anchors, tags, templates and empty block scalars; `None` of any other,
/// which only the tree tells everything about.
pub(crate) fn items(text: &str) -> Option<Vec<Item<'_>>> {
    let mut items = Vec::with_capacity((text.len() / 4).min(256));
    let mut documents = 0;
    let mut parser = events::parser(text);
    while let Some(event) = parser.next_event() {
        let (event, place) = event.ok()?;
        let has_tag = place.tag_span().is_some();
        items.push(match event {
            granit::Event::Scalar(text, style, 0, _) if !has_tag => {
                let style = events::style_of(style);
                if style.is_block() && text.trim().is_empty() {
                    return None;
                }
                Item::Scalar { text, plain: style == ScalarStyle::Plain }
            }
            granit::Event::MappingStart(style, 0, _) if !has_tag => {
                let start = place.byte_range()?.start;
                if style == granit::StructureStyle::Flow && is_template(text, start) {
                    return None;
                }
                Item::Mapping
            }
            granit::Event::SequenceStart(_, 0, _) if !has_tag => Item::Sequence,
            granit::Event::MappingEnd | granit::Event::SequenceEnd => Item::End,
            granit::Event::DocumentStart(..) => {
                documents += 1;
                continue;
            }
            granit::Event::StreamStart
            | granit::Event::StreamEnd
            | granit::Event::DocumentEnd
            | granit::Event::Comment(..) => continue,
            _ => return None,
        });
    }
    (documents == 1).then_some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_text_is_told_in_its_order_and_any_other_is_left_to_the_tree() {
        let scalar = |text: &'static str, plain| Item::Scalar { text: text.into(), plain };
        let told = items("# c\n---\na: [b, \"c\\t\"]\n~: |\n  d\n  e\n");
        let map = [Item::Mapping, scalar("a", true), Item::Sequence, scalar("b", true), scalar("c\t", false)];
        let rest = [Item::End, scalar("~", true), scalar("d\ne\n", false), Item::End];
        assert_eq!(told, Some([&map[..], &rest].concat()));
        for other in [
            "",
            "a: &b c",
            "a: *b",
            "a: !t b",
            "a: {{ b }}",
            "a: |\n\n",
            "a: b\n---\nc: d\n",
            "a: [b",
            "&a {b: c}",
        ] {
            assert_eq!(items(other), None, "{other}");
        }
    }
}
