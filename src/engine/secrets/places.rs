//! Places of tokens that are shown by a name in the text alone, for any binding.

use super::flow::{Extent, Flow};
use super::given::in_string;
use super::passed::inner_words;
use crate::engine::LintedFile;
use crate::facts::{Command, Facts};
use crate::rules::Unit;
use crate::text::{Notation, Span};
use regex::Regex;
use std::sync::LazyLock;

/// The names of a unit's slots, and what separates a value from them.
fn named(unit: &Unit) -> Option<Regex> {
    let spelled = [&unit.new, &unit.old];
    let names = spelled.iter().flat_map(|it| [&it.variable, &it.chart, &it.secret, &it.option]).flatten();
    let names = names.filter(|name| name.len() > 2).map(|name| format!("{}\\b", regex::escape(name)));
    let own = unit.secret_names.iter().map(|name| format!("(?i-u:{name})"));
    let names: Vec<String> = names.chain(own).collect();
    // In order: a sign, a list, an option of a command.
    let signs = r"(?:([ \t]*(?:=>|[:=])[ \t]*)|([ \t]*,[ \t]*)|([ \t]+))";
    if names.is_empty() {
        None
    } else {
        Regex::new(&format!(r#"(?:{})["'\]\)\}}]{{0,3}}{signs}"#, names.join("|"))).ok()
    }
}

/// A short option of a unit's slots in a command that prose shows: `gitlab-runner register -r TOKEN`.
fn short(unit: &Unit) -> Option<Regex> {
    let options = unit.old.option.iter().chain(&unit.new.option).filter(|option| option.len() == 2);
    let options: Vec<String> = options.map(|option| regex::escape(option)).collect();
    let subcommand = regex::escape(&unit.subcommand);
    let is_one = !options.is_empty() && !subcommand.is_empty();
    // Between them there is no other short option: the next match begins after this one.
    let pattern = || format!(r"\b{subcommand}\b[^\r\n`]{{0,400}}?[ \t](?:{})(?:=|[ \t]+)", options.join("|"));
    is_one.then(|| Regex::new(&pattern()).ok()).flatten()
}

/// What a request sends: `token=…`, `"token": …`, `token => …`, a header, a user with a password.
static SENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)(?:token|authorization)\\?["'\]]{0,2}[ \t]*(?:=>|[:=])[ \t]*(?:\\?["'])?(?:(?:bearer|basic|token)[ \t]+)?"#,
        r#"|cookie["']?[ \t]*[:=]?[ \t]*["']?[^=\s"';]{0,64}=|(?:[ \t]|^)-b[ \t]*["']?[^=\s"';]{0,64}="#,
        r#"|--(?:oauth2-bearer|pass)[ \t=]+["']?"#,
        r#"|(?:(?:[ \t]|^)-[uaE]|--(?:proxy-)?(?:user|cert)|--auth|\bauth(?:entication)?)(?:[ \t]*[=:(]?[ \t]*)\\?["']?[^ \t\r\n"':,]*(?::|["'],[ \t]*)"#,
        r#"|pass(?:word|wd)?["'\]]{0,2}[ \t]*(?:=>|[:=])[ \t]*"#,
    ))
    .ok()
});

