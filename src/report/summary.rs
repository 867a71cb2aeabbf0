use super::is_open;
use super::refusal::cautions;
use crate::escape;
use crate::finding::{Notice, NoticeKind, Safety, Severity};
use crate::mask::{Mask, is_hidden};
use crate::run::{CheckedFile, State};
use crate::walk::{LEFT, Passed};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What a run found, in numbers. Suppressed and known findings are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings that fail with the version to check against.
    pub errors: usize,
    /// Findings without effect, or that stop working later.
    pub warnings: usize,
    /// Findings worth knowing.
    pub infos: usize,
    /// Findings that a comment in the file accepts.
    pub suppressed: usize,
    /// Findings in the baseline.
    pub baselined: usize,
    /// Findings that were fixed.
    pub fixed: usize,
    /// Findings with a safe fix.
    pub fixable: usize,
    /// Findings with an unsafe fix.
    pub fixable_unsafe: usize,
    /// Files that were linted as a whole.
    pub checked: usize,
    /// Files of which parts could not be read.
    pub partly: usize,
    /// Files that were not linted.
    pub skipped: usize,
    /// Files that were parsed, because a rule could match.
    pub examined: usize,
    /// Files with a diff or a fix.
    pub changed: usize,
    /// Files with open findings.
    pub with_findings: usize,
    /// Paths that could not be read; they are among the files that were not linted.
    pub unreadable: usize,
    /// Files that could not be written.
    pub unwritable: usize,
    /// Whether something could not be read or written.
    pub failed: bool,
}

impl Summary {
    /// Counts.
    pub fn of(files: &[CheckedFile], passed: Passed) -> Self {
        let mut sum = Self { checked: passed.clean, skipped: passed.skipped, ..Self::default() };
        for file in files {
            match file.state {
                State::Whole => sum.checked += 1,
                State::Partly => sum.partly += 1,
                State::Skipped => sum.skipped += 1,
            }
            sum.examined += usize::from(file.linted.examined);
            sum.fixed += file.fixed.len();
            sum.changed += usize::from(!file.fixed.is_empty());
            sum.failed |= file.linted.notices.iter().any(|it| it.kind.is_failure());
            let has = |kind| usize::from(file.linted.notices.iter().any(|it| it.kind == kind));
            sum.unreadable += has(NoticeKind::Unreadable);
            sum.unwritable += has(NoticeKind::Unwritable);
            sum.with_findings += usize::from(file.linted.findings.iter().any(is_open));
            for finding in &file.linted.findings {
                if !is_open(finding) {
                    sum.suppressed += usize::from(finding.suppressed);
                    sum.baselined += usize::from(finding.baselined);
                    continue;
                }
                match finding.severity {
                    Severity::Error => sum.errors += 1,
                    Severity::Warning => sum.warnings += 1,
                    Severity::Info => sum.infos += 1,
                }
                match finding.fix.as_ref().map(|fix| fix.safety) {
                    Ok(Safety::Safe) => sum.fixable += 1,
                    Ok(Safety::Unsafe) => sum.fixable_unsafe += 1,
                    Err(_) => {}
                }
            }
        }
        sum
    }

    /// All files.
    pub fn files(&self) -> usize {
        self.checked + self.partly + self.skipped
    }

    /// All findings that are open.
    pub fn findings(&self) -> usize {
        self.errors + self.warnings + self.infos
    }

    /// The last line of a run, in sentences, without what is zero.
    pub fn line(&self) -> String {
        self.line_of("")
    }

    /// The same, where only the rules `ran` were looked for: ` from 3 rules in `lint``.
    pub(super) fn line_of(&self, ran: &str) -> String {
        let mut sentences: Vec<String> = self.result(ran).into_iter().collect();
        sentences.extend(self.accepted().filter(|_| self.findings() > 0));
        sentences.extend(self.fixes());
        sentences.push(self.scope());
        sentences.join(" ")
    }

