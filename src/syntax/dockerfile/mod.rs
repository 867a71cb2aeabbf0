//! Dockerfiles. A splitter of our own: the published parsers refuse fragments and templates, and the few forms that matter
//! here (instructions, continued lines, here-documents, lists of words) are easily
//! read.
//!
//! The tree is `{dockerfile: [{FROM: image, ENV: {…}, RUN: …, CMD: …}, …]}`, one mapping for each stage.

mod instruction;
mod list;

use super::grouped::{self, Between, GroupedEntries, GroupedGroup, GroupedSlot};
use super::{CommentStyle, Language, Parsed};
use crate::embed::{Codec, Decoded, Decoder, NoEdit};
use crate::facts::{Hint, NodeId, NodeKey, NodeKind, Region, Scalar, ScalarStyle};
use crate::text::{SharedText, Span};
use instruction::{Heredoc, Instruction};
use std::collections::BTreeMap;

/// Dockerfiles and Containerfiles, whole or in part.
#[derive(Debug)]
pub(super) struct Dockerfile;

impl Language for Dockerfile {
    fn name(&self) -> &'static str {
        "dockerfile"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["docker", "containerfile"]
    }

    fn file_names(&self) -> &'static [&'static str] {
        &[
            "dockerfile",
            "dockerfile.*",
            "dockerfile-*",
            "*.dockerfile",
            "*-dockerfile",
            "containerfile",
            "containerfile.*",
            "earthfile",
            "*.containerfile",
        ]
    }

    fn recognises(&self, text: &str) -> bool {
        let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        let mut lines = lines
            .by_ref()
            .take(60)
            .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("ARG "));
        let Some(first) = lines.next().and_then(|line| line.strip_prefix("FROM ")) else { return false };
        let mut words = first.split_whitespace().skip_while(|word| word.starts_with("--"));
        words.next().is_some()
            && words.next().is_none_or(|word| word.eq_ignore_ascii_case("as"))
            && !first.ends_with([';', ',', '.'])
    }

    fn has_commas(&self) -> bool {
        true
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        &[CommentStyle::HASH_ALONE]
    }

    fn is_script(&self) -> bool {
        true
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        let (instructions, comments, escape) = instruction::split(&text);
        let span = Span::new(0, text.len());
        let mut file = GroupedEntries::new(text, quote);
        file.facts.comments = comments;
        let root = file.node(None, None, Span::default(), NodeKind::Mapping, GroupedSlot::default());
        let key = Some(NodeKey { text: "dockerfile", span: Span::default() });
        let stages = file.node(Some(root), key, span, NodeKind::Sequence, GroupedSlot::default());
        let mut reader = Reader {
            file,
            stages,
            stage: None,
            env: None,
            args: None,
            escape,
            target: None,
            last: BTreeMap::new(),
            images: BTreeMap::new(),
        };
        for instruction in &instructions {
            reader.read(instruction);
        }
        reader.file.facts.tree.finish();
        Box::new(reader.file)
    }
}

