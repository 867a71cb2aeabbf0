//! Which program a command runs, after all that wraps it.

use super::schema::programs::Wrapper;
use super::{Expression, Sites};
use crate::facts::{Variable, Word};
use crate::text::Span;
use regex::Regex;
use std::sync::{Arc, LazyLock};

/// What a command runs.
#[derive(Debug, Default)]
pub(super) struct Invocation<'a> {
    /// What runs.
    pub(super) program: Runs,
    /// What it is given.
    pub(super) arguments: &'a [Word],
    /// Variables given to it alone: `NAME=value` words and options of a wrapper.
    pub(super) variables: Vec<EnvironmentArgument<'a>>,
    /// Words that are shell text.
    pub(super) scripts: Vec<&'a Word>,
    /// Words of a wrapper that may be more options of it: `docker run $OPTS IMAGE`.
    pub(super) opaque: Vec<&'a Word>,
    /// Words that may be variables: `env $(cat .env)`.
    pub(super) imports: Vec<&'a Word>,
    /// The files that it gets variables from, as written, and the options that name them.
    pub(super) environment_files: Vec<(&'a str, Span)>,
    /// A program that adds words of its own at the end: `xargs`.
    pub(super) appends: Option<&'a Word>,
    /// Whether something on the way says that the environment is kept: `sudo -E`.
    pub(super) keeps_environment: bool,
    /// Whether exported variables do not reach it.
    pub(super) is_isolated: bool,
    /// Whether it runs on another machine.
    pub(super) is_remote: bool,
    /// The file name of the program.
    pub(super) name: &'a str,
    /// The word that names it.
    pub(super) word: Option<&'a Word>,
    /// Programs that rules speak of and that run this one, with their own words.
    pub(super) outer: Vec<Outer<'a>>,
    /// The image that it runs in.
    pub(super) image: Option<String>,
}

/// A variable given on the command line.
#[derive(Debug)]
pub(super) enum EnvironmentArgument<'a> {
    /// As an assignment before the command.
    Assignment(&'a Variable),
    /// As a word `NAME=value`, with the option before it.
    Word {
        /// The option word, if it is a word of its own.
        option: Option<&'a Word>,
        /// The word that holds `NAME=value`, after `skip` bytes of its text.
        word: &'a Word,
        /// See `word`.
        skip: usize,
    },
    /// By its name alone, which is one of several in a word.
    Name {
        /// The word.
        word: &'a Word,
        /// Which of the names.
        index: usize,
        /// All of them, in the text of the word.
        all: Arc<[Span]>,
    },
}

impl EnvironmentArgument<'_> {
    /// Its name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Assignment(variable) => &variable.name,
            Self::Word { word, skip, .. } => {
                let text = word.text.get(*skip..).unwrap_or_default();
                text.split_once('=').map_or(text, |(name, _)| name)
            }
            Self::Name { word, index, all } => {
                all.get(*index).and_then(|name| word.text.get(name.range())).unwrap_or_default()
            }
        }
    }
}

/// A program that runs another one.
#[derive(Debug)]
pub(super) struct Outer<'a> {
    /// Its index.
    pub(super) program: usize,
    /// The word that names it.
    pub(super) word: &'a Word,
    /// The words between it and what it runs.
    pub(super) arguments: &'a [Word],
}

/// What runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Runs {
    /// A program that rules speak of, by index.
    Known(usize),
    /// A variable or an expression, or the entrypoint of an image that is one.
    Variable,
    /// A program of the same words for something else.
    Foreign,
    /// Any other program.
    #[default]
    Unknown,
}