/// Adds what comes after the names of slots, and what requests send.
pub(super) fn find(file: &LintedFile<'_>, flow: &mut Flow<'_>) {
    let named = file.words.places.get_or_init(|| named(file.unit));
    let short = file.words.short_places.get_or_init(|| short(file.unit));
    for (doc, document) in file.documents.iter().enumerate() {
        let text: &str = &document.text;
        let notation = document.language.notation();
        for found in named.iter().flat_map(|named| named.captures_iter(text)) {
            let Some(whole) = found.get(0) else { continue };
            let is_sign = found.get(1).is_some();
            // Elsewhere a comma or a space after a name is prose.
            let is_option =
                whole.as_str().starts_with('-') && matches!(notation, Notation::Shell | Notation::Code);
            let counts = is_sign || is_option || notation == Notation::Code && found.get(2).is_some();
            let compared = text.get(whole.end()..).is_some_and(|rest| rest.starts_with(['=', '~']));
            if counts && !compared {
                flow.at(doc, whole.end(), Extent::Value, is_sign && notation == Notation::Code);
            }
        }
        let is_prose = document.language.is_prose();
        for found in short.iter().filter(|_| is_prose).flat_map(|short| short.find_iter(text)) {
            flow.at(doc, found.end(), Extent::Value, false);
        }
        if text.contains("/runners") {
            for found in SENT.iter().flat_map(|sent| sent.find_iter(text)) {
                field(flow, (doc, text, notation), found.end());
            }
        }
        for command in &document.parsed.facts().commands {
            if takes_input(command) && command.words.iter().any(|word| word.text == file.unit.subcommand) {
                input(command, (doc, document.parsed.facts(), text), flow);
            }
            if command.words.iter().any(|word| word.text == file.unit.subcommand) {
                glued(file.unit, command, doc, flow);
            }
            if command.words.iter().any(|word| word.text.contains("/runners")) {
                sent(command, doc, flow);
            }
        }
    }
}

/// A value in a request.
fn field(flow: &mut Flow<'_>, (doc, text, notation): (usize, &str, Notation), at: usize) {
    if notation == Notation::Code {
        flow.at(doc, at, Extent::Value, true);
    }
    let rest = text.get(at..).unwrap_or_default();
    let start = at + rest.len() - rest.trim_start_matches(['\\', '"', '\'']).len();
    // In a program a word without quotes is a name.
    if notation != Notation::Code || start > at || in_string(text, at) {
        flow.at(doc, start, Extent::Field, notation != Notation::Code || start > at);
    }
}

/// The words of a request that send a secret: quotes may open and close in the middle of them.
fn sent(command: &Command, doc: usize, flow: &mut Flow<'_>) {
    let (mut user, mut bearer) = (false, false);
    for word in &command.words {
        // `-b FILE` and `--cert FILE` name files.
        let is_given = bearer || user && word.text.contains([':', '=']);
        if is_given || SENT.as_ref().is_some_and(|sent| sent.is_match(&word.text)) {
            flow.written(doc, word.span, false);
        }
        let option = word.text.as_str();
        bearer = matches!(option, "-u" | "--user" | "--proxy-user" | "--oauth2-bearer" | "--pass");
        user = matches!(option, "-a" | "--auth" | "-b" | "--cookie" | "-E" | "--cert");
    }
}

/// Whether a program makes arguments of its input.
fn takes_input(command: &Command) -> bool {
    command.words.iter().any(|word| matches!(word.text.as_str(), "xargs" | "parallel"))
}

/// What is printed into a command.
fn input(command: &Command, (doc, facts, text): (usize, &Facts, &str), flow: &mut Flow<'_>) {
    let texts = command.redirects.iter().filter(|it| it.operator.ends_with("<<<")).map(|it| it.target.span);
    let before = command.piped_from.and_then(|before| facts.commands.get(before));
    let printed =
        before.filter(|it| it.words.first().is_some_and(|it| matches!(&*it.text, "echo" | "printf")));
    let words = printed.into_iter().flat_map(|it| it.words.iter().skip(1)).map(|word| word.span);
    let listed = command.words.iter().skip_while(|word| word.text != ":::").skip(1).map(|word| word.span);
    for span in texts.chain(words).chain(listed) {
        for word in inner_words(text, span) {
            flow.written(doc, word, true);
        }
    }
}

/// `-rTOKEN` in one word.
fn glued(unit: &Unit, command: &Command, doc: usize, flow: &mut Flow<'_>) {
    let short = || unit.old.option.iter().chain(&unit.new.option).filter(|option| option.len() == 2);
    for word in &command.words {
        let Some(rest) = short().find_map(|option| word.text.strip_prefix(option.as_str())) else { continue };
        if rest.len() >= 8 {
            let skip = word.span.len() - rest.len().min(word.span.len());
            let skip = if word.span.len() == word.text.len() { skip } else { 2 };
            flow.written(doc, Span::new(word.span.start() + skip, word.span.end()), true);
        }
    }
}
