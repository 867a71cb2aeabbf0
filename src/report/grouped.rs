use super::words::headline;
use super::{NO_REPOSITORY, Run, is_open, wrap};
use crate::escape;
use crate::finding::Finding;
use std::io::{self, Write};

/// The findings of each file below its name: `  5:3  error    message (reason) [rule]`.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut is_first = true;
    let mut last = None;
    for file in run.files {
        let findings: Vec<&Finding> = file.linted.findings.iter().filter(|it| is_open(it)).collect();
        if findings.is_empty() {
            continue;
        }
        if !std::mem::replace(&mut is_first, false) {
            writeln!(out)?;
        }
        let repository = run.repository_of(file);
        if let Some(name) = repository.filter(|_| repository != last) {
            let head = match name {
                NO_REPOSITORY => "Not in a repository".to_owned(),
                name => format!("Repository {}", escape::name(name)),
            };
            writeln!(out, "{}\n", run.style.strong(&head))?;
            last = repository;
        }
        writeln!(out, "{}", run.style.strong(&escape::name(&file.path)))?;
        let mask = file.mask(run.show_secrets);
        let places = findings.iter().map(|finding| {
            let start = file.source.position(finding.span.start());
            format!("{}:{}", start.line, start.column)
        });
        let places: Vec<String> = places.collect();
        let width = places.iter().map(String::len).max().unwrap_or_default();
        for (finding, place) in findings.into_iter().zip(places) {
            let severity = finding.severity.as_str();
            let padding = " ".repeat("warning".len() - severity.len() + 2);
            let first =
                format!("  {place:>width$}  {}{padding}", run.style.severity(finding.severity, severity));
            let text =
                format!("{} {}", headline(finding, &mask), run.style.dim(&format!("[{}]", finding.rule)));
            if run.style.terminal {
                let rest = " ".repeat(2 + width + 2 + "warning".len() + 2);
                writeln!(out, "{}", wrap::fill(&text, run.style.width, (&first, &rest)))?;
            } else {
                writeln!(out, "{first}{text}")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn findings_are_below_the_name_of_their_file() {
        insta::assert_snapshot!(samples::text(super::write));
        assert_eq!(samples::empty(super::write), "");
    }
}
