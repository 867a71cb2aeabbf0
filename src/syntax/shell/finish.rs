//! Sorts what the lexer recorded: commands by position, readers of here-documents, strings that contain options.

use super::dialect::Dialect;
use super::script::{DatumKind, Raw, ScriptFacts};
use super::{heredoc, imports, lists, started, variables};
use crate::facts::{Command, Hint, Region, Word};

/// Completes the facts of `out`.
pub(super) fn finish(out: &mut ScriptFacts, text: &str, dialect: Dialect) {
    variables::collect(out, text, dialect);
    imports::collect(out, text, dialect);
    if dialect == Dialect::PowerShell {
        started::collect(out, text);
    }
    lists::collect(out, text, dialect);
    let readers = order_commands(out);
    let bodies = std::mem::take(&mut out.bodies);
    for body in &bodies {
        let reader = readers.get(body.statement).copied().flatten();
        let unread = if body.is_here_string() { Hint::Likely("shell") } else { Hint::Content };
        let hint = reader.map_or(unread, |reader| hint(&out.facts.commands, reader));
        out.facts.regions.push(Region {
            hint,
            decoded: heredoc::decode(text, body),
            opener: body.opener,
            what: if body.is_here_string() { "here-string" } else { "here-document" },
            reader,
        });
    }
    out.bodies = bodies;
    out.facts.regions.sort_by_key(|region| region.opener);
    out.facts.comments.sort_by_key(|comment| comment.span);
    out.facts.comments.dedup();
    out.facts.control.sort();
    out.facts.control.dedup();
    out.breaks.sort_by_key(|line| line.span);
    out.marks.sort_by_key(|mark| mark.span);
    out.data.sort_by_key(|piece| {
        (piece.span.start(), std::cmp::Reverse(piece.span.end()), piece.kind != DatumKind::Command)
    });
}

/// Sorts the commands; says which command each statement became.
fn order_commands(out: &mut ScriptFacts) -> Vec<Option<usize>> {
    let raw = std::mem::take(&mut out.commands);
    let mut order: Vec<usize> = (0..raw.len()).collect();
    order.sort_by_key(|index| raw.get(*index).map(|raw: &Raw| raw.command.span));
    let mut place = vec![0; raw.len()];
    for (new, old) in order.iter().enumerate() {
        if let Some(slot) = place.get_mut(*old) {
            *slot = new;
        }
    }
    let mut readers = vec![None; out.statements.len()];
    let mut sorted: Vec<(usize, Command)> = Vec::with_capacity(raw.len());
    for (old, mut raw) in raw.into_iter().enumerate() {
        let new = place.get(old).copied().unwrap_or(old);
        if let Some(slot) = readers.get_mut(raw.statement) {
            *slot = Some(new);
        }
        raw.command.piped_from = raw.piped_from.and_then(|from| place.get(from).copied());
        sorted.push((new, raw.command));
    }
    sorted.sort_by_key(|(new, _)| *new);
    out.facts.commands = sorted.into_iter().map(|(_, command)| command).collect();
    readers
}

/// What a here-document becomes, from the command that reads it and those after it in the pipe.
fn hint(commands: &[Command], reader: usize) -> Hint {
    let mut at = reader;
    for _ in 0..4 {
        let Some(command) = commands.get(at) else { break };
        if let Some(hint) = hint_of(command) {
            return hint;
        }
        // Pipes run forward: the next reader comes close after.
        let next = commands.iter().enumerate().skip(at + 1).take(16).find(|(_, c)| c.piped_from == Some(at));
        match next {
            Some((next, _)) => at = next,
            None => break,
        }
    }
    Hint::Content
}

const SHELLS: &[&str] = &["sh", "bash", "zsh", "ksh", "dash", "ash", "ssh", "su"];

fn hint_of(command: &Command) -> Option<Hint> {
    let base = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let words: Vec<&Word> = command.words.iter().filter(|word| !word.control).collect();
    let program = words.iter().position(|word| {
        !matches!(base(&word.text).as_str(), "sudo" | "env" | "nohup" | "exec" | "time")
            && !word.text.starts_with('-')
            && !word.text.contains('=')
    });
    let program = program?;
    let name = base(&words.get(program)?.text);
    let rest = words.get(program + 1..).unwrap_or_default();
    let carries = matches!(
        name.as_str(),
        "docker"
            | "podman"
            | "kubectl"
            | "docker-compose"
            | "lxc"
            | "chroot"
            | "sudo"
            | "oc"
            | "vagrant"
            | "gcloud"
            | "nsenter"
            | "timeout"
    );
    // `sudo -u user bash`: the name of the user came first.
    let named_shell = |word: &&&Word| SHELLS.iter().take(6).any(|shell| base(&word.text) == *shell);
    let inline = rest.iter().any(|word| word.text == "-c");
    let sudo = words.iter().take(program).any(|word| base(&word.text) == "sudo");
    if !inline
        && (SHELLS.contains(&name.as_str())
            || (carries || sudo) && rest.iter().any(|word| named_shell(&word)))
    {
        return Some(Hint::Language("shell".to_owned()));
    }
    // `kubectl apply -f -`, `helm upgrade r chart --values -`: manifests and values from standard input.
    if matches!(name.as_str(), "kubectl" | "oc" | "helm" | "argocd" | "microk8s.kubectl" | "k3s")
        && rest.iter().any(|word| {
            matches!(word.text.as_str(), "-" | "-f-" | "--values=-" | "--filename=-" | "/dev/stdin")
        })
    {
        return Some(Hint::Language("yaml".to_owned()));
    }
    let tee = words.iter().position(|word| base(&word.text) == "tee");
    if let Some(file) =
        tee.and_then(|tee| words.iter().skip(tee + 1).find(|word| !word.text.starts_with('-')))
    {
        return Some(Hint::File(file.text.clone()));
    }
    let output = command.redirects.iter().find(|redirect| {
        matches!(redirect.operator.as_str(), ">" | ">>" | ">|" | "1>" | "1>>" | "&>" | "&>>")
    });
    output
        .filter(|output| output.target.text != "/dev/null")
        .map(|output| Hint::File(output.target.text.clone()))
}
