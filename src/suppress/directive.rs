//! What a comment says to us: `# runnerlint: ignore[rule-id, …] reason`.

use crate::quote::nearest;
use crate::rules::Defect;
use crate::text::{Edit, Span};

/// What every suppression begins with, after the sign of its comment.
pub const MARKER: &str = "runnerlint:";
/// What a comment contains that is a suppression, or is meant to be one.
pub const MENTION: &str = "runnerlint";

/// How far a suppression reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// `ignore`: its line, or the one after it.
    Line,
    /// `ignore-file`: all of the file.
    File,
}

/// One suppression, as written in a comment; spans are bytes of the comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// How far it reaches.
    pub scope: Reach,
    /// From the sign before it to the end of its reason: the bytes to remove with it.
    pub span: Span,
    /// The rules that it names.
    pub names: Vec<(String, Span)>,
    /// What comes after the names.
    pub reason: String,
    /// Why it suppresses nothing, regardless of the findings.
    pub defect: Option<Defect>,
}

/// Signs of comments that end with their line: another one inside begins a comment of another tool.
const LINE_SIGNS: &[&str] = &["#", "//", "--", ";", "::"];
/// What ends a comment, by what begins it.
const CLOSING: &[(&str, &str)] =
    &[("<!--", "-->"), ("{{", "}}"), ("{#", "#}"), ("/*", "*/"), ("<#", "#>"), ("<%", "%>"), ("--[[", "]]")];
/// Bytes of which signs consist.
const SIGNS: &[char] = &['#', '/', '*', '-', ';', ':', '!', '<', '{', '%', '[', '@'];
/// What users of other linters write.
const OTHER_WORDS: &[&str] = &["disable", "noqa", "nolint", "nosec", "suppress"];
const IGNORE: &str = "ignore";
const IGNORE_FILE: &str = "ignore-file";

/// The suppressions in a comment, sign included. Several tools may share one: `# noqa # runnerlint: ignore[…]`.
pub fn parse(comment: &str) -> Vec<Directive> {
    let found = comment.match_indices(MENTION).map(|(at, _)| at);
    found.filter_map(|at| directive(comment, at)).collect()
}

fn directive(comment: &str, marker: usize) -> Option<Directive> {
    let behind = comment.get(marker + MENTION.len()..)?;
    let has_colon = behind.starts_with(':');
    if !has_colon && !behind.starts_with([' ', '\t']) {
        return None;
    }
    let start = start(comment, marker)?;
    let end = end(comment, start, marker);
    let from = marker + MENTION.len() + usize::from(has_colon);
    let text = comment.get(from..end).unwrap_or_default();
    let blanks = text.len() - text.trim_start_matches([' ', '\t']).len();
    let said = text.get(blanks..).unwrap_or_default();
    let len = said.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(said.len());
    let word = said.get(..len).unwrap_or_default();
    let whole = if start == 0 && end >= open_end(comment) { comment.len() } else { end };
    let mut out = Directive {
        scope: if word == IGNORE_FILE { Reach::File } else { Reach::Line },
        span: Span::new(start, whole),
        names: Vec::new(),
        reason: String::new(),
        defect: None,
    };
    let rest = said.get(len..).unwrap_or_default();
    let is_exact = word == IGNORE || word == IGNORE_FILE;
    if !is_exact || !has_colon {
        // In prose the same words have no list of rules: `# runnerlint ignore comments`.
        let names = rest.starts_with('[') && nearest(word, &[IGNORE, IGNORE_FILE]).is_some();
        let is_other = || word.starts_with(IGNORE) || OTHER_WORDS.iter().any(|other| word.starts_with(other));
        out.defect = Some(Defect::Unreadable);
        return (names || has_colon && is_other()).then_some(out);
    }
    let Some(list) = rest.trim_start_matches([' ', '\t']).strip_prefix('[') else {
        out.defect = Some(Defect::Unnamed);
        return Some(out);
    };
    let Some(close) = list.find(']').filter(|close| !list.get(..*close).is_some_and(|it| it.contains('\n')))
    else {
        out.defect = Some(Defect::Unreadable);
        return Some(out);
    };
    let mut at = end - list.len();
    for name in list.get(..close).unwrap_or_default().split(',') {
        let bare = name.trim();
        let from = at + name.len() - name.trim_start().len();
        if !bare.is_empty() {
            out.names.push((bare.to_owned(), Span::new(from, from + bare.len())));
        }
        at += name.len() + 1;
    }
    if out.names.is_empty() {
        out.defect = Some(Defect::Unnamed);
    }
    let reason = list.get(close + 1..).unwrap_or_default();
    let reason = reason.trim_start_matches([' ', '\t', ':', '-', '–', '—']);
    reason.split_whitespace().collect::<Vec<_>>().join(" ").clone_into(&mut out.reason);
    Some(out)
}

