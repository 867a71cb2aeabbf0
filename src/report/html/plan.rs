//! The migration plan on the page.

use super::{escape, prose};
use crate::escape::inline;
use crate::plan::words::Piece;
use crate::plan::{Entry, Field, Group, Need, Plan, Shown, Value};
use crate::report::plan::{kind, remarks, title, unknowns};
use std::io::{self, Write};

/// The section, if there is something to plan: a run that collects no registrations has none.
pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    if plan.groups.is_empty() && plan.documentation.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2 id=\"plan\">Migration plan</h2>\n<p>{}</p>", escape(&plan.summary()))?;
    for (index, group) in plan.groups.iter().enumerate() {
        section(index + 1, group, out)?;
    }
    let documentation = &plan.documentation;
    if !documentation.is_empty() {
        writeln!(out, "<h3>Documentation to update</h3>\n<ul>")?;
        for entry in &documentation.entries {
            registration(entry, out)?;
        }
        for place in &documentation.places {
            let at = code(&format!("{}:{}", place.path, place.position.line));
            writeln!(out, "<li>{at}: {}</li>", prose(&place.message))?;
        }
        writeln!(out, "</ul>")?;
    }
    Ok(())
}

fn section(number: usize, group: &Group, out: &mut dyn Write) -> io::Result<()> {
    let (head, name) = title(group);
    writeln!(
        out,
        "<details class=\"runner\"><summary>{number}. {head}: {} <span class=\"soft\">{}</span></summary>",
        code(&name),
        match group.entries.len() {
            1 => String::new(),
            many => format!("{many} registrations"),
        }
    )?;
    writeln!(out, "<h3>Registered today in</h3>\n<ul>")?;
    for entry in &group.entries {
        registration(entry, out)?;
    }
    writeln!(out, "</ul>")?;
    if !group.fields.is_empty() {
        let whose = match group.need {
            Need::Create => "Fields of the new runner",
            Need::Check | Need::Exists | Need::Elsewhere => "What the files say of the runner",
        };
        writeln!(out, "<table>\n<caption>{whose}</caption>\n<tbody>")?;
        for field in &group.fields {
            row(field, out)?;
        }
        writeln!(out, "</tbody>\n</table>")?;
    }
    writeln!(out, "<h3>Steps</h3>\n<ol>")?;
    for step in &group.steps {
        writeln!(out, "<li>{}", sentence(&step.text))?;
        if !step.parts.is_empty() {
            let part = |part: &Vec<Piece>| format!("<li>{}</li>", sentence(part));
            writeln!(out, "<ul>{}</ul>", step.parts.iter().map(part).collect::<String>())?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ol>\n</details>")
}

fn registration(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let facts = [
        ("description", &entry.description),
        ("executor", &entry.executor),
        ("URL", &entry.url),
        ("Secret", &entry.secret),
    ];
    let facts = facts.iter().filter_map(|(name, fact)| Some(((*name).to_owned(), fact.as_ref()?)));
    let settings = entry.settings.iter().map(|it| (code(&it.name), &it.value));
    let said: Vec<String> = facts.chain(settings).map(|(name, it)| format!("{name} {}", value(it))).collect();
    writeln!(out, "<li>{}: {}", code(&entry.at()), prose(&kind(entry)))?;
    if !said.is_empty() {
        writeln!(out, "<div>{}</div>", said.join(", "))?;
    }
    for it in &entry.without_effect {
        let (name, line) = (code(&it.setting.name), it.setting.value.position.line);
        writeln!(out, "<div>{name} (line {line}) in {} has no effect today</div>", prose(&it.place))?;
    }
    for (written, line) in unknowns(entry) {
        writeln!(out, "<div>check {} (line {line}) too</div>", code(written))?;
    }
    writeln!(out, "</li>")
}

fn value(shown: &Shown) -> String {
    if shown.text.is_empty() { "(empty)".to_owned() } else { code(&shown.text) }
}

fn row(field: &Field, out: &mut dyn Write) -> io::Result<()> {
    let value = match &field.value {
        Value::List(words) => words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", "),
        Value::Text(text) => code(text),
        Value::Flag(flag) => code(&flag.to_string()),
        Value::Number(number) => code(&number.to_string()),
        Value::FillIn(expression) => {
            format!("<strong>fill in</strong>; today it is {}", code(expression))
        }
    };
    let name = code(field.name);
    let remarks = prose(&remarks(field).join("; "));
    writeln!(out, "<tr><th scope=\"row\">{name}</th><td>{value}</td><td class=\"soft\">{remarks}</td></tr>")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(&inline(text)))
}

/// A sentence: theirs is code and nothing else.
fn sentence(pieces: &[Piece]) -> String {
    let html = |piece: &Piece| match piece {
        Piece::Words(words) => prose(&words.replace('*', "")),
        Piece::Code(text) => code(text),
    };
    pieces.iter().map(html).collect()
}
