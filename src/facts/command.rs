use super::NodeId;
use crate::text::Span;

/// One simple command: assignments, words, redirections.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// From the first assignment or word to the last word.
    pub span: Span,
    /// `NAME=value` words before the program.
    pub assignments: Vec<Variable>,
    /// The program and its arguments, template expressions and unknown expansions included.
    pub words: Vec<Word>,
    /// Redirections to and from files; here-documents are regions.
    pub redirects: Vec<Redirect>,
    /// Whether a here-document is its input.
    pub has_here_document: bool,
    /// Index of the command whose output is piped into this one.
    pub piped_from: Option<usize>,
    /// Whether the command ends because a line that looks like its continuation lacks the `\` before it: the line
    /// after it begins with an option. The words of those lines are in `stray`.
    pub stray: Vec<Word>,
    /// Whether its words are in strings of another command, where they stay as they are.
    pub is_assembled: bool,
}

/// One word of a command.
#[derive(Clone, Debug)]
pub struct Word {
    /// Names the word to the text that was read.
    pub node: NodeId,
    /// The word as written, quotes included.
    pub span: Span,
    /// The word without its quotes; expansions and template expressions stay as written.
    pub text: String,
    /// Whether it contains an expansion, a substitution or a template expression.
    pub opaque: bool,
    /// Whether it may become none or several words when it runs (`$ARGS`, `"$@"`, `{{ flags }}`).
    pub splits: bool,
    /// The variable whose words it becomes, where it is that alone: `"${args[@]}"`, `$OPTS`; `@` for `"$@"`.
    pub expands: Option<Box<str>>,
    /// How many of its words, from the first one on, it skips: `"${args[@]:1}"`.
    pub skips: usize,
    /// Whether it is a template tag that controls what is between it and its end (`{% if x %}`).
    pub control: bool,
}

/// A variable that is given a value.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Names the whole assignment to the text that was read.
    pub node: NodeId,
    /// The name as written.
    pub name: String,
    /// The name's bytes.
    pub name_span: Span,
    /// The value without its quotes; as written where it is opaque.
    pub value: String,
    /// The value's bytes, quotes included; empty after the `=` where there is none.
    pub value_span: Span,
    /// Whether the value contains an expansion, a substitution or a template expression.
    pub opaque: bool,
    /// Whether the environment of later commands has it (`export`, `declare -x`, a dotenv line), rather than this shell
    /// or one command alone.
    pub exported: bool,
}

/// A redirection.
#[derive(Clone, Debug)]
pub struct Redirect {
    /// The operator with its file descriptor: `>`, `2>>`, `<`.
    pub operator: String,
    /// What it goes to or comes from.
    pub target: Word,
}

/// Words that a variable, the positional parameters or a function give to commands.
#[derive(Clone, Debug, Default)]
pub struct WordList {
    /// The variable's name; `@` for positional parameters, empty where the list has none.
    pub name: Box<str>,
    /// Where the list is: its name, or the statement that sets it.
    pub span: Span,
    /// The words.
    pub words: Vec<Word>,
    /// Whether they are added to those before (`+=`).
    pub adds: bool,
    /// Whether it is a string, which becomes these words only without quotes.
    pub is_text: bool,
    /// Whether it may be set or not: after `&&`, one of several calls of a function.
    pub is_conditional: bool,
    /// The innermost block around it: what follows in there has the words for sure.
    pub block: Span,
    /// The `if` or `case` whose branch that block is, by where its first branch begins.
    pub choice: Option<usize>,
    /// The body of the function in which it holds; the whole text where that is none.
    pub function: Span,
}

/// A variable that is named without a value: `export NAME`, `unset NAME`.
#[derive(Clone, Debug)]
pub struct VariableUse {
    /// Names the word to the text that was read.
    pub node: NodeId,
    /// The name.
    pub name: String,
    /// Its bytes.
    pub span: Span,
    /// Whether it is handed on to later commands (`export`), rather than taken from them (`unset`).
    pub exports: bool,
}

/// A place of a script that may give variables values without showing which: `eval "$X"`, `export $(cat .env)`, `. ./env.sh`;
/// or that gives one a value without showing it: `read NAME`.
#[derive(Clone, Debug)]
pub struct Import {
    /// What shows it: the file, the word that contains the names.
    pub span: Span,
    /// The commands that it is before, in the order in which they run.
    pub reach: Span,
    /// The variable's name, or how the names begin.
    pub name: Box<str>,
    /// Whether `name` is the whole name.
    pub is_whole: bool,
    /// The bytes of the expression or commands whose result the variable gets, where they are known.
    pub value: Option<Span>,
}

impl Import {
    /// Whether it may give the variable `name` a value.
    pub fn may_set(&self, name: &str) -> bool {
        if self.is_whole { *self.name == *name } else { name.starts_with(&*self.name) }
    }
}
