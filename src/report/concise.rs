use super::words::headline;
use super::{Run, is_open};
use crate::escape;
use std::io::{self, Write};

/// `path:line:column: warning: message (reason) [rule-id]`
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in run.files {
        let shown: Vec<_> = file.linted.findings.iter().filter(|it| is_open(it)).collect();
        if shown.is_empty() {
            continue;
        }
        let mask = file.mask(run.show_secrets);
        let path = run.style.strong(&escape::name(&file.path));
        for finding in shown {
            let start = file.source.position(finding.span.start());
            let severity = run.style.severity(finding.severity, finding.severity.as_str());
            let message = headline(finding, &mask);
            writeln!(
                out,
                "{path}:{}:{}: {severity}: {message} [{}]",
                start.line, start.column, finding.rule
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn one_line_for_each_finding() {
        insta::assert_snapshot!(samples::text(super::write));
    }
}