/// Where the sign before the marker begins; none if other words are there.
fn start(comment: &str, marker: usize) -> Option<usize> {
    let before = comment.get(..marker)?.trim_end();
    // `{{- /*` and `@#` are signs too.
    let inner =
        before.strip_prefix("{{").map_or(before, |rest| rest.trim_start_matches(['-', '~']).trim_start());
    if before.eq_ignore_ascii_case("rem") || inner.trim_start_matches(SIGNS).is_empty() {
        return Some(0).filter(|_| !before.is_empty());
    }
    // After another tool's words, the sign must be that of the comment.
    let own = LINE_SIGNS.iter().find(|sign| comment.trim_start_matches('@').starts_with(**sign))?;
    let start = before.strip_suffix(own)?.len();
    before.get(..start)?.ends_with([' ', '\t']).then_some(start)
}

/// Where the words of the comment end: before what closes it.
fn open_end(comment: &str) -> usize {
    let text = comment.trim_end();
    let closing = CLOSING.iter().find(|(open, _)| text.starts_with(open));
    let Some(inner) = closing.and_then(|(_, close)| text.strip_suffix(close)) else { return text.len() };
    let inner = inner.trim_end_matches(['-', '~']).trim_end();
    inner.strip_suffix("*/").unwrap_or(inner).trim_end().len()
}

/// Where the words of a suppression end: with the comment, or where another tool's begin.
fn end(comment: &str, start: usize, marker: usize) -> usize {
    let end = open_end(comment).max(marker + MENTION.len() + 1);
    let Some(sign) =
        LINE_SIGNS.iter().find(|sign| comment.get(start..).is_some_and(|it| it.starts_with(**sign)))
    else {
        return end;
    };
    let words = comment.get(marker..end).unwrap_or_default();
    let next = words.match_indices(sign).map(|(at, _)| at).find(|at| {
        let behind = words.get(at + sign.len()..).unwrap_or_default();
        let free = |text: Option<&str>| text.is_some_and(|it| it.ends_with([' ', '\t']));
        free(words.get(..*at)) && behind.starts_with(|c: char| c == ' ' || c.is_ascii_alphabetic())
    });
    next.map_or(end, |at| marker + words.get(..at).unwrap_or_default().trim_end().len())
}

