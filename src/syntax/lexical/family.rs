//! How the languages of a family write comments and strings.

use super::objects::{Lines, Objects};

/// Languages that write comments and strings alike.
#[derive(Debug)]
pub(crate) struct Family {
    pub(super) name: &'static str,
    pub(super) aliases: &'static [&'static str],
    pub(super) files: &'static [&'static str],
    /// Programs that a script of it names in its first line.
    pub(super) interpreters: &'static [&'static str],
    /// What begins a comment up to the end of the line.
    pub(super) line_comments: &'static [&'static str],
    /// What begins and ends a comment over several lines.
    pub(super) block_comments: &'static [(&'static str, &'static str)],
    /// How it writes strings; a longer opening sign comes before a shorter one.
    pub(super) strings: &'static [StringSyntax],
    /// What opens a here-document.
    pub(super) heredoc: Option<&'static str>,
    /// What joins strings.
    pub(super) joiner: &'static str,
    /// Whether strings side by side are one string.
    pub(super) adjacent: bool,
    /// Whether `{name}` in a string is replaced by a value.
    pub(super) braces: bool,
    /// How it writes keys and values, where those are read.
    pub(super) objects: Option<Objects>,
}

/// A way to write a string.
#[derive(Clone, Copy, Debug)]
pub(super) struct StringSyntax {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    pub(super) escape: Escape,
    /// Whether it may contain line ends.
    pub(super) lines: bool,
}

/// What is an escape in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// `\n`, `\"`, `\` at a line end.
    Backslash,
    /// `\\` and `\'` alone.
    Quote,
    /// The closing sign twice.
    Doubled,
    /// `''$`, `'''`
    Nix,
    /// Nothing.
    Raw,
}

const fn form(open: &'static str, close: &'static str, escape: Escape, lines: bool) -> StringSyntax {
    StringSyntax { open, close, escape, lines }
}

const DOUBLE: StringSyntax = form("\"", "\"", Escape::Backslash, false);
const SINGLE: StringSyntax = form("'", "'", Escape::Backslash, false);
const DOUBLE_LINES: StringSyntax = form("\"", "\"", Escape::Backslash, true);
const SINGLE_LINES: StringSyntax = form("'", "'", Escape::Quote, true);
const TRIPLE_DOUBLE: StringSyntax = form("\"\"\"", "\"\"\"", Escape::Backslash, true);
const TRIPLE_SINGLE: StringSyntax = form("'''", "'''", Escape::Backslash, true);

const C_LIKE: Family = Family {
    name: "",
    aliases: &[],
    files: &[],
    interpreters: &[],
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    strings: &[TRIPLE_DOUBLE, DOUBLE, SINGLE],
    heredoc: None,
    joiner: "+",
    adjacent: false,
    braces: false,
    objects: None,
};

const HASH_LIKE: Family =
    Family { line_comments: &["#"], block_comments: &[], strings: &[DOUBLE_LINES, SINGLE_LINES], ..C_LIKE };

pub(crate) static GROOVY: Family = Family {
    name: "groovy",
    aliases: &["jenkinsfile", "gradle"],
    files: &["jenkinsfile", "jenkinsfile.*", "*.jenkinsfile", "*.groovy", "*.gradle"],
    interpreters: &["groovy"],
    strings: &[TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE],
    ..C_LIKE
};

pub(crate) static JAVA: Family = Family { name: "java", files: &["*.java", "*.scala"], ..C_LIKE };

pub(crate) static KOTLIN: Family =
    Family { name: "kotlin", aliases: &["kt"], files: &["*.kt", "*.kts"], ..C_LIKE };

pub(crate) static CSHARP: Family = Family {
    name: "csharp",
    aliases: &["cs", "c#"],
    files: &["*.cs", "*.csx"],
    strings: &[TRIPLE_DOUBLE, form("@\"", "\"", Escape::Doubled, true), DOUBLE, SINGLE],
    braces: true,
    ..C_LIKE
};

pub(crate) static JAVASCRIPT: Family = Family {
    name: "javascript",
    aliases: &["js", "typescript", "ts", "jsx", "tsx", "node"],
    files: &["*.js", "*.mjs", "*.cjs", "*.jsx", "*.ts", "*.mts", "*.cts", "*.tsx"],
    interpreters: &["node", "deno", "bun", "zx"],
    strings: &[form("`", "`", Escape::Backslash, true), DOUBLE, SINGLE],
    objects: Some(Objects {
        assigns: &[":", "="],
        spaced: false,
        lines: Lines::Blocks,
        ordered: true,
        shorthand: true,
        expression: "${",
        nothing: &["null", "undefined"],
    }),
    ..C_LIKE
};

pub(crate) static GO: Family = Family {
    name: "go",
    aliases: &["golang"],
    files: &["*.go"],
    strings: &[form("`", "`", Escape::Raw, true), DOUBLE, SINGLE],
    objects: Some(Objects {
        assigns: &[":=", ":", "="],
        spaced: false,
        lines: Lines::Blocks,
        ordered: true,
        shorthand: false,
        expression: "%",
        nothing: &["nil"],
    }),
    ..C_LIKE
};

pub(crate) static RUST: Family = Family {
    name: "rust",
    aliases: &["rs"],
    files: &["*.rs"],
    // A single quote begins a character or a lifetime: only the character `"` matters. The `r` before `#"` is a word.
    strings: &[
        form("##\"", "\"##", Escape::Raw, true),
        form("#\"", "\"#", Escape::Raw, true),
        form("'\"", "'", Escape::Raw, false),
        form("'\\\"", "'", Escape::Raw, false),
        DOUBLE_LINES,
    ],
    braces: true,
    ..C_LIKE
};

