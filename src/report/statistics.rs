use super::{Run, is_open};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How often each rule found something, most often first: `12  warning  register-server-option  [*]`, the star where
/// `--fix` helps.
///
/// # Errors
/// Where `out` takes no more.
pub fn statistics(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut counts = BTreeMap::new();
    for finding in run.files.iter().flat_map(|file| &file.linted.findings).filter(|it| is_open(it)) {
        let (count, worst, fixable) =
            counts.entry(&*finding.rule).or_insert((0_usize, finding.severity, false));
        *count += 1;
        *worst = finding.severity.max(*worst);
        *fixable |= finding.fix.is_ok();
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(rule, (count, ..))| (std::cmp::Reverse(*count), *rule));
    let width = rows.first().map_or(0, |(_, (count, ..))| count.to_string().len());
    for (rule, (count, severity, fixable)) in rows {
        let star = if fixable { "  [*]" } else { "" };
        let padding = " ".repeat("warning".len() - severity.as_str().len());
        let severity = run.style.severity(severity, severity.as_str());
        writeln!(out, "{count:>width$}  {severity}{padding}  {rule}{star}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn rules_are_counted_most_often_first() {
        insta::assert_snapshot!(samples::text(super::statistics));
    }
}
