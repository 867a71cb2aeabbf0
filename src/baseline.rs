//! Findings that are known: a file names them, and only what is new fails a run.
//!
//! An entry identifies a finding by its file, rule, place in the structure and name, never by a line, with a count of how often that
//! occurs. If there are more than that in a file, the first ones are known and the last ones are new. The file is JSON with one
//! entry on a line, sorted, so that a change of it is easy to read and to merge.

use crate::escape;
use crate::finding::Finding;
use crate::fingerprint::Identity;
use crate::mask;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Component, Path};
use std::sync::Arc;

/// The largest file that is read: 32 MiB, some 200,000 entries.
pub const LARGEST: u64 = 32 << 20;
/// The version of the file's form.
const VERSION: u32 = 1;

/// What distinguishes findings; several may be the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaselineEntry {
    /// The file, from the folder of the baseline on, `/`-separated.
    pub path: String,
    /// Id of the rule.
    pub rule: String,
    /// [`Finding::structure`]
    pub structure: String,
    /// [`Finding::name`]
    pub name: String,
}

impl BaselineEntry {
    fn of(path: &str, finding: &Finding) -> Self {
        Self {
            path: path.to_owned(),
            rule: finding.rule.clone(),
            structure: finding.structure.clone(),
            name: finding.name.clone(),
        }
    }

    fn identity(&self) -> Identity<'_> {
        Identity { path: &self.path, rule: &self.rule, structure: &self.structure, name: &self.name }
    }
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not JSON of the right form; says where.
    #[error("not a baseline: {}", wrong(.0))]
    Form(#[from] serde_json::Error),
    /// A later version of the program wrote it.
    #[error("unsupported version {0}: this runnerlint supports version {VERSION}")]
    Version(u32),
}

/// What is wrong, without what the file says.
fn wrong(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let said = error.to_string();
    let what = match error.classify() {
        Category::Eof => "unexpected end of file",
        Category::Syntax => "invalid JSON",
        _ if said.starts_with("unknown field") => "unknown key",
        // It is a key of ours.
        _ if said.starts_with("missing field") => said.split(" at line").next().unwrap_or_default(),
        _ => "unexpected value",
    };
    format!("{what} at line {} column {}", error.line(), error.column())
}

/// All that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Entries are shared with what is compared: there may be half a million of them.
    counts: BTreeMap<Arc<BaselineEntry>, usize>,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BaselineFile {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(deserialize_with = "counts")]
    findings: BTreeMap<Arc<BaselineEntry>, usize>,
}

/// Reads the entries one by one. If a merge left one twice, the greater count holds.
fn counts<'de, D: Deserializer<'de>>(list: D) -> Result<BTreeMap<Arc<BaselineEntry>, usize>, D::Error> {
    struct Lines;
    impl<'de> Visitor<'de> for Lines {
        type Value = BTreeMap<Arc<BaselineEntry>, usize>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of findings")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Self::Value, A::Error> {
            let mut counts = BTreeMap::new();
            while let Some(Line { path, rule, structure, name, count, .. }) = lines.next_element()? {
                let entry = Arc::new(BaselineEntry { path, rule, structure, name });
                let known: &mut usize = counts.entry(entry).or_default();
                *known = count.max(*known);
            }
            counts.retain(|_, count| *count > 0);
            Ok(counts)
        }
    }
    list.deserialize_seq(Lines)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    path: String,
    rule: String,
    structure: String,
    name: String,
    count: usize,
    /// For people and other programs, to find it in GitLab's and SARIF's reports; nothing is compared by it, so that a
    /// path in the file can be changed by hand.
    #[serde(default)]
    fingerprint: String,
}