/// The file name of a program word: the last part of its path, without `.exe`. Looks at the bytes as written too, since
/// a shell takes the `\` out of a Windows path.
fn file_name<'a>(text: &'a str, raw: &'a str) -> &'a str {
    let raw = raw.trim_matches(['"', '\'']);
    let path = if raw.contains('\\') && !raw.contains(['$', '{', '\n']) { raw } else { text };
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The program that a shell looks up: `$(command -v NAME)`, `` `which NAME` ``.
fn looked_up(word: &Word) -> Option<&str> {
    let bare = word.text.trim();
    let inside = bare.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let inside = inside.or_else(|| bare.strip_prefix('`')?.strip_suffix('`')).filter(|_| word.opaque)?;
    let mut words = inside.split_whitespace();
    let looks_up = match words.next()? {
        "which" | "whence" => true,
        "command" | "type" => words.next().is_some_and(|option| matches!(option, "-v" | "-p" | "-P")),
        _ => false,
    };
    words.next().filter(|_| looks_up)
}

impl Sites {
    /// Which program that rules speak of an image runs.
    pub(super) fn runs_in(&self, image: &str) -> Runs {
        if let Some(index) = self.known_by(image) {
            return Runs::Known(index);
        }
        let is_in_it = |other: &String| image.contains(other.as_str());
        if self.imaged().any(|(_, program)| program.others.iter().any(is_in_it)) {
            Runs::Foreign
        } else if image.contains(['$', '{']) {
            Runs::Variable
        } else {
            Runs::Unknown
        }
    }

    /// The program whose image it is, by index.
    pub(super) fn known_by(&self, image: &str) -> Option<usize> {
        let fits = |expression: &Expression| expression.regex().is_some_and(|regex| regex.is_match(image));
        let mut imaged = self.imaged();
        imaged.find(|(_, program)| program.images.iter().any(fits)).map(|(index, _)| index)
    }

    /// The name of what runs, where rules speak of it.
    pub(super) fn name_of(&self, runs: Runs) -> Option<String> {
        let Runs::Known(index) = runs else { return None };
        self.data.programs.programs.get(index).map(|program| program.name.clone())
    }

    /// The words after those that may be variables: `env $(cat .env) PROGRAM`.
    fn behind_imports<'a>(&self, words: &'a [Word], text: &'a str, found: &mut Invocation<'a>) -> &'a [Word] {
        let may_give = |word: &Word| word.splits || is_assignment(&word.text);
        let program = words.iter().position(|word| !may_give(word));
        let known = |at: &usize| {
            let is_known = |word: &Word| {
                self.runs(word, text) != Runs::Unknown || self.wrappers(word, text).next().is_some()
            };
            words.get(*at).is_some_and(is_known)
        };
        let Some(program) = program.filter(known) else { return words };
        for word in words.iter().take(program) {
            if is_assignment(&word.text) {
                found.variables.push(EnvironmentArgument::Word { option: None, word, skip: 0 });
            } else {
                found.imports.push(word);
            }
        }
        words.get(program..).unwrap_or_default()
    }

    /// What is known of a program that runs others, by its name.
    fn wrappers<'s>(&'s self, word: &Word, text: &str) -> impl Iterator<Item = &'s Wrapper> {
        let name = file_name(&word.text, word.span.of(text)).to_owned();
        let wrappers = self.data.programs.wrappers.iter();
        wrappers.filter(move |wrapper| wrapper.names.contains(&name))
    }

    /// The shell text that an unknown program runs: `nsenter -t 1 sh -c '…'`.
    fn script_behind<'a>(&self, name: &str, words: &'a [Word], text: &str) -> Vec<&'a Word> {
        if self.data.programs.printers.iter().any(|printer| printer == name) {
            return Vec::new();
        }
        let scripts = (0..words.len().min(MOST_OPTIONS)).find_map(|at| {
            let (shell, behind) = words.get(at..)?.split_first()?;
            let mut shells = self
                .wrappers(shell, text)
                .filter(|it| !it.script.is_empty() && !it.or_words && it.subcommand.is_empty());
            let scripts = unwrap(self, shells.next()?, behind)?.scripts;
            (!scripts.is_empty()).then_some(scripts)
        });
        scripts.unwrap_or_default()
    }

    /// Whether one of `words` is the image of a program that rules speak of.
    fn has_image(&self, words: &[Word]) -> bool {
        let is_image = |word: &Word| word.text.contains(['/', ':']) && self.known_by(&word.text).is_some();
        words.iter().take(MOST_OPTIONS).any(is_image)
    }

    /// Which program a word is, by its name or as an image.
    pub(super) fn runs_as(&self, word: &Word, text: &str) -> Runs {
        match self.runs(word, text) {
            known @ Runs::Known(_) => known,
            _ if word.text.contains('/') || word.text.contains(':') => self.runs_in(&word.text),
            other => other,
        }
    }

    fn runs(&self, word: &Word, text: &str) -> Runs {
        let found = looked_up(word);
        let name = found.unwrap_or_else(|| file_name(&word.text, word.span.of(text)));
        if let Some(index) = found.and_then(|name| self.named(name)).or_else(|| self.called(name, word)) {
            return Runs::Known(index);
        }
        if self.is_other(name) {
            Runs::Foreign
        } else if word.opaque {
            // `{{ dir }}/gitlab-runner`, `$BIN/gitlab-runner`: the name after the expression says it.
            self.named(name).map_or(Runs::Variable, Runs::Known)
        } else {
            Runs::Unknown
        }
    }
}

