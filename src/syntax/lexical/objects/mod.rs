//! Keys and values of a program: attribute sets, hashes, dictionaries, named arguments. Nothing is computed: what is not one literal
//! is an expression. A name that the same text gives to an object is an alias of it.

mod ends;

use super::family::Family;
use super::names::CodeNames;
use super::scan::{CodeFound, CodeLiteral};
use crate::facts::{COMPUTED, DataTree, Node, NodeId, NodeKey, NodeKind, Scalar, ScalarStyle};
use crate::text::{SharedText, Span};

/// How a language writes keys and values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Objects {
    /// The signs between a key and its value; a longer one first.
    pub(super) assigns: &'static [&'static str],
    /// Whether items of a list have nothing but blanks between them.
    pub(super) spaced: bool,
    /// Where a line end ends a statement.
    pub(super) lines: Lines,
    /// Whether statements come one after the other, so that a name has what it was given last.
    pub(super) ordered: bool,
    /// Whether a word alone in braces is a key and its value.
    pub(super) shorthand: bool,
    /// What opens an expression in a string.
    pub(super) expression: &'static str,
    /// Words for null.
    pub(super) nothing: &'static [&'static str],
}

/// Where a line end ends a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// Nowhere.
    Never,
    /// Outside of brackets.
    Outside,
    /// There, and in braces.
    Blocks,
}

/// The key of what is merged into a mapping.
const MERGED: &str = "<<";
/// The key of the title of a resource: `file { '/x': … }`.
const TITLE: &str = ":";
/// How deep brackets are followed.
const DEEPEST: usize = 200;
/// Parts of a dotted key.
const MOST_PARTS: usize = 16;
/// How far the next line is looked at.
const LONGEST_INDENT: usize = 200;

/// A piece of the value, or of the key, that is being read.
#[derive(Clone, Copy)]
enum CodeToken {
    Literal(usize, Span),
    Word(Span),
    Sign(Span),
}

impl CodeToken {
    fn span(self) -> Span {
        match self {
            Self::Literal(_, span) | Self::Word(span) | Self::Sign(span) => span,
        }
    }
}

/// What a frame is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CodeBracket {
    /// The text.
    Outside,
    Brace,
    List,
    /// `name(…)`
    Call,
    /// `(…)`
    Paren,
}

struct Frame {
    node: NodeId,
    bracket: CodeBracket,
    /// Where the key of the entry that is being read is.
    keyed: Option<(NodeId, Span)>,
    /// Whether that is a name that gets a value.
    assigned: bool,
    tokens: Vec<CodeToken>,
    /// Whether the entry has a node already, and which.
    done: bool,
    last: Option<NodeId>,
    /// Whether brackets without a key were in the entry, and whether they were an index.
    opened: bool,
    indexed: bool,
    /// Whether it had an entry.
    started: bool,
    /// The expression that ends with it.
    outer: Option<NodeId>,
}

impl Frame {
    fn new(node: NodeId, bracket: CodeBracket, outer: Option<NodeId>) -> Self {
        let (keyed, last, tokens) = (None, None, Vec::new());
        let (assigned, done, opened, indexed, started) = (false, false, false, false, false);
        Self { node, bracket, keyed, assigned, tokens, done, last, opened, indexed, started, outer }
    }
}

struct Reader<'t> {
    text: &'t str,
    found: &'t CodeFound,
    objects: Objects,
    tree: DataTree,
    names: CodeNames<'t>,
    frames: Vec<Frame>,
    /// Whether the next braces are a list.
    is_list_next: bool,
    /// Brackets that are too deep.
    deeper: usize,
}

/// The keys and values of `text`.
pub(super) fn read(text: &SharedText, family: &Family, objects: Objects, found: &CodeFound) -> DataTree {
    let mut tree = DataTree::of(text.clone());
    let span = Span::new(0, text.len());
    let root =
        tree.push(Node { parent: None, key: None, span, kind: NodeKind::Mapping, anchor: None, tag: None });
    tree.roots.push(root);
    let frames = vec![Frame::new(root, CodeBracket::Outside, None)];
    let names = CodeNames::new(text, objects.ordered);
    let mut reader = Reader { text, found, objects, tree, names, frames, is_list_next: false, deeper: 0 };
    reader.read(family);
    reader.names.resolve(&mut reader.tree);
    reader.tree.finish();
    reader.tree
}

