//! `--fix --interactive`: asks about each registration.

use super::Error;
use super::args::CheckArgs;
use super::output;
use crate::escape::name;
use crate::finding::Safety;
use crate::fixer::Offer;
use crate::fixer::diff::{self, Side};
use crate::interrupt;
use crate::mask::Mask;
use crate::report::{Style, fix_reason};
use crate::run::{self, CheckedFile, RunOptions};
use crate::text::{EditSet, Source};
use crate::walk;
use std::collections::BTreeSet;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

const HELP: &str = "\
y  apply this fix
n  skip this registration
a  apply this fix and all later fixes of the same rules that are as safe
q  quit: skip this and all later registrations; applied fixes stay
?  show this help
";

/// Said of an unsafe fix without a reason of its own.
const MANUAL_STEP: &str = "this fix needs a manual step";

/// Whether there is a terminal to ask at.
pub(super) fn is_possible() -> bool {
    io::stdin().is_terminal() && output::stderr_is_terminal()
}

/// Applies the fixes that the user accepts to `files`.
pub(super) fn run(
    args: &CheckArgs,
    options: &RunOptions,
    found: &walk::Found,
    files: &mut [CheckedFile],
) -> Result<(), Error> {
    let mut session = Session {
        style: output::style(args.color, true),
        show_secrets: args.show_secrets,
        total: run::offers(options, files),
        number: 0,
        all: BTreeSet::new(),
        over: false,
        failure: None,
    };
    run::ask(options, found, files, &mut |path, offer| session.ask(path, offer));
    session.failure.map_or(Ok(()), |error| Err(Error::Output(error)))
}

/// Waits for an answer; `false` if a signal comes first. Only a wait with an end sees it.
#[cfg(unix)]
fn wait() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let tick = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
    let stdin = io::stdin();
    loop {
        if interrupt::is_asked() {
            return false;
        }
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&tick)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => {}
            // Any other error is reported when the line is read.
            _ => return true,
        }
    }
}

#[cfg(not(unix))]
fn wait() -> bool {
    !interrupt::is_asked()
}

struct Session {
    style: Style,
    show_secrets: bool,
    total: usize,
    number: usize,
    /// Rules whose later fixes of the same safety are accepted.
    all: BTreeSet<(Safety, String)>,
    over: bool,
    failure: Option<io::Error>,
}

enum Answer {
    Yes,
    No,
    All,
    Quit,
}

impl Session {
    fn ask(&mut self, path: &str, offer: &Offer<'_>) -> bool {
        if self.over {
            return false;
        }
        // A fix may be offered that another one made possible.
        self.number += 1;
        self.total = self.total.max(self.number);
        let rules: BTreeSet<(Safety, String)> =
            offer.findings.iter().map(|it| (offer.safety, it.rule.clone())).collect();
        if rules.is_subset(&self.all) {
            return true;
        }
        let answer = self.show(path, offer).and_then(|()| self.answer());
        match answer {
            Ok(Answer::Yes) => true,
            Ok(Answer::No) => false,
            Ok(Answer::All) => {
                self.all.extend(rules);
                true
            }
            Ok(Answer::Quit) => {
                self.over = true;
                false
            }
            Err(error) => {
                self.over = true;
                self.failure = Some(error);
                false
            }
        }
    }

    fn show(&self, path: &str, offer: &Offer<'_>) -> io::Result<()> {
        let mut out = output::stderr();
        let mask = Mask::new(self.show_secrets, offer.source, offer.secrets).with(offer.texts);
        let shown = name(path);
        writeln!(out)?;
        for finding in &offer.findings {
            let at = offer.source.position(finding.span.start());
            writeln!(
                out,
                "{}:{}:{}: {}: {} [{}]",
                self.style.strong(&shown),
                at.line,
                at.column,
                self.style.severity(finding.severity, finding.severity.as_str()),
                mask.prose(&finding.message),
                finding.rule
            )?;
        }
        let mut edits = EditSet::default();
        // They are from one plan: they cannot overlap.
        let _ = edits.insert_all(offer.edits.iter().cloned());
        let new = Source::new(edits.apply(offer.source.bytes()));
        let new_mask = mask.after(&new, &[]);
        let old = Side { source: offer.source, mask: &mask };
        let new = Side { source: &new, mask: &new_mask };
        let diff = diff::unified(path, old, new, true).text;
        out.write_all(self.style.diff(&String::from_utf8_lossy(&diff)).as_bytes())?;
        if offer.safety == Safety::Unsafe {
            let mut fixes = offer.findings.iter().filter_map(|it| it.fix.as_ref().ok());
            let reason = fixes.find_map(fix_reason).unwrap_or_else(|| MANUAL_STEP.to_owned());
            writeln!(out, "{} {}", self.style.heading("unsafe:"), mask.prose(&reason))?;
        }
        out.flush()
    }

    fn answer(&self) -> io::Result<Answer> {
        let question = format!("({}/{}) Apply this fix [y,n,a,q,?]? ", self.number, self.total);
        loop {
            let mut err = output::stderr();
            write!(err, "{}", self.style.strong(&question))?;
            err.flush()?;
            if !wait() {
                writeln!(err)?;
                return Ok(Answer::Quit);
            }
            let mut line = String::new();
            // The end of the input is the end of the session.
            if io::stdin().lock().read_line(&mut line)? == 0 {
                writeln!(err)?;
                return Ok(Answer::Quit);
            }
            match line.trim() {
                "y" | "Y" | "yes" => return Ok(Answer::Yes),
                "n" | "N" | "no" => return Ok(Answer::No),
                "a" | "A" | "all" => return Ok(Answer::All),
                "q" | "Q" | "quit" => return Ok(Answer::Quit),
                _ => write!(err, "{HELP}")?,
            }
        }
    }
}
