//! A checklist. All text of a file stands in code spans, where Markdown knows no HTML, no link, no mention; there are no
//! tables, so that a `|` is nothing special.

use super::{GUIDE, kind, remarks, title, unknowns};
use crate::escape::inline;
use crate::plan::words::Piece;
use crate::plan::{Documentation, Entry, Field, Group, Need, Place, Plan, Shown, Value};
use std::io::{self, Write};

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Migration of GitLab runners to the new registration\n\n{}\n", plan.summary())?;
    if plan.groups.is_empty() && plan.by_hand.is_empty() && plan.documentation.is_empty() {
        return writeln!(out, "Nothing has to be done.");
    }
    writeln!(
        out,
        "A registration token registers a runner together with its settings; the new way is to create the runner in GitLab \
         first, settings included, and to give only its authentication token (`glrt-…`) to the machine. See <{GUIDE}>.\n"
    )?;
    if plan.groups.iter().any(|group| group.need == Need::Create) {
        writeln!(
            out,
            "To create runners you need the rights of a maintainer (project), owner (group) or administrator (instance); for the \
             API, a personal access token with the scope `create_runner`.\n"
        )?;
    }
    for (index, group) in plan.groups.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        section(index + 1, group, out)?;
    }
    if !plan.by_hand.is_empty() {
        if !plan.groups.is_empty() {
            writeln!(out)?;
        }
        writeln!(out, "## Other places, to change by hand\n")?;
        places(&plan.by_hand, out)?;
    }
    if !plan.documentation.is_empty() {
        if !plan.groups.is_empty() || !plan.by_hand.is_empty() {
            writeln!(out)?;
        }
        documentation(&plan.documentation, out)?;
    }
    Ok(())
}

fn places(places: &[Place], out: &mut dyn Write) -> io::Result<()> {
    for place in places {
        let at = code(&format!("{}:{}", place.path, place.position.line));
        writeln!(out, "- [ ] {at}: {} ({})", prose(&place.message), code(&place.rule))?;
        if !place.help.is_empty() {
            writeln!(out, "  - {}", prose(&place.help))?;
        }
    }
    Ok(())
}

fn documentation(documentation: &Documentation, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "## Documentation to update\n\nThese are samples: there is no runner to create for them.\n"
    )?;
    for entry in &documentation.entries {
        write!(out, "- [ ] ")?;
        registration(entry, out)?;
    }
    places(&documentation.places, out)?;
    for (index, step) in documentation.steps().iter().enumerate() {
        if index == 0 {
            writeln!(out, "\nHow:\n")?;
        }
        writeln!(out, "- {}", sentence(step))?;
    }
    Ok(())
}

fn section(number: usize, group: &Group, out: &mut dyn Write) -> io::Result<()> {
    let (head, name) = title(group);
    writeln!(out, "## {number}. {head}: {}\n\nRegistered today in:\n", code(&name))?;
    for entry in &group.entries {
        write!(out, "- ")?;
        registration(entry, out)?;
    }
    if !group.fields.is_empty() {
        let whose = match group.need {
            Need::Create => "Fields of the new runner",
            Need::Check | Need::Exists | Need::Elsewhere => "What the files say of the runner",
        };
        writeln!(out, "\n{whose}:\n")?;
        for field in &group.fields {
            writeln!(out, "{}", line(field))?;
        }
        if group.need == Need::Create {
            writeln!(
                out,
                "- `runner_type`: `instance_type`, `group_type` (with `group_id`) or `project_type` (with `project_id`), as the old runner"
            )?;
        }
    }
    if !group.alike.is_empty() {
        let numbers: Vec<String> = group.alike.iter().map(ToString::to_string).collect();
        writeln!(
            out,
            "\nThis runner differs from {} in the description only: one runner can serve all of them.",
            numbers.join(", ")
        )?;
    }
    writeln!(out, "\nSteps:\n")?;
    for step in &group.steps {
        writeln!(out, "- [ ] {}", sentence(&step.text))?;
        for part in &step.parts {
            writeln!(out, "  - {}", sentence(part))?;
        }
    }
    Ok(())
}

fn registration(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{}: {}", code(&entry.at()), kind(entry))?;
    match (&entry.place, &entry.object) {
        (Some(place), Some(object)) => writeln!(out, ", in the {} of {}", prose(place), code(object))?,
        (Some(place), None) => writeln!(out, ", in the {}", prose(place))?,
        (None, Some(object)) => writeln!(out, " {}", code(object))?,
        (None, None) => writeln!(out)?,
    }
    let facts = [
        ("description", &entry.description),
        ("executor", &entry.executor),
        ("URL", &entry.url),
        ("Secret", &entry.secret),
    ];
    let facts: Vec<String> =
        facts.iter().filter_map(|(name, fact)| Some(format!("{name} {}", value(fact.as_ref()?)))).collect();
    if !facts.is_empty() {
        writeln!(out, "  - {}", facts.join(", "))?;
    }
    for slot in &entry.slots {
        let holds = match &slot.expression {
            Some(expression) => code(expression),
            None if slot.class <= crate::rules::Class::Empty => "empty".to_owned(),
            None => "a token written out".to_owned(),
        };
        writeln!(out, "  - {} (line {}): {holds}", code(&slot.name), slot.position.line)?;
    }
    for setting in &entry.settings {
        let other = if setting.overridden { "; another value counts" } else { "" };
        let (name, line) = (code(&setting.name), setting.value.position.line);
        writeln!(out, "  - {name} (line {line}): {}{other}", value(&setting.value))?;
    }
    for it in &entry.without_effect {
        let (name, line) = (code(&it.setting.name), it.setting.value.position.line);
        let (place, value) = (prose(&it.place), value(&it.setting.value));
        writeln!(out, "  - {name} (line {line}) in {place} has no effect today: {value}")?;
    }
    for (written, line) in unknowns(entry) {
        writeln!(out, "  - check {} (line {line}) too", code(written))?;
    }
    Ok(())
}

fn value(shown: &Shown) -> String {
    let written = shown.written.as_ref().map_or(String::new(), |it| format!(" (written {})", code(it)));
    format!("{}{written}", code(&shown.text))
}

fn line(field: &Field) -> String {
    let mut remarks = remarks(field);
    let value = match &field.value {
        Value::List(words) => words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", "),
        Value::FillIn(expression) => {
            remarks.insert(0, format!("today it is {}", code(expression)));
            "**fill in**".to_owned()
        }
        other => code(&super::api(other).unwrap_or_default()),
    };
    let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join("; ")) };
    format!("- `{}`: {value}{remarks}", field.name)
}

fn sentence(pieces: &[Piece]) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Words(words) => words.clone(),
        Piece::Code(text) => code(text),
    };
    pieces.iter().map(text).collect()
}

/// One of our sentences that quotes a file between backquotes.
pub(in crate::report) fn prose(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in inline(text).split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
        } else {
            out.extend(part.chars().flat_map(|c| {
                let special = "\\*_[]<>&#|!~@$".contains(c);
                special.then_some('\\').into_iter().chain([c])
            }));
        }
    }
    out
}

/// A code span: its fence is longer than any run of backquotes inside.
fn code(text: &str) -> String {
    let text = inline(text);
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // A blank on both sides is taken off, and keeps the text from the fence.
    let edge = |at: Option<char>| at.is_some_and(|c| c == '`' || c == ' ');
    let pad = if edge(text.chars().next()) || edge(text.chars().next_back()) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}
