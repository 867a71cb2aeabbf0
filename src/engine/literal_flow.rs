//! A literal token that reaches a slot by way of variables, calls, loops and files. It has no fix, as a literal in the slot itself
//! has none: it must be replaced.

use super::Documents;
use super::secrets::given::{At, Given};
use super::secrets::{names, passed};
use crate::rules::Unit;
use crate::text::{Notation, Span, lex, lex_field, lex_value};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Places that are looked at for one slot.
const MOST: usize = 64;

/// Registration tokens are not shorter, and what is longer is something else.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=64;

/// Where a name gets values, by the text that reads it and the name.
type Known = BTreeMap<(usize, String), Rc<Vec<(usize, At)>>>;

/// Finds literals by what the texts of a file give to names.
pub(super) struct Literals<'a> {
    unit: &'a Unit,
    documents: &'a Documents,
    given: OnceCell<Given>,
    /// What was looked up.
    known: RefCell<Known>,
    /// Variables that scripts of a text set, by the text and the name.
    set: RefCell<BTreeMap<(usize, String), bool>>,
}

/// Whether a script in `text` gives a variable a value: `NAME=`, `read NAME`.
fn sets(text: &str, name: &str) -> bool {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) =
            (text.get(..at).unwrap_or_default(), text.get(at + name.len()..).unwrap_or_default());
        let line = before.rsplit('\n').next().unwrap_or_default();
        let reads = line.split_whitespace().any(|word| matches!(word, "read" | "mapfile" | "readarray"));
        !before.ends_with(is_part) && !behind.starts_with(is_part) && (behind.starts_with('=') || reads)
    })
}

impl<'a> Literals<'a> {
    pub(super) fn new(unit: &'a Unit, documents: &'a Documents) -> Self {
        Self { unit, documents, given: OnceCell::new(), known: RefCell::default(), set: RefCell::default() }
    }

    /// Where the first literal is that the expression `text`, at `span` of the text `doc`, may become: a byte of the file.
    pub(super) fn of(&self, doc: usize, text: &str, span: Span) -> Option<usize> {
        let mut open: Vec<(String, usize, usize)> = self.reads(doc, text, span.start());
        let mut seen: BTreeSet<String> = open.iter().map(|(name, ..)| name.clone()).collect();
        let mut left = MOST;
        while let Some((name, doc, at)) = open.pop() {
            for place in self.places(&name, doc, at, &mut left) {
                let Some((doc, place, text)) = self.text(place) else { continue };
                let plain = text.trim().trim_matches(['"', '\'']);
                if self.is_token(plain) || self.prints_token(plain) {
                    return Some(self.documents.to_host(doc, place).start());
                }
                for read in self.reads(doc, &text, place.start()) {
                    if seen.insert(read.0.clone()) {
                        open.push(read);
                    }
                }
            }
        }
        None
    }

    /// What gives `name` the value that it has at `at` of the text `doc`: of the nearest text around, the last statement before.
    fn places(&self, name: &str, doc: usize, at: usize, left: &mut usize) -> Vec<At> {
        let mut next = Some((doc, at));
        while let Some((doc, at)) = next {
            let Some(document) = self.documents.get(doc) else { break };
            let all = self.in_text(name, doc);
            let counts = if all.is_empty() {
                &[][..]
            } else if all.iter().take(MOST).any(|(_, place)| matches!(place, At::Node(..))) {
                // Scripts inside the text give it another value.
                if self.is_set_in_text(doc, name) {
                    return Vec::new();
                }
                all.as_slice()
            } else if name.starts_with('@') {
                // Each call counts.
                all.as_slice()
            } else {
                let before = all.partition_point(|(start, _)| *start < at);
                let last = before.checked_sub(1).and_then(|last| all.get(last));
                let line = last.map(|(start, _)| passed::line_start(&document.text, *start));
                let first = line.map_or(0, |line| all.partition_point(|(start, _)| *start < line));
                all.get(first..if line.is_some() { before } else { all.len() }).unwrap_or_default()
            };
            if !all.is_empty() {
                let found: Vec<At> = counts.iter().map(|(_, place)| *place).take(*left).collect();
                *left -= found.len();
                return found;
            }
            next = document.parent.map(|parent| (parent, document.segments.to_outer(Span::at(at)).start()));
        }
        Vec::new()
    }

