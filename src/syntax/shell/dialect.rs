//! Which of the three families of shells a text is written for.

/// A family of shells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// POSIX sh, bash, zsh, ksh.
    Sh,
    /// PowerShell: a backtick escapes and continues.
    PowerShell,
    /// cmd.exe: a `^` escapes and continues.
    Cmd,
}

impl Dialect {
    /// The byte that takes away a meaning and continues a line.
    pub(super) fn escape(self) -> u8 {
        match self {
            Self::Sh => b'\\',
            Self::PowerShell => b'`',
            Self::Cmd => b'^',
        }
    }

    /// Chooses by content; sh unless something shows another dialect.
    pub(super) fn of(text: &str) -> Self {
        if text.trim_start_matches('\u{feff}').trim_start().starts_with("#!") {
            let first = text.trim_start_matches('\u{feff}').trim_start().lines().next().unwrap_or_default();
            return if first.contains("pwsh") || first.contains("powershell") {
                Self::PowerShell
            } else {
                Self::Sh
            };
        }
        let (mut sh, mut powershell, mut cmd) = (0_u32, 0_u32, 0_u32);
        let mut windows = None;
        for line in text.lines() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            sh += u32::from(line.ends_with('\\') || is_sh_keyword(line));
            powershell += u32::from(is_powershell(line));
            cmd += u32::from(is_cmd(line));
            windows = windows.or(windows_program(line));
        }
        if (sh, powershell, cmd) == (0, 0, 0)
            && let Some(dialect) = windows
        {
            return dialect;
        }
        if powershell > sh.max(cmd) {
            Self::PowerShell
        } else if cmd > sh {
            Self::Cmd
        } else {
            Self::Sh
        }
    }
}

/// `C:\dir\program.exe …`, `.\program.exe …`: a path that no sh can read. What its line expands says which of the two it is.
fn windows_program(line: &str) -> Option<Dialect> {
    let program = line.split([' ', '\t']).next()?;
    let drive =
        program.get(1..3) == Some(":\\") && program.starts_with(|sign: char| sign.is_ascii_alphabetic());
    let is_path = (drive || program.starts_with(".\\")) && program.len() > 3;
    let named = line.matches('%').count() > 1 && !line.contains('$');
    is_path.then_some(if named { Dialect::Cmd } else { Dialect::PowerShell })
}

fn is_sh_keyword(line: &str) -> bool {
    matches!(line, "fi" | "done" | "esac" | "then" | "do" | "else")
        || line.ends_with("; then")
        || line.ends_with("; do")
        || line.starts_with("if [ ")
        || line.starts_with("if [[ ")
        || line.starts_with("export ")
}

fn is_powershell(line: &str) -> bool {
    let continued = line.strip_suffix('`').is_some_and(|before| {
        before.ends_with([' ', '\t']) && !before.contains('`') && !before.contains("echo")
    });
    // `@"` and `"@` around a here-string.
    let opens = line.strip_suffix(['"', '\'']).and_then(|line| line.strip_suffix('@'));
    continued
        || opens.is_some_and(|before| before.is_empty() || before.ends_with([' ', '(', '=']))
        || line.starts_with("\"@")
        || line.starts_with("'@")
        || line.starts_with("& ")
        || reads_environment(line)
        || starts_with_ci(line, "${env:")
        || line.starts_with('[') && line.contains("]::")
        || starts_with_ci(line, "iex ")
        || line.starts_with("PS ") && line.contains('>')
        || starts_with_cmdlet(line)
        || is_powershell_assignment(line)
        || starts_with_ci(line, "param(")
}

/// `$env:NAME` at the start of a word. In sh `image-$env:latest` is another thing.
fn reads_environment(line: &str) -> bool {
    const SIGN: &str = "$env:";
    let bytes = line.as_bytes();
    memchr::memchr_iter(b'$', bytes).any(|at| {
        let opens = |before: &u8| before.is_ascii_whitespace() || matches!(before, b'(' | b',' | b'=' | b'"');
        let begins = at.checked_sub(1).is_none_or(|before| bytes.get(before).is_some_and(opens));
        let quoted = at.checked_sub(1).is_some_and(|before| bytes.get(before) == Some(&b'"'));
        let name =
            line.get(at..).filter(|rest| starts_with_ci(rest, SIGN)).and_then(|rest| rest.get(SIGN.len()..));
        begins
            && name.is_some_and(|name| {
                name.starts_with(|sign: char| {
                    sign.is_ascii_uppercase() || sign.is_ascii_lowercase() && !quoted
                })
            })
    })
}

/// `$name = …`: no sh writes that.
fn is_powershell_assignment(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('$') else { return false };
    let name = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let behind = rest.get(name..).unwrap_or_default();
    name > 0 && behind.trim_start().starts_with("= ") && behind.starts_with(' ')
}

/// `Verb-Noun` at the start of a line.
fn starts_with_cmdlet(line: &str) -> bool {
    const VERBS: &[&str] = &[
        "Add-",
        "Clear-",
        "Copy-",
        "ConvertTo-",
        "ConvertFrom-",
        "Expand-",
        "Get-",
        "Import-",
        "Install-",
        "Invoke-",
        "Move-",
        "New-",
        "Out-",
        "Read-",
        "Remove-",
        "Rename-",
        "Restart-",
        "Set-",
        "Start-",
        "Stop-",
        "Test-",
        "Wait-",
        "Write-",
    ];
    VERBS.iter().any(|verb| {
        line.strip_prefix(verb).is_some_and(|noun| noun.starts_with(|c: char| c.is_ascii_uppercase()))
    })
}

fn is_cmd(line: &str) -> bool {
    let continued = line.strip_suffix('^').is_some_and(|before| before.ends_with([' ', '\t']));
    continued
        || starts_with_ci(line, "@echo ")
        || starts_with_ci(line, "rem ")
        || starts_with_ci(line, "setlocal")
        || starts_with_ci(line, "endlocal")
        || line.starts_with("::")
        || starts_with_ci(line, "set ") && line.contains('=') && !line.contains("set -")
}

fn starts_with_ci(line: &str, prefix: &str) -> bool {
    line.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