    /// The last line of a run that only showed a diff.
    pub fn diff_line(&self) -> String {
        // The findings that would be fixed are still counted.
        let is_safe_only = self.fixed <= self.fixable;
        let more = if is_safe_only { self.fixable_unsafe } else { 0 };
        let sentence = match self.fixed {
            0 if self.failed || more > 0 => None,
            0 => Some("Nothing to fix.".to_owned()),
            fixed => {
                Some(format!("Would fix {} in {}.", plural(fixed, "finding"), plural(self.changed, "file")))
            }
        };
        let mut sentences: Vec<String> = sentence.into_iter().collect();
        match (more, self.fixed) {
            (0, _) => {}
            (_, 0) => sentences.push(format!("{more} fixable with --diff --unsafe-fixes.")),
            _ => sentences.push(format!("{more} more with --diff --unsafe-fixes.")),
        }
        sentences.push(self.scope());
        sentences.join(" ")
    }

    /// What was found and fixed. There is no all-clear where something was not checked.
    fn result(&self, ran: &str) -> Option<String> {
        let severities = || {
            let severities = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")];
            let severities = severities.iter().filter(|(count, _)| *count > 0);
            severities.map(|(count, name)| named(*count, name)).collect::<Vec<_>>().join(", ")
        };
        let accepted = || self.accepted_words().map_or(String::new(), |it| format!(" ({it})"));
        let (found, fixed) = (self.findings(), self.fixed);
        if fixed > 0 {
            let done = format!("Fixed {} in {}", plural(fixed, "finding"), plural(self.changed, "file"));
            return Some(match found {
                0 if self.failed => format!("{done}."),
                0 => format!("{done}; none remain{}.", accepted()),
                1 => format!("{done}; 1 remains ({}).", severities()),
                _ => format!("{done}; {found} remain ({}).", severities()),
            });
        }
        match found {
            0 if self.failed || self.checked + self.partly == 0 => None,
            0 => Some(format!("No findings{ran}{}.", accepted())),
            _ => Some(format!(
                "Found {} ({}) in {}.",
                plural(found, "finding"),
                severities(),
                plural(self.with_findings, "file")
            )),
        }
    }

