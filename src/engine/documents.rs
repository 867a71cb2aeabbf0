//! The texts of a file: the file's own, and the texts inside it, each tied to the one around it.

use super::{Catalogue, Surroundings};
use crate::embed::{Codec, NoEdit, Segments};
use crate::facts::{Hint, NodeId};
use crate::finding::{Label, Notice, NoticeKind};
use crate::sites::{self, CalledText, Context, EmbeddedContext, EmbeddedText, Sites, Survey, Variables};
use crate::syntax::{self, Language, Parsed};
use crate::text::{Edit, EditSet, SharedText, Source, Span};
use std::collections::{BTreeMap, BTreeSet};

/// How deep texts may be nested.
const MAX_DEPTH: usize = 8;
/// How many texts a file may contain.
const MAX_TEXTS: usize = 20_000;
/// Values, words and commands of all texts of a file, by [`Language::count`]: each takes some 250 bytes.
const MAX_VALUES: usize = 800_000;

/// What a string of a program is called, which may be a command.
const TRIED: &str = "string";

/// What the place of a text is called that containers of the same file may mount and run.
const MOUNTED: &str = "ConfigMap entry";

/// One text.
pub(crate) struct EmbeddedDocument {
    /// What it is written in.
    pub(crate) language: &'static dyn Language,
    /// What its language read.
    pub(crate) parsed: Box<dyn Parsed>,
    /// The text.
    pub(crate) text: SharedText,
    /// The text around it; `None` for the file.
    pub(crate) parent: Option<usize>,
    /// Its ties to the text around it, or to the file's bytes.
    pub(crate) segments: Segments,
    /// Why nothing of it is edited, where that is so.
    pub(crate) sealed: Option<String>,
    /// Whether it is a command line that no shell reads.
    pub(crate) no_shell: bool,
    /// Whether it is a value of a chart.
    pub(crate) of_chart: bool,
    /// The path of the file that it is or becomes.
    path: Option<String>,
    /// The item of a list of scripts whose text it is, in the tree around it.
    pub(crate) item: Option<NodeId>,
    /// The name of its place in messages, and where that is in the text around it.
    pub(crate) place: Option<(String, Span)>,
    depth: usize,
    /// Whether it is a string of a program that was only tried as a command.
    is_tried: bool,
}

/// All texts of a file.
pub(crate) struct Documents {
    list: Vec<EmbeddedDocument>,
}

/// The texts inside each text, by where they are in it.
pub(crate) struct ByPlace(BTreeMap<usize, Vec<(Span, usize)>>);

impl ByPlace {
    pub(crate) fn of(documents: &Documents) -> Self {
        let mut places: BTreeMap<usize, Vec<(Span, usize)>> = BTreeMap::new();
        for (doc, document) in documents.iter().enumerate() {
            if let Some(parent) = document.parent {
                places.entry(parent).or_default().push((document.segments.outer(), doc));
            }
        }
        for texts in places.values_mut() {
            texts.sort_unstable();
        }
        Self(places)
    }
}

struct Waiting {
    text: SharedText,
    segments: Segments,
    language: &'static dyn Language,
    parent: Option<usize>,
    path: Option<String>,
    place: Option<(String, Span)>,
    given: EmbeddedContext,
    depth: usize,
    is_tried: bool,
}

/// The first lines of `text`, with at most `most` values.
fn beginning<'t>(text: &'t str, language: &dyn Language, most: usize) -> &'t str {
    let mut values = 0;
    let fits = |line: &&str| {
        values += language.count(line);
        values <= most
    };
    let end = text.split_inclusive('\n').take_while(fits).map(str::len).sum();
    text.get(..end).unwrap_or_default()
}

/// What reading the texts of a file gave.
pub(crate) struct FileDocuments {
    pub(crate) documents: Documents,
    pub(crate) survey: Survey,
    pub(crate) notices: Vec<Notice>,
    /// The notices about strings that were only tried as a command, by their index, and the bytes of those strings in the file.
    pub(crate) tried: BTreeMap<usize, Span>,
    /// Whether a limit kept the rest of the file from being read.
    pub(crate) is_cut: bool,
}

/// Reads the file and the texts inside it in which a rule could match, or that begin at one of `kept`, in bytes of the file.
/// `None` if its language is unknown.
pub(crate) fn read(
    source: &Source,
    path: &str,
    around: &Surroundings,
    catalogue: &Catalogue,
    kept: Option<&BTreeSet<usize>>,
) -> Option<FileDocuments> {
    read_texts(source, path, around, catalogue, kept, false)
}

