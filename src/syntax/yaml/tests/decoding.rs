use super::{ids, read};
use crate::facts::NodeKind;
use crate::syntax::Parsed;

/// Decodes every scalar and compares with what the parser says.
pub(super) fn agrees(text: &str) {
    let document = read(text);
    assert!(document.facts.notices.is_empty(), "{text:?}: {:?}", document.facts.notices);
    for id in ids(&document) {
        let node = document.facts.tree.get(id).unwrap();
        let NodeKind::Scalar(scalar) = node.kind else { continue };
        let Some(decoded) = document.decode(id) else {
            assert!(scalar.null || scalar.text.is_empty(), "{text:?}");
            continue;
        };
        assert_eq!(decoded.text, scalar.text, "{text:?}");
        let mut at = 0;
        for segment in decoded.segments.iter() {
            assert_eq!(segment.inner.start(), at, "{text:?}");
            at = segment.inner.end();
            if segment.verbatim {
                assert_eq!(segment.outer.of(text), segment.inner.of(&decoded.text), "{text:?}");
            }
        }
        assert_eq!(at, decoded.text.len());
    }
}

#[test]
fn every_style_decodes_to_what_the_parser_says() {
    let texts = [
        "a: b",
        "a: b c  # d\n",
        "a: b\n  c\n\n  d\n\n\n  e\nf: g\n",
        "a: 'it''s'\n",
        "a: 'b\n  c \n\n  d'\n",
        "a: '  b  '\n",
        "a: ' \n b\n '\n",
        "a: \"b\\n\\t\\\"c\\\\\\x41\\u00e9\\U0001F600\\/\\ \\0\\e\\_\\N\"\n",
        "a: \"b \\\n   c\\\n\n  d \n  e\\  \n  f\"\n",
        "a: \"b\\\\\n  c\"\n",
        "a: \" \n  b \"\n",
        "a: \"\n\n  b\n\n\"\n",
        "a: \"\\\n  b\"\n",
        "a: |\n  b\n  c\n",
        "a: |-\n  b\n\n\nb: x\n",
        "a: |+\n  b\n\n\nb: x\n",
        "a: |2\n    b\n   c\n  d\n",
        // White space that is text.
        "a:\n  - |\n      \u{2028}\r\nb: 1\n",
        "a: |2\n     \u{a0}\n   \u{2028}\n",
        "a: >+\n\n    \u{a0}\n\n    \u{a0}\n\nb: c",
        "|\n \u{a0}\n",
        "a: |\n\n\n  b\n   c\n\n  d\n   \nb: x",
        "a: |\n  b",
        "a: |+\n  b",
        "a: |+\n  b\n  ",
        "a: |\n\nb: |+\n\nc: |-\n",
        "a: |",
        "a: >\n  b\n  c\n\n  d\n\n\n  e\n    f\n    g\n\n  h\n  i\n",
        "a: >-\n  b\n  c\n",
        "a: >+\n\n\n  b\n  \tc\n\n",
        "a: >\n   b\n\n    c\n\n   d\n",
        "a: >\n  b\n  \tc\n  d\n",
        "- |\n a\n- >\n b\n c\n",
        "--- |\nfoo\nbar\n",
        "--- >\nfoo\nbar\n\n baz\n",
        "|\n a\n",
        "k: # comment\n  |\n  text\n",
        "k: &a !!str |\n  text\n",
        "k: !!str &a\n  'text'\n",
        "{a: b, 'c': \"d\", e, f: }",
        "[a, [b c, d\n e], {f: g}, h: i]",
        "é: \"ü\\u00fc\" # ñ\nb: 日本\n",
        "a:\t\"b\"\nc: 'd\te'\n",
        "a: ~\nb: null\nc:\nd: ''\ne: !!str\n",
        "? a\n: b\n? |\n  c\n: - d\n? [e]\n: f\n? g\n",
        "{\"a\": \"\\ud83d\\ude00\", \"b\": [1, 2.5, true, null]}",
        "a: b\n---\nc: d\n...\n---\n--- e\n",
        "%YAML 1.2\n---\na: b\n",
    ];
    for text in texts {
        agrees(text);
        agrees(&text.replace('\n', "\r\n"));
    }
}