impl<'t> Reader<'t> {
    fn read(&mut self, family: &Family) {
        let mut literals: Vec<(usize, CodeLiteral)> =
            self.found.literals.iter().copied().enumerate().collect();
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
                self.token(CodeToken::Literal(index, literal.span));
                at = literal.span.end().max(at + 1);
                continue;
            }
            let word = self.word(at);
            if word > at {
                self.token(CodeToken::Word(Span::new(at, word)));
                at = word;
                continue;
            }
            let rest = self.text.get(at..).unwrap_or_default();
            if let Some(sign) = self.objects.assigns.iter().find(|sign| rest.starts_with(**sign)) {
                // Comparisons, and `::`.
                let doubled =
                    rest.get(sign.len()..).is_some_and(|rest| rest.starts_with(['=', ':', '~', '>']));
                let compared =
                    at > 0 && matches!(bytes.get(at - 1), Some(b'=' | b'!' | b'<' | b'>' | b':' | b'+'));
                if !doubled && !compared {
                    self.assign(Span::new(at, at + sign.len()));
                    at += sign.len();
                    continue;
                }
            }
            // `[]string{ … }`: the type of a list.
            if rest.strip_prefix("[]").is_some_and(|rest| rest.starts_with(|it: char| it.is_alphabetic())) {
                self.is_list_next = true;
                at += 2;
                continue;
            }
            match byte {
                b'{' | b'[' | b'(' => self.open(at, byte),
                b'}' | b']' | b')' => self.close(at),
                b',' | b';' => self.end(),
                b'\n' => self.line(at + 1),
                b':' if family.joiner != ":" => self.title(at),
                byte if byte.is_ascii_whitespace() => {}
                _ => self.token(CodeToken::Sign(Span::new(at, at + 1))),
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

    fn token(&mut self, token: CodeToken) {
        let spaced = self.objects.spaced;
        if let CodeToken::Word(span) = token {
            self.names.mention(span);
        }
        let Some(frame) = self.frames.last_mut() else { return };
        frame.tokens.push(token);
        if frame.bracket == CodeBracket::List && spaced {
            self.end();
        }
    }

    /// A line end before `next`.
    fn line(&mut self, next: usize) {
        let Some(frame) = self.frames.last() else { return };
        let ends = match self.objects.lines {
            Lines::Never => false,
            Lines::Outside => frame.bracket == CodeBracket::Outside,
            Lines::Blocks => matches!(frame.bracket, CodeBracket::Outside | CodeBracket::Brace),
        };
        let goes_on = || {
            let last = frame.tokens.last().map(|it| it.span().of(self.text));
            let rest = self.text.get(next..).unwrap_or_default();
            let mut rest = rest.chars().take(LONGEST_INDENT).skip_while(|sign| sign.is_whitespace());
            last.is_some_and(|it| matches!(it, "+" | "-" | "*" | "/" | "%" | "&" | "."))
                || rest.next().is_some_and(|sign| ".+-*/%?:&|<>=,".contains(sign))
        };
        if ends && (self.objects.lines != Lines::Blocks || !goes_on()) {
            self.end();
        }
    }

    /// The sign between a key and its value.
    fn assign(&mut self, sign: Span) {
        let gives = !matches!(sign.of(self.text), ":" | "=>");
        let Some(frame) = self.frames.last_mut() else { return };
        let whole = frame.keyed.is_none() && frame.bracket != CodeBracket::List && !frame.indexed;
        let tokens = std::mem::take(&mut frame.tokens);
        let path = Some(tokens.as_slice()).filter(|_| whole).and_then(|it| self.path(it));
        let Some(path) = path else {
            let Some(frame) = self.frames.last_mut() else { return };
            // `name: Type = …`
            frame.assigned |= gives && frame.keyed.is_some() && !frame.done;
            frame.tokens = tokens;
            frame.tokens.push(CodeToken::Sign(sign));
            return;
        };
        let (Some(((_, last), before)), Some(mut node)) =
            (path.split_last(), self.frames.last().map(|it| it.node))
        else {
            return;
        };
        // A named argument mentions nothing.
        if !gives || self.frames.last().is_some_and(|it| it.bracket == CodeBracket::Call) {
            self.names.forget(*last);
        }
        for (text, span) in before {
            node = self.push(node, Some((text, *span)), *span, NodeKind::Mapping);
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.keyed = Some((node, *last));
            frame.assigned = gives;
            (frame.done, frame.last) = (false, None);
        }
    }

    /// `a.b."c d"`: the parts of a key, with their bytes.
    fn path(&self, tokens: &[CodeToken]) -> Option<Vec<(String, Span)>> {
        // `{ pkgs }: let name = …`
        let is_let = |it: &CodeToken| matches!(it, CodeToken::Word(word) if matches!(word.of(self.text), "let" | "in"));
        let begins = tokens.iter().rposition(is_let).filter(|_| self.objects.spaced);
        let tokens = begins.and_then(|at| tokens.get(at + 1..)).unwrap_or(tokens);
        // `const name = …`, `local name = …`, `:name => …`
        let tokens = match tokens {
            [CodeToken::Sign(sign), rest @ ..] if rest.len() == 1 && sign.of(self.text) == ":" => rest,
            [CodeToken::Word(first), rest @ ..]
                if !rest.is_empty() && !first.of(self.text).ends_with('.') =>
            {
                rest
            }
            all => all,
        };
        let mut parts = Vec::new();
        for token in tokens {
            match token {
                CodeToken::Literal(index, _) => {
                    let inner = self.found.literals.get(*index)?.inner;
                    parts.push((inner.of(self.text).to_owned(), inner));
                }
                CodeToken::Word(span) if self.objects.spaced => {
                    let mut at = span.start();
                    for part in span.of(self.text).split('.') {
                        if !part.is_empty() {
                            parts.push((part.to_owned(), Span::new(at, at + part.len())));
                        }
                        at += part.len() + 1;
                    }
                }
                CodeToken::Word(span) => parts.push((span.of(self.text).to_owned(), *span)),
                CodeToken::Sign(_) => return None,
            }
        }
        (!parts.is_empty() && parts.len() <= MOST_PARTS && (parts.len() == 1 || self.objects.spaced))
            .then_some(parts)
    }

    fn push(&mut self, parent: NodeId, key: Option<(&str, Span)>, span: Span, kind: NodeKind<'_>) -> NodeId {
        let key = key.map(|(text, span)| NodeKey { text, span });
        self.tree.push(Node { parent: Some(parent), key, span, kind, anchor: None, tag: None })
    }

    /// An expression whose parts are in the frame that `called` names.
    fn computed(
        &mut self,
        parent: NodeId,
        key: Option<(&str, Span)>,
        (called, name): (&str, Span),
        (start, at): (usize, usize),
    ) -> (NodeId, NodeId) {
        let span = Span::new(start, at + 1);
        let key = key.map(|(text, span)| NodeKey { text, span });
        let (kind, tag) = (NodeKind::Mapping, Some(COMPUTED));
        let outer = self.tree.push(Node { parent: Some(parent), key, span, kind, anchor: None, tag });
        (outer, self.push(outer, Some((called, name)), Span::at(at), NodeKind::Mapping))
    }

    fn open(&mut self, at: usize, byte: u8) {
        if self.frames.len() > DEEPEST {
            self.deeper += 1;
            return;
        }
        let (text, spaced) = (self.text, self.objects.spaced);
        let Some(frame) = self.frames.last_mut() else { return };
        let (parent, keyed, bracket, is_chained) = (frame.node, frame.keyed, frame.bracket, frame.done);
        let word = match frame.tokens.last() {
            Some(CodeToken::Word(span)) => Some(*span),
            _ => None,
        };
        let is_alone = frame.tokens.len() == usize::from(word.is_some());
        let is_inner = matches!(bracket, CodeBracket::Call | CodeBracket::List | CodeBracket::Paren);
        let call = word.filter(|_| byte == b'(').map(|span| (format!("{}()", span.of(text)), span));
        let inside = match byte {
            b'{' => CodeBracket::Brace,
            b'[' => CodeBracket::List,
            _ if call.is_some() => CodeBracket::Call,
            _ => CodeBracket::Paren,
        };
        let is_list = byte == b'[' || std::mem::take(&mut self.is_list_next) && byte == b'{';
        let kind = if is_list { NodeKind::Sequence } else { NodeKind::Mapping };
        let here = Span::at(at);
        let before = if keyed.is_some() || is_inner && byte == b'{' || spaced && bracket == CodeBracket::Paren
        {
            std::mem::take(&mut frame.tokens)
        } else {
            Vec::new()
        };
        frame.opened |= keyed.is_none();
        frame.indexed |= keyed.is_none() && byte == b'[' && word.is_some() && !spaced;
        let start = before.first().map_or(at, |token| token.span().start());
        let paren = (spaced && inside == CodeBracket::Paren).then(|| ("()".to_owned(), here));
        let (top, node) = match (keyed, call.or(paren)) {
            // `f(x).g(y)`: the value is known already.
            (Some((parent, _)), Some((called, name))) if is_chained && called.starts_with('.') => {
                (None, self.push(parent, Some((&called, name)), here, kind))
            }
            (Some((parent, key)), Some((called, name))) => {
                let (outer, node) =
                    self.computed(parent, Some((key.of(text), key)), (&called, name), (start, at));
                (Some(outer), node)
            }
            (Some((parent, key)), None) if self.is_merged(&before) && byte == b'[' => {
                let outer = self.push(parent, Some((key.of(text), key)), here, NodeKind::Mapping);
                (Some(outer), self.push(outer, Some((MERGED, here)), here, kind))
            }
            (Some((parent, key)), None) => {
                let node = self.push(parent, Some((key.of(text), key)), here, kind);
                self.before(node, &before);
                (None, node)
            }
            (None, Some((called, name))) if is_inner && is_alone => {
                let (outer, node) = self.computed(parent, None, (&called, name), (name.start(), at));
                (Some(outer), node)
            }
            (None, Some((called, name))) => (None, self.push(parent, Some((&called, name)), here, kind)),
            // `resource { … }` and `name[…]` have their names as keys.
            (None, None) => {
                let name = word.filter(|_| !is_inner).map(|span| (span.of(text), span));
                if is_inner && spaced {
                    self.applied(parent, &before);
                }
                (None, self.push(parent, name, here, kind))
            }
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.done |= keyed.is_some();
            frame.started = true;
            frame.last =
                if frame.last.is_none() || !is_chained { Some(top.unwrap_or(node)) } else { frame.last };
        }
        if let Some((_, key)) = keyed.filter(|_| !is_chained && self.is_name()) {
            self.names.define(key.of(text), key.start(), top.unwrap_or(node), parent);
        }
        self.frames.push(Frame::new(node, inside, top));
    }

    /// Whether the key of the entry that is being read is a name that gets a value.
    fn is_name(&self) -> bool {
        self.frames.last().is_some_and(|frame| {
            frame.assigned && matches!(frame.bracket, CodeBracket::Outside | CodeBracket::Brace)
        })
    }

    /// Whether the function before a list merges what is in it.
    fn is_merged(&self, before: &[CodeToken]) -> bool {
        self.objects.spaced
            && matches!(before, [CodeToken::Word(name)] if name.of(self.text).rsplit('.').next() == Some("mkMerge"))
    }

    /// What is before the brackets of a value: it may give more than they do.
    fn before(&mut self, node: NodeId, tokens: &[CodeToken]) {
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return };
        let sign = |token: &CodeToken, signs: &[&str]| matches!(token, CodeToken::Sign(span) if signs.contains(&span.of(self.text)));
        if !self.objects.spaced {
            if tokens.iter().any(|it| sign(it, &["|", "+", "?"])) && !sign(last, &["="]) {
                self.unread(node, first.span().hull(last.span()), false);
            }
            return;
        }
        // `args: { … }` is a function, `if a then { … }` and `mkIf a { … }` set it or not.
        let names = ["mkIf", "mkDefault", "mkForce", "mkOverride", "mkBefore", "mkAfter", "mkOptionDefault"];
        let word = match first {
            CodeToken::Word(span) => span.of(self.text).rsplit('.').next().unwrap_or_default(),
            _ => "",
        };
        if sign(last, &[":", "@"]) || names.contains(&word) {
            return;
        }
        // `common // { … }`
        let other = match tokens {
            [CodeToken::Word(name), signs @ ..]
                if signs.len() == 2 && signs.iter().all(|it| sign(it, &["/"])) =>
            {
                Some(*name)
            }
            _ => None,
        };
        self.unread(node, other.unwrap_or(first.span().hull(last.span())), other.is_some());
    }