pub(crate) static SWIFT: Family =
    Family { name: "swift", files: &["*.swift"], strings: &[TRIPLE_DOUBLE, DOUBLE], ..C_LIKE };

pub(crate) static BICEP: Family = Family {
    name: "bicep",
    files: &["*.bicep"],
    strings: &[form("'''", "'''", Escape::Raw, true), SINGLE],
    ..C_LIKE
};

pub(crate) static CUE: Family = Family {
    name: "cue",
    files: &["*.cue"],
    block_comments: &[],
    strings: &[TRIPLE_DOUBLE, DOUBLE, SINGLE],
    ..C_LIKE
};

pub(crate) static AWK: Family = Family {
    name: "awk",
    aliases: &["gawk"],
    files: &["*.awk"],
    interpreters: &["awk", "gawk", "mawk"],
    strings: &[DOUBLE],
    adjacent: true,
    ..HASH_LIKE
};

pub(crate) static PYTHON: Family = Family {
    name: "python",
    aliases: &["py", "python3"],
    files: &["*.py", "sconstruct", "snakefile", "*.bzl", "*.star"],
    interpreters: &["python", "python3", "python2"],
    strings: &[TRIPLE_DOUBLE, TRIPLE_SINGLE, DOUBLE, SINGLE],
    adjacent: true,
    braces: true,
    objects: Some(Objects {
        assigns: &["=", ":"],
        spaced: false,
        lines: Lines::Outside,
        ordered: true,
        shorthand: false,
        expression: "{",
        nothing: &["None"],
    }),
    ..HASH_LIKE
};

pub(crate) static RUBY: Family = Family {
    name: "ruby",
    aliases: &["rb", "vagrantfile", "chef"],
    files: &["vagrantfile", "vagrantfile.*", "*.rb", "rakefile", "*.rake"],
    interpreters: &["ruby"],
    block_comments: &[("\n=begin", "\n=end")],
    strings: &[DOUBLE_LINES, SINGLE_LINES, form("`", "`", Escape::Backslash, true)],
    heredoc: Some("<<"),
    objects: Some(Objects {
        assigns: &["=>", ":", "="],
        spaced: false,
        lines: Lines::Blocks,
        ordered: true,
        shorthand: false,
        expression: "#{",
        nothing: &["nil"],
    }),
    ..HASH_LIKE
};

pub(crate) static PUPPET: Family = Family {
    name: "puppet",
    aliases: &["pp"],
    files: &["*.pp"],
    block_comments: &[("/*", "*/")],
    heredoc: Some("@("),
    objects: Some(Objects {
        assigns: &["=>"],
        spaced: false,
        lines: Lines::Never,
        ordered: true,
        shorthand: false,
        expression: "${",
        nothing: &["undef"],
    }),
    ..HASH_LIKE
};

pub(crate) static PERL: Family = Family {
    name: "perl",
    aliases: &["pl"],
    files: &["*.pl", "*.pm"],
    interpreters: &["perl"],
    strings: &[DOUBLE_LINES, SINGLE_LINES, form("`", "`", Escape::Backslash, true)],
    heredoc: Some("<<"),
    joiner: ".",
    ..HASH_LIKE
};

pub(crate) static PHP: Family = Family {
    name: "php",
    files: &["*.php"],
    interpreters: &["php"],
    line_comments: &["//", "#"],
    block_comments: &[("/*", "*/")],
    strings: &[DOUBLE_LINES, SINGLE_LINES, form("`", "`", Escape::Backslash, true)],
    heredoc: Some("<<<"),
    joiner: ".",
    ..HASH_LIKE
};

pub(crate) static LUA: Family = Family {
    name: "lua",
    files: &["*.lua"],
    interpreters: &["lua"],
    line_comments: &["--"],
    block_comments: &[("--[[", "]]")],
    strings: &[form("[[", "]]", Escape::Raw, true), DOUBLE, SINGLE],
    joiner: "..",
    ..HASH_LIKE
};

pub(crate) static NIX: Family = Family {
    name: "nix",
    files: &["*.nix"],
    block_comments: &[("/*", "*/")],
    strings: &[form("''", "''", Escape::Nix, true), DOUBLE_LINES],
    objects: Some(Objects {
        assigns: &["="],
        spaced: true,
        lines: Lines::Never,
        ordered: false,
        shorthand: false,
        expression: "${",
        nothing: &["null"],
    }),
    ..HASH_LIKE
};

/// Only hash tables are read so: the shells' own reader reads the rest.
pub(super) static POWERSHELL: Family = Family {
    name: "powershell",
    block_comments: &[("<#", "#>")],
    strings: &[
        form("@\"\n", "\n\"@", Escape::Raw, true),
        form("@'\n", "\n'@", Escape::Raw, true),
        form("\"", "\"", Escape::Raw, true),
        form("'", "'", Escape::Raw, true),
    ],
    objects: Some(Objects {
        assigns: &["="],
        spaced: false,
        lines: Lines::Blocks,
        ordered: true,
        shorthand: false,
        expression: "$",
        nothing: &["$null"],
    }),
    ..HASH_LIKE
};

pub(crate) static JSONNET: Family = Family {
    name: "jsonnet",
    aliases: &["libsonnet"],
    files: &["*.jsonnet", "*.libsonnet"],
    line_comments: &["//", "#"],
    block_comments: &[("/*", "*/")],
    strings: &[form("|||", "|||", Escape::Raw, true), DOUBLE_LINES, SINGLE_LINES],
    ..HASH_LIKE
};
