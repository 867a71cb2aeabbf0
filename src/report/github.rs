use super::words::headline;
use super::{Run, fix_line, is_open};
use crate::escape;
use crate::finding::{NoticeKind, Severity};
use crate::mask::Mask;
use std::io::{self, Write};

/// `::error file=…,line=…,col=…,title=…::message`: a workflow command of GitHub Actions for each finding, and one for each
/// file that was not checked as a whole.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in run.files {
        let path = property(&escape::name(&file.path));
        if file.linted.findings.iter().any(is_open) {
            let mask = file.mask(run.show_secrets);
            for finding in file.linted.findings.iter().filter(|it| is_open(it)) {
                let command = match finding.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Info => "notice",
                };
                let (start, end) =
                    (file.source.position(finding.span.start()), file.source.position(finding.span.end()));
                let lines = [headline(finding, &mask), mask.prose(&finding.help)].into_iter();
                let lines: Vec<_> =
                    lines.filter(|it| !it.is_empty()).chain(fix_line(finding, &mask)).collect();
                let message = data(&lines.join("\n"));
                writeln!(
                    out,
                    "::{command} file={path},line={},endLine={},col={},endColumn={},title={}::{message}",
                    start.line,
                    end.line,
                    start.column,
                    end.column,
                    property(&finding.rule),
                )?;
            }
        }
        let mask = Mask::without_source(false);
        for notice in file.linted.notices.iter().filter(|it| it.kind != NoticeKind::Skipped) {
            let command = if notice.kind.is_failure() { "error" } else { "notice" };
            let line = notice.position.map_or(String::new(), |at| format!(",line={}", at.line));
            let message = data(&mask.prose(&notice.message));
            writeln!(out, "::{command} file={path}{line},title=not checked as a whole::{message}")?;
        }
    }
    Ok(())
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn each_finding_is_an_annotation() {
        insta::assert_snapshot!(samples::text(super::write));
        assert_eq!(samples::empty(super::write), "");
    }
}
