//! Keys and values of a program: attribute sets, hashes, dictionaries, named arguments. Nothing is computed: what is not one literal
//! is an expression.

use super::family::Family;
use super::scan::{Found, Literal};
use crate::facts::{DataTree, Key, Node, NodeId, NodeKind, Scalar, ScalarStyle};
use crate::text::{SharedText, Span};

/// How a language writes keys and values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Objects {
    /// The signs between a key and its value; a longer one first.
    pub(super) assigns: &'static [&'static str],
    /// Whether items of a list have nothing but blanks between them.
    pub(super) spaced: bool,
    /// Whether a line end in the outermost text ends a statement.
    pub(super) lines: bool,
    /// What opens an expression in a string.
    pub(super) expression: &'static str,
    /// Words for null.
    pub(super) nothing: &'static [&'static str],
}

/// The key of the title of a resource: `file { '/x': … }`.
const TITLE: &str = ":";
/// How deep brackets are followed.
const DEEPEST: usize = 200;
/// Parts of a dotted key.
const MOST_PARTS: usize = 16;

/// A piece of the value, or of the key, that is being read.
#[derive(Clone, Copy)]
enum Token {
    Literal(usize, Span),
    Word(Span),
    Sign(Span),
}

impl Token {
    fn span(self) -> Span {
        match self {
            Self::Literal(_, span) | Self::Word(span) | Self::Sign(span) => span,
        }
    }
}

struct Frame {
    node: NodeId,
    is_list: bool,
    /// Where the key of the entry that is being read is.
    keyed: Option<(NodeId, Span)>,
    tokens: Vec<Token>,
    /// Whether the entry has a node already.
    done: bool,
}

struct Reader<'t> {
    text: &'t str,
    found: &'t Found,
    objects: Objects,
    tree: DataTree,
    frames: Vec<Frame>,
    /// Brackets that are too deep.
    deeper: usize,
}

/// The keys and values of `text`.
pub(super) fn read(text: &SharedText, family: &Family, objects: Objects, found: &Found) -> DataTree {
    let mut tree = DataTree::of(text.clone());
    let span = Span::new(0, text.len());
    let root =
        tree.push(Node { parent: None, key: None, span, kind: NodeKind::Mapping, anchor: None, tag: None });
    tree.roots.push(root);
    let frame = Frame { node: root, is_list: false, keyed: None, tokens: Vec::new(), done: false };
    let mut reader = Reader { text, found, objects, tree, frames: vec![frame], deeper: 0 };
    reader.read(family);
    reader.tree.finish();
    reader.tree
}