    /// A function that is applied to the brackets after it: `(mkIf cond { … })`.
    fn applied(&mut self, parent: NodeId, tokens: &[CodeToken]) {
        let tokens = match tokens {
            [CodeToken::Word(name), rest @ ..]
                if !rest.is_empty() && name.of(self.text).ends_with("mkIf") =>
            {
                rest
            }
            all => all,
        };
        if let (Some(first), Some(last)) = (tokens.first(), tokens.last())
            && !matches!(last, CodeToken::Sign(span) if span.of(self.text) == ":")
        {
            let span = first.span().hull(last.span());
            let scalar = self.opaque(span);
            self.push(parent, None, span, NodeKind::Scalar(scalar));
        }
    }

    /// Something at `span` that adds to the mapping or list `node`; a name may be looked up.
    fn unread(&mut self, node: NodeId, span: Span, is_name: bool) {
        if self.tree.is_computed(node) {
            return;
        }
        let key = self.tree.is_mapping(node).then_some((MERGED, span));
        let scalar = self.opaque(span);
        let added = self.push(node, key, span, NodeKind::Scalar(scalar));
        if is_name {
            self.names.used(added, span);
        }
    }

    fn opaque(&self, span: Span) -> Scalar<'t> {
        Scalar { text: span.of(self.text), style: ScalarStyle::Plain, opaque: true, null: false }
    }
}
