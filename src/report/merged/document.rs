//! A JSON report, read. It is hostile input: other programs and other people may have written it. Every text that leaves this file
//! is masked again, and what cannot be checked is dropped.

use crate::disk::{self, NamedBy, ReadError};
use crate::escape;
use crate::finding::{Safety, Severity};
use crate::mask::{self, Mask};
use crate::repository::{is_commit, public_remote};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::Path;

/// A report has at most this size: 64 MiB.
const LARGEST: u64 = 64 << 20;
/// The only version of the format.
const VERSION: u32 = 1;
/// Names of repositories are not longer than this, in characters.
const LONGEST_NAME: usize = 200;

/// Why a report cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It has no text.
    #[error("empty file")]
    Empty,
    /// It is not JSON, or not such a document.
    #[error("not a report of `--output-format json`: line {line}, column {column}")]
    Form {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// It is of another version.
    #[error("version {0} of the format is not supported: use version {VERSION}")]
    Version(u32),
    /// A rule id in it is none.
    #[error("invalid rule id in finding {0}")]
    Rule(usize),
    /// All reports together name too many repositories.
    #[error("more than {0} repositories in all reports")]
    TooMany(usize),
}

#[derive(Deserialize)]
pub(super) struct Document {
    version: u32,
    #[serde(default)]
    pub(super) repository: ReportOrigin,
    pub(super) findings: Vec<ReportFinding>,
    #[serde(default)]
    pub(super) registrations: Vec<Map<String, Value>>,
    #[serde(default)]
    pub(super) repositories: Vec<ReportOrigin>,
    #[serde(default)]
    pub(super) notices: Vec<ReportRemark>,
    #[serde(default)]
    pub(super) fixed: Vec<ReportGone>,
    pub(super) summary: ReportCounts,
}

/// A repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ReportOrigin {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) folder: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) directory: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remote: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) revision: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReportFinding {
    pub(super) rule: String,
    pub(super) severity: Severity,
    pub(super) message: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) reason: String,
    pub(super) help: String,
    pub(super) url: String,
    pub(super) path: String,
    pub(super) start: Place,
    pub(super) end: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<String>,
    #[serde(default)]
    via: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<ReportRepair>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manual: Option<String>,
    #[serde(default)]
    pub(super) suppressed: bool,
    #[serde(default)]
    pub(super) baselined: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) fingerprint: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) repository: Option<ReportOrigin>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) offset: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReportRepair {
    pub(super) safety: Safety,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    message: String,
    edits: Vec<ReportChange>,
}

#[derive(Serialize, Deserialize)]
struct ReportChange {
    start: u64,
    end: u64,
    replacement: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReportRemark {
    path: String,
    kind: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) repository: Option<ReportOrigin>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ReportGone {
    rule: String,
    path: String,
    start: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    removed: Option<ReportRemoved>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) repository: Option<ReportOrigin>,
}

#[derive(Serialize, Deserialize)]
struct ReportRemoved {
    setting: String,
    value: String,
}

/// Counts of files; those of findings are counted again.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReportCounts {
    pub(super) files: u64,
    pub(super) linted: u64,
}

/// The kinds of notices.
const KINDS: [&str; 6] = ["unparsable", "skipped", "limited", "unreadable", "unwritable", "dangling"];

/// Reads a report. A repository without a name is called `name`.
pub(super) fn read(path: &Path, name: &str) -> Result<Document, ReportError> {
    let bytes = disk::read(path, LARGEST, NamedBy::Repository)?;
    if bytes.is_empty() {
        return Err(ReportError::Empty);
    }
    let form = |error: serde_json::Error| ReportError::Form { line: error.line(), column: error.column() };
    let mut document: Document = serde_json::from_slice(&bytes).map_err(form)?;
    drop(bytes);
    if document.version != VERSION {
        return Err(ReportError::Version(document.version));
    }
    if let Some(at) = document.findings.iter().position(|it| !is_rule(&it.rule)) {
        return Err(ReportError::Rule(at + 1));
    }
    document.fixed.retain(|it| is_rule(&it.rule));
    document.notices.retain(|it| KINDS.contains(&it.kind.as_str()));
    let mask = Mask::without_source(false);
    document.repository.clean(&mask);
    if document.repository.name.is_empty() {
        document.repository.name = shown_path(name, &mask);
    }
    document.repositories.iter_mut().for_each(|it| it.clean(&mask));
    document.findings.iter_mut().for_each(|it| it.clean(&mask));
    for it in &mut document.notices {
        clean_all(&mask, &mut it.path, [&mut it.message], &mut it.repository);
    }
    for it in &mut document.fixed {
        let removed = it.removed.as_mut().map(|it| [&mut it.setting, &mut it.value]);
        clean_all(&mask, &mut it.path, removed.into_iter().flatten(), &mut it.repository);
    }
    for it in &mut document.registrations {
        *it = cleaned_map(std::mem::take(it), &mask);
    }
    Ok(document)
}

fn is_rule(id: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    id.len() <= LONGEST_NAME && id.split('-').all(is_word)
}