impl Baseline {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`BaselineError`].
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let version = serde_json::from_str::<Version>(text)?.version;
        if version != VERSION {
            return Err(BaselineError::Version(version));
        }
        Ok(Self { counts: serde_json::from_str::<BaselineFile>(text)?.findings })
    }

    /// The text of the file.
    pub fn to_json(&self) -> String {
        // Signs, the fingerprint and the count; a text that grows would need twice the memory.
        let length = |entry: &BaselineEntry| {
            entry.path.len() + entry.rule.len() + entry.structure.len() + entry.name.len() + 125
        };
        let mut out =
            String::with_capacity(self.counts.keys().map(|entry| length(entry)).sum::<usize>() + 60);
        out.push_str(&format!("{{\n  \"version\": {VERSION},\n  \"findings\": ["));
        for (index, (entry, count)) in self.counts.iter().enumerate() {
            let line = Line {
                path: entry.path.clone(),
                rule: entry.rule.clone(),
                structure: entry.structure.clone(),
                name: entry.name.clone(),
                count: *count,
                fingerprint: entry.identity().fingerprint(0),
            };
            out.push_str(if index > 0 { ",\n    " } else { "\n    " });
            // Strings and a number: there is nothing that cannot be written.
            out.push_str(&escape::json(serde_json::to_string(&line).unwrap_or_default()));
        }
        out.push_str(if self.counts.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
        out
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.counts.values().sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// What is known of one file.
    pub fn of_file(&self, path: &str) -> BaselineOfFile {
        let first = BaselineEntry {
            path: path.to_owned(),
            rule: String::new(),
            structure: String::new(),
            name: String::new(),
        };
        let entries =
            self.counts.range::<BaselineEntry, _>(&first..).take_while(|(entry, _)| entry.path == path);
        BaselineOfFile { counts: entries.map(|(entry, count)| (Arc::clone(entry), *count)).collect() }
    }

    /// Compares with what was found: `found` has the findings of each file by its path here; `settles` says whether this run
    /// would have found an entry if it were still there.
    pub fn compare<'a>(
        &self,
        found: impl IntoIterator<Item = (&'a str, &'a [Finding])>,
        settles: impl Fn(&BaselineEntry) -> bool,
    ) -> Comparison {
        let mut now: BTreeMap<Arc<BaselineEntry>, usize> = BTreeMap::new();
        for (path, findings) in found {
            for finding in findings.iter().filter(|it| !it.suppressed) {
                *now.entry(Arc::new(BaselineEntry::of(path, finding))).or_default() += 1;
            }
        }
        let mut comparison = Comparison { known: self.len(), ..Comparison::default() };
        let mut counts = now.clone();
        for (entry, known) in &self.counts {
            let still = now.get(entry).copied().unwrap_or_default();
            if still >= *known {
                continue;
            }
            if settles(entry) {
                comparison.gone += known - still;
                comparison.stale.push((Arc::clone(entry), known - still));
            } else {
                counts.insert(Arc::clone(entry), *known);
            }
        }
        let kept = self.len() - comparison.gone;
        comparison.next = Self { counts };
        comparison.new = comparison.next.len().saturating_sub(kept);
        comparison
    }
}

/// What is known of one file.
#[derive(Clone, Debug, Default)]
pub struct BaselineOfFile {
    counts: BTreeMap<Arc<BaselineEntry>, usize>,
}

impl BaselineOfFile {
    /// Marks what is known among the findings of the file, which are in its order: of equal ones the first.
    pub fn mark(&self, findings: &mut [Finding]) {
        let Some((first, _)) = self.counts.first_key_value() else { return };
        let path = first.path.clone();
        let mut left = self.counts.clone();
        for finding in findings.iter_mut().filter(|it| !it.suppressed) {
            if let Some(left) = left.get_mut(&BaselineEntry::of(&path, finding) as &BaselineEntry)
                && *left > 0
            {
                *left -= 1;
                finding.baselined = true;
            }
        }
    }
}

/// What a run says about the baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// How many findings were known.
    pub known: usize,
    /// How many of them are gone.
    pub gone: usize,
    /// How many there are that were not known.
    pub new: usize,
    /// Entries that occur no more, or less often, with how many are gone.
    pub stale: Vec<(Arc<BaselineEntry>, usize)>,
    /// What is known after this run.
    pub next: Baseline,
}

/// How the baseline in `folder` names the file at `path`; both absolute.
pub fn name(folder: &Path, path: &Path) -> String {
    let shared = folder.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = path.components().skip(shared).filter_map(|part| match part {
        Component::Normal(name) => Some(readable(name.as_encoded_bytes())),
        Component::Prefix(prefix) => Some(readable(prefix.as_os_str().as_encoded_bytes())),
        _ => None,
    });
    mask::path(&up.chain(down).collect::<Vec<_>>().join("/"))
}

