//! The uses of a variable that a custom rule renames: all of one file are renamed with its definitions, or none.

use super::LintedFile;
use super::own::is_comment;
use crate::embed::NoEdit;
use crate::finding::Caution;
use crate::sites::{Carrier, ScopeKind, Via};
use crate::text::{Cover, Span};
use memchr::memmem;
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::LazyLock;

/// Where a file names a variable, except for its definitions.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// Its uses, by text.
    pub(super) list: Vec<(usize, Span)>,
    /// The first definition, by its carrier: its fix has the uses.
    pub(super) first: Option<usize>,
    /// Whether the file may hand it on to other programs.
    handed_on: bool,
    /// A place that names it in another way: a byte of the file.
    other: Option<usize>,
}

/// What is before the name of a variable in a call that reads it: `os.environ["X"]`, `getenv('X')`.
const READERS: &[&str] =
    &["environ", "environ.get", "getenv", "Getenv", "ENV", "ENV.fetch", "env", "EnvironmentVariable"];

/// Other programs that get the variables of this one, and files that bring or take variables.
fn hands_on(bytes: &[u8]) -> bool {
    static HANDS_ON: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(
            r#"(?m-u)(?:^|[\s;&|("'`\[])(?:\.{1,2}/[\w./-]|[\w./-]+\.(?:sh|py|rb|pl|js|ps1|bat|cmd)\b|source\s|\.\s+\S"#,
            r"|eval\b|printenv\b|envsubst\b|export\s+-p|env_file\b|envFrom\b|EnvironmentFile\b|--env-file\b)"
        ))
        .ok()
    });
    HANDS_ON.as_ref().is_none_or(|regex| regex.is_match(bytes))
}

/// The uses that are renamed with `carrier`.
///
/// # Errors
/// [`NoEdit`] where the file names the variable in a way that is not known to be a use.
pub(super) fn of(file: &LintedFile<'_>, carrier: &Carrier) -> Result<Rc<Uses>, NoEdit> {
    let uses = file.uses(&carrier.name);
    match uses.other {
        Some(at) => {
            let line = file.source.position(at).line;
            Err(NoEdit::new(format!("line {line} also names `{}`: change both", carrier.name)))
        }
        None => Ok(uses),
    }
}

/// Why renaming `carrier` may be seen outside of the file.
pub(super) fn outside(file: &LintedFile<'_>, carrier: &Carrier) -> Option<Caution> {
    let scope = file.survey.scopes.get(carrier.scope);
    let container = scope.is_some_and(|scope| scope.kind == ScopeKind::Container);
    let dotenv = file.documents.get(carrier.doc).is_some_and(|it| it.language.is_environment());
    let uses = file.uses(&carrier.name);
    let is_outside = container || dotenv || uses.list.is_empty() || uses.handed_on;
    is_outside.then(|| Caution::Rule(format!("other programs may read `{}`", carrier.name)))
}

impl LintedFile<'_> {
    /// Where the variable `name` is named.
    pub(super) fn uses(&self, name: &str) -> Rc<Uses> {
        if let Some(known) = self.caches.uses.borrow().get(name) {
            return Rc::clone(known);
        }
        let uses = Rc::new(self.find_uses(name));
        self.caches.uses.borrow_mut().insert(name.to_owned(), Rc::clone(&uses));
        uses
    }

    fn find_uses(&self, name: &str) -> Uses {
        let carriers = self.survey.carriers.iter().enumerate();
        let own = carriers.filter(|(_, carrier)| carrier.via == Via::Variable && carrier.name == name);
        let is_again =
            |it: &Carrier| self.survey.scopes.get(it.scope).is_some_and(|scope| scope.has_again(it));
        let mut uses = Uses { handed_on: hands_on(self.source.bytes()), ..Uses::default() };
        let mut defined: BTreeSet<(usize, Span)> = BTreeSet::new();
        for (index, carrier) in own {
            uses.first = uses.first.or((!is_again(carrier)).then_some(index));
            defined.insert((carrier.doc, carrier.name_span));
            let mentions = self.survey.mentions.get(&index).into_iter().flatten();
            defined.extend(mentions.map(|span| (carrier.doc, *span)));
        }
        // The innermost text decides what a word in it is.
        let mut inner: BTreeMap<usize, Vec<Span>> = BTreeMap::new();
        for document in self.documents.iter() {
            if let Some(parent) = document.parent {
                inner.entry(parent).or_default().push(document.segments.outer());
            }
        }
        let finder = memmem::Finder::new(name);
        for (doc, document) in self.documents.iter().enumerate() {
            let inner = inner.remove(&doc).map(Cover::of).unwrap_or_default();
            for at in finder.find_iter(document.text.as_bytes()) {
                let span = Span::new(at, at + name.len());
                let Some((before, behind)) = around(&document.text, span) else { continue };
                if defined.contains(&(doc, span)) || inner.holds(span) || is_comment(document, span) {
                    continue;
                }
                if is_use(before, behind) {
                    uses.list.push((doc, span));
                } else {
                    uses.other = uses.other.or(Some(self.documents.to_host(doc, span).start()));
                }
            }
        }
        uses
    }
}

/// The text before and after a word, where it is one.
fn around(text: &str, span: Span) -> Option<(&str, &str)> {
    let (before, behind) = (text.get(..span.start())?, text.get(span.end()..)?);
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    (!before.ends_with(is_part) && !behind.starts_with(is_part)).then_some((before, behind))
}

/// Whether a name between these texts is read as a variable.
fn is_use(before: &str, behind: &str) -> bool {
    let has = |open: &str, close: &str| before.ends_with(open) && behind.starts_with(close);
    let lower = |length: usize| {
        before.get(before.len().saturating_sub(length)..).unwrap_or_default().to_ascii_lowercase()
    };
    if before.ends_with("\\$") || before.ends_with("\\${") {
        return false;
    }
    let sigil = before.ends_with('$') || before.ends_with("${") || has("$(", ")");
    let windows = has("%", "%") || has("!", "!") || lower(5) == "$env:" || lower(6) == "${env:";
    let call = [("[\"", "\"]"), ("['", "']"), ("(\"", "\""), ("('", "'")].into_iter().any(|(open, close)| {
        let reader = before.strip_suffix(open).filter(|_| behind.starts_with(close));
        reader.is_some_and(|before| READERS.iter().any(|reader| before.ends_with(reader)))
    });
    sigil || windows || call || before.ends_with("env.")
}
