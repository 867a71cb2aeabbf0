//! The documents of a stream: most of those of a long one are about something else, and are not read.

use crate::syntax::Wanted;
use crate::text::Span;
use memchr::memmem;

/// The documents of `shape` by their bytes: at its start, and from each `---` on. No scalar can hold such a line. One where
/// directives stand before a document.
pub(super) fn all(shape: &str) -> Vec<Span> {
    let bytes = shape.as_bytes();
    if bytes.starts_with(b"%") || memmem::find(bytes, b"\n%").is_some() {
        return vec![Span::new(0, shape.len())];
    }
    let marks = memmem::find_iter(bytes, b"\n---").map(|at| at + 1);
    let marks = marks.filter(|at| bytes.get(at + 3).is_none_or(u8::is_ascii_whitespace));
    let starts: Vec<usize> = std::iter::once(0).chain(marks).collect();
    let ends = starts.iter().skip(1).copied().chain([shape.len()]);
    starts.iter().zip(ends).map(|(start, end)| Span::new(*start, end)).collect()
}

/// Those of `all` that are to be read: the first one, the wanted ones, and those beside them, as people are shown lines around
/// what is found. All of them if none is wanted.
pub(super) fn wanted(text: &str, all: Vec<Span>, wanted: Wanted<'_>) -> Vec<Span> {
    if all.len() < 2 {
        return all;
    }
    let by_words: Vec<bool> = all.iter().map(|part| (wanted.by_words)(part.of(text))).collect();
    let is_near = |index: usize| {
        by_words
            .get(index.saturating_sub(1)..by_words.len().min(index + 2))
            .is_some_and(|near| near.contains(&true))
    };
    let is_placed = |part: Span| wanted.by_place.is_some_and(|is_placed| is_placed(mark(part)));
    let placed: Vec<bool> = all.iter().map(|part| is_placed(*part)).collect();
    if !by_words.contains(&true) && !placed.contains(&true) {
        return all;
    }
    // The first one begins where the text does, which may be wanted for itself: it is read in any case.
    let read = all.into_iter().zip(placed).enumerate();
    let read = read.filter(|(index, (_, is_placed))| *index == 0 || *is_placed || is_near(*index));
    read.map(|(_, (part, _))| part).collect()
}

/// The bytes that a document begins with.
fn mark(part: Span) -> Span {
    Span::new(part.start(), part.end().min(part.start() + 3))
}

/// Documents that stand side by side, as one.
pub(super) fn runs(parts: &[Span]) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    for part in parts {
        match runs.last_mut() {
            Some(last) if last.end() == part.start() => *last = last.hull(*part),
            _ => runs.push(*part),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Parsed;
    use crate::syntax::yaml::Document;
    use proptest::prelude::*;

    fn texts<'t>(text: &'t str, parts: &[Span]) -> Vec<&'t str> {
        parts.iter().map(|part| part.of(text)).collect()
    }

    #[test]
    fn a_stream_is_split_where_no_scalar_can_go_on() {
        for (text, parts) in [
            ("a: b\n", &["a: b\n"][..]),
            ("", &[""]),
            ("a\n---\nb\n--- c\n---", &["a\n", "---\nb\n", "--- c\n", "---"]),
            ("---\r\na\r\n---\r\nb", &["---\r\na\r\n", "---\r\nb"]),
            ("a: |\n  ---\n----\n---x\n", &["a: |\n  ---\n----\n---x\n"]),
            ("a\n...\n%TAG ! x\n---\nb", &["a\n...\n%TAG ! x\n---\nb"]),
        ] {
            assert_eq!(texts(text, &all(text)), parts, "{text:?}");
        }
    }

    #[test]
    fn wanted_documents_and_those_beside_them_are_read() {
        let text = "a: 0\n---\nb: 1\n---\nc: 2 # x\n---\nd: 3\n---\ne: 4\n---\nf: 5\n";
        let by_words = |text: &str| text.contains("d: ");
        let document = Document::of(text.into(), Wanted { by_words: &by_words, by_place: None });
        let keys = |document: &Document| {
            let tree = &document.facts.tree;
            let keys = tree.ids().filter_map(|id| tree.key(id));
            keys.map(|key| {
                assert_eq!(key.span.of(text), key.text);
                key.text.to_owned()
            })
            .collect::<String>()
        };
        assert_eq!(keys(&document), "acde");
        assert_eq!(document.facts.comments[0].span.of(text), "# x");
        assert_eq!(document.facts.parts, [0, 14, 27, 36]);
        assert_eq!(document.facts.tree.roots.len(), 4);
        assert_eq!(document.data().count(), 4 * 4);
        let by_place = |place: Span| place.start() == 45;
        let wanted = Wanted { by_words: &by_words, by_place: Some(&by_place) };
        assert_eq!(keys(&Document::of(text.into(), wanted)), "acdef");
        // Where none is wanted, or one of the wanted ones is broken, all are read.
        assert_eq!(
            keys(&Document::of(text.into(), Wanted { by_words: &|_| false, by_place: None })),
            "abcdef"
        );
        let broken = text.replace("d: 3", "d: ]");
        let document = Document::of(broken.as_str().into(), Wanted { by_words: &by_words, by_place: None });
        assert_eq!((document.facts.parts.len(), document.facts.notices.len()), (6, 1));
    }

    /// Documents, some of which are wanted for a `w`.
    const DOCUMENTS: &[&str] = &[
        "a: b\n",
        "w: 1 # x\n",
        "- w\n- [c, {d: e}]\n",
        "a: |\n  ---\n  w\n\n\n",
        "",
        "# c\n",
        "&a {b: *a}\n",
        "\"w\n  x\"\n",
        "a: {{ w }}\n",
        "{{- if x }}\nb: c\n{{- end }}\n",
    ];
    const MARKS: &[&str] = &["---\n", "--- # c\n", "...\n---\n", "--- !t\n", "---\r\n"];

    proptest! {
        #[test]
        fn what_is_read_of_a_stream_is_what_is_read_of_all_of_it(
            documents in prop::collection::vec((0..MARKS.len(), 0..DOCUMENTS.len()), 1..9),
        ) {
            let text: String = documents.iter().flat_map(|(mark, document)| [MARKS[*mark], DOCUMENTS[*document]]).collect();
            let wanted = Wanted { by_words: &|text| text.contains('w'), by_place: None };
            let (some, all) = (Document::of(text.as_str().into(), wanted), Document::of(text.as_str().into(), Wanted::ALL));
            let read = super::wanted(&text, super::all(&text), wanted);
            let nodes = |document: &Document| -> Vec<_> {
                let tree = &document.facts.tree;
                let nodes = tree.ids().filter_map(|id| tree.get(id).zip(document.layout(id)));
                let is_read = |span: Span| read.iter().any(|part| part.start() <= span.start() && span.start() < part.end().max(part.start() + 1));
                // Which number a parent has depends on what stands before.
                let nodes = nodes.filter(|(node, _)| is_read(node.span));
                nodes.map(|(node, layout)| {
                    let parent = node.parent.and_then(|parent| tree.span(parent));
                    format!("{parent:?} {:?} {:?} {:?} {layout:?}", node.key, node.span, node.kind)
                }).collect()
            };
            // Where templates are masked, they are in all of it or in what is read.
            if some.reading.masked.is_some() == all.reading.masked.is_some() {
                prop_assert_eq!(nodes(&some), nodes(&all));
            }
        }
    }
}