impl Directive {
    /// The edits of the comment that remove the names at `gone`, which are not all of them.
    pub fn without(&self, gone: &[usize]) -> Vec<Edit> {
        let span = |index: usize| self.names.get(index).map(|(_, span)| *span).unwrap_or_default();
        let mut edits = Vec::new();
        let mut index = 0;
        while index < self.names.len() {
            let run = (index..self.names.len()).take_while(|at| gone.contains(at)).count();
            let behind = index + run;
            if run > 0 && behind < self.names.len() {
                edits.push(Edit::delete(Span::new(span(index).start(), span(behind).start())));
            } else if run > 0 && index > 0 {
                edits.push(Edit::delete(Span::new(span(index - 1).end(), span(behind - 1).end())));
            }
            index += run.max(1);
        }
        edits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(comment: &str) -> Vec<(String, String)> {
        let named = |it: &Directive| {
            let names = it.names.iter().map(|(name, span)| {
                assert_eq!(span.of(comment), name);
                name.as_str()
            });
            (names.collect::<Vec<_>>().join(" "), it.reason.clone())
        };
        parse(comment).iter().map(named).collect()
    }

    #[test]
    fn every_sign_may_stand_before_it() {
        for comment in [
            "# runnerlint: ignore[a-b, c] why",
            "#runnerlint:ignore[a-b,c]why",
            "## runnerlint: ignore [ a-b , c ]: why",
            "// runnerlint: ignore[a-b, c] - why",
            "-- runnerlint: ignore[a-b, c] why",
            "; runnerlint: ignore[a-b, c] why",
            ":: runnerlint: ignore[a-b, c] why",
            "REM runnerlint: ignore[a-b, c] why",
            "@# runnerlint: ignore[a-b, c] why",
            "/* runnerlint: ignore[a-b, c] why */",
            "<!-- runnerlint: ignore[a-b, c]\n why -->",
            "{{- /* runnerlint: ignore[a-b, c] why */ -}}",
            "{# runnerlint: ignore[a-b, c] why -#}",
            "<%# runnerlint: ignore[a-b, c] why %>",
            "<# runnerlint: ignore[a-b, c] why #>",
            "# see #12 # runnerlint: ignore[a-b, c] why # noqa",
        ] {
            assert_eq!(names(comment), [("a-b c".to_owned(), "why".to_owned())], "{comment}");
        }
    }

    #[test]
    fn other_words_are_no_suppressions() {
        for comment in [
            "# runnerlint: see the documentation",
            "# write runnerlint: ignore[a] here",
            "# https://runnerlint: ignore[a]",
            "# `# runnerlint: ignore[a]`",
            "// # runnerlint: ignore[a]",
            "runnerlint: ignore[a]",
            "# runnerlint ignore comments are read here",
            "# runnerlint ignores [a]",
            "# runnerlint-ignore[a]",
            "# runnerlint check[a]",
            "# see runnerlint ignore[a]",
            "# runnerlint: [a] is a rule",
        ] {
            assert_eq!(parse(comment), [], "{comment}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let defect = |comment: &str| parse(comment).first().and_then(|it| it.defect);
        assert_eq!(defect("# runnerlint: ignore"), Some(Defect::Unnamed));
        assert_eq!(defect("# runnerlint: ignore-file[ , ] x"), Some(Defect::Unnamed));
        assert_eq!(defect("# runnerlint: ignore[a"), Some(Defect::Unreadable));
        assert_eq!(defect("# runnerlint: ignore-next-line[a]"), Some(Defect::Unreadable));
        assert_eq!(defect("# runnerlint: disable=a"), Some(Defect::Unreadable));
        for near in [
            "# runnerlint: ignor[a]",
            "# runnerlint: Ignore[a]",
            "# runnerlint ignore[a]",
            "# runnerlint: ignroe-file[a]",
        ] {
            assert_eq!(defect(near), Some(Defect::Unreadable), "{near}");
        }
        assert_eq!(defect("# runnerlint: ignore[a]"), None);
    }

    #[test]
    fn a_name_goes_with_one_comma() {
        let comment = "# runnerlint: ignore[a, b,c] why";
        let without = |gone: &[usize]| {
            let mut set = crate::text::EditSet::default();
            set.insert_all(parse(comment)[0].without(gone)).unwrap();
            String::from_utf8(set.apply(comment.as_bytes())).unwrap()
        };
        assert_eq!(without(&[0]), "# runnerlint: ignore[b,c] why");
        assert_eq!(without(&[1]), "# runnerlint: ignore[a, c] why");
        assert_eq!(without(&[2]), "# runnerlint: ignore[a, b] why");
        assert_eq!(without(&[0, 2]), "# runnerlint: ignore[b] why");
        assert_eq!(without(&[1, 2]), "# runnerlint: ignore[a] why");
    }

    #[test]
    fn what_another_tool_says_stays_outside() {
        let comment = "# shellcheck disable=SC2086 # runnerlint: ignore[a] why # noqa";
        assert_eq!(parse(comment)[0].span.of(comment), "# runnerlint: ignore[a] why");
        let alone = "/* runnerlint: ignore[a] why */";
        assert_eq!(parse(alone)[0].span.of(alone), alone);
    }
}