/// A path as it is shown: tokens hidden, on one line.
fn shown_path(path: &str, mask: &Mask) -> String {
    escape::inline(&mask::path(&mask.inserted(path))).into_owned()
}

fn short(text: &str) -> String {
    text.chars().take(LONGEST_NAME).collect()
}

fn clean_all<'a>(
    mask: &Mask,
    path: &mut String,
    texts: impl IntoIterator<Item = &'a mut String>,
    repository: &mut Option<ReportOrigin>,
) {
    *path = mask::path(&mask.inserted(path));
    texts.into_iter().for_each(|text| *text = mask.prose(text));
    if let Some(repository) = repository {
        repository.clean(mask);
    }
}

impl ReportOrigin {
    fn clean(&mut self, mask: &Mask) {
        for text in [&mut self.name, &mut self.folder, &mut self.directory] {
            *text = short(&shown_path(text, mask));
        }
        self.remote = self.remote.as_deref().and_then(public_remote);
        let revision = self.revision.take().filter(|it| !it.is_empty());
        self.revision = revision.map(|it| short(&mask.prose(&it)));
    }

    /// What it is called on a page.
    pub(super) fn title(&self) -> &str {
        if self.name.is_empty() { "no name" } else { &self.name }
    }

    /// The address of a web page for its remote; only `https` can be a link.
    pub(super) fn page(&self) -> Option<String> {
        let remote = self.remote.as_deref()?;
        let (scheme, rest) = remote.split_once("://")?;
        let rest = rest.strip_suffix(".git").unwrap_or(rest);
        match scheme {
            "https" | "http" => Some(format!("{scheme}://{rest}")),
            // The port is that of SSH.
            "ssh" => {
                let (host, path) = rest.split_once('/')?;
                let host = if host.starts_with('[') { host } else { host.split(':').next()? };
                Some(format!("https://{host}/{path}"))
            }
            _ => None,
        }
    }

    /// The address of a line of a file.
    pub(super) fn line(&self, path: &str, line: u64) -> Option<String> {
        let page = self.page()?;
        let path =
            if self.folder.is_empty() { path } else { path.strip_prefix(&self.folder)?.strip_prefix('/')? };
        let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
        if !path.split('/').all(is_part) {
            return None;
        }
        let directory =
            if self.directory.is_empty() { String::new() } else { format!("{}/", self.directory) };
        let revision = self.revision.as_deref().filter(|it| is_commit(it)).unwrap_or("HEAD");
        let blob = if page.starts_with("https://github.com/") { "blob" } else { "-/blob" };
        Some(format!("{page}/{blob}/{revision}/{}#L{line}", encode(&format!("{directory}{path}"))))
    }
}

fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => out.push(byte.into()),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

impl ReportFinding {
    fn clean(&mut self, mask: &Mask) {
        let texts = [&mut self.message, &mut self.reason, &mut self.help];
        let texts = texts.into_iter().chain(&mut self.unit).chain(&mut self.manual).chain(&mut self.via);
        clean_all(mask, &mut self.path, texts, &mut self.repository);
        if !self.url.starts_with("https://") || mask.is_secret(&self.url) {
            self.url.clear();
        }
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if self.fingerprint.len() != 32 || !self.fingerprint.bytes().all(is_digit) {
            self.fingerprint.clear();
        }
        if let Some(fix) = &mut self.fix {
            fix.message = mask.prose(&fix.message);
            fix.reason = fix.reason.as_deref().map(|reason| mask.prose(reason));
            if fix.edits.iter().any(|edit| mask.is_secret(&edit.replacement)) {
                self.fix = None;
                self.manual = Some("the fix contains a token, which is not shown".to_owned());
            }
        }
    }

    /// Whether it is still to be dealt with.
    pub(super) fn is_open(&self) -> bool {
        !self.suppressed && !self.baselined
    }

    /// What is wrong, and why here.
    pub(super) fn headline(&self) -> String {
        if self.reason.is_empty() {
            self.message.clone()
        } else {
            format!("{} ({})", self.message, self.reason)
        }
    }
}

/// The parser has limited the depth.
fn cleaned_map(map: Map<String, Value>, mask: &Mask) -> Map<String, Value> {
    map.into_iter().map(|(key, value)| (mask.inserted(&key), cleaned(value, mask))).collect()
}

fn cleaned(value: Value, mask: &Mask) -> Value {
    match value {
        Value::String(text) => Value::String(mask.inserted(&text)),
        Value::Array(items) => items.into_iter().map(|it| cleaned(it, mask)).collect(),
        Value::Object(map) => Value::Object(cleaned_map(map, mask)),
        other => other,
    }
}

/// The repository of a registration, which is taken out of it.
pub(super) fn take_repository(registration: &mut Map<String, Value>) -> Option<ReportOrigin> {
    let mut origin: ReportOrigin = serde_json::from_value(registration.remove("repository")?).ok()?;
    origin.clean(&Mask::without_source(false));
    Some(origin)
}