    /// "10 suppressed, 3 in the baseline"
    fn accepted_words(&self) -> Option<String> {
        let words = [(self.suppressed, "suppressed"), (self.baselined, "in the baseline")];
        let words: Vec<String> = words
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    fn accepted(&self) -> Option<String> {
        self.accepted_words().map(|words| format!("Also {words}."))
    }

    /// The command that fixes more.
    fn fixes(&self) -> Option<String> {
        match (self.fixable, self.fixable_unsafe) {
            (0, 0) => None,
            (safe, 0) => Some(format!("{safe} fixable with --fix.")),
            (0, with_care) => Some(format!("{with_care} fixable with --fix --unsafe-fixes.")),
            (safe, with_care) => {
                Some(format!("{safe} fixable with --fix, {with_care} more with --fix --unsafe-fixes."))
            }
        }
    }

    /// "Checked 4 files, 1 of them in part; 2 skipped."
    fn scope(&self) -> String {
        let checked = self.checked + self.partly;
        let mut out = match (checked, self.failed) {
            (0, false) => "Nothing was checked".to_owned(),
            _ => format!("Checked {}", plural(checked, "file")),
        };
        if self.partly > 0 {
            let _ = if checked == 1 {
                write!(out, ", in part")
            } else {
                write!(out, ", {} of them in part", self.partly)
            };
        }
        let skipped = self.skipped.saturating_sub(self.unreadable);
        for (count, words) in [
            (skipped, format!("{skipped} skipped")),
            (self.unreadable, format!("{} could not be read", plural(self.unreadable, "path"))),
            (self.unwritable, format!("{} could not be written", plural(self.unwritable, "file"))),
        ] {
            if count > 0 {
                let _ = write!(out, "; {words}");
            }
        }
        out + "."
    }
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn named(count: usize, severity: &str) -> String {
    // "2 infos" is not English.
    if severity == "info" { format!("{count} info") } else { plural(count, severity) }
}

/// The settings that fixes removed from the files, one line each: they must be set on the runner.
pub fn removed_settings(files: &[CheckedFile]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in files {
        for gone in &file.fixed {
            let Some(setting) = &gone.removed else { continue };
            let (path, line) = (escape::name(&file.path), gone.start.line);
            let (name, value) = (escape::inline(&setting.name), escape::inline(&setting.value));
            let value = if value.is_empty() { "\"\"".into() } else { value };
            let next = match setting.title.as_str() {
                "" => String::new(),
                title => format!(" (set {} on the runner in GitLab)", escape::inline(title)),
            };
            lines.push(format!("{path}:{line}: removed {name} = {value}{next}"));
        }
    }
    lines
}

/// What is left to do after unsafe fixes, or why they are unsafe: one line for each registration and reason.
pub fn manual_steps(files: &[CheckedFile]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in files {
        let mut said = BTreeSet::new();
        let Some(mask) = &file.before else { continue };
        for gone in &file.fixed {
            let Some(reason) = cautions(&gone.cautions) else { continue };
            if said.insert((gone.unit.clone(), reason.clone())) {
                let (path, line) = (escape::name(&file.path), gone.start.line);
                lines.push(format!("{path}:{line}: unsafe fix: {}", mask.prose(&reason)));
            }
        }
    }
    lines
}

/// What comments were written for and what not, one line each.
pub fn ignored(files: &[CheckedFile]) -> Vec<String> {
    let mut lines = Vec::new();
    for file in files {
        let path = escape::name(&file.path);
        for left in &file.not_ignored {
            let (line, column) = (left.position.line, left.position.column);
            lines.push(format!("{path}:{line}:{column}: `{}` is not ignored: {}", left.rule, left.why));
        }
    }
    let (findings, files) = files
        .iter()
        .filter(|file| file.ignored > 0)
        .fold((0, 0), |sum, file| (sum.0 + file.ignored, sum.1 + 1));
    lines.push(match findings {
        0 => "Nothing was ignored.".to_owned(),
        _ => format!("Ignored {} in {}.", plural(findings, "finding"), plural(files, "file")),
    });
    lines
}

/// More notices of a kind that may be many are one line.
const MOST_ALIKE: usize = 3;

/// Notices, one line each: `path:line: message`; only those that make a run fail if `failures_only` is set.
pub fn notices(files: &[CheckedFile], failures_only: bool) -> Vec<String> {
    let mask = Mask::without_source(false);
    let mut lines = Vec::new();
    let groups: [fn(&Notice) -> bool; 2] = [|it| it.kind == NoticeKind::Dangling, |it| it.message == LEFT];
    let mut groups = groups.map(|is| {
        let count = files.iter().flat_map(|file| &file.linted.notices).filter(|it| is(it)).count();
        (is, count, false)
    });
    if !failures_only && let Some(file) = files.iter().find(|file| is_hidden(&file.path)) {
        let path = escape::name(&file.path);
        lines.push(format!(
            "{path}: note: the name of this file contains a token, shown as `*`: rename the file"
        ));
    }
    for file in files {
        for notice in file.linted.notices.iter().filter(|it| !failures_only || it.kind.is_failure()) {
            let word = match notice.kind {
                NoticeKind::Unreadable | NoticeKind::Unwritable => "error",
                _ => "note",
            };
            // The user may have pasted a token instead of a path.
            let path = mask.prose(&escape::name(&file.path));
            // A folder of build products may have hundreds of links to nowhere, a hostile one of anything.
            let group = groups.iter_mut().find(|(is, count, _)| *count > MOST_ALIKE && is(notice));
            if let Some((_, count, told)) = group {
                if !std::mem::replace(told, true) {
                    lines.push(format!("{path}: {word}: {}, and {} more", notice.message, *count - 1));
                }
                continue;
            }
            let line = notice.position.map_or(String::new(), |at| format!(":{}", at.line));
            lines.push(format!("{path}{line}: {word}: {}", mask.prose(&notice.message)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_says_what_is_so() {
        let clear = Summary { checked: 4, ..Summary::default() };
        let found = Summary { errors: 1, warnings: 5, with_findings: 1, fixable_unsafe: 6, ..clear };
        let failed = Summary { skipped: 1, unreadable: 1, failed: true, ..Summary::default() };
        for (summary, line) in [
            (clear, "No findings. Checked 4 files."),
            (
                found,
                "Found 6 findings (1 error, 5 warnings) in 1 file. 6 fixable with --fix --unsafe-fixes. \
                 Checked 4 files.",
            ),
            (
                Summary { suppressed: 10, baselined: 3, checked: 3, ..clear },
                "No findings (10 suppressed, 3 in the baseline). Checked 3 files.",
            ),
            (
                Summary { infos: 2, with_findings: 2, fixable: 1, fixable_unsafe: 1, suppressed: 1, ..clear },
                "Found 2 findings (2 info) in 2 files. Also 1 suppressed. \
                 1 fixable with --fix, 1 more with --fix --unsafe-fixes. Checked 4 files.",
            ),
            (
                Summary {
                    fixed: 2,
                    changed: 1,
                    warnings: 4,
                    with_findings: 1,
                    checked: 3,
                    partly: 1,
                    ..clear
                },
                "Fixed 2 findings in 1 file; 4 remain (4 warnings). Checked 4 files, 1 of them in part.",
            ),
            (
                Summary { fixed: 1, changed: 1, skipped: 3, ..clear },
                "Fixed 1 finding in 1 file; none remain. Checked 4 files; 3 skipped.",
            ),
            (
                Summary { fixed: 1, changed: 1, unwritable: 1, failed: true, ..clear },
                "Fixed 1 finding in 1 file. Checked 4 files; 1 file could not be written.",
            ),
            (failed, "Checked 0 files; 1 path could not be read."),
            (Summary { checked: 2, ..failed }, "Checked 2 files; 1 path could not be read."),
            (Summary { partly: 1, ..Summary::default() }, "No findings. Checked 1 file, in part."),
            (Summary { skipped: 2, ..Summary::default() }, "Nothing was checked; 2 skipped."),
        ] {
            assert_eq!(summary.line(), line, "{summary:?}");
        }
    }

    #[test]
    fn the_last_line_of_a_diff_says_what_would_be_fixed() {
        let clear = Summary { checked: 4, ..Summary::default() };
        for (summary, line) in [
            (clear, "Nothing to fix. Checked 4 files."),
            (
                Summary { fixed: 2, changed: 1, fixable: 2, ..clear },
                "Would fix 2 findings in 1 file. Checked 4 files.",
            ),
            (
                Summary { fixed: 2, changed: 1, fixable: 2, fixable_unsafe: 1, ..clear },
                "Would fix 2 findings in 1 file. 1 more with --diff --unsafe-fixes. Checked 4 files.",
            ),
            (
                Summary { fixed: 3, changed: 1, fixable: 2, fixable_unsafe: 1, ..clear },
                "Would fix 3 findings in 1 file. Checked 4 files.",
            ),
            (
                Summary { warnings: 3, fixable_unsafe: 3, ..clear },
                "3 fixable with --diff --unsafe-fixes. Checked 4 files.",
            ),
            (
                Summary { unreadable: 1, skipped: 1, failed: true, ..Summary::default() },
                "Checked 0 files; 1 path could not be read.",
            ),
        ] {
            assert_eq!(summary.diff_line(), line, "{summary:?}");
        }
    }
}
