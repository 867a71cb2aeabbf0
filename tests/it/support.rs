//! The repository, and a directory to run the program in.

use assert_cmd::Command;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The directory of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_runnerlint");

/// No input may make the program take this long, not even without optimisation on a busy machine.
const TOO_LONG: Duration = Duration::from_secs(120);

/// A finding with a safe fix: error, because the option stops the start beside the token.
pub(crate) const SAFE: &str = "gitlab-runner register --token glrt-made-up-token-0001 --tag-list a\n";
/// What the fix makes of [`SAFE`].
pub(crate) const SAFE_FIXED: &str = "gitlab-runner register --token glrt-made-up-token-0001\n";
/// A finding of severity warning.
pub(crate) const WARNING: &str = "gitlab-runner register --token \"$TOKEN\" --locked\n";
/// A finding of severity info: anything in Markdown that is no leaked token.
pub(crate) const INFO: &str = "```sh\ngitlab-runner register --token \"$TOKEN\" --locked\n```\n";

/// What a run gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// Exit code; a run that was killed has none and panics.
    pub(crate) code: i32,
    /// Standard output, as it came.
    pub(crate) out: Vec<u8>,
    /// Standard error.
    pub(crate) err: String,
}

impl Ran {
    /// Standard output as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("standard output is UTF-8")
    }

    /// Standard output as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The last line on standard error.
    pub(crate) fn summary(&self) -> &str {
        self.err.lines().last().unwrap_or_default()
    }

    /// Paths that standard output names, one a line, before a tab (`--show-files`).
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.text().lines().filter_map(|line| line.split('\t').next()).collect()
    }
}

/// The program in `folder`, with nothing in its environment that the person who runs the tests has set.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.current_dir(folder).env_clear().timeout(TOO_LONG);
    command
}

/// Runs `command`, which must end by itself.
pub(crate) fn ran(mut command: Command) -> Ran {
    let output = command.output().unwrap();
    let err = String::from_utf8(output.stderr).expect("standard error is UTF-8");
    let code = output.status.code().unwrap_or_else(|| panic!("{:?}, {err}", output.status));
    Ran { code, out: output.stdout, err }
}

/// A folder that goes when the test ends.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with these files.
    pub(crate) fn with<T: AsRef<[u8]>>(files: &[(&str, T)]) -> Self {
        let scratch = Self::new();
        for (path, text) in files {
            scratch.write(path, text);
        }
        scratch
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Runs the program with `args`.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let mut command = program(self.root());
        command.args(args);
        ran(command)
    }

    /// Runs the program with `args` and `input` on standard input.
    pub(crate) fn pipe(&self, args: &[&str], input: impl Into<Vec<u8>>) -> Ran {
        let mut command = program(self.root());
        command.args(args).write_stdin(input);
        ran(command)
    }

    /// Runs git here, with nobody's settings.
    pub(crate) fn git(&self, args: &[&str]) {
        let output = std::process::Command::new("git")
            .args(args)
            .current_dir(self.root())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
