//! What is accepted stays accepted, and nothing else: by comments, and by a baseline.

use super::invariants::{self, Holds};
use super::outputs::tame;
use runnerlint::baseline::Baseline;
use runnerlint::engine::{Settings, Surroundings};
use runnerlint::escape;
use runnerlint::finding::{Finding, Linted};
use runnerlint::fixer;
use runnerlint::suppress::Reason;
use runnerlint::syntax;
use runnerlint::text::Source;

/// The first line is the file's name, the rest its bytes.
pub(super) fn ignores(data: &[u8]) -> Holds {
    let (path, _, bytes) = super::file(data);
    ignored(&path, bytes)
}

/// Comments for all that is found leave nothing open but what is told, and change nothing else: bytes only come in, and the
/// data stays.
pub(crate) fn ignored(path: &str, bytes: &[u8]) -> Holds {
    let (settings, around) = (Settings::default(), Surroundings::default());
    let reason = Reason::new("made-up reason").map_err(|error| error.to_string())?;
    let source = Source::new(bytes.to_vec());
    let before = fixer::lint(&settings, path, &around, &source);
    let done = fixer::ignore(&settings, path, &around, &source, &reason);
    let after = Source::new(done.text.clone());
    let again = fixer::lint(&settings, path, &around, &after);
    (|| {
        invariants::findings(&after, &again)?;
        let (open, left) = (open(&before), open(&again));
        let mut told: Vec<&str> = done.left.iter().map(|it| it.rule.as_str()).collect();
        told.sort_unstable();
        if left != told || open.len() != done.accepted + told.len() {
            return Err(format!(
                "{open:?} open, {} accepted, {told:?} told as left, {left:?} left",
                done.accepted
            ));
        }
        if done.accepted == 0 && done.text != bytes {
            return Err("the text changed and nothing was accepted".to_owned());
        }
        if !is_part(bytes, &done.text) {
            return Err("more was done than to write comments".to_owned());
        }
        same_data(path, &source, &after)?;
        let twice = fixer::ignore(&settings, path, &around, &after, &reason);
        if twice.text != done.text {
            return Err(format!("a second time writes again:\n{}", String::from_utf8_lossy(&twice.text)));
        }
        known(path, &before.findings)
    })()
    .map_err(|why: String| format!("{why}\n--- with comments\n{}", after.text()))
}

fn open(linted: &Linted) -> Vec<&str> {
    let mut open: Vec<&str> =
        linted.findings.iter().filter(|it| !it.suppressed).map(|it| it.rule.as_str()).collect();
    open.sort_unstable();
    open
}

/// Whether `old` is what is left of `new` without some bytes.
fn is_part(old: &[u8], new: &[u8]) -> bool {
    let mut new = new.iter();
    old.iter().all(|byte| new.any(|other| other == byte))
}

/// Another parser reads the same YAML, and our shell the same words, but for the comments.
fn same_data(path: &str, before: &Source, after: &Source) -> Holds {
    let differ = |old: Vec<String>, new: Vec<String>| {
        let (bare_old, bare_new) =
            (old.iter().map(|it| without_comments(it)), new.iter().map(|it| without_comments(it)));
        if bare_old.eq(bare_new) { Ok(()) } else { Err(format!("{old:?} became {new:?}")) }
    };
    let Some(language) = syntax::detect(Some(path), before.text()) else { return Ok(()) };
    match language.name() {
        "yaml" if !before.text().contains(['\u{85}', '\u{2028}', '\u{2029}']) => {
            let read = |source: &Source| invariants::texts(source.text().trim_start_matches('\u{feff}'));
            let Some(old) = read(before) else { return Ok(()) };
            differ(old, read(after).ok_or("it is YAML no more")?)
        }
        "shell" => {
            let words = |source: &Source| -> Vec<String> {
                let text = source.text();
                let parsed = language.parse(text.into());
                let words = parsed.facts().commands.iter().flat_map(|command| &command.words);
                words.filter_map(|word| text.get(word.span.range())).map(str::to_owned).collect()
            };
            differ(words(before), words(after))
        }
        _ => Ok(()),
    }
}

/// The lines of a text without our comments.
fn without_comments(text: &str) -> Vec<&str> {
    let bare = text.lines().map(|line| match line.find("runnerlint: ignore[") {
        Some(at) => line[..at].trim_end_matches(['#', '/', '-', '!', '<', 'R', 'E', 'M', ' ', '\t']),
        None => line.trim_end(),
    });
    // A `<<-` takes them, and a comment in it may stand behind the first of them.
    let bare = bare.map(|line| line.trim_start_matches('\t'));
    bare.filter(|line| !line.trim().is_empty()).collect()
}

/// A baseline of what is found, written and read again, knows all of it, and nothing is gone.
pub(crate) fn known(path: &str, findings: &[Finding]) -> Holds {
    let written = Baseline::default().compare([(path, findings)], |_| true).next;
    let read = Baseline::parse(&written.to_json()).map_err(|error| format!("our baseline: {error}"))?;
    if read != written {
        return Err(format!("a baseline is read as another: {}", written.to_json()));
    }
    let mut found = findings.to_vec();
    read.of_file(path).mark(&mut found);
    if let Some(new) = found.iter().find(|it| !it.suppressed && !it.baselined) {
        return Err(format!("`{}` is not in the baseline that was made of it", new.rule));
    }
    let again = read.compare([(path, findings)], |_| true);
    if again.next != read || again.new + again.gone > 0 {
        return Err(format!("a baseline of the same findings changes: {again:?}"));
    }
    Ok(())
}

/// The text of a baseline, from somebody's hands: it is refused with a reason, or read and written as it was read.
pub(super) fn baseline(data: &[u8]) -> Holds {
    let text = String::from_utf8_lossy(data);
    let known = match Baseline::parse(&text) {
        Ok(known) => known,
        Err(error) => return tame("an error", &escape::inline(&error.to_string())),
    };
    let json = known.to_json();
    tame("a baseline", &json)?;
    let again = Baseline::parse(&json).map_err(|error| format!("what was written: {error}\n{json}"))?;
    if again != known || again.to_json() != json {
        return Err(format!("it is read as another one: {json}"));
    }
    let (gone, kept) = (known.compare([], |_| true), known.compare([], |_| false));
    if !gone.next.is_empty() || gone.gone != known.len() || kept.next != known || kept.gone > 0 {
        return Err(format!("without findings: {gone:?}, {kept:?}"));
    }
    Ok(())
}

/// A baseline of what is found in the file.
pub(super) fn seed(path: &str, text: &[u8]) -> Vec<u8> {
    let source = Source::new(text.to_vec());
    let linted = fixer::lint(&Settings::default(), path, &Surroundings::default(), &source);
    Baseline::default().compare([(path, linted.findings.as_slice())], |_| true).next.to_json().into_bytes()
}
