use super::words::headline;
use super::xml::{DECLARATION, escape};
use super::{Run, is_open};
use crate::escape::inline;
use std::io::{self, Write};

/// Checkstyle's XML: files with errors, of any severity.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{DECLARATION}\n<checkstyle version=\"4.3\">")?;
    for file in run.files.iter().filter(|file| file.linted.findings.iter().any(is_open)) {
        let mask = file.mask(run.show_secrets);
        writeln!(out, "  <file name=\"{}\">", escape(&inline(&file.path)))?;
        for finding in file.linted.findings.iter().filter(|it| is_open(it)) {
            let start = file.source.position(finding.span.start());
            writeln!(
                out,
                "    <error line=\"{}\" column=\"{}\" severity=\"{}\" message=\"{}\" source=\"runnerlint.{}\"/>",
                start.line,
                start.column,
                finding.severity.as_str(),
                escape(&format!("{} [{}]", headline(finding, &mask), finding.rule)),
                escape(&finding.rule),
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn files_hold_their_findings() {
        insta::assert_snapshot!(samples::text(super::write));
        insta::assert_snapshot!(samples::empty(super::write), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <checkstyle version="4.3">
        </checkstyle>
        "#);
    }
}
