//! The ends of entries and brackets.

use super::{CodeBracket, CodeToken, NodeId, NodeKind, Reader, Scalar, ScalarStyle, Span, TITLE};

impl<'t> Reader<'t> {
    pub(super) fn close(&mut self, at: usize) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        self.end();
        let closes = self.frames.len() > 1 || at >= self.text.len();
        let Some(frame) = (if closes { self.frames.pop() } else { None }) else { return };
        for node in [Some(frame.node), frame.outer].into_iter().flatten() {
            if let Some(span) = self.tree.span(node) {
                let end = (at + 1).min(self.text.len()).max(span.start());
                self.tree.set_span(node, Span::new(span.start(), end));
            }
        }
        let spaced = self.objects.spaced;
        if let Some(around) = self.frames.last_mut() {
            // What follows in the same entry makes an expression of it.
            around.done |= around.keyed.is_some();
            if around.bracket == CodeBracket::List && spaced {
                self.end();
            }
        }
    }

    /// `'title':` of a resource.
    pub(super) fn title(&mut self, at: usize) {
        let Some(frame) = self.frames.last_mut() else { return };
        let (node, tokens) = (frame.node, std::mem::take(&mut frame.tokens));
        if let (None, [CodeToken::Literal(index, span)]) = (frame.keyed, tokens.as_slice())
            && let Some(literal) = self.found.literals.get(*index)
        {
            let text = literal.inner.of(self.text);
            let opaque = text.contains(self.objects.expression);
            let scalar = Scalar { text, style: ScalarStyle::Double, opaque, null: false };
            self.push(node, Some((TITLE, Span::at(at))), *span, NodeKind::Scalar(scalar));
            return;
        }
        frame.tokens = tokens;
        frame.tokens.push(CodeToken::Sign(Span::new(at, at + 1)));
    }

    /// The end of an entry.
    pub(super) fn end(&mut self) {
        let outside = self.frames.len() == 1;
        let Some(frame) = self.frames.last_mut() else { return };
        let (node, bracket) = (frame.node, frame.bracket);
        let tokens = std::mem::take(&mut frame.tokens);
        // `with lib;` is not a value.
        let word = |token: Option<&CodeToken>| match token {
            Some(CodeToken::Word(span)) => span.of(self.text),
            _ => "",
        };
        if self.objects.spaced && frame.keyed.is_some() && !frame.done && word(tokens.first()) == "with" {
            return;
        }
        let (keyed, done) = (frame.keyed.take(), std::mem::take(&mut frame.done));
        let (opened, last) = (std::mem::take(&mut frame.opened), frame.last.take());
        frame.indexed = false;
        let is_first = !std::mem::replace(&mut frame.started, true);
        let is_name = frame.assigned && matches!(bracket, CodeBracket::Outside | CodeBracket::Brace);
        frame.assigned = false;
        let (Some(first), Some(end)) = (tokens.first(), tokens.last()) else { return };
        let span = first.span().hull(end.span());
        if done {
            // What is after the brackets may give more than they do.
            let same = matches!(word(Some(first)), "as" | "satisfies")
                || word(Some(first)).starts_with('.')
                || word(tokens.get(1)) == "ConvertTo";
            if let Some(last) = last.filter(|_| !same) {
                if let Some(whole) = self.tree.span(last).filter(|_| self.tree.is_sequence(last)) {
                    self.tree.set_span(last, whole.hull(span));
                }
                self.unread(last, span, false);
            }
            return;
        }
        if keyed.is_none() && (outside || opened && tokens.len() == 1) {
            return;
        }
        if keyed.is_none() && self.is_several(node, bracket, &tokens, (opened, is_first)) {
            return;
        }
        let scalar = self.scalar(&tokens, span);
        let key = keyed.map(|(parent, key)| (parent, Some((key.of(self.text), key))));
        let (parent, key) = key.unwrap_or((node, None));
        let added = self.push(parent, key, span, NodeKind::Scalar(scalar));
        match tokens.as_slice() {
            [CodeToken::Word(name)] => self.names.used(added, *name),
            [CodeToken::Sign(sign), CodeToken::Word(name)] if matches!(sign.of(self.text), "&" | "*") => {
                self.names.used(added, *name);
            }
            _ => {}
        }
        if let Some((_, key)) = keyed.filter(|_| is_name) {
            self.names.define(key.of(self.text), key.start(), added, parent);
        }
    }

    /// An entry without a key that is one or more of them: `inherit a b;`, `{ name }`, `...base`, `**base`.
    pub(super) fn is_several(
        &mut self,
        node: NodeId,
        bracket: CodeBracket,
        tokens: &[CodeToken],
        (opened, is_first): (bool, bool),
    ) -> bool {
        let text = self.text;
        match tokens {
            [CodeToken::Word(word), rest @ ..] if self.objects.spaced && word.of(text) == "inherit" => {
                for token in rest {
                    let CodeToken::Word(name) = *token else { continue };
                    let scalar = self.opaque(name);
                    let added = self.push(node, Some((name.of(text), name)), name, NodeKind::Scalar(scalar));
                    // `inherit (other) name;`
                    if !opened {
                        self.names.used(added, name);
                    }
                }
                true
            }
            [CodeToken::Word(word)] if self.objects.shorthand && bracket == CodeBracket::Brace => {
                let name = word.of(text);
                if let Some(base) = name.strip_prefix("...") {
                    let base = Span::new(word.end() - base.len(), word.end());
                    self.unread(node, base, is_first);
                } else {
                    let scalar = self.scalar(tokens, *word);
                    let added = self.push(node, Some((name, *word)), *word, NodeKind::Scalar(scalar));
                    self.names.used(added, *word);
                }
                true
            }
            [CodeToken::Sign(a), CodeToken::Sign(b), CodeToken::Word(name)]
                if a.of(text) == "*" && b.of(text) == "*" && bracket != CodeBracket::List =>
            {
                self.unread(node, *name, is_first);
                true
            }
            _ => false,
        }
    }

    pub(super) fn scalar(&self, tokens: &[CodeToken], span: Span) -> Scalar<'t> {
        match tokens {
            [CodeToken::Literal(index, _)] => {
                let inner = self.found.literals.get(*index).map(|it| it.inner).unwrap_or_default();
                let text = inner.of(self.text);
                let opaque = text.contains(self.objects.expression);
                Scalar { text, style: ScalarStyle::Double, opaque, null: false }
            }
            [CodeToken::Word(word)] => {
                let text = word.of(self.text);
                let null = self.objects.nothing.contains(&text);
                let number = text.bytes().all(|byte| byte.is_ascii_digit());
                let text =
                    if matches!(text, "$true" | "$false") { text.trim_start_matches('$') } else { text };
                let boolean = matches!(text, "true" | "false" | "True" | "False");
                Scalar { text, style: ScalarStyle::Plain, opaque: !null && !number && !boolean, null }
            }
            _ => Scalar { text: span.of(self.text), style: ScalarStyle::Plain, opaque: true, null: false },
        }
    }
}
