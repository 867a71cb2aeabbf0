//! Calls of git in a repository that may be hostile.
//!
//! The configuration and the attributes of a repository name programs: filters, hooks, a file system monitor, diff drivers,
//! transports. None of them runs here, nothing is fetched, and nothing below `.git` is written. Each override is needed; which
//! one closes which hole was tried with git 2.47, and `tests/hostile_git` sets every key that takes a program.

use super::GitError;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The oldest git that takes `GIT_CONFIG_COUNT`, without which filters cannot be switched off.
const OLDEST: (u32, u32) = (2, 31);
/// The most that is read of git's output: 64 MiB, about a million file names.
const LONGEST: u64 = 64 << 20;
/// The most that is read of git's standard error: 64 KiB.
const LONGEST_ERROR: u64 = 64 << 10;
/// The time limit of a call: git hangs if one of its files is a named pipe.
const CLOCK: Duration = Duration::from_secs(300);

/// Set for every call; overrides the repository's configuration.
const CONFIG: &[&str] = &[
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    // Without it `git diff` writes the index, and runs the hook `post-index-change`.
    "diff.autoRefreshIndex=false",
    "safe.bareRepository=explicit",
    "core.quotePath=false",
    // Files that the configuration names: a pipe would make git wait.
    "core.attributesFile=/dev/null",
    "core.excludesFile=/dev/null",
];
/// No transport may start; git must not fetch, prompt or write.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_PAGER", "cat"),
    ("LC_ALL", "C"),
];

/// Git in one folder, with every filter of the configuration switched off.
pub(super) struct Git {
    folder: PathBuf,
    /// `filter.NAME.` of each filter.
    filters: Vec<OsString>,
}

impl Git {
    /// Git in `folder`.
    ///
    /// # Errors
    /// There is no git, it is too old, or `folder` is in no repository that it trusts.
    pub(super) fn open(folder: &Path) -> Result<Self, GitError> {
        let said = run(Command::new("git").arg("--version"), CLOCK)?;
        let said = String::from_utf8_lossy(&said.out);
        if version(&said).is_none_or(|version| version < OLDEST) {
            return Err(GitError::TooOld(said.trim().trim_start_matches("git version ").to_owned()));
        }
        let mut git = Self { folder: folder.to_path_buf(), filters: Vec::new() };
        let listed = git.ask(&["config", "-z", "--name-only", "--get-regexp", r"^filter\."])?;
        // Git prints nothing and fails if there is none.
        if !listed.ok && !listed.error.is_empty() {
            return Err(refused(&listed.error));
        }
        let names = listed.out.split(|byte| *byte == 0);
        // `filter.clean`, without a name, is not a filter.
        let names = names.filter_map(|name| {
            let dot = name.iter().rposition(|byte| *byte == b'.')?;
            name.get(..=dot).filter(|name| name.len() > b"filter.".len())
        });
        git.filters = names.map(os_string).collect();
        git.filters.sort_unstable();
        git.filters.dedup();
        Ok(git)
    }

    /// What git answers.
    ///
    /// # Errors
    /// It does not run, or refuses.
    pub(super) fn answer(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        self.ask(arguments)?.answer()
    }

    /// What git answers, and whether it succeeded.
    ///
    /// # Errors
    /// It does not run.
    pub(super) fn ask(&self, arguments: &[&str]) -> Result<GitOutput, GitError> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).arg("--no-pager");
        for setting in CONFIG {
            command.args(["-c", setting]);
        }
        command.envs(ENVIRONMENT.iter().copied());
        self.switch_filters_off(&mut command);
        run(command.args(arguments), CLOCK)
    }

    /// Not by `-c`: a filter called `a=b` would get past it.
    fn switch_filters_off(&self, command: &mut Command) {
        // The user's own settings that come this way stay.
        let first = env::var("GIT_CONFIG_COUNT").ok().and_then(|count| count.parse::<usize>().ok());
        let mut count = first.unwrap_or_default();
        for filter in &self.filters {
            for (key, value) in [("clean", ""), ("smudge", ""), ("process", ""), ("required", "false")] {
                let mut name = filter.clone();
                name.push(key);
                command.env(format!("GIT_CONFIG_KEY_{count}"), name);
                command.env(format!("GIT_CONFIG_VALUE_{count}"), value);
                count += 1;
            }
        }
        if count > 0 {
            command.env("GIT_CONFIG_COUNT", count.to_string());
        }
    }
}

