//! Shells: sh and its kin, PowerShell, cmd. A tolerant lexer of our own: it never fails, keeps every byte's place, takes
//! template expressions as they are, and reads substitutions.

mod array;
mod command;
mod dialect;
mod finish;
mod heredoc;
mod imports;
mod keyword;
mod lexer;
mod lists;
mod prompt;
mod quotes;
mod references;
mod remove;
mod scan;
mod script;
mod set;
mod setters;
mod started;
mod statement;
#[cfg(test)]
mod tests;
mod variables;
mod word;

use super::{CommentStyle, Data, Language, Parsed, Removal};
use crate::embed::{Decoded, NoEdit};
use crate::facts::{Facts, NodeId};
use crate::text::{Edit, Notation, SharedText, Span};
use dialect::Dialect;
use script::{ScriptFacts, ShellNodeKind};
use std::sync::atomic::AtomicUsize;

/// Shell scripts, whole or in part.
#[derive(Debug)]
pub(super) struct Shell;

impl Language for Shell {
    fn name(&self) -> &'static str {
        "shell"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &[
            "sh",
            "bash",
            "zsh",
            "ksh",
            "dash",
            "ash",
            "fish",
            "console",
            "shell-session",
            "shellsession",
            "sh-session",
            "bash-session",
            "terminal",
            "shellscript",
            "powershell",
            "pwsh",
            "ps1",
            "posh",
            "bat",
            "batch",
            "batchfile",
            "cmd",
            "dosbatch",
            "winbatch",
            "ps",
            "commandline",
            "cli",
        ]
    }

    fn file_names(&self) -> &'static [&'static str] {
        &[
            "*.sh",
            "*.bash",
            "*.zsh",
            "*.ksh",
            "*.dash",
            "*.fish",
            ".bashrc",
            ".bash_profile",
            ".bash_aliases",
            ".bash_login",
            ".bash_logout",
            ".profile",
            ".zshrc",
            ".zprofile",
            ".zshenv",
            ".kshrc",
            ".envrc",
            "*.bats",
            "*.ks",
            "ks.cfg",
        ]
    }

    fn recognises(&self, text: &str) -> bool {
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if let Some(line) = text.strip_prefix("#!") {
            let line = line.lines().next().unwrap_or_default();
            return line.split([' ', '/', '\t', '\\']).any(|word| {
                let word = word.trim_end_matches(".exe");
                matches!(
                    word,
                    "sh" | "bash"
                        | "zsh"
                        | "ksh"
                        | "dash"
                        | "ash"
                        | "pwsh"
                        | "powershell"
                        | "busybox"
                        | "bats"
                )
            });
        }
        looks_like_shell(text)
    }

    /// Words and the pairs in them (`a=b,c=d`), which take twice the room of a value, and commands, which take four times that.
    fn count(&self, text: &str) -> usize {
        let mut blank = true;
        let weight = |byte: u8| {
            let begins = std::mem::replace(&mut blank, byte.is_ascii_whitespace()) && !blank;
            let more = match byte {
                b'\n' | b'|' | b'&' | b';' | b'(' => 4,
                b'=' => 2,
                _ => 0,
            };
            2 * usize::from(begins) + more
        };
        text.bytes().map(weight).sum()
    }

    fn notation(&self) -> Notation {
        Notation::Shell
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        // Which of them is a comment in the dialect of a text is seen when the result is read.
        &[CommentStyle::HASH, CommentStyle::REM]
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        let dialect = Dialect::of(&text);
        Box::new(Script::read(text, dialect))
    }
}

/// Scripts whose names say for which of the shells of Windows they are.
#[derive(Debug)]
pub(super) struct WindowsShell {
    dialect: Dialect,
    file_names: &'static [&'static str],
}

/// Scripts of PowerShell.
pub(super) static POWERSHELL: WindowsShell =
    WindowsShell { dialect: Dialect::PowerShell, file_names: &["*.ps1", "*.psm1"] };

/// Scripts of cmd.
pub(super) static CMD: WindowsShell = WindowsShell { dialect: Dialect::Cmd, file_names: &["*.bat", "*.cmd"] };

