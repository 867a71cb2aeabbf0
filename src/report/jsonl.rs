use super::Run;
use super::json::{self, Counts, JsonFinding, JsonGone, Progress, Remark};
use serde::Serialize;
use std::io::{self, Write};

/// One line; the objects are those of the `json` format.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum JsonLine<'a> {
    Finding(Box<JsonFinding<'a>>),
    Notice(Remark<'a>),
    Fixed(JsonGone<'a>),
    Baseline(Progress),
    Summary(JsonlLast),
}

#[derive(Serialize)]
struct JsonlLast {
    version: u32,
    #[serde(flatten)]
    counts: Counts,
}

/// `{"type": "finding", …}`, file by file; the last line is the summary.
pub(super) fn write(run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in run.files {
        for entry in json::entries(run, file) {
            json::line(&JsonLine::Finding(Box::new(entry)), out)?;
        }
        for remark in json::remarks(run, file) {
            json::line(&JsonLine::Notice(remark), out)?;
        }
        for gone in json::gone(run, file) {
            json::line(&JsonLine::Fixed(gone), out)?;
        }
    }
    if let Some(baseline) = run.baseline {
        json::line(&JsonLine::Baseline(json::progress(baseline)), out)?;
    }
    json::line(&JsonLine::Summary(JsonlLast { version: json::VERSION, counts: json::counts(run) }), out)
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    #[test]
    fn each_finding_is_a_line() {
        insta::assert_snapshot!(samples::text(super::write));
    }
}