/// Options before an image are seldom more, in words.
const MOST_OPTIONS: usize = 64;

/// Finds what `words` run. `image` is the image of the container whose command line they are.
pub(super) fn resolve<'a>(
    sites: &Sites,
    words: &'a [Word],
    assignments: &'a [Variable],
    image: Option<&str>,
    text: &'a str,
) -> Invocation<'a> {
    let mut found = Invocation {
        variables: assignments.iter().map(EnvironmentArgument::Assignment).collect(),
        ..Invocation::default()
    };
    let mut rest = words;
    let mut image = image.map(str::to_owned);
    // Each round takes a wrapper off, so it ends with the words.
    loop {
        while let Some((word, behind)) = rest.split_first() {
            if !is_assignment(&word.text) || rest.len() == words.len() {
                break;
            }
            found.variables.push(EnvironmentArgument::Word { option: None, word, skip: 0 });
            rest = behind;
        }
        if found.name == "env" {
            rest = sites.behind_imports(rest, text, &mut found);
        }
        let Some((word, behind)) = rest.split_first() else {
            found.program = image.as_deref().map_or(Runs::Unknown, |image| sites.runs_in(image));
            found.image = image;
            return found;
        };
        let name = file_name(&word.text, word.span.of(text));
        let mut wrappers = sites.wrappers(word, text);
        let runs = sites.runs(word, text);
        let unwrapped = match runs {
            Runs::Unknown | Runs::Known(_) => wrappers.find_map(|wrapper| unwrap(sites, wrapper, behind)),
            Runs::Variable | Runs::Foreign => None,
        };
        found.name = name;
        found.word = Some(word);
        if runs != Runs::Unknown && unwrapped.is_none() {
            found.program = runs;
            found.arguments = behind;
            found.image = image;
            // `$IMAGE register`, `{{ image }} register`: the words after are the same for a program and an image.
            return found;
        }
        let Some(unwrapped) = unwrapped else {
            if let Some(image) = image {
                found.name = "";
                found.program = sites.runs_in(&image);
                found.arguments = rest;
                found.image = Some(image);
            } else {
                found.arguments = behind;
                found.scripts = sites.script_behind(name, behind, text);
                if !found.scripts.is_empty() {
                    found.appends = Some(word);
                    return found;
                }
                if sites.is_telling(&word.text) {
                    // The program is elsewhere: in another string, in an image beside it.
                    found.program = Runs::Variable;
                    found.arguments = rest;
                }
            }
            return found;
        };
        if let Runs::Known(program) = runs {
            let own = behind.len().saturating_sub(unwrapped.rest.len());
            let arguments = behind.get(..own).unwrap_or_default();
            found.outer.push(Outer { program, word, arguments });
        }
        found.environment_files.extend(unwrapped.environment_files);
        found.opaque.extend(unwrapped.opaque);
        found.is_remote |= name == "ssh";
        found.appends = found.appends.or(unwrapped.appends.then_some(word));
        found.keeps_environment |= unwrapped.keeps_environment;
        let handed_on = |given: &EnvironmentArgument<'_>| match given {
            EnvironmentArgument::Name { .. } => true,
            EnvironmentArgument::Word { word, skip, .. } => {
                !word.text.get(*skip..).unwrap_or_default().contains('=')
            }
            EnvironmentArgument::Assignment(_) => false,
        };
        found.is_isolated |=
            unwrapped.isolates && !unwrapped.keeps_environment && !unwrapped.variables.iter().any(handed_on);
        found.variables.extend(unwrapped.variables);
        if unwrapped.is_script {
            found.scripts = unwrapped.scripts;
            found.image = unwrapped.image.or(image);
            return found;
        }
        rest = unwrapped.rest;
        image = unwrapped.image.or(if unwrapped.keeps_image { image } else { None });
    }
}