/// What a call of git gave.
pub(super) struct GitOutput {
    pub(super) ok: bool,
    pub(super) out: Vec<u8>,
    error: Vec<u8>,
}

impl GitOutput {
    /// The answer.
    ///
    /// # Errors
    /// Git refused.
    pub(super) fn answer(self) -> Result<Vec<u8>, GitError> {
        if self.ok { Ok(self.out) } else { Err(refused(&self.error)) }
    }

    /// Whether git found no repository; its messages are in English.
    pub(super) fn is_outside(&self) -> bool {
        !self.ok && self.error.starts_with(b"fatal: not a git repository")
    }
}

/// Runs `command` until it ends, at most as long as `clock`.
fn run(command: &mut Command, clock: Duration) -> Result<GitOutput, GitError> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(GitError::Run)?;
    let result = listen(&mut child, clock);
    if result.is_err() {
        // It may have ended meanwhile.
        let _ = child.kill();
        let _ = child.wait();
    }
    result
}

fn listen(child: &mut Child, clock: Duration) -> Result<GitOutput, GitError> {
    let ends = Instant::now() + clock;
    let (send, receive) = mpsc::channel();
    let out = child.stdout.take().map(|it| Box::new(it) as Box<dyn Read + Send>);
    let error = child.stderr.take().map(|it| Box::new(it) as Box<dyn Read + Send>);
    for (at, (pipe, limit)) in [(out, LONGEST), (error, LONGEST_ERROR)].into_iter().enumerate() {
        let Some(mut pipe) = pipe else { continue };
        let send = send.clone();
        let read = move || {
            let mut bytes = Vec::new();
            let read = pipe.by_ref().take(limit + 1).read_to_end(&mut bytes);
            if at == 1 {
                // Git must not wait for us.
                let _ = io::copy(&mut pipe, &mut io::sink());
            }
            let _ = send.send((at, read.map(|_| bytes)));
        };
        thread::Builder::new().spawn(read).map_err(GitError::Run)?;
    }
    let mut said = [Vec::new(), Vec::new()];
    for _ in 0..2 {
        let left = ends.saturating_duration_since(Instant::now());
        let (at, bytes) = receive.recv_timeout(left).map_err(|_| GitError::Slow(clock.as_secs()))?;
        let bytes = bytes.map_err(GitError::Run)?;
        if at == 0 && bytes.len() as u64 > LONGEST {
            return Err(GitError::TooLong);
        }
        if let Some(place) = said.get_mut(at) {
            *place = bytes;
        }
    }
    let [out, error] = said;
    let ok = child.wait().map_err(GitError::Run)?.success();
    Ok(GitOutput { ok, out, error })
}

/// The error in git's words, if they quote no value: a configuration may include a file of the user's from anywhere.
fn refused(said: &[u8]) -> GitError {
    let said = String::from_utf8_lossy(said);
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it failed without a message");
    let line = line.trim_start_matches("fatal: ").trim_start_matches("error: ");
    if line.contains("config") {
        return GitError::Refused("the configuration of this repository is invalid".to_owned());
    }
    GitError::Refused(line.chars().take(300).collect())
}

/// `git version 2.39.2 (Apple Git-143)`: 2.39
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix("git version ")?.split(|c: char| !c.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(unix)]
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    OsStr::new(&*String::from_utf8_lossy(bytes)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_all_systems_are_read() {
        for (said, expected) in [
            ("git version 2.47.3\n", Some((2, 47))),
            ("git version 2.39.2 (Apple Git-143)", Some((2, 39))),
            ("git version 2.37.0.windows.1", Some((2, 37))),
            ("git version 3.0-rc1", Some((3, 0))),
            ("hg 5", None),
            ("", None),
        ] {
            assert_eq!(version(said), expected, "{said}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_waits_for_a_git_that_hangs_or_never_ends() {
        let clock = Duration::from_millis(200);
        let hangs = run(Command::new("sleep").arg("60"), clock);
        assert!(matches!(hangs, Err(GitError::Slow(_))));
        let endless = run(Command::new("cat").arg("/dev/zero"), Duration::from_secs(60));
        assert!(matches!(endless, Err(GitError::TooLong)));
    }
}
