//! A table of repositories. Names are in code spans, and never end a cell.

use super::Merged;
use super::rows::Row;
use crate::report::Style;
use crate::report::job_summary::{code, more};
use std::io::{self, Write};

/// Repositories that are listed.
const MOST_ROWS: usize = 1000;

pub(super) fn write(merged: &Merged, _: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## runnerlint\n\n{}", merged.summary())?;
    let rows = &merged.sums.rows;
    if !rows.is_empty() {
        writeln!(
            out,
            "\n| repository | errors | warnings | info | legacy | mixed | exists | unknown | roads |"
        )?;
        writeln!(out, "|---|--:|--:|--:|--:|--:|--:|--:|---|")?;
    }
    rows.iter().take(MOST_ROWS).try_for_each(|it| row(it, out))?;
    more(rows.len(), MOST_ROWS, " repositories", out)?;
    if !merged.failures.is_empty() {
        writeln!(out, "\n### Reports that could not be read\n")?;
        for (number, error) in merged.failures.iter().take(MOST_ROWS) {
            let name = merged.inputs.get(*number).map_or("", |it| it.name.as_str());
            writeln!(out, "- {}: {error}", code(name))?;
        }
        more(merged.failures.len(), MOST_ROWS, "", out)?;
    }
    Ok(())
}

fn row(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    let [errors, warnings, infos] = row.findings;
    let [legacy, mixed, exists, unknown] = row.states;
    let roads: Vec<String> = row.roads.iter().map(|(road, count)| format!("{road} {count}")).collect();
    let name = code(row.origin.title());
    writeln!(
        out,
        "| {name} | {errors} | {warnings} | {infos} | {legacy} | {mixed} | {exists} | {unknown} | {} |",
        roads.join(", ")
    )
}
