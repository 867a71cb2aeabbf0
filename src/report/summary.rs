use super::is_open;
use crate::escape;
use crate::finding::{Notice, NoticeKind, Safety, Severity};
use crate::mask::{Mask, is_hidden};
use crate::run::{Checked, State};
use crate::walk::{LEFT, Passed};
use std::fmt::Write as _;

/// What a run found, in numbers. Suppressed and known findings are counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings that fail with the version that is judged by.
    pub errors: usize,
    /// Findings without effect, or that stop working later.
    pub warnings: usize,
    /// Findings worth knowing.
    pub infos: usize,
    /// Findings that a comment in the file accepts.
    pub suppressed: usize,
    /// Findings that the baseline knows.
    pub baselined: usize,
    /// Findings that are gone by fixing.
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
    /// Whether something could not be read or written.
    pub failed: bool,
}

impl Summary {
    /// Counts.
    pub fn of(files: &[Checked], passed: Passed) -> Self {
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

    /// The last line of a run.
    pub fn line(&self) -> String {
        let mut out = String::new();
        if self.fixed > 0 {
            let _ =
                write!(out, "Fixed {} in {}; ", plural(self.fixed, "finding"), plural(self.changed, "file"));
        }
        match self.findings() {
            0 if self.checked + self.partly == 0 => out.push_str("Nothing was checked"),
            0 if self.failed => out.push_str("Not everything was checked"),
            0 if self.fixed > 0 => out.push_str("none remain"),
            0 if self.baselined > 0 => out.push_str("No new legacy registration found"),
            0 => out.push_str("No legacy registration found"),
            count => {
                out.push_str(if self.fixed > 0 { "remaining: " } else { "Found " });
                let _ = write!(out, "{} (", plural(count, "finding"));
                let severities = [(self.errors, "error"), (self.warnings, "warning"), (self.infos, "info")];
                let severities = severities.iter().filter(|(count, _)| *count > 0);
                out.push_str(
                    &severities.map(|(count, name)| named(*count, name)).collect::<Vec<_>>().join(", "),
                );
                out.push(')');
            }
        }
        self.push_fixable(&mut out);
        if self.suppressed > 0 {
            let _ = write!(out, "; {} suppressed", self.suppressed);
        }
        if self.baselined > 0 {
            let _ = write!(out, "; {} baselined", self.baselined);
        }
        let _ = write!(out, "; {} checked", plural(self.checked, "file"));
        let _ = write!(out, ", {} partly checked, {} skipped.", self.partly, self.skipped);
        out
    }

    fn push_fixable(&self, out: &mut String) {
        let _ = match (self.fixable, self.fixable_unsafe) {
            (0, 0) => Ok(()),
            (safe, 0) => write!(out, "; {safe} fixable with `--fix`"),
            (0, with_care) => write!(out, "; {with_care} fixable with `--fix --unsafe-fixes`"),
            (safe, with_care) => {
                write!(out, "; {safe} fixable with `--fix`, {with_care} more with `--fix --unsafe-fixes`")
            }
        };
    }

    /// The last line of a run that only showed a diff.
    pub fn diff_line(&self) -> String {
        let mut out = match self.fixed {
            0 => "Nothing to fix".to_owned(),
            fixed => format!("Would fix {} in {}", plural(fixed, "finding"), plural(self.changed, "file")),
        };
        let _ = write!(out, "; {} checked", plural(self.checked, "file"));
        let _ = write!(out, ", {} partly checked, {} skipped.", self.partly, self.skipped);
        out
    }
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn named(count: usize, severity: &str) -> String {
    // "2 infos" is no word.
    if severity == "info" { format!("{count} info") } else { plural(count, severity) }
}

/// The settings that fixes removed from the files, one line each: they must be set on the runner.
pub fn removed_settings(files: &[Checked]) -> Vec<String> {
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

/// What comments were written for and what not, one line each.
pub fn ignored(files: &[Checked]) -> Vec<String> {
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
pub fn notices(files: &[Checked], failures_only: bool) -> Vec<String> {
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
            // What somebody pasted in the place of a path may be a token.
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
    fn the_last_line_counts_everything() {
        let quiet = Summary { checked: 120, skipped: 3, ..Summary::default() };
        assert_eq!(
            quiet.line(),
            "No legacy registration found; 120 files checked, 0 partly checked, 3 skipped."
        );
        let found =
            Summary { errors: 1, infos: 2, fixable: 1, fixable_unsafe: 2, checked: 1, partly: 1, ..quiet };
        assert_eq!(
            found.line(),
            "Found 3 findings (1 error, 2 info); 1 fixable with `--fix`, 2 more with `--fix --unsafe-fixes`; \
             1 file checked, 1 partly checked, 3 skipped."
        );
        let fixed = Summary { fixed: 2, changed: 1, checked: 1, ..Summary::default() };
        assert_eq!(
            fixed.line(),
            "Fixed 2 findings in 1 file; none remain; 1 file checked, 0 partly checked, 0 skipped."
        );
    }
}