    /// Whether a script in the text gives the variable a value.
    fn is_set_in_text(&self, doc: usize, name: &str) -> bool {
        let find = || self.documents.get(doc).is_some_and(|document| sets(&document.text, name));
        *self.set.borrow_mut().entry((doc, name.to_owned())).or_insert_with(find)
    }

    /// The places of one text that give `name` a value, in their order.
    fn in_text(&self, name: &str, doc: usize) -> Rc<Vec<(usize, At)>> {
        let find = || {
            let given = self.given.get_or_init(|| Given::of(self.documents));
            let mut all: Vec<(usize, At)> =
                given.to(name).filter_map(|place| Some((self.start(doc, place)?, place))).collect();
            all.sort_unstable();
            Rc::new(all)
        };
        let mut known = self.known.borrow_mut();
        Rc::clone(known.entry((doc, name.to_owned())).or_insert_with(find))
    }

    /// Where a place begins, if it is in the text `doc`.
    fn start(&self, doc: usize, place: At) -> Option<usize> {
        let (own, start) = match place {
            At::Span(doc, span) => (doc, span.start()),
            At::Value(doc, at) | At::Code(doc, at) | At::Field(doc, at) | At::Line(doc, at) => (doc, at),
            At::Node(doc, node) | At::Prints(doc, node) => {
                (doc, self.documents.get(doc)?.parsed.facts().tree.span(node)?.start())
            }
        };
        (own == doc).then_some(start)
    }

    /// The names whose values an expression at `at` of the text `doc` may become, each with that place.
    fn reads(&self, doc: usize, text: &str, at: usize) -> Vec<(String, usize, usize)> {
        let Some(document) = self.documents.get(doc) else { return Vec::new() };
        let facts = document.parsed.facts();
        let position = |name: &str| {
            let number = name.parse::<usize>().ok()?;
            Some(passed::position(passed::function_at(facts, at), number))
        };
        if let Some(name) = names::of_batch(text) {
            return vec![(position(name).unwrap_or_else(|| name.to_owned()), doc, at)];
        }
        let read = lex(text, document.language.notation(), true).reads.into_iter().filter(|it| it.is_value);
        let mut names = Vec::new();
        for read in read {
            for (name, _) in names::looked_up(&read.name, true).into_iter().filter(|(_, is_value)| *is_value)
            {
                names.push((position(name).unwrap_or_else(|| name.to_owned()), doc, at));
            }
        }
        names
    }

    /// The text of a place: its bytes, decoded where it is a node.
    fn text(&self, at: At) -> Option<(usize, Span, String)> {
        let cut = |doc: usize, from: usize, end: usize| {
            let span = Span::new(from, end.max(from));
            Some((doc, span, span.of(&self.documents.get(doc)?.text).to_owned()))
        };
        let notation = |doc: usize| self.documents.get(doc).map(|it| (&*it.text, it.language.notation()));
        match at {
            At::Span(doc, span) => cut(doc, span.start(), span.end()),
            At::Value(doc, at) => {
                let (text, notation) = notation(doc)?;
                cut(doc, at, lex_value(text, at, notation, true).end)
            }
            At::Code(doc, at) => cut(doc, at, lex_value(notation(doc)?.0, at, Notation::Code, true).end),
            At::Field(doc, at) => {
                let (text, notation) = notation(doc)?;
                cut(doc, at, lex_field(text, at, notation, true).end)
            }
            At::Node(doc, node) => {
                let tree = &self.documents.get(doc)?.parsed.facts().tree;
                let scalar = tree.scalar(node)?;
                Some((doc, tree.span(node)?, scalar.text.to_owned()))
            }
            At::Line(..) | At::Prints(..) => None,
        }
    }

    /// Whether a substitution only prints a token: `$(echo …)`.
    fn prints_token(&self, text: &str) -> bool {
        let inside = text.strip_prefix("$(").or_else(|| text.strip_prefix('`')).unwrap_or_default();
        let mut words = inside.trim_end_matches([')', '`']).split_ascii_whitespace();
        matches!(words.next(), Some("echo" | "printf"))
            && words.any(|word| self.is_token(word.trim_matches(['"', '\''])))
    }

    /// Whether a literal has the form of a registration token.
    fn is_token(&self, text: &str) -> bool {
        let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
        let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let other = text.split_once('-').is_some_and(|(kind, _)| kind.starts_with("gl") && kind.len() <= 7);
        LENGTH.contains(&text.len())
            && text.bytes().all(part)
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_alphabetic)
            && !other
            && !text.contains(self.unit.new_prefix.as_str())
    }
}
