use crate::finding::Severity;

/// How the lines begin that name the files of a diff.
const NAMES: [&str; 4] = ["--- a/", "+++ b/", "--- \"a/", "+++ \"b/"];

/// Whether and how text is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours are wanted.
    pub colour: bool,
}

impl Style {
    /// `text` in the colour `code` (ANSI SGR parameters).
    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// A word that says how bad something is.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Error => "1;31",
            Severity::Warning => "1;33",
            Severity::Info => "1;36",
        };
        self.paint(code, text)
    }

    /// The word before a remark.
    pub fn heading(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// A line that goes.
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

    /// A unified diff, coloured.
    pub fn diff(self, diff: &str) -> String {
        if !self.colour {
            return diff.to_owned();
        }
        let mut out = String::with_capacity(diff.len() * 2);
        for line in diff.lines() {
            out.push_str(&match line.as_bytes().first() {
                // A line that goes may begin with `-- ` too.
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