/// A value of `ENV`.
fn quote(value: &str) -> Result<String, NoEdit> {
    if value.contains(|sign: char| sign.is_control() || matches!(sign, '"' | '\\' | '`')) {
        return Err(NoEdit::new("a Dockerfile would read it differently"));
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:@,=+${}".contains(&b) || b >= 0x80;
    let bare = !value.is_empty() && value.bytes().all(plain);
    Ok(if bare { value.to_owned() } else { format!("\"{value}\"") })
}

struct Reader {
    file: GroupedEntries,
    stages: NodeId,
    stage: Option<NodeId>,
    /// The variables of the stage: those of all its `ENV` lines.
    env: Option<NodeId>,
    /// The arguments of the stage: those of all its `ARG` lines.
    args: Option<NodeId>,
    escape: u8,
    /// The `CMD` and the `ENTRYPOINT` of the stage so far.
    last: BTreeMap<String, NodeId>,
    /// The target of an Earthfile that begins here.
    target: Option<String>,
    /// The images of stages that have a name.
    images: BTreeMap<String, String>,
}

impl Reader {
    fn read(&mut self, instruction: &Instruction) {
        let keyword = instruction.keyword.of(&self.file.text).to_ascii_uppercase();
        if keyword == "FROM" {
            (self.stage, self.env, self.args) = (None, None, None);
            self.last.clear();
        }
        // Of Earthfiles: `name:` begins a target.
        if let Some(target) = keyword.strip_suffix(':') {
            self.target = Some(format!("+{}", target.to_ascii_lowercase()));
        }
        let name = keyword.as_str();
        let decoded = grouped::continued(&self.file.text, &instruction.arguments, "");
        let skip = instruction::flags(&decoded.text);
        let flags = decoded.text.get(..skip).unwrap_or_default().to_owned();
        let decoded = decoded.behind(skip);
        if decoded.text.trim().is_empty() {
            return;
        }
        if name == "RUN" {
            self.mounts(instruction.keyword, &flags);
        }
        self.file.datum(instruction.keyword, format!("instruction {name}"));
        match name {
            "FROM" => self.from(instruction, &decoded),
            "ENV" => self.env(instruction, &decoded),
            "ARG" if self.stage.is_some() => self.arg(instruction, &decoded),
            "RUN" | "CMD" | "ENTRYPOINT" => self.command(name, instruction, decoded),
            "COPY" | "ADD" => self.copy(instruction, &decoded),
            // Of Earthfiles: a function from anywhere.
            "DO" => {
                let (at, text) = (decoded.segments.outer(), decoded.text.trim().to_owned());
                let stage = self.stage(instruction.keyword);
                let key = Some(NodeKey { text: "DO", span: instruction.keyword });
                self.file.node(Some(stage), key, at, scalar(&text, false), GroupedSlot::default());
                self.file.datum(at, text);
            }
            _ => self.file.datum(decoded.segments.outer(), decoded.text),
        }
    }

    fn stage(&mut self, at: Span) -> NodeId {
        if let Some(stage) = self.stage {
            return stage;
        }
        let stages = Some(self.stages);
        let stage = self.file.node(stages, None, at, NodeKind::Mapping, GroupedSlot::default());
        *self.stage.insert(stage)
    }

    /// `RUN --mount=type=secret,id=x,env=NAME`: a secret that is a variable of what runs.
    fn mounts(&mut self, at: Span, flags: &str) {
        let is_variable = |flag: &&str| {
            let Some(options) = flag.strip_prefix("--mount=") else { return false };
            options.contains("type=secret") && options.split(',').any(|option| option.starts_with("env="))
        };
        let Some(flag) = flags.split_ascii_whitespace().find(is_variable) else { return };
        let stage = self.stage(at);
        let key = Some(NodeKey { text: "MOUNT", span: at });
        self.file.node(Some(stage), key, at, scalar(flag, false), GroupedSlot::default());
    }

    /// `FROM image AS name`
    fn from(&mut self, instruction: &Instruction, decoded: &Decoded) {
        let words: Vec<&str> = decoded.text.split_whitespace().collect();
        let Some(word) = words.first() else { return };
        // `./x+base` of Earthfiles: a target, mostly of another file.
        let is_target = |it: &String| it.contains('+') && !it.contains('$');
        let base = Some(word.to_ascii_lowercase()).filter(|it| self.images.contains_key(it) || is_target(it));
        let mut own = None;
        let image = self.images.get(&word.to_ascii_lowercase()).map_or(*word, String::as_str).to_owned();
        if let [_, r#as, name, ..] = words.as_slice()
            && r#as.eq_ignore_ascii_case("as")
        {
            self.images.insert(name.to_ascii_lowercase(), image.clone());
            own = Some(name.to_ascii_lowercase());
        }
        own = own.or(self.target.take());
        let at = decoded.text.find(word).unwrap_or_default();
        let span = decoded.segments.to_outer(Span::new(at, at + word.len()));
        self.file.datum(decoded.segments.outer(), decoded.text.clone());
        let stage = self.stage(instruction.keyword);
        let text = self.file.text.clone();
        let key = NodeKey { text: instruction.keyword.of(&text), span: instruction.keyword };
        let opaque = image.contains('$') || image.contains("{{");
        self.file.node(Some(stage), Some(key), span, scalar(&image, opaque), GroupedSlot::default());
        // A stage has the environment of the one that it begins with.
        if let Some(base) = base {
            let key = NodeKey { text: "BASE", span: instruction.keyword };
            self.file.node(Some(stage), Some(key), span, scalar(&base, false), GroupedSlot::default());
        }
        if let Some(name) = own {
            let key = NodeKey { text: "AS", span: instruction.keyword };
            self.file.node(Some(stage), Some(key), span, scalar(&name, false), GroupedSlot::default());
        }
    }

    /// `RUN`, `CMD` and `ENTRYPOINT`: a list of words, a here-document, or a line of shell.
    fn command(&mut self, name: &str, instruction: &Instruction, decoded: Decoded) {
        let stage = self.stage(instruction.keyword);
        let key = Some(NodeKey { text: name, span: instruction.keyword });
        if let Some(items) = list::items(&decoded.text) {
            let items: Vec<Span> = items.iter().map(|item| decoded.segments.to_outer(*item)).collect();
            let span = decoded.segments.outer();
            let list = self.file.node(Some(stage), key, span, NodeKind::Sequence, GroupedSlot::default());
            self.counts(name, list);
            let group = self.file.groups.len();
            for (index, item) in items.iter().enumerate() {
                let inner = list::decode(&self.file.text, *item);
                self.file.datum(*item, format!("word {}", inner.text));
                let opaque = inner.text.contains("{{");
                let text = inner.text.clone();
                let slot = GroupedSlot { decoded: Some(inner), part: Some((group, index)), value: None };
                self.file.node(Some(list), None, *item, scalar(&text, opaque), slot);
            }
            let between = Between::Commas;
            self.file.groups.push(GroupedGroup { lines: instruction.lines, span, parts: items, between });
            return;
        }
        let script = match instruction.heredocs.first() {
            Some(heredoc) if decoded.text.trim_start().starts_with("<<") => self.body(heredoc, true),
            Some(_) => {
                // The shell reads the here-document.
                let bodies = instruction.heredocs.iter().flat_map(|it| it.lines.clone());
                let lines: Vec<Span> = decoded.segments.iter().map(|it| it.outer).chain(bodies).collect();
                grouped::continued(&self.file.text, &lines, "")
            }
            None => decoded,
        };
        let span = script.segments.outer();
        self.file.datum(span, format!("script {}", script.text));
        let text = script.text.clone();
        let slot = GroupedSlot { decoded: Some(script), ..GroupedSlot::default() };
        let node = self.file.node(Some(stage), key, span, scalar(&text, false), slot);
        self.counts(name, node);
    }

    /// Of several `CMD` or `ENTRYPOINT`, the last one counts: the one before loses its name.
    fn counts(&mut self, name: &str, node: NodeId) {
        if name == "RUN" {
            return;
        }
        let before = self.last.insert(name.to_owned(), node);
        if let Some(before) = before {
            self.file.facts.tree.forget_key(before);
        }
    }

    /// The text of a here-document; the builder expands it unless a shell reads it.
    fn body(&self, heredoc: &Heredoc, quoted: bool) -> Decoded {
        let text = &self.file.text;
        let mut decoder = Decoder::default();
        let lines = heredoc.lines.split_last().map_or(&[][..], |(_, lines)| lines);
        for line in lines {
            let raw = line.of(text);
            let tabs = if heredoc.strip_tabs { raw.len() - raw.trim_start_matches('\t').len() } else { 0 };
            decoder.verbatim(text, Span::new(line.start() + tabs, line.end()));
        }
        let outer = match (lines.first(), lines.last()) {
            (Some(first), Some(last)) => first.hull(*last),
            _ => Span::at(heredoc.opener.end()),
        };
        let (strip_tabs, delimiter) = (heredoc.strip_tabs, heredoc.delimiter.clone());
        decoder.finish(outer, Codec::Heredoc { quoted, strip_tabs, delimiter })
    }

    /// `COPY <<EOF /path`
    fn copy(&mut self, instruction: &Instruction, decoded: &Decoded) {
        self.file.datum(decoded.segments.outer(), decoded.text.clone());
        let target = decoded.text.split_whitespace().last().unwrap_or_default().to_owned();
        for heredoc in &instruction.heredocs {
            let decoded = self.body(heredoc, heredoc.quoted);
            let path =
                if target.ends_with('/') { format!("{target}{}", heredoc.delimiter) } else { target.clone() };
            let (hint, opener) = (Hint::File(path), heredoc.opener);
            self.file.facts.regions.push(Region {
                hint,
                decoded,
                opener,
                what: "here-document",
                reader: None,
            });
        }
    }

    /// `ARG NAME`, `ARG NAME=value`
    fn arg(&mut self, instruction: &Instruction, decoded: &Decoded) {
        let outer = decoded.segments.outer();
        let all = self.file.text.clone();
        let text: &str = &all;
        let words = grouped::words(text, outer.start(), outer.end(), self.escape);
        if words.is_empty() {
            return;
        }
        let stage = self.stage(instruction.keyword);
        let args = match self.args {
            Some(args) => args,
            None => {
                let key = Some(NodeKey { text: "ARG", span: instruction.keyword });
                *self.args.insert(self.file.node(
                    Some(stage),
                    key,
                    outer,
                    NodeKind::Mapping,
                    GroupedSlot::default(),
                ))
            }
        };
        let group = self.file.groups.len();
        for (index, word) in words.iter().enumerate() {
            let raw = word.of(text);
            let len = raw.find('=').unwrap_or(raw.len());
            let name = Span::new(word.start(), word.start() + len);
            let value = Span::new((name.end() + 1).min(word.end()), word.end());
            let inner = grouped::unquoted(text, value, self.escape);
            let key = NodeKey { text: name.of(text), span: name };
            self.file.datum(*word, format!("{}={}", key.text, inner.text));
            let decoded = inner.text.clone();
            let value_place = Some(value).filter(|_| len < raw.len());
            let slot = GroupedSlot { decoded: Some(inner), part: Some((group, index)), value: value_place };
            // With a default and without one, the value may be given when the image is built.
            self.file.node(Some(args), Some(key), value, scalar(&decoded, true), slot);
        }
        self.group(instruction, outer, words);
    }

    /// The words of an instruction, which can be removed one by one or with it.
    fn group(&mut self, instruction: &Instruction, outer: Span, parts: Vec<Span>) {
        let span = instruction.keyword.hull(outer);
        self.file.groups.push(GroupedGroup {
            lines: instruction.lines,
            span,
            parts,
            between: Between::Blanks,
        });
    }

    /// `ENV A=b "C"="d e"`, and the old form `ENV A b c`.
    fn env(&mut self, instruction: &Instruction, decoded: &Decoded) {
        let outer = decoded.segments.outer();
        let (start, end) = (outer.start(), outer.end());
        let all = self.file.text.clone();
        let text: &str = &all;
        let mut words = grouped::words(text, start, end, self.escape);
        let Some(first) = words.first().copied() else { return };
        let mut values = Vec::new();
        if first.of(text).contains('=') {
            for word in &words {
                let Some(len) = word.of(text).find('=') else { continue };
                let name = Span::new(word.start(), word.start() + len);
                let value = Span::new(name.end() + 1, word.end());
                values.push((*word, name, value, grouped::unquoted(text, value, self.escape)));
            }
            words = values.iter().map(|(word, ..)| *word).collect();
        } else {
            let behind = Span::new(first.end(), end).of(text);
            let from = first.end() + behind.len() - behind.trim_start().len();
            let value = Span::new(from, first.end() + behind.trim_end().len().max(from - first.end()));
            values.push((first.hull(value), first, value, grouped::unquoted(text, value, self.escape)));
            words = vec![first.hull(value)];
        }
        let stage = self.stage(instruction.keyword);
        let env = match self.env {
            Some(env) => env,
            None => {
                let key = Some(NodeKey { text: "ENV", span: instruction.keyword });
                let kind = NodeKind::Mapping;
                *self.env.insert(self.file.node(Some(stage), key, outer, kind, GroupedSlot::default()))
            }
        };
        let group = self.file.groups.len();
        for (index, (word, name, value, inner)) in values.into_iter().enumerate() {
            let key = NodeKey { text: name.of(text), span: name };
            self.file.datum(word, format!("{}={}", key.text, inner.text));
            let raw = value.of(text);
            let opaque = raw.contains("{{") || raw.contains('$') && !raw.starts_with('\'');
            let decoded = inner.text.clone();
            let slot = GroupedSlot { decoded: Some(inner), part: Some((group, index)), value: Some(value) };
            self.file.node(Some(env), Some(key), value, scalar(&decoded, opaque), slot);
        }
        self.group(instruction, outer, words);
    }
}

fn scalar(text: &str, opaque: bool) -> NodeKind<'_> {
    NodeKind::Scalar(Scalar { text, style: ScalarStyle::Plain, opaque, null: false })
}
