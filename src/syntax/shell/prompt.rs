//! Prompts of console transcripts: `$ `, `# `, `> `, `PS C:\> `, `user@host:~$ `.

use super::dialect::Dialect;
use super::lexer::{Lexer, Until};
use super::scan;
use crate::facts::Comment;
use crate::text::Span;

/// Programs that are common after a root prompt.
const KNOWN: &[&str] = &[
    "gitlab-runner",
    "sudo",
    "docker",
    "podman",
    "kubectl",
    "helm",
    "curl",
    "apt",
    "apt-get",
    "yum",
    "dnf",
    "systemctl",
    "gitlab-ci-multi-runner",
    "docker-compose",
];

/// More spaces and line ends than are after an operator at the end of a line.
const LONGEST_END: usize = 64;

/// Whether `# ` at the start of a line is a prompt: the text begins with one, and no command is without one.
pub(super) fn is_root_transcript(text: &str) -> bool {
    let known = |rest: &str| {
        let word = rest.split_ascii_whitespace().next().unwrap_or_default();
        KNOWN.contains(&word)
    };
    let mut lines = text.lines().take(200).map(str::trim_start).filter(|line| !line.is_empty());
    lines.next().and_then(|first| first.strip_prefix("# ")).is_some_and(known) && !lines.any(known)
}

impl Lexer<'_> {
    /// Goes past a prompt at the start of a line. After the first one, a line without it is what a command printed, unless
    /// a statement over several lines is open.
    pub(super) fn prompt(&mut self) {
        if self.go_past_prompt() || !self.transcript || self.until != Until::End {
            return;
        }
        if self.is_in_statement() {
            self.continued_prompt();
            return;
        }
        let start = scan::skip_blanks(self.bytes, self.at);
        let end = scan::line_end(&self.finder, self.text, self.at);
        if start < end {
            self.out.facts.comments.push(Comment { span: Span::new(start, end), own_line: true });
            self.at = end;
        }
    }

    /// Whether a loop, a branch, a function or a list goes on after the line before.
    fn is_in_statement(&mut self) -> bool {
        let (counted, depth) = self.nesting;
        let marks = self.out.marks.iter().skip(counted).map(|mark| mark.span.of(self.text));
        let steps = marks.map(|mark| match mark {
            "then" | "do" | "case" | "{" | "(" => 1,
            "fi" | "done" | "esac" | "}" | ")" => -1,
            _ => 0,
        });
        let depth = depth + steps.sum::<i32>();
        self.nesting = (self.out.marks.len(), depth);
        let last = self.out.marks.last().map(|mark| mark.span);
        let is_open = last.is_some_and(|last| {
            // A line end is all that may be between.
            let rest = self.text.get(last.end()..self.at).filter(|rest| rest.len() < LONGEST_END);
            matches!(last.of(self.text), "&&" | "||" | "|") && rest.is_some_and(|rest| rest.trim().is_empty())
        });
        depth > 0 || is_open
    }

    fn go_past_prompt(&mut self) -> bool {
        let start = scan::skip_blanks(self.bytes, self.at);
        let Some(rest) = self.text.get(start..) else { return false };
        let len = match rest.as_bytes() {
            [b'$' | b'%', b' ', next, ..] if !next.is_ascii_whitespace() && *next != b'=' => 2,
            [b'#', b' ', ..] if self.root_prompt => {
                let word =
                    rest.get(2..).and_then(|rest| rest.split_ascii_whitespace().next()).unwrap_or_default();
                if !KNOWN.contains(&word) {
                    return false;
                }
                2
            }
            [b'P', b'S', b' ' | b'>', ..] => match shell_prompt(rest, '>') {
                Some(len) => len,
                None => return false,
            },
            [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic() => match shell_prompt(rest, '>') {
                Some(len) => len,
                None => return false,
            },
            [b'[' | b'a'..=b'z', ..] => match user_prompt(rest) {
                Some(len) => len,
                None => return false,
            },
            _ => return false,
        };
        let sign = rest.get(..len).unwrap_or_default().trim_end();
        // `% { … }` runs a block for each of something in PowerShell, and `> file` may be after a path.
        let is_block = sign == "%" && self.dialect == Dialect::PowerShell;
        let is_target = sign.strip_suffix('>').is_some_and(|before| before.ends_with([' ', '\t']));
        if !is_block && !is_target {
            self.transcript = true;
            self.nesting = (self.out.marks.len(), 0);
        }
        self.at = start + len;
        true
    }

    /// Goes past the prompt of a continued line.
    pub(super) fn continued_prompt(&mut self) {
        let start = scan::skip_blanks(self.bytes, self.at);
        let prompts = self.transcript || self.dialect == Dialect::PowerShell;
        if prompts && self.bytes.get(start) == Some(&b'>') {
            let signs = self.bytes.iter().skip(start).take_while(|byte| **byte == b'>').count();
            if signs <= 2 && matches!(self.bytes.get(start + signs), Some(b' ' | b'\t')) {
                self.at = start + signs + 1;
            }
        }
    }
}

/// Length of `PS C:\path> ` or `C:\path>`.
fn shell_prompt(rest: &str, sign: char) -> Option<usize> {
    let line = rest.lines().next()?;
    let line = line.get(..line.len().min(120)).unwrap_or(line);
    let end = line.find(sign)?;
    let before = line.get(..end)?;
    let path = before.strip_prefix("PS").map_or(before, str::trim);
    let is_path = path.is_empty() || path.contains(":\\") || path.starts_with('/') || path.starts_with('~');
    let plain = !path.contains([' ', '"', '\'', '=']) || path.contains(":\\") && !path.contains(" -");
    let behind = line.get(end + 1..)?;
    let blank = behind.len() - behind.trim_start().len();
    (is_path && plain && !behind.trim().is_empty()).then_some(end + 1 + blank)
}

/// Length of `user@host:path$ ` or `[user@host path]# `.
fn user_prompt(rest: &str) -> Option<usize> {
    let line = rest.lines().next()?;
    let head = line.get(..line.find(['$', '#'])?)?;
    let sign = head.len();
    let name = head.trim_start_matches('[');
    let at = name.find('@')?;
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let user = name.get(..at)?;
    let host_end = name.find([':', ' ', ']'])?;
    let host = name.get(at + 1..host_end)?;
    let closed = head.starts_with('[') == head.ends_with(']');
    let blank = line.as_bytes().get(sign + 1) == Some(&b' ');
    let fits = !user.is_empty() && !host.is_empty() && plain(user) && plain(host) && closed && blank;
    let tail = name.get(host_end + 1..)?.trim_end_matches(']');
    (fits && !tail.contains([' ', '"', '\''])).then_some(sign + 2)
}
