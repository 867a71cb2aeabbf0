//! The same command with its options somewhere else: in an array, a string, the positional parameters, the environment.

/// Another way to write a command.
pub(crate) struct Moved {
    /// What people call it.
    pub(crate) name: &'static str,
    /// The same command in that way, if it can be written so.
    pub(crate) write: fn(&Parts<'_>) -> Option<String>,
    /// Whether options become variables, which other rules find.
    pub(crate) renames: bool,
}

/// A script with one `register`.
pub(crate) struct Parts<'a> {
    /// The lines before.
    before: &'a str,
    /// From the start of its line to the word `register`.
    program: &'a str,
    /// Its options, each with its value, as written.
    options: Vec<String>,
    /// The lines after it.
    after: &'a str,
}

const fn row(name: &'static str, write: fn(&Parts<'_>) -> Option<String>) -> Moved {
    Moved { name, write, renames: false }
}

pub(crate) const MOVED: &[Moved] = &[
    row("all in an array", |it| it.with("made_up=({})\n", it.options.len(), "\"${made_up[@]}\"")),
    row("half in an array", |it| it.with("made_up=({})\n", it.half()?, "\"${made_up[@]}\"")),
    row("added to an array", |it| {
        it.with("made_up=()\nmade_up+=({})\n", it.options.len(), "\"${made_up[@]}\"")
    }),
    row("all as positional parameters", |it| it.with("set -- {}\n", it.options.len(), "\"$@\"")),
    row("half as positional parameters", |it| it.with("set -- {}\n", it.half()?, "\"$@\"")),
    row("all in a string", |it| it.are_plain()?.with("MADE_UP=\"{}\"\n", it.options.len(), "$MADE_UP")),
    row("half in a string", |it| it.are_plain()?.with("MADE_UP=\"{}\"\n", it.half()?, "$MADE_UP")),
    row("exported string", |it| {
        it.are_plain()?.with("export MADE_UP='{}'\n", it.options.len(), "${MADE_UP}")
    }),
    Moved { name: "a setting in the environment", write: |it| it.with_variable(), renames: true },
];

/// Options, and the variables that say the same.
const VARIABLES: &[(&str, &str)] = &[
    ("--tag-list", "RUNNER_TAG_LIST"),
    ("--access-level", "REGISTER_ACCESS_LEVEL"),
    ("--maximum-timeout", "REGISTER_MAXIMUM_TIMEOUT"),
    ("--maintenance-note", "REGISTER_MAINTENANCE_NOTE"),
];

impl<'a> Parts<'a> {
    /// Takes a script apart that has exactly one `register`, with nothing but options behind it.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let mut found = text.match_indices(" register ");
        let (at, word) = found.next()?;
        found.next().is_none().then_some(())?;
        let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let program = &text[start..at + word.len() - 1];
        // A command of its own, with nothing around it.
        let is_plain = program.chars().all(|c| c.is_ascii_alphanumeric() || " /-._".contains(c));
        (is_plain && !text[..start].ends_with("\\\n") && !program.starts_with([' ', '#'])).then_some(())?;
        let rest = &text[at + word.len()..];
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            end += line.len();
            if !line.ends_with("\\\n") {
                break;
            }
        }
        let command = rest[..end].replace("\\\n", " ");
        (!command.contains([';', '|', '&', '<', '>', '(', '`', '#', '\\', '{', '\r'])).then_some(())?;
        let (before, after) = (&text[..start], &rest[end..]);
        let mut options: Vec<String> = Vec::new();
        for word in words(command.trim())? {
            match options.last_mut() {
                Some(last) if !word.starts_with('-') && last.starts_with('-') => {
                    // A second word behind an option is a stray one.
                    (!last.contains(' ')).then_some(())?;
                    last.push(' ');
                    last.push_str(&word);
                }
                _ => options.push(word),
            }
        }
        options.iter().all(|it| it.starts_with('-')).then_some(Self { before, program, options, after })
    }

    /// The number of options to move where some stay; `None` if there is only one.
    fn half(&self) -> Option<usize> {
        (self.options.len() > 1).then_some(self.options.len() / 2)
    }

    /// Itself, if no word needs quotes.
    fn are_plain(&self) -> Option<&Self> {
        let text = self.options.join(" ");
        (!text.contains(['"', '\'', '$', '*', '?', '['])).then_some(self)
    }

    /// The script with the last options, `count` of them, in a statement before the command, and `used` in their place.
    fn with(&self, statement: &str, count: usize, used: &str) -> Option<String> {
        let Self { before, program, options, after } = self;
        let (stay, go) = options.split_at(options.len().checked_sub(count)?);
        let statement = statement.replace("{}", &go.join(" "));
        let words: Vec<&str> = stay.iter().map(String::as_str).chain([used]).collect();
        Some(format!("{before}{statement}{program} {}\n{after}", words.join(" ")))
    }

    fn with_variable(&self) -> Option<String> {
        let Self { before, program, options, after } = self;
        // `sudo` does not pass the variable on.
        (!program.contains(' ') || program.starts_with("gitlab-runner ")).then_some(())?;
        let found = options.iter().enumerate().find_map(|(at, option)| {
            let (name, value) = option.split_once([' ', '='])?;
            let variable = VARIABLES.iter().find(|(option, _)| *option == name)?.1;
            Some((at, format!("{variable}={value}")))
        });
        let (at, variable) = found?;
        let mut stay = options.clone();
        stay.remove(at);
        Some(format!("{before}{variable} {program} {}\n{after}", stay.join(" ")))
    }
}

/// The words of a line, as written: blanks in quotes do not end one.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == ' ' || c == '\t' => {
                words.push(String::new());
                continue;
            }
            _ => {}
        }
        words.last_mut()?.push(c);
    }
    words.retain(|word| !word.is_empty());
    quote.is_none().then_some(words)
}