/// A file name as text; bytes that are not text are written as their number, so that no two names become one.
fn readable(name: &[u8]) -> String {
    name.utf8_chunks().fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Settings, Surroundings, lint};
    use crate::text::Source;

    fn findings(text: &str) -> Vec<Finding> {
        let source = Source::new(text.as_bytes().to_vec());
        lint(&Settings::default(), "a.sh", &Surroundings::default(), &source).findings
    }

    fn baseline(text: &str) -> Baseline {
        Baseline::default().compare([("a.sh", &*findings(text))], |_| true).next
    }

    const ONE: &str = "gitlab-runner register --token \"$T\" --locked\n";

    #[test]
    fn a_baseline_is_read_as_it_was_written() {
        let known = baseline(&format!("{ONE}sudo {ONE}{ONE}"));
        insta::assert_snapshot!(known.to_json(), @r#"
        {
          "version": 1,
          "findings": [
            {"path":"a.sh","rule":"register-server-option","structure":"gitlab-runner register","name":"--locked","count":2,"fingerprint":"d9a08731f6518273b372becda8621627"},
            {"path":"a.sh","rule":"register-server-option","structure":"sudo gitlab-runner register","name":"--locked","count":1,"fingerprint":"759de6d7651c01f3606157f19be81684"}
          ]
        }
        "#);
        assert_eq!(Baseline::parse(&known.to_json()).unwrap(), known);
        let empty = Baseline::default();
        assert_eq!(empty.to_json(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
        assert_eq!(Baseline::parse(&empty.to_json()).unwrap(), empty);
    }

    #[test]
    fn the_first_ones_are_known_and_the_last_ones_are_new() {
        let known = baseline(&ONE.repeat(2));
        let mut found = findings(&ONE.repeat(3));
        known.of_file("a.sh").mark(&mut found);
        assert_eq!(found.iter().map(|it| it.baselined).collect::<Vec<_>>(), [true, true, false]);
        let mut elsewhere = findings(ONE);
        known.of_file("b.sh").mark(&mut elsewhere);
        assert!(!elsewhere[0].baselined);
    }

    #[test]
    fn what_occurs_no_more_goes_if_the_run_would_have_found_it() {
        let known = baseline(&ONE.repeat(2));
        let found = findings(ONE);
        let seen = known.compare([("a.sh", &*found)], |_| true);
        assert_eq!((seen.known, seen.gone, seen.new, seen.next.len()), (2, 1, 0, 1));
        let unseen = known.compare([("a.sh", &*found)], |_| false);
        assert_eq!((unseen.gone, unseen.new, unseen.next), (0, 0, known.clone()));
        let more = known.compare([("b.sh", &*found)], |entry| entry.path == "b.sh");
        assert_eq!((more.gone, more.new, more.next.len()), (0, 1, 3));
        let moved = known.compare([("b.sh", &*found)], |_| true);
        assert_eq!((moved.gone, moved.new, moved.next.len()), (2, 1, 1));
    }

    #[test]
    fn a_wrong_file_is_told_where_it_is_wrong() {
        let error = |text| Baseline::parse(text).unwrap_err().to_string();
        assert_eq!(
            error("{\n  \"version\": 7, \"new\": 1}"),
            "unsupported version 7: this runnerlint supports version 1"
        );
        assert_eq!(error("<<<<<<< HEAD\n"), "not a baseline: invalid JSON at line 1 column 1");
        let unknown = error("{\"version\": 1, \"findings\": [\n{\"file\": \"a\"}]}");
        assert!(unknown.starts_with("not a baseline: unknown key at line 2"), "{unknown}");
        let twice = |a, b| {
            let entry = |count| {
                format!(
                    "{{\"path\":\"a\",\"rule\":\"r\",\"structure\":\"\",\"name\":\"\",\"count\":{count}}}"
                )
            };
            Baseline::parse(&format!("{{\"version\":1,\"findings\":[{},{}]}}", entry(a), entry(b)))
                .unwrap()
                .len()
        };
        assert_eq!((twice(2, 3), twice(3, 0), twice(0, 0)), (3, 3, 0));
    }

    #[test]
    fn a_file_is_named_from_the_folder_of_the_baseline_on() {
        for (folder, path, expected) in [
            ("/a/b", "/a/b/c/d.sh", "c/d.sh"),
            ("/a/b", "/a/x.sh", "../x.sh"),
            ("/a/b/c", "/z", "../../../z"),
            ("/", "/z", "z"),
        ] {
            assert_eq!(name(Path::new(folder), Path::new(path)), expected);
        }
        assert_eq!(readable(b"a\xff\xc3\xa4"), "a\\xff\u{e4}");
    }
}
