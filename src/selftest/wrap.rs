//! Texts that contain an example: what a rule finds does not depend on where it is written.

/// A text around a text.
pub(super) struct Wrapping {
    /// The language of the text inside.
    pub(super) language: &'static str,
    /// What it is called in a message.
    pub(super) what: &'static str,
    /// The name of the file.
    pub(super) path: &'static str,
    before: &'static str,
    indent: &'static str,
    after: &'static str,
}

/// Those that leave every line as it is, so that what must come of a fix is known.
pub(super) const WRAPPINGS: &[Wrapping] = &[
    Wrapping {
        language: "shell",
        what: "a `script:` of GitLab CI",
        path: ".gitlab-ci.yml",
        before: "job:\n  script:\n    - |\n",
        indent: "      ",
        after: "  tags: [a]\n",
    },
    Wrapping {
        language: "shell",
        what: "a here-document",
        path: "script.sh",
        before: "ssh host bash <<'END_OF_TEXT'\n",
        indent: "",
        after: "END_OF_TEXT\n",
    },
    Wrapping {
        language: "shell",
        what: "a code block of Markdown",
        path: "notes.md",
        before: "# Notes\n\n```sh\n",
        indent: "",
        after: "```\n",
    },
    Wrapping {
        language: "yaml",
        what: "a code block of Markdown",
        path: "notes.md",
        before: "# Notes\n\n```yaml\n",
        indent: "",
        after: "```\n",
    },
];

impl Wrapping {
    /// `text` in it.
    pub(super) fn wrap(&self, text: &str) -> String {
        let mut out = self.before.to_owned();
        for line in text.lines() {
            if !line.is_empty() {
                out.push_str(self.indent);
            }
            out.push_str(line);
            out.push('\n');
        }
        out + self.after
    }
}