/// Reads the file and all texts inside it. `None` if its language is unknown.
pub(crate) fn read_all(
    source: &Source,
    path: &str,
    around: &Surroundings,
    catalogue: &Catalogue,
) -> Option<FileDocuments> {
    read_texts(source, path, around, catalogue, None, true)
}

/// As [`read`]; with `all`, all texts inside the file are read.
fn read_texts(
    source: &Source,
    path: &str,
    around: &Surroundings,
    catalogue: &Catalogue,
    kept: Option<&BTreeSet<usize>>,
    all: bool,
) -> Option<FileDocuments> {
    let relevant = catalogue.prefilter().within(source.bytes());
    let hands_on = catalogue.sites().hands_on(source.text());
    let start = source.text_start();
    let text = source.text().get(start..).unwrap_or_default();
    let language = syntax::detect(Some(path), text)?;
    let whole = Span::new(start, source.bytes().len());
    let mut waiting = vec![Waiting {
        text: source.shared(),
        segments: Segments::identity(whole),
        language,
        parent: None,
        path: Some(path.to_owned()),
        place: None,
        given: EmbeddedContext::default(),
        depth: 0,
        is_tried: false,
    }];
    let mut out = FileDocuments {
        documents: Documents { list: Vec::new() },
        survey: Survey::default(),
        notices: Vec::new(),
        tried: BTreeMap::new(),
        is_cut: false,
    };
    let mut left = MAX_VALUES;
    while let Some(mut next) = waiting.pop() {
        let doc = out.documents.list.len();
        left -= out.shorten(&mut next, left, source);
        let documents = &out.documents;
        let is_kept = |kept: &BTreeSet<usize>, span: Span| {
            let outer = next.segments.to_outer(span);
            let host = next.parent.map_or(outer, |parent| documents.to_host(parent, outer));
            kept.range(host.start()..=host.end()).next().is_some()
        };
        let wanted = |text: &str, span: Span| {
            all || relevant(text) || hands_on(text) || kept.is_some_and(|kept| is_kept(kept, span))
        };
        let parsed = next.language.parse(next.text.clone());
        let context = Context {
            sites: catalogue.sites(),
            doc,
            text: &next.text,
            language: next.language,
            path: next.path.as_deref(),
            aliases: &around.chart_aliases,
            given: &next.given,
            variables: &Variables::default(),
            wanted: &wanted,
            names_value: &|path| catalogue.names_value(path),
            names_variable: &|name| catalogue.names_variable(name),
        };
        sites::survey(parsed.as_ref(), &context, &mut out.survey);
        let mut inner = std::mem::take(&mut out.survey.inner);
        inner.retain(|it| wanted(&it.decoded.text, it.decoded.segments.to_outer(Span::at(0))));
        out.documents.list.push(next.read(parsed));
        out.note(doc, source);
        // The last one that waits is read first: put them so that texts are read in the order of the file.
        let before = waiting.len();
        waiting.extend(inner.into_iter().filter_map(|inner| out.wait(inner, doc, source)));
        waiting.get_mut(before..).unwrap_or_default().reverse();
        if out.documents.list.len() + waiting.len() > MAX_TEXTS {
            let message = format!("more than {MAX_TEXTS} texts inside this file: the rest was not checked");
            out.limited(message, out.documents.start(doc), source);
            out.is_cut = true;
            break;
        }
    }
    out.join(catalogue.sites());
    Some(out)
}

impl Waiting {
    fn read(self, parsed: Box<dyn Parsed>) -> EmbeddedDocument {
        EmbeddedDocument {
            language: self.language,
            parsed,
            text: self.text,
            parent: self.parent,
            segments: self.segments,
            sealed: self.given.sealed,
            no_shell: self.given.no_shell,
            item: self.given.item,
            of_chart: self.given.of_chart,
            path: self.path,
            place: self.place,
            depth: self.depth,
            is_tried: self.is_tried,
        }
    }
}

impl FileDocuments {
    /// About how many values the text has; it loses its end where they are more than are `left`.
    fn shorten(&mut self, next: &mut Waiting, left: usize, source: &Source) -> usize {
        let count = next.language.count(&next.text);
        if count <= left {
            return count;
        }
        // The other half is for the texts inside it.
        let count = left / 2;
        next.text = beginning(&next.text, next.language, count).into();
        let end = self.host_place(next, next.text.len());
        self.limited("too many values in this file: the rest was not checked".to_owned(), end, source);
        self.is_cut = true;
        count
    }

