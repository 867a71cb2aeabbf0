//! The pages in `docs/` are what the program says of itself.

use crate::counts::assert_count;
use crate::generated::{Files, assert_current};
use crate::support;
use runnerlint::catalogue::Catalogue;
use runnerlint::report::rules::{catalogue, index, linked_page};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

fn docs() -> PathBuf {
    support::root().join("docs")
}

/// Every page that is written by the program, by its path below `docs/`.
fn pages() -> BTreeMap<String, String> {
    let rules = catalogue(Catalogue::built_in());
    let mut pages: BTreeMap<String, String> =
        rules.iter().map(|rule| (format!("rules/{}.md", rule.id), linked_page(rule))).collect();
    pages.insert("rules/README.md".to_owned(), index(&rules));
    pages.insert("cli.md".to_owned(), runnerlint::cli::reference());
    pages.insert("configuration.md".to_owned(), runnerlint::config::reference());
    let schema = serde_json::to_string_pretty(&runnerlint::config::json_schema()).unwrap();
    pages.insert("config.schema.json".to_owned(), format!("{schema}\n"));
    pages
}

/// The same by their path in the repository.
pub(crate) fn files() -> Files {
    pages().into_iter().map(|(path, text)| (format!("docs/{path}"), text)).collect()
}

/// Pages of rules that no longer exist.
pub(crate) fn without_a_rule() -> Vec<PathBuf> {
    let pages = pages();
    let written = fs::read_dir(docs().join("rules")).unwrap().map(|entry| entry.unwrap());
    let is_left = |name: &str| !pages.contains_key(&format!("rules/{name}"));
    written.filter(|it| is_left(it.file_name().to_str().unwrap())).map(|it| it.path()).collect()
}

#[test]
fn the_pages_are_current() {
    assert_eq!(without_a_rule(), [""; 0].map(PathBuf::from), "pages of no rule: run tests/generate");
    assert_current(&files());
}

/// Links within the documentation: the page that has it, and its target.
pub(crate) fn links() -> Vec<(String, String)> {
    let pages = pages().into_iter().filter(|(path, _)| !path.contains("schema"));
    let of = |(path, text): (String, String)| {
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let inside = targets.filter(|target| !target.contains("://"));
        inside.map(|target| (path.clone(), target.to_owned())).collect::<Vec<_>>()
    };
    pages.flat_map(of).collect()
}

/// Links between the pages, and to places in them, lead somewhere.
#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let links = links();
    assert_count("links in docs", links.len());
    for (path, target) in links {
        let (file, place) = target.split_once('#').unwrap_or((&target, ""));
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let whole = if file.is_empty() {
            path.clone()
        } else {
            format!("{folder}/{file}").trim_start_matches('/').to_owned()
        };
        let by_hand = || fs::read_to_string(docs().join(&whole)).ok();
        let page = pages.get(&whole).cloned().or_else(by_hand);
        let page = page.unwrap_or_else(|| panic!("{path} links to {target}"));
        let mut headings = page.lines().filter(|line| line.starts_with('#')).map(anchor);
        assert!(place.is_empty() || headings.any(|it| it == place), "{path} links to {target}");
    }
}

/// Scripts, files and modules of tests that documents, scripts and comments name.
#[test]
fn named_tests_exist() {
    let named = regex::Regex::new(r"\btests/[\w./-]*\w|--test (\w+) (\w+)::").unwrap();
    let is_ours = |it: &ignore::DirEntry| {
        !["cases", "regressions", ".git"].map(Some).contains(&it.file_name().to_str())
    };
    let files = ignore::WalkBuilder::new(support::root())
        .hidden(false)
        .require_git(false)
        .filter_entry(is_ours)
        .build();
    for path in files.map(|it| it.unwrap().into_path()) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for found in named.captures_iter(&text) {
            let wanted = match (found.get(1), found.get(2)) {
                (Some(program), Some(module)) => format!("tests/{}/{}", program.as_str(), module.as_str()),
                _ => found[0].to_owned(),
            };
            let wanted = support::root().join(wanted);
            assert!(
                wanted.exists() || wanted.with_extension("rs").is_file(),
                "{}: {}",
                path.display(),
                &found[0]
            );
        }
    }
}

/// The name of a heading in links, as GitLab and GitHub make it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
