//! Distinguishes an earlier report or plan from a file that the user would miss.

const SEVERITIES: [&str; 3] = ["error", "warning", "info"];

/// How reports and plans begin, and what the beginning contains as well.
const BEGINNINGS: &[(&str, &[&str])] = &[
    ("{\n  \"version\": 1,\n  \"findings\": [", &[]),
    ("{\n  \"version\": 1,\n  \"repository\": {", &["\"findings\": ["]),
    ("{\n  \"version\": 1,\n  \"groups\": [", &[]),
    ("{\n  \"repositories\": [", &["\"accepted\""]),
    ("{\"type\":\"", &["\"version\":1"]),
    ("{\"type\":\"finding\"", &["\"rule\":\""]),
    ("{\n  \"$schema\"", &["\"name\": \"runnerlint\""]),
    ("{\"message\":", &["{\"name\":\"runnerlint\"}"]),
    ("[]", &[]),
    ("[\n  {\n    \"description\"", &["\"check_name\"", "\"fingerprint\""]),
    ("[\n  {\n    \"rule\"", &["\"fixable_unsafe\""]),
    ("<?xml", &["<testsuites name=\"runnerlint\""]),
    ("<?xml", &["<checkstyle version="]),
    ("<!DOCTYPE html>", &["runnerlint"]),
    ("## runnerlint\n", &[]),
    ("# Migration of GitLab runners", &[]),
    ("#!/bin/sh\n# Creates runners in GitLab", &[]),
    ("#!/bin/sh\n# This plan has no runner to create.", &[]),
    ("# Runners for GitLab, with the provider gitlabhq/gitlab.", &[]),
    ("# Runners of GitLab, for the provider gitlabhq/gitlab ", &[]),
    ("# Runners of GitLab: this plan has no runner to create.", &[]),
    ("--- a/", &["\n+++ b/", "\n@@ -"]),
    ("::error file=", &[]),
    ("::warning file=", &[]),
    ("::notice file=", &[]),
    ("  error[", &["─["]),
    ("  warning[", &["─["]),
    ("  info[", &["─["]),
    ("error[", &["─["]),
    ("warning[", &["─["]),
    ("info[", &["─["]),
];

/// Whether `text`, the beginning of a file, is one of ours, so that a new one may replace it.
pub fn is_report(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    if text.trim().is_empty() {
        return true;
    }
    let begins = |(start, parts): &(&str, &[&str])| {
        text.starts_with(start) && parts.iter().all(|part| text.contains(part))
    };
    let first = text.lines().next().unwrap_or_default();
    BEGINNINGS.iter().any(begins)
        || is_line(first)
        || is_count(first)
        || text.lines().nth(1).is_some_and(is_grouped)
        || (first.starts_with("Repository ") || first == "Not in a repository")
            && text.lines().nth(3).is_some_and(is_grouped)
}

/// `path:line:column: warning: message [rule]`
fn is_line(line: &str) -> bool {
    let is_place = |before: &str| {
        let mut parts = before.rsplit(':');
        let mut number =
            || parts.next().is_some_and(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()));
        number() && number() && parts.next().is_some()
    };
    let severities = [": error: ", ": warning: ", ": info: "];
    line.ends_with(']')
        && severities.iter().any(|word| line.split_once(word).is_some_and(|(it, _)| is_place(it)))
}

/// `  5:3  warning  message [rule]`
fn is_grouped(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_place = |place: &str| {
        place
            .split_once(':')
            .is_some_and(|(line, column)| line.parse::<usize>().and(column.parse::<usize>()).is_ok())
    };
    words.next().is_some_and(is_place)
        && words.next().is_some_and(|word| SEVERITIES.contains(&word))
        && line.ends_with(']')
}

/// `2  warning  rule-id`
fn is_count(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next().is_some_and(|count| count.bytes().all(|b| b.is_ascii_digit()))
        && words.next().is_some_and(|word| SEVERITIES.contains(&word))
        && words.next().is_some_and(|rule| rule.contains('-'))
}
