//! Markdown, dotenv, byte soup, and damaged versions of the case collection.

use super::choices::Choices;
use super::{shell, yaml};
use crate::cases;
use std::sync::LazyLock;

/// Markdown with code blocks in lists and quotes.
pub(crate) fn markdown(c: &mut Choices<'_>) -> String {
    let mut out = String::from("# keep\n\nUse `gitlab-runner register --tag-list x` for `keep`.\n\n");
    for _ in 0..=c.below(2) {
        let (info, code) = match c.below(5) {
            0 => ("yaml", yaml::file(c).1),
            1 => ("console", format!("$ {}", shell::command(c))),
            2 => ("", shell::script(c)),
            3 => ("dotenv", dotenv(c)),
            _ => (c.pick(&["sh", "bash", "shell {.x}", "powershell"]), shell::script(c)),
        };
        let fence = c.pick(&["```", "~~~~", "`````"]);
        let (first, prefix) = c.pick(&[
            ("", ""),
            ("", ""),
            ("1. ", "   "),
            ("- keep\n\n  ", "  "),
            ("> ", "> "),
            ("> - ", ">   "),
            ("\t- ", "\t  "),
        ]);
        let mut block = format!("{fence}{info}\n{code}");
        if !block.ends_with('\n') {
            block.push('\n');
        }
        if !c.one_in(12) {
            block.push_str(fence);
        }
        if c.one_in(10) {
            // Indented code has no fence.
            block = format!("    {}", code.replace('\n', "\n    "));
        }
        for (index, line) in block.split('\n').enumerate() {
            out.push_str(if index == 0 { first } else { prefix });
            out.push_str(line);
            out.push('\n');
        }
        out.push_str("\nkeep <!-- --tag-list --> **keep**\n\n");
    }
    if c.one_in(8) {
        out = out.replace('\n', "\r\n");
    }
    out
}

/// A file of variables.
pub(crate) fn dotenv(c: &mut Choices<'_>) -> String {
    const NAMES: &[&str] = &[
        "RUNNER_TAG_LIST",
        "REGISTER_LOCKED",
        "REGISTER_RUN_UNTAGGED",
        "CI_SERVER_TOKEN",
        "REGISTRATION_TOKEN",
        "CI_SERVER_URL",
        "KEEP",
        "REGISTER_NON_INTERACTIVE",
    ];
    const VALUES: &[&str] = &[
        "glrt-keep00000000000000",
        "true",
        "\"a,b\"",
        "'a b'",
        "",
        "$OLD",
        "\"two\nlines\"",
        "a # why",
        "\"open",
        "'it",
        "{{ x }}",
        "${KEEP:-x}",
        "\"a\\\"b\"",
        "a\\",
        "é",
    ];
    let mut out = String::new();
    for _ in 0..=c.below(7) {
        match c.below(10) {
            0 => out.push_str("# keep\n"),
            1 => out.push('\n'),
            2 => out.push_str("keep\n"),
            _ => {
                out.push_str(c.pick(&["", "", "export ", "  ", "\t"]));
                out.push_str(c.pick(NAMES));
                out.push_str(c.pick(&["=", "=", "=", " = ", ": ", "= "]));
                out.push_str(c.pick(VALUES));
                out.push_str(c.pick(&["\n", "\n", "\n", " \n", "\r\n", " # keep\n"]));
            }
        }
    }
    out
}

/// What stands in the case collection: path and input.
pub(crate) static CASES: LazyLock<Vec<(String, String)>> =
    LazyLock::new(|| cases::all().into_iter().map(|case| (case.path, case.input)).collect());