fn is_assignment(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
    })
}

#[derive(Default)]
struct Unwrapped<'a> {
    rest: &'a [Word],
    opaque: Vec<&'a Word>,
    variables: Vec<EnvironmentArgument<'a>>,
    scripts: Vec<&'a Word>,
    is_script: bool,
    image: Option<String>,
    keeps_image: bool,
    environment_files: Vec<(&'a str, Span)>,
    appends: bool,
    keeps_environment: bool,
    isolates: bool,
}

impl<'a> Unwrapped<'a> {
    /// Notes the file of variables that an option names; `option` itself if it has no value.
    fn take_file(&mut self, wrapper: &Wrapper, option: &str, file: &'a str, span: Span) {
        let is_file = |name: &String| match name.split_once('=') {
            Some((name, start)) => name == option && file.starts_with(start),
            None => name == option,
        };
        // `--env 'RUNNER_*'`
        let is_glob = wrapper.environment.iter().any(|name| name == option) && file.ends_with('*');
        if wrapper.environment_files.iter().any(is_file) || is_glob {
            self.environment_files.push((file, span));
        }
    }

    /// Finds the words that are shell text, unless they are the words of a command.
    fn find_scripts(&mut self, wrapper: &Wrapper, words: &'a [Word], is_command: bool) {
        if wrapper.assigns {
            self.is_script = true;
            self.scripts.extend(words.iter().filter(|word| word.text.contains('=')));
        } else if !wrapper.script.is_empty() && !wrapper.or_words && !is_command {
            self.is_script = true;
        } else if let (true, Some(first)) = (wrapper.first, self.rest.first()) {
            self.is_script = true;
            self.scripts.push(first);
        } else if let (true, [only, rest @ ..]) = (wrapper.shell, self.rest)
            && rest.first().is_none_or(|word| word.text.starts_with(":::"))
        {
            self.is_script = true;
            self.scripts.push(only);
        }
    }
}

impl<'a> Unwrapped<'a> {
    /// Takes in the text after an option for scripts. Whether words come after it: `more`.
    fn take_script(&mut self, wrapper: &Wrapper, script: Option<&'a Word>, more: bool) {
        // `env -S "NAME=value" program`: the rest is the command.
        let assigns = |word: &&Word| {
            let mut parts = word.text.split_whitespace();
            wrapper.or_words && parts.all(|part| part.starts_with('-') || part.contains('='))
        };
        match script.filter(assigns).filter(|_| more) {
            Some(word) => self.environment_files.push((word.text.as_str(), word.span)),
            None => {
                self.is_script = true;
                self.scripts.extend(script);
            }
        }
    }
}