    /// Joins what texts say of each other, once all are read.
    fn join(&mut self, sites: &Sites) {
        let documents = &self.documents;
        if self.survey.has_calls() {
            let texts: Vec<CalledText<'_>> =
                (0..documents.list.len()).filter_map(|doc| documents.called(doc)).collect();
            self.survey.join_releases(sites, &texts);
        }
        let parent = |doc: usize| documents.get(doc).and_then(|document| document.parent);
        let text = |doc: usize| documents.get(doc).map_or("", |document| &*document.text);
        self.survey.put_in(sites, &parent, &text);
        self.survey.link(sites, &text);
        let mounted = |doc: usize| {
            let document = documents.get(doc)?;
            document.place.as_ref().filter(|(what, _)| what == MOUNTED).and(document.parent)
        };
        self.survey.bring(&mounted);
    }

    fn wait(&mut self, inner: EmbeddedText, parent: usize, source: &Source) -> Option<Waiting> {
        let (language, path) = match &inner.hint {
            Hint::Language(name) => (syntax::named(name), None),
            Hint::File(name) => (syntax::detect(Some(name), &inner.decoded.text), Some(name.clone())),
            Hint::Content => (syntax::detect(None, &inner.decoded.text), None),
            Hint::Likely(name) => {
                (syntax::detect(None, &inner.decoded.text).or_else(|| syntax::named(name)), None)
            }
        };
        let language = language?;
        let is_tried = inner.what == TRIED;
        let depth = self.documents.list.get(parent).map_or(0, |document| document.depth) + 1;
        if depth > MAX_DEPTH {
            let message = format!(
                "texts lie more than {MAX_DEPTH} deep inside each other here: deeper ones were not checked"
            );
            self.limited(message, self.documents.start(parent), source);
            return None;
        }
        Some(Waiting {
            text: inner.decoded.text.into(),
            segments: inner.decoded.segments,
            language,
            parent: Some(parent),
            path,
            place: Some((inner.what, inner.at)),
            given: inner.given,
            depth,
            is_tried,
        })
    }

    /// The byte of the file at `offset` of a text that is not read yet.
    fn host_place(&self, text: &Waiting, offset: usize) -> usize {
        let outer = text.segments.to_outer(Span::at(offset));
        text.parent.map_or(outer, |parent| self.documents.to_host(parent, outer)).start()
    }

    /// Says that a limit is reached at a byte of the file.
    fn limited(&mut self, message: String, at: usize, source: &Source) {
        if self.notices.iter().any(|notice| notice.kind == NoticeKind::Limited) {
            return;
        }
        let position = Some(source.position(at));
        self.notices.push(Notice { kind: NoticeKind::Limited, message, position });
    }

    fn note(&mut self, doc: usize, source: &Source) {
        let Some(document) = self.documents.list.get(doc) else { return };
        let Some(problem) = document.parsed.facts().notices.first() else { return };
        let position = source.position(self.documents.to_host(doc, Span::at(problem.offset)).start());
        // Code blocks show what programs print, and parts of files.
        if self.documents.via(doc).contains(&"markdown") {
            return;
        }
        // A sentence in a program's string is not a command.
        let is_sentence =
            matches!(document.segments.codec(), Codec::Sealed(_)) && !has_option(&document.text);
        if is_sentence && document.place.is_some() {
            return;
        }
        if document.is_tried {
            let whole = self.documents.to_host(doc, Span::new(0, document.text.len()));
            self.tried.insert(self.notices.len(), whole);
        }
        let message = match &document.place {
            Some((what, _)) => {
                format!("this {what}, read as {}: {}", document.language.name(), problem.message)
            }
            None => problem.message.clone(),
        };
        self.notices.push(Notice { kind: NoticeKind::Unparsable, message, position: Some(position) });
    }
}

/// Whether a text has a word like an option.
fn has_option(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        word.strip_prefix('-').is_some_and(|rest| {
            rest.trim_start_matches('-').starts_with(|sign: char| sign.is_ascii_alphabetic())
        })
    })
}

impl EmbeddedDocument {
    /// Whether it is a tree of keys and values.
    pub(crate) fn is_tree(&self) -> bool {
        !self.parsed.facts().tree.is_empty()
    }

    /// Whether nothing is left of the text after `edits`.
    pub(crate) fn is_emptied_by(&self, edits: &[Edit]) -> bool {
        let mut all = EditSet::default();
        let fits = edits.iter().all(|edit| all.insert(edit.clone()).is_ok());
        fits && all.apply(self.text.as_bytes()).trim_ascii().is_empty()
    }
}

