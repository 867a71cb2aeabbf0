//! Commands that take their words from arrays, strings and positional parameters: after a fix, each gets what it got before, without
//! what is deprecated.

use super::invariants::{self, Holds, Seen};
use runnerlint::engine::Surroundings;
use runnerlint::fixer;
use runnerlint::text::Source;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const TOKEN: &str = "glrt-made-up-token-0001";

/// Options, each with its value.
const OPTIONS: [&str; 14] = [
    "-n",
    "--tag-list a",
    "--locked=false",
    "--run-untagged",
    "--registration-token glrt-made-up-token-0001",
    "-r glrt-made-up-token-0001",
    "--registration-token=glrt-made-up-token-0001",
    "--token glrt-made-up-token-0001",
    "--executor shell",
    "--name keep",
    "--maximum-timeout 3600",
    "--url https://gitlab.example.com/",
    "--paused",
    "-t glrt-made-up-token-0001",
];

const SETTINGS: [&str; 5] = ["--tag-list", "--locked", "--run-untagged", "--maximum-timeout", "--paused"];
const OLD: [&str; 2] = ["--registration-token", "-r"];
const NEW: [&str; 2] = ["--token", "-t"];
/// Those with a word behind them.
const VALUED: [&str; 8] = [
    "--tag-list",
    "--registration-token",
    "-r",
    "--token",
    "-t",
    "--executor",
    "--name",
    "--maximum-timeout",
];

/// Each byte chooses what comes next: a variable, or a command that takes words from variables.
pub(super) fn arguments(data: &[u8]) -> Holds {
    let text = text(&mut data.iter().copied());
    let before = calls(&text)?;
    invariants::fixes("a.sh", text.as_bytes(), false, &mut Seen::default())
        .map_err(|why| format!("{why}\n--- before\n{text}"))?;
    for unsafe_too in [false, true] {
        let settings = invariants::settings(false);
        let source = Source::new(text.clone().into_bytes());
        let fixed = fixer::fix(&settings, "a.sh", &Surroundings::default(), source, unsafe_too);
        let after = String::from_utf8_lossy(&fixed.text).into_owned();
        calls(&after)
            .and_then(|after| compare(&before, &after))
            .map_err(|why| format!("{why} (unsafe: {unsafe_too})\n--- before\n{text}\n--- after\n{after}"))?;
    }
    Ok(())
}

/// The words of each command, which the variables are put into.
type Calls = Vec<Vec<String>>;

fn compare(before: &Calls, after: &Calls) -> Holds {
    if before.len() != after.len() {
        return Err(format!("{} commands became {}", before.len(), after.len()));
    }
    for (was, is) in before.iter().zip(after).filter(|(was, is)| was != is) {
        let (was, is) = (Options::of(was), Options::of(is));
        if was.others != is.others {
            return Err(format!("{:?} became {:?}", was.others, is.others));
        }
        if (was.old || was.new) && !is.new {
            return Err("the token did not move".to_owned());
        }
        if is.old || is.settings {
            return Err("half of the command was fixed".to_owned());
        }
    }
    Ok(())
}

/// What a command is given.
#[derive(Default)]
struct Options<'a> {
    old: bool,
    new: bool,
    settings: bool,
    others: Vec<&'a str>,
}

impl<'a> Options<'a> {
    fn of(words: &'a [String]) -> Self {
        let mut found = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (name, inline) =
                word.split_once('=').map_or((&**word, None), |(name, value)| (name, Some(value)));
            let value = inline.or_else(|| VALUED.contains(&name).then(|| words.next().map_or("", |it| it)));
            found.settings |= SETTINGS.contains(&name);
            found.old |= OLD.contains(&name) && value == Some(TOKEN);
            found.new |= NEW.contains(&name) && value == Some(TOKEN);
            if !SETTINGS.contains(&name) && !OLD.contains(&name) && !NEW.contains(&name) {
                found.others.push(word);
                found.others.extend(value.filter(|_| inline.is_none()));
            }
        }
        found
    }
}

/// What the commands get, by a small model of the shell that knows what `text` writes.
fn calls(text: &str) -> Result<Calls, String> {
    let mut variables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let list = line.trim_end_matches(')');
        if let Some((name, more)) = line.split_once("+=(") {
            let words = words(more.trim_end_matches(')'), &variables);
            variables.entry(name).or_default().extend(words);
        } else if let Some((name, all)) = list.split_once("=(").filter(|_| line.ends_with(')')) {
            let words = words(all, &variables);
            variables.insert(name, words);
        } else if let Some(all) = line.strip_prefix("set --") {
            let words = words(all, &variables);
            variables.insert("@", words);
        } else if let Some((name, more)) = line.split_once("+=\"") {
            let words = words(more.trim_end_matches('"'), &variables);
            variables.entry(name).or_default().extend(words);
        } else if let Some((name, all)) = line.split_once("=\"").filter(|(name, _)| !name.contains(' ')) {
            let words = words(all.trim_end_matches('"'), &variables);
            variables.insert(name, words);
        } else if let Some(all) = line.strip_prefix("gitlab-runner register") {
            calls.push(words(all, &variables));
        } else {
            return Err(format!("the line {line:?}"));
        }
    }
    Ok(calls)
}

fn words(text: &str, variables: &BTreeMap<&str, Vec<String>>) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches('"');
        match bare.strip_prefix('$') {
            Some(name) => {
                let name = name.trim_start_matches('{').trim_end_matches('}').trim_end_matches("[@]");
                words.extend(variables.get(name).into_iter().flatten().cloned());
            }
            None => words.push(bare.to_owned()),
        }
    }
    words
}

fn text(bytes: &mut impl Iterator<Item = u8>) -> String {
    let mut text = String::new();
    for _ in 0..=next(bytes) % 6 {
        let _ = match next(bytes) % 8 {
            0 => writeln!(text, "args=({})", options(bytes)),
            1 => writeln!(text, "args+=({})", options(bytes)),
            2 => writeln!(text, "OPTS=\"{}\"", options(bytes)),
            3 => writeln!(text, "OPTS=\"$OPTS {}\"", options(bytes)),
            4 => writeln!(text, "OPTS+=\" {}\"", options(bytes)),
            5 => writeln!(text, "set -- {}", options(bytes)),
            6 => writeln!(text, "set -- \"$@\" {}", options(bytes)),
            _ => command(&mut text, bytes),
        };
    }
    let _ = command(&mut text, bytes);
    text
}

fn command(text: &mut String, bytes: &mut impl Iterator<Item = u8>) -> std::fmt::Result {
    let how = next(bytes);
    text.push_str("gitlab-runner register");
    for (bit, words) in [(1, "\"${args[@]}\""), (2, "$OPTS"), (4, "\"$@\"")] {
        if how & bit != 0 {
            write!(text, " {words}")?;
        }
        if how & (bit << 3) != 0 {
            write!(text, " {}", options(bytes))?;
        }
    }
    writeln!(text)
}

/// Up to three options.
fn options(bytes: &mut impl Iterator<Item = u8>) -> String {
    let count = 1 + next(bytes) % 3;
    let all: Vec<&str> = (0..count).map(|_| OPTIONS[usize::from(next(bytes)) % OPTIONS.len()]).collect();
    all.join(" ")
}

fn next(bytes: &mut impl Iterator<Item = u8>) -> u8 {
    bytes.next().unwrap_or_default()
}