fn unwrap<'a>(sites: &Sites, wrapper: &Wrapper, words: &'a [Word]) -> Option<Unwrapped<'a>> {
    let (appends, isolates) = (wrapper.appends, wrapper.isolates);
    let mut out = Unwrapped { keeps_image: !wrapper.image, appends, isolates, ..Unwrapped::default() };
    let mut expected = wrapper.subcommand.iter();
    let mut pending = expected.next();
    let mut skip = wrapper.skip;
    let mut entrypoint = None;
    let mut is_command = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let (option, inline) =
            word.text.split_once('=').map_or((word.text.as_str(), None), |(o, v)| (o, Some(v)));
        if word.text == "--" {
            at += 1;
            if pending.is_none() && skip == 0 {
                break;
            }
        } else if word.text.starts_with('-') && word.text.len() > 1 {
            at += 1;
            let glued = wrapper.environment.iter().find(|name| {
                !name.starts_with("--")
                    && word.text.len() > name.len()
                    && word.text.starts_with(name.as_str())
            });
            if let Some(name) = glued {
                out.variables.push(EnvironmentArgument::Word { option: None, word, skip: name.len() });
                continue;
            }
            let takes = inline.is_none() && wrapper.valued.iter().any(|valued| valued == option);
            let value = if takes { words.get(at) } else { None };
            at += usize::from(takes);
            if wrapper.script.iter().any(|script| script == option) {
                out.take_script(wrapper, value.or(words.get(at)), words.get(at).is_some());
            } else if wrapper.environment.iter().any(|name| name == option) {
                let skip = option.len() + 1;
                out.variables.extend(match (inline, value) {
                    (Some(_), _) => Some(EnvironmentArgument::Word { option: None, word, skip }),
                    (None, Some(value)) => {
                        Some(EnvironmentArgument::Word { option: Some(word), word: value, skip: 0 })
                    }
                    (None, None) => None,
                });
            }
            if wrapper.keeps.iter().any(|name| name == option) {
                match inline {
                    Some(names) => out.variables.extend(names_in(word, option.len() + 1, names)),
                    None => out.keeps_environment = true,
                }
            }
            let file = inline.or(value.map(|value| value.text.as_str())).unwrap_or(option);
            out.take_file(wrapper, option, file, word.span);
            if wrapper.image_option.as_deref() == Some(option) {
                out.image = inline.map(str::to_owned).or(value.map(|value| value.text.clone()));
            }
            if wrapper.entrypoint.as_deref() == Some(option) {
                entrypoint = inline.map(str::to_owned).or(value.map(|value| value.text.clone()));
            }
        } else if pending.is_none() && !word.opaque && wrapper.script.contains(&word.text) {
            // `cmd /c "…"`, `cmd /c program words`
            at += 1;
            if words.len() - at != 1 {
                is_command = true;
                break;
            }
            out.scripts.extend(words.get(at));
            break;
        } else if let Some(name) = pending {
            if word.text != *name {
                return None;
            }
            pending = expected.next();
            at += 1;
        } else if skip > 0 {
            if wrapper.imports && skip == wrapper.skip {
                out.environment_files.push((word.text.as_str(), word.span));
            }
            skip -= 1;
            at += 1;
        } else if wrapper.image && word.splits && sites.has_image(words.get(at + 1..).unwrap_or_default()) {
            out.opaque.push(word);
            at += 1;
        } else if wrapper.image && out.image.is_none() {
            // An entrypoint of another name: the image does not say what runs.
            out.image = Some(entrypoint.take().unwrap_or_else(|| word.text.clone()));
            at += 1;
            break;
        } else if !wrapper.script.is_empty() && !wrapper.or_words {
            // A script file, a user: the shell text may still come.
            at += 1;
        } else {
            break;
        }
    }
    if pending.is_some() {
        return None;
    }
    out.rest = words.get(at..).unwrap_or_default();
    out.find_scripts(wrapper, words, is_command);
    Some(out)
}

/// More names than this in one word are not written by people.
const MOST_NAMES: usize = 64;

/// Variables that are handed on by name: `--preserve-env=A,B`.
fn names_in<'a>(word: &'a Word, skip: usize, names: &str) -> Vec<EnvironmentArgument<'a>> {
    let mut at = skip;
    let mut all = Vec::new();
    for name in names.split(',').take(MOST_NAMES) {
        all.push(Span::new(at, at + name.len()));
        at += name.len() + 1;
    }
    let all: Arc<[Span]> = all.into();
    (0..all.len()).map(|index| EnvironmentArgument::Name { word, index, all: Arc::clone(&all) }).collect()
}

/// The version in an image's tag: `v13.2.0`, `alpine-v13.2.0`, `16.1`.
pub(super) fn version_of_image(image: &str) -> Option<(u32, u32)> {
    static VERSION: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r":(?:[a-z0-9.]+-)?v?([0-9]+)\.([0-9]+)").ok());
    let found = VERSION.as_ref()?.captures(image)?;
    Some((found.get(1)?.as_str().parse().ok()?, found.get(2)?.as_str().parse().ok()?))
}
