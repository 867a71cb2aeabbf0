//! Programs by name: most commands of a repository are not in any rule, and custom rules may name hundreds of programs.

use super::schema::programs::{Program, Subcommand};
use super::{Sites, globs};
use crate::facts::Word;
use globset::GlobSet;
use std::collections::{HashMap, HashSet};

/// Indices are of programs in the order of the data.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    /// The first program of each file name.
    names: HashMap<String, usize>,
    /// Globs of file names, sorted by program.
    globs: Vec<(usize, GlobSet)>,
    /// The first program of each word that an entrypoint is called by.
    entrypoints: HashMap<String, usize>,
    /// File names of programs of the same words for something else.
    others: HashSet<String>,
    /// Programs that images are known of, or the names of foreign images.
    images: Vec<usize>,
    /// Names of subcommands that their options tell without the program.
    telling: HashSet<String>,
    /// Programs with a subcommand that its options tell, or hint at.
    signed: Vec<usize>,
}

impl Lookup {
    pub(super) fn of(programs: &[Program]) -> Self {
        let mut lookup = Self::default();
        for (index, program) in programs.iter().enumerate() {
            let (globs_, names): (Vec<_>, Vec<_>) = program
                .files
                .iter()
                .cloned()
                .partition(|file| file.contains(['*', '?', '[', '{', '\\', '/']));
            for name in names {
                lookup.names.entry(name).or_insert(index);
            }
            if !globs_.is_empty() {
                lookup.globs.push((index, globs(&globs_)));
            }
            for entrypoint in &program.entrypoints {
                lookup.entrypoints.entry(entrypoint.clone()).or_insert(index);
            }
            lookup.others.extend(program.others.iter().cloned());
            if !program.images.is_empty() || !program.others.is_empty() {
                lookup.images.push(index);
            }
            let tells = |subcommand: &&Subcommand| !subcommand.telling.is_empty();
            let names = program.subcommands.iter().filter(tells).map(|it| it.name.clone());
            lookup.telling.extend(names);
            let hints = |it: &Subcommand| !it.telling.is_empty() || !it.hinting.is_empty();
            if program.subcommands.iter().any(hints) {
                lookup.signed.push(index);
            }
        }
        lookup
    }

    /// The first program with that file name.
    fn named(&self, name: &str) -> Option<usize> {
        let exact = self.names.get(name).copied();
        let before = |index: &usize| exact.is_none_or(|exact| *index < exact);
        let globs = self.globs.iter().take_while(|(index, _)| before(index));
        { globs }.find(|(_, files)| files.is_match(name)).map(|(index, _)| *index).or(exact)
    }
}

impl Sites {
    /// The first program with that file name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.lookup.named(name)
    }

    /// The first program that a word names: by its file name, or as the entrypoint of an image.
    pub(super) fn called(&self, name: &str, word: &Word) -> Option<usize> {
        let named = if name.contains(['$', '{']) { None } else { self.named(name) };
        let entrypoint = self.lookup.entrypoints.get(&word.text).copied();
        named.into_iter().chain(entrypoint).min()
    }

    /// Whether a file name is that of a program of the same words for something else.
    pub(super) fn is_other(&self, name: &str) -> bool {
        self.lookup.others.contains(name)
    }

    /// Programs that images are known of, or the names of foreign images.
    pub(super) fn imaged(&self) -> impl Iterator<Item = (usize, &Program)> {
        self.indexed(&self.lookup.images)
    }

    /// Whether a word is the name of a subcommand that its options tell without the program.
    pub(super) fn is_telling(&self, word: &str) -> bool {
        self.lookup.telling.contains(word)
    }

    /// Programs with a subcommand that its options tell, or hint at.
    pub(super) fn signed(&self) -> impl Iterator<Item = &Program> {
        self.indexed(&self.lookup.signed).map(|(_, program)| program)
    }

    fn indexed<'a>(&'a self, indices: &'a [usize]) -> impl Iterator<Item = (usize, &'a Program)> {
        let programs = &self.data.programs.programs;
        indices.iter().filter_map(|index| Some((*index, programs.get(*index)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_program_of_a_name_counts_be_it_a_glob_or_not() {
        let program = |files: &[&str]| {
            let files: Vec<String> = files.iter().map(|it| (*it).to_owned()).collect();
            serde_json::from_value(serde_json::json!({"name": "x", "files": files, "subcommands": []}))
                .unwrap()
        };
        let lookup = Lookup::of(&[program(&["a", "run-*"]), program(&["run-x", "b"]), program(&["b", "c?"])]);
        assert_eq!(lookup.named("a"), Some(0));
        assert_eq!(lookup.named("run-x"), Some(0));
        assert_eq!(lookup.named("b"), Some(1));
        assert_eq!(lookup.named("cc"), Some(2));
        assert_eq!(lookup.named("run"), None);
    }
}
