//! `runnerlint paths`: the paths of the entries of a file, as rules write them.

use super::args::PathsArgs;
use super::{Error, Outcome, config, output};
use crate::config::{Layer, Settings};
use crate::disk::{self, NamedBy};
use crate::engine::{self, EntryPath, Surroundings, TextPaths};
use crate::mask::Mask;
use crate::text::Source;
use crate::{escape, parallel, walk};
use std::io::Write as _;
use std::path::Path;

/// Characters of a value that are shown.
const MOST_SHOWN: usize = 60;
/// Files of more bytes are not read.
const LARGEST: u64 = 8 << 20;

/// Runs the command.
pub(super) fn paths(args: &PathsArgs) -> Result<Outcome, Error> {
    let (file, line) = target(&args.target);
    let config = config::read(&args.config, Layer::default())?;
    let catalogue = config::catalogue(&config, &args.rules, parallel::threads(None))?;
    let shown_as = walk::display(Path::new(file));
    let text = disk::read(Path::new(file), LARGEST, NamedBy::User);
    let text = text.map_err(|error| Error::ReadFile { path: shown_as.clone(), reason: error.to_string() })?;
    let source = Source::new(text);
    let settings = Settings { catalogue, ..Settings::default() };
    let Some(texts) = engine::paths(&settings.catalogue, file, &source) else {
        return Err(Error::NoLanguage(shown_as));
    };
    let secrets = engine::secrets(&settings, file, &Surroundings::default(), &source);
    let mask = Mask::new(false, &source, &secrets);
    let mut out = output::stdout();
    for text in &texts {
        let entries = chosen(text, line);
        let is_there = line.is_none_or(|line| text.line == line);
        if entries.is_empty() && !(is_there && text.entries.is_empty()) {
            continue;
        }
        let place = text.place.as_ref().map_or(String::new(), |place| format!(" in this {place}"));
        let name = escape::name(file);
        writeln!(out, "{name}:{}: {}{}", text.line, text.language, escape::inline(&place))?;
        for entry in entries {
            writeln!(out, "{}", shown(entry, &source, &mask))?;
        }
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

/// The file, and the line after it.
fn target(text: &str) -> (&str, Option<usize>) {
    let numbered = text.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
    match numbered {
        Some((file, line)) if !Path::new(text).is_file() => (file, Some(line)),
        _ => (text, None),
    }
}

/// The entries that begin in the line; without one, the innermost entry around it.
fn chosen(text: &TextPaths, line: Option<usize>) -> Vec<&EntryPath> {
    let Some(line) = line else { return text.entries.iter().collect() };
    let begins: Vec<&EntryPath> = text.entries.iter().filter(|entry| entry.lines.0 == line).collect();
    if !begins.is_empty() {
        return begins;
    }
    let mut around = text.entries.iter().filter(|entry| entry.lines.0 < line && line <= entry.lines.1);
    around.next_back().into_iter().collect()
}

fn shown(entry: &EntryPath, source: &Source, mask: &Mask) -> String {
    let value = entry.value.map_or(String::new(), |span| {
        let text = String::from_utf8_lossy(&mask.excerpt(source.bytes(), span)).into_owned();
        let first = text.lines().next().unwrap_or_default();
        let short: String = first.chars().take(MOST_SHOWN).collect();
        let more = if short.len() < text.trim_end().len() { " …" } else { "" };
        format!(" = {short}{more}")
    });
    let concrete = entry.concrete.as_ref().map_or(String::new(), |path| format!("  ({path})"));
    let text = format!("{}{value}{concrete}", entry.path);
    format!("{:>6}  {}", entry.lines.0, escape::inline(&mask.inserted(&text)))
}
