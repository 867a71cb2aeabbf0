use super::Error;
use super::args::{CheckArgs, Colour};
use crate::escape::Tame;
use crate::quote::nearest;
use crate::report::{FORMATS, OutputFormat, Style};
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, StderrLock, StdoutLock, Write as _};
use std::path::PathBuf;

/// Sets `--output-format`.
const FORMAT_VARIABLE: &str = "RUNNERLINT_OUTPUT_FORMAT";

/// A report to write.
#[derive(Debug)]
pub(super) struct CliOutput {
    pub(super) format: &'static OutputFormat,
    /// `None` for standard output.
    pub(super) file: Option<PathBuf>,
    /// Whether it shows how often each rule found something.
    pub(super) statistics: bool,
}

/// Prints a line to standard error.
pub(super) fn complain(line: &str) {
    // Without standard error there is nowhere to report it.
    let _ = writeln!(stderr(), "{line}");
}

/// A sentence for standard error, in the width of the terminal, if it is one.
pub(super) fn wrapped(line: &str) -> String {
    let style = style(Colour::Never, stderr_is_terminal());
    if style.terminal { style.wrapped(line) } else { line.to_owned() }
}

/// Standard output, for text that is neither data for another program nor a command of a CI system.
pub(super) fn stdout() -> Tame<StdoutLock<'static>> {
    Tame::new(io::stdout().lock(), reads_inside())
}

/// Standard error.
pub(super) fn stderr() -> Tame<StderrLock<'static>> {
    Tame::new(io::stderr().lock(), reads_inside())
}

/// Whether the log is that of a CI system that takes commands anywhere in a line.
pub(super) fn reads_inside() -> bool {
    ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|it| !it.is_empty()))
}

/// The reports to write; one of them goes to standard output or to the file of `--output-file`.
pub(super) fn outputs(args: &CheckArgs) -> Result<Vec<CliOutput>, Error> {
    let mut wanted = args.output_format.clone();
    if wanted.is_empty() {
        wanted.extend(env::var(FORMAT_VARIABLE).ok().filter(|it| !it.is_empty()));
    }
    let mut outputs: Vec<CliOutput> = wanted.iter().map(|text| output(text)).collect::<Result<_, _>>()?;
    // A diff is printed instead of a report: a file that was asked for would be missing.
    if let Some(output) = outputs.iter().find(|it| args.diff && it.file.is_some()) {
        return Err(Error::DiffOrReport(output.format.name.to_owned()));
    }
    let mut without_file = outputs.iter_mut().filter(|it| it.file.is_none());
    match (without_file.next(), without_file.next()) {
        (Some(_), Some(second)) => return Err(Error::TwoReports(second.format.name.to_owned())),
        (Some(first), None) => {
            first.file.clone_from(&args.output_file);
            first.statistics = args.statistics;
            if first.statistics && first.format.statistics.is_none() {
                return Err(Error::NoStatistics(first.format.name.to_owned()));
            }
        }
        (None, _) => outputs.extend(FORMATS.first().map(|format| CliOutput {
            format,
            file: args.output_file.clone(),
            statistics: args.statistics,
        })),
    }
    Ok(outputs)
}

fn output(text: &str) -> Result<CliOutput, Error> {
    let (name, file) = match text.split_once('=') {
        Some((name, file)) if !file.is_empty() => (name, Some(PathBuf::from(file))),
        _ => (text, None),
    };
    match FORMATS.iter().find(|format| format.name == name) {
        Some(format) => Ok(CliOutput { format, file, statistics: false }),
        None => {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            let known = names.join(", ");
            let nearest = nearest(name, &names).map(str::to_owned);
            Err(Error::UnknownFormat { name: name.to_owned(), known, nearest })
        }
    }
}

/// The style of standard output (with `to_terminal`).
pub(super) fn style(wanted: Colour, to_terminal: bool) -> Style {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let colour = match wanted {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        Colour::Auto if set("FORCE_COLOR") || set("CLICOLOR_FORCE") => true,
        Colour::Auto => to_terminal && !is_dumb(),
    };
    let style = Style { colour, ascii: is_ascii(|name| env::var_os(name)), ..Style::default() };
    match terminal_size::terminal_size().filter(|_| to_terminal) {
        Some((columns, _)) => style.on_terminal(columns.0.into()),
        None => style,
    }
}

/// Whether only ASCII characters can be shown: on a simple terminal, and with a locale whose charset is not UTF-8.
fn is_ascii(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    if variable("TERM").is_some_and(|term| term == "dumb") {
        return true;
    }
    // The first one that is set counts, as in locale(7).
    let locales = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(variable);
    let locale = locales.map(|it| it.to_string_lossy().to_ascii_lowercase()).find(|it| !it.is_empty());
    locale.is_some_and(|it| !it.contains("utf-8") && !it.contains("utf8"))
}

/// Whether the terminal, if there is one, takes no control sequences.
pub(super) fn is_dumb() -> bool {
    // Without `TERM`, as in Emacs, a Unix terminal is assumed to be a simple one; Windows does not set it.
    env::var_os("TERM").map_or(cfg!(not(windows)), |term| term == "dumb")
}

/// Whether standard output is a terminal.
pub(super) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error is a terminal.
pub(super) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::is_ascii;

    #[test]
    fn the_locale_says_whether_only_ascii_can_be_shown() {
        let ascii = |set: &[(&str, &str)]| {
            is_ascii(|name| set.iter().find(|(it, _)| *it == name).map(|(_, value)| value.into()))
        };
        for set in [
            &[("TERM", "dumb"), ("LANG", "C.UTF-8")][..],
            &[("LC_ALL", "C")],
            &[("LC_ALL", "POSIX"), ("LANG", "C.UTF-8")],
            &[("LC_ALL", ""), ("LC_CTYPE", "de_DE.ISO-8859-1"), ("LANG", "C.UTF-8")],
            &[("LANG", "de_DE")],
        ] {
            assert!(ascii(set), "{set:?}");
        }
        for set in [
            &[][..],
            &[("TERM", "xterm"), ("LANG", "")],
            &[("LC_ALL", "C.UTF-8"), ("LANG", "C")],
            &[("LC_CTYPE", "en_US.utf8"), ("LANG", "C")],
            &[("LANG", "de_DE.UTF-8@euro")],
        ] {
            assert!(!ascii(set), "{set:?}");
        }
    }
}
