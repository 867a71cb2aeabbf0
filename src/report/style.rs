use super::wrap;
use crate::finding::Severity;

/// How the lines begin that name the files of a diff.
const NAMES: [&str; 4] = ["--- a/", "+++ b/", "--- \"a/", "+++ \"b/"];

/// Columns where there is no terminal.
const WIDTH: usize = 100;
/// The fewest and the most columns that are used of a terminal.
const NARROWEST: usize = 60;
const WIDEST: usize = 120;

/// How text is drawn: colors, characters, width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// ANSI colors are wanted.
    pub colour: bool,
    /// Drawings consist of ASCII characters only.
    pub ascii: bool,
    /// Columns of a line.
    pub width: usize,
    /// Whether a terminal breaks longer lines.
    pub terminal: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: false, ascii: false, width: WIDTH, terminal: false }
    }
}

impl Style {
    /// The same for a terminal of `columns` columns.
    #[must_use]
    pub fn on_terminal(self, columns: usize) -> Self {
        Self { width: columns.clamp(NARROWEST, WIDEST), terminal: true, ..self }
    }

    /// Sentences in lines of the width; nothing is broken inside a word or a code span.
    pub fn wrapped(self, text: &str) -> String {
        wrap::fill(text, self.width, ("", ""))
    }

    /// Columns of the text of a mark: where nothing breaks lines it is on one line, if it is not too long.
    pub(super) fn text_width(self) -> usize {
        if self.terminal { self.width } else { WIDEST }
    }

    /// The sign for what is not shown of a line.
    pub(super) fn ellipsis(self) -> &'static str {
        if self.ascii { "..." } else { "…" }
    }

    /// The sign for lines that are not shown.
    pub(super) fn gap(self) -> &'static str {
        if self.ascii { "..." } else { "⋮" }
    }

    /// What only explains.
    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// `text` in the color `code` (ANSI SGR parameters).
    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A word that says how bad something is.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Info => "1;34",
        };
        self.paint(code, text)
    }

    /// The word before a remark.
    pub fn heading(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// A removed line.
    pub fn removed(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// A line that comes.
    pub fn added(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What should stand out.
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// A unified diff, in color.
    pub fn diff(self, diff: &str) -> String {
        if !self.colour {
            return diff.to_owned();
        }
        let mut out = String::with_capacity(diff.len() * 2);
        for line in diff.lines() {
            out.push_str(&match line.as_bytes().first() {
                // A removed line may begin with `-- ` too.
                _ if NAMES.iter().any(|name| line.starts_with(name)) => self.strong(line),
                Some(b'-') => self.removed(line),
                Some(b'+') => self.added(line),
                Some(b'@') => self.heading(line),
                _ => line.to_owned(),
            });
            out.push('\n');
        }
        out
    }
}