impl<'t> Reader<'t> {
    fn read(&mut self, family: &Family) {
        let mut literals: Vec<(usize, Literal)> = self.found.literals.iter().copied().enumerate().collect();
        literals.sort_by_key(|(_, literal)| literal.span.start());
        let mut comments: Vec<Span> = self.found.comments.iter().map(|it| it.span).collect();
        comments.sort_unstable();
        let (mut literals, mut comments) = (literals.into_iter().peekable(), comments.into_iter().peekable());
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            while comments.next_if(|it| it.end() <= at).is_some() {}
            while literals.next_if(|(_, it)| it.span.start() < at).is_some() {}
            if let Some(comment) = comments.next_if(|it| it.start() <= at) {
                at = comment.end().max(at + 1);
                continue;
            }
            if let Some((index, literal)) = literals.next_if(|(_, it)| it.span.start() == at) {
                self.token(Token::Literal(index, literal.span));
                at = literal.span.end().max(at + 1);
                continue;
            }
            let word = self.word(at);
            if word > at {
                self.token(Token::Word(Span::new(at, word)));
                at = word;
                continue;
            }
            let rest = self.text.get(at..).unwrap_or_default();
            if let Some(sign) = self.objects.assigns.iter().find(|sign| rest.starts_with(**sign)) {
                // Comparisons, and `::`.
                let doubled = rest.get(sign.len()..).is_some_and(|rest| rest.starts_with(['=', ':', '~']));
                let compared =
                    at > 0 && matches!(bytes.get(at - 1), Some(b'=' | b'!' | b'<' | b'>' | b':' | b'+'));
                if !doubled && !compared {
                    self.assign(Span::new(at, at + sign.len()));
                    at += sign.len();
                    continue;
                }
            }
            match byte {
                b'{' | b'[' | b'(' => self.open(at, byte),
                b'}' | b']' | b')' => self.close(at),
                b',' | b';' => self.end(),
                b'\n' if self.objects.lines && self.frames.len() == 1 => self.end(),
                b':' if family.joiner != ":" => self.title(at),
                byte if byte.is_ascii_whitespace() => {}
                _ => self.token(Token::Sign(Span::new(at, at + 1))),
            }
            at += 1;
        }
        while !self.frames.is_empty() {
            self.close(at);
        }
    }

    /// The end of the word that begins at `at`.
    fn word(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let part = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_.$@".contains(&byte);
        let mut end = at;
        while let Some(byte) = bytes.get(end).copied() {
            let next =
                || bytes.get(end + 1).copied().is_some_and(|it| it.is_ascii_alphanumeric() || it == b'_');
            let inner = end > at && self.objects.spaced && matches!(byte, b'-' | b'/') && next();
            let scope = byte == b':' && bytes.get(end + 1) == Some(&b':');
            if scope {
                end += 2;
            } else if part(byte) || inner {
                end += 1;
            } else {
                break;
            }
        }
        end
    }

    fn token(&mut self, token: Token) {
        let spaced = self.objects.spaced;
        let Some(frame) = self.frames.last_mut() else { return };
        frame.tokens.push(token);
        if frame.is_list && spaced {
            self.end();
        }
    }

    /// The sign between a key and its value.
    fn assign(&mut self, sign: Span) {
        let Some(frame) = self.frames.last_mut() else { return };
        let whole = frame.keyed.is_none() && !frame.is_list;
        let tokens = std::mem::take(&mut frame.tokens);
        let path = Some(tokens.as_slice()).filter(|_| whole).and_then(|it| self.path(it));
        let Some(path) = path else {
            let Some(frame) = self.frames.last_mut() else { return };
            frame.tokens = tokens;
            frame.tokens.push(Token::Sign(sign));
            return;
        };
        let (Some(((_, last), before)), Some(mut node)) =
            (path.split_last(), self.frames.last().map(|it| it.node))
        else {
            return;
        };
        for (text, span) in before {
            node = self.push(node, Some((text, *span)), *span, NodeKind::Mapping);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.keyed = Some((node, *last));
            frame.done = false;
        }
    }

    /// `a.b."c d"`: the parts of a key, with their bytes.
    fn path(&self, tokens: &[Token]) -> Option<Vec<(String, Span)>> {
        // `const name = …`, `local name = …`
        let tokens = match tokens {
            [Token::Word(first), rest @ ..] if !rest.is_empty() && !first.of(self.text).ends_with('.') => {
                rest
            }
            all => all,
        };
        let mut parts = Vec::new();
        for token in tokens {
            match token {
                Token::Literal(index, _) => {
                    let inner = self.found.literals.get(*index)?.inner;
                    parts.push((inner.of(self.text).to_owned(), inner));
                }
                Token::Word(span) if self.objects.spaced => {
                    let mut at = span.start();
                    for part in span.of(self.text).split('.') {
                        if !part.is_empty() {
                            parts.push((part.to_owned(), Span::new(at, at + part.len())));
                        }
                        at += part.len() + 1;
                    }
                }
                Token::Word(span) => parts.push((span.of(self.text).to_owned(), *span)),
                Token::Sign(_) => return None,
            }
        }
        (!parts.is_empty() && parts.len() <= MOST_PARTS && (parts.len() == 1 || self.objects.spaced))
            .then_some(parts)
    }

    fn push(&mut self, parent: NodeId, key: Option<(&str, Span)>, span: Span, kind: NodeKind<'_>) -> NodeId {
        let key = key.map(|(text, span)| Key { text, span });
        self.tree.push(Node { parent: Some(parent), key, span, kind, anchor: None, tag: None })
    }

    fn open(&mut self, at: usize, byte: u8) {
        if self.frames.len() > DEEPEST {
            self.deeper += 1;
            return;
        }
        let Some(frame) = self.frames.last_mut() else { return };
        let (parent, keyed) = (frame.node, frame.keyed);
        let word = frame.tokens.last().copied().filter(|it| matches!(it, Token::Word(_))).map(Token::span);
        frame.done |= keyed.is_some();
        let is_call = byte == b'(';
        // `resource { … }` and `call(…)` have their names as keys, unless a key is there.
        let name = word.filter(|_| is_call || keyed.is_none());
        let is_list = byte == b'[';
        let kind = if is_list { NodeKind::Sequence } else { NodeKind::Mapping };
        let text = self.text;
        let called =
            name.map(|span| if is_call { format!("{}()", span.of(text)) } else { span.of(text).to_owned() });
        let node = match (keyed, called.as_ref().zip(name)) {
            // A call that is a value: the value is the call.
            (Some((parent, key)), Some((called, name))) => {
                let outer = self.push(
                    parent,
                    Some((key.of(text), key)),
                    Span::new(name.start(), at + 1),
                    NodeKind::Mapping,
                );
                self.push(outer, Some((called, name)), Span::at(at), kind)
            }
            (Some((parent, key)), None) => self.push(parent, Some((key.of(text), key)), Span::at(at), kind),
            (None, Some((called, name))) => self.push(parent, Some((called, name)), Span::at(at), kind),
            (None, None) => self.push(parent, None, Span::at(at), kind),
        };
        self.frames.push(Frame { node, is_list, keyed: None, tokens: Vec::new(), done: false });
    }

    fn close(&mut self, at: usize) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        self.end();
        let closes = self.frames.len() > 1 || at >= self.text.len();
        let Some(frame) = (if closes { self.frames.pop() } else { None }) else { return };
        if let Some(span) = self.tree.span(frame.node) {
            let end = (at + 1).min(self.text.len()).max(span.start());
            self.tree.set_span(frame.node, Span::new(span.start(), end));
        }
        let spaced = self.objects.spaced;
        if let Some(around) = self.frames.last_mut() {
            // What follows in the same entry makes an expression of it.
            around.done |= around.keyed.is_some();
            if around.is_list && spaced {
                self.end();
            }
        }
    }

    /// `'title':` of a resource.
    fn title(&mut self, at: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let (node, tokens) = (frame.node, std::mem::take(&mut frame.tokens));
        if let (None, [Token::Literal(index, span)]) = (frame.keyed, tokens.as_slice())
            && let Some(literal) = self.found.literals.get(*index)
        {
            let text = literal.inner.of(self.text);
            let opaque = text.contains(self.objects.expression);
            let scalar = Scalar { text, style: ScalarStyle::Double, opaque, null: false };
            self.push(node, Some((TITLE, Span::at(at))), *span, NodeKind::Scalar(scalar));
            return;
        }
        frame.tokens = tokens;
        frame.tokens.push(Token::Sign(Span::new(at, at + 1)));
    }

    /// The end of an entry.
    fn end(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        let (node, keyed, done) = (frame.node, frame.keyed.take(), std::mem::take(&mut frame.done));
        let is_list = frame.is_list;
        let tokens = std::mem::take(&mut frame.tokens);
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        if done || keyed.is_none() && !is_list && self.frames.len() == 1 {
            return;
        }
        let span = first.span().hull(last.span());
        let scalar = self.scalar(&tokens, span);
        match keyed {
            Some((parent, key)) => {
                self.push(parent, Some((key.of(self.text), key)), span, NodeKind::Scalar(scalar))
            }
            None => self.push(node, None, span, NodeKind::Scalar(scalar)),
        };
    }

    fn scalar(&self, tokens: &[Token], span: Span) -> Scalar<'t> {
        match tokens {
            [Token::Literal(index, _)] => {
                let inner = self.found.literals.get(*index).map(|it| it.inner).unwrap_or_default();
                let text = inner.of(self.text);
                let opaque = text.contains(self.objects.expression);
                Scalar { text, style: ScalarStyle::Double, opaque, null: false }
            }
            [Token::Word(word)] => {
                let text = word.of(self.text);
                let null = self.objects.nothing.contains(&text);
                let number = text.bytes().all(|byte| byte.is_ascii_digit());
                let boolean = matches!(text, "true" | "false" | "True" | "False");
                Scalar { text, style: ScalarStyle::Plain, opaque: !null && !number && !boolean, null }
            }
            _ => Scalar { text: span.of(self.text), style: ScalarStyle::Plain, opaque: true, null: false },
        }
    }
}