/// A case with a few bytes or lines lost, doubled, swapped or put in.
pub(crate) fn damaged(c: &mut Choices<'_>) -> (String, Vec<u8>) {
    const BITS: &[&[u8]] = &[
        b"\"",
        b"'",
        b"`",
        b"\\",
        b"\n",
        b"\r\n",
        b" ",
        b"\t",
        b"#",
        b": ",
        b"- ",
        b"{{ x }}",
        b"{{",
        b"}}",
        b"{% if a %}",
        b"{% endif %}",
        b"[",
        b"]",
        b"{",
        b"}",
        b"|",
        b">",
        b"&a ",
        b"*a",
        b"!t ",
        b"$(",
        b")",
        b"<<EOF\n",
        b"---\n",
        b"\xff",
        b"\xc3\xa9",
        b"\xef\xbb\xbf",
        b"\0",
        b"--locked",
        b"--token $T ",
        b"  ",
        b"? ",
        b"```\n",
        b"=",
        b"\x0b",
        b"\xe2\x80\xa8",
        b" # ",
        b"\xc2\x85",
        b"\xe2\x80\x8b",
        b"${",
        b"<!--",
        b"\x1a",
        b"|2-\n",
    ];
    let (path, input) = &CASES[c.place(CASES.len())];
    let mut bytes = input.clone().into_bytes();
    if c.one_in(8) {
        bytes = input.replace('\n', "\r\n").into_bytes();
    }
    for _ in 0..=c.below(4) {
        let at = c.place(bytes.len() + 1);
        let lines: Vec<usize> = std::iter::once(0)
            .chain(bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1))
            .collect();
        let line = c.place(lines.len());
        let range = lines[line]..lines.get(line + 1).copied().unwrap_or(bytes.len());
        match c.below(8) {
            0 | 1 => {
                let bit = c.pick(BITS);
                bytes.splice(at..at, bit.iter().copied());
            }
            2 => {
                let end = (at + 1 + c.below(4)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                bytes.drain(range);
            }
            4 => {
                let copy = bytes[range.clone()].to_vec();
                bytes.splice(range.start..range.start, copy);
            }
            5 => {
                let moved: Vec<u8> = bytes.drain(range).collect();
                let at = c.place(bytes.len() + 1);
                bytes.splice(at..at, moved);
            }
            6 => {
                let pad = vec![b' '; 1 + c.below(4)];
                bytes.splice(range.start..range.start, pad);
            }
            _ => {
                let blanks = bytes[range.clone()].iter().take_while(|b| **b == b' ').count();
                let gone = blanks.min(1 + c.below(4));
                bytes.drain(range.start..range.start + gone);
            }
        }
    }
    (path.clone(), bytes)
}

/// Bits of all languages in any order.
pub(crate) fn soup(c: &mut Choices<'_>) -> (&'static str, Vec<u8>) {
    const BITS: &[&str] = &[
        "gitlab-runner register ",
        "--tag-list ",
        "--token $T ",
        "--registration-token",
        "RUNNER_TAG_LIST",
        "CI_SERVER_TOKEN",
        "runnerRegistrationToken",
        "runnerToken",
        "runners",
        "locked",
        "tags",
        "gitlabUrl",
        ": ",
        ":",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "\"",
        "'",
        "`",
        "$(",
        ")",
        "${",
        "}",
        "{{",
        "}}",
        "{%",
        "%}",
        "\\\n",
        "\\",
        "=",
        "#",
        " # ",
        "<<EOF",
        "EOF",
        "|\n",
        ">-\n",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "<<: *a",
        "script",
        "```",
        "```sh\n",
        "> ",
        "kind: Secret\n",
        "image: gitlab/gitlab-runner\n",
        "command",
        "args",
        "env",
        "\t",
        "\r\n",
        "\u{feff}",
        "é",
        "\0",
        "---\n",
        "...\n",
        "? ",
        "!x ",
        "bash -c ",
        "ssh h ",
        "args=(",
        "x",
        "glrt-keep0000000000000 ",
        "\u{2028}",
        "%YAML 1.2\n",
        "runner-registration-token",
        "stringData:\n",
        "services:\n  a:\n    ",
    ];
    let path = c.pick(&[
        "values.yaml",
        "a.sh",
        ".gitlab-ci.yml",
        "README.md",
        ".env",
        "docker-compose.yml",
        "x",
        "values.json",
        "a.ps1",
        "a.sh.j2",
    ]);
    let mut out = Vec::new();
    for _ in 0..c.below(60) {
        if c.one_in(40) {
            out.push(u8::try_from(c.below(256)).unwrap_or_default());
        } else {
            out.extend_from_slice(c.pick(BITS).as_bytes());
        }
    }
    (path, out)
}