impl Documents {
    /// The text called `doc`.
    pub(crate) fn get(&self, doc: usize) -> Option<&EmbeddedDocument> {
        self.list.get(doc)
    }

    /// A text as commands see it that give values to a chart.
    fn called(&self, doc: usize) -> Option<CalledText<'_>> {
        let document = self.get(doc)?;
        let facts = document.parsed.facts();
        Some(CalledText {
            commands: &facts.commands,
            regions: &facts.regions,
            text: &document.text,
            parent: document.parent.map(|parent| (parent, document.segments.outer().start())),
            path: document.path.as_deref().filter(|_| document.parent.is_some()),
            start: self.start(doc),
        })
    }

    /// All texts.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &EmbeddedDocument> + ExactSizeIterator {
        self.list.iter()
    }

    /// `doc` and the texts around it, inside out.
    pub(crate) fn chain(&self, doc: usize) -> impl Iterator<Item = &EmbeddedDocument> {
        std::iter::successors(self.get(doc), |document| self.get(document.parent?))
    }

    /// Where a text begins, in bytes of the file.
    pub(crate) fn start(&self, doc: usize) -> usize {
        self.to_host(doc, Span::at(0)).start()
    }

    /// The bytes of the file under a span of `doc`.
    pub(crate) fn to_host(&self, doc: usize, span: Span) -> Span {
        self.chain(doc).fold(span, |span, document| document.segments.to_outer(span))
    }

    /// The texts that contain the byte of the file at `offset`, from the file's own on, with the byte's place in each.
    pub(crate) fn at(&self, inner: &ByPlace, offset: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut next = self.get(0).and_then(|file| Some((0, file.segments.to_inner(offset)?)));
        while let Some((doc, at)) = next {
            found.push((doc, at));
            let texts = inner.0.get(&doc).map(Vec::as_slice).unwrap_or_default();
            let behind = texts.partition_point(|(outer, _)| outer.start() <= at);
            // Several texts may share a place; few ever do.
            let near = texts.get(behind.saturating_sub(8)..behind).unwrap_or_default().iter().rev();
            next = near
                .filter(|(outer, _)| at < outer.end())
                .find_map(|(_, doc)| Some((*doc, self.get(*doc)?.segments.to_inner(at)?)));
        }
        found
    }

    /// The languages around a text and its own, from the file's on.
    pub(crate) fn via(&self, doc: usize) -> Vec<&'static str> {
        let mut via: Vec<_> = self.chain(doc).map(|document| document.language.name()).collect();
        via.reverse();
        via
    }

    /// Why nothing of a text is edited, where that is so of it or of a text around it.
    pub(crate) fn sealed(&self, doc: usize) -> Option<String> {
        self.chain(doc).find_map(|document| document.sealed.clone())
    }

    /// The places that contain a text, outermost first, in bytes of the file.
    pub(crate) fn places(&self, doc: usize) -> Vec<Label> {
        let mut places: Vec<_> = self
            .chain(doc)
            .filter_map(|document| {
                let (what, at) = document.place.as_ref()?;
                let what = if what.trim().is_empty() { "value" } else { what.as_str() };
                Some(Label { span: self.to_host(document.parent?, *at), text: format!("in this {what}") })
            })
            .collect();
        places.reverse();
        places
    }

    /// Whether each line of a text is a line of the file.
    pub(crate) fn keeps_lines(&self, doc: usize) -> bool {
        self.chain(doc).all(|document| document.segments.codec().keeps_lines())
    }

    /// The edits that `edit` of `doc` becomes, one for each text on the way to the file. The last one is in bytes of the
    /// file, under `None`.
    ///
    /// # Errors
    /// [`NoEdit`] if a text on the way has no place for it.
    pub(crate) fn lift(
        &self,
        doc: usize,
        edit: &Edit,
        source: &Source,
    ) -> Result<Vec<(Option<usize>, Edit)>, NoEdit> {
        let mut lifted = Vec::new();
        let mut edit = edit.clone();
        for document in self.chain(doc) {
            let host = match document.parent {
                Some(parent) => self.get(parent).map_or("", |parent| &*parent.text),
                None => source.text(),
            };
            edit = document.segments.edit(host, &document.text, &edit)?;
            lifted.push((document.parent, edit.clone()));
        }
        if source.touches_invalid(edit.span) {
            return Err(NoEdit::new("the text is not valid UTF-8"));
        }
        Ok(lifted)
    }
}