impl Language for WindowsShell {
    fn name(&self) -> &'static str {
        Shell.name()
    }

    fn file_names(&self) -> &'static [&'static str] {
        self.file_names
    }

    fn recognises(&self, _text: &str) -> bool {
        false
    }

    fn count(&self, text: &str) -> usize {
        Shell.count(text)
    }

    fn notation(&self) -> Notation {
        Shell.notation()
    }

    fn comment_styles(&self) -> &'static [CommentStyle] {
        Shell.comment_styles()
    }

    fn parse(&self, text: SharedText) -> Box<dyn Parsed> {
        // Of another shell all the same, where its first line says so.
        let dialect = if text.starts_with("#!") { Dialect::of(&text) } else { self.dialect };
        Box::new(Script::read(text, dialect))
    }
}

/// Whether the first lines of a text are commands.
fn looks_like_shell(text: &str) -> bool {
    const PROGRAMS: &[&str] = &[
        "sudo",
        "apt",
        "apt-get",
        "yum",
        "dnf",
        "apk",
        "curl",
        "wget",
        "docker",
        "docker-compose",
        "podman",
        "kubectl",
        "helm",
        "gitlab-runner",
        "gitlab-ci-multi-runner",
        "systemctl",
        "service",
        "export",
        "cd",
        "mkdir",
        "chmod",
        "chown",
        "set",
        "source",
        "cat",
        "exec",
        "if",
        "for",
        "while",
        "function",
        "eval",
        "ssh",
        "git",
        "rm",
        "cp",
        "mv",
        "useradd",
        "usermod",
        "sleep",
        "local",
        "declare",
        "echo",
    ];
    let mut score = 0_i32;
    let mut continued = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()).take(20) {
        let inside = continued;
        continued = line.ends_with('\\');
        if inside || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("$ ").unwrap_or(line);
        let word = line.split([' ', '\t', ';']).next().unwrap_or_default();
        let sure = line.starts_with("if [ ") || line.starts_with("if [[ ") || line.starts_with("set -e");
        // A line of YAML or prose may begin with any word; a colon or a full stop gives it away.
        let other = word.ends_with([':', ',', '.'])
            || line.ends_with(['.', ':'])
            || line.contains(": ") && !line.contains(['"', '\'']);
        score += if sure || word.starts_with("@echo") {
            3
        } else if other {
            -2
        } else if PROGRAMS.contains(&word) && line.len() > word.len()
            || matches!(word, "fi" | "done" | "esac")
            || line.contains("gitlab-runner register")
            || line.starts_with("./")
        {
            2
        } else {
            -1
        };
    }
    score > 0
}

/// A text that has been read.
#[derive(Debug)]
pub(super) struct Script {
    text: SharedText,
    dialect: Dialect,
    out: ScriptFacts,
    /// Bytes that were read again to verify removals.
    proven: AtomicUsize,
}

impl Script {
    fn read(text: SharedText, dialect: Dialect) -> Self {
        let mut out = lexer::read(&text, dialect);
        finish::finish(&mut out, &text, dialect);
        if dialect == Dialect::PowerShell && text.contains("@{") && text.contains("/runners") {
            out.facts.objects = super::lexical::hash_tables(&text);
        }
        Self { text, dialect, out, proven: AtomicUsize::new(0) }
    }
}

impl Parsed for Script {
    fn facts(&self) -> &Facts {
        &self.out.facts
    }

    fn decode(&self, node: NodeId) -> Option<Decoded> {
        let node = self.out.nodes.get(node.0 as usize)?;
        (node.kind != ShellNodeKind::Inner)
            .then(|| word::decode(&self.text, self.dialect, node.value))
            .flatten()
    }

    fn remove(&self, nodes: &[NodeId]) -> Result<Removal, NoEdit> {
        remove::remove(self, nodes)
    }

    fn set(&self, node: NodeId, value: &str) -> Result<Vec<Edit>, NoEdit> {
        set::set(self, node, value)
    }

    fn expansion(&self, name: &str) -> Option<String> {
        Some(match self.dialect {
            Dialect::Sh => format!("${name}"),
            Dialect::PowerShell => format!("$env:{name}"),
            Dialect::Cmd => format!("%{name}%"),
        })
    }

    fn set_part(&self, node: NodeId, part: Span, value: &str) -> Option<Result<Vec<Edit>, NoEdit>> {
        set::is_expression(value, self.dialect).then(|| set::part(self, node, part, value))
    }

    fn insert_after(&self, _node: NodeId, _key: &str, _value: &str) -> Result<Vec<Edit>, NoEdit> {
        Err(NoEdit::new("a command has no entries"))
    }

    fn keeps_carriage_returns(&self) -> bool {
        self.dialect == Dialect::Sh
    }

    fn data(&self) -> Data<'_> {
        Box::new(self.out.data.iter().map(|piece| piece.datum(&self.text)))
    }
}
