use super::words::headline;
use super::xml::{DECLARATION, escape};
use super::{Run, fix_line, is_open};
use crate::escape::{inline, name};
use crate::finding::Notice;
use crate::mask::Mask;
use crate::run::CheckedFile;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// JUnit's XML: a suite for each file, a test for each finding, an error for what could not be read or written. A test fails
/// if its finding makes the run fail. If all is well, one test that passed, because no test at all looks like no run.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let suites: Vec<Suite<'_>> = run.files.iter().filter_map(Suite::of).collect();
    let sum = |count: fn(&Suite<'_>) -> usize| suites.iter().map(count).sum::<usize>();
    let (failures, errors) = (sum(|suite| suite.failures), sum(|suite| suite.errors.len()));
    let tests = sum(|suite| suite.tests);
    writeln!(out, "{DECLARATION}")?;
    writeln!(
        out,
        "<testsuites name=\"runnerlint\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\">",
        tests.max(1)
    )?;
    for suite in &suites {
        suite.write(run, out)?;
    }
    if suites.is_empty() {
        writeln!(out, "  <testsuite name=\"runnerlint\" tests=\"1\" failures=\"0\" errors=\"0\">")?;
        writeln!(out, "    <testcase name=\"no findings\" classname=\"runnerlint\"/>")?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

struct Suite<'a> {
    file: &'a CheckedFile,
    tests: usize,
    failures: usize,
    errors: Vec<&'a Notice>,
}

impl<'a> Suite<'a> {
    fn of(file: &'a CheckedFile) -> Option<Self> {
        let findings = || file.linted.findings.iter().filter(|it| is_open(it));
        let failures = findings().filter(|it| file.fail_on.fails(it.severity)).count();
        let errors: Vec<_> = file.linted.notices.iter().filter(|it| it.kind.is_failure()).collect();
        let tests = findings().count() + errors.len();
        (tests > 0).then_some(Self { file, tests, failures, errors })
    }

    fn write(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let path = escape(&inline(&self.file.path));
        let (tests, failures, errors) = (self.tests, self.failures, self.errors.len());
        writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">"
        )?;
        let mask = self.file.mask(run.show_secrets);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for finding in self.file.linted.findings.iter().filter(|it| is_open(it)) {
            let message = mask.prose(&finding.message);
            // A test is recognized by its name from run to run: the name contains no line number.
            let mut test = format!("{}: {message}", finding.rule);
            let count = seen.entry(test.clone()).or_default();
            *count += 1;
            if *count > 1 {
                test.push_str(&format!(" ({count})"));
            }
            let start = self.file.source.position(finding.span.start());
            let place = format!("{}:{}:{}", name(&self.file.path), start.line, start.column);
            let details = [place, mask.prose(&finding.help)].into_iter().chain(fix_line(finding, &mask));
            let details = details.chain([finding.url.to_string()]);
            let details: Vec<_> = details.filter(|it| !it.is_empty()).collect();
            writeln!(out, "    <testcase name=\"{}\" classname=\"{path}\">", escape(&test))?;
            let (severity, details) = (finding.severity.as_str(), details.join("\n"));
            let message = headline(finding, &mask);
            if self.file.fail_on.fails(finding.severity) {
                let (message, details) = (escape(&message), escape(&details));
                writeln!(
                    out,
                    "      <failure type=\"{severity}\" message=\"{message}\">{details}</failure>"
                )?;
            } else {
                let text = escape(&format!("{severity}: {message}\n{details}"));
                writeln!(out, "      <system-out>{text}</system-out>")?;
            }
            writeln!(out, "    </testcase>")?;
        }
        let mask = Mask::without_source(false);
        for notice in &self.errors {
            let message = escape(&mask.prose(&notice.message));
            writeln!(out, "    <testcase name=\"the file was checked\" classname=\"{path}\">")?;
            writeln!(out, "      <error type=\"incomplete\" message=\"{message}\"/>")?;
            writeln!(out, "    </testcase>")?;
        }
        writeln!(out, "  </testsuite>")
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn each_finding_is_a_failed_test() {
        insta::assert_snapshot!(samples::text(super::write));
        insta::assert_snapshot!(samples::empty(super::write), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="runnerlint" tests="1" failures="0" errors="0">
          <testsuite name="runnerlint" tests="1" failures="0" errors="0">
            <testcase name="no findings" classname="runnerlint"/>
          </testsuite>
        </testsuites>
        "#);
    }
}
