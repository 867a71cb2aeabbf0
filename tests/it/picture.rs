//! The picture of a finding in the README: the real output, colors and all, as SVG.

use crate::generated::{Files, assert_current};
use crate::support::{PROGRAM, root};
use std::fmt::Write as _;
use std::process::Command;

/// Pixels of a column and a line.
const CELL: (usize, usize) = (8, 18);

/// Pixels around the text.
const MARGIN: usize = 16;

const BACKGROUND: &str = "#1e1e2e";
const PLAIN: &str = "#cdd6f4";

pub(crate) fn files() -> Files {
    let output = Command::new(PROGRAM)
        .args(["check", "--color", "always", "--quiet", "deploy/values.yaml"])
        .current_dir(root().join("tests/readme"))
        .env_clear()
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    [("docs/finding.svg".to_owned(), svg(&String::from_utf8(output.stdout).unwrap()))].into()
}

#[test]
#[cfg(unix)]
fn the_picture_is_current() {
    assert_current(&files());
}

/// How a piece of text is shown.
#[derive(Clone, Copy, Default)]
struct Style {
    color: Option<&'static str>,
    bold: bool,
    dim: bool,
}

impl Style {
    /// After one number of a control sequence of colors (SGR).
    fn after(self, number: &str) -> Self {
        let color = |color| Self { color: Some(color), ..self };
        match number {
            "" | "0" => Self::default(),
            "1" => Self { bold: true, ..self },
            "2" => Self { dim: true, ..self },
            "22" => Self { bold: false, dim: false, ..self },
            "31" | "91" => color("#f38ba8"),
            "32" | "92" => color("#a6e3a1"),
            "33" | "93" => color("#f9e2af"),
            "34" | "94" => color("#89b4fa"),
            "35" | "95" => color("#cba6f7"),
            "36" | "96" => color("#94e2d5"),
            "39" => Self { color: None, ..self },
            "4" | "24" | "53" | "55" => self,
            other => panic!("the picture has no color for {other}"),
        }
    }
}

fn svg(text: &str) -> String {
    let columns = text.lines().map(|line| strip(line).chars().count()).max().unwrap_or_default();
    let lines = text.lines().count();
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, lines * CELL.1 + 2 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>A finding of runnerlint</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\">\n"
    );
    let mut style = Style::default();
    for (row, line) in text.lines().enumerate() {
        let y = MARGIN + (row + 1) * CELL.1 - 4;
        let mut column = 0;
        for (index, piece) in line.split("\u{1b}[").enumerate() {
            let shown = match piece.split_once('m').filter(|_| index > 0) {
                Some((numbers, shown)) => {
                    style = numbers.split(';').fold(style, Style::after);
                    shown
                }
                None => piece,
            };
            let length = shown.chars().count();
            let start = length - shown.trim_start().chars().count();
            let shown = shown.trim();
            if !shown.is_empty() {
                let x = MARGIN + (column + start) * CELL.0;
                let fill = style.color.unwrap_or(PLAIN);
                let bold = if style.bold { " font-weight=\"bold\"" } else { "" };
                let dim = if style.dim { " opacity=\"0.6\"" } else { "" };
                let text = shown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                // Viewers join spaces.
                let text = text.replace(' ', "\u{a0}");
                let wide = shown.chars().count() * CELL.0;
                writeln!(
                    out,
                    "<text x=\"{x}\" y=\"{y}\" textLength=\"{wide}\" fill=\"{fill}\"{bold}{dim}>{text}</text>"
                )
                .unwrap();
            }
            column += length;
        }
    }
    out + "</g>\n</svg>\n"
}

/// A line without its control sequences.
fn strip(line: &str) -> String {
    let mut pieces = line.split("\u{1b}[");
    let first = pieces.next().unwrap_or_default().to_owned();
    first + &pieces.map(|piece| piece.split_once('m').map_or("", |(_, shown)| shown)).collect::<String>()
}
